#!/usr/bin/env python3
"""Uses what is in Examples/ as a newcomer would: the Flask application, the page, the unit, backup and restore."""
import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

from browsers import Record, Site, chromium
from harness import Failure, Server, Stream, order, run_parts, run_test, wait_until

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Examples")
DEFAULT = "http://127.0.0.1:5000"


def require(condition, what):
    if not condition:
        raise Failure(what)


def read(path):
    with open(os.path.join(EXAMPLES, path), encoding="utf-8") as file:
        return file.read()


def run(*command, check=True, **options):
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    if check and result.returncode:
        raise Failure(f"{' '.join(command[:3])} ended with {result.returncode}: {result.stderr[-500:]}")
    return result


@contextlib.contextmanager
def serving(binary, folder, *options, **others):
    server = Server(binary, tempfile.mkdtemp(dir=folder), *options, **others)
    try:
        server.start()
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def flask(folder, server, name="flask", port=0, **variables):
    """A Flask application with its tools, as its README starts it: where it is, and its log."""
    log = os.path.join(folder, "flask.log")
    environment = {**os.environ, "TOCSIN_SERVER": f"http://127.0.0.1:{server.port}", "PYTHONDONTWRITEBYTECODE": "1",
                   **variables}
    with open(log, "wb") as out:
        process = subprocess.Popen([os.path.join(os.path.dirname(sys.executable), "flask"), "run", "--port", str(port)],
                                   cwd=os.path.join(EXAMPLES, name), env=environment, stdout=out, stderr=out)

    def text():
        with open(log, encoding="utf-8") as file:
            return file.read()

    try:
        require_alive = lambda: process.poll() is None or require(False, f"flask ended: {text()[-500:]}")
        url = wait_until("flask runs", lambda: require_alive() and re.search(r"Running on (\S+)", text()))[1]
        yield url, text
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def opened(browser, url, origins, **options):
    """A page of a new browser profile, which must not complain or load anything from elsewhere."""
    context = browser.new_context(**options)
    try:
        record, page = Record(context), context.new_page()
        page.goto(url)
        yield page
        record.check(*origins)
    finally:
        context.close()


def alarms(server, user="tiaz"):
    return json.loads(server.request("GET", f"/users/{user}/alarms?limit=1000")[2])["alarms"]


def published(server, alarm):
    status, _, answer = server.publish(alarm)
    require(status == 201, f"a publish was answered {status}: {answer}")
    return answer["id"]


def shows(page, text, times=1):
    items = lambda: [item for item in page.locator("#alarms li").all_text_contents() if text in item]
    wait_until(f"the page shows {text!r}", lambda: len(items()) >= times, 10)
    require(len(items()) == times, f"the page shows {text!r} {len(items())} times")


def flask_application(options, folder, browser):
    with serving(options.binary, folder, "--greeting", "Hello! {user}") as server, flask(folder, server) as (url, log):
        origins = [url, f"http://127.0.0.1:{server.port}"]
        with (opened(browser, url, origins, locale="ko-KR") as korean,
              opened(browser, url, origins, locale="en-US") as english):
            for page in (korean, english):
                shows(page, "Hello! tiaz")
            published(server, {"user": "tiaz", "event": "notice", "data": {"name": "tiaz"}})
            for page in (korean, english):
                shows(page, "notice: tiaz")
            korean.click("#reserve")
            shows(korean, "예약에 성공했습니다!")
            shows(english, "Your reservation is made.")
            # A second reservation while the server is away: the application tries again, and if that was too short,
            # whoever reserves does.
            korean.locator("#reserve:enabled").wait_for()
            server.kill()
            korean.click("#reserve")
            wait_until("the application finds the server away", lambda: "publishing failed" in log())
            server.start()

            def reserved():
                korean.locator("#reserve:enabled").wait_for()
                if korean.text_content("#status"):
                    korean.click("#reserve")
                    return False
                return True

            wait_until("the second reservation", reserved)
            shows(korean, "예약에 성공했습니다!", 2)
            shows(english, "Your reservation is made.", 2)
            answers = korean.evaluate("""async () => {
                const headers = { "Content-Type": "application/json" };
                const body = JSON.stringify({ id: crypto.randomUUID() });
                const send = async () => (await fetch("/reservations", { method: "POST", headers, body })).json();
                return [await send(), await send()];
            }""")
            require(answers[0] == answers[1], f"one reservation sent twice is two: {answers}")
            shows(korean, "예약에 성공했습니다!", 3)
        count = len(alarms(server))
        require(count == 4, f"there are {count} alarms, not a notice and three reservations")


