"""Tests of tocsin.js where the server asks for tokens: it goes on with new ones, tells what is refused, and keeps them secret.

Each test is a sentence, and takes a `Bench`.
"""
import contextlib
import json
import time
import uuid

import jwt

from client_bench import Publisher, require, streams
from harness import wait_until

SECRET = "a secret of more than thirty-two bytes"
ADMIN = {"publish": ["*"], "subscribe": ["*"], "admin": True}
# What tabs tell each other, and under which names, is kept; tries follow each other soon.
WATCH = """
window.notes = [];
const post = BroadcastChannel.prototype.postMessage;
BroadcastChannel.prototype.postMessage = function (note) {
  notes.push([this.name, note]);
  post.call(this, note);
};
const request = globalThis.LockManager?.prototype.request;
if (request) LockManager.prototype.request = function (name, ...rest) {
  notes.push(name);
  return request.call(this, name, ...rest);
};
Math.random = () => 0.1;
"""
KEPT = """async () => JSON.stringify([
  { ...localStorage }, { ...sessionStorage }, document.cookie, await indexedDB.databases(), await caches.keys(), notes,
  location.href, history.state, name, log, connection, connection.state,
])"""
# Milliseconds from when the stream was last lost after it was open until it was open again.
AWAY = """(() => {
  const { states } = log;
  const last = states.findLastIndex(({ phase }) => phase !== "open");
  const before = states.findLastIndex(({ phase }, at) => phase === "open" && at < last);
  return states[last + 1].at - states[before + 1].at;
})()"""
# Why it waited, each time that it said.
WAITED = "log.states.filter(({ phase }) => phase === 'waiting').map(({ refusal }) => refusal?.detail)"
OPEN, REFUSED = "connection.state.phase === 'open'", "connection.state.phase === 'refused'"


def token(user, life=600, **claims):
    now = time.time()
    return jwt.encode({"sub": user, "exp": now + life, "iat": int(now), "jti": str(uuid.uuid4()), **claims}, SECRET, "HS256")


class Secured:
    """A server that asks for tokens, and a browser profile whose pages may use it."""

    def __init__(self, bench, server, context):
        self.bench, self.server, self.context, self.said = bench, server, context, []
        context.on("console", lambda message: self.said.append(message.text))
        self.admin = {"Authorization": f"Bearer {token('admin', tocsin=ADMIN)}", "Content-Type": "application/json"}

    def post(self, path, body):
        status, _, answer = self.server.request("POST", path, json.dumps(body).encode(), self.admin)
        require(status in (201, 204), f"{path} was answered {status}: {answer}")
        return json.loads(answer) if answer else None

    def publish(self, **alarm):
        return self.post("/alarms", {"data": "said", **alarm})["id"]

    def tab(self, **options):
        """Tokens are not in the address of the page, where the options of other tests are."""
        tab = self.bench.tab(self.context)
        tab.page.evaluate("options => begin(options)", {"server": self.server.origin, **options})
        return tab

    def give(self, path, text):
        """What a page is given that asks for a token there."""
        self.bench.site.files[path] = text
        return path

    def asked(self, path):
        return len([url for url in self.context.record.urls if url == f"{self.bench.site.origin}{path}"])

    def asked_server(self):
        return [url for url in self.context.record.urls if url.startswith(self.server.origin) and "tocsin.js" not in url]

    def check_secret(self, tab, *tokens):
        kept = tab.page.evaluate(KEPT) + "".join(self.said)
        with open(self.server.log, encoding="utf-8") as log:
            kept += log.read()
        for text in tokens:
            require(text not in kept and text.split(".")[2] not in kept, f"a token can be found in {kept}")


@contextlib.contextmanager
def secured(bench):
    with contextlib.ExitStack() as stack:
        options = ["--cors-origin", bench.site.origin, "--log-level", "debug"]
        server = stack.enter_context(bench.another_server(*options, environment={"TOCSIN_TOKEN_KEY": SECRET}))
        context = stack.enter_context(bench.context(server.origin))
        context.add_init_script(WATCH)
        yield Secured(bench, server, context)
        # A browser says so whenever a request is refused, which is meant here.
        context.record.errors = [error for error in context.record.errors if "status of 40" not in error]


