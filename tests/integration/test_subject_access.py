"""Everything about one person is gathered, others are masked, and each look is entered.

PORTHOR_GOLDEN=1 writes the golden files anew.
"""

import json
import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import jsonschema_rs
import pytest

from models.audit import Action, AuditEntry, Purpose
from models.db import answers, audit, contents, people, statements
from models.decision import Choice
from models.directory import Directory
from models.errors import NotFound, NotPermitted, SettingInvalid
from models.freeze import Coverage, FreezeKind
from models.held import HeldState
from models.person import Absence, Standing
from models.statement import Saying, Statement
from quarantine import outcomes
from quarantine.access import open_in_case, open_message
from quarantine.console.names import name_in
from quarantine.freezes import Freezes
from quarantine.permissions import keys_of
from quarantine.subject_access.gathering import gathering
from quarantine.subject_access.masking import Mask
from quarantine.subject_access.subject import Subject, choices
from quarantine.subject_access.words import say
from quarantine.subject_access.writing import write_folder
from tests.case_sample import approved, make_case_council, person
from tests.console_sample import NOW, PEOPLE, POLICY

GOLDEN = Path(__file__).parents[1] / "golden" / "subject_access"
REQUEST = "RQ-26-001"


@pytest.fixture
def council(tmp_path, database_url):
    made = make_case_council(tmp_path, database_url)
    yield made
    made.database.close()


def entry(action, actor, subject, detail=""):
    return AuditEntry(at=NOW, actor=actor, action=action, subject=subject, detail=detail)


def gather(council, who, *, decided=None, show=(), by="dewi", language="", request=REQUEST):
    return gathering(
        council.database,
        council.keyring,
        POLICY,
        who,
        choices(request, tuple(show), decided or {}),
        by=person(council, by),
        now=NOW + timedelta(hours=1),
        name=name_in,
        language=language,
    )


def records(found, section="held"):
    return [dict(each.facts) for each in found.records() if each.section == section]


def live(council):
    """A council in which sioned's mail was held, opened, disputed, refused, and is in a case."""
    first = council.hold(1, recipients=("john@example.org", "elin.rhys@cantref.example"))
    second = council.hold(2, recipients=("elin.rhys@cantref.example",))
    gwen = person(council, "gwen")
    given = {"who": gwen, "purpose": Purpose.DECIDE, "now": NOW}
    open_message(council.database, council.keyring, first, **given)
    with council.database.writing() as session:
        said = Statement(
            held=first, by="sioned", kind=Saying.DISPUTED, text="John asked me for it", at=NOW
        )
        statements.add(session, said, entry(Action.DISPUTE, "sioned", first))
        answers.put(session, first, "gwen", True, NOW, entry(Action.LABEL, "gwen", first))
        absence = Absence(first=date(2026, 12, 1), last=date(2026, 12, 4))
        people.set_absence(session, "sioned", absence, entry(Action.SET_AWAY, "sioned", "sioned"))
    council.review.refuse(first, by=gwen, reason="Ask Elin Rhys to use the portal", now=NOW)
    return first, second


@pytest.mark.requirement("L34")
@pytest.mark.requirement("D6")
@pytest.mark.parametrize(("who", "language"), [("sioned", "en"), ("elin", "cy")])
def test_the_golden_export(tmp_path, who, language):
    council = make_case_council(tmp_path)
    live(council)
    write_folder(gather(council, who), tmp_path / "out")
    council.database.close()
    for name in ("report.txt", "data.json"):
        written = (tmp_path / "out" / "for-the-person" / name).read_text(encoding="utf-8")
        golden = GOLDEN / f"{who}.{language}.{name}"
        if os.environ.get("PORTHOR_GOLDEN"):
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(written, encoding="utf-8")
        assert written == golden.read_text(encoding="utf-8")


@pytest.mark.requirement("L34")
def test_the_data_fit_their_schema_and_lack_nothing(council, tmp_path):
    live(council)
    write_folder(gather(council, "sioned"), tmp_path / "out")
    folder = tmp_path / "out" / "for-the-person"
    data = json.loads((folder / "data.json").read_text())
    schema = json.loads((folder / "schema.json").read_text())
    jsonschema_rs.validator_for(schema).validate(data)
    sections = {each["section"] for each in data["records"]}
    assert {"directory", "held", "entry"} <= sections
    first = next(each for each in data["records"] if each["section"] == "held")
    assert first["ties"] == ["author", "sender"]
    assert first["state"] == "refused"
    assert [each["choice"] for each in first["decisions"]] == ["refuse"]
    assert [each["kind"] for each in first["statements"]] == ["disputed"]
    assert [each["purpose"] for each in first["looks"]] == ["decide"]
    assert first["findings"][0]["score"] > 0.9
    assert data["counts"]["matched"] == 2
    directory = data["records"][0]
    assert directory["absent_from"] == "2026-12-01"


