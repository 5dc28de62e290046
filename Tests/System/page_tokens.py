"""Tests of the page at / where the server asks for tokens: as somebody types one, uses it, and forgets it."""
import contextlib
import shutil
import tempfile
import time

import jwt
from playwright.sync_api import expect

import page_accessibility
import page_lines
from browsers import Record, Site
from harness import Failure, Server
from page_visit import alarms, publish, wait_open

SECRET = "a secret of more than thirty-two bytes"
KEPT = """async () => JSON.stringify([
  { ...localStorage }, document.cookie, await indexedDB.databases(), await caches.keys(), location.href, history.state, name,
  (await navigator.locks.query()).held, document.documentElement.outerHTML,
])"""


def token(user, life=600, **access):
    now = time.time()
    return jwt.encode({"sub": user, "exp": now + life, "iat": int(now), "tocsin": access}, SECRET, "HS256")


@contextlib.contextmanager
def secured(binary):
    """A server that asks for tokens, and with it a site whose pages may use it."""
    folder = tempfile.mkdtemp(prefix="tocsin-page-tokens-")
    with Site({"/": "<!doctype html><title>elsewhere</title>"}) as site:
        server = Server(binary, folder, "--cors-origin", site.origin, "--log-level", "debug",
                        environment={"TOCSIN_TOKEN_KEY": SECRET}, token=token("admin", publish=["*"]))
        server.site = site
        try:
            server.start()
            yield server
        finally:
            server.close()
            shutil.rmtree(folder)


@contextlib.contextmanager
def visited(browser, server, query="", **options):
    """The page, and what is said in its console, which may not complain but for what is refused."""
    context = browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options})
    context.set_default_timeout(15_000)
    try:
        record, said = Record(context), []
        context.on("console", lambda message: said.append(message.text))
        page = context.new_page()
        page.said = said
        page.goto(f"{server.origin}/{query}")
        yield page
        # A browser says so of its own accord; EventSource names the type of what it was answered instead of a stream.
        record.errors = [error for error in record.errors if "status of 40" not in error and "MIME type" not in error]
        record.check(server.origin)
    finally:
        context.close()


def use(page, text):
    page.locator("#token").fill(text)
    page.locator("#access-form [type=submit]").click()


def asks_for_a_token_uses_it_and_forgets_it(browser, server):
    first = publish(server, user="tia", data="earlier")
    with visited(browser, server, "?user=tia&topic=news") as page:
        said, access = page.locator("#access-said"), page.locator("#access")
        expect(said).to_have_text("This server asks for a token.")
        expect(page.locator("#phase")).to_have_text("Refused")
        expect(page.locator("#token")).to_have_attribute("type", "password")
        expect(page.locator("#access-command")).to_have_text(
            "tocsin token --user tia --subscribe topic:news --publish '*' --token-key-file FILE")
        expect(page.locator("#forget")).to_be_hidden()
        page.locator("#earlier").click()
        expect(page.locator("#no-earlier")).to_contain_text("this needs a token")
        page.locator("#reserve").click()
        expect(page.locator("#rows-answer")).to_contain_text("this needs a token")

        use(page, "not a token")
        expect(page.locator("#token")).to_have_js_property("validity.valid", False)
        wrong = [(token("tia", life=-60), "the token expired at"), (token("tia"), "does not allow to listen to topic:news")]
        for text, reason in wrong:
            use(page, text)
            expect(said).to_contain_text(reason)
        good = token("tia", publish=["*"], subscribe=["topic:news"])
        use(page, f" {good}\n")
        wait_open(page)
        expect(access).to_be_hidden()
        expect(page.locator("#show-access")).to_be_focused()

        publish(server, topic="news", data="streamed")
        expect(alarms(page)).to_have_text(["streamed"])
        page.locator("#data").fill("published")
        page.locator("#publish [type=submit]").click()
        expect(alarms(page).first).to_have_text("published")
        page.locator("#reserve").click()
        expect(page.locator(".row.alarm .name").first).to_have_text("reservation")
        page.locator("#earlier").click()
        expect(alarms(page).last).to_have_text("earlier")
        page.locator(".row.alarm").last.locator("button").click()
        expect(page.locator(".row.withdrawal .data")).to_contain_text(first)

        page.reload()
        wait_open(page)
        publish(server, user="tia", data="after a reload")
        expect(alarms(page).first).to_have_text("after a reload")
        kept = page.evaluate("({ ...sessionStorage })")
        if kept.pop("tocsin page token") != good or good in str(kept):
            raise Failure("the token is not kept where it is to be, or elsewhere too")
        check_secret(page, server, good)

        page.locator("#show-access").click()
        page.locator("#forget").click()
        expect(said).to_have_text("This server asks for a token.")
        expect(page.locator("#token")).to_be_focused()
        expect(page.locator(".row")).to_have_count(0)
        if good in page.evaluate("JSON.stringify({ ...sessionStorage })"):
            raise Failure("a token that was forgotten is kept")
        page.reload()
        expect(said).to_have_text("This server asks for a token.")


