"""Runs the cases of a fuzzer against a server until time is over, or one case again."""
import argparse
import json
import os
import random
import re
import shutil
import tempfile
import threading
import time

from harness import Failure, Server, wait_until
from openapi import Description

THREADS = 24
# Kilobytes that the server may grow by after a quarter of the time: the alarms that it keeps at hand are some of it.
GROWTH = 40_000
OPTIONS = ["--heartbeat", "1", "--max-body", "65536", "--retain-alarms", "2000"]


class FuzzCase:
    """What one connection sends, which follows from the seed and its number, and what comes back."""

    def __init__(self, seed, number, conversation):
        self.random = random.Random(f"{seed}-{number}")
        self.number, self.sent = number, conversation(self.random)
        self.answer, self.is_closed = b"", False

    def receive(self, connection, quiet):
        """Until the peer closes, or sends nothing for `quiet` seconds."""
        connection.settimeout(quiet)
        # A stream does not end, and has something to say all the time.
        deadline = time.monotonic() + 2
        try:
            while len(self.answer) < 1 << 20 and time.monotonic() < deadline:
                piece = connection.recv(65536)
                if not piece:
                    self.is_closed = True
                    break
                self.answer += piece
        except TimeoutError:
            pass
        except OSError:
            # A reset may have destroyed the end of an answer.
            self.answer = b""


class Run:
    """Many cases at a time."""

    def __init__(self, make, server, seed):
        self.make, self.server, self.seed, self.statuses = make, server, seed, statuses_of(server)
        self.lock, self.number, self.failure, self.counts = threading.Lock(), 0, None, {}

    def next(self, deadline):
        with self.lock:
            if self.failure or time.monotonic() >= deadline:
                return None
            self.number += 1
            return self.number - 1

    def work(self, deadline):
        while (number := self.next(deadline)) is not None:
            self.run(number)

    def run(self, number):
        case = self.make(self.seed, number)
        try:
            case.run(self.server.port)
            seen = case.check(self.statuses)
            if self.server.process.poll() is not None:
                raise Failure(f"the server ended with {self.server.process.returncode}")
        except (Failure, OSError) as failure:
            with self.lock:
                self.failure = self.failure or (
                    f"{failure}; sent {case.sent!r}; answered {case.answer[:2000]!r}; "
                    f"--seed {self.seed} --case {number}")
            return
        with self.lock:
            for status in seen:
                self.counts[status] = self.counts.get(status, 0) + 1

    def run_all(self, seconds):
        threads = [threading.Thread(target=self.work, args=(time.monotonic() + seconds,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 60)
        if self.failure:
            raise Failure(self.failure)
        if self.server.status("/health") != 200:
            raise Failure("/health is not 200")


def resident(server):
    """Kilobytes of memory."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def statuses_of(server):
    description = Description(server.request("GET", "/openapi.yaml")[2].decode())
    # Each path has its own, and all have these.
    return {status for _, _, status in description.statuses()} - {500} | {204, 400, 403, 404, 405, 421, 431}


def fuzz(make, server, seed, seconds):
    run = Run(make, server, seed)
    base = open_files(server)
    run.run_all(seconds / 4)
    before = resident(server)
    run.run_all(seconds * 3 / 4)
    wait_until("all files are closed again", lambda: open_files(server) <= base + 8, 60)
    grown = resident(server) - before
    if grown > GROWTH:
        raise Failure(f"memory grew by {grown} kB after the first {seconds / 4:.0f} s; --seed {seed}")
    with open(server.log, encoding="utf-8", errors="replace") as log:
        wrong = [line for line in log if not re.match(r"20\S+ (info|notice|warning): ", line)]
    if wrong:
        raise Failure(f"the log has {len(wrong)} lines such as {wrong[0]!r}; --seed {seed}")
    if server.stop() != 0:
        raise Failure("the server did not end well at SIGTERM")
    seen = ", ".join(f"{count} × {what}" for what, count in sorted(run.counts.items(), key=str))
    return f"{run.number} connections, answered {seen}; memory grew by {grown} kB, seed {seed}"


def replay(make, server, seed, number):
    run = Run(make, server, seed)
    run.run(number)
    if run.failure:
        raise Failure(run.failure)
    return f"case {number} of seed {seed}: {json.dumps(run.counts)}"


def main(name, description, make, make_server=Server):
    """`make` makes a case of a seed and a number; `make_server` a server of a binary, a folder and options."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binary", default=".build/debug/tocsin")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--case", type=int, default=None, help="that one only")
    arguments = parser.parse_args()
    seed = random.randrange(1 << 32) if arguments.seed is None else arguments.seed
    folder = tempfile.mkdtemp(prefix=f"tocsin-{name}-")
    server = make_server(arguments.binary, folder, *OPTIONS)
    try:
        server.start()
        if arguments.case is None:
            said = fuzz(make, server, seed, arguments.seconds)
        else:
            said = replay(make, server, seed, arguments.case)
        print(f"{name}: ok: {said}")
    except Failure as failure:
        print(f"{name}: FAILED: {failure}; files in {folder}")
        return 1
    finally:
        server.close()
    shutil.rmtree(folder)
    return 0
