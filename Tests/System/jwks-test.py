#!/usr/bin/env python3
"""A key set at a URL and in a file: keys that are rotated, a provider that is away, and what is no key set."""
import concurrent.futures
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from harness import Failure, Server, run_parts, run_test

def require(condition, what):
    if not condition:
        raise Failure(what)


class Key:
    """A private key, and what a set has of it."""

    def __init__(self, ident, algorithm="ES256"):
        self.ident, self.algorithm = ident, algorithm
        self.private = {
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "RS256": lambda: rsa.generate_private_key(65537, 2048),
            "EdDSA": ed25519.Ed25519PrivateKey.generate}[algorithm]()
        self.public = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(self.private.public_key()))
        self.public.update(kid=ident, use="sig", alg=algorithm)

    def token(self, ident=None, **claims):
        claims = {"sub": "tiaz", "aud": "tocsin", "exp": int(time.time()) + 600, **claims}
        return jwt.encode(claims, self.private, self.algorithm, headers={"kid": ident or self.ident})


def ended(connection):
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


class Provider:
    """Serves a key set on this machine, or what else it is told to."""

    def __init__(self, *keys):
        self.readings, self.status, self.fields = 0, 200, {}
        # What a body that never ends gets, again and again.
        self.drip = None
        self.open = 0
        self.show(*keys)
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.readings += 1
                self.send_response(provider.status)
                for name, value in {"Content-Length": str(len(provider.body)), **provider.fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                if provider.drip is None:
                    self.wfile.write(provider.body)
                    return
                provider.open += 1
                self.connection.settimeout(0.1)
                while not ended(self.connection):
                    self.wfile.write(provider.drip)
                provider.open -= 1

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, *keys):
        self.body = json.dumps({"keys": [key.public for key in keys]}).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def status(server, token, path="/users/tiaz/alarms"):
    return server.request("GET", path, headers={"Authorization": f"Bearer {token}"})


def log(server):
    with open(server.log, encoding="utf-8") as file:
        return file.read()


def opens(server, token):
    """The status of a stream; only its head is read."""
    connection = server.connect()
    try:
        connection.request("GET", f"/connection/tiaz?access_token={token}")
        return connection.getresponse().status
    finally:
        connection.close()


def rotated_keys(binary, folder):
    keys = [Key("a"), Key("b", "RS256"), Key("c", "EdDSA"), Key("d")]
    provider = Provider(*keys[:3])
    server = Server(binary, folder, "--jwks", provider.url, "--token-audience", "tocsin")
    try:
        server.start()
        require("--token-audience" not in log(server), "it warns of what is there")
        for key in keys[:3]:
            require(status(server, key.token())[0] == 200, f"the key {key.ident} is not taken")
            require(opens(server, key.token()) == 200, f"the key {key.ident} opens no stream")
        require(status(server, keys[0].token("b"))[0] == 401, "a key is taken for another one's")
        provider.show(keys[3])
        require(status(server, keys[0].token())[0] == 200, "a known key is asked for again")
        require(provider.readings == 1, "the set was read for a known key")
        # Many ask at the same time for the new one, by streams too, and wait for the pause to end that follows a reading:
        # one reading is enough, and all are let in.
        answers = []
        token = keys[3].token()
        threads = [threading.Thread(target=lambda ask=ask: answers.append(ask())) for ask in
                   [lambda: opens(server, token), lambda: status(server, token)[0]] * 8]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        require(answers == [200] * 16, f"a new key is answered {answers}")
        require(provider.readings == 2, f"the set was read {provider.readings} times")
    finally:
        server.close()
        provider.close()
    return "found at once by 16 who asked together"


def provider_away(binary, folder):
    answers = [{"status": 500}, {"body": b"{}"}, {"status": 302, "fields": {"Location": "/other"}}, {"drip": b""},
               {"drip": b" "}]

    def check_one(numbered):
        number, answer = numbered
        own = os.path.join(folder, str(number))
        os.mkdir(own)
        keys = [Key("a"), Key("b")]
        provider = Provider(keys[0])
        server = Server(binary, own, "--jwks", provider.url)
        try:
            server.start()
            provider.show(keys[1])
            for name, value in answer.items():
                setattr(provider, name, value)
            away(server, provider, keys, answer)
        finally:
            server.close()
            provider.close()

    # Each waits for a pause to pass.
    with concurrent.futures.ThreadPoolExecutor(len(answers)) as pool:
        list(pool.map(check_one, enumerate(answers)))
    return "old keys stay"


