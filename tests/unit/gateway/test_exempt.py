"""Routes that are passed unread."""

from datetime import UTC, datetime

import pytest

from gateway.exempt import exempt
from models.envelope import Client, Envelope, Recipient
from models.policy import Exemptions, Policy

POLICY = Policy(
    version="1",
    digest="0" * 64,
    domains=frozenset({"cyngor.example"}),
    clauses=(),
    rules=(),
    exempt=Exemptions(
        senders=frozenset({"nyrs@cyngor.example"}), recipients=frozenset({"undeb.example"})
    ),
)


@pytest.mark.requirement("L20")
@pytest.mark.requirement("L59")
@pytest.mark.parametrize(
    ("sender", "recipients", "expected"),
    [
        ("gwen@cyngor.example", ["cangen@undeb.example"], True),
        ("gwen@cyngor.example", ["x@gogledd.undeb.example"], True),
        ("gwen@cyngor.example", ["cangen@UNDEB.example"], True),
        ("gwen@cyngor.example", ["cangen@undeb.example", "x@elsewhere.example"], False),
        ("gwen@cyngor.example", ["x@ffugundeb.example"], False),
        ("Nyrs@Cyngor.example", ["x@elsewhere.example"], True),
        ("nyrs@other.example", ["x@elsewhere.example"], False),
        ("", ["x@elsewhere.example"], False),
        ("", [], False),
    ],
)
def test_who_passes_unread(sender, recipients, expected):
    envelope = Envelope(
        id="t",
        sender=sender,
        recipients=tuple(Recipient(address=each) for each in recipients),
        client=Client(address="", port=0, name=""),
        received=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert exempt(envelope, POLICY) is expected
