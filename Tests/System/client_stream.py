"""Tests of tocsin.js in one tab: alarms as they were sent, once and in order, whatever breaks.

Each test is a sentence, and takes a `Bench`.
"""
import json
import os
import urllib.parse

from client_bench import PAGE, POLICY, SCRIPT, Publisher, Tab, require, streams
from harness import order
from standin import StandIn


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


def ids_are_compared_by_all_their_digits(bench):
    with bench.context() as context:
        pairs = [["9-1", "10-1", -1], ["10-2", "10-10", -1], ["18446744073709551615-18446744073709551614",
                 "18446744073709551615-18446744073709551615", -1], ["7-7", "7-7", 0], ["10-0", "9-99", 1]]
        got = bench.tab(context).page.evaluate("pairs => pairs.map(([a, b]) => Math.sign(compareIds(a, b)))", pairs)
        require(got == [sign for _, _, sign in pairs], f"comparing {pairs} gave {got}")


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


def reload_goes_on_after_other_topics_were_chosen(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="t")
        tab.wait_open()
        tab.page.evaluate("connection.setTopics(['later'])")
        tab.wait_open(2)
        tab.expect(bench.publish_many(3, user="t"))
        tab.page.reload()
        tab.wait("the page is there", "window.isLoaded")
        tab.wait_open()
        tab.expect([bench.publish(user="t", data="after the reload")])


def what_one_listens_to_is_not_taken_as_given_to_another(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="o")
        tab.wait_open()
        tab.page.evaluate("connection.close()")
        tab.page.evaluate("begin({user: 'o', events: ['other'], after: 'earliest'})")
        tab.wait_open()
        missed = bench.publish(user="o", data="for the first")
        tab.expect([bench.publish(user="o", event="other", data="for the second")])
        tab.page.evaluate("connection.close()")
        tab.page.evaluate("begin({user: 'o'})")
        tab.expect([missed])


def new_journal_is_told_as_a_reset_only(bench):
    with bench.another_server() as server, bench.context(server.origin) as context:
        tab = bench.tab(context, user="n", server=server.origin)
        tab.wait_open()
        server.publish({"user": "n", "data": "gone", "retry": 500})
        tab.wait("the alarm", "log.alarms.length === 1")
        server.kill()
        for name in os.listdir(server.folder):
            if name.startswith("tocsin.db"):
                os.remove(os.path.join(server.folder, name))
        server.start()
        tab.wait("the reset", "log.resets.length === 1")
        require(not [state for state in tab.page.evaluate("log.states") if state["resumed"]], "it says that it resumed")
        server.publish({"user": "n", "data": "new"})
        tab.wait("what came after", "log.alarms.length === 2")


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


TESTS = [
    alarms_come_in_order_as_they_were_sent,
    ids_are_compared_by_all_their_digits,
    what_is_published_between_list_and_stream_comes,
    killed_server_is_resumed,
    stream_closed_for_good_is_opened_anew,
    language_changes_while_alarms_come,
    reload_goes_on_where_it_was,
    reload_goes_on_after_other_topics_were_chosen,
    what_one_listens_to_is_not_taken_as_given_to_another,
    new_journal_is_told_as_a_reset_only,
    it_works_under_a_strict_policy_on_the_servers_origin,
]
