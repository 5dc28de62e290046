#!/usr/bin/env python3
"""Uses the page at / as people do, in Chromium: what it shows, says, publishes, and how it comes back.

With --screenshots it takes pictures of the page instead.
"""
import argparse
import re
import shutil
import sys
import tempfile
import time

from playwright.sync_api import Error, expect

import page_accessibility
import page_lines
import page_screenshots
import page_tokens
from browsers import Record, Site, chromium
from harness import Failure, Server, Stream, order
from page_visit import alarms, opened, publish, wait_open

MARKUP = '<img src="x" onerror="document.title=\'run\'"><script>document.title="run"</script>'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/release/tocsin")
    parser.add_argument("--screenshots", metavar="FOLDER", help="take pictures of the page into this folder")
    parser.add_argument("--only", default="", help="part of the names of the tests to run")
    options = parser.parse_args()
    expect.set_options(timeout=15_000)
    folder = tempfile.mkdtemp(prefix="tocsin-page-")
    server = Server(options.binary, folder, "--greeting", "Hello! {user}")
    tests, begin = [], time.monotonic()
    try:
        server.start()
        with chromium() as browser:
            with page_tokens.secured(options.binary) as secured:
                if options.screenshots:
                    page_screenshots.take(browser, server, secured, options.screenshots)
                else:
                    tests = [(test, server) for test in TESTS] + [(test, secured) for test in page_tokens.TESTS]
                    tests = [each for each in tests if options.only in each[0].__name__]
                    for test, of in tests:
                        try:
                            test(browser, of)
                        except (Failure, AssertionError, Error) as failure:
                            raise Failure(f"{test.__name__}: {failure}") from failure
    except Failure as failure:
        print(f"page-test: FAILED: {failure}")
        return 1
    finally:
        server.close()
        shutil.rmtree(folder)
    print(f"page-test: ok: {len(tests)} tests in Chromium, {time.monotonic() - begin:.0f} s")
    return 0


def shows_greeting_and_alarms_in_the_language_that_is_chosen(browser, server):
    texts = {"ko": "새 소식", "en": "News", "ja": "ニュース"}
    with opened(browser, server, "?user=reader&topic=news", locale="ko-KR") as page:
        expect(page.locator(".row.greeting .data")).to_have_text("Hello! reader")
        expect(page.locator("#events-title")).to_have_text("이벤트")
        first = publish(server, topic="news", translations=texts)
        expect(alarms(page)).to_have_text(["새 소식"])
        expect(alarms(page)).to_have_attribute("lang", "ko")
        page.locator("#language").get_by_role("radio", name="English").check()
        expect(page.locator(".row.resumed .data")).to_contain_text(first)
        wait_open(page)
        publish(server, topic="news", translations=texts)
        expect(alarms(page)).to_have_text(["News", "새 소식"])
        expect(alarms(page).first).to_have_attribute("lang", "en")
        page.locator("#language").get_by_role("radio", name="기타").check()
        page.locator("#languages").fill("fr, ja")
        page.locator("#languages").press("Enter")
        expect(page.locator(".row.resumed")).to_have_count(2)
        wait_open(page)
        publish(server, topic="news", translations=texts)
        expect(alarms(page)).to_have_text(["ニュース", "News", "새 소식"])
        page.reload()
        wait_open(page)
        expect(page.locator("#languages")).to_have_value("fr, ja")
        expect(page.locator("#topics li")).to_contain_text("news")
        expect(page.locator("#user")).to_have_value("reader")