def check_uncaught(there, text):
    """What a page's own function did wrong is in the console, but not again and again."""
    errors = there.context.record.errors
    uncaught = [error for error in errors if error.startswith("uncaught: ")]
    require(len(uncaught) == 1 and text in uncaught[0], f"what failed should be told once: {errors}")
    errors.clear()


def token_opens_stream_and_lists_and_is_kept_secret(bench):
    with secured(bench) as there:
        ids = [there.publish(user="ann", data=number) for number in range(3)]
        text = token("ann")
        first = there.tab(user="ann", token=text, after="earliest")
        first.wait_role("leader")
        other = token("ann")
        second = there.tab(user="ann", token=f" {other}\n", after=ids[0])
        second.wait_role("follower")
        ids.append(there.publish(user="ann", data="live"))
        first.expect(ids)
        second.expect(ids[1:])
        require([stream["access_token"] for stream in streams(there.context)] == [text], "the stream has another token")
        lists = [url for url in there.context.record.urls if "/alarms?" in url]
        require(lists and not [url for url in lists if "token" in url], f"the lists were {lists}")
        for tab in (first, second):
            there.check_secret(tab, text, other)


def expired_token_is_followed_by_another_without_a_gap(bench):
    with secured(bench) as there:
        path = there.give("/expiring", token("ann", life=3))
        tab = there.tab(user="ann", tokenAt=path)
        tab.wait_open()
        require(there.asked(path) == 1, f"for one stream it was asked for {there.asked(path)} tokens")
        ids = [there.publish(user="ann", retry=500)]
        tab.expect(ids)
        texts = [there.bench.site.files[path], token("ann")]
        there.give(path, texts[1])
        with Publisher(there, {"user": "ann"}) as publisher:
            tab.wait_open(2)
            publisher.wait(3)
        tab.expect(ids + publisher.ids)
        require([stream["access_token"] for stream in streams(there.context)][-1] == texts[1], "the token is the old one")
        require(not tab.page.evaluate("log.states.some(({ phase }) => phase === 'refused')"), "it was told as a refusal")
        there.check_secret(tab, *texts)


def stream_is_away_for_no_longer_than_another_token_takes(bench):
    with secured(bench) as there:
        path = there.give("/short", token("ann", life=3))
        tabs = [there.tab(user="ann", tokenAt=path)]
        # The second has its token at once, and would lead if it came before the first has one.
        tabs[0].wait_role("leader")
        tabs.append(there.tab(user="ann", token=token("ann")))
        tabs[1].wait_role("follower")
        texts = [there.bench.site.files[path], token("ann", jti="second"), token("ann")]
        there.give(path, texts[1])
        ids = []
        for times, end in ((2, None), (3, "second")):
            if end:
                there.give(path, texts[2])
                there.post("/revocations", {"jti": end})
            tabs[0].wait("it is seen that the stream ended", "n => log.states.filter(({ phase }) => "
                         "phase === 'open').length >= n || connection.state.phase !== 'open'", times)
            ids.append(there.publish(user="ann"))
            tabs[0].wait_open(times)
            away = tabs[0].page.evaluate(AWAY)
            # The server asks a browser to come back after two seconds at the earliest.
            require(away < 1500, f"the stream was away for {away} ms when its token {'was revoked' if end else 'expired'}")
            ids.append(there.publish(user="ann"))
            for tab in tabs:
                tab.expect(ids)
        require([stream["access_token"] for stream in streams(there.context)] == texts, "streams have other tokens")
        require(there.asked(path) == 3, f"for three streams it was asked for {there.asked(path)} tokens")
        told = tabs[0].page.evaluate("log.states.map(({ phase }) => phase)")
        require(not {"refused", "waiting"} & set(told), f"it told {told}")


def text_that_serves_no_longer_is_told_soon(bench):
    with secured(bench) as there:
        tab = there.tab(user="ann", token=token("ann", jti="text"))
        tab.wait_open()
        there.post("/revocations", {"jti": "text"})
        tab.wait("it is refused", REFUSED)
        state = tab.state
        require(state["retryAt"] is None and "revoked" in state["refusal"]["detail"], f"the state is {state}")
        states = tab.page.evaluate("log.states.slice(-2)")
        require(states[1]["at"] - states[0]["at"] < 1500, f"the last states are {states}")
        require(len(streams(there.context)) == 1, "a stream was opened with a token that was revoked")


