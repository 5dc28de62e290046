#!/usr/bin/env python3
"""Tries tocsin.js in Chromium against the real server: nothing lost, nothing twice, one stream for all tabs."""
import argparse
import json
import os
import shutil
import sys
import tempfile
import time
import urllib.parse

from browsers import chromium
from clientbench import PAGE, POLICY, SCRIPT, Bench, Publisher, Tab, require, streams
from harness import Server, Stream, order, wait_until
from standin import StandIn

TESTS = []


def test(function):
    """Its name is the sentence that it shows."""
    TESTS.append(function)
    return function


@test
def alarms_come_in_order_as_they_were_sent(bench):
    bench.publish(user="a", data="before")
    with bench.context() as context:
        tab = bench.tab(context, user="a", topics=["news"], events=["alarm", "message"])
        state = tab.wait_open()
        require(state["resumed"] is None and state["opened"] == 1, f"the state of a first stream is {state}")
        sent = [{"user": "a", "data": "one\r\ntwo\rthree"}, {"topic": "news", "data": {"b": 1.0, "a": None, "2": "ä"}},
                {"everyone": True, "event": "message", "data": "<b>unnamed</b>"},
                {"user": "a", "event": "notice", "data": 1}, {"user": "b", "data": 2}, {"user": "a", "data": None}]
        ids = [bench.publish(**alarm) for alarm in sent]
        tab.expect([ids[0], ids[1], ids[2], ids[5]])
        data = tab.page.evaluate("log.alarms.map(({event, data}) => [event, data])")
        require(data == [["alarm", "one\ntwo\nthree"], ["alarm", '{"b":1.0,"a":null,"2":"\\u00e4"}'],
                         ["message", "<b>unnamed</b>"], ["alarm", "null"]], f"the data was {data}")
        require(tab.page.evaluate("log.greetings") == ["Hello! a"], "the greeting came not once")
        require(tab.page.evaluate("connection.lastEventId") == ids[5], "lastEventId is not the last alarm's")
        tab.page.evaluate("connection.listen('notice'); connection.listen('other')")
        tab.wait_open(2)
        last = bench.publish(user="a", event="notice", data="listened to")
        tab.wait("an event listened to later", "log.alarms.at(-1).data === 'listened to'")
        entry = json.loads(bench.server.request("DELETE", f"/alarms/{last}")[2])["id"]
        tab.wait("the withdrawal", "log.withdrawn.length")
        require(tab.page.evaluate("log.withdrawn") == [{"id": entry, "alarm": last}], "the withdrawal is another one")
        require(len(streams(context)) == 2, "two calls of listen() opened more than one stream")
        bad = tab.page.evaluate("['position', 'reset'].map(name => { try { connection.listen(name) } catch (e) "
                                "{ return e.name } })")
        require(bad == ["TypeError"] * 2, "a reserved event name was taken")
        tab.page.evaluate("connection.close()")
        bench.publish(user="a", data="after the end")
        require(tab.state["phase"] == "closed" and len(tab.ids) == 5, "an alarm came after close()")


@test
def ids_are_compared_by_all_their_digits(bench):
    with bench.context() as context:
        pairs = [["9-1", "10-1", -1], ["10-2", "10-10", -1], ["18446744073709551615-18446744073709551614",
                 "18446744073709551615-18446744073709551615", -1], ["7-7", "7-7", 0], ["10-0", "9-99", 1]]
        got = bench.tab(context).page.evaluate("pairs => pairs.map(([a, b]) => Math.sign(compareIds(a, b)))", pairs)
        require(got == [sign for _, _, sign in pairs], f"comparing {pairs} gave {got}")


@test
def what_is_published_between_list_and_stream_comes(bench):
    with bench.context() as context:
        ids = []

        def late(route):
            answer = route.fetch()
            ids.append(bench.publish(user="gap", data="between"))
            route.fulfill(response=answer)

        context.route("**/users/gap/alarms*", late, times=1)
        tab = bench.tab(context, user="gap")
        tab.wait_open()
        tab.expect(ids)
        require(len(ids) == 1, "the list was not asked for")


