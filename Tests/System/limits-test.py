#!/usr/bin/env python3
"""Limits, slow readers and the end of a running server, with a thousand streams. Standard library only.

Streams here are bare sockets: a thousand of them are read by one poll.
"""
import contextlib
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time

from harness import Failure, Server, Stream, run_parts, run_test, wait_until

STREAMS = 1000


def require(condition, what):
    if not condition:
        raise Failure(what)


class Crowd:
    """Many open streams, of which only what comes and when is kept."""

    def __init__(self, server, count, path="/connection/{}"):
        self.sockets, self.bytes, self.ended = {}, {}, {}
        self.poll = select.poll()
        for number in range(count):
            one = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            one.sendall(f"GET {path.format(number)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            one.setblocking(False)
            self.sockets[one.fileno()], self.bytes[one.fileno()] = one, b""
            self.poll.register(one, select.POLLIN)
        self.read_until("all streams are open", lambda: all(b"position" in got for got in self.bytes.values()))

    def read(self, milliseconds=100):
        """Whether anything came."""
        ready = self.poll.poll(milliseconds)
        for number, _ in ready:
            try:
                piece = self.sockets[number].recv(65536)
            except ConnectionError as error:
                raise Failure(f"a stream was cut: {error}") from None
            self.bytes[number] += piece
            if not piece:
                self.ended[number] = time.monotonic()
                self.poll.unregister(number)
        return bool(ready)

    def read_until(self, what, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            require(time.monotonic() < deadline, f"within {seconds} s: {what}")
            self.read()

    def close(self):
        for one in self.sockets.values():
            one.close()


def streams_end_at_a_pace(binary, folder):
    """All streams end properly, at a pace, and come back later, spread out; publishes are answered until then."""
    server = Server(binary, folder, "--drain", "5")
    server.start()
    with contextlib.closing(server), contextlib.closing(Crowd(server, STREAMS)) as crowd:
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        crowd.read_until("half of the streams have ended", lambda: len(crowd.ended) >= STREAMS // 2)
        require(len(crowd.ended) < STREAMS, "all streams ended at once")
        status, _, answer = server.publish({"everyone": True, "data": "late"})
        require(status == 201, f"a publish during the end was answered {status}")
        late = f"id: {answer['id']}".encode()
        refused = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        refused.sendall(b"GET /connection/a HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = refused.recv(65536)
        require(b"200 OK" in answer and b"retry: " in answer, f"a new stream was answered {answer}")
        refused.close()
        crowd.read_until("all streams have ended", lambda: len(crowd.ended) == STREAMS)
        took = time.monotonic() - begin
        require(server.process.wait(30) == 0, f"the server ended with {server.process.returncode}")
        require(0.5 < took < 4.9, f"{STREAMS} streams ended within {took:.1f} s")
        require(sum(late in got for got in crowd.bytes.values()) > 0, "nobody had what was published during the end")
        returns = []
        for number, got in crowd.bytes.items():
            require(got.endswith(b"\n\n\r\n0\r\n\r\n"), f"a stream ended without its end: {got[-100:]}")
            retry = int(re.findall(rb"retry: (\d+)", got)[-1]) / 1000
            returns.append(crowd.ended[number] + retry - begin)
        require(min(returns) > took + 1, "clients come back while the server still ends")
        seconds = [sum(int(back) == second for back in returns) for second in range(60)]
        require(max(seconds) < STREAMS * 0.4, f"too many come back in one second: {seconds}")
        log = server.tail()
        require(f"ending {STREAMS} streams" in log and "all streams have ended" in log, f"the log does not tell: {log}")
    return f"{STREAMS} streams ended within {took:.1f} s"


def few_streams_end_at_once(binary, folder):
    server = Server(binary, folder)
    server.start()
    with contextlib.closing(server), contextlib.closing(Crowd(server, 90)) as crowd:
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        crowd.read_until("all streams have ended", lambda: len(crowd.ended) == 90)
        took = time.monotonic() - begin
        require(took < 0.5, f"90 streams took {took:.1f} s to end")
        require(server.process.wait(30) == 0, f"the server ended with {server.process.returncode}")
    return f"90 at once"


def a_second_signal_ends_at_once(binary, folder):
    for first, second, status in ((signal.SIGTERM, signal.SIGTERM, 143), (signal.SIGTERM, signal.SIGINT, 130)):
        server = Server(binary, folder, "--drain", "60")
        server.start()
        with contextlib.closing(server), contextlib.closing(Crowd(server, STREAMS)) as crowd:
            status_of_publish = server.publish({"everyone": True, "data": "kept"})[0]
            require(status_of_publish == 201, f"a publish was answered {status_of_publish}")
            server.process.send_signal(first)
            crowd.read_until("some streams have ended", lambda: len(crowd.ended) > 100)
            begin = time.monotonic()
            server.process.send_signal(second)
            require(server.process.wait(5) == status, f"the server ended with {server.process.returncode}")
            require(time.monotonic() - begin < 2, "it took its time")
        require("second signal" in server.tail(), "the log does not tell of the second signal")
    server = Server(binary, folder)
    server.start()
    with contextlib.closing(server), contextlib.closing(
            Stream(server.port, "/connection/a", "earliest")) as stream:
        events = []
        while len(events) < 2:
            events += [event for event in stream.read() if event[1] == "alarm"]
        require([event[2] for event in events] == ["kept", "kept"], f"of what was answered there is {events}")


def one_of_many_stops(binary, folder):
    """A reader that takes nothing: the others have theirs, memory is bounded, and it is closed."""
    server = Server(binary, folder, "--stall-timeout", "4", "--stream-buffer", "16384")
    server.start()
    with contextlib.closing(server), contextlib.closing(Crowd(server, 50, "/events?topic=t")) as crowd:
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", server.port))
        stuck.sendall(b"GET /events?topic=t HTTP/1.1\r\nHost: localhost\r\n\r\n")
        before = memory(server)
        for number in range(50):
            batch = [{"topic": "t", "data": f"{number}-{n} " + "x" * 1000} for n in range(100)]
            require(server.publish(batch)[0] == 201, "a publish was refused")
            # All that has come, or else on a busy machine they would look as if they took nothing, too.
            while crowd.read(0):
                pass
        last = b"data: 49-99 "
        crowd.read_until("all have all", lambda: all(last in got for got in crowd.bytes.values()))
        require(all(got.count(b"event: alarm") == 5000 for got in crowd.bytes.values()), "alarms were lost or doubled")
        grown = memory(server) - before
        require(grown < 100 << 20, f"memory grew by {grown >> 20} MiB")
        poll = select.poll()
        poll.register(stuck, select.POLLHUP | select.POLLERR)
        # A reset: with a proper end the kernel would keep for minutes what nobody takes, and the end behind it.
        require(poll.poll(20_000), "who takes nothing is not closed")
        stuck.close()
        require(not crowd.ended, "others were closed too")
    return f"memory grew by {grown >> 20} MiB"


def memory(server):
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def who_publishes_too_often_waits(binary, folder):
    """Also through a proxy, for the client and not for the proxy; `tocsin publish` waits by itself."""
    server = Server(binary, folder, "--publish-rate", "1", "--trusted-proxy", "127.0.0.1")
    server.start()
    with contextlib.closing(server):
        body, fields = b'{"user":"a","data":1}', {"Content-Type": "application/json"}
        client = {**fields, "X-Forwarded-For": "192.0.2.1, 198.51.100.7"}
        refusal = wait_until("too many requests", lambda: next(
            (answer for answer in [server.request("POST", "/alarms", body, client)] if answer[0] == 429), None))
        require(refusal[1]["retry-after"] == "1", f"Retry-After is {refusal[1].get('retry-after')}")
        other = {**fields, "X-Forwarded-For": "192.0.2.1, 198.51.100.8"}
        require(server.request("POST", "/alarms", body, other)[0] == 201, "another client is refused too")
        # By itself, without a proxy.
        wait_until("too many requests", lambda: server.request("POST", "/alarms", body, fields)[0] == 429)
        command = [server.binary, "publish", "--server", server.origin, "--user", "a", "later"]
        published = subprocess.run(command, capture_output=True, text=True, timeout=60)
        require(published.returncode == 0 and re.fullmatch(r"\d+-\d+\n", published.stdout),
                f"tocsin publish ended with {published.returncode}: {published.stderr}")


def streams_are_counted(binary, folder):
    server = Server(binary, folder, "--max-connections-per-address", "3", "--max-connections-per-user", "2",
                    "--stream-lifetime", "3")
    server.start()
    with contextlib.closing(server):
        crowd = Crowd(server, 3)
        refused = Stream(server.port, "/connection/a")
        text = refused.rest + (b"" if b"retry: " in refused.rest else refused.socket.recv(65536))
        require(b"retry: " in text and b"position" not in text, f"a stream too many was answered {text}")
        refused.close()
        require("--max-connections-per-address allows" in server.tail(), "the log does not tell of the refusal")
        crowd.read_until("their lifetime is over", lambda: len(crowd.ended) == 3, 10)
        require(all(got.endswith(b"\n\n\r\n0\r\n\r\n") for got in crowd.bytes.values()), "a lifetime ended with a cut")
        crowd.close()
        first = Crowd(server, 1)
        rest = Crowd(server, 2, "/connection/0")
        first.read_until("the oldest of the user is replaced", lambda: len(first.ended) == 1)
        require(b"event: replaced" in next(iter(first.bytes.values())), "the oldest was not told that it is replaced")
        first.close()
        rest.close()


TESTS = [few_streams_end_at_once, streams_end_at_a_pace, a_second_signal_ends_at_once, one_of_many_stops,
         who_publishes_too_often_waits, streams_are_counted]


def check(options, folder):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * STREAMS), hard), hard))
    return run_parts(TESTS, options.binary, folder)


if __name__ == "__main__":
    sys.exit(run_test("limits-test", check))
