#!/usr/bin/env python3
"""Tries tocsin.js in Chromium against the real server: nothing lost, nothing twice, one stream for all tabs."""
import argparse
import os
import shutil
import sys
import tempfile
import time

import client_sharing
import client_stream
import client_tokens
from browsers import chromium
from client_bench import Bench
from harness import Server

TESTS = client_stream.TESTS + client_sharing.TESTS + client_tokens.TESTS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=".build/release/tocsin")
    parser.add_argument("--module", help="a tocsin.js to try instead of the one in the binary")
    parser.add_argument("--only", default="", help="part of the names of the tests to run")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="tocsin-client-")
    server = Server(arguments.binary, folder, "--greeting", "Hello! {user}")
    tests = [each for each in TESTS if arguments.only in each.__name__]
    current, begin = None, time.monotonic()
    try:
        server.start()
        with chromium() as browser:
            bench = Bench(browser, server, arguments.module and os.path.abspath(arguments.module))
            with bench.site:
                for current in tests:
                    started = time.monotonic()
                    current(bench)
                    if arguments.verbose:
                        print(f"{time.monotonic() - started:5.1f} s {current.__name__}", file=sys.stderr)
    except Exception as error:
        name = current.__name__.replace("_", " ") if current else "start"
        print(f"client-test: FAILED: {name}: {type(error).__name__}: {error}")
        return 1
    finally:
        server.close()
        shutil.rmtree(folder)
    print(f"client-test: ok: {len(tests)} tests of tocsin.js in Chromium, in {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