def publishes_what_is_typed_and_shows_the_field_that_was_refused(browser, server):
    with opened(browser, server, "?user=writer") as page:
        send = page.locator("#publish [type=submit]")
        answer, address, event, data = (page.locator(f"#{name}") for name in ("answer", "address", "event", "data"))
        expect(address).to_have_value("writer")
        data.fill("first\nsecond")
        send.click()
        expect(alarms(page)).to_have_text(["first\nsecond"])
        expect(answer).to_contain_text(page.locator(".row.alarm code").first.inner_text())

        event.fill("reset")
        send.click()
        expect(answer).to_contain_text("/event")
        expect(event).to_have_attribute("aria-invalid", "true")
        expect(event).to_be_focused()
        event.fill("deploy")
        page.locator("#publish").get_by_role("radio", name="JSON").check()
        data.fill('{"big":12345678901234567890,"text":"\\uc548"')
        send.click()
        expect(answer).to_contain_text("/data")
        data.press("End")
        data.press_sequentially("}")
        send.click()
        expect(alarms(page).first).to_have_text('{ "big": 12345678901234567890, "text": "안" }')
        expect(page.locator("#names")).to_contain_text("deploy")

        page.locator("#publish").get_by_role("radio", name="Translations").check()
        rows = page.locator("#translations li")
        rows.nth(0).locator(".text").fill("안녕")
        rows.nth(1).locator(".tag").fill("not a tag")
        rows.nth(1).locator(".text").fill("Hi")
        send.click()
        expect(rows.nth(1).locator(".tag")).to_have_attribute("aria-invalid", "true")
        rows.nth(1).locator(".tag").fill("en")
        page.locator("#publish").get_by_role("radio", name="Everyone").check()
        send.click()
        expect(alarms(page).first).to_have_text("Hi")


def sends_again_with_the_same_key_after_a_lost_answer(browser, server):
    with opened(browser, server, "?user=again") as page:
        def lose(route):
            route.fetch()
            route.fulfill(status=503)

        page.route("**/alarms", lose)
        page.locator("#data").fill("once")
        page.locator("#publish [type=submit]").click()
        expect(page.locator("#answer")).to_contain_text("Publish again")
        expect(alarms(page)).to_have_text(["once"])
        page.unroute("**/alarms")
        page.locator("#publish [type=submit]").click()
        expect(page.locator("#answer")).to_contain_text("already")
        page.locator("#publish [type=submit]").click()
        expect(alarms(page)).to_have_text(["once", "once"])


def says_what_a_proxy_refused(browser, server):
    with opened(browser, server, "?user=proxied") as page:
        page.route("**/alarms", lambda route: route.fulfill(status=413, content_type="text/html", body="<h1>No</h1>"))
        page.locator("#data").fill("much")
        page.locator("#publish [type=submit]").click()
        expect(page.locator("#answer")).to_contain_text("HTTP 413")


def makes_a_reservation_in_the_language_of_the_browser(browser, server):
    messages = {"ko-KR": "예약에 성공했습니다!", "en-US": "Your reservation is made.", "ja-JP": "ご予約が完了しました。"}
    for locale, said in messages.items():
        with opened(browser, server, f"?user=guest-{locale}", locale=locale) as page:
            page.locator("#reserve").click()
            expect(page.locator(".row.alarm .name")).to_have_text(["reservation"])
            expect(alarms(page)).to_have_text([f'{{ "message": "{said}" }}'])


def shows_markup_as_text(browser, server):
    with opened(browser, server, "?user=%3Cimg+src=x+onerror=alert(1)%3E&topic=%3Cb%3E&event=%3Ci%3E") as page:
        user = "<img src=x onerror=alert(1)>"
        expect(page.locator(".row.greeting .data")).to_have_text(f"Hello! {user}")
        publish(server, user=user, data=MARKUP)
        publish(server, user=user, event="<i>", data={MARKUP: MARKUP})
        publish(server, user=user, translations={"en": MARKUP}, event="message")
        expect(alarms(page)).to_have_count(3)
        expect(alarms(page).first).to_have_text(MARKUP)
        expect(page.locator(".row.alarm .name")).to_have_text(["message", "<i>", "alarm"])
        expect(page).to_have_title(f"{user} · Tocsin")
        if page.locator("main").locator("img, script, b, i").count():
            raise Failure("what was published became elements")