def flask_application_with_tokens(options, folder, browser):
    key = os.path.join(folder, "token.key")
    run("sh", "-c", f"umask 077 && openssl rand -base64 32 > {key}")
    token = lambda *claims: run(options.binary, "token", *claims, "--token-key-file", key).stdout.strip()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    with (serving(options.binary, folder, "--token-key-file", key, "--cors-origin", origin,
                  token=token("--publish", "*")) as server,
          flask(folder, server, "tokens", port, TOCSIN_TOKEN_KEY_FILE=key) as (url, log)):
        context = browser.new_context()
        try:
            record, page = Record(context), context.new_page()
            page.goto(url)
            page.click("text=Sign in")
            wait_until("the stream opens", lambda: page.text_content("#state") == "open")
            page.click("#reserve")
            shows(page, "Your reservation is made.")
            published(server, {"user": "other", "data": "not for this user"})
            admin = {"Authorization": f"Bearer {token('--admin')}", "Content-Type": "application/json"}
            require(server.request("POST", "/revocations", '{"sub": "tiaz"}', admin)[0] == 204, "no revocation")
            published(server, {"user": "tiaz", "data": "with the next token"})
            shows(page, "with the next token")
            require(page.locator("#alarms li").count() == 2, "the page has alarms of another user")
            record.errors = [error for error in record.errors if "status of 401" not in error]
            record.check(url, server.origin)
        finally:
            context.close()
        anonymous = run("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", f"{url}/token").stdout
        require(anonymous == "401", f"who is not signed in asks for a token, and is answered {anonymous}")


def page_with_the_module(options, folder, browser):
    with serving(options.binary, folder) as server:
        origin = f"http://127.0.0.1:{server.port}"
        script = read("page/alarms.js")
        require(DEFAULT in script, f"Examples/page/alarms.js no longer has {DEFAULT}")
        with Site({"/": read("page/index.html"), "/alarms.js": script.replace(DEFAULT, origin)}) as site:
            with opened(browser, site.origin, [site.origin, origin], locale="ko-KR") as page:
                is_open = lambda: page.text_content("#state") == "open"
                wait_until("the stream opens", is_open, 10)
                texts = {"ko": "안녕하세요", "en": "Hello"}
                first = published(server, {"user": "tiaz", "translations": texts})
                shows(page, "alarm: 안녕하세요")
                page.select_option("#language", "en")
                published(server, {"topic": "news", "event": "notice", "translations": texts})
                shows(page, "notice: Hello")
                server.request("DELETE", f"/alarms/{first}")
                wait_until("the withdrawn alarm leaves", lambda: page.locator("#alarms li").count() == 1, 10)
                server.kill()
                wait_until("the page tells that the server is away", lambda: not is_open(), 10)
                server.start()
                published(server, {"user": "tiaz", "data": "<b>after</b>"})
                shows(page, "alarm: <b>after</b>")


