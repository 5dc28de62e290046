#!/usr/bin/env python3
"""Tries nginx and Caddy with the configurations of Examples/ in front of the server, with Chromium behind them."""
import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

from browsers import Site, chromium
from harness import Failure, Server, wait_until
from proxies import NAME, Caddy, CompressingNginx, Nginx

APPLICATION = "app.example"
# Far more than an event takes, and far less than the heartbeat that would push a buffered one out.
SOON = 1
PAGE = """<!doctype html><title>Application</title><link rel=icon href=data:,><script>
const streams = [], seen = [];
let opened = 0, errors = 0;
function listen(url) {
  const source = new EventSource(url), number = streams.push(source) - 1;
  seen.push([]);
  source.onopen = () => opened++;
  source.onerror = () => errors++;
  source.addEventListener("alarm", event => seen[number].push(event.data));
}
</script>"""


def require(condition, what):
    if not condition:
        raise Failure(what)


def connections(port, side):
    """How many connections are established to the local (1) or from the remote (2) end of `port`."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return sum(int(row[side].split(":")[1], 16) == port and row[3] == "01" for row in rows)


class Bench:
    """A server, a proxy in front of it, and an application's page of another origin that listens through it."""

    def __init__(self, browser, kind, folder, binary, site):
        self.browser, self.site = browser, site
        self.origin = f"http://{APPLICATION}:{site.port}"
        self.server = Server(binary, folder, "--allowed-host", NAME, "--cors-origin", self.origin)
        self.server.start()
        self.proxy = kind(folder, self.server.port)

    def publish(self, text, user="tiaz"):
        status, _, answer = self.server.publish({"user": user, "data": text})
        require(status == 201, f"a publish was answered {status}: {answer}")

    @contextlib.contextmanager
    def page(self):
        context = self.browser.new_context(ignore_https_errors=True)
        try:
            page = context.new_page()
            page.goto(f"{self.origin}/")
            yield page
        finally:
            context.close()

    def listen(self, page, user="tiaz"):
        opened = page.evaluate("opened")
        page.evaluate("url => listen(url)", f"{self.proxy.url}/connection/{user}")
        wait_until("the stream opens", lambda: page.evaluate("opened") > opened, 10)

    def restart_with(self, *options):
        self.server.stop()
        self.server.options = options
        self.server.start()

    def close(self):
        self.proxy.close()
        self.server.close()


def events_pass_at_once(bench):
    slowest = 0
    with bench.page() as page:
        bench.listen(page)
        for number in range(5):
            begin = time.monotonic()
            bench.publish(f"at once {number}")
            wait_until("an alarm comes through", lambda: page.evaluate("seen[0].length") > number, 20)
            slowest = max(slowest, time.monotonic() - begin)
    require(slowest < SOON, f"an alarm took {slowest:.1f} s from publish to page")
    return f"at most {slowest * 1000:.0f} ms"


def a_restart_is_survived(bench):
    with bench.page() as page:
        bench.listen(page)
        bench.publish("before")
        wait_until("the first alarm", lambda: page.evaluate("seen[0].length") == 1)
        bench.server.kill()
        # As answered to a browser which asks while the server is away for long.
        status, fields, body = bench.proxy.request("GET", "/connection/tiaz", {"Origin": bench.origin})
        require((status, fields["content-type"], body) == (200, "text/event-stream", b"retry: 3000\n\n"),
                f"without the server a stream is answered {status} {fields}: {body}")
        require(fields.get("access-control-allow-origin") == bench.origin, "that answer ends other origins' streams")
        status = bench.proxy.request("GET", "/users/tiaz/alarms")[0]
        require(status == 502, f"without the server a list is answered {status}, as if it were there")
        # One error when the stream breaks, one when another try ends.
        wait_until("the browser tried in vain", lambda: page.evaluate("errors") >= 2)
        require(page.evaluate("streams[0].readyState") == 0, "the browser gave up while the server was away")
        bench.server.start()
        for text in ("missed 1", "missed 2", "missed 3"):
            bench.publish(text)
        wait_until("what was missed", lambda: page.evaluate("seen[0].length") >= 4, 15)
        bench.publish("live")
        wait_until("a live alarm", lambda: page.evaluate("seen[0].length") >= 5, 5)
        seen = page.evaluate("seen[0]")
        require(seen == ["before", "missed 1", "missed 2", "missed 3", "live"], f"the page saw {seen}")
    return "nothing missed or doubled"


