"""The sealed lane: nobody opens it by any route, and two named officers hand it over once."""

import hashlib
import re
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from classifiers.detectors.known_images import KnownImages
from classifiers.inspection import inspect
from gateway.decide import decide
from gateway.registers import load_registers
from models.audit import Action, Purpose
from models.db import audit, contents, held, outbox, people, policies, sealed
from models.errors import Conflict, NotFound, NotPermitted, SettingInvalid
from models.exhibit import ExportPurpose
from models.finding import PERSONAL_MARK, Finding
from models.held import HeldState
from models.person import Person, Role
from models.policy import Condition
from quarantine import sealed as the_lane
from quarantine.access import Depth, compare, open_message, open_to_learn, open_to_send
from quarantine.console.app import PAGES
from quarantine.console.visit import Permission
from quarantine.evidence import exhibits as producing
from quarantine.evidence import exports as exporting
from quarantine.evidence.exhibits import Produced
from quarantine.evidence.exports import Wanted
from quarantine.evidence.signing import make_certificate
from quarantine.holding import Holding
from quarantine.sealed import agree, ask, hand_over, seal_as_reviewer
from tests.bundles import a_sealing, the_sources
from tests.case_sample import approved, make_case_council, person, work_of
from tests.console_sample import (
    BODY,
    NOW,
    PEOPLE,
    POLICY,
    mail,
    make_council,
    token,
    visit,
)
from tests.factories import an_entry

CONTENT = "covering the panel"
OFFICERS = ("nia", "owen")
MORE = tuple(
    Person(id=name, name=name.title(), addresses=(f"{name}@cantref.example",), roles=roles)
    for name, roles in (
        ("nia", frozenset({Role.NAMED_OFFICER})),
        ("owen", frozenset({Role.NAMED_OFFICER})),
        ("dewi", frozenset({Role.PROTECTION_OFFICER})),
        ("ann", frozenset({Role.AUDITOR})),
        ("sam", frozenset({Role.ADMINISTRATOR})),
        ("dyl", frozenset({Role.DUTY_REVIEWER})),
        ("cerys", frozenset({Role.AUTHORISER})),
    )
)
BY = {each.id: each for each in (*PEOPLE, *MORE)}
EVERYONE = [name for name, each in BY.items() if each.active]


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url, (*PEOPLE, *MORE))
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def police(tmp_path_factory):
    folder = tmp_path_factory.mktemp("police")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Heddlu"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def seal(council, held_id, by="gwen"):
    seal_as_reviewer(council.database, council.review.post, held_id, by=BY[by], now=NOW)


def state(council, held_id):
    with council.database.reading() as session:
        return held.get(session, held_id).state


def entries(council, held_id):
    with council.database.reading() as session:
        return [each.entry for each in audit.read(session, subject=held_id)]


@pytest.mark.requirement("L50")
@pytest.mark.requirement("N11")
def test_no_function_opens_what_is_sealed(council):
    held_id, other = council.hold(1), council.hold(2)
    seal(council, held_id)
    database, keyring = council.database, council.keyring
    for who, purpose in (
        ("gwen", Purpose.DECIDE),
        ("gwen", Purpose.ANSWER),
        ("sioned", Purpose.OWN),
    ):
        for depth in Depth:
            with pytest.raises(NotFound):
                open_message(
                    database, keyring, held_id, who=BY[who], purpose=purpose, depth=depth, now=NOW
                )
    with pytest.raises(NotFound):
        compare(database, keyring, other, [held_id], who=BY["gwen"], now=NOW)
    with pytest.raises(NotFound):
        open_to_send(database, keyring, held_id, now=NOW)
    with pytest.raises(NotFound):
        open_to_learn(database, keyring, held_id, actor="system", now=NOW)
    with database.writing() as session:
        kinds = session.scalars(text(f"SELECT kind FROM contents WHERE item = '{held_id}'")).all()
        assert contents.MESSAGE in kinds
        for kind in kinds:
            with pytest.raises(NotFound):
                contents.open_more(session, keyring, held_id, kind)
            assert list(contents.scan(session, keyring, [held_id], kind)) == []
        with pytest.raises(NotFound):
            contents.seal_beside(session, keyring, held_id, "x", b"")
        with pytest.raises(Conflict):
            contents.erase(session, held_id, entries(council, held_id)[0])


