"""Debian's Firefox, headless, driven by its Marionette protocol: JSON with its length in front, over TCP."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile

from harness import Failure, wait_until

PREFERENCES = {
    "marionette.port": 0,  # any that is free, written into the profile
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "browser.shell.checkDefaultBrowser": False,
    "app.update.disabledForTesting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.startup.page": 0,
}


class Firefox:
    """A process with a profile of its own."""

    def __init__(self):
        path = shutil.which("firefox-esr") or shutil.which("firefox")
        if not path:
            raise Failure("there is no firefox-esr; scripts/setup test installs it")
        self.profile, self.socket, self.number, self.pending = tempfile.mkdtemp(prefix="tocsin-firefox-"), None, 0, b""
        with open(os.path.join(self.profile, "user.js"), "w", encoding="utf-8") as file:
            file.writelines(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                            for name, value in PREFERENCES.items())
        self.process = subprocess.Popen(
            [path, "--headless", "--marionette", "--no-remote", "--profile", self.profile],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.profile})
        try:
            self.socket = wait_until("firefox can be driven", self.connect, 60)
            self.read()
            self.call("WebDriver:NewSession", capabilities={})
        except BaseException:
            self.close()
            raise

    def connect(self):
        if self.process.poll() is not None:
            raise Failure(f"firefox ended with {self.process.returncode}")
        with contextlib.suppress(OSError, ValueError):
            with open(os.path.join(self.profile, "MarionetteActivePort"), encoding="ascii") as file:
                return socket.create_connection(("127.0.0.1", int(file.read())), timeout=30)
        return None

    def read(self):
        """One message, which its length in decimal and a colon precede."""
        while b":" not in self.pending:
            self.receive()
        length, _, self.pending = self.pending.partition(b":")
        while len(self.pending) < int(length):
            self.receive()
        message, self.pending = self.pending[:int(length)], self.pending[int(length):]
        return json.loads(message)

    def receive(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise Failure("firefox closed the connection that drives it")
        self.pending += piece

    def call(self, command, **parameters):
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self.read()
        if error:
            raise Failure(f"{command}: {error['error']}: {error['message']}")
        return result

    def open(self, url):
        self.call("WebDriver:Navigate", url=url)

    def new_tab(self):
        """Opens a tab, goes to it and returns its handle."""
        handle = self.call("WebDriver:NewWindow", type="tab")["handle"]
        self.switch(handle)
        return handle

    def tab(self):
        return self.call("WebDriver:GetWindowHandle")["value"]

    def switch(self, handle):
        self.call("WebDriver:SwitchToWindow", handle=handle)

    def close_tab(self):
        self.call("WebDriver:CloseWindow")

    def evaluate(self, expression):
        return self.call("WebDriver:ExecuteScript", script=f"return {expression}", args=[], sandbox=None)["value"]

    def close(self):
        if self.socket:
            with contextlib.suppress(Exception):
                self.call("Marionette:Quit", flags=["eForceQuit"])
            self.socket.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
