#!/usr/bin/env python3
"""Breaks what a running server stands on, under load, and mends it. Standard library only.

The disk is full, the journal's files are read-only, syncs fail, no more files can be opened, the clock is set. Each
time publishes succeed or are refused with 503 and the reason, in time; `/ready` says why; streams stay open and hear
something; the log does not run over; and when the fault is gone all works again without a restart, each alarm that was
answered is there once, and the streams were sent all in order.

It runs in a mount namespace of its own; what needs root is left out without it, which is said. Exit status 1 where
something is not so.
"""
import argparse
import contextlib
import email.utils
import http.client
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from fault_load import HEARTBEAT, PATIENCE, Listener, Publisher, check_all, listed, log_lines, ready
from harness import Failure, Server, Stream, order, wait_until
from preloaded import FailingSync, ShiftedClock

# Lines that the log may grow by in a second, while something is broken and a thousand publishes are refused.
LOG_RATE = 3


class Skipped(Exception):
    """What cannot be done here, and why not."""


class Trial:
    """A server with two streams and a publisher."""

    def __init__(self, binary, folder, disk=None, environment=None, size=100, prefix=(), options=()):
        data = os.path.join(disk or folder, "tocsin.db")
        self.server = Server(binary, folder, "--heartbeat", str(HEARTBEAT), *options, environment=environment,
                             prefix=prefix, arguments=["serve", "--data", data])
        self.server.data = data
        self.size, self.listeners, self.publisher = size, [], None

    def __enter__(self):
        try:
            self.server.start()
            self.listeners = [Listener(self.server, "/connection/load") for _ in range(2)]
            self.publisher = Publisher(self.server, "load", self.size)
            self.await_answers(20)
        except BaseException:
            self.server.close()
            raise
        return self

    def __exit__(self, kind, error, trace):
        self.publisher.stopping.set()
        try:
            if kind is None and self.server.stop() != 0:
                raise Failure("the server did not end well at SIGTERM")
        finally:
            self.server.close()

    def await_answers(self, count):
        aim = len(self.publisher.ids) + count
        wait_until(f"{count} more publishes are answered", lambda: len(self.publisher.ids) >= aim or self.failed())

    def failed(self):
        if self.publisher.wrong:
            raise Failure(f"an answer is wrong: {self.publisher.wrong[0]}")

    @contextlib.contextmanager
    def broken(self, reason, seconds=3, refusals=6):
        """While the body of `with` has something broken: refusals, and streams that live. Mended by its end.

        `reason` is what `/ready` says; so many `refusals` are waited for.
        """
        begin, lines = time.monotonic(), len(log_lines(self.server))
        refused = self.publisher.refused
        yield
        wait_until("publishes are refused", lambda: self.publisher.refused >= refused + refusals or self.failed())
        wait_until(f"/ready says {reason!r}", lambda: (said := ready(self.server))[0] == 503 and reason in said[1])
        pieces = [listener.pieces for listener in self.listeners]
        while time.monotonic() < begin + seconds:
            status, said = ready(self.server)
            if status != 503 or self.server.folder in said:
                raise Failure(f"/ready is {status} while something is broken: {said}")
            if self.server.status("/health") != 200:
                raise Failure("/health is not 200 while something is broken")
            time.sleep(0.1)
        wait_until("the streams hear something meanwhile",
                   lambda: all(listener.pieces > before for listener, before in zip(self.listeners, pieces)))
        self.check_log(begin, lines)

    def check_log(self, begin, lines):
        new = log_lines(self.server)[lines:]
        allowed = LOG_RATE * (time.monotonic() - begin) + 10
        if len(new) > allowed:
            raise Failure(f"the log grew by {len(new)} lines in {time.monotonic() - begin:.0f} s, such as {new[-3:]}")
        if wild := [line for line in new if len(line) > 500 or not line.startswith("20")]:
            raise Failure(f"the log has a line that is none: {wild[0][:300]}")

    def settle(self):
        """After the fault: all works again, and all is there."""
        wait_until("/ready is 200 again", lambda: ready(self.server)[0] == 200)
        self.await_answers(20)
        refused = self.publisher.refused
        self.await_answers(20)
        if self.publisher.refused != refused:
            raise Failure(f"publishes are still refused: {self.publisher.refusals}")
        self.publisher.stop()
        self.publisher.settle()
        return check_all(self.server, self.publisher, self.listeners)