def a_hundred_streams_take_one_connection(bench):
    before = connections(bench.server.port, 1)
    with bench.page() as page:
        bench.listen(page)
        page.evaluate("url => { for (let n = 1; n < 100; n++) listen(`${url}?client=${n}`) }",
                      f"{bench.proxy.url}/connection/tiaz")
        wait_until("100 streams open", lambda: page.evaluate("opened") == 100)
        count = connections(bench.proxy.port, 1)
        require(count == 1, f"100 streams took {count} connections")
        require(connections(bench.server.port, 1) >= 100, "the server has fewer than 100 streams")
        bench.publish("to all tabs")
        wait_until("the alarm on all of them", lambda: page.evaluate("seen.every(texts => texts.length === 1)"))
    # Left over may be those that the proxy keeps for lists.
    wait_until("the server is rid of the streams", lambda: connections(bench.server.port, 1) <= before, 10)
    return "over one HTTP/2 connection"


def only_streams_and_lists_are_forwarded(bench):
    alarm = json.dumps({"user": "tiaz", "data": "from outside"}).encode()
    head = bench.server.request("GET", "/users/tiaz/alarms")[2]
    for method, path in [("POST", "/alarms"), ("POST", "/connection/../alarms"), ("POST", "//alarms"),
                         ("POST", "/users/tiaz/alarms"), ("POST", "/%61larms"), ("POST", "/connection/tiaz"),
                         ("POST", "/events?topic=a"), ("OPTIONS", "/alarms"), ("DELETE", "/alarms/1-1"),
                         ("GET", "/alarms/1-1"), ("GET", "/"), ("GET", "/page.js"), ("GET", "/metrics"),
                         ("GET", "/ready"), ("GET", "/connection/"), ("GET", "/openapi.yaml")]:
        has_body = method == "POST"
        status = bench.proxy.request(method, path, {"Content-Type": "application/json"} if has_body else None,
                                     alarm if has_body else None)[0]
        require(status in (400, 403, 404, 405), f"{method} {path} was answered {status} through the proxy")
    require(bench.server.request("GET", "/users/tiaz/alarms")[2] == head, "something was published from outside")
    for path in ("/users/tiaz/alarms?limit=1", "/topics/news%2Fkr/alarms", "/users/%EC%A7%80/alarms", "/tocsin.js"):
        status = bench.proxy.request("GET", path)[0]
        require(status == 200, f"GET {path} was answered {status} through the proxy")
    for path in ("/connection/tiaz", "/events?topic=news"):
        status, fields, body = bench.proxy.request("HEAD", path)
        require(status == 200 and fields["content-type"] == "text/event-stream" and not body, f"HEAD {path}: {status}")
    with contextlib.closing(bench.proxy.connect()) as connection:
        connection.request("GET", "/connection/tiaz", headers={"Accept-Encoding": "gzip, br, zstd"})
        require(not connection.getresponse().getheader("Content-Encoding"), "a stream is compressed")


def names_and_origins_are_checked(bench):
    own = bench.proxy.request("GET", "/users/tiaz/alarms", {"Origin": bench.proxy.url})
    require(own[0] == 200 and own[1].get("access-control-allow-origin") == bench.proxy.url,
            f"a page of the proxy's own origin was answered {own[0]}: {own[2]}")
    for method, path, headers, status, option in [
            ("GET", "/users/tiaz/alarms", {"Origin": "https://other.example"}, 403, b"--cors-origin https://other"),
            ("HEAD", "/connection/tiaz", {"Origin": "https://other.example"}, 403, b""),
            ("GET", "/connection/tiaz", {"Sec-Fetch-Site": "cross-site"}, 403, b"--cors-origin")]:
        answer = bench.proxy.request(method, path, headers)
        require(answer[0] == status and option in answer[2], f"{method} {path} with {headers}: {answer[0]} {answer[2]}")
    bench.restart_with()
    for path in ("/users/tiaz/alarms", "/connection/tiaz"):
        status, _, body = bench.proxy.request("GET", path)
        require(status == 421 and f"--allowed-host {NAME}".encode() in body, f"without --allowed-host: {status} {body}")


