#!/usr/bin/env python3
"""Types the shell commands of README.md, in order, against a server of its own. Standard library only.

A command that fails, or a request that is refused, fails the test; streams are read for a second.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

from harness import Failure, Server

PREPARE = r"""
set -euo pipefail
curl() {
    # 28: the time is up, as a stream's always is.
    command curl --silent --show-error --fail-with-body --max-time 1 "$@" || [ $? = 28 ]
    echo
}
set -v
"""
# What the streams and lists of the commands show, in the order of the page.
EXPECTED = [
    r'{"id":"\d+-1"}', r'{"id":"\d+-2"}', r"^\d+-3$", r"^\d+-5$",
    r"retry: \d+\nevent: position\ndata:.*\nid: \d+-5\n", r"^data: The second$",
    r"^event: reservation$", r"^data: The first$", r'"data":"The second"', r'"data":"새 소식","language":"ko"',
    r'"data":"The first"', r'{"id":"\d+-8"}', r"^ready$",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    binary = os.path.abspath(parser.parse_args().binary)
    readme = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")
    blocks = re.findall(r"^```sh\n(.*?)^```$", open(readme, encoding="utf-8").read(), re.M | re.S)
    folder = tempfile.mkdtemp(prefix="tocsin-readme-")
    server = Server(binary, folder)
    try:
        server.start()
        here = f"127.0.0.1:{server.port}"
        script = PREPARE + "".join(blocks).replace("127.0.0.1:5000", here)
        result = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, timeout=120, cwd=folder,
            env={**os.environ, "PATH": os.path.dirname(binary) + os.pathsep + os.environ["PATH"],
                 "TOCSIN_SERVER": f"http://{here}"})
        if result.returncode != 0:
            raise Failure(f"status {result.returncode} after:\n{result.stderr[-1500:]}\n{result.stdout[-500:]}")
        at = 0
        for pattern in EXPECTED:
            match = re.compile(pattern, re.M).search(result.stdout, at)
            if not match:
                raise Failure(f"no {pattern} in what is left of the output:\n{result.stdout[at:]}")
            at = match.end()
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(f"readme-test: FAILED: {failure}")
        return 1
    finally:
        server.close()
        shutil.rmtree(folder)
    print(f"readme-test: ok: {len(blocks)} blocks of commands work when typed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
