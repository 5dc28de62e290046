"""Makes up HTTP/1.1 requests, and breaks them. Standard library only."""
import json

METHODS = ("POST", "DELETE", "OPTIONS", "PUT", "get", "PATCH", "TRACE", "HEAD")
TARGETS = [
    "/alarms", "/alarms/1-1", "/alarms/0-0", "/alarms/18446744073709551615-18446744073709551615",
    "/users/u/alarms", "/topics/t/alarms", "/users/%EC%98%88/alarms", "/connection/u", "/events?topic=t", "/events",
    "/health", "/ready", "/metrics", "/openapi.yaml", "/tocsin.js", "/", "*", "http://localhost/health", "/nowhere",
]
PARAMETERS = [
    "topic=t", "topic=a&topic=b", "lang=ko,en;q=0.5", "client=c", "after=1-1", "limit=1", "limit=1000", "limit=0",
    "order=newest", "last_event_id=earliest", "last_event_id=1-1", "lastEventId=replaced", "lang=*", "access_token=x",
    "a=%zz", "%00=%00", "topic=%ff", "topic=+", "topic=", "=&&=", "limit=-1", "limit=99999999999999999999",
]
HEADERS = [
    "Accept: text/event-stream", "Accept-Language: ko, en;q=0.9, *;q=0", "Last-Event-ID: 1-1",
    "Last-Event-ID: replaced",
    "Last-Event-ID: earliest", "Last-Event-ID: \u00e9", "Origin: http://localhost:1", "Expect: 100-continue",
    "Connection: close", "Connection: keep-alive, Upgrade", "Upgrade: websocket", "Upgrade: h2c", "Cookie: a=b",
    "If-None-Match: *", "Idempotency-Key: k", "Access-Control-Request-Method: POST", "Content-Encoding: gzip", "X:",
    "TE: trailers", "Accept-Encoding: gzip", "Authorization: Bearer x",
]
BAD_HEADERS = [
    "Origin: null", "Origin: https://evil.example", "Sec-Fetch-Site: cross-site", "Host: localhost",
    "Host: evil.example", "Content-Length: 0", "Content-Length: -1", "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    ": x", "A B: c", "Content-Type: text/plain",
]
TOKENS = [
    b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b"%", b"%00", b"?", b"&", b"=", b"/", b"//", b"..",
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"HTTP/1.0", b"HTTP/1.1", b"HTTP/9.9", b"GET ", b"HEAD ", b"0\r\n\r\n", b"-1",
    b"ffffffffffffffff\r\n", b"10\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"{", b"]",
    b'"', b"\\u", b"\\ud800", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"9" * 30, b"a" * 3000,
]
TEXTS = ["", "a", "예약", "🚨", "a\nb", "\r\n", "\u0000", "id: 1", "x" * 300, "\u2028", "e\u0301"]


def conversation(random):
    """What one connection sends: some requests, most of them whole."""
    sent = b"".join(request(random) for _ in range(random.choice((1, 1, 1, 2, 3, 6))))
    if random.random() < 0.5:
        sent = mutated(random, sent)
    return sent[:200_000]


def request(random):
    if random.random() < 0.45:
        method, target = "POST", "/alarms"
    else:
        method, target = random.choice(("GET",) * 12 + METHODS), random.choice(TARGETS)
    if random.random() < 0.4:
        chosen = "&".join(random.choice(PARAMETERS) for _ in range(random.randrange(1, 4)))
        target += ("&" if "?" in target else "?") + chosen
    if random.random() < 0.01:
        target += "&topic=t" * random.choice((99, 101, 3000))
    lines = [f"{method} {target} HTTP/{random.choice(('1.1',) * 9 + ('1.0',))}", "Host: localhost"]
    lines += random.sample(HEADERS, random.choice((0, 0, 0, 0, 1, 1, 2, 5)))
    if random.random() < 0.08:
        lines.append(random.choice(BAD_HEADERS))
    if method != "POST" and random.random() < 0.9:
        return head(lines)
    content, kind = body(random)
    if random.random() < 0.1:
        kind = random.choice(("application/json", "application/x-ndjson", "text/plain", "application/json;charset=x"))
    return with_body(random, [*lines, f"Content-Type: {kind}"], content)


