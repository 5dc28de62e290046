#!/usr/bin/env python3
"""Pages of other origins in Chromium, with access rules: what those may that are named, and that others see nothing.

Most names are of one site, as app.alarms.example and alarms.example are, so that a browser sends the cookie whichever page
asks: what keeps a page out is the server. Pages of another site follow, with TLS and a cookie that goes to all.
"""
import os
import sys
import time

import jwt

from browsers import Site, chromium, chromium_with_third_party_cookies
from certificates import client_security, make_certificate
from harness import Failure, Server, run_test, wait_until

SECRET = "a secret of more than thirty-two bytes"
HOST = "alarms.localhost"

# Resolves with the first alarm's data, or with what became of it.
LISTEN = """([url, withCredentials]) => new Promise(resolve => {
    const source = new EventSource(url, { withCredentials });
    source.addEventListener("alarm", event => { source.close(); resolve(event.data); });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) resolve("refused"); };
})"""
ASK = """([url, options]) => fetch(url, options).then(async answer => ({
    status: answer.status, body: await answer.text(), challenge: answer.headers.get("WWW-Authenticate"),
    id: answer.headers.get("X-Request-ID"), location: answer.headers.get("Location"),
}), () => "refused")"""
# Keeps what comes, over reconnections, until the browser gives up.
FOLLOW = """url => {
    window.heard = [];
    window.state = "open";
    const source = new EventSource(url, { withCredentials: true });
    source.addEventListener("alarm", event => heard.push(event.data));
    source.onerror = () => { window.state = source.readyState === EventSource.CLOSED ? "closed" : "away"; };
    source.onopen = () => { window.state = "open"; window.opens = (window.opens ?? 0) + 1; };
}"""


def require(condition, what):
    if not condition:
        raise Failure(what)


def token(user=None, life=600, **access):
    now = int(time.time())
    claims = {"exp": now + life, "iat": now, "tocsin": access}
    return jwt.encode({**claims, "sub": user} if user else claims, SECRET, "HS256")


class Stage:
    """A server, the site of its pages' application, and a browser profile with a user's cookie."""

    def __init__(self, server, site, context):
        self.server, self.site, self.context = server, site, context
        self.api = f"http://{HOST}:{server.port}"
        self.admin = {"Authorization": f"Bearer {token(admin=True, publish=['*'], subscribe=['*'])}"}

    def carry(self, value):
        self.context.add_cookies([{"name": "tocsin_token", "value": value, "domain": HOST, "path": "/",
                                   "httpOnly": True, "sameSite": "Lax"}])

    def page(self, origin):
        page = self.context.new_page()
        page.goto(f"{origin}/")
        return page

    def publish(self, data, user="tiaz"):
        status, _, body = self.server.request(
            "POST", "/alarms", f'{{"user":"{user}","data":"{data}"}}',
            {**self.admin, "Content-Type": "application/json"})
        require(status == 201, f"the admin's publish was answered {status}: {body}")

    def published(self):
        return self.server.request("GET", "/users/tiaz/alarms", headers=self.admin)[2].decode()


def ways(stage, user_token):
    """How a page may ask: a name, the script, its arguments, and what an answer has that is right."""
    listing, post = f"{stage.api}/users/tiaz/alarms", {"method": "POST", "headers": {"Content-Type": "application/json"}}
    stream = f"{stage.api}/connection/tiaz?last_event_id=earliest"
    bearer = {"Authorization": f"Bearer {user_token}"}
    alarm = '{"user":"tiaz","data":"by cookie"}'
    return [
        ("a stream with a token", LISTEN, [f"{stream}&access_token={user_token}", False], lambda got: got == "hello"),
        ("a stream with a cookie", LISTEN, [stream, True], lambda got: got == "hello"),
        ("a list with a cookie", ASK, [listing, {"credentials": "include"}],
         lambda got: got["status"] == 200 and "hello" in got["body"] and got["id"]),
        ("a list with a token", ASK, [listing, {"headers": bearer}], lambda got: got["status"] == 200),
        ("a publish with a cookie", ASK, [f"{stage.api}/alarms", {**post, "credentials": "include", "body": alarm}],
         lambda got: got["status"] == 201 and got["location"].startswith("/alarms/")),
        ("a list with nothing", ASK, [listing, {"credentials": "omit"}],
         lambda got: got["status"] == 401 and "Bearer" in got["challenge"] and "needs a token" in got["body"]),
        ("another user's list", ASK, [f"{stage.api}/users/seo/alarms", {"headers": bearer}],
         lambda got: got["status"] == 403 and "user:seo" in got["body"] and "scope" in got["challenge"]),
    ]


def allowed(stage, origin, user_token):
    page = stage.page(origin)
    for name, script, arguments, is_right in ways(stage, user_token):
        got = page.evaluate(script, arguments)
        require(got != "refused" and is_right(got), f"a page of {origin} asks for {name}, and gets {got}")
    page.close()


def refused(stage, origin, user_token):
    page = stage.page(origin)
    before = stage.published()
    for name, script, arguments, _ in ways(stage, user_token):
        got = page.evaluate(script, arguments)
        require(got == "refused", f"a page of {origin} asks for {name}, and gets {got}")
    # What needs no leave of the server to be sent.
    for body in ('{"user":"tiaz","data":"evil"}', '[{"everyone":true,"data":"evil"}]'):
        page.evaluate("([url, body]) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body })",
                      [f"{stage.api}/alarms", body])
    page.evaluate("""url => new Promise(done => {
        const image = new Image(); image.onload = image.onerror = done; image.src = url; })""",
                  f"{stage.api}/users/tiaz/alarms")
    page.close()
    require(stage.published() == before, f"a page of {origin} has published something")


