"""Exhibits, holds, bundles and disclosures in the console, with each mistake and each refusal."""

import subprocess
import sys
import tarfile
from io import BytesIO

import pytest

from models.audit import Action
from models.db import disclosures, exhibits, exports, freezes, policies
from models.disclosure import Asked, LegalGround
from quarantine.access import open_in_case
from quarantine.evidence import disclosure as disclosing
from quarantine.evidence import exhibits as producing
from quarantine.evidence.exhibits import Produced
from tests.bundles import a_sealing, the_sources
from tests.case_sample import approved, make_case_council, person, work_of
from tests.console_sample import NOW, POLICY, day, entries, send

CONTENT = "covering the panel"  # stands in the sample's text and nowhere else


@pytest.fixture
def council(tmp_path):
    made = make_case_council(tmp_path)
    with made.database.writing() as session:
        policies.put(session, POLICY.digest, "sample", NOW)
    made.bundles = the_sources(a_sealing(tmp_path / "certificate"))
    yield made
    made.database.close()


def details(council, action):
    return [each.detail for each in entries(council, action)]


def exhibit_of(council, case, number=1, *, redact=False):
    given = Produced(label=f"HI/{number}", relevance="It has the card", redact=redact)
    by = person(council, "huw")
    return producing.add(work_of(council), case.id, council.hold(number), given, by=by, now=NOW)


@pytest.mark.requirement("H4")
@pytest.mark.requirement("H7")
def test_an_exhibit_is_added_checked_and_cut(council, visitor):
    held_id = council.hold(1)
    case, huw = approved(council), visitor("huw")
    form = f"/cases/{case.id}/emails/{held_id}/exhibit"
    assert form in huw.get(f"/cases/{case.id}/emails/{held_id}").text
    assert 'value="HI/1"' in huw.get(form).text
    assert "Say who else is in it" in send(huw, form, label="HI/1", relevance="x").text
    given = {"label": "HI/1", "relevance": "The card is ours", "third-colleague": "yes"}
    home = send(huw, form, **given, redact="yes").headers["location"].partition("?")[0]
    page = huw.get(home).text
    for said in ("The card is ours", "A colleague", "Not since it was added"):
        assert said in page
    assert CONTENT not in page
    send(huw, f"{home}/check")
    assert "the copy is as it was accepted" in huw.get(home).text
    opened = send(huw, f"{home}/copy").text
    assert CONTENT in opened
    assert (
        "do not stand in the email"
        in send(huw, f"{home}/copy", act="cut", words="Nobody Atall", reason="crime").text
    )
    cut = send(huw, f"{home}/copy", act="cut", words="John Morris", reason="third-party").text
    assert "[Third party: removed]" in cut
    assert "John Morris wrote" not in cut
    assert "John Morris wrote" in send(huw, f"{home}/copy", restore="0").text
    assert "HI/1" in huw.get(f"/cases/{case.id}/exhibits").text
    assert "an exhibit of this case already" in huw.get(form).text
    with council.database.reading() as session:
        assert len(exhibits.of_case(session, case.id)) == 1


def bundle(client, case, exhibit, **more):
    given = {
        f"exhibit-{exhibit.id}": "yes",
        "purpose": "hearing",
        "form": "evidence",
        "for_whom": "The hearing panel",
        "protect": "none",
        **more,
    }
    return send(client, f"/cases/{case.id}/exports/new", **given)


@pytest.mark.requirement("L44")
def test_a_bundle_is_confirmed_prepared_fetched_and_verified(council, visitor, tmp_path):
    case, huw = approved(council), visitor("huw")
    exhibit = exhibit_of(council, case)
    assert "HI/1" in huw.get(f"/cases/{case.id}/exports/new").text
    confirm = bundle(huw, case, exhibit)
    assert "leave the system" in confirm.text
    assert details(council, Action.BUNDLE) == []
    home = bundle(huw, case, exhibit, confirmed="yes").headers["location"]
    wait_until_ready(council, case)
    page = huw.get(home).text
    assert "The bundle is ready" in page
    packed = send(huw, f"{home}/file")
    assert packed.headers["content-disposition"].startswith("attachment")
    with tarfile.open(fileobj=BytesIO(packed.content)) as archive:
        archive.extractall(tmp_path / "out", filter="data")
    [folder] = (tmp_path / "out").iterdir()
    command = [sys.executable, "-I", "verifier.py"]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
    assert details(council, Action.BUNDLE)[-1].startswith(f"{folder.name[-14:]} fetched")
    mali = visitor("mali")
    assert mali.get(home).status_code == 404
    assert send(mali, f"{home}/file").status_code == 404


