"""A visit of the page in Chromium, as the tests of the page begin with."""
import contextlib

from playwright.sync_api import expect

from browsers import Record
from harness import Failure


@contextlib.contextmanager
def opened(browser, server, query="", **options):
    """The page with an open stream, in a profile of its own; complaints, and what is from elsewhere, fail at the end."""
    context = browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options})
    context.set_default_timeout(15_000)
    try:
        record = Record(context)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/{query}")
        try:
            wait_open(page)
            yield page
        except AssertionError as failure:
            raise Failure(f"{failure}\nthe console: {record.errors}") from failure
        # A browser says so whenever a request is refused, which is meant here.
        record.errors = [error for error in record.errors if "status of 4" not in error]
        record.check(f"http://127.0.0.1:{server.port}")
    finally:
        context.close()


def wait_open(page):
    expect(page.locator("#state")).to_have_attribute("data-phase", "open")


def alarms(page):
    return page.locator(".row.alarm .data")


def publish(server, **alarm):
    status, _, answer = server.publish(alarm)
    if status != 201:
        raise Failure(f"a publish was answered {status}: {answer}")
    return answer["id"]