# MARK: The disk


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A file system of its own in memory."""
    if os.geteuid() != 0:
        raise Skipped("a small file system needs root")
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk, left=0):
    """Takes all room on a file system but for `left` bytes."""
    path = os.path.join(disk, "ballast")
    with open(path, "ab", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(4096))
    os.truncate(path, max(0, os.path.getsize(path) - left))
    return path


def full_disk(binary, folder):
    with small_disk(folder, 32) as disk, Trial(binary, folder, disk, size=2000) as trial:
        for _ in range(2):
            with trial.broken("the disk is full"):
                ballast = fill(disk)
            os.unlink(ballast)
            wait_until("/ready is 200 again", lambda: ready(trial.server)[0] == 200)
            trial.await_answers(20)
        count = trial.settle()
        return f"{count} alarms, {trial.publisher.refused} refused: {sorted(trial.publisher.refusals)}"


def full_disk_at_checkpoint(binary, folder):
    """There is room for the write-ahead log, but not for what it holds in the file itself."""
    with small_disk(folder, 32) as disk, Trial(binary, folder, disk, size=20_000) as trial:
        log = trial.server.data + "-wal"
        wait_until("the write-ahead log is half full", lambda: os.path.getsize(log) > 2 << 20)
        with trial.broken("the disk is full"):
            ballast = fill(disk, left=3 << 20)
            size = os.path.getsize(trial.server.data)
        os.unlink(ballast)
        count = trial.settle()
        return f"{count} alarms, {trial.publisher.refused} refused, the file had {size} bytes"


def read_only(binary, folder):
    """No file of the journal may be changed, nor its folder, as when a file system is made read-only by an error."""
    with Trial(binary, folder) as trial:
        # Not the third one, "-shm": where it cannot be written the kernel ends the process, since SQLite maps it. (Without
        # it, in exclusive locking mode, nobody else could read the journal, and so not back it up.)
        files = [trial.server.data, trial.server.data + "-wal"]
        try:
            with trial.broken("written"):
                frozen = subprocess.run(["chattr", "+i", *files, folder], capture_output=True, text=True)
                if frozen.returncode != 0:
                    raise Skipped(f"files cannot be made immutable here: {frozen.stderr.strip().splitlines()[0]}")
        finally:
            subprocess.run(["chattr", "-f", "-i", folder, *files], check=False)
        count = trial.settle()
        return f"{count} alarms, {trial.publisher.refused} refused: {sorted(trial.publisher.refusals)}"


def hanging_disk(binary, folder):
    """The journal's disk answers nothing for a while, and then all that it was asked."""
    disk = FailingSync(folder)
    with Trial(binary, folder, environment=disk.environment) as trial:
        # It is waited for up to ten seconds.
        with trial.broken("the journal has not answered", refusals=1):
            disk.hang()
        disk.work()
        count = trial.settle()
        return f"{count} alarms, {trial.publisher.refused} refused: {sorted(trial.publisher.refusals)}"


def hanging_disk_at_the_end(binary, folder):
    """The server ends all the same: in about `--drain` after one SIGTERM, at once after two."""
    disk, took = FailingSync(folder), []
    for signals, drain, least, most, status in ((1, 2, 1.9, 7, 0), (2, 60, 0, 3, 128 + signal.SIGTERM)):
        server = Server(binary, folder, "--drain", str(drain), environment=disk.environment)
        try:
            server.start()
            stream, answered = Listener(server, "/connection/load"), server.publish({"user": "load", "data": "kept"})[0]
            disk.hang()
            hanging = HangingPublish(server)
            begin = time.monotonic()
            for number in range(signals):
                server.process.send_signal(signal.SIGTERM)
                if number == 0:
                    wait_until("the stream ends", lambda: stream.end)
            code = server.process.wait(30)
            took.append(time.monotonic() - begin)
        except subprocess.TimeoutExpired:
            raise Failure(f"{signals} SIGTERM and --drain {drain}: the server goes on after 30 s") from None
        finally:
            server.close()
            if os.path.exists(disk.flag):
                disk.work()
        hanging.join(PATIENCE)
        if hanging.answer not in (None, 503):
            raise Failure(f"the publish that hangs was answered {hanging.answer}")
        if answered != 201 or stream.data() != ["kept"] or stream.end != "its end":
            raise Failure(f"the stream was sent {stream.data()} and came to {stream.end}")
        if code != status or not least <= took[-1] <= most:
            raise Failure(f"{signals} SIGTERM and --drain {drain}: it ended with {code} after {took[-1]:.1f} s")
    server.start()
    kept = [data for _, _, data in listed(server, "load")]
    server.close()
    if kept.count("kept") != 2 or set(kept) - {"kept", "hangs"}:
        raise Failure(f"the journal has {kept}")
    return f"ended after {took[0]:.1f} s and {took[1]:.1f} s"