@test
def killed_server_is_resumed(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="k", events=["alarm", "message"], after="now")
        tab.wait_open()
        # An early break: nothing came yet, and the browser only knows the position.
        bench.server.kill()
        tab.wait("the break is seen", "connection.state.phase !== 'open'")
        bench.server.start()
        ids = [bench.publish(user="k", data=1, retry=500), bench.publish(user="k", data=2)]
        state = tab.wait_open(2)
        tab.expect(ids)
        tab.wait("two alarms were caught up", "connection.state.resumed.alarms === 2")
        require(order(state["resumed"]["from"]) < order(ids[0]), f"it resumed from {state['resumed']}")
        for times in (3, 4):
            ids.append(bench.publish(user="k", data="before", retry=500))
            tab.expect(ids)
            bench.server.kill()
            tab.wait("the break is seen", "connection.state.phase !== 'open'")
            bench.server.start()
            resumed_from = ids[-1]
            ids += bench.publish_many(20, user="k")
            tab.expect(ids)
            tab.wait_open(times)
            want = {"from": resumed_from, "alarms": 20}
            tab.wait(f"the state tells {want}", "w => connection.state.resumed.from === w.from && "
                     "connection.state.resumed.alarms === w.alarms", want)
            ids.append(bench.publish(user="k", data="live"))
            tab.expect(ids)
            require(tab.state["resumed"]["alarms"] == 20, "a live alarm counted as caught up")
        require(len(tab.page.evaluate("log.greetings")) == 4, "a greeting was not told as one")


@test
def stream_closed_for_good_is_opened_anew(bench):
    with StandIn(bench.server.port) as proxy, bench.context(proxy.origin) as context:
        context.add_init_script("Math.random = () => 0.3")
        proxy.refuse()
        tab = bench.tab(context, user="p", server=proxy.origin)
        tab.wait("it waits for the list", "connection.state.phase === 'waiting' && connection.state.retryAt > 0")
        proxy.forward()
        tab.wait_open()
        ids = [bench.publish(user="p", data="first", retry=500)]
        tab.expect(ids)
        for times in (2, 3):
            proxy.refuse()
            tab.wait("it waits", "connection.state.phase === 'waiting' && connection.state.retryAt > Date.now()")
            ids += bench.publish_many(3, user="p")
            if times == 3:
                # The network is back: it does not wait to the end.
                tab.page.evaluate("Math.random = () => 0.99")
                tab.wait("it waits long", "connection.state.phase === 'waiting' && "
                         "connection.state.retryAt > Date.now() + 3000", seconds=20)
                proxy.forward()
                tab.page.evaluate("dispatchEvent(new Event('online'))")
                tab.wait("it tries at once", "connection.state.phase === 'open'", seconds=2)
            proxy.forward()
            state = tab.wait_open(times)
            tab.expect(ids)
            require(state["resumed"]["from"] == ids[-4], f"it resumed from {state['resumed']} instead of {ids[-4]}")
            ids.append(bench.publish(user="p", data="live", retry=500))
            tab.expect(ids)


@test
def language_changes_while_alarms_come(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="l", languages=["ko"])
        tab.wait_open()
        with Publisher(bench, {"user": "l", "translations": {"ko": "안녕", "en": "hello"}}) as publisher:
            for number, language in enumerate(["en", "ko", "en", "ko", "en"]):
                publisher.wait(15)
                tab.page.evaluate("languages => connection.setLanguages(languages)", [language])
                tab.wait_open(number + 2)
            publisher.wait(15)
        tab.expect(publisher.ids)
        texts = tab.page.evaluate("log.alarms.map(({data}) => data)")
        require(set(texts[:5]) == {"안녕"} and set(texts[-5:]) == {"hello"}, "the language did not change")
        clients = {stream["client"] for stream in streams(context)}
        require(len(clients) == 1 and len(streams(context)) == 6, f"the streams were {streams(context)}")
        require(not [s for s in tab.page.evaluate("log.states") if s["phase"] == "replaced"], "it replaced itself")


@test
def tabs_share_one_stream_and_take_over(bench):
    wants = {"user": "s", "topics": ["x"]}
    with bench.context() as context:
        first = bench.tab(context, **wants)
        first.wait_role("leader")
        with Publisher(bench, {"user": "s", "data": 1}, {"topic": "x", "data": "a\r\nb"}) as publisher:
            publisher.wait(250)
            begin = publisher.ids[0]
            # Behind by more than a page of the list, while more comes.
            second = bench.tab(context, **wants, after=begin)
            third = bench.tab(context, **wants, after=begin)
            second.wait_role("follower")
            third.wait_role("follower")
            publisher.wait(30)
            require(len(streams(context)) == 1, f"three tabs have the streams {streams(context)}")
            require(second.state["resumed"]["from"] == begin, f"a follower's state is {second.state}")
            first.page.close()
            wait_until("another tab leads", lambda: "leader" in (second.state["role"], third.state["role"]))
            second.wait_open()
            publisher.wait(30)
            leader, follower = (second, third) if second.state["role"] == "leader" else (third, second)
            # Given up by the caller, not by the browser.
            leader.page.evaluate("connection.close()")
            follower.wait_role("leader")
            publisher.wait(30)
        follower.expect(publisher.ids[1:])
        got = leader.ids
        require(got == publisher.ids[1:len(got) + 1], "the second leader's alarms are not complete and in order")
        data = follower.page.evaluate("[...new Set(log.alarms.map(({data}) => data))]")
        require(sorted(data) == ["1", "a\nb"], f"an alarm of the list was other than of the stream: {data}")
        require(len(streams(context)) == 3, f"three leaders had the streams {streams(context)}")
        require(follower.page.evaluate("log.greetings.length > 0"), "a follower was not greeted")


