"""Two thousand clean messages of many kinds go through as they are, signatures too."""

import random
import subprocess

import pytest

COUNT = 2_000
WORDS = (
    *("cyfarfod", "pwyllgor", "cynllunio", "agenda", "minutes", "library", "garden", "tŷ", "ŵyl"),
    *("gwasanaeth", "road", "Tuesday", "diolch", "bore", "da", "croeso", "council", "report"),
)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{0}@x.example\r\n"
    "DTSTART:20261201T090000Z\r\nSUMMARY:{1}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
PGP = (
    "-----BEGIN PGP SIGNATURE-----\r\n\r\niHUEARYKAB0WIQ{0}\r\n=abcd\r\n"
    "-----END PGP SIGNATURE-----\r\n"
)


def text(chance, most=40):
    return " ".join(chance.choices(WORDS, k=chance.randrange(1, most)))


def plain(chance):
    return "Content-Type: text/plain; charset=utf-8\r\n", f"{text(chance)}\r\n".encode()


def latin(chance):
    kind = "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n"
    return kind, b"caf\xe9 \xe2\xea " + text(chance).encode("latin-1", "ignore") + b"  \r\n \t\r\n"


def dotted(chance):
    lines = [chance.choice([".", "..", "...a", "", " ", "\t.", "- --"]) for _ in range(30)]
    return "X-Folded: a\r\n\t b\r\n  c \r\n", "\r\n".join(lines).encode() + b"\r\n"


def long_lines(chance):
    lines = [text(chance, 200)[:990] for _ in range(chance.randrange(1, 5))]
    return "x-MiXeD-cAsE:no space\r\n", "\r\n".join(lines).encode()


def parts(chance, kind="alternative"):
    mark = f"b{chance.getrandbits(64):x}"
    pieces = (
        ("text/plain; charset=utf-8", text(chance)),
        ("text/html; charset=utf-8", f"<p>{text(chance)}</p>"),
        (
            "text/calendar; method=REQUEST; charset=utf-8",
            CALENDAR.format(chance.random(), text(chance)),
        ),
    )
    body = "".join(
        f"--{mark}\r\nContent-Type: {of}\r\n\r\n{said}\r\n"
        for of, said in pieces[: chance.choice([2, 3])]
    )
    head = f"MIME-Version: 1.0\r\nContent-Type: multipart/{kind};\r\n boundary={mark}\r\n"
    return head, f"preamble\r\n{body}--{mark}--\r\nepilogue".encode()


def pgp(chance):
    head, body = parts(chance, 'signed; protocol="application/pgp-signature"')
    mark = head.rpartition("boundary=")[2].strip().encode()
    signature = PGP.format(f"{chance.getrandbits(256):x}").encode()
    added = b"--%b\r\nContent-Type: application/pgp-signature\r\n\r\n%b" % (mark, signature)
    return head, body.replace(b"--%b--" % mark, added + b"--%b--" % mark)


def nothing(_):
    return "", b""


KINDS = (plain, latin, dotted, long_lines, parts, pgp, nothing)
PEOPLE = ("b@y.example", "d.o'neil+tag@y.example", "gŵyl@y.example", "siân.tŷ@llŷn.example")


def message(number):
    """A message of one kind and its recipient; the same of the same number."""
    chance = random.Random(number)
    kind, body = KINDS[number % len(KINDS)](chance)
    to = chance.choice(PEOPLE)
    subject = chance.choice([text(chance, 6), "=?utf-8?q?G=C5=B5yl?=", "a" * 70 + "\r\n b"])
    head = (
        f"From: Siân <a@x.example>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@x.example>\r\n{kind}\r\n"
    )
    return to, head.encode() + body + (b"" if body.endswith(b"\r\n") else b"\r\n")


def signed(folder):
    """A message with a signature of S/MIME, by openssl."""
    key, certificate, content = (folder / each for each in ("key.pem", "cert.pem", "content"))
    content.write_text("Content-Type: text/plain\r\n\r\nBore da\r\n")
    name = ["-subj", "/CN=a@x.example", "-days", "2", "-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", *name, "-keyout", key, "-out", certificate)
    made = openssl("smime", "-sign", "-in", content, "-signer", certificate, "-inkey", key)
    head = (
        b"From: a@x.example\r\nTo: b@y.example\r\nSubject: signed\r\nMessage-ID: <s@x.example>\r\n"
    )
    return certificate, head + made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def openssl(*arguments):
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.requirement("S1")
def test_two_thousand_varied_messages_arrive_octet_for_octet(gateway, next_hop):
    gateway.init().start("serve")
    with gateway.client() as client:
        for number in range(COUNT):
            to, raw = message(number)
            client.putcmd("MAIL FROM:<a@x.example> BODY=8BITMIME SMTPUTF8")
            assert client.getreply()[0] == 250
            client.sock.sendall(f"RCPT TO:<{to}>\r\nDATA\r\n".encode())
            assert [client.getreply()[0] for _ in range(2)] == [250, 354]
            client.sock.sendall((b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
            assert client.getreply()[0] == 250, number
    arrived = next_hop.wait_for(COUNT)
    for number, each in enumerate(arrived):
        to, raw = message(number)
        assert each.without_trace == raw, number
        assert each.recipients == [to]
        assert len(each.raw) - len(raw) < 1_000  # one trace field


@pytest.mark.requirement("S1")
@pytest.mark.requirement("A9")
def test_a_signature_of_s_mime_still_verifies(gateway, next_hop, tmp_path):
    gateway.init().start("serve")
    certificate, raw = signed(tmp_path)
    assert gateway.send(raw, sender="a@x.example", to=["b@y.example"])[0] == 250
    (arrived,) = next_hop.wait_for(1)
    assert arrived.without_trace == raw
    received = tmp_path / "received.eml"
    received.write_bytes(arrived.raw)
    said = openssl("smime", "-verify", "-in", received, "-CAfile", certificate, "-purpose", "any")
    assert b"Bore da" in said
