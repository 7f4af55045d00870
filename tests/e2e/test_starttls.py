"""STARTTLS as a client meets it: offered with a certificate, and nothing slips in before it."""

import smtplib
import socket
import ssl
import subprocess

import pytest

CLEAN = (
    b"From: a@x.example\r\nTo: b@y.example\r\nSubject: hi\r\n"
    b"Message-ID: <1@x.example>\r\n\r\nHi\r\n"
)
SLIPPED = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@y.example>\r\n"


@pytest.fixture
def certificate(tmp_path):
    key, made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    command = ("openssl", "req", "-x509", *name, "-newkey", "rsa:2048", "-nodes")
    done = (*command, "-keyout", str(key), "-out", str(made))
    subprocess.run(done, capture_output=True, check=True)
    return made, key


@pytest.fixture
def trusting(certificate):
    return ssl.create_default_context(cafile=str(certificate[0]))


@pytest.fixture
def serving(gateway, certificate):
    made, key = certificate
    return gateway.init(starttls_certificate=f'"{made}"', starttls_key=f'"{key}"').start("serve")


@pytest.mark.requirement("A10")
def test_mail_goes_on_over_tls(serving, next_hop, trusting):
    with smtplib.SMTP("localhost", serving.port, timeout=30) as client:
        client.ehlo("client.example")
        assert client.has_extn("starttls")
        assert client.starttls(context=trusting)[0] == 220
        client.ehlo("client.example")
        assert not client.has_extn("starttls")
        client.sendmail("a@x.example", ["b@y.example"], CLEAN)
    (arrived,) = next_hop.wait_for(1)
    assert arrived.without_trace == CLEAN


def reply(heard):
    """The last line of a reply."""
    line = heard.readline()
    while line[3:4] == b"-":
        line = heard.readline()
    return line


@pytest.mark.requirement("A10")
def test_what_was_sent_in_clear_behind_starttls_counts_for_nothing(serving, next_hop, trusting):
    with socket.create_connection(("127.0.0.1", serving.port), 30) as plain:
        heard = plain.makefile("rb")
        reply(heard)
        plain.sendall(b"EHLO c.example\r\n")
        reply(heard)
        plain.sendall(b"STARTTLS\r\n" + SLIPPED)
        assert reply(heard).startswith(b"220")
        with trusting.wrap_socket(plain, server_hostname="localhost") as secret:
            heard = secret.makefile("rb")
            secret.sendall(b"EHLO c.example\r\n")
            assert reply(heard).startswith(b"250")
            secret.sendall(b"DATA\r\n")
            assert reply(heard).startswith(b"503")  # no transaction was begun
    assert next_hop.received == []
