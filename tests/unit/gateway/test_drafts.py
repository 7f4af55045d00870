"""A draft is checked as mail is, in a confined process, and leaves nothing."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from gateway.drafts import DraftChecker, message_of
from gateway.inspector import Inspector
from gateway.policy_file import parse_policy
from gateway.sample import policy_text
from gateway.settings import InspectionSettings
from models.mime import read_message
from models.policy import Exemptions
from models.verdict import Disposition
from quarantine.drafts import Draft, DraftFile

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
POLICY = parse_policy(policy_text(date(2026, 11, 24), sample=True).encode(), "sample")
DRAFT = Draft(
    sender="sioned.parry@cyngor-enghraifft.example",
    recipients=("ann@elsewhere.example",),
    subject="Ystafell ŵyl",
    text="Bore da\n.\nCard 4111 1111 1111 1111",
)


def test_the_message_of_a_draft_is_whole():
    message = read_message(message_of(DRAFT))
    assert message.value("Subject") == "Ystafell ŵyl"
    assert message.parts[0].payload.decode() == "Bore da\r\n.\r\nCard 4111 1111 1111 1111\r\n"
    assert message.defects == ()


@pytest.mark.requirement("L58")
@pytest.mark.requirement("S13")
def test_a_draft_is_read_in_a_process_of_its_own(tmp_path, caplog):
    def make():
        settings = InspectionSettings(workers=1)
        return Inspector(settings, POLICY, registers=tmp_path / "registers")

    demoted = []
    checker = DraftChecker(make, POLICY, lambda: NOW, lambda: frozenset(demoted))
    try:
        held = checker(DRAFT)
        assert held.disposition is Disposition.HOLD
        assert "4111 1111 1111 1111" in {each.excerpt for each in held.findings}
        clean = checker(replace(DRAFT, text="Bore da", recipients=("a@cyngor-enghraifft.example",)))
        assert (clean.disposition, clean.rules) == (Disposition.RELAY, ())
        file = DraftFile(name="c.csv", media_type="text/csv", content=b"card,4111 1111 1111 1111")
        locked = DraftFile(name="p.pdf", media_type="application/pdf", content=b"%PDF-1.7 broken")
        filed = checker(replace(DRAFT, text="<p>Bore da</p>", html=True, files=(file, locked)))
        assert {each.part for each in filed.findings if each.detector == "payment-card"} == {"2"}
        assert [each.part for each in filed.unread] == ["3"]
        assert filed.verdict.program
        nobody = checker(replace(DRAFT, recipients=("+447700900123@sms.invalid",), shown=False))
        assert nobody.rules == held.rules
        assert "envelope" not in {each.part for each in nobody.findings}
        demoted += held.rules
        assert checker(DRAFT).disposition is Disposition.RELAY
    finally:
        checker.close()
    assert "4111" not in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_many_drafts_at_once_do_not_keep_the_console_waiting():
    from threading import Event, Thread

    from models.errors import Unavailable

    going = Event()

    def make():
        going.wait(10)
        raise Unavailable("it was only to be waited for")

    checker = DraftChecker(make, POLICY, lambda: NOW)

    def check():
        with pytest.raises(Unavailable):
            checker(DRAFT)

    waiting = [Thread(target=check) for _ in range(4)]
    for each in waiting:
        each.start()
    while checker._few_wait._value:  # until all four are there
        time.sleep(0.01)
    with pytest.raises(Unavailable, match="too many"):
        checker(DRAFT)
    going.set()
    for each in waiting:
        each.join()
    assert checker._few_wait._value == 4


def test_a_draft_for_an_exempt_route_is_not_read():
    exempting = Exemptions(recipients=frozenset({"elsewhere.example"}))
    policy = replace(POLICY, exempt=exempting)
    checker = DraftChecker(pytest.fail, policy, lambda: NOW)
    assert checker(DRAFT).exempt