@test
def tab_that_changes_its_mind_has_a_stream_of_its_own(bench):
    with bench.context() as context:
        tabs = [bench.tab(context, user="m", languages=["ko"]) for _ in range(2)]
        for tab, role in zip(tabs, ("leader", "follower")):
            tab.wait_role(role)
        with Publisher(bench, {"user": "m", "translations": {"ko": "안녕", "en": "hello"}}) as publisher:
            publisher.wait(20)
            tabs[0].page.evaluate("connection.setLanguages(['en'])")
            tabs[1].wait_role("leader")
            tabs[0].wait_role("leader")
            publisher.wait(20)
            tabs[1].page.evaluate("connection.setLanguages(['en'])")
            tabs[1].wait_role("follower")
            publisher.wait(20)
        for tab in tabs:
            tab.expect(publisher.ids)
        require(tabs[1].page.evaluate("log.alarms.at(-1).data") == "hello", "the language did not change")


@test
def topics_of_several_lists_are_caught_up_in_order(bench):
    topics = ["t1", "t2", "t3"]
    with bench.context() as context:
        first = bench.tab(context, topics=topics)
        first.wait_role("leader")
        alarms = [{"topics": ["t1", "t2"], "data": 0}, *({"topic": topic, "data": topic} for topic in topics)]
        with Publisher(bench, *alarms) as publisher:
            publisher.wait(40)
            begin = publisher.ids[0]
            second = bench.tab(context, topics=topics[::-1], after=begin)
            second.wait_role("follower")
            publisher.wait(40)
        first.expect(publisher.ids)
        second.expect(publisher.ids[1:])
        require(len(streams(context)) == 1, f"two tabs have the streams {streams(context)}")
        second.page.evaluate("connection.setTopics(['t2', 't4'])")
        second.wait_role("leader")
        bench.publish(topic="t1", data="unheard")
        last = bench.publish(topic="t4", data="heard")
        second.expect([*publisher.ids[1:], last])


@test
def frozen_leader_is_robbed(bench):
    with bench.context() as context:
        leader = bench.tab(context, user="f")
        leader.wait_role("leader")
        follower = bench.tab(context, user="f")
        follower.wait_role("follower")
        ids = bench.publish_many(3, user="f")
        follower.expect(ids)
        session = context.new_cdp_session(leader.page)
        # Nothing of its page runs any more, but it holds its lock, as in a tab that the browser froze.
        session.send("Debugger.enable")
        session.send("Debugger.pause")
        ids += bench.publish_many(3, user="f")
        follower.wait("the follower takes the lead", "connection.state.role === 'leader'")
        follower.expect(ids)
        session.send("Debugger.disable")
        leader.wait_role("follower")
        ids += bench.publish_many(3, user="f")
        follower.expect(ids)
        leader.expect(ids)


@test
def reload_goes_on_where_it_was(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="r")
        tab.wait_open()
        bench.publish(user="r", data="seen")
        tab.wait("the alarm", "log.alarms.length === 1")
        seen = tab.page.evaluate("connection.lastEventId")
        tab.page.goto("about:blank")
        ids = bench.publish_many(3, user="r")
        tab.page.go_back()
        tab.wait("the page is there", "window.isLoaded")
        tab.expect(ids)
        tab.wait("it tells what it resumed", "s => connection.state.resumed.from === s && "
                 "connection.state.resumed.alarms === 3", seen)


@test
def duplicated_tab_is_a_client_of_its_own(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="d", share=False)
        tab.wait_open()
        with context.expect_page() as opened:
            tab.page.evaluate("open(location.href)")
        twin = Tab(opened.value)
        twin.wait("the twin is there", "window.isLoaded")
        twin.wait_open()
        copied = twin.page.evaluate("Object.keys(sessionStorage).length")
        clients = [stream["client"] for stream in streams(context)]
        require(copied and len(clients) == 2 and len(set(clients)) == 2, f"clients are {clients}")
        ident = bench.publish(user="d", data=1)
        for each in (tab, twin):
            each.expect([ident])
        # The same tab again is the same client.
        tab.page.reload()
        tab.wait("the page is there", "window.isLoaded")
        tab.wait_open()
        require(tab.state["phase"] == "open" and twin.state["phase"] == "open", "a tab replaced the other")


