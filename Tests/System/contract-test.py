#!/usr/bin/env python3
"""Drives the contract service as the contract tests for clients of event streams do, and as their rules say. Standard
library only."""
import argparse
import json
import os
import queue
import sys
import time

from contract_harness import Harness, Service, Test
from harness import Failure

CAPABILITIES = {
    "bom", "comments", "headers", "last-event-id", "post", "read-timeout", "report", "restart",
    "server-directed-shutdown-request",
}
BOM = b"\xef\xbb\xbf"

# What a stream says, and what a client makes of it, whatever ends its lines and however it is cut.
STREAMS = {
    "one event": ("data: Hello\n\n", ["Hello"]),
    "two events": ("data: Hello\n\ndata: World\n\n", ["Hello", "World"]),
    "a type and an id": ("event: greeting\ndata: Hello\nid: abc\n\n", [("greeting", "Hello", "abc")]),
    "fields in any order": ("id: abc\ndata: Hello\nevent: greeting\n\n", [("greeting", "Hello", "abc")]),
    "several lines": ("data: a\ndata: b\ndata:\ndata: c\n\n", ["a\nb\n\nc"]),
    "an id that lasts": ("id: 1\ndata: a\n\ndata: b\n\n", [("message", "a", "1"), ("message", "b", "1")]),
    "an id without data": ("id: 1\n\ndata: a\n\n", [("message", "a", "1")]),
    "an id that is taken back": ("id: 1\ndata: a\n\nid:\ndata: b\n\n", [("message", "a", "1"), "b"]),
    "an id with NUL": ("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n", [("message", "a", "1"), ("message", "b", "1")]),
    "a type without data": ("event: x\n\ndata: a\n\n", ["a"]),
    "a type that is empty": ("event:\ndata: a\n\n", ["a"]),
    "a type that comes again": ("event: x\nevent: y\ndata: a\n\n", [("y", "a", "")]),
    "data without a colon": ("data\n\ndata\ndata\n\ndata: a\n\n", ["", "\n", "a"]),
    "data without a space": ("data:Hello\n\n", ["Hello"]),
    "data with a further space": ("data:  Hello \n\n", [" Hello "]),
    "a colon in the data": ("data: a: b\n\n", ["a: b"]),
    "unknown fields": ("whatever: x\ndata: a\nnothing\n data: c\nDATA: d\n\n", ["a"]),
    "blank lines": ("\n\n\ndata: a\n\n\n\ndata: b\n\n", ["a", "b"]),
    "a retry that is none": ("retry: x\nretry: 1.5\nretry:\ndata: a\n\n", ["a"]),
    "letters of several bytes": ("event: 알람\ndata: 예약에 성공했습니다! 🔔\nid: ü\n\n", [("알람", "예약에 성공했습니다! 🔔", "ü")]),
}


def check(holds, what):
    if not holds:
        raise Failure(what)


def parsing(start):
    """Each stream with each end of a line, in one piece, bytewise and in pieces of two bytes."""
    for name, (text, events) in STREAMS.items():
        for end_name, end in (("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")):
            for size in (None, 1, 2):
                def run(text=text, events=events, end=end, size=size):
                    test = start()
                    connection = test.connection().start()
                    connection.send(text.replace("\n", end), size)
                    # Without another byte, also where the last one is CR.
                    test.expect(*events)
                    test.end()
                yield f"{name}, {end_name}, {size or 'all'} at a time", run


