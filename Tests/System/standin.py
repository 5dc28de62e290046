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
            if self.is_refusing:
                client.recv(65536)
                client.sendall(REFUSAL)
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                self.open |= {client, server}
                back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
                back.start()
                self.copy(client, server)
                back.join()
                self.open -= {client, server}

    @staticmethod
    def copy(source, sink):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def refuse(self):
        self.is_refusing = True
        for each in list(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def forward(self):
        self.is_refusing = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.refuse()
        self.listener.close()
