"""Alarms, right and wrong, as JSON texts: for each the schema of the interface and the server must agree."""
import json

NAME = "x" * 256
LANGUAGE = "a" + "-abcdefgh" * 11


def alarm(**fields):
    """An alarm that is right but for what is given; `None` leaves a field out."""
    return json.dumps({name: value for name, value in {"user": "t", "data": 1, **fields}.items() if value is not ...})


# Whichever is right the server tells: here it is only said what must agree.
CASES = [
    *[alarm(data=data) for data in (None, True, "", "two\nlines", -0.5, [], {}, {"a": [None]}, "\u0000", "😀")],
    alarm(data=...), alarm(user=...), "{}", "null", '"text"', "1", "true",
    *[alarm(user=name) for name in (NAME, NAME + "x", "", "예" * 85, " ", "a/b", "a\nb", "a\n", "\u0000", "\u007f",
                                    "\u0080", "\u009f", "\u00a0", "😀", 7, None, ["t"], {})],
    *[alarm(user=..., topic=name) for name in ("news", "", "a\tb", None)],
    *[alarm(user=..., users=names) for names in (["a"], ["a", "a"], [], [""], ["a", 7], "a", [NAME + "x"], None, {})],
    *[alarm(user=..., topics=names) for names in (["a", "b"], [], [None], ["a\rb"])],
    *[alarm(user=..., everyone=value) for value in (True, False, 1, "true", None)],
    alarm(topic="a"), alarm(users=["a"]), alarm(everyone=True), alarm(everyone=False), alarm(topics=[]),
    *[alarm(event=name) for name in ("alarm", "message", "a b", "예약", "x" * 1000, "", "a\nb", "a\n", "a\rb", "\u0000",
                                     "position", "reset", "replaced", "withdrawn", "open", "error", "Open", "opened",
                                     1, None)],
    *[alarm(translations=value) for value in ({}, {"ko": 1}, {"ko": None, "en-US": "a"}, [], "ko", None, {"": 1},
                                              {"a b": 1}, {"ko_KR": 1}, {"zh-Hant-TW": 1}, {"a1": 1}, {"abcdefghi": 1},
                                              {"en-abcdefghi": 1}, {"en-": 1}, {"-en": 1}, {"x-1": 1}, {"ko\n": 1},
                                              {LANGUAGE: 1}, {LANGUAGE + "-a": 1}, {"ко": 1})],
    *[alarm(data=..., translations=value) for value in ({}, {"ko": 1}, None)],
    *[alarm(retry=value) for value in (500, 3600000, 499, 3600001, 0, -500, 500.5, "500", None, True, 10 ** 30)],
    *[alarm(ttl=value) for value in (1, 31536000, 0, 31536001, -1, 1.5, "60", None, [60])],
    *[alarm(key=value) for value in ("k", NAME, "", NAME + "x", 1, None, "a\u0085")],
    alarm(id="1-1"), alarm(User="t"), alarm(**{"": 1}),
    "[]", "[1]", "[[]]", f"[{alarm()}]", f"[{alarm()},{alarm(user='')}]",
    "[" + ",".join([alarm()] * 1000) + "]", "[" + ",".join([alarm()] * 1001) + "]",
]

NAMES = [f"u{number}" for number in range(10_001)]

# What a schema cannot say, and the type of the problem: the schema takes it and the server does not.
BEYOND = [
    (alarm(user="예" * 86), "bad-name"),
    (alarm(key="😀" * 65), "bad-name"),
    (alarm(user=..., users=NAMES), "too-many-names"),
    (f"[{alarm(user=..., users=NAMES[:-1])},{alarm()}]", "too-many-names"),
    (alarm(data="x" * 1_048_576), "body-too-large"),
    ('{"user":"t","data":1,"retry":500.0}', "wrong-type"),
    ('{"user":"t","data":1,"ttl":6e1}', "wrong-type"),
    ('{"user":"t","user":"t","data":1}', "duplicate-field"),
    ('{"user":"t","translations":{"ko":1,"KO":2}}', "duplicate-field"),
    (f'{{"user":"t","data":{"[" * 64}{"]" * 64}}}', "too-deep"),
    ('{"user":"t","data":"\\ud800"}', "malformed-json"),
]