@pytest.mark.requirement("L50")
@pytest.mark.requirement("N11")
@pytest.mark.requirement("H11")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # long: once is enough
@pytest.mark.parametrize("who", EVERYONE)
def test_no_route_leads_to_it_for_anyone(council, who):
    held_id = council.hold(1)
    seal(council, held_id)
    with visit(council, who) as client:
        for page in PAGES:
            if page.permission in {Permission.ANYONE, Permission.PROVISION}:
                continue
            path = re.sub(r"{\w+}", held_id, page.path)
            if page.method == "GET":
                answer = client.get(path)
            else:
                form = {"csrf": token(client), "depth": "text", "choice": "release"}
                answer = client.post(path, data=form)
            assert CONTENT not in answer.text, page.path
            assert "4111 1111" not in answer.text, page.path
            if who not in (*OFFICERS, "sioned") and "{" not in page.path:
                assert held_id not in answer.text, page.path
            if "{id}" in page.path and who != "sioned":
                assert answer.status_code == 404, page.path
    assert state(council, held_id) is HeldState.SEALED
    assert not any(each.action is Action.LOOK for each in entries(council, held_id))


@pytest.mark.parametrize("before", ["held", "released", "refused", "withdrawn", "sent"])
def test_it_can_be_sealed_whatever_has_become_of_it(council, before):
    held_id, review = council.hold(1), council.review
    match before:
        case "released" | "sent":
            review.release(held_id, by=BY["gwen"], now=NOW)
        case "refused":
            review.refuse(held_id, by=BY["gwen"], reason="No", now=NOW)
        case "withdrawn":
            review.withdraw(held_id, by=BY["sioned"], now=NOW)
    if before == "sent":
        with council.database.writing() as session:
            review.sent(session, held.get(session, held_id), NOW)
    seal(council, held_id)
    assert state(council, held_id) is HeldState.SEALED
    with council.database.writing() as session:
        due = outbox.claim(session, NOW + timedelta(days=1), limit=50, lease=timedelta(minutes=1))
    assert not any(each.kind == outbox.RELEASE for each in due) or before == "sent"
    with pytest.raises(NotFound):
        seal(council, held_id)


def test_what_a_worker_has_taken_is_not_sealed_half_way(council):
    held_id = council.hold(1)
    council.review.release(held_id, by=BY["gwen"], now=NOW)
    with council.database.writing() as session:
        outbox.claim(session, NOW, limit=50, lease=timedelta(minutes=15))
    with pytest.raises(Conflict, match="being sent"):
        seal(council, held_id)
    assert state(council, held_id) is HeldState.RELEASED


@pytest.mark.requirement("L50")
def test_its_sender_sees_what_they_saw_before_and_can_take_it_back_in_appearance(council):
    held_id = council.hold(1)
    seal(council, held_id)
    with visit(council, "sioned") as client:
        shown = client.get(f"/held/{held_id}").text
        assert "Your email has not been sent yet" in shown
        assert not re.search("seal|police|named officer|Nia|Owen", shown, re.IGNORECASE)
        assert "seal" not in client.get("/mine").text.lower()
        opened = client.post(f"/held/{held_id}/email", data={"csrf": token(client)})
        assert opened.status_code == 404
        client.post(f"/held/{held_id}/withdraw", data={"csrf": token(client)})
        assert "You have taken this email back" in client.get(f"/held/{held_id}").text
    assert state(council, held_id) is HeldState.SEALED


