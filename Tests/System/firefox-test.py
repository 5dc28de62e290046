#!/usr/bin/env python3
"""Kills the server under two readers in Firefox, a plain EventSource and tocsin.js: both resume and miss nothing.

Firefox has rules of its own for the last event id: it ignores one in a block without data, so that a stream that breaks
before its first alarm is the case to see.
"""
import argparse
import json
import shutil
import sys
import tempfile
import time

from browsers import Site
from harness import Failure, Server, wait_until
from marionette import Firefox

PAGE = "<!doctype html><title>Test</title><link rel=icon href=data:,><script type=module src=page.js></script>"
SCRIPT = """
import { connect } from "%(server)s/tocsin.js";
const plain = { alarms: [], opened: 0 };
if (location.search !== "?client") {
  const source = new EventSource("%(server)s/connection/fx");
  source.onopen = () => plain.opened += 1;
  source.addEventListener("alarm", ({ lastEventId }) => plain.alarms.push(lastEventId));
  window.source = source;
}
const client = { alarms: [] };
const connection = connect({ user: "fx", onAlarm: ({ id }) => client.alarms.push(id) });
Object.assign(window, { plain, client, connection });
"""


class Readers:
    """Both, in the tab that is looked at."""

    def __init__(self, firefox):
        self.firefox = firefox

    def wait(self, what, expression, seconds=20):
        try:
            return wait_until(what, lambda: self.firefox.evaluate(f"Boolean({expression})"), seconds)
        except Failure as failure:
            state = self.firefox.evaluate("JSON.stringify([window.plain, window.client, window.connection?.state])")
            raise Failure(f"{failure}; the page has {state}") from None

    def wait_open(self, times):
        self.wait(f"both streams were opened {times} times",
                  f"window.plain?.opened >= {times} && connection.state.phase === 'open' && "
                  f"connection.state.opened >= {times}")

    def expect(self, ids, *readers):
        for reader in readers:
            self.wait(f"{reader} has {len(ids)} alarms", f"window.{reader}?.alarms.length >= {len(ids)}")
            got = self.firefox.evaluate(f"{reader}.alarms")
            if got != ids:
                raise Failure(f"{reader} had {got} instead of {ids}")


def kill_and_start(server, readers):
    server.kill()
    readers.wait("both breaks are seen", "source.readyState === 0 && connection.state.phase !== 'open'")
    server.start()


def run(server, firefox, site):
    def publish(**alarm):
        return server.publish({"user": "fx", "data": "alarm", **alarm})[2]["id"]

    readers = Readers(firefox)
    firefox.open(f"{site.origin}/")
    readers.wait_open(1)

    # Nothing came yet: without the position the browser would come back with no id, and miss these.
    kill_and_start(server, readers)
    ids = [publish(retry=500), publish(), publish()]
    readers.expect(ids, "plain", "client")
    readers.wait_open(2)

    kill_and_start(server, readers)
    ids += [publish(), publish()]
    readers.expect(ids, "plain", "client")
    readers.wait("two alarms were caught up", "connection.state.resumed.alarms === 2")

    # Tabs share a stream, and who is left takes it over.
    first, second = firefox.tab(), firefox.new_tab()
    firefox.open(f"{site.origin}/?client")
    readers.wait("the second tab follows",
                 "window.connection?.state.role === 'follower' && connection.state.phase === 'open'")
    live = [publish()]
    readers.expect(live, "client")
    firefox.switch(first)
    readers.expect(ids + live, "plain", "client")
    firefox.close_tab()
    firefox.switch(second)
    live.append(publish())
    readers.wait("the second tab leads", "connection.state.role === 'leader'")
    readers.expect(live, "client")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    arguments = parser.parse_args()
    folder, begin = tempfile.mkdtemp(prefix="tocsin-firefox-test-"), time.monotonic()
    server = Server(arguments.binary, folder, "--greeting", "Hello! {user}")
    try:
        server.start()
        files = {"/": PAGE, "/page.js": SCRIPT % {"server": server.origin}}
        with Site(files) as site, Firefox() as firefox:
            version = json.dumps(firefox.evaluate("navigator.userAgent").rpartition("/")[2])
            run(server, firefox, site)
    except Failure as failure:
        print(f"firefox-test: FAILED: {failure}")
        return 1
    finally:
        server.close()
        shutil.rmtree(folder)
    print(f"firefox-test: ok: EventSource and tocsin.js in Firefox {version} missed nothing over two kills, "
          f"in {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
