#!/usr/bin/env python3
"""PyPI's schemathesis makes up requests from /openapi.yaml, right and wrong ones, and checks what they are answered.

No server error, no status that is not described, no answer that is not as its schema says, nothing wrong that is
taken: once without access rules, and once with them and a token that may do everything. The same seed asks the same.
Left out

- of streams is what comes after the first event, since they do not end; and what their schema says, which the tool
  takes for that of an event's data. stream_examples compares their blocks;
- is that everything is taken which its schema allows: a schema cannot say that two parameters must agree, that a header
  is for single alarms only, or that 1.0 is no whole number here. interface-test asks for these one by one.
"""
import argparse
import os
import re
import subprocess
import sys
import time

import jwt

from harness import Failure, Server, run_test

SECRET = "a secret of more than thirty-two bytes"
SETTINGS = """
max-stream-events = 1

[[operations]]
include-operation-id = ["openUserStream", "openTopicStream"]
checks.response_schema_conformance.enabled = false
"""
# What the tool cannot write by itself: the schema of these bodies is already that of their text.
HOOKS = """
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    return str(value).encode()
"""


def ask(options, folder, name, token=None):
    place = os.path.join(folder, name)
    os.mkdir(place)
    server = Server(options.binary, place, environment={"TOCSIN_TOKEN_KEY": SECRET} if token else None)
    command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run", "--seed", str(options.seed),
               "--max-examples", str(options.examples), "--exclude-checks", "positive_data_acceptance",
               "--workers", "1", "--continue-on-failure", "--warnings", "off"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    for file_name, text in (("hooks.py", HOOKS), ("schemathesis.toml", SETTINGS)):
        with open(os.path.join(place, file_name), "w", encoding="ascii") as file:
            file.write(text)
    try:
        server.start()
        result = subprocess.run(
            [*command, "--url", server.origin, f"{server.origin}/openapi.yaml"], capture_output=True, text=True,
            timeout=1800, cwd=place, env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": place,
                                          "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"})
        if server.process.poll() is not None:
            raise Failure(f"{name}: the server has ended: {server.tail()[-500:]}")
        if token:
            check_that_it_came_in(server, token)
    finally:
        server.close()
    if result.returncode != 0:
        start = max(result.stdout.find("= FAILURES ="), result.stdout.find("= ERRORS ="), 0)
        raise Failure(f"{name}, --seed {options.seed}: {result.stdout[start:start + 6000]}{result.stderr[-500:]}")
    count = re.search(r"(\d+) generated", result.stdout)
    if not count or int(count[1]) < 100:
        raise Failure(f"{name}: it asked hardly anything: {result.stdout[-2000:]}")
    return f"{name}: {count[1]} requests"


def check_that_it_came_in(server, token):
    """Had the tool lost its rights on the way, it would have found nothing."""
    status, _, body = server.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
    if status != 200:
        raise Failure(f"the token is worth nothing after the requests: {body}")
    counts = re.findall(r'^tocsin_http_problems_total\{type="([a-z-]+)"\} (\d+)', body.decode(), re.M)
    refused = sum(int(count) for kind, count in counts if kind in ("missing-token", "invalid-token"))
    asked = sum(int(count) for count in re.findall(r"^tocsin_http_requests_total\{.*\} (\d+)", body.decode(), re.M))
    if refused > asked / 5:
        raise Failure(f"of {asked} requests {refused} were answered 401")


def check(options, folder):
    access = {"admin": True, "publish": ["*"], "subscribe": ["*"]}
    # Of no user, whose tokens a made-up revocation would take back.
    token = jwt.encode({"exp": int(time.time()) + 7200, "tocsin": access}, SECRET, "HS256")
    said = [ask(options, folder, "without access rules")]
    said.append(ask(options, folder, "with access rules", token=token))
    return f"{'; '.join(said)}; --seed {options.seed}"


def parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=10, help="of each operation")
    return parser


if __name__ == "__main__":
    sys.exit(run_test("schemathesis-test", check, parser()))