@pytest.mark.requirement("H11")
@pytest.mark.requirement("L49")
def test_two_named_officers_hand_it_over_once_to_the_police_s_key(council, police, tmp_path):
    held_id = council.hold(1)
    seal(council, held_id)
    pem = (police / "certificate.pem").read_text()
    with visit(council, "nia") as nia, visit(council, "owen") as owen:
        assert held_id in nia.get("/sealed").text
        form = {"csrf": token(nia), "reference": "DPP/2026/1", "certificate": pem}
        assert nia.post(f"/sealed/{held_id}/file", data=form).status_code == 403
        assert nia.post(f"/sealed/{held_id}/ask", data=form).status_code == 303
        form["seen"] = asked_to(council, held_id)
        alone = nia.post(f"/sealed/{held_id}/agree", data=form)
        assert (alone.status_code, "Your attempt was recorded" in alone.text) == (403, True)
        assert nia.post(f"/sealed/{held_id}/file", data=form).status_code == 403
        form |= {"csrf": token(owen), "seen": asked_to(council, held_id)}
        assert owen.post(f"/sealed/{held_id}/agree", data=form).status_code == 303
        given = owen.post(f"/sealed/{held_id}/file", data=form)
        assert given.status_code == 200
        again = owen.post(f"/sealed/{held_id}/file", data=form)
        assert again.status_code == 409
    assert CONTENT.encode() not in given.content
    (tmp_path / "item.p7m").write_bytes(given.content)
    opened = subprocess.run(
        [
            *("openssl", "cms", "-decrypt", "-binary", "-inform", "DER"),
            *("-in", tmp_path / "item.p7m", "-inkey", police / "key.pem"),
        ],
        check=True,
        capture_output=True,
    ).stdout
    with council.database.reading() as session:
        assert hashlib.sha256(opened).hexdigest() == held.get(session, held_id).digest
        assert sealed.get(session, held_id).given == NOW
        audit.verify(session)
    done = [(each.actor, each.action) for each in entries(council, held_id)]
    for each in (
        ("gwen", Action.SEAL),
        ("nia", Action.HAND_OVER),
        ("nia", Action.TURN_AWAY),
        ("owen", Action.HAND_OVER),
        ("owen", Action.LOOK),
    ):
        assert each in done


def test_nobody_else_hands_anything_over(council, police):
    held_id, database = council.hold(1), council.database
    seal(council, held_id)
    pem = (police / "certificate.pem").read_text()
    for by in (each for name, each in BY.items() if name not in OFFICERS):
        with pytest.raises(NotFound):
            ask(database, held_id, by=by, reference="1", certificate=pem, now=NOW)
        with pytest.raises(NotFound):
            agree(database, held_id, seen="", by=by, now=NOW)
        with pytest.raises(NotFound):
            hand_over(database, council.keyring, held_id, by=by, now=NOW)
        with pytest.raises(NotFound):
            the_lane.lane(database, who=by)


def test_an_officer_does_not_handle_their_own_mail(council, police):
    held_id = council.hold(1)
    seal(council, held_id)
    own = replace(BY["sioned"], roles=frozenset({Role.NAMED_OFFICER}))
    pem = (police / "certificate.pem").read_text()
    assert the_lane.lane(council.database, who=own) == []
    with pytest.raises(NotFound):
        ask(council.database, held_id, by=own, reference="1", certificate=pem, now=NOW)


@pytest.mark.parametrize(
    ("reference", "certificate"), [("", "good"), ("1", "nothing"), ("x" * 101, "good")]
)
def test_what_cannot_be_handed_over_is_said_at_once(council, police, reference, certificate):
    held_id = council.hold(1)
    seal(council, held_id)
    pem = (police / "certificate.pem").read_text() if certificate == "good" else certificate
    with pytest.raises(SettingInvalid):
        ask(council.database, held_id, by=BY["nia"], reference=reference, certificate=pem, now=NOW)


