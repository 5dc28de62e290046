"""Publishers and streams that go on while something is broken, and what they must have seen. Standard library only."""
import contextlib
import http.client
import json
import threading
import time

from harness import Failure, Stream, order, wait_until

# Seconds: `--heartbeat` of the servers under test, within what a stream must hear something, and a publish be answered.
HEARTBEAT = 1
SILENCE = 8
PATIENCE = 20


class Listener(threading.Thread):
    """Reads a stream until it ends, and knows how long it was silent."""

    def __init__(self, server, path, last_event_id=""):
        super().__init__(daemon=True)
        self.stream = Stream(server.port, path, last_event_id, timeout=PATIENCE)
        self.path, self.events, self.pieces, self.end = path, [], 0, None
        self.heard, self.silence = time.monotonic(), 0
        self.start()
        wait_until(f"{path} opens", lambda: self.pieces)

    def run(self):
        try:
            while (events := self.stream.read()) is not None:
                self.events += [event for event in events if event[1] != "position"]
                now = time.monotonic()
                self.silence, self.heard = max(self.silence, now - self.heard), now
                self.pieces += 1
            self.end = "its end"
        except (OSError, ValueError) as error:
            self.end = str(error)

    def data(self):
        return [data for _, _, data in list(self.events)]

    def check(self):
        """It is open, and heard something all the time."""
        silence = max(self.silence, time.monotonic() - self.heard)
        if self.end is not None:
            raise Failure(f"the stream {self.path} came to {self.end}")
        if silence > SILENCE:
            raise Failure(f"the stream {self.path} heard nothing for {silence:.1f} s")


class Publisher(threading.Thread):
    """Publishes to one user, one alarm after another, each with a key, until it is told to stop."""

    def __init__(self, server, user, size=100, pause=0.002):
        super().__init__(daemon=True)
        self.server, self.user, self.size, self.pause = server, user, size, pause
        self.ids, self.open, self.wrong = {}, [], []
        self.refused, self.refusals, self.last_refusal = 0, set(), None
        self.stopping = threading.Event()
        self.start()

    def run(self):
        connection = self.server.connect(PATIENCE)
        for number in range(1_000_000):
            if self.stopping.wait(self.pause):
                break
            name = f"{self.user}-{number}"
            try:
                self.publish(name, connection)
            except (OSError, http.client.HTTPException) as error:
                # No fault here breaks connections.
                self.wrong.append(f"{name}: {error!r}")
                connection.close()
        connection.close()

    def alarm(self, name):
        return {"user": self.user, "data": name + "." * (self.size - len(name)), "key": name}

    def publish(self, name, connection=None):
        begin = time.monotonic()
        status, fields, answer = self.server.publish(self.alarm(name), connection)
        seconds = time.monotonic() - begin
        if seconds > PATIENCE:
            self.wrong.append(f"{name} was answered {status} after {seconds:.0f} s")
        if status in (200, 201):
            self.ids[name] = answer["id"]
            return status
        self.open.append(name)
        kind, detail = fields.get("content-type", ""), answer.get("detail")
        if status != 503 or kind != "application/problem+json" or not detail or self.server.folder in detail:
            self.wrong.append(f"{name} was answered {status} {kind}: {answer}")
        self.refused += 1
        self.refusals.add(answer.get("detail"))
        return status

    def stop(self):
        self.stopping.set()
        self.join(PATIENCE + 10)
        if self.is_alive():
            raise Failure(f"a publish to {self.user} hangs")
        if self.wrong:
            raise Failure(f"{len(self.wrong)} answers are wrong, among them {self.wrong[:3]}")

    def settle(self):
        """Sends again what was refused; with its key it is published once."""
        pending, self.open = self.open, []
        with contextlib.closing(self.server.connect()) as connection:
            for name in pending:
                if self.publish(name, connection) not in (200, 201):
                    raise Failure(f"{name} is refused now as well: {self.wrong[-1:]}")


def listed(server, user):
    """All that is kept of a user's alarms, in order."""
    alarms, after = [], ""
    while after is not None:
        status, _, body = server.request("GET", f"/users/{user}/alarms?limit=1000{after and '&after='}{after}")
        if status != 200:
            raise Failure(f"the list of {user} is answered {status}: {body}")
        page = json.loads(body)
        alarms += [(alarm["id"], alarm["event"], alarm["data"]) for alarm in page["alarms"]]
        after = page["next"]
    return alarms


def check_all(server, publisher, listeners):
    """All that was answered is in the journal, once, and the streams were sent the same in the same order."""
    there = listed(server, publisher.user)
    ids = [ident for ident, _, _ in there]
    if [order(ident) for ident in ids] != sorted({order(ident) for ident in ids}):
        raise Failure("the ids of the list are not in order")
    by_id = {ident: data.rstrip(".") for ident, _, data in there}
    if len(set(by_id.values())) != len(there):
        raise Failure("an alarm is in the journal twice")
    for name, ident in publisher.ids.items():
        if by_id.get(ident) != name:
            raise Failure(f"{name} was answered with {ident}, where the journal has {by_id.get(ident)}")
    for listener in listeners:
        wait_until(f"{listener.path} is sent all {len(there)} alarms", lambda: len(listener.events) >= len(there))
        listener.check()
        if listener.events != there:
            differing = next(pair for pair in zip(listener.events, there) if pair[0] != pair[1])
            raise Failure(f"{listener.path} was sent {differing[0][:2]} where the journal has {differing[1][:2]}")
    return len(there)


def ready(server, connection=None):
    """The status of `/ready`, and why."""
    status, _, body = server.request("GET", "/ready", connection=connection)
    return status, body.decode()


def log_lines(server):
    with open(server.log, encoding="utf-8") as log:
        return log.read().splitlines()