def backup_and_restore(options, folder, _):
    backup, restore = (os.path.join(EXAMPLES, "backup", name) for name in ("backup.sh", "restore.sh"))
    with serving(options.binary, folder) as server:
        copy = os.path.join(server.folder, "backup.db")
        answered, stop = [], threading.Event()

        def publish():
            with contextlib.closing(server.connect()) as connection:
                while not stop.is_set():
                    status, _, answer = server.publish({"user": "tiaz", "data": len(answered)}, connection)
                    if status != 201:
                        return
                    answered.append(answer["id"])

        publisher = threading.Thread(target=publish)
        publisher.start()
        try:
            wait_until("alarms are there", lambda: len(answered) >= 200)
            before = answered[:]
            run(backup, server.data, copy)
            count = len(answered)
            wait_until("the server goes on", lambda: len(answered) >= count + 50)
        finally:
            stop.set()
            publisher.join(30)
        last = answered[-1]
        refused = run(restore, copy, server.data, check=False)
        require(refused.returncode == 1 and "stop it first" in refused.stderr, f"restored under a server: {refused}")
        # As a crash leaves it: with alarms in the -wal that must not get into the restored journal.
        server.kill()
        run(restore, copy, server.data)
        server.start()

        have, after = set(), ""
        while True:
            page = json.loads(server.request("GET", f"/users/tiaz/alarms?limit=1000{after}")[2])
            have |= {alarm["id"] for alarm in page["alarms"]}
            if not page["next"]:
                break
            after = f"&after={page['next']}"
        require(have >= set(before), f"{len(set(before) - have)} alarms answered before the backup are missing")
        require(last not in have and have < set(answered), "the backup has what came after it")
        stream = Stream(server.port, "/connection/tiaz", last)
        known = Stream(server.port, "/connection/tiaz", before[-1])
        new = published(server, {"user": "tiaz", "data": "after the restore"})
        require(order(new) > max(map(order, answered)), f"after {last} was given the id {new}")
        events = wait_for(stream, new)
        require(events[0][1] == "reset" and json.loads(events[0][2])["reason"] == "unknown",
                f"who is ahead of the backup got {events[:2]}")
        resumed = [ident for ident, name, _ in wait_for(known, new) if name == "alarm"]
        require(resumed == [*sorted((i for i in have if order(i) > order(before[-1])), key=order), new],
                "who is not ahead of the backup was not resumed exactly")

        # A backup stays as it is where a new one fails, and of a stopped server it is made too.
        with open(copy, "rb") as file:
            content = file.read()
        other = os.path.join(server.folder, "other.db")
        run("sqlite3", other, "CREATE TABLE a(b)")
        for wrong, words in [(other, "no journal of Tocsin"), (f"{other}.not", "there is no"), (server.log, "")]:
            failed = run(backup, wrong, copy, check=False)
            require(failed.returncode and words in failed.stderr, f"a backup of {wrong}: {failed}")
        with open(copy, "rb") as file:
            require(file.read() == content, "a failed backup changed the older one")
        require(server.stop() == 0, "the server did not end well")
        run(backup, server.data, copy)
        require(run("sqlite3", copy, "SELECT count(*) FROM alarms").stdout.strip() == str(len(have) + 1),
                "the backup of a stopped server has another number of alarms")
        left = [name for name in os.listdir(server.folder) if ".new." in name]
        require(not left, f"left over: {left}")


def wait_for(stream, ident):
    """The events up to the alarm of this id, but for positions."""
    events = []
    with contextlib.closing(stream):
        while not any(event[0] == ident for event in events):
            events += [event for event in stream.read() if event[1] != "position"]
    return events