def test_asking_anew_needs_agreement_anew(council, police):
    held_id = council.hold(1)
    seal(council, held_id)
    pem = (police / "certificate.pem").read_text()
    database = council.database
    ask(database, held_id, by=BY["nia"], reference="1", certificate=pem, now=NOW)
    agree(database, held_id, seen=asked_to(council, held_id), by=BY["owen"], now=NOW)
    ask(database, held_id, by=BY["nia"], reference="2", certificate=pem, now=NOW)
    with pytest.raises(NotPermitted):
        hand_over(database, council.keyring, held_id, by=BY["nia"], now=NOW)
    assert [each.detail for each in entries(council, held_id) if each.action is Action.TURN_AWAY]


def asked_to(council, held_id):
    with council.database.reading() as session:
        return the_lane.fingerprint_of(sealed.get(session, held_id))


@pytest.mark.requirement("H11")
def test_nobody_puts_another_certificate_under_what_the_second_officer_agrees_to(
    council, police, tmp_path
):
    held_id, database = council.hold(1), council.database
    seal(council, held_id)
    own = tmp_path / "own.pem"
    make_certificate(["Nia"], own, tmp_path / "key.pem", now=NOW)
    form = {"by": BY["nia"], "reference": "1", "now": NOW}
    ask(database, held_id, certificate=(police / "certificate.pem").read_text(), **form)
    seen = asked_to(council, held_id)
    with visit(council, "owen") as owen:
        assert seen in owen.get("/sealed").text
        ask(database, held_id, certificate=own.read_text(), **form)
        given = {"csrf": token(owen), "seen": seen}
        assert owen.post(f"/sealed/{held_id}/agree", data=given).status_code == 409
    with database.writing() as session:
        before = replace(sealed.get(session, held_id), certificate="what was read before")
        with pytest.raises(Conflict):
            sealed.change(session, before, an_entry(held_id), agreed_by="owen")


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_a_known_file_is_sealed_as_it_arrives_and_no_reviewer_is_asked(council, tmp_path, kind):
    given = mail(9)
    attached = given.message.parts[1].payload
    (tmp_path / "known-images.txt").write_text(hashlib.new(kind, attached).hexdigest().upper())
    found = inspect(given, [KnownImages(load_registers(tmp_path).images)])
    assert [each.category for each in found.findings] == ["known"]
    rule = replace(POLICY.rules[0], when=(Condition(detector="known-images"),))
    policy = replace(POLICY, rules=(rule,))
    verdict = decide(given.envelope, found.findings, policy, on=NOW.date())
    holding = Holding(
        database=council.database,
        keyring=council.keyring,
        policy=policy,
        post=council.review.post,
    )
    held_id = holding.hold(mail=given, verdict=verdict, inspection=found, now=NOW)
    assert state(council, held_id) is HeldState.SEALED
    with council.database.writing() as session:
        due = outbox.claim(session, NOW, limit=50, lease=timedelta(minutes=1))
        kinds = session.scalars(text(f"SELECT kind FROM contents WHERE item = '{held_id}'")).all()
    told = sorted(each.address for one in due for each in one.recipients)
    assert told == [f"{each}@cantref.example" for each in ("nia", "owen", "sioned.parry")]
    assert set(kinds) == {contents.MESSAGE, contents.ACCEPTANCE}
    with visit(council, "sioned") as client:
        shown = client.get(f"/held/{held_id}")
    assert (shown.status_code, "known" in shown.text) == (200, False)
    assert all(b"booking" not in each.content and b"panel" not in each.content for each in due)


def test_a_list_of_known_files_that_is_none_is_refused(tmp_path):
    (tmp_path / "known-images.txt").write_text("d41d8cd98f00b204e9800998ecf8427e\nnot a digest\n")
    with pytest.raises(SettingInvalid, match="entry 2"):
        load_registers(tmp_path)


