"""A running `tocsin serve` and its streams, for the tests that need a real process. Standard library only.

It shares no code with the server: streams are read from the raw socket by the rules of WHATWG HTML 9.2.6.
"""
import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class Failure(Exception):
    """What was promised and did not happen."""


def wait_until(what, condition, seconds=30):
    """Waits until `condition()` is true and returns its value; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"within {seconds} s: {what}")
        time.sleep(0.01)


def run_test(name, check, parser=None):
    """The whole of a test: `check(options, folder)` says what went well. Tells it in one line; returns the exit status.

    `parser` has the options beside `--binary`; the folder is gone afterwards.
    """
    parser = parser or argparse.ArgumentParser()
    parser.add_argument("--binary", default=".build/release/tocsin")
    options, begin = parser.parse_args(), time.monotonic()
    folder = tempfile.mkdtemp(prefix=f"tocsin-{name}-")
    try:
        said = check(options, folder)
    except Exception as failure:  # whatever breaks it has failed
        print(f"{name}: FAILED: {type(failure).__name__}: {failure}")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{name}: ok: {said} ({time.monotonic() - begin:.0f} s)")
    return 0


def run_parts(parts, what, folder, *others):
    """Calls each with `what`, a folder of its own and `others`; a failure says in which, and success what each says."""
    told = []
    for part in parts:
        name = part.__name__.replace("_", " ")
        try:
            result = part(what, tempfile.mkdtemp(dir=folder), *others)
        except Exception as failure:
            raise Failure(f"{name}: {type(failure).__name__}: {failure}") from failure
        told.append(f"{name}: {result}" if result else name)
    return "; ".join(told)


class Server:
    """A process of the server on a data file, which may be killed and started again on the same port.

    `arguments` are the command and what it always has; the port comes after them. `security` is the client's side of
    TLS, an `ssl.SSLContext`, where the options say that the server speaks it; `token` is with what alarms are published.
    """

    def __init__(self, binary, folder, *options, prefix=(), environment=None, arguments=None, security=None, token=None):
        self.binary, self.options, self.prefix = os.path.abspath(binary), options, list(prefix)
        self.environment = {**os.environ, **(environment or {})}
        self.data, self.log = os.path.join(folder, "tocsin.db"), os.path.join(folder, "log")
        self.arguments = arguments or ["serve", "--data", self.data]
        self.folder, self.port, self.process, self.security = folder, 0, None, security
        self.token = token

    def start(self, seconds=30):
        begin = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, self.binary, *self.arguments, "--port", str(self.port), *self.options],
                stdout=log, stderr=log, cwd=self.folder, env=self.environment, start_new_session=True)

        def listening():
            with open(self.log, "rb") as log:
                log.seek(begin)
                text = log.read().decode("utf-8", "replace")
            if self.process.poll() is not None:
                raise Failure(f"the server ended at start with {self.process.returncode}: {text[-500:]}")
            return re.search(r"listening on https?://127\.0\.0\.1:(\d+)", text)

        self.port = int(wait_until("the server listens", listening, seconds)[1])
        wait_until("the server is ready", lambda: self.status("/ready") == 200, seconds)

    @property
    def origin(self):
        return f"http{'s' if self.security else ''}://127.0.0.1:{self.port}"

    def connect(self, timeout=30):
        if self.security:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.security)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, connection=None):
        """Status, header fields in lower case, and body."""
        owned = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return response.status, fields, response.read()
        finally:
            if owned:
                connection.close()

    def status(self, path):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.request("GET", path)[0]
        return None

    def publish(self, alarm, connection=None):
        """Status, header fields, and the answer as an object."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        status, fields, body = self.request("POST", "/alarms", json.dumps(alarm).encode(), headers, connection)
        return status, fields, json.loads(body)

    def kill(self):
        """Ends it as a crash would, with no chance to clean up."""
        self.process.kill()
        self.process.wait(30)

    def stop(self):
        """Asks it to end and returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def stop_traced(self):
        """Asks it to end where it is a child of strace, which ends with it."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            for child in children.read().split():
                os.kill(int(child), signal.SIGTERM)
        self.process.wait(30)

    def close(self):
        """Makes sure that it does not outlive the test."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)

    def tail(self):
        with contextlib.suppress(OSError):
            return open(self.log, "rb").read().decode("utf-8", "replace")[-2000:]
        return ""


class EventParser:
    """Turns the bytes of an event stream into events; an id counts once its block is complete."""

    def __init__(self, last_event_id=""):
        self.last_event_id = last_event_id
        self.pending, self.name, self.data, self.ident = b"", "", [], last_event_id

    def feed(self, piece):
        """Events that `piece` completes: (id, name, data)."""
        events = []
        self.pending += piece
        # A CR at the end may be half of a CRLF.
        lines = re.split(rb"\r\n|\n|\r(?!$)", self.pending)
        self.pending = lines.pop()
        for line in lines:
            if not line:
                self.last_event_id = self.ident
                if self.data:
                    events.append((self.ident, self.name or "message", "\n".join(self.data)))
                self.name, self.data = "", []
                continue
            field, _, value = line.partition(b":")
            value = (value[1:] if value.startswith(b" ") else value).decode("utf-8", "replace")
            if field == b"data":
                self.data.append(value)
            elif field == b"event":
                self.name = value
            elif field == b"id" and "\0" not in value:
                self.ident = value
        return events


class ChunkDecoder:
    """Takes the chunks off a body (RFC 9112 7.1) as its bytes come."""

    def __init__(self):
        self.pending, self.left, self.ended = b"", 0, False

    def feed(self, piece):
        self.pending += piece
        out = b""
        while not self.ended:
            if self.left > 2:
                taken = self.pending[:self.left - 2]
                if not taken:
                    break
                out, self.pending, self.left = out + taken, self.pending[len(taken):], self.left - len(taken)
            elif self.left:
                if len(self.pending) < self.left:
                    break
                self.pending, self.left = self.pending[self.left:], 0
            else:
                line, found, rest = self.pending.partition(b"\r\n")
                if not found:
                    break
                size = int(line.split(b";")[0], 16)
                self.pending, self.left, self.ended = rest, size + 2, size == 0
        return out


class Stream:
    """One open event stream."""

    def __init__(self, port, path, last_event_id="", timeout=30, security=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        if security:
            self.socket = security.wrap_socket(self.socket, server_hostname="localhost")
        try:
            lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept: text/event-stream"]
            if last_event_id:
                lines.append(f"Last-Event-ID: {last_event_id}")
            self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            head = b""
            while b"\r\n\r\n" not in head:
                piece = self.socket.recv(65536)
                if not piece:
                    raise ConnectionError("the connection ended before the head of an answer")
                head += piece
            head, _, self.rest = head.partition(b"\r\n\r\n")
            self.status = int(head.split()[1])
            if self.status != 200:
                raise Failure(f"{path} was answered {self.status}")
        except BaseException:
            self.close()
            raise
        self.chunks, self.parser = ChunkDecoder(), EventParser(last_event_id)

    @property
    def last_event_id(self):
        return self.parser.last_event_id

    def read(self):
        """The next events, perhaps none; `None` at the end."""
        piece, self.rest = self.rest or self.socket.recv(65536), b""
        if not piece:
            return None
        return self.parser.feed(self.chunks.feed(piece))

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def order(ident):
    """An id as something that compares as ids do."""
    high, low = ident.split("-")
    return int(high), int(low)
