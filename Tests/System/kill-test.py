#!/usr/bin/env python3
"""Kills the server under load, again and again, and checks that nothing that was promised is lost. Standard library only.

Publishers send on their own connections, some alarms with a key and some without; subscribers resume with the last
event id. The server is killed with SIGKILL at a random instant and started again on the same file. In the end:

- every alarm that was answered is in the journal, as it was published, and none is in it twice;
- a publish whose answer was lost, sent again with its key, counts once;
- ids never go back;
- every subscriber saw each of its alarms exactly once and in order, over all restarts.

Exit status 1 on any violation, which is said.
"""
import argparse
import collections
import contextlib
import http.client
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from urllib.parse import quote

from harness import Failure, Server, Stream, order, wait_until

TOPICS = 5
LOST = (OSError, http.client.HTTPException)


class Journal:
    """What publishers know of the alarms they sent."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answered = {}  # serial -> id
        self.unknown = set()  # serials without a key whose answer was lost
        self.newest = (0, 0)
        self.resent = self.resent_known = 0
        self.recent = collections.deque(maxlen=200)
        self.violations = []

    def violation(self, text):
        with self.lock:
            self.violations.append(text)

    def answer(self, serials, ids, is_new, newest_before):
        with self.lock:
            for serial, ident in zip(serials, ids, strict=True):
                if serial in self.answered:
                    self.violations.append(f"alarm {serial} was answered twice")
                self.answered[serial] = ident
                self.recent.append((serial, ident))
                if is_new and order(ident) <= newest_before:
                    self.violations.append(f"id {ident} was given after {newest_before}: ids went back")
                self.newest = max(self.newest, order(ident))
            if len(set(map(order, ids))) != len(ids) or sorted(map(order, ids)) != list(map(order, ids)):
                self.violations.append(f"the ids of one request are out of order: {ids}")


class Publisher(threading.Thread):
    """One connection that publishes, one request after another."""

    def __init__(self, number, server, journal, subscribers, seed):
        super().__init__(daemon=True)
        self.number, self.server, self.journal, self.subscribers = number, server, journal, subscribers
        self.random, self.count, self.over = random.Random(f"{seed}-{number}"), 0, threading.Event()

    def address(self):
        kind = self.random.random()
        if kind < 0.70:
            return {"user": f"u{self.random.randrange(self.subscribers)}"}
        if kind < 0.80:
            users = self.random.sample(range(self.subscribers), min(3, self.subscribers))
            return {"users": [f"u{user}" for user in users]}
        if kind < 0.98:
            return {"topic": f"t{self.random.randrange(TOPICS)}"}
        return {"everyone": True}

    def next_request(self):
        """Alarms of one request and whether they have keys."""
        has_keys = self.random.random() < 0.7
        alarms = []
        for _ in range(self.random.choice((1, 1, 1, 1, 7))):
            self.count += 1
            serial = f"p{self.number}-{self.count}"
            alarms.append({**self.address(), "data": serial, **({"key": serial} if has_keys else {})})
        return alarms, has_keys

    def run(self):
        connection = None
        request, is_again = None, False
        while request or not self.over.is_set():
            if not request:
                request, is_again = self.next_request(), False
            alarms, has_keys = request
            serials = [alarm["data"] for alarm in alarms]
            newest_before = self.journal.newest
            try:
                connection = connection or self.server.connect(timeout=20)
                status, _, answer = self.server.publish(alarms if len(alarms) > 1 else alarms[0], connection)
            except (*LOST, ValueError):
                status = None
                if connection:
                    connection.close()
                connection = None
            if status in (200, 201):
                ids = answer["ids"] if len(alarms) > 1 else [answer["id"]]
                # An array of which a part was stored cannot be: it is all or nothing.
                self.journal.answer(serials, ids, status == 201, newest_before)
                if status == 200 and not is_again:
                    self.journal.violation(f"alarm {serials[0]} was known before it was sent")
                if is_again:
                    with self.journal.lock:
                        self.journal.resent += 1
                        self.journal.resent_known += status == 200
                request = None
            elif status not in (None, 503):
                self.journal.violation(f"a publish was answered {status}: {answer}")
                request = None
            elif has_keys:
                is_again = True
                time.sleep(0.01)  # the server is starting
            else:
                with self.journal.lock:
                    self.journal.unknown.update(serials)
                request = None
                time.sleep(0.01)
        if connection:
            connection.close()


class Subscriber(threading.Thread):
    """One user's stream with a topic, which resumes until it has seen the fence."""

    def __init__(self, number, server, journal, fence):
        super().__init__(daemon=True)
        self.user, self.topic = f"u{number}", f"t{number % TOPICS}"
        self.server, self.journal, self.fence = server, journal, fence
        self.path = f"/connection/{quote(self.user)}?topic={quote(self.topic)}"
        self.seen, self.last_event_id, self.connections = [], "", 0
        self.opened, self.done, self.stream = threading.Event(), threading.Event(), None

    def run(self):
        while not self.done.is_set():
            try:
                self.stream = Stream(self.server.port, self.path, self.last_event_id)
                self.connections += 1
                while not self.done.is_set():
                    events = self.stream.read()
                    if events is None:
                        break
                    for ident, name, data in events:
                        self.take(ident, name, data)
                    # As a browser does: an id counts once its block was dispatched.
                    self.last_event_id = self.stream.last_event_id
                    if self.last_event_id:
                        self.opened.set()
            except (OSError, ValueError):
                time.sleep(0.01)  # the server is starting
            except Failure as failure:
                self.journal.violation(f"subscriber {self.user}: {failure}")
                return
            finally:
                if self.stream:
                    self.stream.close()

    def take(self, ident, name, data):
        if name == "position":
            return
        if name != "alarm":
            self.journal.violation(f"subscriber {self.user} was sent the event {name} {data}")
            return
        self.seen.append((ident, data))
        if data == self.fence:
            self.done.set()


