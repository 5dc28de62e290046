"""Makes up HTTP/2 frames, and breaks them; reads what comes back. Standard library only."""
import struct

from fuzz_requests import PARAMETERS, TARGETS, body, mutated
from harness import Failure

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY = 1, 4, 8, 32
ODD_FIELDS = [
    ("connection", "close"), ("te", "gzip"), ("te", "trailers"), ("Upper", "a"), (":path", "/"),
    ("host", "evil.example"),
    ("content-length", "5"), ("content-length", "-1"), ("transfer-encoding", "chunked"),
    ("x", "a\r\nb: c"), ("x", "\0"),
    ("", "a"), ("cookie", "a=b"), ("x", "a" * 20_000), (":status", "200"), ("expect", "100-continue"), ("a b", "c"),
    ("origin", "null"), ("last-event-id", "1-1"), ("last-event-id", "replaced"), ("accept-encoding", "gzip"),
]


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def conversation(random):
    """What one connection sends, in frames, most of them right."""
    sent, stream = [frame(SETTINGS, 0, 0, b"")], 1
    for _ in range(random.choice((1, 2, 3, 8, 20))):
        if random.random() < 0.93:
            sent += request(random, stream)
            stream += 2
        else:
            sent.append(control(random, stream))
    if random.random() < 0.1:
        random.shuffle(sent)
    joined = b"".join(sent)
    if random.random() < 0.3:
        joined = mutated(random, joined)
    return (PREFACE if random.random() < 0.97 else mutated(random, PREFACE)) + joined[:200_000]


def request(random, stream):
    if random.random() < 0.5:
        method, target, content = "POST", "/alarms", body(random)
    else:
        method, target = random.choice(("GET",) * 8 + ("HEAD", "DELETE", "OPTIONS")), random.choice(TARGETS)
        content = None
    if random.random() < 0.2:
        target += ("&" if "?" in target else "?") + random.choice(PARAMETERS)
    fields = [(":method", method), (":scheme", "https"), (":path", target), (":authority", "localhost")]
    if content:
        fields.append(("content-type", content[1]))
    if random.random() < 0.2:
        fields.insert(random.randrange(len(fields) + 1), random.choice(ODD_FIELDS))
    if random.random() < 0.05:
        del fields[random.randrange(len(fields))]
    frames = head(random, stream, b"".join(field(*pair) for pair in fields), 0 if content else END_STREAM)
    return frames + data(random, stream, content[0]) if content else frames


def field(name, value):
    """A literal without indexing (RFC 7541 6.2.2)."""
    return b"\0" + text(name.encode("latin-1", "replace")) + text(value.encode())


def text(value):
    if len(value) < 127:
        return bytes([len(value)]) + value
    rest, length = len(value) - 127, b"\x7f"
    while rest >= 128:
        length, rest = length + bytes([rest % 128 + 128]), rest // 128
    return length + bytes([rest]) + value


def head(random, stream, block, flags):
    if random.random() < 0.1:
        flags, block = flags | WITH_PRIORITY, struct.pack(">IB", random.choice((0, stream, 3)), 15) + block
    cut = random.randrange(len(block) + 1) if random.random() < 0.15 or len(block) > 16_384 else len(block)
    cut = min(cut, 16_384)
    frames = [frame(HEADERS, flags | (END_HEADERS if cut == len(block) else 0), stream, block[:cut])]
    while cut < len(block):
        piece = block[cut:cut + 16_384]
        cut += len(piece)
        frames.append(frame(CONTINUATION, END_HEADERS if cut == len(block) else 0, stream, piece))
    return frames


def data(random, stream, content):
    frames = []
    while content:
        size = random.choice((1000, 16_384))
        piece, content = content[:size], content[size:]
        if random.random() < 0.1:
            pad = random.randrange(10)
            frames.append(frame(DATA, PADDED, stream, bytes([pad]) + piece + bytes(pad)))
        else:
            frames.append(frame(DATA, 0, stream, piece))
    return [*frames, frame(DATA, END_STREAM, stream, b"")]


def control(random, last):
    stream = random.choice((0, 1, last, last + 2, 2, 0x7FFFFFFF))
    number = random.choice((0, 1, 65_535, 0x7FFFFFFF, 0xFFFFFFFF))
    match random.randrange(9):
        case 0:
            return frame(PING, random.choice((0, 1)), random.choice((0, 0, stream)), bytes(random.choice((8, 8, 7))))
        case 1:
            settings = [struct.pack(">HI", random.randrange(1, 9), number) for _ in range(random.randrange(4))]
            return frame(SETTINGS, 0, 0, b"".join(settings))
        case 2 | 3:
            return frame(WINDOW, 0, stream, struct.pack(">I", number))
        case 4 | 5:
            return frame(RESET, 0, stream, struct.pack(">I", random.randrange(20)))
        case 6:
            return frame(PRIORITY, 0, stream, struct.pack(">IB", number, 1))
        case 7:
            return frame(random.choice((GOAWAY, PUSH, 10, 255)), random.randrange(256), stream, bytes(8))
        case _:
            return frame(random.randrange(10), random.randrange(256), stream, random.randbytes(random.randrange(40)))


LENGTHS = {PRIORITY: 5, RESET: 4, PING: 8, WINDOW: 4}


def check_frames(sent, answer, is_closed):
    """What came, as words; fails where a frame is not as RFC 9113 6 has it, or an answer is 500."""
    seen, ended, first = [], set(), True
    # A client may allow longer frames with its settings, of which this is the one.
    longest = (1 << 24) - 1 if struct.pack(">H", 5) in sent else 16_384
    while len(answer) >= 9:
        length = int.from_bytes(answer[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", answer[3:9])
        if kind > CONTINUATION or kind == PUSH or length > longest or stream >> 31:
            raise Failure(f"this is no frame of a server: {answer[:20]!r}")
        if len(answer) < 9 + length:
            break
        payload, answer = answer[9:9 + length], answer[9 + length:]
        if first and kind != SETTINGS:
            raise Failure(f"a server begins with its settings, not {kind}")
        first = False
        if kind in LENGTHS and length != LENGTHS[kind] or kind == SETTINGS and length % 6:
            raise Failure(f"a frame of kind {kind} has {length} bytes")
        if (stream == 0) != (kind in (SETTINGS, PING, GOAWAY)) and kind != WINDOW:
            raise Failure(f"a frame of kind {kind} is of stream {stream}")
        if kind in (DATA, HEADERS) and (stream in ended or stream % 2 == 0):
            raise Failure(f"a frame of kind {kind} comes on stream {stream}, which has ended or is no client's")
        if kind in (DATA, HEADERS) and flags & END_STREAM or kind == RESET:
            ended.add(stream)
        if kind == HEADERS and payload[:1] == b"\x8e":
            raise Failure(f"stream {stream} is answered 500")
        seen.append({HEADERS: "answer" if payload[:1] != b"\x88" else "200", RESET: "reset", GOAWAY: "goaway",
                     PING: "ping"}.get(kind))
    if is_closed and answer and len(answer) < 9:
        raise Failure(f"the connection was closed within a frame: {answer!r}")
    return [what for what in seen if what]