def shows_earlier_alarms_and_withdraws(browser, server):
    first = publish(server, user="old", event="uncommon", translations={"en": "the first", "ko": "첫째"})
    others = [publish(server, user="old", data=f"number {number}") for number in range(60)]
    with opened(browser, server, "?user=old") as page:
        earlier = page.locator("#earlier")
        earlier.click()
        expect(alarms(page)).to_have_count(50)
        earlier.click()
        expect(alarms(page)).to_have_count(61)
        ids = page.locator(".row.alarm code").all_inner_texts()
        if ids != sorted([first, *others], key=order, reverse=True):
            raise Failure(f"the list is not the journal, newest first: {ids}")
        expect(alarms(page).last).to_have_attribute("lang", "en")
        expect(page.locator("#names")).to_contain_text("uncommon")
        wait_open(page)
        page.locator(".row.alarm").last.locator("button").click()
        expect(page.locator(".row.withdrawal .data")).to_contain_text(first)
        expect(page.locator(".row.alarm.withdrawn")).to_have_count(1)
        if server.status(f"/alarms/{first}") != 410:
            raise Failure("the alarm was not withdrawn")


def resumes_after_a_crash_and_misses_nothing(browser, server):
    with opened(browser, server, "?user=steady") as page:
        last = publish(server, user="steady", data="before")
        expect(alarms(page)).to_have_text(["before"])
        server.kill()
        expect(page.locator("#state")).not_to_have_attribute("data-phase", "open")
        # On another port, so that the page cannot be back before all are published.
        port, server.port = server.port, 0
        server.start()
        for number in range(3):
            publish(server, user="steady", data=f"missed {number}")
        server.stop()
        server.port = port
        server.start()
        wait_open(page)
        expect(page.locator(".row.resumed .data")).to_have_text(f"after {last}: 3 alarms caught up")
        publish(server, user="steady", data="after")
        expect(alarms(page)).to_have_text(["after", "missed 2", "missed 1", "missed 0", "before"])


def tells_that_alarms_may_have_been_missed(browser, server):
    with opened(browser, server, "?user=lost") as page, tempfile.TemporaryDirectory(prefix="tocsin-page-") as folder:
        server.kill()
        other = Server(server.binary, folder)
        try:
            other.port = server.port
            other.start()
            expect(page.locator(".row.reset .data")).to_contain_text("may have been missed")
            publish(other, user="lost", data="after")
            expect(alarms(page)).to_have_text(["after"])
        finally:
            other.close()
            server.start()


def connects_again_when_another_stream_took_its_place(browser, server):
    publish(server, topic="replaced", event="unusual", data="earlier")
    with opened(browser, server, "?user=replaced&topic=replaced") as page:
        with page.expect_request("**/connection/**") as request:
            page.reload()
        # The page opens its stream anew for a name that it finds among the earlier alarms.
        expect(page.locator("#add-name li", has_text="unusual")).to_have_count(1)
        wait_open(page)
        other = Stream(server.port, request.value.url.split(str(server.port))[1])
        try:
            expect(page.locator("#phase")).to_have_text("Replaced")
            page.locator("#again").click()
            wait_open(page)
            publish(server, user="replaced", data="here again")
            expect(alarms(page)).to_have_text(["here again"])
        finally:
            other.close()


def two_tabs_have_one_stream(browser, server):
    with opened(browser, server, "?user=both") as page:
        expect(page.locator("#detail")).to_have_text("this tab holds the stream")
        other = page.context.new_page()
        other.goto(page.url)
        wait_open(other)
        expect(other.locator("#detail")).to_have_text("follows the stream of another tab")
        publish(server, user="both", data="to both")
        for tab in (page, other):
            expect(alarms(tab)).to_have_text(["to both"])