def listed(server, path, separator):
    """All that a list of the server has: (id, data), oldest first."""
    alarms, after = [], None
    with contextlib.closing(server.connect()) as connection:
        while True:
            target = path + separator + "limit=1000" + (f"&after={after}" if after else "")
            status, _, body = server.request("GET", target, connection=connection)
            if status != 200:
                raise Failure(f"{target} was answered {status}")
            page = json.loads(body)
            if page.get("reset"):
                raise Failure(f"{target} was reset: {page['reset']}")
            alarms += [(alarm["id"], alarm["data"]) for alarm in page["alarms"]]
            after = page["next"]
            if not after:
                return alarms


def check_restart(server, journal):
    """The alarms answered last before a kill are there after it."""
    with journal.lock:
        recent = list(journal.recent)
    with contextlib.closing(server.connect()) as connection:
        for serial, ident in recent:
            status, _, body = server.request("GET", f"/alarms/{ident}", connection=connection)
            if status != 200 or json.loads(body)["data"] != serial:
                journal.violation(f"alarm {serial} was answered with id {ident}, and is {status} after the kill: {body}")


def check_end(server, journal, subscribers):
    """Compares what publishers were told, what the journal holds and what subscribers saw."""
    kept = {}
    for subscriber in subscribers:
        alarms = listed(server, f"/users/{subscriber.user}/alarms?topic={subscriber.topic}", "&")
        kept.update((ident, data) for ident, data in alarms)
        if subscriber.seen != alarms:
            seen, there = set(subscriber.seen), set(alarms)
            again = [event for event, count in collections.Counter(subscriber.seen).items() if count > 1]
            journal.violation(
                f"subscriber {subscriber.user} saw {len(subscriber.seen)} alarms of {len(alarms)}: "
                f"missed {sorted(there - seen)[:3]}, not in the journal {sorted(seen - there)[:3]}, twice {again[:3]}, "
                f"in order: {seen != there or bool(again) or sorted(subscriber.seen, key=lambda e: order(e[0])) == alarms}")
    times = collections.Counter(kept.values())
    for serial, count in times.items():
        if count > 1:
            journal.violation(f"alarm {serial} is in the journal {count} times")
        if serial not in journal.answered and serial not in journal.unknown:
            journal.violation(f"alarm {serial} is in the journal and was not published")
    for serial, ident in journal.answered.items():
        if kept.get(ident) != serial:
            journal.violation(f"alarm {serial} was answered with id {ident}, which is now {kept.get(ident)}")
    return kept


