#!/usr/bin/env python3
"""TLS and HTTP/2 of a running server with clients that others wrote: curl, h2load, Chromium, and `tocsin publish`.

The certificate is made by openssl and signed by nobody else.
"""
import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile

from browsers import chromium
from certificates import client_security, make_certificate
from fuzz_frames import END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, RESET, SETTINGS, WINDOW, field, frame
from harness import Failure, Server, Stream, wait_until

# One event source a stream, and what each has got.
OPEN_SOURCES = """async (count) => {
    window.got = [];
    const opened = [];
    for (let index = 0; index < count; index++) {
        const source = new EventSource(`/events?topic=t&topic=s${index}`);
        const alarms = window.got[index] = [];
        source.addEventListener("alarm", (event) => alarms.push(event.data));
        opened.push(new Promise((resolve) => source.addEventListener("open", resolve, {once: true})));
    }
    await Promise.all(opened);
}"""
OPEN_UNREAD = """async () => {
    window.unread = await fetch("/events?topic=bulk");
}"""
READ_ON = """async (wanted) => {
    const reader = window.unread.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while ((text.match(/^event: alarm$/gm) || []).length < wanted || !text.endsWith("\\n\\n")) {
        const {value, done} = await reader.read();
        if (done) break;
        text += value;
    }
    return [...text.matchAll(/^data: (\\d+) /gm)].map((match) => Number(match[1]));
}"""


def require(condition, what):
    if not condition:
        raise Failure(what)


def shown_certificate(server):
    return ssl.get_server_certificate(("127.0.0.1", server.port))


class Curl:
    """An open stream of curl, whose output is a file."""

    def __init__(self, server, folder, version):
        self.path = f"{folder}/curl{version}"
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(
                ["curl", "-sSiN", version, "--cacert", f"{folder}/certificate.pem",
                 f"https://localhost:{server.port}/connection/t"], stdout=output, stderr=subprocess.STDOUT)
        wait_until(f"curl {version} has a stream", lambda: "event: position" in self.text)

    @property
    def text(self):
        with open(self.path, encoding="utf-8") as output:
            return output.read()

    def close(self):
        self.process.kill()
        self.process.wait()


def curl_streams_and_publishes(server, folder):
    with contextlib.ExitStack() as stack:
        streams = []
        for version in ("--http2", "--http1.1"):
            streams.append(Curl(server, folder, version))
            stack.callback(streams[-1].close)
        require(streams[0].text.startswith("HTTP/2 200"), "curl --http2 spoke HTTP/1.1")
        require(streams[1].text.startswith("HTTP/1.1 200"), "curl --http1.1 spoke HTTP/2")
        for number, version in enumerate(["--http2", "--http1.1"]):
            answer = subprocess.run(
                ["curl", "-sS", version, "-w", "%{http_code} %{http_version}", "--cacert", f"{folder}/certificate.pem",
                 "--json", json.dumps({"user": "t", "data": f"alarm {number}"}),
                 f"https://localhost:{server.port}/alarms"], capture_output=True, text=True, check=True).stdout
            require(re.search(r'^\{"id":"[0-9]+-[0-9]+"\}201 ', answer), f"curl {version} published: {answer}")
        for stream in streams:
            wait_until("an alarm reaches curl", lambda: "data: alarm 1\n" in stream.text)
            require(stream.text.index("data: alarm 0\n") < stream.text.index("data: alarm 1\n"), "alarms out of order")


def publish_command(server, folder):
    url = f"https://localhost:{server.port}"
    environment = {**os.environ, "SSL_CERT_FILE": f"{folder}/certificate.pem"}
    command = [server.binary, "publish", "--server", url, "--user", "t", "hello"]
    trusting = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    require(trusting.returncode == 0, f"tocsin publish over TLS: {trusting.stderr}")
    del environment["SSL_CERT_FILE"]
    other = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    require(other.returncode == 1 and "SSL_CERT_FILE" in other.stderr and other.stderr.count("\n") == 1,
            f"tocsin publish to one it does not trust: {other.returncode} {other.stderr}")