@pytest.mark.requirement("L36")
@pytest.mark.requirement("L22")
def test_nobody_else_is_named_and_each_mask_has_a_code(council, tmp_path):
    live(council)
    write_folder(gather(council, "sioned"), tmp_path / "out")
    for path in (tmp_path / "out" / "for-the-person").iterdir():
        text = path.read_text()
        for other in ("john@", "John", "Elin", "Rhys", "elin", "gwen", "Gwen", "4111"):
            assert other not in text, (path.name, other)
    data = json.loads((tmp_path / "out/for-the-person/data.json").read_text())
    held = [each for each in data["records"] if each["section"] == "held"]
    assert all(each["redactions"]["third-party"] > 0 for each in held)
    known = json.loads((tmp_path / "out/for-the-officer/redactions.json").read_text())
    assert {each["who"] for each in known} >= {"gwen", "elin", "john@example.org"}


def test_what_was_found_and_the_reason_given_are_in_the_persons_language(council, tmp_path):
    held_id = council.hold(1)
    given = {"code": "check-recipient", "text": "", "now": NOW}
    outcomes.give_back(council.review, held_id, by=person(council, "gwen"), **given)
    write_folder(gather(council, "sioned", language="cy"), tmp_path / "out")
    report = (tmp_path / "out/for-the-person/report.txt").read_text()
    assert "Rhif cerdyn talu; 0.95" in report
    assert "Gwiriwch y derbynnydd" in report
    for slug in ("payment-card", "unreadable", "check-recipient"):
        assert slug not in report


def test_the_officer_may_show_someone(council):
    live(council)
    first, *_ = records(gather(council, "sioned", show=["gwen", "john@example.org"]))
    assert first["decisions"][0]["by"] == "Gwen Morgan"
    assert first["recipients"][0] == "john@example.org"
    assert first["recipients"][1].startswith("[third party")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("Diolch, Elin Rhys", "Diolch, [third party N]", id="a whole name"),
        pytest.param("RHYS, ELIN rang", "[third party N] rang", id="the surname first"),
        pytest.param(
            "write to huw.ifans@cantref.example", "write to [third party N]", id="address"
        ),
        pytest.param("Sioned Parry rang", "Sioned Parry rang", id="their own name stays"),
        pytest.param("E\u0302lin Rhy\u0302s", "[third party N]", id="marks that combine"),
        pytest.param("me: sioned.parry@cantref.example.", None, id="their own address stays"),
        pytest.param("a@b and <x@y.example>", "[third party N] and <[third party N]>", id="two"),
    ],
)
def test_masking(text, kept):
    sioned = PEOPLE[0]
    subject = Subject(person=sioned, keys=keys_of(sioned))
    masked = Mask(subject=subject, everyone=Directory(PEOPLE), language="en").text(text)
    for number in range(1, 9):
        masked = masked.replace(f"[third party {number}]", "[third party N]")
    assert masked == (kept or text)


@pytest.mark.parametrize(
    ("actor", "shown"),
    [
        ("sioned", "Sioned Parry"),
        ("gwen", "[third party 1]"),
        ("system", "the automatic check"),
        ("os:root", "someone at the system's command line"),
        ("scim", "the body's identity provider"),
        ("unknown", "someone who had not signed in"),
    ],
)
def test_who_acted_is_named_masked_or_no_person(actor, shown):
    sioned = PEOPLE[0]
    subject = Subject(person=sioned, keys=keys_of(sioned))
    mask = Mask(subject=subject, everyone=Directory(PEOPLE), language="en")
    assert mask.person(actor) == shown
    assert set(mask.parties.values()) <= {"gwen"}


@pytest.mark.parametrize("language", ["cy", "en"])
def test_every_act_purpose_and_state_has_words(language):
    kinds = [("acts", Action), ("purposes", Purpose)]
    assert all(say(section, each, language) for section, every in kinds for each in every)
    for field, every in (("state", HeldState), ("choice", Choice), ("kind", Saying)):
        for each in set(every) - {HeldState.SEALED}:
            assert say("values", f"{field}-{each}", language)


