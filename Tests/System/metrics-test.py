#!/usr/bin/env python3
"""Watches a server as an operator would: promtool and Prometheus read its metrics, its log tells what was refused.

With Debian's prometheus; what is measured and when is for the tests in Swift.
"""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request

from harness import Failure, Server, Stream, run_test, wait_until

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EXAMPLE = os.path.join(ROOT, "Examples", "prometheus")
SECRETS = {"Authorization": "Bearer SECRET", "Cookie": "access_token=SECRET", "X-Request-ID": "the-one"}


def require(condition, what):
    if not condition:
        raise Failure(what)


def promtool(*arguments, text=""):
    result = subprocess.run(
        ["promtool", *arguments], input=text, capture_output=True, text=True, timeout=60, check=False)
    said = result.stdout + result.stderr
    require(result.returncode == 0, f"promtool {' '.join(arguments)} ended with {result.returncode}: {said}")
    return said


def scenario(server):
    """Something of everything: streams, publishes, requests that are refused."""
    streams = [Stream(server.port, f"/connection/ann?access_token=SECRET&topic={topic}") for topic in ("a", "b")]
    for number in range(3):
        require(server.publish({"user": "ann", "data": number})[0] == 201, "an alarm was not published")
    for stream in streams:
        seen = 0
        while seen < 3:
            seen += sum(name == "alarm" for _, name, _ in stream.read())
    for path in ("/users/ann/alarms?access_token=SECRET", "/events?access_token=SECRET", "/nowhere?SECRET"):
        answer = server.request("GET", path, headers=SECRETS)
        require(answer[1]["x-request-id"] == "the-one", f"{path} has another id: {answer}")
    require(server.request("GET", "/connection/ann", headers={"Host": "evil.example"})[0] == 421, "a foreigner got in")
    return streams


def check_metrics(server):
    status, fields, body = server.request("GET", "/metrics")
    media_type = "text/plain; version=0.0.4; charset=utf-8"
    require(status == 200 and fields["content-type"] == media_type, f"{status} {fields}")
    text = body.decode("utf-8")
    said = promtool("check", "metrics", text=text)
    require(not said.strip(), f"promtool check metrics says: {said}")
    require("ann" not in re.sub(r"(?m)^#.*$", "", text), "a user is named in the metrics")
    return set(re.findall(r"(?m)^# TYPE (\S+)", text))


def check_names(known):
    """What the rules and the README ask for is measured."""
    texts = [open(os.path.join(ROOT, path), encoding="utf-8").read()
             for path in ("README.md", "README.ko.md", "Examples/prometheus/alerts.yml")]
    asked = {re.sub(r"_(bucket|sum|count)$", "", name)
             for text in texts for name in re.findall(r"\b(?:tocsin|process)_[a-z_]+[a-z]\b", text)}
    # A cookie, which is no metric.
    asked -= {"tocsin_token"}
    require(not asked - known, f"asked for, and not measured: {sorted(asked - known)}")


@contextlib.contextmanager
def secured(binary, folder):
    """A server that shows its metrics to admins, and a file with a token of one."""
    key, token = (os.path.join(folder, name) for name in ("token.key", "tocsin.token"))
    with open(key, "w", encoding="utf-8") as file:
        file.write("a secret of more than thirty-two bytes")
    with open(token, "w", encoding="utf-8") as file:
        subprocess.run([binary, "token", "--admin", "--token-key-file", key], stdout=file, check=True)
    server = Server(binary, os.path.join(folder, "secured"), "--token-key-file", key)
    os.mkdir(server.folder)
    try:
        server.start()
        yield server
    finally:
        server.close()


def check_prometheus(server, secured, folder):
    """Prometheus itself, with the example but for the port and the pace; and the same with the token that it tells of."""
    promtool("check", "rules", os.path.join(EXAMPLE, "alerts.yml"))
    promtool("check", "config", os.path.join(EXAMPLE, "prometheus.yml"))
    shutil.copy(os.path.join(EXAMPLE, "alerts.yml"), folder)
    text = open(os.path.join(EXAMPLE, "prometheus.yml"), encoding="utf-8").read()
    config = os.path.join(folder, "prometheus.yml")
    with open(config, "w", encoding="utf-8") as file:
        text = text.replace("15s", "1s")
        job = text[text.index("  - job_name:"):text.index("rule_files:")]
        with_token = job.replace(": tocsin\n", ": secured\n", 1).replace("#authorization", "authorization").replace("#  ", "  ")
        require("authorization:\n      credentials_file: tocsin.token\n" in with_token, f"no token in {with_token}")
        file.write(text.replace(job, job.replace("127.0.0.1:5000", f"127.0.0.1:{server.port}")
                                + with_token.replace("127.0.0.1:5000", f"127.0.0.1:{secured.port}")))
    log = os.path.join(folder, "prometheus.log")
    with open(log, "wb") as output:
        process = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/prometheus",
             "--web.listen-address=127.0.0.1:0"], stderr=output, stdout=output)
    try:
        address = re.compile(r'msg="Listening on" address=(127\.0\.0\.1:[1-9]\d*)')
        origin = "http://" + wait_until("Prometheus listens", lambda: address.search(open(log).read()))[1]
        wait_until("Prometheus has what was delivered", lambda: query(
            origin, 'tocsin_delivered_events_total{job="tocsin"}') == 6)
        for job in ("tocsin", "secured"):
            wait_until(f"Prometheus reads {job}", lambda: query(origin, f'up{{job="{job}"}}') == 1)
        with urllib.request.urlopen(f"{origin}/api/v1/rules", timeout=10) as answer:
            rules = [rule for group in json.load(answer)["data"]["groups"] for rule in group["rules"]]
        require(rules and all(rule["health"] != "err" for rule in rules), f"the rules are not well: {rules}")
        return len(rules)
    finally:
        process.terminate()
        process.wait(30)


def query(origin, expression):
    """The value of an expression that has one, once there is one."""
    question = urllib.parse.urlencode({"query": expression})
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(f"{origin}/api/v1/query?{question}", timeout=10) as answer:
            result = json.load(answer)["data"]["result"]
            return float(result[0]["value"][1]) if len(result) == 1 else None
    return None


def check_log(server):
    with open(server.log, encoding="utf-8") as log:
        text = log.read()
    require("SECRET" not in text, f"a secret is in the log: {text}")
    lines = [json.loads(line) for line in text.splitlines()]
    loud = [line for line in lines if line["level"] != "debug"]
    require("ann" not in json.dumps(loud), f"a user is named in the log: {loud}")
    refused = [line for line in loud if "--allowed-host evil.example" in line["message"]]
    require(len(refused) == 1 and refused[0]["metadata"]["type"] == "foreign-host", f"refused: {refused}")
    of_one = [line for line in lines if line.get("metadata", {}).get("request") == "the-one"]
    require(len(of_one) == 4, f"three requests, of which one was for a stream and refused: {of_one}")
    return len(lines)


def check(options, folder):
    server = Server(options.binary, folder, "--log-level", "debug", "--log-format", "json")
    try:
        server.start()
        streams = scenario(server)
        known = check_metrics(server)
        check_names(known)
        with secured(options.binary, folder) as other:
            rules = check_prometheus(server, other, folder)
        for stream in streams:
            stream.close()
        require(server.stop() == 0, "the server did not end well")
        lines = check_log(server)
    finally:
        server.close()
    return f"Prometheus reads {len(known)} metrics and {rules} rules, and {lines} lines of the log tell no secret"


if __name__ == "__main__":
    sys.exit(run_test("metrics-test", check))
