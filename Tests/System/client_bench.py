"""Pages that listen with tocsin.js, the server they listen to, and who publishes meanwhile."""
import contextlib
import json
import tempfile
import threading
import urllib.parse

from browsers import Record, Site
from harness import Failure, Server, wait_until

PAGE = "<!doctype html><title>Test</title><link rel=icon href=data:,><script type=module src=page.js></script>"
# Writes down what the connection tells; with options in the address it begins at once, as an application's page does. With
# `tokenAt` it asks there for a token each time it needs one.
SCRIPT = """
import { connect, compareIds } from "%s/tocsin.js";
window.compareIds = compareIds;
window.begin = options => {
  const log = { alarms: [], states: [], greetings: [], withdrawn: [], resets: [] };
  const connection = connect({
    ...options,
    ...(options.tokenAt && { token: async () => (await fetch(options.tokenAt)).text() }),
    onAlarm: alarm => log.alarms.push(alarm), onState: state => log.states.push({ ...state, at: Date.now() }),
    onGreeting: text => log.greetings.push(text), onWithdrawn: entry => log.withdrawn.push(entry),
    onReset: reset => log.resets.push(reset),
  });
  Object.assign(window, { log, connection });
};
const options = location.search && JSON.parse(decodeURIComponent(location.search.slice(1)));
if (options) begin(options);
window.isLoaded = true;
"""
# A page's own policy: what the server's page has, which allows no string to become code or markup.
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; require-trusted-types-for 'script'"


class Tab:
    """A page that listens with tocsin.js."""

    def __init__(self, page):
        self.page = page

    def wait(self, what, expression, argument=None, seconds=15):
        try:
            return wait_until(what, lambda: self.page.evaluate(expression, argument), seconds)
        except Failure as failure:
            log = self.page.evaluate("JSON.stringify([window.connection?.state, window.log])")
            raise Failure(f"{failure}; the page has {log[:1500]}") from None

    def load(self, url):
        self.page.goto(url)
        self.wait("the test page is there", "window.isLoaded")
        return self

    def wait_open(self, times=1):
        return self.wait(f"the stream was opened {times} times", "n => connection.state.phase === 'open' && "
                         "connection.state.opened >= n && connection.state", times)

    def wait_role(self, role):
        return self.wait(f"the tab is {role}", "r => connection.state.role === r && connection.state.phase === 'open'",
                         role)

    def expect(self, ids):
        """Waits until exactly these alarms came, in their order."""
        self.wait(f"{len(ids)} alarms", "n => log.alarms.length >= n", len(ids))
        got = self.ids
        if got != ids:
            missed, extra = [i for i in ids if i not in got], [i for i in got if i not in ids]
            raise Failure(f"missed {missed[:5]}, had {extra[:5]} too, {len(got) - len(set(got))} twice, of {len(ids)}")

    @property
    def ids(self):
        return self.page.evaluate("log.alarms.map(({id}) => id)")

    @property
    def state(self):
        return self.page.evaluate("connection.state")


class Bench:
    """One server, and contexts of one browser whose pages are on another port."""

    def __init__(self, browser, server, module):
        self.browser, self.server, self.module = browser, server, module
        self.site = Site({"/": PAGE, "/page.js": SCRIPT % server.origin})
        self.contexts = []

    @contextlib.contextmanager
    def context(self, *origins):
        """A profile of its own, which fails at its end for what no page should do."""
        context = self.browser.new_context(locale="en-US")
        try:
            if self.module:
                context.route("**/tocsin.js", lambda route: route.fulfill(
                    path=self.module, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}))
            context.record = Record(context)
            yield context
            context.record.check(self.site.origin, self.server.origin, *origins)
        finally:
            context.close()

    @contextlib.contextmanager
    def another_server(self, *options, environment=None):
        with tempfile.TemporaryDirectory(prefix="tocsin-client-") as folder:
            server = Server(self.server.binary, folder, *options, environment=environment)
            try:
                server.start()
                yield server
            finally:
                server.close()

    def tab(self, context, **options):
        query = "?" + urllib.parse.quote(json.dumps(options)) if options else ""
        return Tab(context.new_page()).load(f"{self.site.origin}/{query}")

    def pair(self, context, **options):
        """Two tabs that share a stream: who has it, and who follows."""
        tabs = []
        for role in ("leader", "follower"):
            tabs.append(self.tab(context, **options))
            tabs[-1].wait_role(role)
        return tabs

    def publish(self, **alarm):
        status, _, answer = self.server.publish(alarm)
        if status != 201:
            raise Failure(f"a publish was answered {status}: {answer}")
        return answer["id"]

    def publish_many(self, count, **alarm):
        status, _, answer = self.server.publish([{**alarm, "data": str(n)} for n in range(count)])
        if status != 201:
            raise Failure(f"a publish was answered {status}: {answer}")
        return answer["ids"]


class Publisher(threading.Thread):
    """Publishes one alarm after another until it is stopped, to each of the addresses in turn."""

    def __init__(self, bench, *alarms):
        super().__init__(daemon=True)
        self.bench, self.alarms, self.ids, self.over, self.failure = bench, alarms, [], threading.Event(), None

    def run(self):
        try:
            while not self.over.wait(0.003):
                self.ids.append(self.bench.publish(**self.alarms[len(self.ids) % len(self.alarms)]))
        except Exception as error:  # told by the test's thread
            self.failure = error

    def __enter__(self):
        self.start()
        return self

    def wait(self, count):
        """Waits for so many more."""
        end = len(self.ids) + count
        wait_until("alarms are published", lambda: len(self.ids) >= end or self.failure)

    def __exit__(self, *_):
        self.over.set()
        self.join(30)
        if self.failure:
            raise Failure(f"publishing failed: {self.failure}")


def require(condition, what):
    if not condition:
        raise Failure(what)


def streams(context):
    """The streams that the context's pages asked for: parameters by name."""
    urls = [url for url in context.record.urls if "/connection/" in url or "/events?" in url]
    queries = [dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)) for url in urls]
    # What only asks whether there may be one has no place to resume at.
    return [query for query in queries if "last_event_id" in query]

