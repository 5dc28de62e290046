"""Whether the examples of event streams in the description are what a server sends, digits aside."""
import re

from harness import Failure, Server, Stream, wait_until

# As a text, since escapes and the like stay as they are published.
RESERVATION = '{"user": "tiaz", "event": "reservation", "retry": 5000, "data": {"message": "예약에 성공했습니다!"}}'


class Text:
    """What a stream sends, as it comes."""

    def __init__(self, server, path):
        self.stream, self.text = Stream(server.port, path), "\n"

    def await_(self, block, start=0):
        """Reads until there is a block of that shape, and gives back where it ends."""
        def found():
            if shape(block) not in shape(self.text)[start:]:
                piece = self.stream.rest or self.stream.socket.recv(65536)
                self.stream.rest = b""
                if not piece:
                    raise Failure(f"a stream ended without {block!r}: {self.text!r}")
                self.text += self.stream.chunks.feed(piece).decode("utf-8")
            return shape(block) in shape(self.text)[start:]
        wait_until(f"a stream is sent {block!r}", found)
        # The line end before the next block is the last of this one.
        return shape(self.text).index(shape(block), start) + len(shape(block)) - 1


def shape(text):
    return re.sub(r"\d+", "N", text)


def check_stream_examples(description, binary, folder):
    """Lets a server send each block that is an example."""
    examples = {name: "\n" + example["value"] for name, example in description.value(
        "/components/responses/Stream/content/text~1event-stream/examples").items()}
    left = dict(examples)
    server = Server(binary, folder, "--greeting", "Hello! {user}", "--heartbeat", "1")
    try:
        server.start()
        user = Text(server, "/connection/tiaz?client=a")
        end = user.await_(left.pop("greeting"), user.await_(left.pop("opening")))
        ident = server.publish({"user": "tiaz", "data": "Your reservation\nis made."})[2]["id"]
        end = user.await_(left.pop("alarm"), end)
        server.request("POST", "/alarms", RESERVATION.encode(), {"Content-Type": "application/json"})
        end = user.await_(left.pop("json"), end)
        server.request("DELETE", f"/alarms/{ident}")
        end = user.await_(left.pop("withdrawn"), end)
        server.publish({"user": "mina", "data": "not for tiaz"})
        end = user.await_(left.pop("position"), end)
        end = user.await_(left.pop("comment"), end)
        topics = Text(server, "/events?topic=news&last_event_id=1-1")
        topics.await_(left.pop("reset"))
        newer = Text(server, "/connection/tiaz?client=a")
        newer.await_(examples["opening"])
        user.await_(left.pop("replaced"), end)
        if server.stop() != 0:
            raise Failure("the server did not end well at SIGTERM")
        newer.await_(left.pop("end"), newer.await_(examples["greeting"]))
        for text in (user, topics, newer):
            text.stream.close()
    finally:
        server.close()
    if left:
        raise Failure(f"there are more examples of streams than are checked: {list(left)}")
    return f"{len(examples)} blocks of streams sent"
