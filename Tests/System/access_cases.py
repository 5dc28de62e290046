"""Revocations and API keys, right and wrong, as JSON texts: on each the schemas and the server must agree."""
import json

from alarm_cases import NAME

NAMES = ["예" * 85, NAME, NAME + "x", "", " ", "a/b", "a\nb", "\u0000", "\u007f", "\u00a0", "😀", 7, None, ["t"], {}]
PERMISSIONS = [
    "*", "everyone", "user:t", "user:a/*", "user:*:", "user:a:b", f"user:{NAME}", "topic:t", "topic:a/*", "topic:/*",
    "topic:a/*/b", "topic:a*", "topic:**", f"topic:{NAME}", f"topic:{NAME[1:]}/*",
    "", " ", "**", "Everyone", "everyone ", "user", "user:", "user:*", f"user:{NAME}x", f"user:{NAME[1:]}/*", "topic:",
    "topic:*", f"topic:{NAME}x", f"topic:{NAME}/*", "topic:a\nb", "User:t", "users:t", "publish", 7, None, ["*"], {},
]
LAST_SECOND = 253402300799


def revocation(**fields):
    return json.dumps(fields)


class Keys:
    """Texts of API keys, each with another name."""

    def __init__(self):
        self.count = 0

    def key(self, **fields):
        self.count += 1
        return json.dumps({name: value for name, value in {
            "name": f"key {self.count}", "publish": ["*"], **fields}.items() if value is not ...})


key = Keys().key

REVOCATIONS = [
    *[revocation(sub=name) for name in NAMES], *[revocation(jti=name) for name in NAMES],
    *[revocation(sub="a", until=until)
      for until in (LAST_SECOND, -1, LAST_SECOND + 1, 10 ** 30, 1.5, "1", None, True)],
    revocation(), revocation(until=1), revocation(sub="a", jti="b"), revocation(sub="a", exp=1), revocation(Sub="a"),
    "null", "[]", "1", f"[{revocation(sub='a')}]",
]
API_KEYS = [
    *[key(name=name) for name in NAMES], *[key(publish=[permission]) for permission in PERMISSIONS],
    *[key(publish=value) for value in (["*", "*"], ["everyone", "topic:a"], [], "*", None, {}, ["*", 1])],
    key(publish=["*"] * 1000), key(publish=["*"] * 1001),
    key(name=...), key(publish=...), key(name=..., publish=...), key(subscribe=["*"]), key(admin=True), "null", "[]",
]

# What a schema cannot say, and the type of the problem: the schema takes it and the server does not.
BEYOND = {
    "/revocations": [
        (revocation(sub="예" * 86), "bad-name"), ('{"sub":"a","sub":"a"}', "duplicate-field"),
        ('{"jti":"a","until":1e3}', "wrong-type"), ('{"jti":"a","until":1,"until":1}', "duplicate-field"),
        ('{"sub":"\\ud800"}', "malformed-json"), (revocation(sub="a", until=0), "out-of-range"),
        (revocation(jti="a", until=1), "out-of-range"),
    ],
    "/keys": [
        (key(name="예" * 86), "bad-name"), (key(publish=["user:" + "예" * 86]), "bad-permission"),
        ('{"name":"a","name":"a","publish":["*"]}', "duplicate-field"),
        ('{"name":"a","publish":["*"],"publish":["*"]}', "duplicate-field"),
    ],
}
