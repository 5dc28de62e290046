#!/usr/bin/env python3
"""Clients that are not ours read the real server, over breaks: all hear the same alarms, each once and in order.

Chromium's EventSource, curl, and PyPI's sseclient-py, httpx-sse and aiohttp-sse-client2. Connections are cut in the
middle of an alarm, and the server is started again; what is published meanwhile each client asks for in its own way.
"""
import json
import os
import sys

from browsers import Site, chromium
from foreign_clients import CLIENTS
from harness import Failure, Server, run_test, wait_until
from standin import StandIn

SHAPES = [
    "one line", "two\r\nlines\rand\nmore\n\nand an end\n", "\n", "", " leading\n  and more\t", "\ttab ",
    {"b": 1.0, "a": None, "2": ["x"]}, None, "예약에 성공했습니다!", "🚨 e\u0301 👩\u200d👩\u200d👧 \U0010ffff",
    "no\u2028line\u0085ends\u000bare\u000chere\u001c", "\ufeffmark", "data: no field\nid: 7\n: no comment",
    '{"text": 1}', "x" * 100_000, "\u0000\u001b\u007f",
]
NAMES = ["alarm", "message", "예약 완료"]
PAGE = "<!doctype html><title>Test</title><link rel=icon href=data:,><script src=page.js></script>"
SCRIPT = """
window.log = { alarms: [], isOpen: false };
const source = new EventSource(%s);
const hear = ({ lastEventId, type, data }) => log.alarms.push([lastEventId, type, data]);
for (const name of %s) source.addEventListener(name, hear);
source.addEventListener("position", () => log.isOpen = true);
"""


class Page:
    """An EventSource in Chromium, asked as the other clients are."""

    name = "Chromium"

    def __init__(self, page, url):
        self.page = page
        page.goto(url)

    @property
    def is_open(self):
        return self.page.evaluate("log.isOpen")

    @property
    def alarms(self):
        return [tuple(alarm) for alarm in self.page.evaluate("log.alarms")]

    @staticmethod
    def expected(data):
        return data


def text(data):
    """What a reader that follows the standard hears of data."""
    if isinstance(data, str):
        return data.replace("\r\n", "\n").replace("\r", "\n")
    return json.dumps(data, separators=(",", ":"))


class Test:
    def __init__(self, server, clients):
        self.server, self.clients, self.published = server, clients, []

    def publish(self, data, name="alarm", **fields):
        alarm = {"user": "tiaz", "event": name, "data": data, **fields}
        status, _, answer = self.server.publish(alarm)
        if status != 201:
            raise Failure(f"{alarm} was answered {status}: {answer}")
        self.published.append((answer["id"], name, text(data)))

    def expect_all(self, when):
        for client in self.clients:
            wanted = [(ident, name, client.expected(data)) for ident, name, data in self.published]
            try:
                wait_until(f"{len(wanted)} alarms", lambda: len(client.alarms) >= len(wanted))
            except Failure as failure:
                raise Failure(f"{when}: {client.name} had {len(client.alarms)}: {failure}") from None
            heard = client.alarms
            wrong = [(ours, theirs) for ours, theirs in zip(wanted, heard) if ours != theirs]
            if wrong or len(heard) != len(wanted):
                raise Failure(f"{when}: {client.name} had {len(heard)} of {len(wanted)}, first wrong: "
                              f"{str(wrong[:1])[:500]}")


def run(server, proxy, clients):
    test = Test(server, clients)
    for client in clients:
        wait_until(f"{client.name} is there", lambda: client.is_open)
    test.publish("come back soon", retry=500)
    for number, data in enumerate(SHAPES):
        test.publish(data, NAMES[number % len(NAMES)])
    test.expect_all("at first")

    # The next alarm is cut in its middle: half of it was no alarm.
    proxy.hold(allowance=50_000)
    test.publish("y" * 100_000)
    wait_until("all are cut off", lambda: not proxy.open)
    for number in range(20):
        test.publish(f"while cut off {number}", NAMES[number % len(NAMES)])
    proxy.forward()
    test.expect_all("after a cut")

    # Streams end as they should, and the next ones wait until the server has more.
    proxy.hold()
    server.stop()
    wait_until("all have ended", lambda: not proxy.open)
    server.start()
    for data in SHAPES:
        test.publish(data)
    proxy.forward()
    test.expect_all("after a restart")
    test.publish("live again")
    test.expect_all("in the end")
    return len(test.published)


def check(options, folder):
    server, clients = Server(os.path.abspath(options.binary), folder), []
    try:
        server.start()
        with StandIn(server.port) as proxy, chromium() as browser:
            url = f"{proxy.origin}/connection/tiaz"
            script = SCRIPT % (json.dumps(url), json.dumps(NAMES))
            with Site({"/": PAGE, "/page.js": script}) as site:
                clients += [kind(url) for kind in CLIENTS]
                page = Page(browser.new_page(), f"{site.origin}/")
                count = run(server, proxy, [*clients, page])
            unbroken = [client.name for client in clients if not client.breaks]
            if unbroken:
                raise Failure(f"{unbroken} were not cut off")
            names = ", ".join(client.name for client in [page, *clients])
            return f"{names} each heard {count} alarms once and in order, over a cut and a restart"
    finally:
        for client in clients:
            client.close()
        server.close()


if __name__ == "__main__":
    sys.exit(run_test("clients-test", check))
