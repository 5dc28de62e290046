"""Asks for what /openapi.yaml says of access rules: tokens, revocations and API keys."""
import base64
import contextlib
import json
import os
import sqlite3
import time
from urllib.parse import quote

import jwt

from access_cases import API_KEYS, BEYOND, REVOCATIONS
from alarm_cases import alarm
from asker import JSON, Asker
from harness import Failure, Server
from preloaded import FailingSync

SECRET = "a secret of more than thirty-two bytes"
PAGE = {"Origin": "https://app.example"}


def bearer(**access):
    return {"Authorization": "Bearer " + jwt.encode({"exp": int(time.time()) + 600, "tocsin": access}, SECRET, "HS256")}


def ask_unmanaged(asker):
    """Without access rules there are none to manage."""
    asker.ask("POST", "/revocations", 409, fields=JSON, body='{"sub":"a"}', kind="no-access-rules")
    asker.ask("POST", "/keys", 409, fields=JSON, body='{"name":"a","publish":["*"]}')
    asker.ask("DELETE", "/keys/{name}", 409, "/keys/a")
    for method in ("GET", "HEAD"):
        asker.ask(method, "/keys", 409)


def ask_without_permission(asker):
    """What every path that needs a token answers to who has none, two, a bad one, or one that allows something else."""
    for method, path, operation in asker.description.operations():
        if operation.get("security") == []:
            continue
        target = path.format(user="tiaz", topic="news", id="1-1", name="billing")
        target += "?topic=news" if path == "/events" else ""
        fields = dict(JSON) if method == "POST" else {}
        body = alarm() if method == "POST" else None
        two = f"{target}{'&' if '?' in target else '?'}access_token=a"
        cookie = {"Cookie": "tocsin_token=a"}
        for status, kind, error, place, shown in (
                (401, "missing-token", None, target, {}),
                (401, "invalid-token", "invalid_token", target, {"Authorization": "Bearer x"}),
                (401, "invalid-token", "invalid_token", two, {}),
                (400, "several-tokens", "invalid_request", two, {**bearer(admin=True), **cookie}),
                (400, "several-tokens", "invalid_request", target, {"Cookie": "tocsin_token=a; tocsin_token=b"}),
                (403, "missing-permission", "insufficient_scope", target, bearer())):
            # A description can say that a header field may be there, and not when.
            for page in ({}, PAGE):
                said = {} if method == "HEAD" else {"kind": kind}
                asker.ask(method, path, status, place, {**fields, **shown, **page}, body, **said)
                answer = asker.exchange(method, place, {**fields, **shown, **page}, body)[1]
                challenge = 'Bearer realm="tocsin"' + (f', error="{error}"' if error else "")
                if answer.get("www-authenticate") != challenge:
                    raise Failure(f"{method} {place} {shown} asks for {answer.get('www-authenticate')}")
                check_page(asker, method, place, answer, page)
        asker.ask(method, path, 403, target, {**fields, **cookie, "Origin": "https://evil.example"}, body)
        if method in ("POST", "DELETE"):
            asker.ask(method, path, 403, target, {**fields, **cookie}, body, kind="foreign-origin")


def check_page(asker, method, target, answer, page):
    """Only a page that may ask can read an answer, and then what it tells it."""
    expected = {
        "access-control-allow-origin": page.get("Origin"),
        "access-control-allow-credentials": page and "true" or None,
        "access-control-expose-headers": page and "Location, Retry-After, WWW-Authenticate, X-Request-ID" or None}
    told = {name: answer.get(name) for name in expected}
    if told != expected:
        raise Failure(f"{method} {target} tells the page {page} {told}")


def ask_management(asker):
    admin = {**JSON, **bearer(admin=True)}
    for path, field in (("/revocations", b"sub"), ("/keys", b"name")):
        asker.ask("POST", path, 400, fields=admin, body="{", kind="malformed-json")
        asker.ask("POST", path, 400, fields=admin, body=b'{"%s":"\xff"}' % field, kind="not-utf-8")
        asker.ask("POST", path, 413, fields=admin, body=" " * (2 << 20), kind="body-too-large")
        asker.ask("POST", path, 415, fields={**admin, "Content-Type": "text/plain"}, body="{}", kind="content-type")
    body = '{"name":"a b/\u00e9","publish":["topic:a/*","everyone"]}'.encode()
    asker.ask("POST", "/keys", 201, fields=admin, body=body)
    asker.ask("POST", "/keys", 409, fields=admin, body=body, kind="key-exists")
    asker.ask("DELETE", "/keys/{name}", 404, "/keys/b", admin, kind="not-found")
    asker.ask("DELETE", "/keys/{name}", 400, f"/keys/{'x' * 257}", admin, kind="bad-parameter")
    asker.ask("DELETE", "/keys/{name}", 204, "/keys/" + quote("a b/\u00e9", safe=""), admin)


