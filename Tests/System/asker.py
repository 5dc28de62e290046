"""Asks a server, and checks that it answers as its description says."""
import contextlib
import json

from alarm_cases import alarm
from harness import Failure

JSON = {"Content-Type": "application/json"}


class Asker:
    """Asks, and keeps what was met."""

    def __init__(self, description, server):
        self.description, self.server = description, server
        self.statuses, self.types = set(), set()

    def exchange(self, method, target, fields, body=None):
        """Status, header fields in lower case, and body: of a stream its first bytes."""
        with contextlib.closing(self.server.connect()) as connection:
            connection.request(method, target, body=body, headers=fields)
            response = connection.getresponse()
            answer = {name.lower(): value for name, value in response.getheaders()}
            is_stream = answer.get("content-type") == "text/event-stream" and method == "GET"
            return response.status, answer, response.read1() if is_stream else response.read()

    def ask(self, method, path, status, target=None, fields=None, body=None, kind=None):
        """Asks for `target` at `path`, which must be answered `status`, with a problem of that kind if there is one."""
        got, answer, content = self.exchange(method, target or path, fields or {}, body)
        what = f"{method} {target or path} {fields or ''}"
        if got != status:
            raise Failure(f"{what[:300]} was answered {got} instead of {status}: {content[:300]}")
        try:
            problem = self.description.check(method, path, got, answer, content)
        except Failure as failure:
            raise Failure(f"{what[:300]}: {failure}") from None
        if kind and problem != f"urn:tocsin:problem:{kind}":
            raise Failure(f"{what[:300]} met {problem} instead of {kind}")
        self.statuses.add((method, path, got))
        self.types.add(problem)
        return json.loads(content) if answer.get("content-type") == "application/json" and content else content

    def publish(self, status=201, **fields):
        return self.ask("POST", "/alarms", status, fields=JSON, body=alarm(**fields))