def refuse(page, server):
    """Shows the page with a token that does not do."""
    page.goto(f"{server.origin}/?user=tiaz&topic=news")
    use(page, token("tiaz"))
    expect(page.locator("#access-said")).to_contain_text("topic:news")
    page.mouse.move(0, 0)


def check_secret(page, server, text):
    with open(server.log, encoding="utf-8") as log:
        kept = page.evaluate(KEPT) + "".join(page.said) + log.read()
    if text in kept or text.split(".")[2] in kept:
        raise Failure("a token can be found where it should not be")


def without_a_token_the_server_is_not_asked_over_and_over(browser, server):
    with visited(browser, server, "?user=none") as page:
        refused = []
        expect(page.locator("#access-said")).to_have_text("This server asks for a token.")
        page.on("response", lambda response: refused.append(response.url) if response.status == 401 else None)
        page.clock.install()
        page.reload()
        for _ in range(5):
            expect(page.locator("#access-said")).to_have_text("This server asks for a token.")
            page.clock.run_for(60_000)
        if len(refused) > 2:
            raise Failure(f"without a token it asked for {refused}")
        expect(page.locator("#phase")).to_have_text("Refused")
        use(page, token("none"))
        wait_open(page)


def what_was_refused_is_not_shown_once_there_is_another_token(browser, server):
    with visited(browser, server, "?user=may") as page:
        use(page, token("may", publish=["user:other"]))
        wait_open(page)
        answers = [page.locator(name) for name in ("#answer", "#rows-answer")]
        page.locator("#publish [type=submit]").click()
        page.locator("#reserve").click()
        for answer in answers:
            expect(answer).to_contain_text("the token does not allow to publish to user:may")
        expect(page.locator("#address")).to_have_attribute("aria-invalid", "true")
        page.locator("#show-access").click()
        use(page, token("may", publish=["*"]))
        for answer in answers:
            expect(answer).to_be_empty()
        expect(page.locator("#publish [aria-invalid]")).to_have_count(0)
        wait_open(page)


def goes_on_with_another_token_when_one_expires(browser, server):
    with visited(browser, server, "?user=exp") as page:
        use(page, token("exp", life=3))
        wait_open(page)
        publish(server, user="exp", data="before")
        expect(alarms(page)).to_have_text(["before"])
        expect(page.locator("#access-said")).to_contain_text("the token expired at")
        publish(server, user="exp", data="missed")
        use(page, token("exp"))
        expect(page.locator(".row.resumed .data")).to_contain_text("1 alarm caught up")
        expect(alarms(page)).to_have_text(["missed", "before"])


def tabs_have_tokens_of_their_own_and_one_stream(browser, server):
    with visited(browser, server, "?user=both") as page:
        use(page, token("both"))
        expect(page.locator("#detail")).to_have_text("this tab holds the stream")
        other = page.context.new_page()
        other.goto(page.url)
        expect(other.locator("#access-said")).to_have_text("This server asks for a token.")
        use(other, token("both"))
        expect(other.locator("#detail")).to_have_text("follows the stream of another tab")
        publish(server, user="both", data="to both")
        for tab in (page, other):
            expect(alarms(tab)).to_have_text(["to both"])


def asking_for_a_token_can_be_used_by_everyone(browser, server):
    for locale, width in (("ko-KR", 390), ("en-US", 1280)):
        with visited(browser, server, "?user=all", locale=locale, viewport={"width": width, "height": 800}) as page:
            use(page, token("other"))
            expect(page.locator("#access-said")).to_contain_text("does not allow to listen to user:all")
            expect(page.locator("#forget")).to_be_visible()
            page_accessibility.check(page, locale[:2])
            expect(page.locator("#said")).to_contain_text("거절됨" if locale == "ko-KR" else "Refused")


def lines_to_copy_say_where_the_token_belongs(browser, server):
    permissions = ["clipboard-read", "clipboard-write"]
    with visited(browser, server, page_lines.QUERY, locale="ko-KR", permissions=permissions) as page:
        text = token(page_lines.USER, publish=["*"], subscribe=["*"])
        use(page, text)
        wait_open(page)
        page_lines.check(page, browser, server, server.site, text)


TESTS = [
    asks_for_a_token_uses_it_and_forgets_it,
    without_a_token_the_server_is_not_asked_over_and_over,
    what_was_refused_is_not_shown_once_there_is_another_token,
    goes_on_with_another_token_when_one_expires,
    tabs_have_tokens_of_their_own_and_one_stream,
    asking_for_a_token_can_be_used_by_everyone,
    lines_to_copy_say_where_the_token_belongs,
]