def ask_as_publisher(asker):
    """An API key publishes what it is for, and neither knows nor does anything else."""
    body = '{"name":"seo","publish":["user:seo"]}'
    made = asker.ask("POST", "/keys", 201, fields={**JSON, **bearer(admin=True)}, body=body)
    fields = {**JSON, "Authorization": f"Bearer {made['key']}"}
    ident = asker.ask("POST", "/alarms", 201, fields=fields, body=alarm(user="seo"))["id"]
    asker.ask("GET", "/alarms/{id}", 200, f"/alarms/{ident}", fields)
    for body, pointer in ((alarm(user="tiaz"), "/user"), (alarm(user=..., users=["seo", "mina"]), "/users"),
                          (f"[{alarm(user='seo')},{alarm(user=..., everyone=True)}]", "/1/everyone")):
        refusal = json.loads(asker.ask("POST", "/alarms", 403, fields=fields, body=body, kind="missing-permission"))
        if refusal["pointer"] != pointer:
            raise Failure(f"the publish {body} is refused with {refusal}")
    all_alarms = {**JSON, **bearer(publish=["*"])}
    other = asker.ask("POST", "/alarms", 201, fields=all_alarms, body=alarm(user="tiaz"))["id"]
    for method in ("GET", "DELETE"):
        asker.ask(method, "/alarms/{id}", 404, f"/alarms/{other}", fields, kind="unknown-alarm")
    asker.ask("DELETE", "/alarms/{id}", 200, f"/alarms/{ident}", fields)
    for method in ("GET", "HEAD"):
        asker.ask(method, "/keys", 200, fields=bearer(admin=True))
    asker.ask("POST", "/keys", 201, fields={**JSON, **bearer(admin=True)}, body='{"name":"idle","publish":["*"]}')
    listed = asker.ask("GET", "/keys", 200, fields=bearer(admin=True))["keys"]
    if {key["name"]: bool(key["lastUsedAt"]) for key in listed} != {"seo": True, "idle": False}:
        raise Failure(f"the list does not tell which API keys were used: {listed}")


def check_cases(asker):
    """The schemas of revocations and API keys and the server agree on each case; their examples are right."""
    admin, right = {**JSON, **bearer(admin=True)}, 0
    cases = {("/revocations", "Revocation", 204): REVOCATIONS, ("/keys", "NewAPIKey", 201): API_KEYS}
    for (path, name, done), texts in cases.items():
        schema = asker.description.schemas(f"/components/schemas/{name}")
        content = asker.description.follow("", "paths", path, "post", "requestBody", "content", "application/json")
        content = asker.description.value(content)
        examples = [example["value"] for example in content.get("examples", {}).values()]
        for example in examples + ([content["example"]] if "example" in content else []):
            asker.ask("POST", path, done, fields=admin, body=json.dumps(example))
        for text in texts:
            is_right = schema.is_valid(json.loads(text))
            asker.ask("POST", path, done if is_right else 422, fields=admin, body=text)
            right += is_right
        for text, kind in BEYOND[path]:
            if not schema.is_valid(json.loads(text)):
                raise Failure(f"the schema can say it after all: {text[:300]}")
            asker.ask("POST", path, 400 if kind == "malformed-json" else 422, fields=admin, body=text, kind=kind)
    wrong = len(REVOCATIONS) + len(API_KEYS) - right
    return f"{right} revocations and API keys that are right and {wrong} that are not"


def ask_full(asker, server):
    """There are as many API keys as there can be; they are written beside the server, which takes no time."""
    server.stop()
    with contextlib.closing(sqlite3.connect(server.data)) as records, records:
        there, = records.execute("SELECT count(*) FROM records WHERE kind = 'api-key'").fetchone()
        records.executemany("INSERT INTO records VALUES ('api-key', ?, ?)", [
            (f"full {number}", json.dumps({
                "hash": base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("="), "publish": ["*"],
                "createdAt": 1795369672516})) for number in range(10_000 - there)])
    server.start()
    admin = {**JSON, **bearer(admin=True)}
    asker.ask("POST", "/keys", 409, fields=admin, body='{"name":"more","publish":["*"]}', kind="too-many-records")
    if len(asker.ask("GET", "/keys", 200, fields=admin)["keys"]) != 10_000:
        raise Failure("not all API keys are listed")
    for number in range(2):
        asker.ask("DELETE", "/keys/{name}", 204, f"/keys/full%20{number}", admin)
    asker.ask("POST", "/keys", 201, fields=admin, body='{"name":"more","publish":["*"]}')


def ask_failing(asker, disk):
    admin = {**JSON, **bearer(admin=True)}
    disk.fail()
    asker.ask("POST", "/revocations", 503, fields=admin, body='{"sub":"a"}', kind="unavailable")
    asker.ask("POST", "/revocations", 503, fields=admin, body='{"sub":"a"}', kind="unavailable")
    asker.ask("POST", "/keys", 503, fields=admin, body='{"name":"b","publish":["*"]}')
    asker.ask("DELETE", "/keys/{name}", 503, "/keys/more", admin)


def ask_secured(description, binary, folder):
    """What is answered where there are access rules, and there while the disk fails: the asker, and what to tell."""
    disk = FailingSync(folder)
    with open(key := os.path.join(folder, "secret"), "w", encoding="ascii") as file:
        file.write(SECRET)
    os.chmod(key, 0o600)
    options = ("--token-key-file", key, "--cors-origin", PAGE["Origin"])
    server = Server(binary, folder, *options, environment=disk.environment)
    try:
        server.start()
        asker = Asker(description, server)
        ask_without_permission(asker)
        ask_management(asker)
        ask_as_publisher(asker)
        told = check_cases(asker)
        ask_full(asker, server)
        ask_failing(asker, disk)
        return asker, told
    except Failure as failure:
        raise Failure(f"with access rules: {failure}; the log ends: {server.tail()[-500:]}") from None
    finally:
        server.close()
