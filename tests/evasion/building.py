"""What the techniques are built from: the hits, their clean twins, and raw mail."""

import base64

# kind of hit: what must be caught, and a clean twin of the same shape
HITS = {
    "card": ("Card number 4111 1111 1111 1111 please", "Room number 4111 1111 1111 1112 please"),
    "nhs": ("Her NHS number is 943 476 5919 thanks", "Her NHS number is 943 476 5918 thanks"),
    "nhs-cy": ("Rhif GIG y claf: 943 476 5919", "Rhif GIG y claf: 943 476 5918"),
    "nino": ("NI number AB 12 34 56 C as asked", "NI number GB 12 34 56 C as asked"),
    "bank": ("sort code 12-34-56 account number 12345678", "sort code 12-34-5 account 1234567"),
    "marking": ("OFFICIAL-SENSITIVE", "OFFICIAL REPORT"),
    "abuse": ("you idiot", "you ideal"),
    "abuse-cy": ("rwyt ti'n dwp", "rwyt ti'n dda"),
    "commercial": ("the tender price is ready", "the tent peg is ready"),
}
NUMBERS = ("card", "nhs", "nhs-cy", "nino", "bank")
ABUSE = ("abuse", "abuse-cy")

_HEAD = (
    b"From: sioned@cyngor-enghraifft.example\r\nTo: john@elsewhere.example\r\n"
    b"Subject: Room\r\nMIME-Version: 1.0\r\n"
)


def base64_lines(data):
    octets = data.encode() if isinstance(data, str) else data
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def base64_line(text, charset="utf-8", form="64"):
    octets = text.encode(charset) if isinstance(text, str) else text
    return base64.b32encode(octets) if form == "32" else base64.b64encode(octets)


def escaped(text):
    return "".join(f"={octet:02X}" for octet in text.encode()).encode()


def single(body, *, encoding=None, kind="text/plain; charset=utf-8", more=b""):
    """A message of one part."""
    octets = body.encode() if isinstance(body, str) else body
    return _HEAD + part(octets, kind=kind, encoding=encoding, more=more)


def part(body, *, kind="text/plain; charset=utf-8", encoding=None, more=b""):
    octets = body.encode() if isinstance(body, str) else body
    field = f"Content-Transfer-Encoding: {encoding}\r\n".encode() if encoding else b""
    return b"Content-Type: " + kind.encode() + b"\r\n" + field + more + b"\r\n" + octets


HELLO = part("Hello there, see attached.")


def several(*parts, kind="multipart/mixed", boundary='; boundary="bnd"', **around):
    """A multipart; `around` may give preamble, epilogue, or closed=False."""
    raw = _HEAD + f"Content-Type: {kind}{boundary}\r\n\r\n".encode() + around.get("preamble", b"")
    for each in parts:
        raw += b"--bnd\r\n" + each + b"\r\n"
    return (
        raw + (b"--bnd--\r\n" if around.get("closed", True) else b"") + around.get("epilogue", b"")
    )


def encoded_second(text, **around):
    """A harmless first part, and the hit in base64 in the second."""
    return several(HELLO, part(base64_lines(text), encoding="base64"), **around)


def attached(data, name="a.bin", kind="application/octet-stream"):
    placed = f'Content-Disposition: attachment; filename="{name}"\r\n'.encode()
    return several(HELLO, part(base64_lines(data), kind=kind, encoding="base64", more=placed))
