#!/usr/bin/env python3
"""Pipes streams through `tocsin decode`: events come at once, memory stays small, and each end has its status."""
import json
import os
import subprocess
import sys

from harness import Failure, Server, run_parts, run_test, wait_until

MEGABYTE = 1_000_000


def require(condition, what):
    if not condition:
        raise Failure(what)


def event(data, type="message", ident=""):
    return {"type": type, "data": data, "lastEventId": ident}


def decode(binary, *arguments, **streams):
    """It running, with pipes where nothing else is given."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([binary, "decode", *arguments], **{**pipes, **streams})


def end(process, status, error=""):
    """Waits for its end; returns what else it wrote."""
    output, said = process.communicate(timeout=30)
    require((process.returncode, said.decode()) == (status, error), f"it ended with {process.returncode}: {said!r}")
    return output


def events_come_while_curl_runs(binary, folder):
    server = Server(binary, folder)
    curl = None
    try:
        server.start()
        curl = subprocess.Popen(["curl", "-sN", f"{server.origin}/connection/tiaz"], stdout=subprocess.PIPE)
        process = decode(binary, stdin=curl.stdout)
        curl.stdout.close()
        require("retry" in json.loads(process.stdout.readline()), "the stream does not begin with retry")
        require(json.loads(process.stdout.readline())["type"] == "position", "the position does not come")
        for data in ("one\ntwo", '"예약" 🚨\t'):
            ident = server.publish({"user": "tiaz", "data": data})[2]["id"]
            got = json.loads(process.stdout.readline())
            require(got == event(data, "alarm", ident), f"an alarm became {got}")
        server.stop()
        lines = end(process, 0).splitlines()
        require(len(lines) == 1 and "retry" in json.loads(lines[0]), f"the end of the stream became {lines}")
    finally:
        if curl:
            curl.kill()
            curl.wait(30)
        server.close()


def head_ends_it(binary, folder):
    process = decode(binary)
    process.stdin.write(b"data: 1\n\n")
    process.stdin.flush()
    require(json.loads(process.stdout.readline()) == event("1"), "the event does not come")
    # Nothing more is written, and it ends all the same.
    process.stdout.close()
    wait_until("it ends with its reader", lambda: process.poll() is not None, 10)
    require(process.returncode == 0 and not process.stderr.read(), f"it ended with {process.returncode}")
    process.stdin.close()
    process.stderr.close()


def failures_are_told(binary, folder):
    cases = [
        ({"stdin": os.open(folder, os.O_RDONLY)}, b"", "standard input cannot be read: is a directory"),
        ({"stdout": os.open("/dev/full", os.O_WRONLY)}, b"data\n\n",
         "standard output cannot be written: no space left on device"),
    ]
    for streams, text, error in cases:
        process = decode(binary, **streams)
        if process.stdin:
            process.stdin.write(text)
        end(process, 1, f"tocsin: {error}\n")
        os.close(next(iter(streams.values())))


def feed(process, pieces):
    for piece in pieces:
        process.stdin.write(piece)
    process.stdin.close()
    process.stdin = None


def long_lines_are_bounded(binary, folder):
    """A line of 100 MB ends it early, unless it may be so long; either way memory follows from the limit."""
    line = [b"data: first\n\ndata: ", *[b"x" * MEGABYTE] * 100]
    process = decode(binary)
    try:
        feed(process, line)
    except BrokenPipeError:
        process.stdin = None
    first = end(process, 1, "tocsin: a line of the event stream is longer than 16777216 bytes; "
                "--max-event allows more\n")
    require(json.loads(first) == event("first"), "what came before is not there")
    process = decode(binary, "--max-event", str(21 * MEGABYTE), stdout=subprocess.DEVNULL)
    feed(process, [*line[:20], b"\n\n"])
    end(process, 0)


def memory_stays_small(binary, folder):
    """Every event tells the last id again, so that a few bytes can become many."""
    process = decode(binary, stdout=subprocess.DEVNULL)
    feed(process, [b"id: ", b"x" * 50_000, b"\n\n", b"data\n\n" * 1000])
    status = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status[1])
    require(process.returncode == 0, f"it ended with {process.returncode}")
    require(status[2].ru_maxrss < 60_000, f"50 MB of lines took {status[2].ru_maxrss} kB")


PARTS = [events_come_while_curl_runs, head_ends_it, failures_are_told, long_lines_are_bounded, memory_stays_small]


if __name__ == "__main__":
    sys.exit(run_test("decode-test", lambda options, folder: run_parts(
        PARTS, os.path.abspath(options.binary), folder)))
