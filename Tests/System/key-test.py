#!/usr/bin/env python3
"""API keys with the command line: made, used, listed and removed, over a restart of the server."""
import base64
import json
import os
import subprocess
import sys

from harness import Failure, Server, run_test


class Shell:
    """Runs the command against a server."""

    def __init__(self, binary, folder, server):
        self.binary, self.folder, self.server = binary, folder, server

    def run(self, *arguments, token=None, key=None, status=0):
        environment = {**os.environ, "TOCSIN_SERVER": f"http://127.0.0.1:{self.server.port}"}
        for name in ("TOCSIN_TOKEN", "TOCSIN_TOKEN_KEY", "TOCSIN_TOKEN_KEY_FILE"):
            environment.pop(name, None)
        if token:
            environment["TOCSIN_TOKEN"] = token
        if key:
            environment["TOCSIN_TOKEN_KEY_FILE"] = key
        result = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60, cwd=self.folder,
                                env=environment)
        if result.returncode != status:
            raise Failure(f"{arguments} ends with {result.returncode}: {result.stderr}")
        return result.stdout if status == 0 else result.stderr

    def expect(self, words, *arguments, token=None, key=None, status=1):
        message = self.run(*arguments, token=token, key=key, status=status)
        if words not in message or message.count("\n") != 1:
            raise Failure(f"{arguments} says {message!r}, not {words!r}")


def check(options, folder):
    secret = os.path.join(folder, "secret")
    with open(secret, "w", encoding="ascii") as file:
        file.write("a secret of more than thirty-two bytes\n")
    binary = os.path.abspath(options.binary)
    server = Server(binary, folder, "--token-key-file", secret)
    server.start()
    try:
        told = manage(server, Shell(binary, folder, server), ("--token-key-file", secret))
    finally:
        server.close()
    return told + "; " + particular(binary, folder)


def particular(binary, folder):
    """A server that asks for an issuer and an audience, and has several keys in a set."""
    def path(name):
        return os.path.join(folder, name)

    keys = []
    for name in ("one", "two"):
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path(name)], check=True)
        # The point ends what the public key is in DER: x and y, of 32 bytes each.
        point = subprocess.run(["openssl", "pkey", "-in", path(name), "-pubout", "-outform", "DER"], check=True,
                               capture_output=True).stdout[-64:]
        x, y = (base64.urlsafe_b64encode(half).rstrip(b"=").decode() for half in (point[:32], point[32:]))
        keys.append({"kty": "EC", "crv": "P-256", "kid": name, "x": x, "y": y})
    with open(path("set.json"), "w", encoding="ascii") as file:
        json.dump({"keys": keys}, file)
    server = Server(binary, folder, "--jwks", path("set.json"), "--token-issuer", "shop", "--token-audience", "tocsin")
    try:
        server.start()
        shell = Shell(binary, folder, server)
        admin = ("--token-key-file", path("two"), "--issuer", "shop", "--audience", "tocsin", "--key-id", "two")
        shell.run("key", "add", "ci", "--publish", "*", *admin)
        shell.run("key", "remove", "ci", *admin)
        shell.run("key", "list", *admin[2:], token="none", key=path("two"))
        for short in (admin[:-2], admin[:2] + admin[4:], admin[:4] + admin[6:]):
            shell.expect("and --issuer, --audience and --key-id where the server asks for them", "key", "list", *short)
    finally:
        server.close()
    return "with an issuer, an audience and a key id"


def manage(server, shell, admin):
    shell.expect("this needs a token (401); give the server's key with --token-key-file, or the token of an admin with "
                 "--token\n", "key", "list")
    stranger = shell.run("token", "--user", "tiaz", *admin).strip()
    shell.expect("make one with 'tocsin token --admin'", "key", "list", token=stranger)
    shell.expect("unset it, so that one is made with TOCSIN_TOKEN_KEY_FILE", "key", "list", token=stranger,
                 key=admin[1])
    shell.expect("give --publish", "key", "add", "ci", *admin, status=64)
    shell.expect("write * for everything", "key", "add", "ci", "--publish", "user:*", *admin, status=64)
    shell.expect("add, list or remove", "key", status=64)
    shell.expect("leave one out", "key", "list", "--token", "a", *admin, status=64)
    shell.expect("a name has at least one character", "key", "add", "", "--publish", "*", *admin)
    shell.expect("there is no API key ci", "key", "remove", "ci", *admin)

    key = shell.run("key", "add", "ci", "--publish", "topic:builds/*", "--publish", "user:tiaz", *admin)
    if key.count("\n") != 1 or not key.startswith("tocsin_"):
        raise Failure(f"the key is {key!r}")
    key = key.strip()
    strange = "a/b ?\u00e9\u200b"
    shell.run("key", "add", strange, "--publish", "*", *admin)
    shell.expect("there is an API key ci already", "key", "add", "ci", "--publish", "*", *admin)
    if shell.run("key", "list", *admin).splitlines()[1] != "ci\tnever used\ttopic:builds/* user:tiaz":
        raise Failure(f"the list is {shell.run('key', 'list', *admin)!r}")
    shell.run("publish", "--topic", "builds/7", "done", token=key)
    shell.run("publish", "--user", "tiaz", "done", token=key)
    shell.expect("the API key ci may not publish to topic:other; add another with 'tocsin key add' (403 at /topic)",
                 "publish", "--topic", "other", "done", token=key)
    shell.expect("the API key ci cannot listen, as no API key can; show a token", "listen", "--user", "tiaz", token=key)
    shell.expect("this is for admins", "key", "list", token=key)

    server.stop()
    server.start()
    line = shell.run("key", "list", *admin).splitlines()[1].split("\t")
    if not line[1].startswith("20"):
        raise Failure(f"the last use of the key is {line[1]!r} after a restart")
    shell.run("publish", "--topic", "builds/8", "done", token=key)
    shell.run("key", "remove", strange, *admin)
    shell.run("key", "remove", "ci", *admin)
    shell.expect("there is no such API key", "publish", "--topic", "builds/9", "done", token=key)
    if shell.run("key", "list", *admin):
        raise Failure("a key is left")
    server.stop()
    with open(server.log, encoding="utf-8") as file:
        log = file.read()
    for word in (key, "tiaz", "builds"):
        if word in log:
            raise Failure(f"the log has {word!r}")
    return "made, used, listed, kept over a restart, removed; nothing of it is in the log"


if __name__ == "__main__":
    sys.exit(run_test("key-test", check))
