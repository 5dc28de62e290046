"""Tests of tocsin.js in more than one tab: one stream for all, and each has every alarm once and in order.

Each test is a sentence, and takes a `Bench`.
"""
from client_bench import Publisher, Tab, require, streams
from harness import Stream, wait_until


def tabs_share_one_stream_and_take_over(bench):
    wants = {"user": "s", "topics": ["x"]}
    with bench.context() as context:
        first = bench.tab(context, **wants)
        first.wait_role("leader")
        # Written again by a page, this would have other numbers and another order.
        nested = {"b": 1.0, "2": ["}", {"data": 0}]}
        with Publisher(bench, {"user": "s", "data": nested}, {"topic": "x", "data": "a\r\nb"}) as publisher:
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
        require(sorted(data) == ["a\nb", '{"b":1.0,"2":["}",{"data":0}]}'], f"alarms of list and stream differ: {data}")
        require(len(streams(context)) == 3, f"three leaders had the streams {streams(context)}")
        require(follower.page.evaluate("log.greetings.length > 0"), "a follower was not greeted")


def tab_that_changes_its_mind_has_a_stream_of_its_own(bench):
    with bench.context() as context:
        tabs = bench.pair(context, user="m", languages=["ko"])
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


def list_that_is_newer_than_another_is_not_taken_for_complete(bench):
    topics, held = ["h1", "h2"], []
    with bench.context() as context:
        first = bench.tab(context, topics=topics)
        first.wait_role("leader")
        ids = [bench.publish(topic=topic, data=topic) for topic in ("h1", "h1", "h2")]
        first.expect(ids)
        context.route("**/topics/h2/alarms*", lambda route: held.append(route), times=1)
        second = bench.tab(context, topics=topics, after=ids[0])
        second.wait("the list of the other topic is asked for", "performance.getEntriesByType('resource')"
                    ".some(({name, responseEnd}) => name.includes('/topics/h1/') && responseEnd > 0)")
        wait_until("the list is held back", lambda: second.state and held)
        # The first list was read before these, the second one after.
        ids += [bench.publish(topic=topic, data=topic) for topic in topics]
        held[0].continue_()
        second.expect(ids[1:])
        first.expect(ids)


def follower_notices_what_it_missed(bench):
    with bench.context() as context:
        leader, follower = bench.pair(context, user="n")
        leader.page.evaluate("""() => {
          const post = BroadcastChannel.prototype.postMessage;
          BroadcastChannel.prototype.postMessage = function (note) {
            if (note.message?.data === "lost") BroadcastChannel.prototype.postMessage = post;
            else post.call(this, note);
          };
        }""")
        ids = [bench.publish(user="n", data=data) for data in ("lost", "next", "last")]
        follower.expect(ids)
        leader.expect(ids)


def leader_of_the_past_is_not_listened_to(bench):
    with bench.context() as context:
        leader, follower = bench.pair(context, user="y")
        ids = [bench.publish(user="y", data=1)]
        follower.expect(ids)
        # As one that was frozen goes on for a moment, ahead of who leads now; and as one that says something twice.
        leader.page.evaluate("""async seen => {
          const { held } = await navigator.locks.query();
          const channel = new BroadcastChannel(held.find(({ name }) => name.startsWith("tocsin [")).name);
          const lead = await new Promise(resolve => {
            channel.onmessage = ({ data }) => resolve(data);
            channel.postMessage({ type: "hello" });
          });
          const [term, id] = [1, "99999999999999-1"];
          const alarm = { kind: "event", event: "alarm", data: "not to be seen" };
          channel.postMessage({ type: "lead", term, at: id, phase: "open", retryAt: null, greeting: null });
          channel.postMessage({ type: "pass", term, before: id, at: id, message: { ...alarm, id } });
          channel.postMessage({ ...lead, type: "pass", before: lead.at, message: { ...alarm, id: seen } });
        }""", ids[0])
        ids.append(bench.publish(user="y", data=2))
        follower.expect(ids)