def systemd_unit(options, folder, _):
    unit = read("systemd/tocsin.service")
    path = os.path.join(folder, "tocsin.service")
    require("/usr/local/bin/tocsin" in unit, "the unit no longer has /usr/local/bin/tocsin")
    with open(path, "w", encoding="utf-8") as file:
        file.write(unit.replace("/usr/local/bin/tocsin", os.path.abspath(options.binary)))
    said = run("systemd-analyze", "verify", path)
    require("tocsin.service" not in said.stderr, f"systemd says: {said.stderr}")
    run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", path)

    # The filter cannot be tried without a running systemd: what the server calls must be in it.
    trace = os.path.join(folder, "trace")
    server = Server(options.binary, tempfile.mkdtemp(dir=folder), prefix=["strace", "-f", "-qq", "-o", trace])
    try:
        server.start()
        ident = published(server, {"user": "tiaz", "data": "traced"})
        with contextlib.closing(Stream(server.port, "/connection/tiaz?last_event_id=earliest")) as stream:
            wait_until("the alarm", lambda: any(event[0] == ident for event in stream.read()))
        server.stop_traced()
    finally:
        server.close()
    with open(trace, encoding="utf-8", errors="replace") as file:
        text = file.read()
    called = set(re.findall(r"^\d+ +(?:<\.\.\. )?([a-z_0-9]+)(?:\(| resumed)", text, re.M))
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        for name in line.lstrip("~").split():
            allowed = allowed - system_calls(name) if line.startswith("~") else allowed | system_calls(name)
    require("fdatasync" in called and "epoll_wait" in called, f"the trace is not of a server at work: {sorted(called)}")
    # SQLite gives its files to the journal's owner, but as root only, which the unit's server is not.
    called -= {"fchown"} if os.geteuid() == 0 else set()
    require(called <= allowed, f"the unit's filter forbids {sorted(called - allowed)}")
    families = set(re.findall(r" socket\((AF_\w+)", text))
    require(families <= set(re.search(r"RestrictAddressFamilies=(.*)", unit)[1].split()), f"families: {families}")
    require(not re.search(r"(mmap|mprotect)\([^)]*PROT_WRITE\|PROT_EXEC", text), "memory is writable and executable")


def system_calls(name):
    """The calls of one of systemd's sets, and of the sets in it."""
    lines = [line.strip() for line in run("systemd-analyze", "syscall-filter", name).stdout.splitlines()[1:]]
    names = {line for line in lines if line and not line.startswith("#")}
    return set().union(*(system_calls(each) if each.startswith("@") else {each} for each in names))


@contextlib.contextmanager
def application(options, folder, name, **environment):
    """A Hummingbird application, which is built beside the server: its URL, its process, and what it has printed."""
    log = os.path.join(folder, f"{name}.log")
    binary = os.path.join(os.path.dirname(os.path.abspath(options.binary)), name)
    with open(log, "wb") as out:
        process = subprocess.Popen([binary], env={**os.environ, "PORT": "0", **environment}, stdout=out, stderr=out)

    def text():
        with open(log, encoding="utf-8") as file:
            return file.read()

    try:
        require_alive = lambda: process.poll() is None or require(False, f"{name} ended: {text()[-500:]}")
        port = wait_until(f"{name} runs", lambda: require_alive() and re.search(r"listening on 127.0.0.1:(\d+)", text()))
        yield f"http://127.0.0.1:{port[1]}", process, text
    finally:
        process.kill()
        process.wait(10)


