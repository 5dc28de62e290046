#!/usr/bin/env python3
"""The audit log of a real server: what a kill leaves of it, rotation, a full disk, and files that cannot be one."""
import http.client
import json
import os
import subprocess
import sys
import threading

import time

import jwt

from harness import Failure, Server, Stream, run_test, wait_until

SECRET = "a secret of more than thirty-two bytes"


def lines(*paths):
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found += [json.loads(line) for line in file if line.endswith("\n")]
    return found


def publish_until_killed(server, answered):
    """Publishes one alarm after another on a connection, and notes the ids that were answered."""
    connection = server.connect()
    try:
        while True:
            status, _, answer = server.publish({"user": "tiaz", "data": "SECRET"}, connection)
            if status == 201:
                answered.append(answer["id"])
    except (OSError, ValueError, http.client.HTTPException):
        pass


def a_kill_loses_no_line(binary, folder):
    path, moved = os.path.join(folder, "audit.jsonl"), os.path.join(folder, "audit.jsonl.1")
    server, answered = Server(binary, folder, "--audit", path), []
    server.start()
    try:
        threads = [threading.Thread(target=publish_until_killed, args=(server, answered)) for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_until("some alarms are answered", lambda: len(answered) > 200)
        # As what rotates logs does it.
        os.rename(path, moved)
        wait_until("more are answered", lambda: len(answered) > 400)
        server.kill()
        for thread in threads:
            thread.join()
        told = [line["id"] for line in lines(moved, path)]
        if missing := set(answered) - set(told):
            raise Failure(f"of {len(answered)} alarms that were answered {len(missing)} have no line")
        if len(told) != len(set(told)):
            raise Failure("an alarm has two lines")
        with open(path, "a", encoding="utf-8") as file:
            file.write('{"action":"cut o')
        server.start()
        status, _, answer = server.publish({"user": "tiaz", "data": "SECRET"})
        if status != 201 or last_line(path)["id"] != answer["id"]:
            raise Failure("after a line that was cut off the next one is not whole")
    finally:
        server.close()
    with open(path, encoding="utf-8") as one, open(moved, encoding="utf-8") as other:
        if "SECRET" in one.read() + other.read():
            raise Failure("the audit log has what an alarm says")
    return len(answered)


def last_line(path):
    with open(path, encoding="utf-8") as file:
        return json.loads(file.readlines()[-1])


def a_full_disk_stops_no_alarm(binary, folder):
    path = os.path.join(folder, "link.jsonl")
    os.symlink("/dev/full", path)
    server = Server(binary, folder, "--audit", path)
    server.start()
    try:
        for _ in range(3):
            if server.publish({"user": "tiaz", "data": 1})[0] != 201:
                raise Failure("an alarm was refused since its audit log is full")
        if b"\ntocsin_audit_failing 1\n" not in server.request("GET", "/metrics")[2]:
            raise Failure("the metrics do not tell that the audit log cannot be written")
        os.remove(path)
        wait_until("the lines are written where there is room",
                   lambda: os.path.exists(path) and len(lines(path)) == 3, 10)
        if server.tail().count("since its disk is full; make room") != 1:
            raise Failure("the log does not tell once of the full disk")
    finally:
        server.close()


def token(**claims):
    return jwt.encode({"exp": int(time.time()) + 3600, "iat": int(time.time()) - 10, **claims}, SECRET, "HS256")


def a_hanging_disk_holds_no_revocation_up(binary, folder):
    """A pipe that nobody reads, and that is full, is as a disk that hangs."""
    path = os.path.join(folder, "pipe")
    os.mkfifo(path)
    pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    server = Server(binary, folder, "--audit", path, environment={"TOCSIN_TOKEN_KEY": SECRET})
    server.start()
    try:
        try:
            while True:
                os.write(pipe, b"x")
        except BlockingIOError:
            pass
        stream = Stream(server.port, f"/connection/eve?access_token={token(sub='eve')}")
        admin = {"Authorization": f"Bearer {token(tocsin={'admin': True})}", "Content-Type": "application/json"}
        begin, answered = time.monotonic(), []
        asking = threading.Thread(target=lambda: answered.append(
            (server.request("POST", "/revocations", b'{"sub":"eve"}', admin)[0], time.monotonic() - begin)))
        asking.start()
        while stream.read() is not None:
            if answered and answered[0][0] != 204:
                raise Failure(f"nothing was revoked: {answered}")
        ended = time.monotonic() - begin
        asking.join()
        if answered[0][0] != 204 or answered[0][1] < 1.5:
            raise Failure(f"the revocation did not wait for its line: {answered}")
        if ended > 1:
            raise Failure(f"the stream of a revoked user went on for {ended:.1f} s, while the audit log was waited for")
        os.set_blocking(pipe, True)
        while b"\n" not in os.read(pipe, 1 << 16):
            pass
    finally:
        server.close()
        os.close(pipe)


def what_cannot_be_one_is_refused(binary, folder):
    foreign = os.path.join(folder, "foreign")
    with open(foreign, "w", encoding="ascii") as file:
        file.write("SQLite format 3")
    data = os.path.join(folder, "tocsin.db")
    for audit, words in [(foreign, "is no audit log, and is left as it is"), (folder, "is a folder"), (data, "is the data file"),
                         (os.path.join(folder, "no", "audit"), "its folder is missing; make the folder"), ("", "is the path of a file")]:
        result = subprocess.run([binary, "serve", "--port", "0", "--data", data, "--audit", audit],
                                capture_output=True, text=True, timeout=30)
        if result.returncode == 0 or words not in result.stderr or result.stderr.count("\n") != 1:
            raise Failure(f"--audit {audit!r} ends with {result.returncode}: {result.stderr!r}")
    with open(foreign, encoding="ascii") as file:
        if file.read() != "SQLite format 3":
            raise Failure("a foreign file was changed")


def check(options, folder):
    binary = os.path.abspath(options.binary)
    count = a_kill_loses_no_line(binary, folder)
    a_full_disk_stops_no_alarm(binary, folder)
    a_hanging_disk_holds_no_revocation_up(binary, folder)
    what_cannot_be_one_is_refused(binary, folder)
    return f"a line for each of {count} answered alarms after a kill and a rotation; a full disk stops none, and a hanging one no revocation"


if __name__ == "__main__":
    sys.exit(run_test("audit-test", check))