def wait_until_ready(council, case):
    import time

    for _ in range(200):
        with council.database.reading() as session:
            if all(each.state != "preparing" for each in exports.of_case(session, case.id)):
                return
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"form": ""}, "Choose a form", id="no form"),
        pytest.param({"purpose": ""}, "Choose what it is for", id="no purpose"),
        pytest.param({"for_whom": " "}, "Write for whom it is", id="for nobody"),
        pytest.param({"protect": ""}, "Choose how it is protected", id="no protection chosen"),
        pytest.param({"protect": "certificate"}, "Paste the recipient", id="no certificate"),
        pytest.param(
            {"protect": "certificate", "certificate": "x"}, "no certificate with", id="not one"
        ),
        pytest.param({"form": "reading-copy"}, "nothing in it has been cut", id="not yet cut"),
    ],
)
def test_a_form_for_a_bundle_that_is_not_complete_says_what_is_missing(
    council, visitor, more, said
):
    case, huw = approved(council), visitor("huw")
    exhibit = exhibit_of(council, case, redact=True)
    answer = bundle(huw, case, exhibit, **more)
    assert answer.status_code == 422
    assert said in answer.text
    assert details(council, Action.BUNDLE) == []


def test_a_bundle_that_fails_says_so_on_its_page(council, visitor):
    council.bundles = the_sources()  # nothing to sign with
    case, huw = approved(council), visitor("huw")
    home = bundle(huw, case, exhibit_of(council, case), confirmed="yes").headers["location"]
    wait_until_ready(council, case)
    assert "The bundle could not be made" in huw.get(home).text
    assert send(huw, f"{home}/file").status_code == 404


@pytest.mark.requirement("H3")
def test_a_legal_hold_says_what_it_keeps_before_it_is_placed(council, visitor):
    case, huw = approved(council), visitor("huw")
    exhibit_of(council, case)
    path = f"/cases/{case.id}/legal-hold"
    form = {"covering": "scope", "reason": "A claim", **day("review", "2027-02-20")}
    assert "Choose what the hold covers" in send(huw, path, reason="x").text
    assert "at most six months" in send(huw, path, **{**form, "review-year": "2029"}).text
    confirm = send(huw, path, **form).text
    assert "1 email will not be deleted while this hold is on." in confirm
    assert "20 February 2027" in confirm
    with council.database.reading() as session:
        assert freezes.listed(session) == []
    send(huw, path, **form, confirmed="yes")
    assert "On legal hold" in huw.get(path).text
    assert "On legal hold" in visitor("owain").get(path).text


@pytest.mark.requirement("L49")
@pytest.mark.parametrize("second", ["owain", "dewi"])
def test_a_disclosure_is_signed_by_two_given_and_receipted(council, visitor, second):
    case, huw, other = approved(council), visitor("huw"), visitor(second)
    exhibit = exhibit_of(council, case)
    form = {
        "authority": "Heddlu",
        "officer": "PC 1234 Rees",
        "reference": "H/77",
        "wanted": "The card email",
        f"exhibit-{exhibit.id}": "yes",
    }
    path = f"/cases/{case.id}/disclosures/new"
    assert "Choose the legal ground" in send(huw, path, **form).text
    home = send(huw, path, **form, ground="crime").headers["location"]
    assert "nothing can be given" in huw.get(home).text
    assert send(huw, home, act="sign").status_code == 403
    disclosure = home.rpartition("/")[2]
    asked = {"disclosure": disclosure, "purpose": ""}
    assert bundle(huw, case, exhibit, **asked).status_code == 403
    there = home if second == "owain" else f"/oversight/disclosures/{disclosure}"
    assert "PC 1234 Rees" in other.get(there).text
    send(other, there, act="sign")
    assert f"exports/new?disclosure={disclosure}" in huw.get(home).text
    assert bundle(huw, case, exhibit, **asked, confirmed="yes").status_code == 303
    wait_until_ready(council, case)
    with council.database.reading() as session:
        [export] = exports.of_case(session, case.id)
    receipt = {"act": "receipt", "officer": "PC 1234 Rees", **day("on", "2026-11-24")}
    assert "not the digest" in send(huw, home, **receipt, digest="0" * 64).text
    send(huw, home, **receipt, digest=export.digest)
    assert "Receipted" in huw.get(home).text
    with council.database.reading() as session:
        [kept] = disclosures.of_cases(session, [case.id])
    assert (kept.signed_by, kept.export) == (second, export.id)
    record = huw.get(f"/cases/{case.id}/record").text
    for said in ("Added an exhibit", "Disclosed evidence", "Recorded a receipt"):
        assert said in record


