"""Clients of event streams that are not ours, each used as its documentation shows: what they hear, over breaks."""
import asyncio
import subprocess
import threading
import time

import aiohttp
import httpx
import requests
import sseclient
from aiohttp_sse_client2 import client as aiohttp_sse
from httpx_sse import connect_sse

from harness import EventParser

# What our server sends beside alarms.
OWN_EVENTS = ("position", "")


class Client:
    """Reads a stream until `close()`, in a thread of its own; after a break it asks for what came after the last event.

    `alarms` has (id, name, data) of each; `breaks` how streams ended.
    """

    def __init__(self, url):
        self.url, self.last, self.pause = url, "", 0.5
        self.alarms, self.breaks, self.is_open, self.is_closing = [], [], False, False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @property
    def name(self):
        return type(self).__name__

    @property
    def headers(self):
        return {"Last-Event-ID": self.last} if self.last else {}

    def run(self):
        while not self.is_closing:
            try:
                self.read()
                self.breaks.append("end")
            except (OSError, httpx.HTTPError, aiohttp.ClientError) as error:
                self.breaks.append(type(error).__name__)
            time.sleep(self.pause)

    def read(self):
        """Reads one stream to its end."""
        raise NotImplementedError

    def hear(self, ident, name, data):
        self.is_open, self.last = True, ident or self.last
        if name not in OWN_EVENTS:
            self.alarms.append((ident, name, data))

    def close(self):
        self.is_closing = True

    @staticmethod
    def expected(data):
        """What becomes of data."""
        return data


class Curl(Client):
    """It hands bytes on, which the harness reads."""

    process = None

    def read(self):
        fields = [argument for field in self.headers.items() for argument in ("-H", ": ".join(field))]
        parser = EventParser(self.last)
        with subprocess.Popen(["curl", "-sN", "--noproxy", "*", *fields, self.url], stdout=subprocess.PIPE) as process:
            self.process = process
            while piece := process.stdout.read1(65536):
                for event in parser.feed(piece):
                    self.hear(*event)
        if process.returncode:
            raise OSError(f"curl ended with {process.returncode}")

    def close(self):
        super().close()
        if self.process:
            self.process.kill()


class SSEClientPy(Client):
    """PyPI's sseclient-py over requests."""

    def read(self):
        with requests.Session() as session:
            session.trust_env = False
            with session.get(self.url, headers=self.headers, stream=True, timeout=60) as answer:
                for event in sseclient.SSEClient(answer).events():
                    self.hear(event.id, event.event, event.data)


class HTTPXSSE(Client):
    """PyPI's httpx-sse."""

    def read(self):
        with httpx.Client(trust_env=False, timeout=60) as client:
            with connect_sse(client, "GET", self.url, headers=self.headers) as source:
                for event in source.iter_sse():
                    # It gives a block without data too, which is no event: a reconnection time alone.
                    if event.data or event.event != "message":
                        self.hear(event.id, event.event, event.data)


class AiohttpSSEClient2(Client):
    """PyPI's aiohttp-sse-client2, which comes back by itself after the end of a stream, but not after a cut."""

    def read(self):
        asyncio.run(self.read_events())

    async def read_events(self):
        async with aiohttp_sse.EventSource(self.url, headers=self.headers) as source:
            async for event in source:
                self.hear(event.last_event_id, event.type, event.data)

    @staticmethod
    def expected(data):
        # It takes more away than the standard says: all spaces at the start of lines, all empty lines at the end.
        return "\n".join(line.lstrip(" ") for line in data.split("\n")).rstrip("\n")


CLIENTS = [Curl, SSEClientPy, HTTPXSSE, AiohttpSSEClient2]