def h2load(server, folder):
    with open(f"{folder}/body", "w", encoding="utf-8") as body:
        json.dump({"topic": "none", "data": 1}, body)
    url = f"https://127.0.0.1:{server.port}"
    for arguments in ([f"{url}/health"], ["-d", f"{folder}/body", "-H", "content-type: application/json",
                                         f"{url}/alarms"]):
        output = subprocess.run(["h2load", "-n", "1000", "-c", "4", "-m", "50", *arguments], capture_output=True,
                                text=True, timeout=120, check=False).stdout
        require("Application protocol: h2" in output, f"h2load did not speak HTTP/2: {output}")
        require("1000 succeeded, 0 failed, 0 errored" in output and "1000 2xx" in output, f"h2load: {output}")


def connections(server):
    """How many TCP connections the server has."""
    port = f":{server.port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as lines:
        return sum(1 for line in lines if line.split()[1].endswith(port) and line.split()[3] == "01")


def browser_has_many_streams(server):
    with chromium() as browser:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"https://localhost:{server.port}/health")
        page.evaluate(OPEN_UNREAD)
        page.evaluate(OPEN_SOURCES, 99)
        require(connections(server) == 1, f"100 streams take {connections(server)} connections")
        # More than a browser takes of what nobody reads.
        bulk = 20
        for number in range(bulk):
            server.publish({"topic": "bulk", "data": f"{number} " + "x" * 900_000})
        for number in range(20):
            server.publish({"topic": "t", "data": str(number)})
        for index in (0, 98):
            server.publish({"topic": f"s{index}", "data": "only you"})
        wanted = [str(number) for number in range(20)]
        page.wait_for_function(
            "(wanted) => window.got.every((got) => got.slice(0, 20).join() === wanted.join())"
            " && window.got[0].length === 21 && window.got[98].length === 21", arg=wanted, timeout=60_000)
        read = page.evaluate(READ_ON, bulk)
        require(read == list(range(bulk)), f"the stream that was not read then got {read}")
        context.close()


def reload(server, folder):
    with contextlib.closing(Stream(server.port, "/connection/t", security=client_security())) as stream:
        old = shown_certificate(server)
        make_certificate(folder)
        wait_until("the new certificate is shown", lambda: shown_certificate(server) != old)
        new = shown_certificate(server)
        require("the certificate was read again from" in server.tail(), "the log does not tell of the new certificate")
        with open(f"{folder}/key.pem", "w", encoding="utf-8") as key:
            key.write("no key\n")
        wait_until("the log tells of the broken key",
                   lambda: "the old one stays in use: --tls-key" in server.tail())
        require(shown_certificate(server) == new, "a broken key took the certificate away")
        server.publish({"user": "t", "data": "still here"})
        events = []
        wait_until("the stream goes on", lambda: events.extend(stream.read() or [])
                   or any(data == "still here" for _, _, data in events))


def starts_that_cannot_work(binary, folder):
    with open(f"{folder}/other.pem", "w", encoding="utf-8") as other:
        other.write("nothing\n")
    certificate, key, other = (f"{folder}/{name}.pem" for name in ("certificate", "key", "other"))
    for options, cause in (
            (["--tls-certificate", certificate], "give it with --tls-key FILE"),
            (["--tls-key", key], "give it with --tls-certificate FILE"),
            (["--tls-certificate", f"{folder}/none", "--tls-key", key], "cannot be read"),
            (["--tls-certificate", other, "--tls-key", key], "there is no certificate in it"),
            (["--tls-certificate", certificate, "--tls-key", other], "there is no private key in it")):
        ended = subprocess.run([binary, "serve", "--port", "0", "--data", ":memory:", *options], capture_output=True,
                               text=True, timeout=60, check=False)
        require(ended.returncode == 1 and cause in ended.stderr and ended.stderr.count("\n") == 1,
                f"{options}: {ended.returncode} {ended.stderr}")


