"""The incident sheet: facts of a breach for the 72-hour clock, and nothing of what anyone said."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from nexthop import NextHop

from gateway.delivery import Courier
from gateway.settings import NextHopSettings
from gateway.worker import Worker
from models.audit import Action, Purpose
from models.db import held
from models.errors import NotFound, SettingInvalid
from models.person import Person, Role
from models.units import HostPort
from quarantine import incident, self_report
from quarantine.access import Depth, open_in_case, open_message
from quarantine.codes import REFUSE_CODES
from quarantine.console.incident_words import Writer
from quarantine.incident import CLOCK, SENDER, Outcome
from quarantine.outcomes import refer, refuse_for_hr
from quarantine.sealed import seal_as_reviewer
from tests.case_sample import BASES, approved
from tests.console_sample import NOW, OFFICERS, PEOPLE, POLICY, day, entries, make_council, send

SAID = "I sent Mrs Price's file to the wrong school"
MORE = (
    *(
        Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
        for name, roles in (
            ("both", frozenset({Role.PROTECTION_OFFICER, Role.ADMINISTRATOR})),
            ("owain", frozenset({Role.AUTHORISER})),
        )
    ),
    *OFFICERS,
)
EVERYONE = tuple(
    replace(each, department="Education") if each.id == "sioned" else each
    for each in (*PEOPLE, *MORE)
)
BY = {each.id: each for each in EVERYONE}


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url, EVERYONE)
    yield made
    made.database.close()


def sheet_of(council, reference="", by="dewi", **given):
    given.setdefault("now", NOW)
    return incident.make(council.database, POLICY, reference, by=BY[by], **given)


def written(sheet, language="en"):
    sections = Writer(sheet, POLICY, BY, language).sections()
    return "\n".join(
        f"{label}: {value}"
        for each in sections
        for label, values in each.rows
        for value in (each.title, *values)
    )


@pytest.mark.requirement("L57")
def test_a_stopped_email_gives_its_facts_and_no_content(council):
    held_id = council.hold(
        1, recipients=("john@example.org", "a@b.example.org", "elin.rhys@cantref.example")
    )
    given = {"who": BY["gwen"], "purpose": Purpose.DECIDE, "now": NOW + timedelta(minutes=5)}
    open_message(council.database, council.keyring, held_id, depth=Depth.TEXT, **given)
    sheet = sheet_of(council, held_id)
    assert (sheet.outcome, sheet.department) == (Outcome.STOPPED, "Education")
    assert (sheet.aware, sheet.deadline) == (NOW, NOW + CLOCK)
    assert (sheet.email.inside, sheet.email.outside, sheet.email.got) == (1, 2, 0)
    assert sheet.email.domains == ("b.example.org", "example.org")
    said = written(sheet)
    for each in ("Payment card number", "Payment card numbers must not be sent", "Gwen Morgan"):
        assert each in said
    for each in ("john@", "covering the panel", "booking.pdf", "Archebu", "4111", "Sioned"):
        assert each not in said + repr(sheet)
    assert "attachments" in sheet.missing
    (entry,) = entries(council, Action.OVERSEE)
    assert (entry.actor, entry.detail) == ("dewi", f"incident sheet, {held_id}")


@pytest.mark.requirement("L57")
def test_what_left_says_when_and_that_it_left(council):
    held_id = council.hold(1)
    council.review.release(held_id, by=BY["gwen"], now=NOW)
    assert sheet_of(council, held_id).outcome is Outcome.BEING_SENT
    later = NOW + timedelta(minutes=2)
    with council.database.writing() as session:
        council.review.sent(session, held.get(session, held_id), later)
    sheet = sheet_of(council, held_id)
    assert (sheet.outcome, sheet.email.left, sheet.email.got) == (Outcome.LEFT, later, 1)
    assert [each.entry.action for each in sheet.email.done] == [
        *(Action.HOLD, Action.RELEASE, Action.SEND)
    ]


@pytest.mark.requirement("L57")
@pytest.mark.parametrize(
    "answer", ["550 5.1.1 no", "450 4.2.1 later"], ids=["rejected", "deferred"]
)
def test_what_left_for_some_of_its_recipients_is_told_apart(council, answer):
    two = ("john@example.org", "ann@example.org")
    held_id = council.hold(1, recipients=two)
    council.review.release(held_id, by=BY["gwen"], now=datetime.now(UTC) - timedelta(hours=1))
    with NextHop(script={"rcpt ann@example.org": answer}) as next_hop:
        courier = Courier(
            NextHopSettings(address=HostPort.parse(next_hop.address)), "porthor.example"
        )
        worker = Worker(
            database=council.database,
            keyring=council.keyring,
            review=council.review,
            courier=courier,
        )
        asyncio.run(worker.once())
        assert ["john@example.org"] in [each.recipients for each in next_hop.wait_for(3)]
    sheet = sheet_of(council, held_id)
    assert (sheet.outcome, sheet.email.got) == (Outcome.LEFT_FOR_SOME, 1)
    assert "who" in sheet.missing
    counts = incident.as_json(sheet, POLICY)["email"]["recipients"]
    assert counts["got"] == 1
    assert "john@" not in json.dumps(incident.as_json(sheet, POLICY))


@pytest.mark.requirement("L57")
def test_a_self_report_gives_when_and_who_was_told_and_not_its_words(council):
    made = self_report.report(council.review, by=BY["sioned"], text=SAID, now=NOW)
    later = NOW + timedelta(hours=1)
    self_report.mark_read(council.review, made.id, by=BY["gwen"], now=later)
    sheet = sheet_of(council, made.id)
    assert (sheet.outcome, sheet.aware, sheet.department) == (Outcome.REPORTED, NOW, "Education")
    assert (sheet.report.told, sheet.report.read) == ("gwen", later)
    assert "Price" not in written(sheet) + repr(sheet)
    assert {"whom", "deleted"} <= set(sheet.missing)


@pytest.mark.requirement("L57")
def test_of_the_system_itself_nothing_is_known_until_the_officer_says_it(council):
    sheet = sheet_of(council)
    assert (sheet.outcome, sheet.deadline) == (Outcome.UNKNOWN, None)
    assert "aware" in sheet.missing
    told = NOW - timedelta(hours=80)
    sheet = sheet_of(council, aware=told)
    assert sheet.deadline == told + CLOCK
    assert "aware" not in sheet.missing
    assert "they have ended" in written(sheet)


@pytest.mark.requirement("L57")
@pytest.mark.parametrize(
    ("aware", "ends"),
    [
        pytest.param(
            datetime(2026, 4, 2, 12, 0, tzinfo=UTC),
            "5 April 2026 at 1:00pm",
            id="over Good Friday and a weekend",
        ),
        pytest.param(
            datetime(2026, 10, 23, 12, 0, tzinfo=UTC),
            "26 October 2026 at midday",
            id="over the night when the clocks go back",
        ),
    ],
)
def test_the_clock_counts_plain_hours(council, aware, ends):
    assert ends in written(sheet_of(council, aware=aware))


@pytest.mark.requirement("L57")
def test_when_the_body_knew_is_not_in_the_future(council):
    with pytest.raises(SettingInvalid, match="after now"):
        sheet_of(council, aware=NOW + timedelta(seconds=1))
    assert entries(council, Action.OVERSEE) == []


@pytest.mark.requirement("L57")
def test_hr_and_its_cases_do_not_show(council):
    council.policy = replace(POLICY, lawful_bases=BASES)
    held_id = council.hold(1)
    case = approved(council)
    open_in_case(
        council.database,
        council.keyring,
        case.id,
        held_id,
        who=BY["huw"],
        reason="the allegation names it",
        now=NOW,
    )
    refer(council.review, held_id, by=BY["gwen"], why="conduct", now=NOW)
    assert sheet_of(council, held_id).outcome is Outcome.STOPPED
    refuse_for_hr(council.review, held_id, by=BY["huw"], code=next(iter(REFUSE_CODES)), now=NOW)
    sheet = sheet_of(council, held_id)
    assert sheet.email.looks == ()
    said = written(sheet)
    assert "Huw" not in said
    assert "A reviewer: Decided that it should not be sent" in said


@pytest.mark.requirement("L51")
def test_a_sheet_has_no_english_left_in_its_welsh(council):
    sheet = sheet_of(council, council.hold(1))
    english, welsh = ({*written(sheet, each).split("\n")} for each in ("en", "cy"))
    assert len(english) > 20
    assert english & welsh == set()


def test_what_its_sender_did_names_no_sender(council):
    held_id = council.hold(1)
    council.review.withdraw(held_id, by=BY["sioned"], now=NOW)
    sheet = sheet_of(council, held_id)
    assert sheet.email.done[-1].by == SENDER
    assert "The sender: Taken back by the sender" in written(sheet)


def sealed(council):
    held_id = council.hold(1)
    seal_as_reviewer(council.database, council.review.post, held_id, by=BY["gwen"], now=NOW)
    return held_id


HOSTILE = {
    "one that is not there": lambda _: "POR999999",
    "what is in the sealed lane": sealed,
    "no reference at all": lambda _: "' or 1=1 --",
    "a byte that no database takes": lambda _: "POR\0",
    "a very long one": lambda _: "A" * 5000,
}


@pytest.mark.requirement("L57")
@pytest.mark.requirement("L50")
@pytest.mark.parametrize("reference", HOSTILE.values(), ids=HOSTILE.keys())
def test_there_is_no_sheet_of(council, visitor, reference):
    given, client = reference(council), visitor("dewi")
    page = send(client, "/oversight/incidents", reference=given)
    assert page.status_code == 422
    nothing = send(client, "/oversight/incidents", reference="POR888888")
    csrf = page.text.count(given) if len(given) < 100 else 0
    assert page.text.count("There is no held email and no report of that reference") == 2
    assert nothing.text.count("There is no held email and no report of that reference") == 2
    assert csrf <= 1
    assert entries(council, Action.OVERSEE) == []


@pytest.mark.requirement("L60")
def test_another_bodys_item_and_report_are_not_there(council):
    held_id = council.hold(1)
    made = self_report.report(council.review, by=BY["sioned"], text=SAID, now=NOW)
    for reference in (held_id, made.id):
        with pytest.raises(NotFound):
            sheet_of(council, reference, by="arall")
    assert entries(council, Action.OVERSEE) == []


@pytest.mark.requirement("L57")
@pytest.mark.requirement("D9")
@pytest.mark.parametrize("who", ["arch", "both", "huw", "gwen", "sioned"])
def test_nobody_but_the_officer_makes_one(council, visitor, who):
    held_id, client = council.hold(1), visitor(who)
    assert client.get("/oversight/incidents").status_code == 404
    assert send(client, "/oversight/incidents", reference=held_id).status_code == 404
    with pytest.raises(NotFound):
        sheet_of(council, held_id, by=who)


@pytest.mark.requirement("L57")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_page_makes_a_sheet_and_looking_at_the_form_changes_nothing(council, visitor, language):
    made = self_report.report(council.review, by=BY["sioned"], text=SAID, now=NOW)
    client = visitor("dewi", language)
    form = client.get("/oversight/incidents").text
    assert made.id in form
    assert "Price" not in form
    assert "Sioned" not in form
    assert entries(council, Action.OVERSEE) == []
    facts = {**day("aware", "2026-11-23"), "clock": "14:30"}
    page = send(client, "/oversight/incidents", reference=made.id, **facts)
    assert page.status_code == 200
    ends = {"en": "26 November 2026 at 2:30pm", "cy": "26 Tachwedd 2026 am 2:30pm"}
    assert ends[language] in page.text
    (entry,) = entries(council, Action.OVERSEE)
    assert entry.detail == f"incident sheet, {made.id}, aware 2026-11-23T14:30:00+00:00"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"clock": "14:30"}, "Enter a day", id="a time without a day"),
        pytest.param(day("aware", "2026-11-23"), "Enter a time", id="a day without a time"),
        pytest.param(
            {**day("aware", "2026-11-23"), "clock": "24:01"}, "Enter a time", id="no time"
        ),
        pytest.param({**day("aware", "2026-11-31"), "clock": "9:00"}, "Enter a day", id="no day"),
        pytest.param({**day("aware", "2026-11-25"), "clock": "9:00"}, "Enter a day", id="later"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(council, visitor, given, said):
    page = send(visitor("dewi"), "/oversight/incidents", reference="", **given)
    assert page.status_code == 422
    assert page.text.count(said) == 2
    assert entries(council, Action.OVERSEE) == []


def test_a_report_names_the_reference_to_give_to_the_officer(council, visitor):
    made = self_report.report(council.review, by=BY["sioned"], text=SAID, now=NOW)
    for who in ("sioned", "gwen"):
        assert f"{made.id}</dd>" in visitor(who).get(f"/reports/{made.id}").text
