"""nginx and Caddy with the configurations of Examples/, of which only names, ports and certificates are replaced."""
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys

from harness import Failure, wait_until

EXAMPLES = os.path.join(os.path.dirname(__file__), "..", "..", "Examples")
NAME = "alarms.example"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def make_certificate(folder):
    """A certificate for `NAME` that it signed itself: the paths of certificate and key."""
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    if not os.path.exists(certificate):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


class Proxy:
    """A proxy in front of the server at `upstream`."""

    def __init__(self, folder, upstream):
        self.folder, self.upstream, self.port = folder, upstream, free_port()
        self.certificate, self.key = make_certificate(folder)
        self.log, self.process = os.path.join(folder, f"{type(self).__name__}.log"), None

    @property
    def access_log(self):
        return os.path.join(self.folder, "access.log")

    @property
    def url(self):
        return f"https://{NAME}:{self.port}"

    def example(self, path, replacements):
        with open(os.path.join(EXAMPLES, path), encoding="utf-8") as file:
            text = file.read()
        for old, new in replacements:
            if old not in text:
                raise Failure(f"Examples/{path} no longer has {old}")
            text = text.replace(old, new)
        return text

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.folder,
                                            env={**os.environ, "HOME": self.folder}, start_new_session=True)
        wait_until(f"{type(self).__name__} answers", self.answers, 15)

    def answers(self):
        if self.process.poll() is not None:
            with open(self.log, encoding="utf-8") as log:
                raise Failure(f"{type(self).__name__} ended with {self.process.returncode}: {log.read()[-500:]}")
        try:
            return self.request("GET", "/")[0]
        except OSError:
            return None

    def connect(self, timeout=15):
        """A connection over TLS whose certificate is checked."""
        context = ssl.create_default_context(cafile=self.certificate)
        connection = http.client.HTTPSConnection(NAME, self.port, timeout=timeout, context=context)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        connection.sock = context.wrap_socket(plain, server_hostname=NAME)
        return connection

    def request(self, method, path, headers=None, body=None):
        """Status, header fields in lower case, and body."""
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


class Nginx(Proxy):
    def command(self):
        self.write("tocsin.conf", self.example("nginx/tocsin.conf", [
            ("127.0.0.1:5000", f"127.0.0.1:{self.upstream}"), ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
            ("/etc/ssl/certs/alarms.example.pem", self.certificate),
            ("/etc/ssl/private/alarms.example.key", self.key),
            ("/var/log/nginx/tocsin.log", self.access_log)]))
        kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        temporary = " ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        # What Debian's own nginx.conf has around it, and gzip for more than it compresses.
        main = self.write("nginx.conf", f"""
            daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.log};
            events {{ worker_connections 1024; }}
            http {{ access_log off; {temporary} gzip on; gzip_types *; include tocsin.conf; }}""")
        # A worker of another user could not read the test's folder.
        return [shutil.which("nginx") or "/usr/sbin/nginx", "-c", main, "-p", self.folder, "-e", self.log,
                *(["-g", "user root;"] if os.geteuid() == 0 else [])]


class CompressingNginx(Nginx):
    """With what README.md says of Examples/nginx to have streams compressed."""

    def example(self, path, replacements):
        return super().example(path, [*replacements, ("gzip off;", "gzip on;\ngzip_types text/event-stream;")])


class Caddy(Proxy):
    def command(self):
        path = self.write("Caddyfile", self.example("caddy/Caddyfile", [
            ("127.0.0.1:5000", f"127.0.0.1:{self.upstream}"),
            ("alarms.example {\n", f"{self.url} {{\n\tbind 127.0.0.1\n\ttls {self.certificate} {self.key}\n"),
            # Its second port, for what asks without TLS, is taken on many machines.
            ("admin off\n", "admin off\n\tauto_https disable_redirects\n")]))
        return [os.path.join(os.path.dirname(sys.executable), "caddy"), "run", "--config", path]