def away(server, provider, keys, answer):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        stream = pool.submit(server.request, "GET", f"/connection/tiaz?access_token={keys[1].token()}")
        require(status(server, keys[1].token())[0] == 401, "a key is known that nobody has told")
        code, _, text = stream.result()
    # Any status but 200 would keep its browser from coming back once the provider is there.
    require(code == 200 and re.fullmatch(r"retry: \d{4,5}\n\n", text.decode()), f"its stream is answered {code}: {text!r}")
    require(provider.readings == 2, f"the set was not read again, or the redirect followed, with {answer}")
    require(status(server, keys[0].token())[0] == 200, f"the old key is gone after {answer}")
    if "drip" in answer:
        require(provider.open == 1, f"{provider.open} readings go on with {answer}")
        begin = time.monotonic()
        server.stop()
        require(time.monotonic() - begin < 5, f"{answer} holds up the end")
        return
    told = log(server)
    require("the keys of tokens were not read anew" in told, f"the log does not tell of {answer}: {told}")


def file_and_secret(binary, folder):
    key, secret = Key("a"), "a secret of more than thirty-two bytes"
    path = os.path.join(folder, "keys.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"keys": [key.public]}, file)
    server = Server(binary, folder, "--jwks", path, environment={"TOCSIN_TOKEN_KEY": secret})
    try:
        server.start()
        require(log(server).count("without --token-audience") == 1, "it does not warn of tokens for other applications")
        require(status(server, key.token())[0] == 200, "a key of the file is not taken")
        own = jwt.encode({"exp": int(time.time()) + 60, "tocsin": {"admin": True}}, secret, "HS256")
        require(status(server, own, "/metrics")[0] == 200, "the secret beside the set is not taken")
        confused = jwt.encode({"sub": "tiaz", "exp": int(time.time()) + 60}, secret, "HS256", headers={"kid": "a"})
        require(status(server, confused)[0] == 401, "the secret is taken for a key of the set")
    finally:
        server.close()


def starts(binary, folder):
    def start(*options):
        result = subprocess.run([binary, "serve", "--port", "0", "--data", ":memory:", *options], capture_output=True,
                                text=True, timeout=60, cwd=folder)
        require(result.stderr.count("\n") == 1, f"{options} says {result.stderr!r}")
        return result.returncode, result.stderr

    provider = Provider()
    cases = [
        (("--jwks", "http://keys.example/keys"), 64, "an http URL is taken from this machine only"),
        (("--jwks", "ftp://localhost/keys"), 64, "is the path of a file, or an https URL"),
        (("--jwks", "none.json"), 1, "none.json cannot be read: no such file or directory"),
        (("--jwks", provider.url), 1, "the key set has no public key"),
        (("--jwks", "http://127.0.0.1:9/keys"), 1, "cannot be fetched: connection refused"),
        (("--token-issuer", "a"), 1, "need a key"),
    ]
    for options, expected, words in cases:
        code, message = start(*options)
        require(code == expected and words in message, f"{options} ends with {code}: {message}")
    provider.body = b"x" * (1 << 21)
    code, message = start("--jwks", provider.url)
    require(code == 1 and "cannot be fetched" in message, f"2 MiB end with {code}: {message}")
    provider.close()
    return f"{len(cases) + 1} that cannot work"


def check(options, folder):
    binary = os.path.abspath(options.binary)
    # Each waits for a pause to pass.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        groups = [[rotated_keys], [provider_away], [file_and_secret, starts]]
        return "; ".join(pool.map(lambda parts: run_parts(parts, binary, folder), groups))


if __name__ == "__main__":
    sys.exit(run_test("jwks-test", check))