def test_where_there_is_no_officer_the_protection_officer_must_name_one(council):
    with council.database.writing() as session:
        session.execute(text("UPDATE people SET standing = 'left' WHERE id IN ('nia', 'owen')"))
    held_id = council.hold(1)
    with council.database.writing() as session:
        outbox.claim(session, NOW, limit=50, lease=timedelta(days=1))
    seal(council, held_id)
    with council.database.writing() as session:
        (notice,) = outbox.claim(session, NOW, limit=50, lease=timedelta(minutes=1))
    assert [each.address for each in notice.recipients] == ["dewi@cantref.example"]
    assert held_id.encode() not in notice.content


@pytest.mark.requirement("N11")
def test_an_officer_is_not_warned_that_their_own_mail_was_sealed(council):
    sioned = replace(BY["sioned"], roles=frozenset({Role.NAMED_OFFICER}))
    with council.database.writing() as session:
        people.put(session, sioned, an_entry("sioned", Action.CHANGE_PERSON))
    held_id = council.hold(1)
    with council.database.writing() as session:
        outbox.claim(session, NOW, limit=50, lease=timedelta(days=1))
    seal(council, held_id)
    with council.database.writing() as session:
        due = outbox.claim(session, NOW, limit=50, lease=timedelta(minutes=1))
    told = sorted(each.address for one in due for each in one.recipients)
    assert told == ["nia@cantref.example", "owen@cantref.example"]


def test_who_works_on_a_case_seals_what_they_meet_in_it(tmp_path):
    council = make_case_council(tmp_path)
    held_id = council.hold(1)
    case = approved(council)
    with visit(council, "huw") as client:
        there = f"/cases/{case.id}/emails/{held_id}"
        assert client.get(there).status_code == 200
        assert "You need not be sure" in client.get(f"{there}/seal").text
        assert client.post(f"{there}/seal", data={"csrf": token(client)}).status_code == 200
        assert client.get(there).status_code == 404
        form = {"csrf": token(client), "reason": "cards", "depth": "text"}
        assert client.post(there, data=form).status_code == 404
        assert client.post(f"{there}/seal", data=form).status_code == 404
    refused = [each.detail for each in entries(council, case.id) if each.action is Action.TURN_AWAY]
    assert f"seal: out-of-scope {held_id}" in refused
    with visit(council, "mali") as client:
        form = {"csrf": token(client)}
        assert client.post(f"{there}/seal", data=form).status_code == 404
    assert state(council, held_id) is HeldState.SEALED
    council.database.close()


@pytest.mark.requirement("N11")
def test_what_is_sealed_leaves_in_no_bundle_that_was_made_before(tmp_path):
    council = make_case_council(tmp_path)
    held_id, work, huw = council.hold(1), work_of(council), person(council, "huw")
    with council.database.writing() as session:
        policies.put(session, POLICY.digest, "sample", NOW)
    case, by = approved(council), {"by": huw, "now": NOW}
    exhibit = producing.add(work, case.id, held_id, Produced(label="HI/1", relevance="cards"), **by)
    wanted = Wanted(purpose=ExportPurpose.HEARING, for_whom="Panel")
    begun = exporting.begin(work, case.id, wanted, **by)
    sources = the_sources(a_sealing(tmp_path / "certificate"))
    export = exporting.run(work, sources, BODY, begun, by=huw, clock=lambda: NOW)
    assert exporting.fetch(work, case.id, export.id, **by)
    the_lane.seal_in_case(council.database, council.review.post, case.id, held_id, **by)
    with pytest.raises(NotFound):
        exporting.fetch(work, case.id, export.id, **by)
    with pytest.raises(NotFound):
        producing.open_copy(work, case.id, exhibit.id, **by)
    council.database.close()


@pytest.mark.requirement("N12")
def test_nothing_is_learnt_from_what_is_marked_personal(council):
    mark = Finding(detector=PERSONAL_MARK, category="personal", score=1.0, part="envelope")
    held_id = council.hold(1, more=(mark,))
    with pytest.raises(NotFound):
        open_to_learn(council.database, council.keyring, held_id, actor="system", now=NOW)
