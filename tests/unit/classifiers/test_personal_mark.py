"""Mail that its sender marked personal."""

import pytest

from classifiers.detectors.personal_mark import PersonalMark
from classifiers.text.reading import Reading
from models.envelope import Client, Envelope
from models.mail import Mail
from models.mime import read_message


def is_marked(*fields, now):
    raw = "\r\n".join(fields).encode() + b"\r\n\r\nHello\r\n"
    envelope = Envelope(
        id="1",
        sender="a@cyngor.example",
        recipients=(),
        client=Client(address="", port=0, name=""),
        received=now,
    )
    mail = Mail(envelope=envelope, message=read_message(raw))
    return bool(list(PersonalMark().detect(mail, Reading(texts=()))))


@pytest.mark.requirement("L21")
@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Subject: Personal", True),
        ("Subject: PERSONOL: dydd Sadwrn", True),
        ("Subject: [Personal] Saturday", True),
        ("Subject: Re: FW: Personal - Saturday", True),
        ("Subject: ATB: Personol / Personal", True),
        ("Subject: Personal and confidential: my sick leave", True),
        ("Subject: Personol a chyfrinachol", True),
        ("Subject: =?utf-8?q?Personol_=E2=80=93_gwyliau?=", True),
        ("Sensitivity: Personal", True),
        ("Sensitivity: private", True),
        ("Subject: Personal assistant wanted", False),
        ("Subject: Personal data of tenants", False),
        ("Subject: Diogelu data personol", False),
        ("Subject: Not personal: the budget", False),
        ("Sensitivity: Company-Confidential", False),
        ("Sensitivity: Normal", False),
        ("Subject: " + "x" * 5000 + " Personal:", False),
    ],
)
def test_the_mark_and_what_only_looks_like_it(field, expected, now):
    assert is_marked(field, now=now) is expected
