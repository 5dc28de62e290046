#!/usr/bin/env python3
"""Sends a running server requests that were made up and broken at random.

Each case follows from the seed and its number alone. Whatever comes, the server lives, answers only what is HTTP, with
statuses and problems that openapi.yaml knows, and never 500; in the end its memory has not grown, and all its files are
closed. With openapi-spec-validator.

Exit status 1 where that is not so: what was sent is printed, and how to send it again.
"""
import socket
import sys
import time

from fuzz_answers import check_answers
from fuzz_requests import conversation
from fuzz_run import FuzzCase, main

# Seconds without a byte after which an answer is taken to be over.
QUIET = 0.25


class Case(FuzzCase):
    """One connection: what is sent in which pieces, and what comes back."""

    def __init__(self, seed, number):
        super().__init__(seed, number, conversation)

    def run(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.settimeout(10)
            try:
                for piece in self.pieces():
                    connection.sendall(piece)
                    if self.random.random() < 0.3:
                        time.sleep(self.random.random() * 0.003)
                if self.random.random() < 0.8:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                # It is answered, and closed, before all is sent.
                pass
            if self.random.random() < 0.1:
                return
            self.receive(connection, QUIET if self.random.random() < 0.8 else QUIET * 4)

    def pieces(self):
        cuts = sorted(self.random.randrange(len(self.sent) + 1) for _ in range(self.random.choice((0, 0, 0, 1, 2, 8))))
        return [self.sent[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(self.sent)])]

    def check(self, statuses):
        """The statuses of all answers; fails where one is wrong."""
        return check_answers(self.sent, self.answer, self.is_closed, statuses)


if __name__ == "__main__":
    sys.exit(main("request-fuzz", __doc__.splitlines()[0], Case))