def head(lines):
    return "\r\n".join([*lines, "", ""]).encode()


def with_body(random, lines, content):
    if random.random() < 0.6:
        length = len(content) + (random.choice((-1, 1, 100)) if random.random() < 0.05 else 0)
        return head([*lines, f"Content-Length: {length}"]) + content
    sent = head([*lines, "Transfer-Encoding: chunked"])
    while content:
        size = random.choice((1, 7, 100, 5000))
        extension = random.choice((b"", b"", b"", b";a=b", b';a="\r"'))
        piece, content = content[:size], content[size:]
        sent += b"%x%s\r\n%s\r\n" % (len(piece), extension, piece)
    return sent + b"0\r\n" + random.choice((b"", b"", b"Trailer: x\r\n")) + b"\r\n"


def body(random):
    """And the type of its content."""
    lines, plain = "application/x-ndjson", "application/json"
    match random.choice((0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5)):
        case 0:
            return dumps(random, alarm(random)), plain
        case 1:
            return dumps(random, [alarm(random) for _ in range(random.choice((0, 1, 2, 20)))]), plain
        case 2:
            return b"\n".join(dumps(random, alarm(random)) for _ in range(random.choice((0, 1, 3)))), lines
        case 3:
            return dumps(random, {"user": "u", "data": "x" * random.choice((65_000, 66_000, 150_000))}), plain
        case 4:
            return b"[" * random.choice((10, 64, 65, 5000)), plain
        case _:
            return random.randbytes(random.randrange(40)), plain


def alarm(random):
    """Most of them are right."""
    address = random.choice(("user", "users", "topic", "topics", "everyone"))
    name = random.choice(("u", "t", "예약", "a b"))
    fields = {address: True if address == "everyone" else [name, "b"] if address.endswith("s") else name}
    fields["data"] = value(random)
    if random.random() < 0.3:
        fields["translations"] = {random.choice(("ko", "en", "x-y", "e", "")): value(random) for _ in range(2)}
    for field, values in (("event", ("alarm", "x y", "position", "")), ("retry", (500, 1, 1.5, "1")),
                          ("ttl", (1, 60, 0, -1, 10 ** 30)), ("key", ("k", "", "x" * 257)), ("more", (1,))):
        if random.random() < 0.05:
            fields[field] = random.choice(values)
    return fields


def value(random, depth=0):
    if depth > 3 or random.random() < 0.6:
        return random.choice((None, True, 0, -1.5, 1e300, *TEXTS))
    if random.random() < 0.5:
        return [value(random, depth + 1) for _ in range(random.randrange(4))]
    return {random.choice(TEXTS): value(random, depth + 1) for _ in range(random.randrange(4))}


def dumps(random, content):
    return json.dumps(content, ensure_ascii=random.random() < 0.5, indent=random.choice((None, None, 1))).encode()


def mutated(random, sent):
    sent = bytearray(sent)
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        # The beginning is where most is decided.
        place = random.randrange(len(sent) + 1) if random.random() < 0.5 else random.randrange(min(len(sent), 120) + 1)
        end = min(len(sent), place + random.choice((1, 1, 2, 10, 60)))
        match random.randrange(7):
            case 0 | 1:
                sent[place:place] = random.choice(TOKENS)
            case 2:
                sent[place:end] = b""
            case 3:
                sent[place:place] = sent[place:end]
            case 4 if place < len(sent):
                sent[place] ^= 1 << random.randrange(8)
            case 5:
                sent[place:end] = random.randbytes(end - place)
            case _ if random.random() < 0.1:
                del sent[place:]
    return bytes(sent)