@test
def replaced_stream_stays_closed(bench):
    with bench.context() as context:
        tabs = [bench.tab(context, user="x") for _ in range(2)]
        for tab, role in zip(tabs, ("leader", "follower")):
            tab.wait_role(role)
        client = streams(context)[0]["client"]
        other = Stream(bench.server.port, f"/connection/x?client={client}")
        try:
            for tab in tabs:
                tab.wait("it is replaced", "connection.state.phase === 'replaced'")
            # As long as a browser would wait to come back, and more.
            tabs[0].page.wait_for_timeout(1500)
            require(len(streams(context)) == 1, "a stream that was replaced was opened again")
            tabs[1].page.evaluate("connection.setLanguages(['ko'])")
            tabs[1].wait_role("leader")
        finally:
            other.close()


@test
def page_without_locks_has_a_stream_of_its_own(bench):
    with bench.context() as context:
        context.add_init_script("delete Navigator.prototype.locks; Object.defineProperty(window, 'sessionStorage', "
                                "{ get() { throw new DOMException('no', 'SecurityError') } })")
        tabs = [bench.tab(context, user="o") for _ in range(2)]
        for tab in tabs:
            tab.wait_role("own")
        ident = bench.publish(user="o", data=1)
        for tab in tabs:
            tab.expect([ident])
        clients = {stream["client"] for stream in streams(context)}
        require(len(clients) == 2, f"two tabs have the clients {clients}")


@test
def id_of_another_journal_is_told(bench):
    with bench.context() as context:
        ident = bench.publish(user="u", data="kept")
        leader = bench.tab(context, user="u", after="1-1")
        leader.wait("the reset", "log.resets.length === 1")
        leader.wait_role("leader")
        follower = bench.tab(context, user="u", after="2-2")
        follower.wait("the follower's reset", "log.resets.length === 1")
        for tab in (leader, follower):
            reset = tab.page.evaluate("log.resets[0]")
            require(reset == {"reason": "unknown", "head": ident}, f"the reset was {reset}")
        everything = bench.tab(context, user="u", after="earliest")
        everything.wait("all that is kept", "log.alarms.length > 0")
        ids = [bench.publish(user="u", data="live")]
        for tab in (leader, follower):
            tab.expect(ids)
        everything.wait("the live one", "i => log.alarms.at(-1).id === i", ids[0])
        require(ident in everything.ids, "an alarm that is kept did not come")


@test
def page_that_is_kept_aside_gives_up_its_stream(bench):
    with bench.context() as context:
        tabs = [bench.tab(context, user="b") for _ in range(2)]
        for tab, role in zip(tabs, ("leader", "follower")):
            tab.wait_role(role)
        leave = "name => dispatchEvent(new PageTransitionEvent(name, { persisted: true }))"
        tabs[0].page.evaluate(leave, "pagehide")
        tabs[1].wait_role("leader")
        ids = bench.publish_many(3, user="b")
        tabs[1].expect(ids)
        require(tabs[0].ids == [], "a page that was left had alarms")
        tabs[0].page.evaluate(leave, "pageshow")
        tabs[0].wait_role("follower")
        tabs[0].expect(ids)


@test
def it_works_under_a_strict_policy_on_the_servers_origin(bench):
    with bench.context() as context:
        files = {"try.html": PAGE, "page.js": SCRIPT % bench.server.origin}
        for name, body in files.items():
            kind = "text/html" if name.endswith("html") else "text/javascript"
            context.route(f"{bench.server.origin}/{name}*", lambda route, _=None, body=body, kind=kind: route.fulfill(
                body=body, content_type=kind, headers={"Content-Security-Policy": POLICY}))
        query = urllib.parse.quote(json.dumps({"user": "c"}))
        tab = Tab(context.new_page()).load(f"{bench.server.origin}/try.html?{query}")
        tab.wait_role("leader")
        tab.expect([bench.publish(user="c", data=1)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=".build/release/tocsin")
    parser.add_argument("--module", help="a tocsin.js to try instead of the one in the binary")
    parser.add_argument("--only", default="", help="part of the names of the tests to run")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="tocsin-client-")
    server = Server(arguments.binary, folder, "--greeting", "Hello! {user}")
    tests = [each for each in TESTS if arguments.only in each.__name__]
    current, begin = None, time.monotonic()
    try:
        server.start()
        server.origin = f"http://127.0.0.1:{server.port}"
        with chromium() as browser:
            bench = Bench(browser, server, arguments.module and os.path.abspath(arguments.module))
            with bench.site:
                for current in tests:
                    started = time.monotonic()
                    current(bench)
                    if arguments.verbose:
                        print(f"{time.monotonic() - started:5.1f} s {current.__name__}", file=sys.stderr)
    except Exception as error:
        name = current.__name__.replace("_", " ") if current else "start"
        print(f"client-test: FAILED: {name}: {type(error).__name__}: {error}")
        return 1
    finally:
        server.close()
        shutil.rmtree(folder)
    print(f"client-test: ok: {len(tests)} tests of tocsin.js in Chromium, in {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
