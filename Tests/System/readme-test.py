#!/usr/bin/env python3
"""Types the shell commands of README.md, in order, against a server of its own. Standard library only.

A command that fails, or a request that is refused, fails the test; streams are read for a second. README.ko.md says the
same in Korean: the same code, options, links and sections.
"""
import argparse
import itertools
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
tocsin() {
    case $1 in
    # 124: the time is up, after which it was told to end.
    listen) timeout --signal INT 2 tocsin "$@" || [ $? = 124 ] ;;
    # One with its options runs already, or soon.
    serve) command tocsin "$@" --print-config ;;
    *) command tocsin "$@" ;;
    esac
}
set -v
"""
# What the streams and lists of the commands show, in the order of the page.
EXPECTED = [
    r'{"id":"\d+-1"}', r'{"id":"\d+-2"}', r"^\d+-3$", r"^\d+-5$",
    r"retry: \d+\nevent: position\ndata:.*\nid: \d+-5\n",
    r"^alarm  새 소식\nnotice  The shop", r"^News: 새 소식$",
    r'^{"retry":\d+}\n{"type":"position","data":"","lastEventId":"\d+-5"}$', r"^data: The second$",
    r"^event: reservation$", r"^data: The first$", r'"data":"The second"', r'"data":"새 소식","language":"ko"',
    r'"data":"The first"', r'{"id":"\d+-8"}', r"^ready$",
    r"^good: a server with this key takes it", r"^tocsin_", r"^billing\tnever used\ttopic:invoices/\*$",
]


ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
# What both languages have in common, whatever the words: patterns of what must come in the same order.
COMMON = {
    "code": r"^```\w+\n.*?^```$",
    "indented code": r"^    (?! )[^#\n]*[^#\s]",
    "levels of headings": r"^#+ ",
    "first cells of tables": r"^\| `[^|]*\|",
    "options": r"`--[a-z-]+`(?: \| `TOCSIN_\w+` \| [^|]+)?",
    "links": r"\]\((?!README|Documentation)[^)]*\)",
}


def compare(english, korean):
    for what, pattern in COMMON.items():
        # Words are ordered in another way, lines are not.
        find = lambda text: re.findall(pattern, text, re.M | re.S if what == "code" else re.M)
        ours, theirs = find(english), find(korean)
        if what in ("options", "links"):
            ours, theirs = sorted(set(ours)), sorted(set(theirs))
        for one, other in itertools.zip_longest(ours, theirs):
            if one != other:
                raise Failure(f"{what}: README.md has {one!r} where README.ko.md has {other!r}")


def check_links(text):
    for target in set(re.findall(r"\]\((?!https?:)([^)]*)\)", text)):
        if not os.path.exists(os.path.join(ROOT, target)):
            raise Failure(f"a README leads to {target}, which is not there")


def run(blocks, server, folder, binary, secured=None):
    """Types commands, those about tokens to a server that asks for them, and returns what they say."""
    script = PREPARE
    for block in blocks:
        to = f"127.0.0.1:{(secured if secured and 'token.key' in block else server).port}"
        script += f"export TOCSIN_SERVER=http://{to}\n" + block.replace("127.0.0.1:5000", to)
    result = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=120, cwd=folder,
        env={**os.environ, "PATH": os.path.dirname(binary) + os.pathsep + os.environ["PATH"]})
    if result.returncode != 0:
        raise Failure(f"status {result.returncode} after:\n{result.stderr[-1500:]}\n{result.stdout[-500:]}")
    return result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    binary = os.path.abspath(parser.parse_args().binary)
    english, korean = (open(os.path.join(ROOT, name), encoding="utf-8").read() for name in ("README.md", "README.ko.md"))
    blocks = re.findall(r"^```sh\n(.*?)^```$", english, re.M | re.S)
    folder = tempfile.mkdtemp(prefix="tocsin-readme-")
    server = Server(binary, folder)
    secured = Server(binary, os.path.join(folder, "secured"), "--token-key-file", os.path.join(folder, "token.key"))
    try:
        compare(english, korean)
        check_links(english + korean)
        server.start()
        start = next(number for number, block in enumerate(blocks) if "--token-key-file" in block) + 1
        said = run(blocks[:start], server, folder, binary)
        os.mkdir(secured.folder)
        secured.start()
        said += run(blocks[start:], server, folder, binary, secured)
        at = 0
        for pattern in EXPECTED:
            match = re.compile(pattern, re.M).search(said, at)
            if not match:
                raise Failure(f"no {pattern} in what is left of the output:\n{said[at:]}")
            at = match.end()
    except (Failure, subprocess.TimeoutExpired) as failure:
        print(f"readme-test: FAILED: {failure}")
        return 1
    finally:
        server.close()
        secured.close()
        shutil.rmtree(folder)
    print(f"readme-test: ok: {len(blocks)} blocks of commands work when typed, and both languages say the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())
