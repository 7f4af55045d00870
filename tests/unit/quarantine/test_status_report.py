"""A refusal as a delivery status notification: what programs are told, and when they are not."""

import email
from email.policy import default

import pytest
from factories import DOMAIN, NOW, POST

from models.envelope import Client, Recipient
from models.held import HeldMessage, HeldState
from models.verdict import Disposition
from quarantine import notices
from quarantine.status_report import reported

_FILLED = {"reviewer": "Gŵen", "recipients": "x", "note": "n", "until": "1"}
WORDS = dict.fromkeys(("en", "cy"), _FILLED)
LONG = f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'w' * 40}.example"


def to(address="john@elsewhere.example", *options):
    return Recipient(address=address, options=options)


def refused(*recipients, options=(), message_id="<1@x.example>"):
    """The notice of a refusal, as it is read from the wire."""
    held = HeldMessage(
        id="POR1",
        state=HeldState.REFUSED,
        received=NOW,
        sender=f"sioned@{DOMAIN}",
        recipients=recipients,
        options=options,
        client=Client(address="192.0.2.1", port=1, name="mail.example"),
        message_id=message_id,
        digest="",
        size=1,
        disposition=Disposition.HOLD,
        rules=(),
        findings=(),
        policy="",
    )
    raw = notices._render(POST, "refused", held.sender, "cy", WORDS, held, NOW)
    assert raw.isascii()
    assert b"=?utf-8?q?x" not in raw
    return email.message_from_bytes(raw, policy=default)


def fields(report):
    """The fields of the message, then of each recipient."""
    _, status = list(report.iter_parts())[:2]
    return [dict(each.items()) for each in status.get_payload()]


def test_it_is_a_report_of_three_parts():
    report = refused(to(), options=("RET=FULL", "ENVID=q+2Bq"))
    assert report.get_content_type() == "multipart/report"
    assert report["Content-Type"].params["report-type"] == "delivery-status"
    assert (report["Auto-Submitted"], report["References"]) == ("auto-generated", "<1@x.example>")
    kinds = [each.get_content_type() for each in report.iter_parts()]
    assert kinds == ["text/plain", "message/delivery-status", "text/rfc822-headers"]
    text, _, original = report.iter_parts()
    assert "gallwch apelio unwaith" in text.get_content()
    assert "Penderfynodd Gŵen" in text.get_content()
    assert "Gŵen decided" in text.get_content()
    assert text["Content-Language"] == "cy, en"
    assert original.get_content().strip() == "Message-ID: <1@x.example>"
    assert fields(report) == [
        {
            "Original-Envelope-Id": "q+q",
            "Reporting-MTA": f"dns; {DOMAIN}",
            "Arrival-Date": "Tue, 24 Nov 2026 09:30:00 +0000",
        },
        {
            "Final-Recipient": "rfc822; john@elsewhere.example",
            "Action": "failed",
            "Status": "5.7.1",
            "Diagnostic-Code": "smtp; 550 5.7.1 Not sent: a person decided so (POR1)",
        },
    ]


@pytest.mark.parametrize(
    ("options", "is_reported"),
    [
        pytest.param((), True, id="nothing was asked"),
        pytest.param(("ORCPT=rfc822;a@b",), True, id="only the original recipient was named"),
        pytest.param(("NOTIFY=FAILURE",), True, id="failures were asked for"),
        pytest.param(("notify=success,failure",), True, id="and successes, in small letters"),
        pytest.param(("NOTIFY=NEVER",), False, id="no report was wanted"),
        pytest.param(("NOTIFY=SUCCESS,DELAY",), False, id="others were wanted"),
    ],
)
def test_a_report_is_made_where_notify_allows_it(options, is_reported):
    assert bool(reported((to("a@b.example", *options),))) is is_reported
    notice = refused(to("a@b.example", *options))
    kind = "multipart/report" if is_reported else "multipart/alternative"
    assert notice.get_content_type() == kind  # its sender is told in any case
    assert "decided" in next(notice.iter_parts()).get_content()


def test_only_recipients_who_may_be_reported_are():
    report = refused(to("never@b.example", "NOTIFY=NEVER"), to("a@b.example"))
    assert [each.get("Final-Recipient") for each in fields(report)] == [
        None,
        "rfc822; a@b.example",
    ]


@pytest.mark.parametrize(
    ("recipient", "final", "original"),
    [
        pytest.param(to(LONG), f"rfc822; {LONG}", None, id="as long as an address can be"),
        pytest.param(
            to("ŵyn+a@cŵm.cymru"),
            r"utf-8; \x{175}yn\x{2B}a@c\x{175}m.cymru",
            None,
            id="an address with accents (RFC 6533)",
        ),
        pytest.param(
            to("a@b.example", "ORCPT=rfc822;c+2Bd@e.example"),
            "rfc822; a@b.example",
            "rfc822; c+d@e.example",
            id="the original recipient, out of xtext",
        ),
        pytest.param(
            to("a@b.example", "ORCPT=rfc822;c+0D+0AX:y"),
            "rfc822; a@b.example",
            None,
            id="a line end hidden in xtext makes no field",
        ),
    ],
)
def test_how_a_recipient_is_written(recipient, final, original):
    found = fields(refused(recipient))[-1]
    assert (found["Final-Recipient"], found.get("Original-Recipient")) == (final, original)


def test_a_message_id_that_is_not_plain_is_not_repeated():
    report = refused(to(), message_id="<secret text@x.example>")
    assert len(list(report.iter_parts())) == 2
    assert "secret" not in report.as_string()
