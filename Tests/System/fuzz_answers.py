"""Reads what a server answered as strictly as RFC 9112 allows. Standard library only."""
import json
import re

from harness import ChunkDecoder, EventParser, Failure

STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3}) [\t -~]*")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")


def check_answers(sent, answer, is_closed, statuses):
    """The statuses of all answers; the last one need not be complete unless the connection is closed."""
    seen = []
    while answer:
        head, found, rest = answer.partition(b"\r\n\r\n")
        if not found:
            if is_closed:
                raise Failure(f"the connection was closed within a head: {head[:200]!r}")
            break
        status, fields = read_head(head)
        if status not in statuses | {100}:
            raise Failure(f"{status} is no status of this interface")
        seen.append(status)
        if status == 100:
            answer = rest
            continue
        if b"HEAD" in sent:
            # Which answer is to which request cannot be told, so not which has a body either.
            break
        is_whole, body, answer = read_body(status, fields, rest)
        if not is_whole:
            if is_closed and body is None:
                raise Failure(f"the connection was closed within the body of a {status}")
            break
        check_body(status, fields, body)
        if fields.get("connection") == "close":
            if answer:
                raise Failure(f"after Connection: close there comes {answer[:200]!r}")
    return seen


def read_head(head):
    first, *lines = head.split(b"\r\n")
    match = STATUS_LINE.fullmatch(first)
    if not match:
        raise Failure(f"this is no status line: {first[:200]!r}")
    fields = {}
    for line in lines:
        field = FIELD.fullmatch(line)
        if not field:
            raise Failure(f"this is no field: {line[:200]!r}")
        name = field[1].decode().lower()
        if name in fields and name in ("content-length", "content-type", "transfer-encoding", "connection", "date"):
            raise Failure(f"the field {name} is there twice")
        fields[name] = field[2].decode("latin-1")
    if int(match[1]) != 100 and ("date" not in fields or fields.get("x-content-type-options") != "nosniff"):
        raise Failure(f"fields are missing: {fields}")
    return int(match[1]), fields


def read_body(status, fields, rest):
    """Whether it is whole, the body, and what follows it; no body where it must be, and is not whole."""
    if status in (204, 304):
        if "content-length" in fields or "transfer-encoding" in fields:
            raise Failure(f"a {status} has a body: {fields}")
        return True, b"", rest
    if "content-length" in fields:
        length = int(fields["content-length"])
        return (True, rest[:length], rest[length:]) if len(rest) >= length else (False, None, b"")
    is_stream = fields.get("content-type") == "text/event-stream"
    if fields.get("transfer-encoding") == "chunked":
        chunks = ChunkDecoder()
        body = chunks.feed(rest)
        if is_stream:
            check_events(body)
        if chunks.ended:
            return True, body, chunks.pending.removeprefix(b"\r\n")
        return False, b"" if is_stream else None, b""
    if is_stream and fields.get("connection") == "close":
        check_events(rest)
        return False, rest, b""
    raise Failure(f"a {status} has a body without an end: {fields}")


def check_events(body):
    if not re.match(rb"(retry: \d+\n|$)", body):
        raise Failure(f"a stream begins with {body[:100]!r}")
    EventParser().feed(body)


def check_body(status, fields, body):
    kind = fields.get("content-type", "")
    if status >= 400:
        problem = json.loads(body)
        if kind != "application/problem+json" or problem["status"] != status or not problem["detail"]:
            raise Failure(f"a {status} says {kind}: {body[:300]!r}")
    elif kind == "application/json":
        json.loads(body)
