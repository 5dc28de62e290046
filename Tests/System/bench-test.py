#!/usr/bin/env python3
"""Runs `tocsin bench` on a server, and on one that loses or doubles events. Standard library only.

Its counts are those of the server's journal, what the server does wrong is told with exit status 1, and it puts no load
on a server of another machine, nor fails in more than a line where there is none.
"""
import argparse
import json
import os
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading

from certificates import client_security, make_certificate
from harness import Failure, Server


def bench(binary, *arguments):
    """Exit status, standard output, and the last line of standard error."""
    result = subprocess.run(
        [binary, "bench", *arguments], capture_output=True, text=True, timeout=60,
        env={name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")})
    return result.returncode, result.stdout, (result.stderr.splitlines() or [""])[-1]


class CarelessHandler(socketserver.StreamRequestHandler):
    """Answers like Tocsin, but sends each tenth event of a stream as often as `server.times`."""

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        while line := self.rfile.readline():
            size = 0
            while (field := self.rfile.readline().strip()):
                if field.lower().startswith(b"content-length:"):
                    size = int(field.split(b":")[1])
            if line.startswith(b"GET"):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                self.server.streams.append([self.wfile, 0])
                continue
            data = json.loads(self.rfile.read(size))["data"]
            event = f"event: alarm\ndata: {data}\nid: 1-1\n\n".encode()
            with self.server.lock:
                for stream in self.server.streams:
                    stream[1] += 1
                    times = self.server.times if stream[1] % 10 == 0 else 1
                    for _ in range(times):
                        stream[0].write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")


class CarelessServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, times):
        super().__init__(("127.0.0.1", 0), CarelessHandler)
        self.times, self.streams, self.lock = times, [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


def check(condition, what, *seen):
    if not condition:
        raise Failure(f"{what}: {seen}")


def check_counts(binary, server):
    """What is told is what the server has."""
    before = int(journal_size(server))
    options = ["--streams", "60", "--publishers", "4", "--duration", "1s", "--json"]
    status, output, error = bench(binary, *options, "--topics", "3", server.origin)
    check(status == 0, "a bench of topics failed", status, error)
    topics = json.loads(output)
    check(topics["publishes"] > 0 and topics["events"] == 20 * topics["publishes"], "a topic has 20 streams", topics)
    check(topics["missing"] == topics["repeated"] == topics["refused"] == 0, "nothing is lost or twice", topics)
    check(0 < topics["event_p50"] <= topics["event_p99"] <= topics["event_max"], "latencies are in order", topics)
    status, output, error = bench(
        binary, *options, "--users", "60", "--rate", "100", "--pid", str(server.process.pid), server.origin)
    check(status == 0, "a bench of users failed", status, error)
    users = json.loads(output)
    check(users["events"] == users["publishes"] and 80 <= users["publishes"] <= 101, "a user has one stream", users)
    check(users["server_memory_bytes"] > 1_000_000, "the server takes memory", users)
    stored = int(journal_size(server)) - before
    check(stored == topics["publishes"] + users["publishes"], "the journal has them all", stored, topics, users)
    status, output, error = bench(binary, "--streams", "2", "--publishers", "1", "--duration", "1s", server.origin)
    check(status == 0 and re.search(r"^missing, repeated +0, 0$", output, re.M), "the table tells", output, error)


def check_secure(binary, folder):
    """With TLS, over both versions of HTTP, whatever the streams are of."""
    make_certificate(folder)
    server = Server(binary, folder, "--tls-certificate", "certificate.pem", "--tls-key", "key.pem",
                    security=client_security())
    options = ["--streams", "30", "--publishers", "3", "--duration", "1s", "--rate", "100", "--json"]
    versions = [], ["--http2"], ["--http2", "--streams-per-connection", "7"]
    audiences = ([], 30), (["--topics", "3"], 10), (["--users", "30"], 1)
    try:
        server.start()
        for version in versions:
            for audience, readers in audiences:
                asked = [*version, *audience]
                status, output, error = bench(binary, *options, *asked, server.origin)
                check(status == 0, "a bench with TLS failed", asked, status, error)
                said = json.loads(output)
                check(said["publishes"] > 0 and said["events"] == readers * said["publishes"],
                      "with TLS as many events as without", asked, said)
                check(said["missing"] == said["repeated"] == said["refused"] == 0, "nothing is lost", asked, said)
        status, _, error = bench(binary, "--http2", f"http://127.0.0.1:{server.port}")
        check(status == 64 and "https" in error, "HTTP/2 without TLS", status, error)
        status, output, error = bench(binary, *options, f"http://127.0.0.1:{server.port}")
        check(status == 1 and error and not output, "no TLS where the server speaks it", status, error)
        check(server.stop() == 0, "the server did not end well")
    finally:
        server.close()


def journal_size(server):
    """How many alarms the journal has had: the second part of its newest id."""
    _, _, body = server.request("GET", "/topics/any/alarms")
    return json.loads(body)["head"].split("-")[1]


def check_refusals(binary, server):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        status, output, error = bench(binary, nobody)
        check(status == 1 and "refused" in error and not output, "nobody is there", status, error)
    status, output, error = bench(binary, "http://192.0.2.1:5000")
    check(status == 1 and "--yes-load-this-host" in error and not output, "a foreign host", status, error)
    status, output, error = bench(binary, "--streams", "10000000", server.origin)
    check(status == 64 and not output, "more streams than there can be", status, error)


def check_tokens(binary, folder):
    """What a server asks for that has access rules is told as it says it, with the token that a bench needs."""
    with open(key := os.path.join(folder, "key"), "w", encoding="ascii") as file:
        file.write("a secret of more than thirty-two bytes\n")
    server = Server(binary, folder, "--token-key-file", key)
    cure = "tocsin token --publish '*' --subscribe '*'"

    def token(*permissions):
        return subprocess.run([binary, "token", "--token-key-file", key, *permissions], capture_output=True, text=True,
                              timeout=60, check=True).stdout.strip()

    try:
        server.start()
        options = ["--streams", "5", "--publishers", "2", "--duration", "1s", "--rate", "50", server.origin]
        for shown, told in (
                ([], "this needs a token (401); give --token or TOCSIN_TOKEN what this makes: "),
                (["--token", token("--publish", "*")], "the token does not allow to listen to topic:bench-"),
                (["--token", token("--subscribe", "*")], "publishes were refused: the token does not allow to publish")):
            status, _, error = bench(binary, *options, *shown)
            check(status == 1 and told in error and error.endswith(cure), "too little of a token", told, status, error)
        status, _, error = bench(binary, *options, "--token", token(*cure.replace("'", "").split()[2:]))
        check(status == 0, "a bench with the token that it asks for", status, error)
    finally:
        server.close()


def check_careless(binary):
    options = ["--streams", "3", "--publishers", "2", "--duration", "1s", "--rate", "100"]
    for times, told in ((0, "missing"), (2, "twice")):
        with CarelessServer(times) as careless:
            status, output, error = bench(binary, *options, careless.origin)
            careless.shutdown()
        check(status == 1 and told in error and output, "a careless server is found out", times, status, error)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    binary = os.path.abspath(parser.parse_args().binary)
    folder = tempfile.mkdtemp(prefix="tocsin-bench-")
    server = Server(binary, folder)
    try:
        server.start()
        check_counts(binary, server)
        check_refusals(binary, server)
        check_careless(binary)
        os.mkdir(secure := os.path.join(folder, "secure"))
        check_secure(binary, secure)
        os.mkdir(guarded := os.path.join(folder, "guarded"))
        check_tokens(binary, guarded)
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        print(f"bench-test: FAILED: {failure}\n{server.tail()}")
        return 1
    finally:
        server.close()
        shutil.rmtree(folder)
    print("bench-test: ok: counts are the journal's, also with TLS and HTTP/2; loss, doubles and foreign hosts are told")
    return 0


if __name__ == "__main__":
    sys.exit(main())