def keeps_a_bounded_list(browser, server):
    with opened(browser, server, "?user=many") as page:
        status, _, _ = server.publish([{"user": "many", "data": f"{number}"} for number in range(600)])
        if status != 201:
            raise Failure("many alarms were refused")
        expect(alarms(page).first).to_have_text("599")
        expect(page.locator("#rows > li")).to_have_count(500)
        expect(alarms(page).last).to_have_text("100")


def shows_all_of_a_long_alarm(browser, server):
    with opened(browser, server, "?user=long") as page:
        publish(server, user="long", data=[1] * 120_000)
        page.get_by_role("button", name="Show all 240,001 characters").click()
        expect(alarms(page).get_by_role("button")).to_have_count(0)
        shown = alarms(page).evaluate("row => row.textContent.replace(/\\s/g, '').length")
        if shown != 240_001:
            raise Failure(f"{shown} characters are shown")


def can_be_used_by_everyone(browser, server):
    for locale in ("ko-KR", "en-US"):
        for width in (390, 1280):
            options = {"locale": locale, "viewport": {"width": width, "height": 800}}
            with opened(browser, server, "?user=all&topic=a-topic-of-a-long-name&topic=news", **options) as page:
                page.locator("#reserve").click()
                expect(page.locator(".row.alarm")).to_have_count(1)
                page.locator("#data").fill("x" * 300)
                page.locator("#publish [type=submit]").click()
                expect(page.locator(".row.alarm .tag").last).to_have_text(locale if locale == "en-US" else "ko")
                page.locator("#publish [value=translations]").check()
                page.locator("#event").fill("open")
                page.locator("#publish [type=submit]").click()
                expect(page.locator("#answer")).to_contain_text("/")
                page_accessibility.check(page, locale[:2])
                expect(page.locator("#said")).not_to_be_empty()


def works_under_a_path_of_a_proxy(browser, server):
    files, left = {}, [""]
    while left:
        name = left.pop()
        files[f"/some/path/{name}"] = body = server.request("GET", f"/{name}")[2]
        named = re.findall(r'(?:src|href|from|import)[= ]"(?:\./)?([\w-]+\.(?:css|js|svg))"', body.decode())
        left += [name for name in named if f"/some/path/{name}" not in files]
    with Site(files) as site:
        context = browser.new_context()
        try:
            record = Record(context)
            page = context.new_page()
            page.goto(f"{site.origin}/some/path/?user=tiaz")
            expect(page.locator("#line-curl-listen")).to_contain_text(f"{site.origin}/some/path/connection/tiaz")
            elsewhere = [url for url in record.urls if not url.startswith(f"{site.origin}/some/path/")]
            if elsewhere or len(record.urls) < len(files):
                raise Failure(f"asked for outside of its path: {elsewhere}; in all {len(record.urls)}")
        finally:
            context.close()


def lines_to_copy_work_for_an_odd_name(browser, server):
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, server, page_lines.QUERY, locale="ko-KR", permissions=permissions) as page:
        with Site({"/": "<!doctype html><title>elsewhere</title>"}) as site:
            page_lines.check(page, browser, server, site)


TESTS = [
    # First, since what is for everyone would be among the earlier alarms.
    shows_earlier_alarms_and_withdraws,
    shows_greeting_and_alarms_in_the_language_that_is_chosen,
    publishes_what_is_typed_and_shows_the_field_that_was_refused,
    sends_again_with_the_same_key_after_a_lost_answer,
    says_what_a_proxy_refused,
    makes_a_reservation_in_the_language_of_the_browser,
    shows_markup_as_text,
    two_tabs_have_one_stream,
    keeps_a_bounded_list,
    shows_all_of_a_long_alarm,
    can_be_used_by_everyone,
    works_under_a_path_of_a_proxy,
    lines_to_copy_work_for_an_odd_name,
    connects_again_when_another_stream_took_its_place,
    resumes_after_a_crash_and_misses_nothing,
    tells_that_alarms_may_have_been_missed,
]


if __name__ == "__main__":
    sys.exit(main())
