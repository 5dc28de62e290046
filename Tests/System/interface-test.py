#!/usr/bin/env python3
"""Asks a server all that /openapi.yaml describes, and checks that it answers as it is described there.

Every operation is asked for every status that it has, every type of problem is met, the examples are published, and
what the schemas say of alarms and parameters is what the server says. What cannot be met is
listed in UNREACHED_STATUSES.
"""
import json
import os
import socket
import sys
from urllib.parse import quote

from alarm_cases import BEYOND, CASES, alarm
from asker import JSON, Asker
from harness import Failure, Server, run_test, wait_until
from interface_access import ask_secured, ask_unmanaged
from preloaded import FailingSync
from openapi import METHODS, Description
from stream_examples import check_stream_examples

# An error that the server must not have.
UNREACHED_STATUSES = {("POST", "/alarms", 500), ("DELETE", "/alarms/{id}", 500)}
UNREACHED_TYPES = {"internal-error"}
FOREIGN_PAGE = {"Origin": "https://evil.example"}


def ask_everywhere(asker):
    """What every path answers: requests that cannot be read, and those of foreigners."""
    for method, path, _ in asker.description.operations():
        target = path.format(user="tiaz", topic="news", id="1-1", name="billing")
        fields = dict(JSON) if method == "POST" else {}
        body = alarm() if method == "POST" else None
        asker.ask(method, path, 400, f"{target}?x=%zz", fields, body)
        asker.ask(method, path, 431, target, {**fields, "X-Long": "x" * 20_000}, body)
        if path in ("/health", "/ready"):
            continue
        asker.ask(method, path, 400, target, {**fields, "Host": "a b"}, body)
        asker.ask(method, path, 421, target, {**fields, "Host": "evil.example"}, body)
        asker.ask(method, path, 403, target, {**fields, **FOREIGN_PAGE}, body)


def ask_files(asker):
    for method, path, operation in asker.description.operations():
        if "Files" in operation["tags"]:
            asker.ask(method, path, 200)
            tag = asker.exchange("GET", path, {})[1]["etag"]
            for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
                asker.ask(method, path, 304, fields={"If-None-Match": known})
            asker.ask(method, path, 200, fields={"If-None-Match": '"other"'})


def ask_streams(asker):
    for method in ("GET", "HEAD"):
        for path, target in (("/connection/{user}", "/connection/tiaz?x=1"), ("/events", "/events?topic=news")):
            for point in ("", "earliest", "1-1"):
                asker.ask(method, path, 200, target, {"Last-Event-ID": point})
            asker.ask(method, path, 204, target, {"Last-Event-ID": "replaced"})
            for name in ("last_event_id", "lastEventId", "lastEventID"):
                asker.ask(method, path, 204, f"{target}&{name}=replaced")
                asker.ask(method, path, 400, f"{target}&last_event_id=1-1&{name}=1-1")
            asker.ask(method, path, 200, f"{target}&access_token=any&lang=ko&client=a", {"Authorization": "Bearer any"})
        asker.ask(method, "/events", 400)


def ask_alarms(asker):
    ident = asker.publish()["id"]
    path, target = "/alarms/{id}", f"/alarms/{ident}"
    everything = {"event": "e", "data": {"a": 1}, "translations": {"ko": "가"}, "retry": 500, "ttl": 60, "key": "all"}
    asker.publish(**everything)
    if asker.publish(200, **everything) != asker.publish(200, key="all"):
        raise Failure("a key is not known again")
    for address in ({"user": "t"}, {"users": ["t"]}, {"topic": "t"}, {"topics": ["t"]}, {"everyone": True}):
        fields = {"user": ..., **everything, "key": f"with {address}", **address}
        published = asker.publish(**fields)["id"]
        kept = asker.ask("GET", path, 200, f"/alarms/{published}")
        expected = {"id": published, "publishedAt": kept["publishedAt"], **json.loads(alarm(**fields))}
        if kept != expected:
            raise Failure(f"what was published as {expected} is shown as {kept}")
    asker.ask("HEAD", path, 200, target)
    entry = asker.ask("DELETE", path, 200, target)["id"]
    asker.ask("DELETE", path, 200, target)
    asker.ask("DELETE", path, 409, f"/alarms/{entry}", kind="not-withdrawable")
    asker.ask("GET", path, 200, f"/alarms/{entry}")
    for method in ("GET", "HEAD"):
        asker.ask(method, path, 410, target)
    for method in ("GET", "HEAD", "DELETE"):
        asker.ask(method, path, 404, "/alarms/1-1")
        asker.ask(method, path, 404, "/alarms/zzz")
        asker.ask(method, path, 400, "/alarms/%zz")