def stream_whose_token_is_good_comes_back_when_the_server_says(bench):
    with secured(bench) as there:
        path = there.give("/good", token("ann"))
        tab = there.tab(user="ann", tokenAt=path)
        tab.wait_open()
        # Which asks each stream to come back at another time, not before two seconds.
        there.server.stop()
        tab.wait("the break is seen", "connection.state.phase === 'connecting'")
        there.server.start()
        tab.wait_open(2)
        require(tab.page.evaluate(AWAY) >= 2000, "it came back earlier than the server said")
        require(there.asked(path) == 1, "for a token that is good another one was asked for")
        tab.expect([there.publish(user="ann")])


def revoked_token_is_told_and_another_asked_for(bench):
    with secured(bench) as there:
        path = there.give("/revoked", token("ann", jti="first"))
        tab = there.tab(user="ann", tokenAt=path)
        tab.wait_open()
        ids = [there.publish(user="ann", retry=500)]
        tab.expect(ids)
        there.post("/revocations", {"jti": "first"})
        tab.wait("it is refused", f"{REFUSED} && connection.state.retryAt !== null")
        refusal = tab.state["refusal"]
        require(refusal == {"status": 401, "detail": "the token was revoked; get a new one"}, f"it is told {refusal}")
        asked = there.asked(path)
        tab.wait("it asks again", "n => performance.getEntriesByType('resource').filter(({ name }) => "
                 "name.endsWith('/revoked')).length > n", asked)
        require(tab.state["phase"] == "refused", f"while it asks again it is {tab.state['phase']}")
        ids.append(there.publish(user="ann"))
        there.give(path, token("ann"))
        require(tab.wait_open(2)["refusal"] is None, "it is open and still says why it was refused")
        tab.expect(ids)


def text_that_is_refused_waits_for_another(bench):
    with secured(bench) as there:
        ids = [there.publish(user="ann")]
        wrong = jwt.encode({"sub": "ann", "exp": time.time() + 600}, "another secret of more than thirty-two", "HS256")
        expired = token("ann", life=-10)
        tab = there.tab(user="ann", token=wrong, after="earliest")
        for text, detail in ((wrong, "the token was not signed with the server's key"), (expired, "the token expired at ")):
            tab.page.evaluate("text => connection.setToken(text)", text)
            tab.wait(f"it says {detail}", f"detail => {REFUSED} && connection.state.refusal.detail.startsWith(detail)", detail)
            state = tab.state
            require(state["refusal"]["status"] == 401 and state["retryAt"] is None, f"the state is {state}")
        asked = len(there.asked_server())
        tab.page.evaluate("text => connection.setToken(text)", token("ann"))
        tab.wait_open()
        require(len([url for url in there.asked_server()[:asked] if "access_token" in url]) == 0,
                "a stream was opened with a token that is refused")
        require(asked <= 6, f"for three refusals the server was asked {asked} times")
        tab.expect(ids)
        tab.page.evaluate("text => connection.setToken(text)", wrong)
        tab.wait("it is refused again", REFUSED)
        ids.append(there.publish(user="ann"))
        tab.page.evaluate("text => connection.setToken(text)", token("ann"))
        tab.expect(ids)
        there.check_secret(tab, wrong, expired)
        errors = tab.page.evaluate("""["two words", "줄", 7].map(token => {
          try { connection.setToken(token) } catch (error) { return `${error}` } })""")
        require(all(error.startswith("TypeError: token: ") and "two words" not in error for error in errors), f"{errors}")


def what_the_token_does_not_allow_is_told(bench):
    with secured(bench) as there:
        tab = there.tab(user="ann", topics=["secret"], token=token("ann"))
        tab.wait("it is refused", REFUSED)
        state = tab.state
        require(state["refusal"]["status"] == 403 and "topic:secret" in state["refusal"]["detail"]
                and state["retryAt"] is None, f"the state is {state}")
        tab.page.evaluate("connection.setTopics([])")
        tab.wait_open()
        tab.expect([there.publish(user="ann")])
        # Of several topics, whose lists are asked for one by one.
        tab = there.tab(topics=["a", "secret"], token=token("ann", tocsin={"subscribe": ["topic:a"]}))
        tab.wait("it is refused", f"{REFUSED} && connection.state.refusal.detail.includes('topic:secret')")


