#!/usr/bin/env python3
"""Sends a running server HTTP/2 frames over TLS that were made up and broken at random.

Each case follows from the seed and its number alone. Whatever comes, the server lives, answers only what are frames in
their places, and never 500; in the end its memory has not grown, and all its files are closed. With openssl and
openapi-spec-validator.

Exit status 1 where that is not so: what was sent is printed, and how to send it again.
"""
import http.client
import os
import socket
import ssl
import subprocess
import sys

from fuzz_frames import check_frames, conversation
from fuzz_run import FuzzCase, main
from harness import Failure, Server

# Seconds without a byte after which an answer is taken to be over.
QUIET = 0.3


def context(*protocols):
    """For a certificate that nobody signed."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context


HTTP1, HTTP2 = context("http/1.1"), context("h2")


class SecureServer(Server):
    def __init__(self, binary, folder, *options):
        key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days",
             "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
        super().__init__(binary, folder, *options, "--tls-certificate", certificate, "--tls-key", key)

    def connect(self, timeout=30):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=HTTP1)


class Case(FuzzCase):
    """One connection: what is sent, and what comes back."""

    def __init__(self, seed, number):
        super().__init__(seed, number, conversation)

    def run(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as plain, \
                HTTP2.wrap_socket(plain, server_hostname="localhost") as connection:
            if connection.selected_alpn_protocol() != "h2":
                raise Failure(f"{connection.selected_alpn_protocol()} was chosen instead of h2")
            connection.settimeout(10)
            try:
                cut = self.random.randrange(len(self.sent) + 1)
                connection.sendall(self.sent[:cut])
                connection.sendall(self.sent[cut:])
            except OSError:
                # It is answered, and closed, before all is sent.
                pass
            if self.random.random() > 0.1:
                self.receive(connection, QUIET)

    def check(self, _):
        return check_frames(self.sent, self.answer, self.is_closed)


if __name__ == "__main__":
    sys.exit(main("http2-fuzz", __doc__.splitlines()[0], Case, SecureServer))