def ask_lists(asker):
    for method in ("GET", "HEAD"):
        for path in ("/users/{user}/alarms", "/topics/{topic}/alarms"):
            target = path.format(user="t", topic="t")
            for query in ("", "?limit=1", "?order=newest&limit=1", "?after=zzz", "?after=&lang=ko", "?after=earliest"):
                asker.ask(method, path, 200, target + query)
    page = asker.ask("GET", "/users/{user}/alarms", 200, "/users/t/alarms?limit=1&lang=ko")
    if not page["next"] or page["alarms"][0]["id"] != page["next"]:
        raise Failure(f"a page of one has no next: {page}")


def ask_bad_publishes(asker):
    """What is wrong around an alarm; what is wrong in it comes with the cases."""
    def ask(status, kind, body=alarm(), **fields):
        names = {"content_type": "Content-Type", "key": "Idempotency-Key"}
        given = {"content_type": "application/json", **fields}
        asker.ask("POST", "/alarms", status, kind=kind, body=body, fields={
            names[name]: value for name, value in given.items() if value is not None})

    ask(415, "content-type", content_type="text/plain")
    ask(415, "content-type", content_type=None)
    ask(201, None, content_type="application/json; charset=utf-8", key="header")
    ask(200, None, key="header")
    ask(422, "bad-key", key="other", body=alarm(key="k"))
    ask(422, "bad-key", key="k", body=f"[{alarm()}]")
    ask(400, "malformed-json", body="{")
    ask(400, "not-utf-8", body=b'{"user":"\xff","data":1}')
    ask(201, None, body=f"{alarm()}\n\r\n{alarm()}", content_type="application/x-ndjson")
    ask(422, "empty", body="\n", content_type="application/x-ndjson")


def check_other_methods(asker):
    """Each path has the methods that are described and no others, and tells so; and there are no other paths."""
    description = asker.description
    for path, item in description.paths().items():
        target = path.format(user="tiaz", topic="news", id="1-1", name="billing")
        methods = {method.upper() for method in METHODS if method in item}
        for method in [method.upper() for method in METHODS if method not in item]:
            status, fields, body = asker.exchange(method, target, {})
            if status != 405 or set(fields["allow"].split(", ")) != methods:
                raise Failure(f"{method} {target} was answered {status}, Allow: {fields.get('allow')}")
            if method != "HEAD":
                asker.types.add(description.check_response("/components/responses/MethodNotAllowed", fields, body))
        here = {"Origin": f"http://127.0.0.1:{asker.server.port}", "Access-Control-Request-Method": "GET"}
        status, fields, _ = asker.exchange("OPTIONS", target, here)
        if path not in ("/health", "/ready") and (
                status != 204 or set(fields["access-control-allow-methods"].split(", ")) != methods):
            raise Failure(f"the preflight of {target} was answered {status} {fields}")
    for target in ("/nowhere", "/metrics/", "/openapi.json"):
        status, fields, body = asker.exchange("GET", target, {})
        if status != 404:
            raise Failure(f"{target} is not described, and was answered {status}")
        asker.types.add(description.check_response("/components/responses/NotFound", fields, body))
    with socket.create_connection(("127.0.0.1", asker.server.port), timeout=30) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        asker.types.add(json.loads(connection.makefile("rb").read().partition(b"\r\n\r\n")[2])["type"])


