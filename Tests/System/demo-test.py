#!/usr/bin/env python3
"""Runs `tocsin demo` as somebody who tries it, and asks `tocsin serve` for its configuration. Standard library only.

It takes some twelve seconds, since notices come every five.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

from harness import Failure, Server, Stream, wait_until

USERS = ["tiaz", '김 "민" \\']


def check(holds, what):
    if not holds:
        raise Failure(what)


def read(stream, events, enough, seconds=30):
    """Reads more of a stream's events until `enough(events)`."""
    deadline = time.monotonic() + seconds
    while not enough(events):
        check(time.monotonic() < deadline, f"within {seconds} s: {events}")
        more = stream.read()
        check(more is not None, f"a stream ended after {events}")
        events += [event for event in more if event[1] != "position"]


def notices(events):
    return [data for _, name, data in events if name == "notice"]


def run_scenario(server):
    """What the two users see, and that each sees only their own."""
    streams = [Stream(server.port, "/connection/" + urllib.parse.quote(user, safe="")) for user in USERS]
    try:
        seen = [[], []]
        for stream, events, user in zip(streams, seen, USERS):
            read(stream, events, lambda events: events)
            check(events[0][1:] == ("message", f"Hello! {user}"), f"the first event of {user} is {events[0]}")
        status, _, answer = server.publish({"everyone": True, "data": "for all"})
        check(status == 201, f"the publish was answered {status}: {answer}")
        status, _, answer = server.publish({
            "user": "tiaz", "event": "reservation",
            "translations": {"ko": {"message": "예약에 성공했습니다!"}, "en-US": {"message": "Your reservation is made."}}})
        check(status == 201, f"the publish was answered {status}: {answer}")
        times = []
        for stream, events, user in zip(streams, seen, USERS):
            for count in (1, 2):
                read(stream, events, lambda events: len(notices(events)) >= count)
                times.append(time.monotonic())
            quoted = user.replace("\\", "\\\\").replace('"', '\\"')
            check(set(notices(events)) == {f'{{"name":"{quoted}"}}'}, f"the notices of {user} are {notices(events)}")
            check([data for _, name, data in events if name == "alarm"] == ["for all"], f"{user} has {events}")
        check(4 < times[1] - times[0] < 8, f"notices came {times[1] - times[0]:.1f} s apart")
        reservations = [[json.loads(data)["message"] for _, name, data in events if name == "reservation"] for events in seen]
        check(reservations == [["예약에 성공했습니다!"], []], f"the reservation was seen as {reservations}")
    finally:
        for stream in streams:
            stream.close()


def demo(binary, folder):
    temporary = os.path.join(folder, "tmp")
    os.mkdir(temporary)
    server = Server(binary, folder, arguments=["demo"], environment={"TMPDIR": temporary})
    try:
        server.start()
        url = f"http://127.0.0.1:{server.port}"
        for line in (f"    {url}\n", f"    curl -N {url}/connection/tiaz\n", f" publish --server {url} --user tiaz "):
            check(line in server.tail(), f"{line!r} is not in what the demo says: {server.tail()}")
        wait_until("the journal is there", lambda: any("tocsin.db" in names for _, _, names in os.walk(temporary)))
        run_scenario(server)
        # As it was told to type.
        command = re.search(r"^    (.* publish .*)$", server.tail(), re.M)[1]
        typed = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
        check(re.fullmatch(r"\d+-\d+\n", typed.stdout), f"what it says to type gives {typed.stdout}{typed.stderr}")
        second = subprocess.run(
            [server.binary, "demo", "--port", str(server.port)], capture_output=True, text=True, timeout=60,
            env={**os.environ, "TMPDIR": temporary})
        check(second.returncode == 1 and re.fullmatch(r"tocsin: port \d+ .* is in use; .*--port\n", second.stderr),
              f"a second demo on the port ended with {second.returncode}: {second.stderr}")
        check(len(os.listdir(temporary)) == 1, f"the second demo left {os.listdir(temporary)}")
        status = server.stop()
        check(status == 0, f"the demo ended with {status}: {server.tail()}")
        check(os.listdir(temporary) == [], f"the demo left {os.listdir(temporary)}")
    finally:
        server.close()


