"""A server of streams and callbacks, with which the contract service is driven as the contract tests' own harness would."""
import http.client
import itertools
import json
import queue
import socket
import subprocess
import threading

from harness import Failure

PATIENCE = 5


class Connection:
    """What the client has connected to a stream of the test with."""

    def __init__(self, sock, method, target, fields, body):
        self.sock, self.method, self.target, self.fields, self.body = sock, method, target, fields, body

    def answer(self, status, *fields, body=b""):
        """Answers with something else than a stream."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *fields]
        self.sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.sock.close()

    def start(self):
        self.sock.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        return self

    def send(self, data, size=None):
        """Sends it in chunks of so many bytes, each in a packet of its own."""
        data = data.encode() if isinstance(data, str) else data
        size = size or max(len(data), 1)
        for start in range(0, len(data), size):
            piece = data[start:start + size]
            self.sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))

    def end(self):
        self.sock.sendall(b"0\r\n\r\n")
        self.sock.close()

    def drop(self):
        self.sock.close()

    def is_closed_by_client(self):
        self.sock.settimeout(PATIENCE)
        try:
            return self.sock.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


class Harness:
    """Accepts streams at /streams/N and callbacks at /callbacks/N/K."""

    def __init__(self):
        self.tests = {}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            sock, _ = self.listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            self._take(sock)
        except ConnectionError:
            sock.close()

    def _take(self, sock):
        file = sock.makefile("rb")
        while line := file.readline():
            method, target, _ = line.decode().split()
            fields = http.client.parse_headers(file)
            body = file.read(int(fields.get("Content-Length", 0)))
            _, kind, number, *rest = target.split("/")
            test = self.tests.get(int(number))
            if kind == "callbacks" and test:
                test.arrived(int(rest[0]), json.loads(body))
                sock.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
            elif test:
                test.connections.put(Connection(sock, method, target, fields, body))
                return
            else:
                sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


class Service:
    """The contract service, as a process."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary, "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(" ", 1)[1])
        # What it says further is of no interest, but must not fill the pipe.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def ask(self, method, target, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(
                method, target, None if body is None else json.dumps(body),
                {} if body is None else {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location"), answer.read()
        finally:
            connection.close()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Test:
    """One test, with a stream of its own."""

    numbers = itertools.count(1)

    def __init__(self, harness, service, **options):
        self.connections, self.messages = queue.Queue(), queue.Queue()
        self._early, self._next, self._lock = {}, 1, threading.Lock()
        number = next(self.numbers)
        harness.tests[number] = self
        self.service = service
        status, self.stream, _ = service.ask("POST", "/", {
            "tag": "test", "streamUrl": f"{harness.url}/streams/{number}",
            "callbackUrl": f"{harness.url}/callbacks/{number}", "initialDelayMs": 0, **options})
        if status // 100 != 2:
            raise Failure(f"a stream was answered {status}")

    def arrived(self, number, message):
        """In the order of their numbers, as the contract has it."""
        with self._lock:
            self._early[number] = message
            while self._next in self._early:
                self.messages.put(self._early.pop(self._next))
                self._next += 1

    def connection(self):
        try:
            return self.connections.get(timeout=PATIENCE)
        except queue.Empty:
            raise Failure(f"no connection within {PATIENCE} s") from None

    def message(self):
        try:
            return self.messages.get(timeout=PATIENCE)
        except queue.Empty:
            raise Failure(f"no message within {PATIENCE} s") from None

    def expect(self, *events):
        """The next messages are events: (type, data, id), or just the data."""
        for event in events:
            kind, data, number = ("message", event, "") if isinstance(event, str) else event
            wanted = {"kind": "event", "event": {"type": kind, "data": data, "id": number}}
            message = self.message()
            if message != wanted:
                raise Failure(f"{str(message)[:300]} instead of {str(wanted)[:300]}")

    def expect_error(self):
        message = self.message()
        if message.get("kind") != "error" or not message.get("error"):
            raise Failure(f"{message} instead of an error")

    def command(self, body):
        return self.service.ask("POST", self.stream, body)[0]

    def end(self):
        return self.service.ask("DELETE", self.stream)[0]