def check_file(path, journal, kept):
    """The file is sound and holds what the lists showed."""
    with contextlib.closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)) as database:
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
        count = database.execute("SELECT count(*) FROM alarms").fetchone()[0]
    if sound != "ok":
        journal.violation(f"the data file is damaged: {sound}")
    if count != len(kept):
        journal.violation(f"the data file holds {count} alarms, the lists showed {len(kept)}")


def run(arguments, folder):
    chance = random.Random(arguments.seed)
    journal, fence = Journal(), "fence"
    server = Server(arguments.binary, folder)
    try:
        server.start()
        subscribers = [Subscriber(i, server, journal, fence) for i in range(arguments.subscribers)]
        publishers = [
            Publisher(i, server, journal, arguments.subscribers, arguments.seed) for i in range(arguments.publishers)]
        for subscriber in subscribers:
            subscriber.start()
        for subscriber in subscribers:
            if not subscriber.opened.wait(30):
                raise Failure(f"the stream of {subscriber.user} did not open within 30 s")
        for publisher in publishers:
            publisher.start()
        for _ in range(arguments.runs):
            answered, life = len(journal.answered), chance.uniform(0.2, 1.0) * arguments.seconds
            wait_until("alarms are answered", lambda: len(journal.answered) > answered + 50, 60)
            time.sleep(life)
            server.kill()
            server.start()
            check_restart(server, journal)
        for publisher in publishers:
            publisher.over.set()
        for publisher in publishers:
            publisher.join(60)
            if publisher.is_alive():
                raise Failure(f"publisher {publisher.number} was not answered within 60 s")
        newest = journal.newest
        status, _, answer = server.publish({"everyone": True, "data": fence})
        if status != 201:
            raise Failure(f"the last publish was answered {status}: {answer}")
        journal.answer([fence], [answer["id"]], True, newest)
        for subscriber in subscribers:
            if not subscriber.done.wait(120) and not journal.violations:
                raise Failure(f"subscriber {subscriber.user} did not see the last alarm; {len(subscriber.seen)} so far")
        kept = check_end(server, journal, subscribers)
        status = server.stop()
        if status != 0:
            journal.violation(f"the server ended with status {status} at SIGTERM")
        check_file(server.data, journal, kept)
    except (Failure, sqlite3.Error, *LOST) as failure:
        journal.violation(f"{failure}; the log ends: {server.tail()}")
        return journal, None
    finally:
        server.close()
    stored = sum(serial in journal.unknown for serial in kept.values())
    return journal, (
        f"{arguments.runs} kills; {len(journal.answered)} alarms answered, all there; {journal.resent} requests sent again "
        f"with their keys, of which {journal.resent_known} had been stored; {len(journal.unknown)} alarms without key of "
        f"unknown outcome, of which {stored} had been stored; {arguments.subscribers} subscribers with "
        f"{sum(subscriber.connections for subscriber in subscribers)} streams saw "
        f"{sum(len(subscriber.seen) for subscriber in subscribers)} events, each once and in order")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    parser.add_argument("--runs", type=int, default=20, help="how often the server is killed")
    parser.add_argument("--seconds", type=float, default=2, help="how long it lives under load, at most")
    parser.add_argument("--subscribers", type=int, default=50)
    parser.add_argument("--publishers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="tocsin-kill-")
    journal, summary = run(arguments, folder)
    if journal.violations or not summary:
        for violation in journal.violations[:20]:
            print(f"kill-test: VIOLATION: {violation}", flush=True)
        print(f"kill-test: FAILED with {len(journal.violations)} violations, seed {arguments.seed}, files in {folder}")
        return 1
    shutil.rmtree(folder)
    print(f"kill-test: ok: {summary}; seed {arguments.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