def tokens_pass_and_are_not_logged(bench):
    key = os.path.join(bench.server.folder, "token.key")
    with open(key, "w", encoding="ascii") as file:
        file.write("a secret of more than thirty-two bytes")
    token = subprocess.run([bench.server.binary, "token", "--user", "tiaz", "--token-key-file", key],
                           check=True, capture_output=True, text=True).stdout.strip()
    bench.restart_with("--token-key-file", key, "--cors-origin", bench.origin)
    for path in ("/users/tiaz/alarms", "/connection/tiaz"):
        preflight = bench.proxy.request("OPTIONS", path, {
            "Origin": bench.origin, "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization"})
        require(preflight[0] == 204 and "Authorization" in preflight[1]["access-control-allow-headers"],
                f"a preflight of {path} was answered {preflight[0]}: {preflight[1]}")
        require(bench.proxy.request("GET", path)[0] == 401, f"GET {path} passed without a token")
    listed = bench.proxy.request("GET", "/users/tiaz/alarms", {"Authorization": f"Bearer {token}"})
    require(listed[0] == 200, f"with a token a list was answered {listed[0]}: {listed[2]}")
    with contextlib.closing(bench.proxy.connect()) as connection:
        connection.request("GET", f"/connection/tiaz?access_token={token}")
        answer = connection.getresponse()
        require(answer.status == 200 and answer.readline().startswith(b"retry:"), "a stream with a token did not open")
    bench.proxy.close()
    for path in (bench.proxy.log, bench.proxy.access_log):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as log:
                require(token not in log.read(), f"the token is in {os.path.basename(path)}")
    if isinstance(bench.proxy, Nginx):
        with open(bench.proxy.access_log, encoding="utf-8") as log:
            require("/connection/tiaz" in log.read(), "nginx did not log the stream")


def a_compressed_stream_passes_at_once(bench):
    """Not as the example has it, but as it may be changed."""
    slowest = 0
    with contextlib.closing(bench.proxy.connect(timeout=5)) as connection:
        connection.request("GET", "/connection/tiaz", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        require(answer.getheader("Content-Encoding") == "gzip", f"a stream is not compressed: {answer.getheaders()}")
        unpack, text = zlib.decompressobj(wbits=31), b""
        for number in range(5):
            begin = time.monotonic()
            bench.publish(f"packed {number}")
            while f"data: packed {number}\n".encode() not in text:
                text += unpack.decompress(answer.read1())
            slowest = max(slowest, time.monotonic() - begin)
    require(slowest < SOON, f"an alarm took {slowest:.1f} s from publish to reader")
    with bench.page() as page:
        bench.listen(page)
        bench.publish("to a browser")
        wait_until("the alarm in a browser", lambda: page.evaluate("seen[0]") == ["to a browser"], 5)
    return f"at most {slowest * 1000:.0f} ms"


TESTS = [events_pass_at_once, a_hundred_streams_take_one_connection, only_streams_and_lists_are_forwarded,
         a_restart_is_survived, names_and_origins_are_checked, tokens_pass_and_are_not_logged]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--proxy", choices=["nginx", "caddy"], help="only this one")
    options = parser.parse_args()
    root, begin, told, what = tempfile.mkdtemp(prefix="tocsin-proxy-"), time.monotonic(), [], "setup"
    bench = None
    try:
        rules = "--host-resolver-rules=MAP *.example 127.0.0.1"
        with chromium(rules) as browser, Site({"/": PAGE}) as site:
            for kind, tests in ((Nginx, TESTS), (CompressingNginx, [a_compressed_stream_passes_at_once]), (Caddy, TESTS)):
                if options.proxy and not kind.__name__.lower().endswith(options.proxy):
                    continue
                bench = Bench(browser, kind, tempfile.mkdtemp(dir=root), options.binary, site)
                bench.proxy.start()
                for test in tests:
                    what = f"{kind.__name__}: {test.__name__.replace('_', ' ')}"
                    result = test(bench)
                    told += [f"{what}, {result}"] if result else []
                bench.close()
    except Exception as failure:  # whatever it is, it is told in one line with its place
        print(f"proxy-test: FAILED: {what}: {type(failure).__name__}: {failure}")
        if bench:
            print(bench.server.tail()[-800:], file=sys.stderr)
        return 1
    finally:
        if bench:
            bench.close()
        shutil.rmtree(root, ignore_errors=True)
    print(f"proxy-test: ok: {'; '.join(told)} ({time.monotonic() - begin:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
