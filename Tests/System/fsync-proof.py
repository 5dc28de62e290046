#!/usr/bin/env python3
"""Proves that an answer to a publish means that the alarm is on disk. Standard library only, with strace and a C compiler.

Under strace, between the read of a publish and the write of its answer, or of the event to a stream, the alarm is
written to the write-ahead log and an fdatasync of that ends. And where that fdatasync fails (failing-sync.c), the
answer is 503, no event goes out and `/ready` says why; when it works again all goes on, each alarm once and in order.

Exit status 1 where that is not so, which is said.
"""
import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from harness import Failure, Server, Stream, order, wait_until
from preloaded import FailingSync

PUBLISHES = 20


class Listener(threading.Thread):
    """Reads a stream to its end."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.events, self.opened = stream, [], threading.Event()
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while (events := self.stream.read()) is not None:
                self.events += [event for event in events if event[1] != "position"]
                self.opened.set()

    def data(self):
        return [data for _, _, data in list(self.events)]


def listen(server, user):
    listener = Listener(Stream(server.port, f"/connection/{user}"))
    if not listener.opened.wait(30):
        raise Failure("the stream did not open within 30 s")
    return listener


# MARK: strace


class Call:
    """A system call of a trace: the lines of its start and its end, and what it said."""

    def __init__(self, name, begin, text):
        self.name, self.begin, self.end, self.text = name, begin, begin, text


def calls(path):
    """The system calls of a trace, in the order of their starts."""
    found, open_calls = [], {}
    with open(path, encoding="utf-8", errors="replace") as trace:
        for number, line in enumerate(trace):
            thread, _, rest = line.rstrip("\n").partition(" ")
            rest = rest.lstrip()
            if match := re.match(r"<\.\.\. (\w+) resumed>(.*)", rest):
                if call := open_calls.pop((thread, match[1]), None):
                    call.end, call.text = number, call.text + match[2]
            elif match := re.match(r"(\w+)\((.*)", rest):
                call = Call(match[1], number, match[2].removesuffix("<unfinished ...>"))
                if rest.endswith("<unfinished ...>"):
                    open_calls[thread, match[1]] = call
                found.append(call)
    return found


READS, WRITES = {"read", "recvfrom", "recvmsg", "readv"}, {"write", "sendto", "sendmsg", "writev"}


def single(found, what):
    found = list(found)
    if not found:
        raise Failure(f"the trace shows no {what}")
    return found[0]


def check_trace(path, marks):
    """For each publish: read, written to the log, synced, and only then answered and sent."""
    trace = calls(path)
    for mark in marks:
        text = f'{mark}\\"'  # as strace quotes it, within JSON or at the end of a data line
        read = single((c for c in trace if c.name in READS and text in c.text), f"read of {mark}")
        after = [c for c in trace if c.begin > read.begin]
        answer = single((c for c in after if c.name in WRITES and "HTTP/1.1 201" in c.text), f"answer to {mark}")
        event = single((c for c in after if c.name in WRITES and f"data: {mark}\\n" in c.text), f"event of {mark}")
        log = [c for c in after if re.match(r"\d+<[^>]*-wal>", c.text)]
        written = [c for c in log if c.name == "pwrite64" and mark in c.text]
        written = single(written, f"write of {mark} to the write-ahead log")
        synced = [c for c in log if c.name in ("fdatasync", "fsync") and c.begin > written.end and c.text.endswith("= 0")]
        synced = single(synced, f"fdatasync of the write-ahead log after {mark} was written to it")
        for what, call in (("answered", answer), ("sent to a stream", event)):
            if not read.begin < written.begin < synced.begin <= synced.end < call.begin:
                raise Failure(
                    f"{mark} was {what} in line {call.begin} of the trace, and the fdatasync ended in line {synced.end}")


def prove_order(binary, folder):
    """Publishes one alarm after another under strace."""
    trace = os.path.join(folder, "trace")
    probe = subprocess.run(["strace", "-f", "-o", trace, "true"], capture_output=True, text=True)
    if probe.returncode != 0:
        raise Failure(
            f"strace may not trace here ({probe.stderr.strip()[-200:]}); allow ptrace, in a container with "
            "--cap-add=SYS_PTRACE")
    names = ",".join(sorted(READS | WRITES | {"fdatasync", "fsync", "pwrite64"}))
    prefix = ["strace", "-f", "-y", "-s", "8192", "-e", f"trace={names}", "-e", "signal=none", "-o", trace]
    server = Server(binary, folder, prefix=prefix)
    marks = [f"proof-{number}-end" for number in range(PUBLISHES)]
    try:
        server.start(60)
        listener = listen(server, "tiaz")
        with contextlib.closing(server.connect()) as connection:
            for mark in marks:
                status, _, answer = server.publish({"user": "tiaz", "data": mark}, connection)
                if status != 201:
                    raise Failure(f"a publish was answered {status}: {answer}")
                wait_until(f"the stream is sent {mark}", lambda: mark in listener.data())
        server.stop_traced()
    finally:
        server.close()
    check_trace(trace, marks)
    return f"{len(marks)} publishes under strace, each synced before its answer and its event"


# MARK: A disk that fails

ANY_CURE = ["same key", "nothing of this was stored"]


def expect_refusal(server, alarm, cures):
    status, fields, answer = server.publish(alarm)
    if status != 503 or not fields["content-type"].startswith("application/problem+json"):
        raise Failure(f"while fdatasync fails a publish was answered {status} {fields}: {answer}")
    if not any(cure in answer["detail"] for cure in cures):
        raise Failure(f"the refusal does not say any of {cures}: {answer}")


def publish(server, alarm, statuses=(201,)):
    status, _, answer = server.publish(alarm)
    if status not in statuses:
        raise Failure(f"the publish of {alarm} was answered {status}: {answer}")
    return answer["id"]


def prove_failure(binary, folder):
    """Lets fdatasync fail for a while."""
    disk = FailingSync(folder)
    server = Server(binary, folder, environment=disk.environment)
    try:
        server.start()
        listener = listen(server, "tiaz")
        ids = [publish(server, {"user": "tiaz", "data": f"before-{i}"}) for i in range(3)]
        wait_until("the stream is sent what was published", lambda: len(listener.events) == 3)

        keyed = [{"user": "tiaz", "data": f"keyed-{i}", "key": f"k{i}"} for i in range(3)]
        disk.fail()
        for alarm in keyed:
            # Nobody knows what became of the first; until the file is opened anew nothing more is tried.
            expect_refusal(server, alarm, ANY_CURE if alarm is not keyed[0] else ["same key"])
            status, _, body = server.request("GET", "/ready")
            if status != 503 or not body:
                raise Failure(f"while fdatasync fails /ready is {status}: {body}")
            if server.status("/health") != 200:
                raise Failure("while fdatasync fails /health is not 200")
        expect_refusal(server, {"user": "tiaz", "data": "unkeyed"}, ANY_CURE)
        reason = body.decode()
        disk.work()

        wait_until("/ready is 200 when fdatasync works again", lambda: server.status("/ready") == 200)
        if early := [data for data in listener.data() if data.startswith("keyed")]:
            # What was written may have been stored all the same; then it was sent only once that was known.
            for data in early:
                if publish(server, keyed[int(data[-1])], (200,)) not in [ident for ident, _, _ in listener.events]:
                    raise Failure(f"{data} was sent with an id that the journal does not know")
        ids += [publish(server, alarm, (200, 201)) for alarm in keyed]
        ids.append(publish(server, {"user": "tiaz", "data": "after"}))
        wait_until("the stream is sent the last alarm", lambda: "after" in listener.data())

        alarms = json.loads(server.request("GET", "/users/tiaz/alarms")[2])["alarms"]
        there = [(alarm["id"], alarm["event"], alarm["data"]) for alarm in alarms]
        if listener.events != there:
            raise Failure(f"the stream was sent {listener.events}, the journal holds {there}")
        if [order(ident) for ident, _, _ in there] != sorted({order(ident) for ident, _, _ in there}):
            raise Failure(f"ids are not in order: {there}")
        if missing := set(ids) - {ident for ident, _, _ in there}:
            raise Failure(f"answered and not in the journal: {missing}")
        if server.stop() != 0:
            raise Failure("the server did not end well at SIGTERM")
    except Failure as failure:
        raise Failure(f"{failure}; the log ends: {server.tail()}") from None
    finally:
        server.close()
    return f"4 publishes refused while fdatasync failed, {len(there)} alarms sent once and in order; /ready said: {reason.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    arguments = parser.parse_args()
    for prove in (prove_order, prove_failure):
        folder = tempfile.mkdtemp(prefix="tocsin-fsync-")
        try:
            print(f"fsync-proof: ok: {prove(arguments.binary, folder)}", flush=True)
        except Failure as failure:
            print(f"fsync-proof: FAILED: {failure}; files in {folder}")
            return 1
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
