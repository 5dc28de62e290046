"""A certificate that nobody else signed, and a client that does not mind. With openssl."""
import os
import ssl
import subprocess


def make_certificate(folder):
    """Writes a new certificate and its key over those in the folder."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", f"{folder}/new-key.pem", "-out", f"{folder}/new-certificate.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    for name in ("certificate.pem", "key.pem"):
        os.replace(f"{folder}/new-{name}", f"{folder}/{name}")


def client_security():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