def what_is_no_tls(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while plain.recv(4096):
                pass
    require(server.status("/health") == 200, "a plain request broke the server")


def bare_connection(server):
    """HTTP/2 with nobody who minds its rules."""
    security = client_security()
    security.set_alpn_protocols(["h2"])
    connection = security.wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=30))
    connection.sendall(PREFACE)
    return connection


def asking(stream):
    head = b"".join(field(*pair) for pair in (
        (":method", "GET"), (":scheme", "https"), (":path", "/events?topic=t"), (":authority", "localhost")))
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, head)


def floods(server):
    """What costs a client little and the server much."""
    with contextlib.closing(bare_connection(server)) as connection:
        settings = connection.recv(9 + 6 * 20)
        require(struct.pack(">HI", 3, 1000) in settings, f"the limit of streams is not told: {settings}")
    resets = (asking(stream) + frame(RESET, 0, stream, struct.pack(">I", 8)) for stream in range(1, 20_001, 2))
    pings = (frame(PING, 0, 0, b"12345678") * 1000 for _ in range(3000))
    for what, sent in (("streams that are reset at once", resets), ("pings whose answers are not read", pings)):
        with contextlib.closing(bare_connection(server)) as connection:
            connection.sendall(frame(SETTINGS, 0, 0, b""))
            connection.settimeout(10)
            try:
                for piece in sent:
                    connection.sendall(piece)
                while connection.recv(65536):
                    pass
            except TimeoutError:
                raise Failure(f"a connection may send any number of {what}") from None
            except OSError:
                pass


def who_takes_nothing_loses_the_connection(binary, folder):
    """Windows without end, and nothing read: what the kernel does not take is more than the streams may hold."""
    server = Server(binary, tempfile.mkdtemp(dir=folder), "--tls-certificate", f"{folder}/certificate.pem", "--tls-key",
                    f"{folder}/key.pem", "--stall-timeout", "2", "--request-timeout", "1s", security=client_security())
    windows = frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 2**31 - 1)) + frame(WINDOW, 0, 0, struct.pack(">I", 2**30))
    server.start()
    with contextlib.closing(server), contextlib.closing(bare_connection(server)) as stuck:
        stuck.sendall(windows + b"".join(asking(stream) for stream in range(1, 21, 2)))
        wait_until("the streams are open", lambda: measured(server, 'tocsin_streams{protocol="h2"}') == 10)
        for _ in range(10):
            server.publish([{"topic": "t", "data": "x" * 900} for _ in range(1000)])
        wait_until("the streams are given up", lambda: measured(server, 'tocsin_streams{protocol="h2"}') == 0)
        # The one that asks is left.
        wait_until("the connection is given up", lambda: measured(server, "tocsin_connections") == 1)


def measured(server, name):
    text = server.request("GET", "/metrics")[2].decode()
    return float(re.search(f"(?m)^{re.escape(name)} (.*)$", text)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    binary = os.path.abspath(parser.parse_args().binary)
    folder = tempfile.mkdtemp(prefix="tocsin-tls-")
    server = None
    try:
        make_certificate(folder)
        starts_that_cannot_work(binary, folder)
        server = Server(binary, folder, "--tls-certificate", "certificate.pem", "--tls-key", "key.pem",
                        security=client_security())
        server.start()
        curl_streams_and_publishes(server, folder)
        publish_command(server, folder)
        h2load(server, folder)
        what_is_no_tls(server)
        floods(server)
        who_takes_nothing_loses_the_connection(binary, folder)
        browser_has_many_streams(server)
        reload(server, folder)
        require(server.stop() == 0, "the server did not end as it should")
    except Failure as failure:
        print(f"tls-test: FAILED: {failure}\n{server.tail() if server else ''}")
        return 1
    finally:
        if server:
            server.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("tls-test: ok: curl, h2load, Chromium with 100 streams on a connection, who takes nothing, reload, "
          "refused starts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