def check_cases(asker):
    """The schema of alarms and the server agree on each case."""
    schema = asker.description.schemas("/components/schemas/AlarmOrAlarms")
    right = 0
    for text in CASES:
        is_right = schema.is_valid(json.loads(text))
        status, fields, body = asker.exchange("POST", "/alarms", JSON, text)
        if (status in (200, 201)) != is_right:
            raise Failure(f"the schema says {is_right}, the server {status}: {text[:300]} {body[:300]}")
        asker.types.add(asker.description.check("POST", "/alarms", status, fields, body))
        right += is_right
    for text, kind in BEYOND:
        if not schema.is_valid(json.loads(text)):
            raise Failure(f"the schema can say it after all: {text[:300]}")
        status = {"malformed-json": 400, "too-deep": 400, "body-too-large": 413, "too-many-names": 413}.get(kind, 422)
        asker.ask("POST", "/alarms", status, fields=JSON, body=text, kind=kind)
    return f"{right} alarms that are right and {len(CASES) - right} that are not"


def check_parameters(asker):
    """The schemas of parameters and the server agree on each value."""
    names = ["t", "x" * 256, "x" * 257, "a/b", "a b", "a\nb", "a\n", "\u007f", "\u00a0", "예약"]
    numbers = ["1", "1000", "0", "1001", "-1", "1.5", "x"]
    cases = [
        *[("/connection/{user}", "user", name, f"/connection/{quote(name, safe='')}") for name in names],
        *[("/users/{user}/alarms", "user", name, f"/users/{quote(name, safe='')}/alarms") for name in names],
        *[("/topics/{topic}/alarms", "topic", name, f"/topics/{quote(name, safe='')}/alarms") for name in names],
        *[("/connection/{user}", "client", name, f"/connection/t?client={quote(name)}") for name in ["", *names]],
        *[("/events", "topic", [name], f"/events?topic={quote(name)}") for name in ["", *names]],
        *[("/users/{user}/alarms", "limit", int(n) if n.lstrip("-").isdigit() else n, f"/users/t/alarms?limit={n}")
          for n in numbers],
        *[("/topics/{topic}/alarms", "order", order, f"/topics/t/alarms?order={order}")
          for order in ("oldest", "newest", "", "Newest", "up")],
    ]
    for path, name, value, target in cases:
        asker.ask("GET", path, 200 if asker.description.parameter(path, name).is_valid(value) else 400, target)
    return f"{len(cases)} values of parameters"


def publish_examples(asker):
    """Every example of a request is right, and so is every example of an answer."""
    description, count = asker.description, 0
    place = description.follow("", "paths", "/alarms", "post", "requestBody", "content")
    for media_type, content in description.value(place).items():
        for name, example in content["examples"].items():
            value = example["value"]
            body = value if isinstance(value, str) else json.dumps(value)
            asker.ask("POST", "/alarms", 201, fields={"Content-Type": media_type}, body=body.encode())
            count += 1
    places = {description.follow("", "paths", path, method.lower(), "responses", status)
              for method, path, operation in description.operations() for status in operation["responses"]}
    places |= {description.follow("", "components", "responses", name)
               for name in description.document["components"]["responses"]}
    for place in sorted(places):
        for media_type, content in description.value(place).get("content", {}).items():
            examples = [example["value"] for example in content.get("examples", {}).values()]
            for value in examples + ([content["example"]] if "example" in content else []):
                validator = description.closed(description.follow(place, "content", media_type) + "/schema")
                for error in validator.iter_errors(value):
                    raise Failure(f"an example of {place} is not as it says: {error.message}")
    return f"{count} examples published"