def tests(start, service):
    """Those of the contract that are about more than lines."""

    def request():
        connection = (test := start()).connection()
        check(connection.method == "GET", f"the method is {connection.method}")
        for field, value in (("Accept", "text/event-stream"), ("Cache-Control", "no-cache"), ("Last-Event-Id", None)):
            check(connection.fields.get(field) == value, f"{field} is {connection.fields.get(field)!r}")
        test.end()

    def headers():
        connection = (test := start(headers={"X-One": "1", "x-two": "a, b"})).connection()
        check((connection.fields["x-one"], connection.fields["X-Two"]) == ("1", "a, b"), "the headers are others")
        test.end()

    def last_event_id():
        connection = (test := start(lastEventId="abc")).connection()
        check(connection.fields["Last-Event-Id"] == "abc", "the id is another")
        connection.start().send("data: a\n\n")
        test.expect(("message", "a", "abc"))
        test.end()

    def with_body(method):
        test = start(method=method, body='{"hello": "world"}', headers={"content-type": "application/json"})
        for _ in range(2):
            connection = test.connection()
            check((connection.method, connection.body) == (method, b'{"hello": "world"}'), "the request is another")
            check(connection.fields["Content-Type"] == "application/json", "the content type is another")
            connection.start().end()
        test.end()

    def comments():
        connection = (test := start()).connection().start()
        # At once, before any blank line, and in the middle of an event.
        for sent, text in ((":\n", ""), (": a\n", " a"), ("data: x\n:b:c\n", "b:c")):
            connection.send(sent)
            check(test.message() == {"kind": "comment", "comment": text}, "the comment is another")
        connection.send("\n")
        test.expect("x")
        test.end()

    def byte_order_mark(size):
        connection = (test := start()).connection().start()
        connection.send(BOM + b"data: a\n\n" + BOM + b"data: b\n\ndata: " + BOM + b"c\n\n", size)
        test.expect("a", "\ufeffc")
        connection.end()
        # Each connection has one of its own.
        connection = test.connection().start()
        connection.send(BOM[:2] + b"\ndata: d\n\n", size)
        test.expect_error()
        test.expect("d")
        test.end()

    def large(count):
        data = "x" * count
        connection = (test := start()).connection().start()
        connection.send(f"data: {data}\n\n", 1 << 16)
        test.expect(data)
        test.end()

    def hundred():
        connection = (test := start()).connection().start()
        connection.send("".join(f"data: {number}\n\n" for number in range(100)))
        test.expect(*map(str, range(100)))
        test.end()

    def reconnection(ending):
        connection = (test := start()).connection().start()
        connection.send("id: 1\ndata: a\n\nid: 2\ndata: cut off\n")
        test.expect(("message", "a", "1"))
        getattr(connection, ending)()
        connection = test.connection()
        check(connection.fields["Last-Event-Id"] == "1", f"the id is {connection.fields['Last-Event-Id']}")
        connection.start().send("data: b\n\n")
        test.expect_error()
        test.expect(("message", "b", "1"))
        test.end()

    def empty_id():
        connection = (test := start(lastEventId="abc")).connection().start()
        connection.send("id\ndata: a\n\n")
        test.expect("a")
        connection.end()
        check("Last-Event-Id" not in test.connection().fields, "an empty id was sent")
        test.end()

    def retry_field():
        connection = (test := start()).connection().start()
        connection.send("retry: 500\ndata: a\n\n")
        test.expect("a")
        began = time.monotonic()
        connection.end()
        test.connection()
        passed = time.monotonic() - began
        check(0.5 <= passed < 3, f"the time was {passed}")
        test.end()

    def read_timeout():
        connection = (test := start(readTimeoutMs=500)).connection().start()
        connection.send("data: a\n\n")
        test.expect("a")
        test.expect_error()
        test.connection().start().send("data: b\n\n")
        test.expect("b")
        check(connection.is_closed_by_client(), "the first connection is still open")
        test.end()

    def restart():
        connection = (test := start()).connection().start()
        connection.send("id: 1\ndata: a\n\n")
        test.expect(("message", "a", "1"))
        check(test.command({"command": "restart"}) // 100 == 2, "the command was not taken")
        check(connection.is_closed_by_client(), "the connection was not closed")
        connection = test.connection()
        check(connection.fields["Last-Event-Id"] == "1", "the id is another")
        connection.start().send("data: b\n\n")
        test.expect(("message", "b", "1"))
        test.end()

    def no_content():
        (test := start()).connection().answer("204 No Content")
        try:
            test.connections.get(timeout=1)
        except queue.Empty:
            test.end()
            return
        raise Failure("it connected again after 204")

    def redirect(status):
        (test := start()).connection().answer(status, f"Location: {test_path(test)}?moved")
        connection = test.connection()
        check(connection.target.endswith("?moved"), f"it asked for {connection.target}")
        connection.start().send("data: a\n\n")
        test.expect("a")
        test.end()

    def test_path(test):
        return next(f"/streams/{number}/" for number, other in harness_tests.items() if other is test)

    def bad_redirect(status, fields):
        (test := start()).connection().answer(status, *fields)
        test.expect_error()
        test.end()

    def bad_status(status):
        (test := start()).connection().answer(status)
        test.expect_error()
        test.end()

    def ending():
        connection = (test := start()).connection().start()
        check(test.end() in (200, 204), "the stream could not be ended")
        check(connection.is_closed_by_client(), "its connection is open")
        check(test.end() == 404 and test.command({"command": "restart"}) == 404, "it is still there")

    def control():
        status, _, body = service.ask("GET", "/")
        check((status, set(json.loads(body)["capabilities"])) == (200, CAPABILITIES), f"GET / says {body}")
        check(service.ask("POST", "/", {"tag": "x"})[0] == 400, "an order without URLs was taken")
        test = start()
        check(test.command({"command": "listen", "listen": {"type": "x"}}) // 100 == 2, "listen was not taken")
        check(test.command({"command": "dance"}) == 400, "an unknown command was taken")
        test.end()

    yield from (
        ("request", request), ("headers", headers), ("last-event-id", last_event_id), ("comments", comments),
        ("100 events", hundred), ("an empty id", empty_id), ("retry", retry_field), ("read timeout", read_timeout),
        ("restart", restart), ("204", no_content), ("end", ending), ("control", control))
    harness_tests = start.harness.tests
    for run, values in (
            (with_body, [("POST",), ("REPORT",)]), (byte_order_mark, [(None,), (1,), (2,)]),
            (large, [(7_000_000,), (14_000_000,)]), (reconnection, [("end",), ("drop",)]),
            (redirect, [("301 Moved Permanently",), ("307 Temporary Redirect",)]),
            (bad_redirect, [(status, fields) for status in ("301 Moved Permanently", "307 Temporary Redirect")
                            for fields in ((), ("Location: ",))]),
            (bad_status, [("401 Unauthorized",), ("404 Not Found",), ("500 Internal Server Error",)])):
        for arguments in values:
            yield f"{run.__name__} {arguments}", lambda run=run, arguments=arguments: run(*arguments)


class Start:
    """Begins a test."""

    def __init__(self, harness, service):
        self.harness, self.service = harness, service

    def __call__(self, **options):
        return Test(self.harness, self.service, **options)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/ContractService")
    service = Service(os.path.abspath(parser.parse_args().binary))
    start = Start(Harness(), service)
    began, count, failures = time.monotonic(), 0, []
    try:
        for name, run in (*parsing(start), *tests(start, service)):
            count += 1
            try:
                run()
            except (Failure, OSError) as failure:
                failures.append(f"{name}: {failure}")
        if service.ask("DELETE", "/")[0] // 100 != 2 or service.process.wait(10) != 0:
            failures.append("the service does not end when it is told to")
    finally:
        service.kill()
    for failure in failures:
        print(f"contract-test: FAILED: {failure}")
    if not failures:
        print(f"contract-test: ok: {count} tests in {time.monotonic() - began:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