@pytest.mark.requirement("L49")
def test_an_officer_whom_the_case_is_about_sees_no_request_of_it(council, visitor):
    form = Asked(authority="Heddlu", officer="PC 1234 Rees", reference="H/77", wanted="Emails")
    asked = {}
    for number, about in enumerate(("dewi", "sioned")):
        case = approved(council, people=f"{about} sioned")
        exhibit = exhibit_of(council, case, number + 1)
        asked[about] = disclosing.ask(
            work_of(council),
            case.id,
            form,
            ground=LegalGround.CRIME,
            chosen=[exhibit.id],
            by=person(council, "huw"),
            now=NOW,
        )
    dewi, there = visitor("dewi"), "/oversight/disclosures"
    listed = dewi.get(there).text
    assert [asked[each].id in listed for each in ("dewi", "sioned")] == [False, True]
    assert dewi.get(f"{there}/{asked['dewi'].id}").status_code == 404
    assert "PC 1234 Rees" in dewi.get(f"{there}/{asked['sioned'].id}").text
    assert details(council, Action.OVERSEE) == ["record"]
    assert details(council, Action.TURN_AWAY) == ["record: no-role"]


@pytest.mark.requirement("H4")
def test_looks_within_a_case_about_the_officer_are_not_in_their_record_of_looks(council, visitor):
    theirs, others = council.hold(1), council.hold(2)
    given = {"who": person(council, "huw"), "reason": "cards", "now": NOW}
    for held_id, about in ((theirs, "dewi sioned"), (others, "sioned")):
        case = approved(council, people=about)
        open_in_case(council.database, council.keyring, case.id, held_id, **given)
    dewi = visitor("dewi")
    shown = dewi.get("/oversight/looks").text
    assert [each in shown for each in (theirs, others)] == [False, True]
    dewi.get("/oversight/looks?who=gwen@somewhere.example and what she wrote")
    assert details(council, Action.OVERSEE) == ["looks", "looks"]


@pytest.mark.requirement("L44")
def test_the_steps_of_a_fair_hearing_are_recorded(council, visitor):
    case, huw = approved(council), visitor("huw")
    path = f"/cases/{case.id}/exports"
    assert "Choose what happened" in send(huw, path, **day("on", "2026-11-24")).text
    for wrong in ("2026-11-23", "2026-11-25"):
        assert "not after today" in send(huw, path, step="given", **day("on", wrong)).text
    for step in ("given", "answered", "appealed"):
        send(huw, path, step=step, **day("on", "2026-11-24"))
    record = huw.get(f"/cases/{case.id}/record").text
    for said in ("Gave the employee their copy", "employee&#39;s answer", "employee&#39;s appeal"):
        assert said in record
    assert details(council, Action.CHANGE_CASE)[-1] == "appealed on 2026-11-24"
    assert send(visitor("owain"), path, step="given", **day("on", "2026-11-24")).status_code == 404


def test_an_officer_of_another_body_sees_no_request(council, visitor):
    case = approved(council)
    assert "Nobody has asked" in visitor("dewi").get("/oversight/disclosures").text
    assert visitor("gwen").get("/oversight/disclosures").status_code == 404
    assert visitor("dewi").get(f"/cases/{case.id}/disclosures").status_code == 404
