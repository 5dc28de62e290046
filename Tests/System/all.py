#!/usr/bin/env python3
"""Runs the tests of the running server, four at a time, since most of them wait most of the time.

Each tells its result in a line; what else a failed one said comes with it, and again at the end. The exit status is 0 if
none failed.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# With how many at a time. The longest first, so that none of them is left alone at the end.
TOGETHER = 4
TESTS = [
    ["client-test.py"], ["page-test.py"], ["fault-test.py"], ["schemathesis-test.py"], ["tls-test.py"],
    ["proxy-test.py"], ["listen-test.py"], ["access-test.py"], ["interface-test.py"], ["examples-test.py"],
    ["decode-test.py"], ["jwks-test.py"], ["readme-test.py"], ["clients-test.py"], ["demo-test.py"],
    ["token-test.py"], ["firefox-test.py"], ["metrics-test.py"], ["contract-test.py"], ["fsync-proof.py"],
    ["audit-test.py"], ["key-test.py"], ["hostile-http2-test.py"],
    ["kill-test.py", "--runs", "2", "--subscribers", "10", "--seconds", "1"],
    ["request-fuzz.py", "--seconds", "6"], ["http2-fuzz.py", "--seconds", "6"],
]
# They measure time, for which others need to be quiet.
ALONE = [["limits-test.py"], ["bench-test.py"]]


def run(test, products):
    begin = time.monotonic()
    product = {"contract-test.py": "ContractService"}.get(test[0], "tocsin")
    result = subprocess.run([sys.executable, os.path.join(HERE, test[0]), *test[1:], "--binary",
                             os.path.join(products, product)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = result.stdout.rstrip("\n")
    if result.returncode == 0:
        said = said.splitlines()[-1] if said else "ok"
    told = f"{time.monotonic() - begin:4.0f} s  {test[0]}: {said}"
    print(told, flush=True)
    return None if result.returncode == 0 else told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--products", default=".build/debug", help="the folder of the programs")
    products = parser.parse_args().products
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
        results = list(pool.map(lambda test: run(test, products), TESTS))
    results += [run(test, products) for test in ALONE]
    failures = [told for told in results if told]
    print(f"the tests of the running server took {time.monotonic() - begin:.0f} s")
    for told in failures:
        print("failed:" + told)
    # In the form that readers of such output know.
    print(f"{len(results) - len(failures)} passed, {len(failures)} failed", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