class HangingPublish(threading.Thread):
    """One publish that the journal does not answer."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.answer = server, None
        log = server.data + "-wal"
        size = os.path.getsize(log)
        self.start()
        wait_until("the journal writes it", lambda: os.path.getsize(log) > size)

    def run(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.answer = self.server.publish({"user": "load", "data": "hangs"})[0]


# MARK: Open files


def processor_seconds(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def many_connections(server, count):
    """Connections that say nothing, more than the server can take."""
    connections = []
    try:
        for _ in range(count):
            connections.append(server.connect(60))
            connections[-1].connect()
        wait_until("all files are used up", lambda: is_full(server))
        yield
    finally:
        for connection in connections:
            connection.close()


def is_full(server):
    """Whether no more connections are accepted: some wait in the system's queue."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[1].endswith(f":{server.port:04X}") and row[3] == "0A" and int(row[4].split(":")[1], 16) > 0
               for row in rows)


def break_sync(trial, disk, seconds=1.5):
    """The journal's files have to be opened anew."""
    refused = trial.publisher.refused
    disk.fail()
    wait_until("publishes are refused", lambda: trial.publisher.refused > refused + 5 or trial.failed())
    time.sleep(seconds)
    disk.work()


def used_up_files(binary, folder):
    """The limit is lowered below what is open already, as where another program takes the system's last."""
    disk = FailingSync(folder)
    with Trial(binary, folder, environment=disk.environment) as trial:
        server, pid = trial.server, trial.server.process.pid
        lines, begin = len(log_lines(server)), time.monotonic()
        control, before = server.connect(), resource.prlimit(pid, resource.RLIMIT_NOFILE)
        ready(server, control)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{pid}/fd")) + 5, before[1]))
        with many_connections(server, 30):
            said = wait_until("/ready says so", lambda: (said := ready(server, control))[0] == 503 and said[1])
            if "too many files are open" not in said:
                raise Failure(f"/ready says another reason: {said}")
            base, since = processor_seconds(server), time.monotonic()
            pause, trial.publisher.pause = trial.publisher.pause, 0.2
            trial.await_answers(15)
            trial.publisher.pause = pause
            used = (processor_seconds(server) - base) / (time.monotonic() - since)
            if used > 0.25:
                raise Failure(f"the server takes {used:.0%} of a core while no connection can be accepted")
            break_sync(trial, disk)
            # The data file is opened anew although others have taken all files: the server keeps some for that.
            trial.await_answers(5)
            trial.check_log(begin, lines)
            if not any("no connection can be accepted" in line for line in log_lines(server)[lines:]):
                raise Failure("the log does not say that no connection can be accepted")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        control.close()
        count = trial.settle()
        return f"{count} alarms, {used:.0%} of a core, /ready said: {said}"