@pytest.mark.requirement("L35")
def test_what_was_searched_and_every_look_is_entered(council, tmp_path):
    first, second = live(council)
    council.hold(3)
    told = {f"text {each}": "disclose" for each in (first, second)}
    write_folder(gather(council, "elin", decided=told), tmp_path / "out")
    with council.database.reading() as session:
        entries = [each.entry for each in audit.read(session)]
    looks = [each for each in entries if each.purpose is Purpose.ACCESS]
    assert [each.subject for each in looks if each.action is Action.LOOK] == [first, second]
    begun, done = (each for each in looks if each.subject == "elin")
    assert (begun.actor, begun.subject) == ("dewi", "elin")
    assert done.detail.startswith(f"{REQUEST}: 3 walked, 2 matched, 2 opened")
    report = (tmp_path / "out/for-the-person/report.txt").read_text()
    assert "drwy bob cofnod o neges a ddaliwyd (3)" in report


def test_an_outside_correspondent_is_found_by_address_and_is_in_no_detail(council):
    live(council)
    found = gather(council, "JOHN@example.org", language="en")
    (only,) = records(found)
    assert only["recipients"][0] == "john@example.org"
    assert only["sender"] == "[third party 1]"
    with council.database.reading() as session:
        assert not any("john" in each.entry.detail.lower() for each in audit.read(session))
        assert not any("john" in each.entry.subject.lower() for each in audit.read(session))


def test_someone_who_left_is_found(council):
    first, _ = live(council)
    with council.database.writing() as session:
        left = replace(people.get(session, "sioned"), standing=Standing.LEFT)
        people.put(session, left, entry(Action.CHANGE_PERSON, "os:test", "sioned"))
    found = records(gather(council, "sioned"))
    assert found[0]["id"] == first


def test_what_was_erased_is_said_to_be_gone(council, tmp_path):
    first, _ = live(council)
    with council.database.writing() as session:
        contents.erase(session, first, entry(Action.ERASE, "system", first))
    found = gather(council, "sioned")
    write_folder(found, tmp_path / "out")
    data = json.loads((tmp_path / "out/for-the-person/data.json").read_text())
    gone = next(each for each in data["records"] if each.get("id") == first)
    assert (gone["content"], gone["texts"]) == ("not-here", [])
    assert found.opened == 1


@pytest.mark.requirement("L36")
@pytest.mark.parametrize("decided", [None, "crime", "disclose"])
def test_a_case_is_a_matter_for_the_officer(council, tmp_path, decided):
    first, _ = live(council)
    case = approved(council)
    given = {"who": person(council, "huw"), "reason": "the allegation", "now": NOW}
    open_in_case(council.database, council.keyring, case.id, first, **given)
    found = gather(council, "sioned", decided={case.id: decided} if decided else {})
    write_folder(found, tmp_path / "out")
    told = decided == "disclose"
    for path in (tmp_path / "out/for-the-person").glob("*[!a].[hjt]*"):
        if path.name != "schema.json":
            assert (case.id in path.read_text()) == told, path.name
    data = json.loads((tmp_path / "out/for-the-person/data.json").read_text())
    held = next(each for each in data["records"] if each.get("id") == first)
    assert ("investigate" in {each["purpose"] for each in held["looks"]}) == told
    officer = (tmp_path / "out/for-the-officer/matters.txt").read_text()
    assert case.id in officer
    assert found.undecided == (decided is None)
    with council.database.reading() as session:
        (last,) = [
            each.entry
            for each in audit.read(session, subject=case.id)
            if each.entry.action is Action.GATHER
        ]
    assert last.detail == f"{REQUEST}: {decided or 'undecided'}"


@pytest.mark.parametrize("disclosed", [False, True])
def test_a_referral_is_a_matter_too(council, disclosed):
    held_id = council.hold(1)
    outcomes.refer(council.review, held_id, by=person(council, "gwen"), why="Third time", now=NOW)
    decided = {f"referral {held_id}": "disclose"} if disclosed else {}
    found = gather(council, "sioned", decided=decided)
    (only,) = records(found)
    assert only["state"] == ("referred" if disclosed else "held")
    assert ("Third time" in str(only)) == disclosed
    assert found.matters[f"referral {held_id}"].kind == "referral"


def test_a_message_that_only_names_someone_may_complain_of_them(council):
    held_id = council.hold(1, text=b"Elin Rhys shouted at me. 4111 1111 1111 1111\r\n")
    found = gather(council, "elin")
    assert records(found) == []
    assert (found.opened, found.matters[f"mention {held_id}"].kind) == (0, "mention")
    (told,) = records(gather(council, "elin", decided={f"mention {held_id}": "disclose"}))
    assert told["ties"] == ["named"]
    assert "Elin Rhys shouted" in str(told["texts"])
    assert (told["decisions"], told["looks"], told["happened"]) == ([], [], [])