def guarded(binary, folder):
    """With access rules, what it says to type makes the tokens that it needs."""
    temporary = os.path.join(folder, "guarded-tmp")
    os.mkdir(temporary)
    secret = "a secret of more than thirty-two bytes"
    with open(os.path.join(folder, "a key"), "w", encoding="ascii") as file:
        file.write(secret)
    for options, variable in ((["--token-key-file", "a key", "--token-audience", "shop"], {}),
                              ([], {"TOCSIN_TOKEN_KEY": secret})):
        environment = {"TMPDIR": temporary, **variable}
        server = Server(binary, folder, *options, arguments=["demo"], environment=environment)
        if os.path.exists(server.log):
            os.remove(server.log)
        try:
            server.start()
            said = wait_until("the demo says what to type",
                              lambda: server.tail() if "It ends with Ctrl-C" in server.tail() else None)

            def typed(pattern, limit=None):
                command = re.search(pattern, said, re.M)[1]
                return subprocess.run(
                    ["bash", "-c", command + (limit or "")], capture_output=True, text=True, timeout=60, cwd=folder,
                    env={**os.environ, **variable}).stdout

            check(re.fullmatch(r"\d+-\d+\n", typed("^    (.* publish --server .*)$")), f"no publish as told: {said}")
            begins = typed("^    (curl .*)$", " -s | head -n 3")
            check("event: " in begins or "data: " in begins or "id: " in begins, f"no stream as told: {begins!r} {said}")
            token = typed("^    (.* token --user tiaz --publish .*)$").strip()
            fields = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            status = server.request("POST", "/alarms", b'{"topic":"any","data":1}', fields)[0]
            check(status == 201, f"the token for the page publishes with {status}: {said}")
            check(server.stop() == 0, f"the demo with access rules did not end well: {server.tail()}")
        finally:
            server.close()


def kept(binary, folder):
    """A journal that is named stays, wherever it is named."""
    temporary = os.path.join(folder, "kept-tmp")
    os.mkdir(temporary)
    with open(os.path.join(folder, "demo.yaml"), "w", encoding="utf-8") as file:
        file.write("data: kept.db\ngreeting: Hi {user}\n")
    server = Server(
        binary, folder, arguments=["demo", "--config", "demo.yaml"], environment={"TMPDIR": temporary},
        prefix=["nohup"])
    try:
        server.start()
        # It was started so that it outlives its terminal.
        server.process.send_signal(signal.SIGHUP)
        stream, events = Stream(server.port, "/connection/a"), []
        read(stream, events, lambda events: events)
        stream.close()
        check(events[0][2] == "Hi a", f"the greeting is {events[0]}")
        check(server.stop() == 0 and os.path.exists(os.path.join(folder, "kept.db")), "the named journal is gone")
        check(os.listdir(temporary) == [], "a temporary folder was made beside a named journal")
    finally:
        server.close()


def empty_tmpdir(binary, folder):
    """A variable that is set to nothing names no folder."""
    server = Server(binary, folder, arguments=["demo"], environment={"TMPDIR": ""})
    try:
        server.start()
        journal = re.search(r"journal (/tmp/tocsin-demo-[0-9A-F-]{36})/", server.tail())
        check(journal and os.path.isdir(journal[1]), f"the journal is elsewhere: {server.tail()}")
        # As when its terminal is closed, and the shell in it passes that on.
        for _ in range(2):
            server.process.send_signal(signal.SIGHUP)
        check(server.process.wait(30) == 0, "the demo did not end well at SIGHUP")
        check(not os.path.exists(journal[1]), f"the demo left {journal[1]}")
    finally:
        server.close()


def print_config(binary, folder):
    """What is in force is told with where it is from, and taken again."""
    path = os.path.join(folder, "tocsin.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("port: 0\n\ngreeting: 'a # {user}: 안녕'\nheartbeat: 30s\n")

    def printed(*arguments, **variables):
        result = subprocess.run(
            [binary, "serve", "--print-config", *arguments], capture_output=True, text=True, timeout=60, cwd=folder,
            env={**os.environ, **variables})
        check(result.returncode == 0 and not result.stderr, f"--print-config: {result.returncode}, {result.stderr}")
        return result.stdout

    before = sorted(os.listdir(folder))
    first = printed("--config", "tocsin.yaml", "--data", "other.db", TOCSIN_HEARTBEAT="20", TOCSIN_MAX_BODY="")
    for line in ("port: 0  # tocsin.yaml:1", 'greeting: "a # {user}: 안녕"  # tocsin.yaml:3',
                 "heartbeat: 20  # TOCSIN_HEARTBEAT", "data: other.db  # --data", "max-body: 1048576  # default",
                 "cors-origin: []  # default", "# default-language:  # not given"):
        check(line in first.splitlines(), f"no {line!r} in:\n{first}")
    check(re.search(r"^max-connections: \d+  # default$", first, re.M), f"no number of streams in:\n{first}")
    check(sorted(os.listdir(folder)) == before, f"--print-config made {os.listdir(folder)}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(first)
    second = printed(TOCSIN_CONFIG="tocsin.yaml")
    values = [[line.rpartition("  # ")[0] for line in text.splitlines()] for text in (first, second)]
    check(values[0] == values[1], f"printed again it is:\n{second}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    binary = os.path.abspath(parser.parse_args().binary)
    folder = tempfile.mkdtemp(prefix="tocsin-demo-test-")
    # Where this runs under nohup, the servers that it starts would ignore the signal too.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        print_config(binary, folder)
        demo(binary, folder)
        guarded(binary, folder)
        kept(binary, folder)
        empty_tmpdir(binary, folder)
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        print(f"demo-test: FAILED: {failure}")
        return 1
    finally:
        shutil.rmtree(folder)
    print("demo-test: ok: greeting, notices of each user's own, alarms, no file left, and --print-config")
    return 0


if __name__ == "__main__":
    sys.exit(main())