def used_up_files_under_load(binary, folder):
    """What a busy process opens for a moment must not end it, such as the counting of threads by Swift's runtime."""
    server = Server(binary, folder)
    server.start()
    pid, end, answers = server.process.pid, time.monotonic() + 5, []
    body = '{"user":"a","data":"%s"}' % ("x" * 2000)

    def publish(connection):
        while time.monotonic() < end and server.process.poll() is None:
            try:
                connection.request("POST", "/alarms", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                response.read()
                answers.append(response.status)
            except (OSError, http.client.HTTPException):
                return

    with contextlib.closing(server):
        connections = [server.connect(60) for _ in range(64)]
        for connection in connections:
            connection.request("GET", "/health")
            connection.getresponse().read()
        limit = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{pid}/fd")) + 5, limit[1]))
        with many_connections(server, 30):
            threads = [threading.Thread(target=publish, args=[connection]) for connection in connections]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if server.process.poll() is not None:
            raise Failure(f"the server ended with {server.process.returncode}")
        if set(answers) != {201}:
            raise Failure(f"publishes were answered {set(answers)}")
        for connection in connections:
            connection.close()
    return f"{len(answers)} alarms"


def used_up_connections(binary, folder):
    """Clients take all connections that there are; the journal has files of its own."""
    disk = FailingSync(folder)
    prefix = ["prlimit", "--nofile=300:300"]
    with Trial(binary, folder, environment=disk.environment, prefix=prefix) as trial:
        control = trial.server.connect()
        ready(trial.server, control)
        with many_connections(trial.server, 350):
            trial.await_answers(20)
            break_sync(trial, disk)
            wait_until("/ready is 200 again", lambda: ready(trial.server, control)[0] == 200)
            trial.await_answers(20)
        control.close()
        return f"{trial.settle()} alarms"


# MARK: The clock

HOUR, DAY = 3600, 86_400


def shifted_clock(binary, folder):
    """Back and forth while alarms are published, then at a restart."""
    clock = ShiftedClock(folder)
    with Trial(binary, folder, environment=clock.environment) as trial:
        server = trial.server
        server.publish({"user": "other", "data": "a", "key": "a", "ttl": 2 * HOUR})
        for shift in (-DAY, HOUR, -1, 0):
            clock.shift(shift)
            trial.await_answers(20)
            wait_until(f"Date follows a shift by {shift} s", lambda: has_time(server, shift))
            pieces = [listener.pieces for listener in trial.listeners]
            wait_until("the streams hear something", lambda: all(
                listener.pieces > before + 3 for listener, before in zip(trial.listeners, pieces)))
            status, _, again = server.publish({"user": "other", "data": "a", "key": "a"})
            if status != 200 or [data for _, _, data in listed(server, "other")] != ["a"]:
                raise Failure(f"a shift by {shift} s lost a key or an alarm: {status} {again}")
        # Beyond its time it is gone, and comes back with the clock unless it was removed meanwhile.
        clock.shift(3 * HOUR)
        if listed(server, "other"):
            raise Failure("an alarm is listed after its time to live")
        clock.shift(0)
        if trial.publisher.refused:
            raise Failure(f"publishes were refused: {trial.publisher.refusals}")
        count = trial.settle()
        last = trial.listeners[0].stream.last_event_id

        clock.shift(-DAY)
        server.stop()
        server.start()
        resumed = Listener(server, "/connection/load", last)
        _, _, answer = server.publish({"user": "load", "data": "after"})
        wait_until("the stream that resumed is sent what is new", lambda: resumed.data() == ["after"])
        if order(answer["id"]) <= order(last):
            raise Failure(f"after a restart with the clock set back {answer['id']} follows {last}")

        # What is older than is kept is removed, and a stream from before it is told.
        clock.shift(8 * DAY)
        wait_until("retention removes what is old", lambda: not listed(server, "load"))
        late = Listener(server, "/connection/load", trial.listeners[0].events[0][0])
        wait_until("a stream is reset", lambda: [event[1] for event in late.events] == ["reset"])
        clock.shift(0)
        server.publish({"user": "load", "data": "back"})
        wait_until("it goes on", lambda: resumed.data() == ["after", "back"] and late.data()[1:] == ["back"])
        return f"{count} alarms"


def has_time(server, shift):
    """Whether `Date` follows the clock, whatever it said before."""
    told = email.utils.parsedate_to_datetime(server.request("GET", "/health")[1]["date"]).timestamp()
    return abs(told - (time.time() + shift)) < 2


TRIALS = [full_disk, full_disk_at_checkpoint, read_only, hanging_disk, hanging_disk_at_the_end, used_up_files,
          used_up_files_under_load, used_up_connections, shifted_clock]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    parser.add_argument("--only", help="the trial whose name has this in it")
    arguments = parser.parse_args()
    if os.geteuid() == 0 and "FAULT_TEST_NAMESPACE" not in os.environ:
        # What is mounted here is seen by nobody else, and gone when the test is.
        os.environ["FAULT_TEST_NAMESPACE"] = "its own"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    for trial in TRIALS:
        name = trial.__name__.replace("_", " ")
        if arguments.only and arguments.only not in name:
            continue
        folder = tempfile.mkdtemp(prefix="tocsin-fault-")
        try:
            print(f"fault-test: ok: {name}: {trial(arguments.binary, folder)}", flush=True)
        except Skipped as reason:
            print(f"fault-test: skipped: {name}: {reason}", flush=True)
        except Failure as failure:
            print(f"fault-test: FAILED: {name}: {failure}; files in {folder}")
            return 1
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