def request_that_is_never_right_is_told_without_rules_too(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="\x01")
        tab.wait("it is refused", REFUSED)
        state = tab.state
        require(state["refusal"]["status"] == 400 and state["retryAt"] is None, f"the state is {state}")
        context.record.errors = [error for error in context.record.errors if "status of 400" not in error]


def token_is_no_hindrance_where_none_is_asked_for(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="open", token="any")
        tab.wait_open()
        tab.expect([bench.publish(user="open", data=1)])


def tabs_share_a_stream_when_each_is_let_in(bench):
    with secured(bench) as there:
        first = there.tab(user="ann", token=token("ann"))
        first.wait_role("leader")
        path = there.give("/shared", token("reader", tocsin={"subscribe": ["user:ann"]}))
        second = there.tab(user="ann", tokenAt=path)
        second.wait_role("follower")
        ids = [there.publish(user="ann")]
        for tab in (first, second):
            tab.expect(ids)
        # They are where the others are, and need no list that could be refused.
        others = [there.tab(user="ann", after=ids[0], **shown) for shown in ({"token": token("bob")}, {})]
        for tab, status in zip(others, (403, 401)):
            tab.wait("it is refused", f"status => {REFUSED} && connection.state.refusal.status === status", status)
        ids.append(there.publish(user="ann"))
        for tab in (first, second):
            tab.expect(ids)
        shown = {stream["access_token"] for stream in streams(there.context) if "access_token" in stream}
        require(len(shown) == 1, f"two tabs have the streams {streams(there.context)}")
        first.page.close()
        second.wait_role("leader")
        ids.append(there.publish(user="ann"))
        second.expect(ids)
        require(streams(there.context)[-1]["access_token"] == there.bench.site.files[path], "it has the token of another")
        for tab in others:
            require(tab.ids == [] and tab.state["phase"] == "refused", f"who was refused had {tab.ids}")


def leader_that_is_refused_leaves_the_lead(bench):
    with secured(bench) as there:
        first = there.tab(user="ann", token=token("ann", jti="leader"))
        first.wait_role("leader")
        second = there.tab(user="ann", token=token("ann"))
        second.wait_role("follower")
        ids = [there.publish(user="ann")]
        first.expect(ids)
        with Publisher(there, {"user": "ann"}) as publisher:
            there.post("/revocations", {"jti": "leader"})
            second.wait_role("leader")
            first.wait("it is refused", f"{REFUSED} && connection.state.role === 'own'")
            first.page.evaluate("text => connection.setToken(text)", token("ann"))
            first.wait_role("follower")
            publisher.wait(3)
        for tab in (first, second):
            tab.expect(ids + publisher.ids)


def cookie_that_is_refused_may_be_followed_by_another(bench):
    with secured(bench) as there:
        def carry(text):
            there.context.add_cookies([{"name": "tocsin_token", "value": text, "url": there.server.origin, "httpOnly": True}])

        carry(token("ann", jti="cookie"))
        tabs = [there.tab(user="ann", withCredentials=True) for _ in range(2)]
        tabs[0].wait("one leads", OPEN)
        tabs[1].wait("one follows", OPEN)
        ids = [there.publish(user="ann")]
        for tab in tabs:
            tab.expect(ids)
        there.post("/revocations", {"jti": "cookie"})
        for tab in tabs:
            tab.wait("it is refused", f"{REFUSED} && connection.state.refusal.detail.startsWith('the token was revoked')")
        ids.append(there.publish(user="ann"))
        carry(token("ann"))
        for tab in tabs:
            tab.expect(ids)
            tab.wait("it is open", OPEN)


def function_that_fails_is_asked_again(bench):
    with secured(bench) as there:
        path = there.give("/failing", token("ann"))
        there.context.route(f"**{path}", lambda route: route.abort(), times=2)
        tab = there.tab(user="ann", tokenAt=path)
        tab.wait_open()
        details = tab.page.evaluate(WAITED)
        require(details == ["Failed to fetch; the function for the token is called again"] * 2, f"it told {details}")
        check_uncaught(there, "Failed to fetch")


