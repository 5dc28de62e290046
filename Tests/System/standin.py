"""A stand-in for a proxy: forwards TCP connections to the server, or answers as a proxy does whose server is away."""
import contextlib
import socket
import threading

REFUSAL = b"\r\n".join([b"HTTP/1.1 502 Bad Gateway", b"Content-Length: 0", b"Access-Control-Allow-Origin: *",
                       b"Connection: close", b"", b""])


class StandIn:
    """On a loopback port of its own; `refuse()` also cuts what is open."""

    def __init__(self, port):
        self.target, self.is_refusing, self.open = port, False, set()
        self.gate, self.allowance = threading.Event(), None
        self.gate.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, contextlib.suppress(OSError):
            self.gate.wait()
            if self.is_refusing:
                client.recv(65536)
                client.sendall(REFUSAL)
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                self.open |= {client, server}
                back = threading.Thread(target=self.copy, args=(server, client, True), daemon=True)
                back.start()
                self.copy(client, server)
                back.join()
                self.open -= {client, server}

    def copy(self, source, sink, is_answer=False):
        left = None
        with contextlib.suppress(OSError):
            while left != 0 and (piece := source.recv(65536)):
                if is_answer and self.allowance is not None:
                    left = self.allowance if left is None else left
                    piece = piece[:left]
                    left -= len(piece)
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        if left == 0:
            for each in (source, sink):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def refuse(self):
        self.is_refusing = True
        self.gate.set()
        for each in list(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def hold(self, allowance=None):
        """New connections wait; where an `allowance` is given, each that is open is cut after so many bytes more."""
        self.gate.clear()
        self.allowance = allowance

    def forward(self):
        self.is_refusing, self.allowance = False, None
        self.gate.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.refuse()
        self.listener.close()
