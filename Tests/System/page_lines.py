"""Copies the lines that the page offers, and runs each as somebody would who pasted it."""
import contextlib
import json
import os
import subprocess
import sys
from urllib.parse import urlencode

from harness import Failure, wait_until
from page_visit import publish

USER = "a b/ü\"'$(date)`\\<!%41"
TOPIC = "t'opic,*&"
QUERY = "?" + urlencode({"user": USER, "topic": TOPIC, "lang": "ko,en"})
RUN_FLASK = """
client = app.test_client()
answer = client.post("/reservations")
assert answer.status_code == 200, answer.data
print(answer.json["id"])
"""


def check(page, browser, server, site, token=""):
    """`site` has pages that may use the server; a `token` is put where the lines say, and must not be in them."""
    copied = {}
    for name in ("eventsource", "module", "curl-listen", "curl-publish", "flask"):
        page.locator(f".card.{name} button").click()
        copied[name] = page.evaluate("navigator.clipboard.readText()")
        if copied[name] != page.locator(f"#line-{name}").text_content():
            raise Failure(f"what was copied of {name} is not what is shown: {copied[name]!r}")
        if (token and token in copied[name]) or ("TOKEN" in copied[name]) != bool(token):
            raise Failure(f"what was copied of {name} should say only where a token belongs: {copied[name]}")
        copied[name] = copied[name].replace('"TOKEN"', json.dumps(token))

    environment = {**os.environ, "TOKEN": token}
    listening = subprocess.Popen(
        ["bash", "-c", copied["curl-listen"]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    with scripts(browser, site, copied) as heard:
        try:
            expected = [publish_by_shell(copied["curl-publish"], environment),
                        publish_by_flask(copied["flask"], environment)]
            publish(server, topic=TOPIC, translations={"en": "News", "ko": "소식"})
            wait_until("the lines of JavaScript hear all", lambda: all(
                any(said in line for line in lines)
                for lines in heard() for said in ("안녕하세요!", "reservation", "소식")), 15)
            read_until(
                listening.stdout, ["data: 안녕하세요!", f"id: {expected[0]}", f"id: {expected[1]}", "data: 소식"])
        finally:
            listening.kill()
            listening.wait()
            listening.stdout.close()
    for row in page.locator(".row.alarm code").all_inner_texts()[1:3]:
        if row not in expected:
            raise Failure(f"published to somebody else: {row} is not among {expected}")


def publish_by_shell(line, environment):
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20, env=environment)
    if '"id"' not in result.stdout:
        raise Failure(f"the line of curl was answered {result.stdout or result.stderr}")
    return result.stdout.split('"')[3]


def publish_by_flask(program, environment):
    result = subprocess.run([sys.executable, "-c", program + RUN_FLASK], capture_output=True, text=True, timeout=20,
                            env=environment)
    if result.returncode:
        raise Failure(f"the program with Flask failed: {result.stderr[-500:]}")
    return result.stdout.strip()


def read_until(output, wanted):
    """Reads lines until each of these came, in order; a stream that ends early fails."""
    for said in wanted:
        for line in output:
            if line.decode().rstrip("\n") == said:
                break
        else:
            raise Failure(f"the line of curl that listens did not print {said}")


@contextlib.contextmanager
def scripts(browser, site, copied):
    """Both programs of JavaScript in a page of another port; gives what each has written to the console."""
    context = browser.new_context()
    try:
        pages = []
        for name in ("eventsource", "module"):
            page, lines = context.new_page(), []
            page.on("console", lambda message, lines=lines: lines.append(message.text))
            page.goto(site.origin)
            with page.expect_response(lambda response: "/connection/" in response.url):
                page.evaluate(f"(async () => {{ {copied[name]} }})()")
            pages.append((page, lines))

        def heard():
            for page, _ in pages:
                page.wait_for_timeout(20)
            return [lines for _, lines in pages]

        yield heard
    finally:
        context.close()
