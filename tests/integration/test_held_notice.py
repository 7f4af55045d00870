"""What a sender is told of a hold: at once, why, by whom, until when, and what they can do."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from models.db import outbox
from quarantine.dates import write_time
from tests.console_sample import MARKED, NOW, make_council

WORDS = {
    "en": ("A payment card number", "Policy 4.2", "Payment card numbers must not be sent by email"),
    "cy": ("Rhif cerdyn talu", "Polisi 4.2", "Ni ddylid anfon rhifau cardiau talu drwy e-bost"),
}
CONTENT = ("4111", "panel", "Archebu", "Booking", "booking.pdf")


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url)
    yield made
    made.database.close()


def told(council, who="sioned.parry"):
    """The plain text of each notice to a person that is due now, without its transfer encoding."""
    with council.database.writing() as session:
        found = outbox.claim(session, NOW, limit=100, lease=timedelta(hours=1))
    read = [message_from_bytes(each.content, policy=policy.default) for each in found]
    return [each.get_body(("plain",)).get_content() for each in read if who in each["To"]]


@pytest.mark.requirement("S3")
@pytest.mark.requirement("L25")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_notice_of_a_hold_is_due_at_once_and_says_what_a_sender_needs(council, language):
    held_id = council.hold(1)
    (text,) = told(council)
    for each in WORDS[language]:
        assert each in text
    with council.database.reading() as session:
        from models.db import held

        ends = held.get(session, held_id).turn.ends
    assert f"Gwen Morgan {'will decide by' if language == 'en' else ''}".strip() in text
    assert write_time(ends, language) in text
    assert f"http://testserver/held/{held_id}" in text
    assert not [each for each in CONTENT if each in text]


@pytest.mark.requirement("N9")
@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="a hold"),
        pytest.param({"text": MARKED}, id="of the gravest kind"),
        pytest.param({"recipients": ("huw.ifans@cantref.example",)}, id="of mail to HR"),
        pytest.param({"recipients": ("j@post.example",), "text": b"Hi\r\n"}, id="to confirm"),
    ],
)
def test_no_hold_is_kept_from_its_sender(council, facts):
    held_id = council.hold(7, **facts)
    (text,) = told(council)
    assert held_id in text
