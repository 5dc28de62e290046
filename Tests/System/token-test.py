#!/usr/bin/env python3
"""`tocsin token` beside openssl, which makes the keys, and PyJWT, which reads its tokens and makes others."""
import base64
import json
import os
import subprocess
import sys
import time

import jwt

from harness import Failure, Server, run_parts, run_test, wait_until

SECRET = "a secret of more than thirty-two bytes"
# How openssl makes each kind of private key, and by what algorithm it signs.
KINDS = {
    "RS256": ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ES256": ["ecparam", "-name", "prime256v1", "-genkey"],
    "EdDSA": ["genpkey", "-algorithm", "ED25519"],
}


def require(condition, what):
    if not condition:
        raise Failure(what)


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def run(binary, *arguments, given=None, environment=None, status=0):
    """What `tocsin token` prints to each output; with the status that is expected."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    result = subprocess.run(
        [binary, "token", *arguments], input=given, capture_output=True, text=True, timeout=30,
        env={**clean, **(environment or {})})
    require(result.returncode == status, f"{arguments} ended with {result.returncode}: {result.stdout}{result.stderr}")
    require(SECRET not in result.stdout + result.stderr, f"{arguments} tells the secret")
    return result.stdout, result.stderr


def mint(binary, *arguments, **options):
    out, err = run(binary, *arguments, **options)
    require(out.count("\n") == 1 and out.endswith("\n") and not err, f"not one token on a line: {out!r} {err!r}")
    return out[:-1]


def explain(binary, token, *arguments, **options):
    """The lines, the last of which is the verdict."""
    out, err = run(binary, "--explain", token, *arguments, **options)
    require(not err, f"the explanation goes to standard error: {err!r}")
    return out.splitlines()


def keys(folder):
    """Of each algorithm: the private file, the public one, and the key as PyJWT verifies with it."""
    secret = os.path.join(folder, "secret")
    with open(secret, "w", encoding="ascii") as file:
        file.write(SECRET + "\n")
    made = {"HS256": (secret, secret, SECRET)}
    for name, arguments in KINDS.items():
        private, public = (os.path.join(folder, f"{name}.{kind}") for kind in ("private", "public"))
        openssl(*arguments, "-out", private)
        openssl("pkey", "-in", private, "-pubout", "-out", public)
        with open(public, encoding="ascii") as file:
            made[name] = private, public, file.read()
    return made


def pyjwt_reads_what_it_prints(binary, folder):
    for name, (private, public, key) in keys(folder).items():
        token = mint(
            binary, "--user", "김/tiaz", "--publish", "topic:orders/*", "--publish", "everyone", "--subscribe", "*",
            "--admin", "--expires", "90s", "--id", "seven", "--issuer", "shop", "--audience", "tocsin",
            "--key-id", "k", "--token-key-file", private)
        claims = jwt.decode(token, key, [name], audience="tocsin", issuer="shop", options={
            "require": ["exp", "iat", "sub", "jti"]})
        require(abs(claims.pop("iat") - time.time()) < 10 and abs(claims.pop("exp") - 90 - time.time()) < 10,
                f"the times of {name} are wrong")
        require(claims == {
            "sub": "김/tiaz", "jti": "seven", "iss": "shop", "aud": "tocsin",
            "tocsin": {"publish": ["topic:orders/*", "everyone"], "subscribe": ["*"], "admin": True}},
            f"{name} says {claims}")
        require(jwt.get_unverified_header(token) == {"alg": name, "typ": "JWT", "kid": "k"}, f"the header of {name}")
        short = jwt.decode(mint(binary, "--user", "a", "--token-key-file", private), key, [name])
        require(set(short) == {"sub", "iat", "exp", "jti"} and short["exp"] - short["iat"] == 3600,
                f"a short token of {name} says {short}")
        require(explain(binary, token, "--token-key-file", public)[-1].startswith("good: "), f"{name} is not good")
    return "HS256, RS256, ES256, EdDSA"


def it_takes_what_pyjwt_makes(binary, folder):
    made = keys(folder)
    claims = {"sub": "tiaz", "exp": int(time.time()) + 60, "aud": ["x", "tocsin"], "tocsin": {"publish": ["user:seo"]}}
    for name, (private, public, _) in made.items():
        with open(private, encoding="ascii") as file:
            # Without the parameters that openssl writes before a key of a curve.
            key = file.read().rstrip("\n").split("-----END EC PARAMETERS-----\n")[-1]
        token = jwt.encode(claims, key, name, {"kid": "any"})
        lines = explain(binary, token, "--token-key-file", public, "--token-audience", "tocsin")
        require("user: tiaz" in lines and "may publish to: user:seo" in lines and lines[-1].startswith("good: "),
                f"{name} of PyJWT is {lines}")
        for other in made:
            if other != name:
                lines = explain(binary, token, "--token-key-file", made[other][1], status=1)
                require(lines[-1].startswith(f'not good: the token\'s algorithm "{name}"'), f"{other} takes {name}")
    # A set of public keys; the token names its own.
    algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
    numbers = json.loads(algorithm.to_jwk(algorithm.prepare_key(made["ES256"][2])))
    path = os.path.join(folder, "jwks.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"keys": [{**numbers, "kid": "one"}]}, file)
    token = mint(binary, "--user", "a", "--key-id", "one", "--token-key-file", made["ES256"][0])
    require(explain(binary, token, "--jwks", path)[-1].startswith("good: "), "a key of a set is not found")
    token = mint(binary, "--user", "a", "--key-id", "two", "--token-key-file", made["ES256"][0])
    require(explain(binary, token, "--jwks", path, status=1)[-1].startswith('not good: the server has no key with'),
            "another key id is taken")


def a_server_and_the_explanation_agree(binary, folder):
    for name, (private, public, _) in keys(folder).items():
        server = Server(binary, folder, "--token-key-file", public)
        try:
            server.start()
            good = mint(binary, "--user", "tiaz", "--token-key-file", private)
            short = mint(binary, "--user", "tiaz", "--expires", "1", "--token-key-file", private)
            stranger = mint(binary, "--user", "tiaz", environment={"TOCSIN_TOKEN_KEY": SECRET + "!"})
            end = jwt.decode(short, options={"verify_signature": False})["exp"]
            wait_until("a second is over", lambda: time.time() >= end)
            for token, isgood in ((good, True), (short, False), (stranger, False)):
                lines = explain(binary, token, "--token-key-file", public, status=0 if isgood else 1)
                fields = {"Authorization": f"Bearer {token}"}
                status = server.request("GET", "/users/tiaz/alarms", headers=fields)[0]
                require((status == 200) == isgood, f"{name}: the server answers {status} where {lines[-1]}")
        finally:
            server.close()


def wrong_keys_are_told(binary, folder):
    made = keys(folder)
    path = lambda name: os.path.join(folder, name)
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", path("small"))
    openssl("ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", path("p384"))
    openssl("genpkey", "-algorithm", "ED25519", "-aes256", "-pass", "pass:x", "-out", path("locked"))
    openssl("genrsa", "-traditional", "-aes256", "-passout", "pass:x", "-out", path("locked-rsa"), "2048")
    for name, content in (("short", b"short\n"), ("empty", b""), ("huge", b"x" * (1 << 21))):
        with open(path(name), "wb") as file:
            file.write(content)
    unknown = "this is no private key of RSA (2048 bits or more), P-256 or Ed25519"
    cases = {
        "small": unknown, "p384": unknown, "locked": "this private key has a passphrase; write one without, with "
        "'openssl pkey -in FILE -out NEW'", "short": "a secret has at least 32 bytes, this one has 5; make one with "
        "'openssl rand -base64 32'", "empty": "a secret has at least 32 bytes, this one has 0; make one with "
        "'openssl rand -base64 32'",
        "ES256.public": "this is a public key, which cannot sign; give the private key that it belongs to",
    }
    cases["locked-rsa"], cases["RS256.public"] = cases["locked"], cases["ES256.public"]
    for name, said in cases.items():
        out, err = run(binary, "--user", "a", "--token-key-file", path(name), status=1)
        require((out, err) == ("", f"tocsin: {path(name)}: {said}\n"), f"{name}: {out!r} {err!r}")
    for name, said in (("none", "cannot be read: no such file or directory"), ("", "cannot be read: is a directory"),
                       ("huge", "has more than 1048576 bytes, so it is another kind of file")):
        err = run(binary, "--user", "a", "--token-key-file", path(name), status=1)[1]
        require(err == f"tocsin: the key file {path(name)} {said}; give another with --token-key-file\n", err)
    both = {"TOCSIN_TOKEN_KEY": SECRET, "TOCSIN_TOKEN_KEY_FILE": made["HS256"][0]}
    require("are both set; leave out TOCSIN_TOKEN_KEY, " in run(
        binary, "--user", "a", environment=both, status=1)[1], "two variables are taken")
    mint(binary, "--user", "a", "--token-key-file", made["EdDSA"][0], environment=both)
    err = run(binary, "--user", "a", environment={"TOCSIN_TOKEN_KEY": made["ES256"][2]}, status=1)[1]
    require(err == "tocsin: TOCSIN_TOKEN_KEY: this is a key in PEM and no secret; give the file that it is in\n", err)
    server = Server(binary, folder, "--token-key-file", made["ES256"][0])
    try:
        server.start()
        raise AssertionError("a server takes a private key")
    except Failure:
        require(f'{made["ES256"][0]}: this is a private key, which only who makes tokens needs' in server.tail(),
                server.tail())
    finally:
        server.close()
    # A pipe is read once.
    with open(made["HS256"][0], "rb") as file:
        token = mint(binary, "--user", "a", "--token-key-file", "/dev/stdin", given=file.read().decode())
    require(explain(binary, token, "--token-key-file", "/dev/stdin", given=made["HS256"][2])[-1].startswith("good: "),
            "a key from a pipe does not verify")


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def what_is_wrong_is_explained(binary, folder):
    key = {"TOCSIN_TOKEN_KEY": SECRET}
    now = int(time.time())
    claims = {"sub": "a", "exp": now - 3600, "nbf": now + 3600, "tocsin": {"publish": ["everybody"]}}
    token = jwt.encode(claims, SECRET)
    lines = explain(binary, token, "--token-issuer", "shop", environment=key, status=1)
    wrong = [line.split(": ", 1)[1] for line in lines if line.startswith("wrong: ")]
    require([text.split(" at ")[0].split(" before ")[0] for text in wrong] == [
        "the token expired", "the token is not valid", "the token has no issuer (iss), which this server asks for",
        'the permission "everybody" is none; write user:ID, topic:NAME, topic:NAME/*, everyone, or *'], f"{wrong}")
    verdict = lines[-1]
    require(verdict.startswith("not good: the token expired at ") and verdict.endswith("; make a new one"), verdict)
    none = f'{encoded({"alg": "none"})}.{encoded({"sub": "a"})}.'
    for environment in (key, {}):
        lines = explain(binary, none, environment=environment, status=1)
        require('wrong: the token is not signed (alg "none"), which no server takes' in lines
                and "expires at: never" in lines, f"alg none: {lines}")
    # A number beyond the range of integers, and what a terminal would obey.
    hostile = ".".join([
        encoded(b'{"alg":"HS256","x":1e300}'),
        encoded({"sub": "\x1b]0;x\x07", "jti": "\ngood: yes", "iss": "\x9b"}), ""])
    out = run(binary, "--explain", "-", given=hostile + "\n", environment=key, status=1)[0]
    require(all(ord(c) >= 32 and not 0x7f <= ord(c) <= 0x9f for c in out.replace("\n", "")), f"{out!r}")
    require("\ngood" not in out and "user: \\u{1B}]0;x\\u{7}\n" in out, f"{out!r}")
    odd = jwt.encode({"sub": "a", "exp": now + 60, "tocsin": {"publsh": ["*"]}, "publish": ["*"]}, SECRET)
    lines = explain(binary, odd, environment=key)
    require(lines[-4:-1] == [
        'note: publish says nothing where it is; it belongs into "tocsin": {"publish": …}',
        "note: tocsin.publsh is not known and says nothing, perhaps publish is meant",
        "note: it has no iat: once its user is revoked, no token like it is taken"], f"notes: {lines}")
    fine = jwt.encode({"sub": "a", "exp": now + 60}, SECRET)
    lines = explain(binary, fine, status=1)
    require("signature: not checked" in lines and lines[-1].startswith("not known: "), f"without a key: {lines}")
    for text, said in (("a.b", "this is no JSON Web Token"), ("", "this is no JSON Web Token"),
                       ("tocsin_" + "0" * 40, "this is an API key and no token; the server's list")):
        out, err = run(binary, "--explain", text, environment=key, status=1)
        require(not out and err.startswith("tocsin: " + said) and err.count("\n") == 1, f"{text!r}: {out!r} {err!r}")


def secrets_that_anyone_can_read_are_warned_of(binary, folder):
    made, before = keys(folder), 0
    for name, mode, warned in (("HS256", 0o644, True), ("HS256", 0o640, False), ("HS256", 0o600, False),
                               ("ES256", 0o644, False)):
        public = made[name][1]
        os.chmod(public, mode)
        server = Server(binary, folder, "--token-key-file", public)
        try:
            server.start()
            with open(server.log, encoding="utf-8") as file:
                told = file.read().count("can be read by every user of this machine") - before
            before += told
            require(told == warned, f"a file of {name} with mode {mode:o} is told {told} times")
        finally:
            server.close()


PARTS = [pyjwt_reads_what_it_prints, it_takes_what_pyjwt_makes, a_server_and_the_explanation_agree,
         wrong_keys_are_told, what_is_wrong_is_explained, secrets_that_anyone_can_read_are_warned_of]


if __name__ == "__main__":
    sys.exit(run_test("token-test", lambda options, folder: run_parts(
        PARTS, os.path.abspath(options.binary), folder)))
