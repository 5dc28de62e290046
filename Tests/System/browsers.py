"""Debian's Chromium driven by Playwright, what its pages did, and pages served from another port."""
import contextlib
import http.server
import json
import os
import shutil
import threading

from playwright.sync_api import sync_playwright

from harness import Failure

# What a browser says by itself where the server is away, or refuses as a proxy does; pages cannot prevent it.
FAILED_CONNECTIONS = ("net::ERR_CONNECTION_", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_EMPTY_RESPONSE",
                      "net::ERR_SOCKET_NOT_CONNECTED", "status of 502", "status of 503", "status of 504")


def how_to_run(arguments):
    path = shutil.which("chromium")
    if not path:
        raise Failure("there is no chromium; scripts/setup test installs it")
    # Root, as in a container, has no sandbox; /dev/shm is small there.
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", *arguments]
    return {"executable_path": path, "args": flags}


@contextlib.contextmanager
def chromium(*arguments):
    """A running browser of Playwright; every `new_context()` of it is like a user's profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**how_to_run(arguments))
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def chromium_with_third_party_cookies(folder, *arguments):
    """The one context of a browser which sends cookies also where a page of another site asks, as few do by default."""
    os.makedirs(f"{folder}/Default")
    with open(f"{folder}/Default/Preferences", "w", encoding="ascii") as file:
        json.dump({"profile": {"cookie_controls_mode": 0}}, file)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder, ignore_https_errors=True, **how_to_run(arguments))
        try:
            yield context
        finally:
            context.close()


class Record:
    """What the pages of a browser context asked for and complained of, from now on.

    Playwright tells it while one of its calls runs: wait in `page.wait_for_…`, not in a sleep.
    """

    def __init__(self, context):
        self.urls, self.errors, self.failed = [], [], []
        context.on("request", lambda request: self.urls.append(request.url))
        context.on("console", self.console)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))

    def console(self, message):
        if message.type in ("error", "warning"):
            is_failed = any(part in message.text for part in FAILED_CONNECTIONS)
            (self.failed if is_failed else self.errors).append(message.text)

    def check(self, *origins):
        """Fails for what was loaded from elsewhere, and for what the console has but failed connections."""
        if self.errors:
            raise Failure(f"the browser complained: {self.errors[:5]}")
        allowed = tuple(f"{origin.rstrip('/')}/" for origin in origins) + ("data:", "about:", "blob:")
        elsewhere = [url for url in self.urls if not url.startswith(allowed)]
        if elsewhere:
            raise Failure(f"loaded from elsewhere: {elsewhere[:5]}")


class Site:
    """Pages at a loopback port of their own, as of somebody's application.

    - Parameter `files`: by path, a text or bytes, which may be changed while it runs; the name's end tells the type.
    - Parameter `fields`: header fields of every answer.
    """

    TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "json": "application/json"}

    def __init__(self, files, fields=None):
        self.files, site = files, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = site.files.get(self.path.partition("?")[0])
                self.send_response(404 if body is None else 200)
                if body is not None:
                    kind = site.TYPES.get(self.path.partition("?")[0].rpartition(".")[2], "text/html")
                    self.send_header("Content-Type", f"{kind}; charset=utf-8")
                for name, value in (fields or {}).items():
                    self.send_header(name, value)
                content = body.encode() if isinstance(body, str) else body or b""
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