def token_that_is_late_holds_up_nothing_else(bench):
    with secured(bench) as there:
        path, held = there.give("/late", token("ann", life=3)), []
        tab = there.tab(user="ann", tokenAt=path, share=False)
        tab.wait_open()
        there.context.route(f"**{path}", lambda route: held.append(route))
        wait_until("another token is asked for", lambda: tab.state and held)
        require(tab.state["phase"] == "connecting", f"while it is asked for the state is {tab.state}")
        ids = [there.publish(user="ann")]
        text = token("ann")
        tab.page.evaluate("text => connection.setToken(text)", text)
        tab.wait_open(2)
        held.pop().fulfill(body=token("ann"))
        ids.append(there.publish(user="ann"))
        tab.expect(ids)
        require([stream["access_token"] for stream in streams(there.context)][1:] == [text], "another stream was opened")
        tab.page.evaluate("path => connection.setToken(async () => (await fetch(path)).text())", path)
        wait_until("a token is asked for", lambda: tab.state and held)
        tab.page.evaluate("connection.close()")
        with tab.page.expect_response(f"**{path}"):
            held.pop().fulfill(body=token("ann"))
        there.publish(user="ann")
        require(tab.state["phase"] == "closed" and tab.ids == ids and len(streams(there.context)) == 2,
                "a stream was opened after close()")


def function_that_never_answers_is_asked_again(bench):
    with secured(bench) as there:
        path, held = there.give("/silent", token("ann")), []
        there.context.route(f"**{path}", lambda route: held.append(route), times=1)
        there.context.add_init_script("""const wait = setTimeout;
            window.setTimeout = (handle, delay, ...rest) => wait(handle, delay === 30_000 ? 1_000 : delay, ...rest)""")
        tab = there.tab(user="ann", tokenAt=path)
        tab.wait_open()
        details = tab.page.evaluate(WAITED)
        require(details == ["token: none came in 30 seconds; the function for the token is called again"],
                f"it told {details}")
        # What comes after all is not taken.
        held.pop().fulfill(body=token("ann"))
        tab.expect([there.publish(user="ann")])
        check_uncaught(there, "token: none came in 30 seconds")


def what_is_no_token_is_told_and_another_asked_for(bench):
    with secured(bench) as there:
        path = there.give("/page", "<h1>404: there is no such page</h1>")
        tab = there.tab(user="ann", tokenAt=path)
        tab.wait("it says that it waits, again", "log.states.filter(({ phase }) => phase === 'waiting').length > 1")
        require(len(there.asked_server()) == 0, f"the server was asked without a token: {there.asked_server()}")
        there.give(path, token("ann"))
        require(tab.wait_open()["refusal"] is None, "it is open and still says what was wrong")
        fault = "token: an access token has no spaces and none but ASCII characters"
        details = tab.page.evaluate(WAITED)
        require(set(details) == {f"{fault}; the function for the token is called again"}, f"it told {details}")
        tab.expect([there.publish(user="ann")])
        check_uncaught(there, fault)


def function_without_a_token_at_present_is_asked_again(bench):
    with secured(bench) as there:
        path = there.give("/signed-out", "")
        tab = there.tab(user="ann", tokenAt=path)
        tab.wait("it is refused", f"{REFUSED} && connection.state.retryAt !== null")
        refusal = tab.state["refusal"]
        require(refusal["status"] == 401 and refusal["detail"].startswith("this needs a token"), f"it is told {refusal}")
        there.give(path, token("ann"))
        tab.wait_open()
        tab.expect([there.publish(user="ann")])


TESTS = [
    token_opens_stream_and_lists_and_is_kept_secret,
    expired_token_is_followed_by_another_without_a_gap,
    stream_is_away_for_no_longer_than_another_token_takes,
    text_that_serves_no_longer_is_told_soon,
    stream_whose_token_is_good_comes_back_when_the_server_says,
    revoked_token_is_told_and_another_asked_for,
    text_that_is_refused_waits_for_another,
    what_the_token_does_not_allow_is_told,
    request_that_is_never_right_is_told_without_rules_too,
    token_is_no_hindrance_where_none_is_asked_for,
    tabs_share_a_stream_when_each_is_let_in,
    leader_that_is_refused_leaves_the_lead,
    cookie_that_is_refused_may_be_followed_by_another,
    function_that_fails_is_asked_again,
    token_that_is_late_holds_up_nothing_else,
    function_that_never_answers_is_asked_again,
    what_is_no_token_is_told_and_another_asked_for,
    function_without_a_token_at_present_is_asked_again,
]
