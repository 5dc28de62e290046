#!/usr/bin/env python3
"""API keys with the command line: made, used, listed and removed, over a restart of the server."""
import os
import subprocess
import sys

from harness import Failure, Server, run_test


class Shell:
    """Runs the command against a server."""

    def __init__(self, binary, folder, server):
        self.binary, self.folder, self.server = binary, folder, server

    def run(self, *arguments, token=None, status=0):
        environment = {**os.environ, "TOCSIN_SERVER": f"http://127.0.0.1:{self.server.port}"}
        for name in ("TOCSIN_TOKEN", "TOCSIN_TOKEN_KEY", "TOCSIN_TOKEN_KEY_FILE"):
            environment.pop(name, None)
        if token:
            environment["TOCSIN_TOKEN"] = token
        result = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=60, cwd=self.folder,
                                env=environment)
        if result.returncode != status:
            raise Failure(f"{arguments} ends with {result.returncode}: {result.stderr}")
        return result.stdout if status == 0 else result.stderr

    def expect(self, words, *arguments, token=None, status=1):
        message = self.run(*arguments, token=token, status=status)
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
        return manage(server, Shell(binary, folder, server), ("--token-key-file", secret))
    finally:
        server.close()


def manage(server, shell, admin):
    shell.expect("this needs a token", "key", "list")
    shell.expect("this is for admins", "key", "list", token=shell.run("token", "--user", "tiaz", *admin).strip())
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
    shell.expect("does not allow to publish to topic:other", "publish", "--topic", "other", "done", token=key)
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
