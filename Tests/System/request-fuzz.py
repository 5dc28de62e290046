#!/usr/bin/env python3
"""Sends a running server requests that were made up and broken at random.

Each case follows from the seed and its number alone. Whatever comes, the server lives, answers only what is HTTP, with
statuses and problems that openapi.yaml knows, and never 500; in the end its memory has not grown, and all its files are
closed. With openapi-spec-validator.

Exit status 1 where that is not so: what was sent is printed, and how to send it again.
"""
import argparse
import json
import os
import random
import re
import shutil
import socket
import sys
import tempfile
import threading
import time

from fuzz_answers import check_answers
from fuzz_requests import conversation
from harness import Failure, Server, wait_until
from openapi import Description

THREADS = 24
# Seconds without a byte after which an answer is taken to be over.
QUIET = 0.25
# Kilobytes that the server may grow by after a quarter of the time.
GROWTH = 40_000


class Case:
    """One connection: what is sent in which pieces, and what comes back."""

    def __init__(self, seed, number):
        self.random = random.Random(f"{seed}-{number}")
        self.number, self.sent = number, conversation(self.random)
        self.answer, self.is_closed = b"", False

    def run(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.settimeout(10)
            try:
                for piece in self.pieces():
                    connection.sendall(piece)
                    if self.random.random() < 0.3:
                        time.sleep(self.random.random() * 0.003)
                if self.random.random() < 0.8:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                # It is answered, and closed, before all is sent.
                pass
            if self.random.random() < 0.1:
                return
            self.receive(connection)

    def pieces(self):
        cuts = sorted(self.random.randrange(len(self.sent) + 1) for _ in range(self.random.choice((0, 0, 0, 1, 2, 8))))
        return [self.sent[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(self.sent)])]

    def receive(self, connection):
        connection.settimeout(QUIET if self.random.random() < 0.8 else QUIET * 4)
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

    def __init__(self, server, seed, statuses):
        self.server, self.seed, self.statuses = server, seed, statuses
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
        case = Case(self.seed, number)
        try:
            case.run(self.server.port)
            seen = check_answers(case.sent, case.answer, case.is_closed, self.statuses)
            if self.server.process.poll() is not None:
                raise Failure(f"the server ended with {self.server.process.returncode}")
        except (Failure, OSError) as failure:
            with self.lock:
                self.failure = self.failure or (
                    f"{failure}; sent {case.sent!r}; answered {case.answer[:2000]!r}; --seed {self.seed} --case {number}")
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


def fuzz(binary, folder, seed, seconds):
    server = Server(binary, folder, "--heartbeat", "1", "--max-body", "65536", "--retain-alarms", "2000")
    try:
        server.start()
        run = Run(server, seed, statuses_of(server))
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
    finally:
        server.close()
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(run.counts.items()))
    return f"{run.number} connections, answered {answers}; memory grew by {grown} kB, seed {seed}"


def replay(binary, folder, seed, number):
    server = Server(binary, folder, "--heartbeat", "1", "--max-body", "65536", "--retain-alarms", "2000")
    try:
        server.start()
        run = Run(server, seed, statuses_of(server))
        run.run(number)
        if run.failure:
            raise Failure(run.failure)
    finally:
        server.close()
    return f"case {number} of seed {seed}: {json.dumps(run.counts)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/tocsin")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--case", type=int, default=None, help="that one only")
    arguments = parser.parse_args()
    seed = random.randrange(1 << 32) if arguments.seed is None else arguments.seed
    folder = tempfile.mkdtemp(prefix="tocsin-fuzz-")
    try:
        if arguments.case is None:
            said = fuzz(arguments.binary, folder, seed, arguments.seconds)
        else:
            said = replay(arguments.binary, folder, seed, arguments.case)
        print(f"request-fuzz: ok: {said}")
    except Failure as failure:
        print(f"request-fuzz: FAILED: {failure}; files in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
