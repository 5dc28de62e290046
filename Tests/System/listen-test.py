#!/usr/bin/env python3
"""Has `tocsin listen` listen to servers that are not ours, and to ours: events, restart, resume, and the end.

The others are sse-starlette under uvicorn, aiohttp-sse, and Flask under gunicorn, see foreign_servers.py.
"""
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time

from certificates import client_security, make_certificate
from harness import Failure, Server, run_parts, run_test, wait_until

TEXTS = ["first", "예약에 성공했습니다!", '{"a": [1, null]}', "  spaces  ", "", "six", "seven", "eight"]


class Listener:
    """A `tocsin listen` whose lines are waited for."""

    def __init__(self, binary, *arguments, environment=None):
        self.process = subprocess.Popen(
            [os.path.abspath(binary), "listen", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8", env={**os.environ, **(environment or {})})
        self.lines, self.errors = queue.Queue(), []
        threading.Thread(target=lambda: [self.lines.put(line) for line in self.process.stdout], daemon=True).start()
        self._reading = threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True)
        self._reading.start()

    def line(self, seconds=20):
        try:
            return self.lines.get(timeout=seconds).rstrip("\n")
        except queue.Empty:
            raise Failure(f"no line within {seconds} s; it said {self.errors}") from None

    def end(self, number=None):
        """Ends it, or waits for its end; returns its status and what it said."""
        if number:
            self.process.send_signal(number)
        status = self.process.wait(20)
        self._reading.join(20)
        check(self.lines.empty(), f"there were lines that nobody waited for: {list(self.lines.queue)}")
        return status, "".join(self.errors)

    def kill(self):
        self.process.kill()
        self.process.wait()


def check(holds, what):
    if not holds:
        raise Failure(what)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class ForeignServer:
    def __init__(self, name, folder):
        self.name, self.port, self.path, self.process = name, free_port(), os.path.join(folder, "lines"), None
        self.url = f"http://127.0.0.1:{self.port}/events"
        open(self.path, "w").close()

    def write(self, texts):
        with open(self.path, "a", encoding="utf-8") as file:
            file.writelines(text + "\n" for text in texts)

    def start(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foreign_servers.py")
        # In a group of its own: gunicorn has children.
        self.process = subprocess.Popen(
            [sys.executable, script, self.name, str(self.port), self.path], start_new_session=True)
        wait_until("the server accepts", self._accepts)

    def _accepts(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def kill(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def foreign(name, binary, folder):
    server = ForeignServer(name, folder)
    server.start()
    listener = Listener(binary, "--json", server.url)

    def expect(numbers):
        for number in numbers:
            wanted = {"type": "notice", "data": TEXTS[number], "lastEventId": str(number + 1)}
            check(json.loads(line := listener.line()) == wanted, f"{line} instead of {wanted}")

    try:
        server.write(TEXTS[:5])
        expect(range(5))
        server.kill()
        server.write(TEXTS[5:7])
        server.start()
        expect(range(5, 7))
        # A reader that comes again now is told to stop.
        open(server.path + ".end", "w").close()
        server.write(TEXTS[7:])
        expect(range(7, 8))
        server.kill()
        server.start()
        status, said = listener.end()
        check(status == 0, f"after 204 it ended with {status}: {said}")
        check(said.count("connected again") == 1, f"of the connection it said {said}")
        check(said.endswith("go on with --last-event-id 8\n"), f"at its end it said {said}")
        # From where it ended, as from where it was told.
        os.remove(server.path + ".end")
        again = Listener(binary, "--json", "--last-event-id", "6", server.url)
        try:
            check(json.loads(again.line())["lastEventId"] == "7" and json.loads(again.line())["lastEventId"] == "8",
                  "it did not go on where it was told")
            status, said = again.end(signal.SIGTERM)
            check(status == 0 and said.endswith("--last-event-id 8\n"), f"it ended with {status}: {said}")
        finally:
            again.kill()
    finally:
        listener.kill()
        server.kill()


def starlette(binary, folder):
    """sse-starlette under uvicorn."""
    foreign("starlette", binary, folder)


def aiohttp(binary, folder):
    """aiohttp-sse."""
    foreign("aiohttp", binary, folder)


def gunicorn(binary, folder):
    """Flask under gunicorn."""
    foreign("gunicorn", binary, folder)


def tocsin(binary, folder):
    """Our own: languages, topics, a crash, another stream that takes its place."""
    server = Server(binary, folder, "--connections", "latest")
    server.start()
    environment = {"TOCSIN_SERVER": f"http://127.0.0.1:{server.port}"}
    listener = Listener(
        binary, "--user", "김 민", "--topic", "a/b&c", "--lang", "ko,en", "--json", environment=environment)
    try:
        wait_until("the stream is open", lambda: server_streams(server).get("http/1.1") == "1")
        wait_until("the system looks after the peer", lambda: is_kept_alive(server.port))
        ids = [
            server.publish(alarm)[2]["id"] for alarm in (
                {"user": "김 민", "event": "seat", "translations": {"en": "yours", "ko": "당신의 것"}},
                {"topic": "a/b&c", "data": {"n": 1}}, {"everyone": True, "data": "line\nline"})]
        for ident, (kind, data) in zip(ids, [("seat", "당신의 것"), ("alarm", '{"n":1}'), ("alarm", "line\nline")]):
            wanted = {"type": kind, "data": data, "lastEventId": ident}
            check(json.loads(line := listener.line()) == wanted, f"{line} instead of {wanted}")
        server.kill()
        server.start()
        server.publish({"user": "김 민", "data": "after"})
        check(json.loads(listener.line())["data"] == "after", "it did not go on after a crash")
        newer = Listener(binary, "--user", "김 민", environment=environment)
        try:
            check(json.loads(listener.line())["type"] == "replaced", "it was not told that it was replaced")
            status, said = listener.end()
            check(status == 0, f"the replaced one ended with {status}: {said}")
            server.publish({"user": "김 민", "event": "e", "data": "a\nb \x1b[31m"})
            check([newer.line(), newer.line()] == ["e  a", "   b \\u{1B}[31m"], "the lines for people are others")
        finally:
            newer.kill()
    finally:
        listener.kill()
        server.kill()


def is_kept_alive(port):
    """Whether a connection to that port waits for nothing but to ask whether its peer lives (proc_net_tcp)."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        connections = [line.split() for line in file][1:]
    return any(fields[2].endswith(f":{port:04X}") and fields[5].startswith("02:") for fields in connections)


def server_streams(server):
    """How many streams are open by protocol, as the metrics tell it."""
    text = server.request("GET", "/metrics")[2].decode()
    return dict(re.findall(r'^tocsin_streams\{protocol="([^"]*)"\} (\d+)', text, re.M))


def secure(binary, folder):
    """HTTP/2 over TLS, with a certificate that is trusted, and with one that is not."""
    make_certificate(folder)
    server = Server(binary, folder, "--tls-certificate", f"{folder}/certificate.pem", "--tls-key", f"{folder}/key.pem",
                    security=client_security())
    server.start()
    url = f"https://localhost:{server.port}/connection/u"
    trusting = {"SSL_CERT_FILE": f"{folder}/certificate.pem"}
    listener, wrong = Listener(binary, url, environment=trusting), []
    try:
        wait_until("a stream over HTTP/2", lambda: server_streams(server).get("h2") == "1")
        server.publish({"user": "u", "data": "x" * 200_000})
        check(listener.line() == "alarm  " + "x" * 200_000, "the alarm is another")
        server.kill()
        server.start()
        server.publish({"user": "u", "data": "after"})
        check(listener.line() == "alarm  after", "it did not go on after a crash")
        status, said = listener.end(signal.SIGINT)
        check(status == 0 and "connected again" in said, f"it ended with {status}: {said}")
        unread = "the file that the variable SSL_CERT_FILE names cannot be read, or has no certificate in PEM; correct it, or "
        wrong = [
            (Listener(binary, url, environment={"SSL_CERT_FILE": f"{folder}/none"}), unread),
            (Listener(binary, url, environment={"SSL_CERT_FILE": f"{folder}/key.pem"}), unread),
            (Listener(binary, url.replace("localhost", "[::ffff:127.0.0.1]"), environment=trusting),
             "it shows a certificate for another name; write the name that it is for in the URL; next attempt in "),
            (Listener(binary, url.replace("https", "http")), "if it has a certificate, write https; next attempt in "),
            (Listener(binary, url),
             f"tocsin: no connection with {url}: it shows no certificate that is trusted here, or speaks no TLS; "
             "name a file with the certificate in the variable SSL_CERT_FILE, or correct the URL; next attempt in "),
        ]
        for other, words in wrong:
            wait_until("it says what is wrong", lambda: other.errors)
            status, said = other.end(signal.SIGINT)
            check(status == 0 and words in said and ".build" not in said, f"it ended with {status}: {said}")
        environment = {**os.environ, "SSL_CERT_FILE": f"{folder}/none"}
        published = subprocess.run(
            [os.path.abspath(binary), "publish", "--server", f"https://localhost:{server.port}", "--user", "u", "hi"],
            capture_output=True, text=True, timeout=60, env=environment)
        check(published.returncode == 1 and published.stderr.startswith("tocsin: the file that the variable SSL_CERT_")
              and published.stderr.count("\n") == 1, f"without certificates publish says {published.stderr}")
    finally:
        listener.kill()
        for other, _ in wrong:
            other.kill()
        server.kill()


def commands(binary, folder):
    """A command for each event, one at a time."""
    server = Server(binary, folder)
    server.start()
    environment = {"TOCSIN_SERVER": f"http://127.0.0.1:{server.port}"}
    ids = [
        server.publish({"user": "u", "data": data})[2]["id"] for data in ("one", "two\nlines", "x" * 100_000, "last")]
    script = 'printf "%s %s %s " "$EVENT_TYPE" "$EVENT_ID" "${#EVENT_DATA}"; wc -c; test "$EVENT_DATA" != one'
    listener = Listener(
        binary, "--user", "u", "--last-event-id", "earliest", "--exec", script, environment=environment)
    try:
        for ident, (variable, count) in zip(ids, [(3, 3), (9, 9), (0, 100_000), (4, 4)]):
            wanted = ["alarm", ident, str(variable), str(count)]
            check(listener.line().split() == wanted, f"the event {ident} is another")
        # A command that reads nothing does not end it.
        listener.kill()
        listener = Listener(
            binary, "--user", "u", "--last-event-id", ids[0], "--exec", "echo done", environment=environment)
        for _ in range(3):
            check(listener.line() == "done", "a command that reads nothing")
        status, said = listener.end(signal.SIGINT)
        check((status, said) == (0, f"tocsin: go on with --last-event-id {ids[3]}\n"), f"it ended: {status}, {said}")
        # A command that the signal has ended, before it came here, runs again another time.
        listener = Listener(
            binary, "--user", "u", "--last-event-id", ids[1], "--exec",
            f"test $EVENT_ID = {ids[2]} && exit; (sleep 0.01; kill -INT $PPID) & kill -INT $$", environment=environment)
        status, said = listener.end()
        check((status, said) == (0, f"tocsin: go on with --last-event-id {ids[2]}\n"), f"it ended: {status}, {said}")
        # The event whose command the end comes in on counts once the command has ended.
        marker = os.path.join(folder, "begun")
        listener = Listener(
            binary, "--user", "u", "--last-event-id", ids[2], "--exec",
            f"trap '' INT; touch {marker}; sleep 1; echo whole", environment=environment)
        wait_until("the command runs", lambda: os.path.exists(marker))
        listener.process.send_signal(signal.SIGINT)
        check(listener.line() == "whole", "the command was cut off")
        status, said = listener.end()
        check(status == 0 and said.endswith(f" {ids[3]}\n"), f"it ended with {status}: {said}")
        # Who does not want to wait for it says so again.
        listener = Listener(
            binary, "--user", "u", "--last-event-id", ids[2], "--exec", "trap '' INT; echo begun; sleep 5",
            environment=environment)
        check(listener.line() == "begun", "the command did not begin")
        wait_until("it ended at once", lambda: listener.process.send_signal(signal.SIGINT) or listener.process.poll())
        check(listener.end()[0] == 130, f"it ended with {listener.process.returncode}")
    finally:
        listener.kill()
        server.kill()


def readers(binary, folder):
    """Who reads has enough: it ends then, not at the next event."""
    server = Server(binary, folder)
    server.start()
    process = subprocess.Popen(
        [os.path.abspath(binary), "listen", "--user", "u", "--last-event-id", "earliest"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env={**os.environ, "TOCSIN_SERVER": f"http://127.0.0.1:{server.port}"})
    try:
        ident = server.publish({"user": "u", "data": "one"})[2]["id"]
        check(process.stdout.readline() == b"alarm  one\n", "the alarm is another")
        process.stdout.close()
        said = process.stderr.read().decode()
        check((process.wait(20), said) == (0, f"tocsin: go on with --last-event-id {ident}\n"), f"it said {said}")
    finally:
        process.kill()
        process.wait()
        server.kill()


def requests(binary, _):
    """The token is for the server, and for no other's URL; 503 is for now only."""
    asked = []
    socket_, url = raw_server(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", asked)
    try:
        for arguments, token in (
                (("--server", url, "--user", "u"), "mine"),
                (("--server", url, "--user", "u", "--token", "other"), "other"), ((url,), None),
                ((url, "--token", "other"), "other")):
            asked.clear()
            listener = Listener(binary, "--lang", "ko", *arguments, environment={"TOCSIN_TOKEN": "mine"})
            try:
                wait_until("the next attempt is told", lambda: any("next attempt" in text for text in listener.errors))
                status, said = listener.end(signal.SIGTERM)
                check(status == 0 and "503 Service Unavailable" in said, f"it ended with {status}: {said}")
            finally:
                listener.kill()
            fields = dict(line.lower().split(b": ", 1) for line in asked[0].split(b"\r\n")[1:] if line)
            check(fields.get(b"authorization") == (token and b"bearer " + token.encode()), f"{arguments} sent {fields}")
            check(fields[b"accept-language"] == b"ko", f"its languages are {fields}")
            check(fields[b"user-agent"].startswith(b"tocsin/"), f"it says it is {fields}")
    finally:
        socket_.close()


def failures(binary, folder):
    """What cannot be listened to."""
    server = Server(binary, folder)
    server.start()
    try:
        for arguments, status, message in (
                ((f"http://127.0.0.1:{server.port}/nowhere",), 1, "404 Not Found: there is nothing at /nowhere"),
                ((f"http://127.0.0.1:{server.port}/health",), 1, "not text/event-stream"),
                (("nonsense",), 1, "'nonsense' is no URL"),
                ((), 64, "give --user, --topic, or the URL of a stream"),
                (("--user", ""), 64, "--user or --topic is empty"),
                (("http://127.0.0.1/", "--user", "a"), 64, "with a URL"),
                (("--user", "a", "--json", "--exec", "x"), 64, "choose one of them"),
                (("--user", "a", "--server", "nonsense"), 64, "--server is a URL like")):
            listener = Listener(binary, *arguments)
            try:
                found, said = listener.end()
                check((found, said.count("\n"), said[:8]) == (status, 1, "tocsin: ") and message in said,
                      f"{arguments} ended with {found}: {said}")
            finally:
                listener.kill()
    finally:
        server.kill()


def raw_server(answer, asked=None):
    """A server that gives each connection these bytes, and closes it; returns its socket and URL.

    What it is asked is appended to `asked`.
    """
    asked = [] if asked is None else asked
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}/"


def hostile(binary, _):
    """A server that would write to the terminal, send an id that no variable holds, or has a position of its own."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    problem = b'{"detail":"x\\u001b[31m"}'
    refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s" % (len(problem), problem)
    for answer, arguments, line, status, message in (
            (head + b"event: position\ndata: 52.1 4.3\nid: 1\n\n", (), "position  52.1 4.3", 0, "--last-event-id 1\n"),
            (refusal, (), None, 1, "x\\u{1B}[31m"),
            (head + b"event: \x1b[2J\ndata: x\n\n", (), "\\u{1B}[2J  x", 0, ""),
            (head + b"event: a\0b\ndata: c\0d\n\n", ("--exec", "echo ${EVENT_TYPE-none} ${EVENT_DATA-none}"),
             "none none", 0, ""),
            (head + b"id: a'\x1b\ndata: x\n\n", ("--exec", "echo a; exit 3"), "a", 0, "--last-event-id $'a\\'\\033'\n"),
            (head + b"id: " + b"i" * 200_000 + b"\ndata: x\n\n", ("--exec", "echo a"), "a", 0, "--last-event-id ")):
        socket_, url = raw_server(answer)
        listener = Listener(binary, *arguments, url)
        try:
            if line:
                check(listener.line() == line, f"the command of {answer[:120]} printed something else")
                wait_until("the stream ended", lambda: any("next attempt" in text for text in listener.errors))
            found, said = listener.end(signal.SIGINT if line else None)
            check(found == status and message in said and "\x1b" not in said,
                  f"of {answer[:120]} it said, at its end with {found}: {said[:300]!r}")
        finally:
            listener.kill()
            socket_.close()


def check_all(options, folder):
    parts = [starlette, aiohttp, gunicorn, tocsin, secure, commands, readers, requests, failures, hostile]
    return run_parts(parts, options.binary, folder)


if __name__ == "__main__":
    sys.exit(run_test("listen-test", check_all))