def expiring(stage, origin):
    """A token in the URL stops the browser when it expires; a cookie that was renewed goes on without a gap."""
    page = stage.page(origin)
    page.evaluate(FOLLOW, f"{stage.api}/connection/seo?access_token={token('seo', life=2)}")
    page.wait_for_function("state === 'closed'", timeout=30_000)
    require(page.evaluate("opens") == 1, "a stream with an expired token was opened again")
    page.close()

    stage.carry(token("mina", life=3))
    page = stage.page(origin)
    page.evaluate(FOLLOW, f"{stage.api}/connection/mina")
    page.wait_for_function("window.opens === 1")
    stage.publish("first", "mina")
    page.wait_for_function("heard.length === 1")
    stage.carry(token("mina"))
    page.wait_for_function("state === 'away'", timeout=30_000)
    stage.publish("meanwhile", "mina")
    page.wait_for_function("window.opens === 2", timeout=30_000)
    stage.publish("later", "mina")
    page.wait_for_function("heard.length >= 3")
    heard = page.evaluate("heard")
    require(heard == ["first", "meanwhile", "later"], f"over a renewed cookie came {heard}")
    page.close()


def revoked(stage, origin):
    """A user whose tokens are revoked is told nothing more within a second, and does not come back."""
    page = stage.page(origin)
    page.evaluate(FOLLOW, f"{stage.api}/connection/joe?access_token={token('joe')}")
    page.wait_for_function("window.opens === 1")
    begin = time.monotonic()
    status = stage.server.request("POST", "/revocations", '{"sub":"joe"}',
                                  {**stage.admin, "Content-Type": "application/json"})[0]
    require(status == 204, f"a revocation was answered {status}")
    page.wait_for_function("state !== 'open'")
    took = time.monotonic() - begin
    require(took < 1, f"the stream of a revoked user ended after {took:.1f} s")
    page.wait_for_function("state === 'closed'", timeout=30_000)
    require(page.evaluate("opens") == 1, "the stream of a revoked user was opened again")
    page.close()
    return took


def other_sites(site, binary, folder):
    """A page of another site altogether, with a cookie of SameSite=None, which browsers take over TLS only."""
    os.mkdir(folder)
    make_certificate(folder)
    named, other = f"http://app.shop.test:{site.port}", f"http://evil.test:{site.port}"
    server = Server(binary, folder, "--cors-origin", named, "--tls-certificate", f"{folder}/certificate.pem",
                    "--tls-key", f"{folder}/key.pem", environment={"TOCSIN_TOKEN_KEY": SECRET},
                    security=client_security())
    try:
        server.start()
        names = "--host-resolver-rules=MAP *.test 127.0.0.1"
        with chromium_with_third_party_cookies(os.path.join(folder, "profile"), names) as context:
            stage = Stage(server, site, context)
            stage.api = f"https://alarms.test:{server.port}"
            context.add_cookies([{"name": "__Host-tocsin_token", "value": token("tiaz", publish=["user:tiaz"]),
                                  "url": f"{stage.api}/", "httpOnly": True, "secure": True, "sameSite": "None"}])
            stage.publish("hello")
            allowed(stage, named, token("tiaz"))
            refused(stage, other, token("tiaz"))
    finally:
        server.close()


def check(options, folder):
    pages = {"/": "<!doctype html><title>An application</title>"}
    with Site(pages) as site, chromium() as browser:
        named, below = f"http://app.{HOST}:{site.port}", f"http://a.b.team.{HOST}:{site.port}"
        server = Server(
            options.binary, folder, "--cors-origin", named, "--cors-origin", f"http://*.team.{HOST}:{site.port}",
            "--log-level", "debug", environment={"TOCSIN_TOKEN_KEY": SECRET})
        try:
            server.start()
            context = browser.new_context()
            stage = Stage(server, site, context)
            user_token = token("tiaz")
            stage.carry(token("tiaz", publish=["user:tiaz"]))
            stage.publish("hello")
            own = f"http://{HOST}:{server.port}"
            for origin in (own, named, below):
                allowed(stage, origin, user_token)
            others = [f"http://evil.{HOST}:{site.port}", f"http://team.{HOST}:{site.port}", f"http://{HOST}:{site.port}",
                      f"http://127.0.0.1:{site.port}"]
            for origin in others:
                refused(stage, origin, user_token)
            expiring(stage, named)
            took = revoked(stage, named)
            metrics = server.request("GET", "/metrics", headers=stage.admin)[2].decode()
            context.close()
        finally:
            server.close()
        with open(server.log, encoding="utf-8") as file:
            log = file.read()
    with Site(pages) as site:
        other_sites(site, options.binary, os.path.join(folder, "tls"))
    for origin in others[:3]:
        require(f"--cors-origin {origin}" in log, f"the log does not tell what {origin} needs")
    for text in (log, metrics):
        require(user_token[-40:] not in text and "access_token=e" not in text, "a token is in the log or in the metrics")
    return (f"3 origins may ask in {len(ways(stage, ''))} ways, {len(others)} see nothing; tokens expire, cookies are "
            f"renewed; a revoked stream ended after {took * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(run_test("access-test", check))