def listen_to(url, count, *headers):
    """The stream until it has had so many events, and their ids."""
    process = subprocess.Popen(["curl", "-sSN", *headers, url], stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    try:
        lines = []
        while len([line for line in lines if line == "\n"]) < count:
            lines.append(process.stdout.readline())
            require(lines[-1], f"the stream ended: {lines}")
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()
    return re.sub(r"id: \d+-", "id: -", "".join(lines)), re.findall(r"^id: (.*)$", "".join(lines), re.M)


def hummingbird_application(options, folder, browser):
    def say(url, text):
        run("curl", "-sSf", "-H", "Content-Type: application/json", "-d", json.dumps({"text": text}), f"{url}/messages")

    with application(options, folder, "HummingbirdChat") as (url, process, _):
        for text in ("one", "예약\ntwo", "three"):
            say(url, text)
        text, ids = listen_to(f"{url}/events", 3)
        require(text == ":\ndata: one\nid: -1\n\ndata: 예약\ndata: two\nid: -2\n\ndata: three\nid: -3\n\n", f"{text!r}")
        text, _ = listen_to(f"{url}/events", 2, "-H", f"Last-Event-ID: {ids[0]}")
        require(text == ":\ndata: 예약\ndata: two\nid: -2\n\ndata: three\nid: -3\n\n", f"resumed: {text!r}")
        for unknown in ("1-2", f"{ids[0]}0" * 9, "x", f"{ids[0].split('-')[0]}--1"):
            text, _ = listen_to(f"{url}/events", 3, "-H", f"Last-Event-ID: {unknown}")
            require(text.startswith(":\ndata: one\n"), f"resumed after {unknown}: {text!r}")
        with opened(browser, url, [url]) as page:
            said = lambda: page.locator("li").all_text_contents()
            wait_until("the page shows what was said", lambda: said() == ["one", "예약\ntwo", "three"])
            page.fill("[name=text]", "<b>four</b>")
            page.click("button")
            wait_until("the page shows what it says", lambda: said()[3:] == ["<b>four</b>"])
            # Its stream is still open.
            process.terminate()
            require(process.wait(10) == 0, f"the chat ended with {process.returncode}")


def hub_in_an_application(options, folder, browser):
    def call(url, guest):
        return run("curl", "-sSf", "-X", "POST", f"{url}/guests/{guest}/table").stdout.strip()

    def block(language, id):
        text = {"en": "Your table is ready.", "ko": "자리가 준비되었습니다."}[language]
        return f"event: table\ndata: {text}\nid: {id}\n\n"

    data = {"DATA": os.path.join(folder, "restaurant.db")}
    with application(options, folder, "HubRestaurant", **data) as (url, process, printed):
        with opened(browser, url, [url]) as page:
            said = lambda: page.locator("p").text_content()
            wait_until("the page listens", lambda: call(url, "tiaz") and said() == "Your table is ready.")
        first, second = call(url, "seo"), call(url, "seo")
        korean = ["-H", "Accept-Language: ko"]
        call(url, "waiter")
        wait_until("the waiter is told", lambda: "table: Your table is ready." in printed())
        bad = run("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", f"{url}/guests/a%01b/events").stdout
        require(bad == "400", f"a name that is none is answered {bad}")
        # Somebody listens while it ends.
        waiting = subprocess.Popen(["curl", "-sSN", f"{url}/guests/seo/events"], stdout=subprocess.PIPE)
        require(waiting.stdout.readline() == b":\n", "the stream begins otherwise")
        process.terminate()
        require(process.wait(10) == 0, f"it ended with {process.returncode}: {printed()[-500:]}")
        require(waiting.wait(10) == 0, "the stream did not end properly")
        waiting.stdout.close()
    with application(options, folder, "HubRestaurant", **data) as (url, process, _):
        third = call(url, "seo")
        text, _ = listen_to(f"{url}/guests/seo/events", 2, *korean, "-H", f"Last-Event-ID: {first}")
        expected = ":\n" + block("ko", second).replace(second, "-" + second.split("-")[1]) + \
            block("ko", third).replace(third, "-" + third.split("-")[1])
        require(text == expected, f"resumed: {text!r}")
        text, _ = listen_to(f"{url}/guests/seo/events", 1, "-H", "Last-Event-ID: 1-1")
        require(text.startswith(':\nevent: reset\ndata: {"reason":"unknown"'), f"an unknown id: {text!r}")


def listener(options, folder, browser):
    binary = os.path.join(os.path.dirname(os.path.abspath(options.binary)), "EventSourceListener")
    server = Server(options.binary, folder)
    # A terminal, to which it writes line by line.
    ours, theirs = os.openpty()
    process = None
    try:
        server.start()
        process = subprocess.Popen([binary, f"http://127.0.0.1:{server.port}/events?topic=news"], stdout=theirs)
        require(os.read(ours, 1000) == b"position: \r\n", "the stream begins otherwise")
        server.publish({"topic": "news", "data": "예약"})
        require(os.read(ours, 1000).decode() == "alarm: 예약\r\n", "the listener prints otherwise")
    finally:
        os.close(theirs)
        os.close(ours)
        if process:
            process.kill()
            process.wait(10)
        server.close()


TESTS = [flask_application, flask_application_with_tokens, page_with_the_module, hummingbird_application, hub_in_an_application, listener,
         backup_and_restore, systemd_unit]


def check(options, folder):
    tests = [test for test in TESTS if options.only in (None, test.__name__)]
    with chromium() as browser:
        return run_parts(tests, options, folder, browser)


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[test.__name__ for test in TESTS])
    return parser


if __name__ == "__main__":
    sys.exit(run_test("examples-test", check, options()))