def ask_broken(description, binary, folder):
    """What is answered while the disk fails: first that of writes, then that of reads."""
    disk = FailingSync(folder)
    server = Server(binary, folder, environment=disk.environment)
    try:
        server.start()
        asker = Asker(description, server)
        ident = asker.publish()["id"]
        disk.fail()
        asker.ask("POST", "/alarms", 503, fields=JSON, body=alarm(), kind="outcome-unknown")
        asker.ask("POST", "/alarms", 503, fields=JSON, body=alarm(), kind="unavailable")
        asker.ask("DELETE", "/alarms/{id}", 503, f"/alarms/{ident}")
        for method in ("GET", "HEAD"):
            asker.ask(method, "/ready", 503)
        disk.work()
        wait_until("/ready is 200 when fdatasync works again", lambda: server.status("/ready") == 200)
        ident = asker.publish()["id"]
        os.truncate(f"{server.data}-wal", 0)
        for method in ("GET", "HEAD"):
            asker.ask(method, "/alarms/{id}", 503, f"/alarms/{ident}")
            asker.ask(method, "/users/{user}/alarms", 503, "/users/t/alarms")
            asker.ask(method, "/topics/{topic}/alarms", 503, "/topics/t/alarms")
        return asker
    finally:
        server.close()


def ask_too_often(description, binary, folder):
    """What is answered to who publishes more often than --publish-rate."""
    server = Server(binary, folder, "--publish-rate", "1")
    try:
        server.start()
        asker = Asker(description, server)
        for method, path, target, fields, body in (("POST", "/alarms", "/alarms", JSON, alarm()),
                                                   ("DELETE", "/alarms/{id}", "/alarms/1-1", {}, None)):
            wait_until("too many requests", lambda: server.request(method, target, body, fields)[0] == 429)
            # The next token takes a second.
            asker.ask(method, path, 429, target, fields, body)
        return asker
    finally:
        server.close()


def check(options, folder):
    server = Server(options.binary, folder)
    try:
        server.start()
        text = server.request("GET", "/openapi.yaml")[2].decode("utf-8")
        asker = Asker(Description(text), server)
        said = [publish_examples(asker), check_cases(asker), check_parameters(asker)]
        for method in ("GET", "HEAD"):
            for path in ("/health", "/ready", "/metrics"):
                asker.ask(method, path, 200)
        for step in (ask_everywhere, ask_files, ask_streams, ask_alarms, ask_lists, ask_bad_publishes, ask_unmanaged,
                     check_other_methods):
            step(asker)
        if server.process.poll() is not None:
            raise Failure("the server has ended")
    except Failure as failure:
        raise Failure(f"{failure}; the log ends: {server.tail()[-500:]}") from None
    finally:
        server.close()
    os.mkdir(streams := os.path.join(folder, "streams"))
    said.append(check_stream_examples(asker.description, options.binary, streams))
    os.mkdir(broken := os.path.join(folder, "broken"))
    other = ask_broken(asker.description, options.binary, broken)
    os.mkdir(often := os.path.join(folder, "often"))
    limited = ask_too_often(asker.description, options.binary, often)
    os.mkdir(secured := os.path.join(folder, "secured"))
    known, told = ask_secured(asker.description, options.binary, secured)
    said.append(told)

    described = asker.description.statuses()
    met = set().union(*(one.statuses for one in (asker, other, limited, known)))
    if unmet := described - met - UNREACHED_STATUSES:
        raise Failure(f"described, and never answered: {sorted(unmet)}")
    types = set(asker.description.document["components"]["schemas"]["ProblemType"]["enum"])
    met = set().union(*(one.types for one in (asker, other, limited, known)))
    if unmet := types - met - {f"urn:tocsin:problem:{kind}" for kind in UNREACHED_TYPES}:
        raise Failure(f"described, and never met: {sorted(unmet)}")
    return (f"{len(described - UNREACHED_STATUSES)} statuses of {len(list(asker.description.operations()))} operations "
            f"and {len(types) - len(UNREACHED_TYPES)} problems met; {', '.join(said)}")


if __name__ == "__main__":
    sys.exit(run_test("interface-test", check))