def frozen_leader_is_robbed(bench):
    # Where only a user's newest stream stays, the frozen tab's is replaced on top of it.
    with bench.another_server("--connections", "latest") as latest, bench.context(latest.origin) as context:
        groups = []
        for server in (bench.server, latest):
            leader, follower = bench.pair(context, user="f", server=server.origin)
            ids = [server.publish({"user": "f", "data": 1})[2]["id"]]
            follower.expect(ids)
            groups.append((server, leader, follower, ids))
        sessions = [context.new_cdp_session(leader.page) for _, leader, _, _ in groups]
        for session in sessions:
            # Nothing of its page runs any more, but it holds its lock, as in a tab that the browser froze.
            session.send("Debugger.enable")
            session.send("Debugger.pause")
        for server, _, follower, ids in groups:
            ids.append(server.publish({"user": "f", "data": 2})[2]["id"])
            follower.wait("the follower takes the lead", "connection.state.role === 'leader'")
            follower.expect(ids)
        for session in sessions:
            session.send("Debugger.disable")
        for server, leader, follower, ids in groups:
            leader.wait_role("follower")
            ids.append(server.publish({"user": "f", "data": 3})[2]["id"])
            follower.expect(ids)
            leader.expect(ids)


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


def page_may_connect_twice(bench):
    with bench.context() as context:
        tab = bench.tab(context, user="w", share=False)
        tab.wait_open()
        tab.page.evaluate("() => { window.first = { log, connection }; begin({ user: 'w', share: false }) }")
        tab.wait_open()
        ids = [bench.publish(user="w", data=1)]
        tab.expect(ids)
        tab.wait("the first connection has it too", "first.log.alarms.length === 1")
        require(tab.page.evaluate("first.connection.state.phase") == "open", "the second connection replaced the first")
        # The two have the same group, where they share.
        tab.page.evaluate("() => { connection.close(); begin({ user: 'w' }) }")
        tab.wait_role("leader")
        tab.page.evaluate("() => { window.second = { log, connection }; begin({ user: 'w' }) }")
        tab.wait_role("follower")
        ids.append(bench.publish(user="w", data=2))
        tab.expect(ids[1:])
        tab.wait("each has it", "[first, second].every(({ log }) => log.alarms.at(-1).data === '2')")


def replaced_stream_stays_closed(bench):
    with bench.context() as context:
        tabs = [bench.tab(context, user="x")]
        tabs[0].wait_role("leader")
        # Who follows hears of it later than the lock could be there.
        context.add_init_script("""Object.defineProperty(BroadcastChannel.prototype, "onmessage", {
          set(handle) { this.addEventListener("message", event => setTimeout(() => handle(event), 500)) },
        })""")
        tabs.append(bench.tab(context, user="x"))
        tabs[1].wait_role("follower")
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


def page_without_locks_has_a_stream_of_its_own(bench):
    refused = "throw new DOMException('no', 'SecurityError')"
    for number, script in enumerate((
            "delete Navigator.prototype.locks; "
            f"Object.defineProperty(window, 'sessionStorage', {{ get() {{ {refused} }} }})",
            f"if (window.LockManager) LockManager.prototype.request = async () => {{ {refused} }}")):
        with bench.context() as context:
            context.add_init_script(script)
            tabs = [bench.tab(context, user=f"o{number}") for _ in range(2)]
            for tab in tabs:
                tab.wait_role("own")
            ident = bench.publish(user=f"o{number}", data=1)
            for tab in tabs:
                tab.expect([ident])
            clients = {stream["client"] for stream in streams(context)}
            require(len(clients) == 2, f"two tabs have the clients {clients}")


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


def page_that_is_kept_aside_gives_up_its_stream(bench):
    with bench.context() as context:
        tabs = bench.pair(context, user="b")
        leave = "name => dispatchEvent(new PageTransitionEvent(name, { persisted: true }))"
        tabs[0].page.evaluate(leave, "pagehide")
        tabs[1].wait_role("leader")
        ids = bench.publish_many(3, user="b")
        tabs[1].expect(ids)
        require(tabs[0].ids == [], "a page that was left had alarms")
        tabs[0].page.evaluate(leave, "pageshow")
        tabs[0].wait_role("follower")
        tabs[0].expect(ids)


TESTS = [
    tabs_share_one_stream_and_take_over,
    tab_that_changes_its_mind_has_a_stream_of_its_own,
    topics_of_several_lists_are_caught_up_in_order,
    list_that_is_newer_than_another_is_not_taken_for_complete,
    follower_notices_what_it_missed,
    leader_of_the_past_is_not_listened_to,
    frozen_leader_is_robbed,
    duplicated_tab_is_a_client_of_its_own,
    page_may_connect_twice,
    replaced_stream_stays_closed,
    page_without_locks_has_a_stream_of_its_own,
    id_of_another_journal_is_told,
    page_that_is_kept_aside_gives_up_its_stream,
]