def test_what_was_never_sent_to_a_person_is_not_given_to_them_unasked(council):
    first, _ = live(council)
    found = gather(council, "elin")
    told = {each["id"]: each for each in records(found)}
    assert (told[first]["content"], told[first]["texts"]) == ("with-officer", [])
    assert (found.opened, found.matters[f"text {first}"].kind) == (0, "text")


def test_a_freeze_is_a_matter_too(council):
    live(council)
    freezing = Freezes(database=council.database)
    given = {"reason": "a claim", "review": date(2027, 1, 1), "by": person(council, "dewi")}
    covers = Coverage(people=frozenset({"sioned"}))
    freeze = freezing.place(FreezeKind.LEGAL_HOLD, covers, now=NOW, **given)
    found = gather(council, "sioned")
    assert records(found, "freeze") == []
    assert found.matters[freeze.id].kind == "freeze"


@pytest.mark.parametrize(
    ("by", "who", "error"),
    [
        pytest.param("sam", "sioned", NotPermitted, id="who runs the system"),
        pytest.param("gwen", "sioned", NotPermitted, id="a manager"),
        pytest.param("huw", "sioned", NotPermitted, id="HR"),
        pytest.param("dewi", "dewi", NotPermitted, id="an officer about themselves"),
        pytest.param("dewi", "nobody", NotFound, id="nobody's id"),
        pytest.param("dewi", "ysgol", NotFound, id="someone of another body"),
    ],
)
def test_who_may_not_gather_what(council, by, who, error):
    with pytest.raises(error):
        gather(council, who, by=by)


@pytest.mark.parametrize(
    ("reference", "decided"),
    [
        pytest.param("Sioned", {}, id="a name for a reference: it stands in the audit chain"),
        pytest.param("", {}, id="no reference"),
        pytest.param(REQUEST, {"HR-26-001": "because"}, id="no such exemption"),
    ],
)
def test_what_the_officer_gives_is_checked(reference, decided):
    with pytest.raises(SettingInvalid):
        choices(reference, (), decided)


def test_a_reviewers_own_decisions_are_theirs_without_the_mail(council):
    first, _ = live(council)
    found = gather(council, "gwen")
    everything = [*found.records()]
    assert found.matched == 0
    (made,) = (each.facts for each in everything if each.section == "decision")
    assert (made["held"], made["choice"]) == (first, "refuse")
    assert made["reason"] == "Ask [third party 1] to use the portal"
    assert [each.facts["should_hold"] for each in everything if each.section == "answer"] == [True]


def test_a_folder_that_is_there_is_left_as_it_is(council, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "theirs").write_text("x")
    with pytest.raises(SettingInvalid, match="is there already"):
        write_folder(gather(council, "sioned"), out)
    assert (out / "theirs").read_text() == "x"


def test_only_its_owner_can_read_it_and_originals_are_the_officers(council, tmp_path):
    first, _ = live(council)
    write_folder(gather(council, "sioned"), tmp_path / "out")
    everything = [*(tmp_path / "out").rglob("*"), tmp_path / "out"]
    assert not any(each.stat().st_mode & 0o077 for each in everything)
    originals = list((tmp_path / "out").rglob("*.eml"))
    assert {each.name for each in originals} >= {f"{first}.eml"}
    assert all("for-the-officer" in each.parts for each in originals)
    assert b"4111 1111 1111 1111" in originals[0].read_bytes()


def test_a_message_to_a_person_gives_no_original(council, tmp_path):
    live(council)
    write_folder(gather(council, "elin"), tmp_path / "out")
    assert list((tmp_path / "out").rglob("*.eml")) == []


def test_another_bodys_messages_are_not_walked_into_it(council):
    live(council)
    with council.database.writing() as session:
        from sqlalchemy import update

        from models.db.tables import HeldRow

        session.execute(update(HeldRow).values(body="ysgol"))
    assert records(gather(council, "sioned")) == []


def test_counts_alone_open_nothing(council):
    live(council)
    found = gather(council, "sioned")
    found.opens = False
    assert len(records(found)) == 2
    assert found.opened == 0
    with council.database.reading() as session:
        looks = [each.entry for each in audit.read(session) if each.entry.action is Action.LOOK]
    assert Purpose.ACCESS not in {each.purpose for each in looks}


def test_markup_in_a_message_is_text_in_the_report(council, tmp_path):
    council.hold(1, text=b"<script>alert(1)</script> 4111 1111 1111 1111\r\n")
    write_folder(gather(council, "sioned"), tmp_path / "out")
    page = (tmp_path / "out/for-the-person/report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
