#!/usr/bin/env python3
"""Has `tocsin listen` meet servers of HTTP/2 that answer what they must not: it says so, and never falls over."""
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading

from certificates import make_certificate
from harness import Failure, run_parts, run_test

HEADERS, DATA, SETTINGS, RST_STREAM = 1, 0, 4, 3
END_STREAM, END_HEADERS = 1, 4
# The start of the head of the first request, which ends its stream.
REQUEST = bytes([HEADERS, END_HEADERS | END_STREAM, 0, 0, 0, 1])


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def head(status, *fields, flags=END_HEADERS | END_STREAM):
    """The head of an answer, without compression (RFC 7541 6.2.2)."""
    block = bytes([8, len(status)]) + status
    for name, value in fields:
        block += bytes([0, len(name)]) + name + bytes([len(value)]) + value
    return frame(HEADERS, flags, 1, block)


# What is sent, and what is said of it.
ANSWERS = [
    (head(b"000"), "answers with the status 000, which is none"),
    (head(b"099", flags=END_HEADERS) + frame(DATA, END_STREAM, 1, b"x"), "answers with the status 099, which is none"),
    (head(b"-1"), "answers with the status -1, which is none"),
    (head(b"65536"), "answers with the status 65536, which is none"),
    (head(b"302", (b"location", b"https://127.0.0.1:65536/")), "which is no URL"),
    (head(b"404"), "answers 404 Not Found"),
    (frame(DATA, 0, 1, b"data: a\n\n"), "no connection"),
    (frame(RST_STREAM, 0, 1, struct.pack(">I", 7)), "no connection"),
]


def serve(security, answer):
    """A server that answers each connection's first request with these bytes; returns its socket."""
    listener = socket.create_server(("127.0.0.1", 0))

    def take(connection):
        try:
            with security.wrap_socket(connection, server_side=True) as stream:
                stream.sendall(frame(SETTINGS, 0, 0))
                got = b""
                while REQUEST not in got:
                    part = stream.recv(65536)
                    if not part:
                        return
                    got += part
                stream.sendall(answer)
                while stream.recv(65536):
                    pass
        except OSError:
            pass

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=take, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener


def answers(binary, folder):
    """Statuses that are none, a redirect to a port that there is not, frames out of turn."""
    make_certificate(folder)
    security = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    security.load_cert_chain(f"{folder}/certificate.pem", f"{folder}/key.pem")
    security.set_alpn_protocols(["h2"])
    for answer, message in ANSWERS:
        with serve(security, answer) as listener:
            url = f"https://localhost:{listener.getsockname()[1]}/"
            with subprocess.Popen(
                    [os.path.abspath(binary), "listen", url], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    encoding="utf-8", env={**os.environ, "SSL_CERT_FILE": f"{folder}/certificate.pem"}) as process:
                said = process.stderr.readline()
                process.terminate()
                process.communicate(timeout=20)
            if message not in said or process.returncode not in (0, 1):
                raise Failure(f"of {answer!r} it said {said!r}, and ended with {process.returncode}")


def check_all(options, folder):
    return run_parts([answers], options.binary, folder)


if __name__ == "__main__":
    sys.exit(run_test("hostile-http2-test", check_all))
