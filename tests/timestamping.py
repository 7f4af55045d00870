"""A real time-stamping authority: `openssl ts -reply` behind a small HTTP server on loopback."""

import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
O = Awdurdod / Authority
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamps]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/stamps.pem
signer_key = {folder}/stamps.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_authority(folder):
    """Its root, its certificate and its configuration; return the root's path."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "openssl.cnf"
    config.write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    new = ("req", "-config", config, "-newkey", "rsa:2048", "-nodes", "-batch")
    _openssl(
        *new, "-x509", "-extensions", "root", "-days", 30, "-subj", "/O=Root",
        "-keyout", folder / "root.key", "-out", folder / "root.pem",
    )  # fmt: skip
    _openssl(*new, "-keyout", folder / "stamps.key", "-out", folder / "stamps.csr")
    _openssl(
        "x509", "-req", "-in", folder / "stamps.csr", "-days", 30, "-set_serial", 2,
        "-CA", folder / "root.pem", "-CAkey", folder / "root.key",
        "-extfile", config, "-extensions", "stamps", "-out", folder / "stamps.pem",
    )  # fmt: skip
    return folder / "root.pem"


def reply(folder, query):
    """The authority's answer to a query."""
    (folder / "query.tsq").write_bytes(query)
    _openssl(
        "ts", "-reply", "-config", folder / "openssl.cnf",
        "-queryfile", folder / "query.tsq", "-out", folder / "answer.tsr",
    )  # fmt: skip
    return (folder / "answer.tsr").read_bytes()


@contextmanager
def serving(answer):
    """A server whose answer to a query is `answer(query)`, bytes or an HTTP status; its URL."""

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            told = answer(query)
            self.send_response(told if isinstance(told, int) else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            if not isinstance(told, int):
                self.wfile.write(told)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Authority)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
