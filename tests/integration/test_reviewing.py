"""The review side of the console through its ASGI application, on both databases."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from models.audit import Action, Purpose
from models.db import answers, audit, outbox, statements
from models.db import held as held_messages
from models.finding import Finding, Weight
from models.held import HeldState
from tests.console_sample import (
    MARKED,
    NOW,
    TEXT,
    check_draft,
    entries,
    make_council,
    token,
)


@pytest.fixture
def council(tmp_path, database_url):
    made = make_council(tmp_path, database_url)
    made.review = replace(made.review, undo=timedelta(seconds=60))
    yield made
    made.database.close()


@pytest.fixture
def visitor(visitor):
    return partial(visitor, follow=True, check_draft=check_draft)


def post(client, page, path, **form):
    return client.post(path, data={"csrf": token(client, page), **form})


def message_of(council, held_id):
    with council.database.reading() as session:
        return held_messages.get(session, held_id)


def state(council, held_id):
    return message_of(council, held_id).state


def decide(client, held_id, choice, **details):
    path = f"/held/{held_id}"
    return post(client, path, f"{path}/decision", choice=choice, stage="details", **details)


def test_a_release_can_be_stopped_for_a_minute(council, visitor):
    held_id, gwen = council.hold(1), visitor("gwen")
    page = f"/held/{held_id}"
    shown = decide(gwen, held_id, "release").text
    assert "It is sent in 60 seconds." in shown
    assert "Stop sending" not in visitor("elin", "en").get(page).text
    stopped = post(gwen, page, f"{page}/stop")
    assert "You stopped it." in stopped.text
    assert state(council, held_id) is HeldState.HELD
    assert 'name="choice"' in stopped.text
    assert "Passed to another reviewer" not in stopped.text
    decide(gwen, held_id, "note", text="Next time, telephone")
    assert "Note to you" in visitor("sioned").get(page).text
    assert len(entries(council, Action.STOP)) == 1


def test_what_has_gone_to_the_worker_is_not_stopped(council, visitor):
    held_id, gwen = council.hold(1), visitor("gwen")
    page = f"/held/{held_id}"
    decide(gwen, held_id, "release")
    csrf = token(gwen, page)
    with council.database.writing() as session:
        later = NOW + timedelta(seconds=61)
        assert outbox.claim(session, later, limit=99, lease=timedelta(minutes=1))
    assert gwen.post(f"{page}/stop", data={"csrf": csrf}).status_code == 409
    assert state(council, held_id) is HeldState.RELEASED
    assert "Stop sending" not in gwen.get(page).text


@pytest.mark.requirement("S5")
def test_giving_back_asks_what_needs_to_change_and_the_sender_asks_again(council, visitor):
    held_id, gwen, sioned = council.hold(1), visitor("gwen"), visitor("sioned")
    page = f"/held/{held_id}"
    asked = post(gwen, page, f"{page}/decision", choice="return", should_hold="no")
    assert "What needs to change?" in asked.text
    assert 'name="should_hold" value="no"' in asked.text
    assert decide(gwen, held_id, "return", code="no-such").status_code == 422
    decide(gwen, held_id, "return", code="say-why", text="Pam heddiw?", should_hold="no")
    own = sioned.get(page).text
    assert "Your email has been given back to you to fix" in own
    assert "Say why it needs to be sent" in own
    assert "Pam heddiw?" in own
    assert "Dywedwch pam mae angen ei anfon" in visitor("sioned", "cy").get(page).text
    assert post(sioned, f"{page}/again", f"{page}/again", text=" ").status_code == 422
    done = post(sioned, f"{page}/again", f"{page}/again", text="The court asks for it today")
    assert "asked to decide again" in done.text
    assert state(council, held_id) is HeldState.HELD
    assert "The court asks for it today" in gwen.get(page).text
    with council.database.reading() as session:
        (answer,) = answers.everything(session)
    assert (answer.by, answer.should_hold) == ("gwen", False)


def test_what_was_given_back_is_taken_up_when_its_sender_does_not_answer(council, visitor):
    held_id, gwen = council.hold(1), visitor("gwen")
    page = f"/held/{held_id}"
    decide(gwen, held_id, "return", code="protect-file")
    assert "Decide on it again" in gwen.get(page).text
    assert "Should this email be sent?" in post(gwen, page, f"{page}/take-up").text
    assert (state(council, held_id), message_of(council, held_id).decisions) == (HeldState.HELD, ())
    csrf = token(visitor("sioned"), page)
    assert visitor("sioned").post(f"{page}/take-up", data={"csrf": csrf}).status_code == 403


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        pytest.param("yes", [True], id="yes"),
        pytest.param("no", [False], id="no"),
        pytest.param("", [], id="left unanswered"),
        pytest.param("maybe", [], id="something else"),
    ],
)
def test_the_other_question_is_kept_apart(council, visitor, answer, kept):
    held_id = council.hold(1)
    decide(visitor("gwen"), held_id, "release", should_hold=answer)
    assert state(council, held_id) is HeldState.RELEASED
    with council.database.reading() as session:
        assert [each.should_hold for each in answers.everything(session)] == kept
    assert "should_hold" not in visitor("sioned").get(f"/held/{held_id}").text


def test_who_passes_it_to_hr_sees_it_no_more_and_the_sender_sees_nothing_new(council, visitor):
    held_id = council.hold(1)
    gwen, elin, sioned, huw = (visitor(each, "en") for each in ("gwen", "elin", "sioned", "huw"))
    page = f"/held/{held_id}"
    before = sioned.get(page).text
    assert decide(gwen, held_id, "refer").status_code == 422
    assert (
        "You have passed the email to HR" in decide(gwen, held_id, "refer", text="A pattern").text
    )
    assert state(council, held_id) is HeldState.REFERRED
    assert gwen.get(page).status_code == 404
    assert elin.get(page).status_code == 404
    csrf = token(elin, "/mine")
    assert elin.post(f"{page}/email", data={"csrf": csrf, "depth": "text"}).status_code == 404
    assert re.sub("[0-9a-f]{64}", "", sioned.get(page).text) == re.sub("[0-9a-f]{64}", "", before)
    assert "Held" in sioned.get("/mine").text
    listed = huw.get("/referrals").text
    assert "A pattern" in listed
    assert "Gwen Morgan" in listed
    assert "panel" not in listed
    assert elin.get("/referrals").status_code == 404
    assert elin.post(f"/referrals/{held_id}/back", data={"csrf": csrf}).status_code == 404
    post(huw, "/referrals", f"/referrals/{held_id}/back")
    back = message_of(council, held_id)
    assert (back.state, back.reviewer) == (HeldState.HELD, "elin")
    assert gwen.get(page).status_code == 404
    assert "HR" not in re.sub("pass it to HR|went to HR", "", elin.get(page).text)


def test_hr_refuses_and_nobody_is_told_that_it_was_hr(council, visitor):
    held_id, gwen, huw = council.hold(1), visitor("gwen"), visitor("huw")
    sioned = visitor("sioned")
    csrf = token(sioned, f"/held/{held_id}")
    decide(gwen, held_id, "refer", text="A pattern")
    assert post(huw, "/referrals", f"/referrals/{held_id}/refuse").status_code == 422
    post(huw, "/referrals", f"/referrals/{held_id}/refuse", code="policy")
    assert state(council, held_id) is HeldState.REFUSED
    late = sioned.post(f"/held/{held_id}/withdraw", data={"csrf": csrf})
    assert (late.status_code, "That could not be done" in late.text) == (409, True)
    own = sioned.get(f"/held/{held_id}").text
    assert "The policy does not allow it" in own
    for text in (own, late.text):
        assert "Huw" not in text
        assert "HR" not in text


def test_someone_else_should_decide(council, visitor):
    held_id, gwen = council.hold(1), visitor("gwen")
    assert "Someone else will decide" in decide(gwen, held_id, "other").text
    assert message_of(council, held_id).reviewer == "elin"
    assert gwen.get(f"/held/{held_id}").status_code == 404


@pytest.mark.requirement("L18")
@pytest.mark.requirement("M4")
def test_each_depth_is_opened_by_itself_and_entered_with_its_purpose(council, visitor):
    held_id, gwen = council.hold(1), visitor("gwen")
    page = f"/held/{held_id}"
    assert "411•" not in gwen.get(page).text
    masked = post(gwen, page, f"{page}/email", depth="matches").text
    assert "411• •••• •••• ••••" in masked
    assert "panel" not in masked
    read = post(gwen, page, f"{page}/email", depth="text").text
    assert "panel" in read
    assert "porthor-tree" not in read
    all_of_it = post(gwen, page, f"{page}/email", depth="attachments").text
    assert "booking.pdf" in all_of_it
    decide(gwen, held_id, "refuse", code="policy")
    post(gwen, page, f"{page}/email", depth="text")
    looks = [(each.purpose, each.detail) for each in entries(council, Action.LOOK)]
    decided = [(Purpose.DECIDE, each) for each in ("matches", "text", "attachments")]
    assert looks == [*decided, (Purpose.ANSWER, "text")]
    happened = visitor("sioned").get(page).text
    assert "Opened what was found, masked, to decide" in happened
    assert "Opened the text, to answer for a decision" in happened


@pytest.mark.requirement("M10")
def test_one_decision_for_those_that_say_the_same(council, visitor):
    first, second = council.hold(1), council.hold(2, recipients=("ann@example.org",))
    third = council.hold(3, recipients=("cai@example.org",))
    other = council.hold(4, text=TEXT.replace(b"4111 1111 1111 1111", b"5555 5555 5555 4444"))
    gwen = visitor("gwen")
    queue = gwen.get("/queue").text
    assert "4 emails are held" in queue
    assert "3 more emails of the same sender look the same" in queue
    page = gwen.get(f"/held/{first}").text
    assert f'name="also-{second}"' in page
    also = {f"also-{each}": "yes" for each in (second, other, "POR999999")}
    details = {"code": "duplicate", "should_hold": "yes", **also}
    done = decide(gwen, first, "refuse", **details).text
    assert [state(council, each) for each in (first, second)] == [HeldState.REFUSED] * 2
    assert [state(council, each) for each in (third, other)] == [HeldState.HELD] * 2
    assert "You decided the same on 1 more email that says the same" in done
    refused = {each.subject for each in entries(council, Action.REFUSE)}
    assert refused == {first, second}
    with council.database.reading() as session:
        assert {each.held for each in answers.everything(session)} == {first, second}


def test_what_was_released_together_is_stopped_together(council, visitor):
    first, second = council.hold(1), council.hold(2, recipients=("ann@example.org",))
    gwen = visitor("gwen")
    shown = decide(gwen, first, "release", **{f"also-{second}": "yes"}).text
    assert "Stopping it stops those" in shown
    assert [state(council, each) for each in (first, second)] == [HeldState.RELEASED] * 2
    post(gwen, f"/held/{first}", f"/held/{first}/stop")
    assert [state(council, each) for each in (first, second)] == [HeldState.HELD] * 2
    with council.database.reading() as session:
        assert not any(outbox.leaves_at(session, each) for each in (first, second))


def test_two_people_for_the_gravest_and_any_change_resets_both(council, visitor):
    held_id, gwen, elin = council.hold(4, text=MARKED), visitor("gwen"), visitor("elin", "en")
    assert "You agreed" in decide(gwen, held_id, "release").text
    assert "It is sent in" in decide(elin, held_id, "release").text
    page = f"/held/{held_id}"
    post(elin, page, f"{page}/stop")
    assert message_of(council, held_id).decisions == ()


@pytest.mark.requirement("S4")
def test_an_explanation_reaches_the_reviewer_as_text(council, visitor):
    held_id, sioned, gwen = council.hold(1), visitor("sioned"), visitor("gwen")
    page = f"/held/{held_id}"
    assert post(sioned, page, f"{page}/explain", text="").status_code == 422
    assert post(sioned, page, f"{page}/explain", text="x" * 501).status_code == 422
    said = "<b>John</b> is covering\nthe panel"
    assert "will see what you wrote" in post(sioned, page, f"{page}/explain", text=said).text
    assert "&lt;b&gt;John&lt;/b&gt; is covering\nthe panel" in gwen.get(page).text
    assert "The sender has explained" in gwen.get("/queue").text
    csrf = token(gwen, page)
    assert gwen.post(f"{page}/explain", data={"csrf": csrf, "text": "x"}).status_code == 404


@pytest.mark.requirement("L41")
@pytest.mark.requirement("M11")
def test_urgent_mail_comes_first(council, visitor):
    first, second = council.hold(1), council.hold(2, text=MARKED)
    sioned, gwen = visitor("sioned"), visitor("gwen")
    assert gwen.get("/queue").text.index(first) < gwen.get("/queue").text.index(second)
    page = f"/held/{second}"
    assert post(sioned, page, f"{page}/urgent").status_code == 422
    post(sioned, page, f"{page}/urgent", kind="harm", text="A child")
    queue = gwen.get("/queue").text
    assert queue.index(second) < queue.index(first)
    assert "Urgent: someone may come to harm (1)" in queue
    assert "A child" in gwen.get(page).text


@pytest.mark.requirement("M1")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param("?rule=cards", [True, False], id="by rule"),
        pytest.param("?urgent=yes", [False, True], id="the urgent"),
        pytest.param("?deadline=today&team=-", [True, True], id="what fits all"),
        pytest.param("?rule=cards&urgent=yes", [False, False], id="nothing fits both"),
        pytest.param("?rule=%3Cscript%3E", [True, True], id="what is not offered is ignored"),
    ],
)
def test_the_list_is_filtered_by_its_address(council, visitor, query, shown):
    ids = council.hold(1), council.hold(2, text=MARKED)
    page = f"/held/{ids[1]}"
    post(visitor("sioned"), page, f"{page}/urgent", kind="legal", text="The court")
    found = visitor("gwen").get(f"/queue{query}").text
    assert [f'href="/held/{each}"' in found for each in ids] == shown
    assert "2 emails are held" in found
    assert (f"The filters show {sum(shown)} of 2." in found) == (
        shown != [True, True] or "team" in query
    )
    assert "<script>" not in found


def test_late_mail_comes_before_what_is_due(council, visitor):
    held_id, gwen = council.hold(1), visitor("gwen")
    assert "Due today (1)" in gwen.get("/queue").text
    ends = message_of(council, held_id).turn.ends
    council.clock[0] = ends + timedelta(minutes=1)
    gwen = visitor("gwen")
    assert "Late (1)" in gwen.get("/queue").text
    assert "The next person is being asked" in visitor("sioned").get(f"/held/{held_id}").text


@pytest.mark.requirement("S6")
def test_the_sender_asks_for_someone_else_once(council, visitor):
    held_id, sioned = council.hold(1), visitor("sioned")
    page = f"/held/{held_id}"
    assert "Someone else is asked" in post(sioned, page, f"{page}/someone-else").text
    assert message_of(council, held_id).reviewer == "elin"
    assert visitor("gwen").get(page).status_code == 404
    assert f"{page}/someone-else" not in sioned.get(page).text
    assert post(sioned, page, f"{page}/someone-else").status_code == 409


def test_a_dispute_is_kept_and_not_shown_to_the_reviewer(council, visitor):
    held_id, sioned = council.hold(1), visitor("sioned")
    page = f"/held/{held_id}"
    done = post(sioned, page, f"{page}/dispute", text="It is the room's own card")
    assert "What you said is recorded" in done.text
    assert "the room&#39;s own card" in done.text
    assert "own card" not in visitor("gwen").get(page).text


def test_the_sender_confirms_and_can_still_stop_it(council, visitor):
    held_id = council.hold(2, recipients=("j@post.example",), text=b"Bore da\r\n")
    sioned, page = visitor("sioned"), f"/held/{held_id}"
    assert "Is it right?" in sioned.get(page).text
    assert "It is sent in 60 seconds" in post(sioned, page, f"{page}/confirm").text
    assert "You stopped it" in post(sioned, page, f"{page}/stop-own").text
    assert state(council, held_id) is HeldState.HELD


def test_a_self_report_is_read_by_the_manager_alone(council, visitor):
    sioned, gwen, elin = visitor("sioned"), visitor("gwen"), visitor("elin", "en")
    assert "Gwen Morgan is told by email" in sioned.get("/report").text
    assert post(sioned, "/report", "/report", text=" ").status_code == 422
    assert post(sioned, "/report", "/report", text="x" * 2001).status_code == 422
    made = post(sioned, "/report", "/report", text="The list went to the wrong Jones")
    path = made.url.path
    assert "Who was told" in made.text
    assert path in gwen.get("/queue").text
    assert "the wrong Jones" in gwen.get(path).text
    assert elin.get(path).status_code == 404
    assert elin.post(f"{path}/read", data={"csrf": token(elin, "/mine")}).status_code == 404
    assert "I have read it" not in sioned.get(path).text
    post(gwen, path, f"{path}/read")
    assert "Read on" in sioned.get(path).text
    assert path not in gwen.get("/queue").text
    with council.database.reading() as session:
        assert len(statements.reports_by(session, "sioned", limit=9)) == 1


def rows_of(council):
    from sqlalchemy import func, select

    from models.db.tables import Row

    with council.database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Row.metadata.tables.items()
        }


@pytest.mark.requirement("S13")
def test_a_draft_is_checked_and_nothing_of_it_is_kept(council, visitor, tmp_path, caplog):
    sioned = visitor("sioned")
    before = rows_of(council)
    draft = {"to": "ann@example.org, bob@example.org", "subject": "Ystafell", "text": "zebra-token"}
    assert "It would be sent at once." in post(sioned, "/draft", "/draft", **draft).text
    card = {**draft, "text": "zebra-token\nCard 4111 1111 1111 1111"}
    held = post(sioned, "/draft", "/draft", **card).text
    assert "It would be held until a reviewer decides." in held
    assert "Payment card numbers must not be sent by email." in held
    assert re.search(r"<mark>.*4111 1111 1111 1111.*</mark>", held)
    for wrong in ({"to": "x"}, {"text": "", "subject": ""}, {"text": "x" * 20_001}):
        assert post(sioned, "/draft", "/draft", **{**draft, **wrong}).status_code == 422
    assert rows_of(council) == before
    assert "zebra" not in caplog.text
    assert not any(b"zebra-token" in each.read_bytes() for each in tmp_path.rglob("*.db*"))


def test_words_for_and_against_are_told_apart_without_colour(council, visitor):
    content = b"You are useless as ever, kind regards\r\n"
    more = (
        Finding(
            detector="learned",
            category="abuse",
            score=0.9,
            part="1",
            end=37,
            weights=(
                Weight(start=8, end=15, value=1.5),
                Weight(start=25, end=29, value=-0.5),
            ),
        ),
    )
    held_id, gwen = council.hold(7, more=more, text=content), visitor("gwen")
    page = f"/held/{held_id}"
    shown = post(gwen, page, f"{page}/email", depth="text").text
    assert "Wording that may demean someone" in shown
    assert re.search(r'porthor-for"><span[^>]*>\+</span>.*speaks for policy 5\.1:.*useless', shown)
    assert re.search(
        r'porthor-against"><span[^>]*>−</span>.*speaks against policy 5\.1:.*kind', shown
    )
    assert "How the text is marked:" in shown
    assert "may be upsetting to read" in gwen.get(page).text
    assert "may be upsetting to read" not in shown
    other = council.hold(8)
    plain = post(gwen, f"/held/{other}", f"/held/{other}/email", depth="text").text
    assert "How the text is marked:" not in plain


@pytest.mark.parametrize(
    "what", ["explain", "urgent", "someone-else", "dispute", "again", "stop-own"]
)
def test_what_is_the_senders_alone_is_there_for_nobody_else(council, visitor, what):
    held_id = council.hold(1)
    for who in ("gwen", "huw"):
        client = visitor(who)
        answer = client.post(f"/held/{held_id}/{what}", data={"csrf": token(client, "/mine")})
        assert answer.status_code == 404
    assert not entries(council, Action.EXPLAIN)


@pytest.mark.requirement("N8")
@pytest.mark.parametrize("path", ["explain", "urgent", "someone-else", "dispute", "again"])
def test_a_get_changes_nothing(council, visitor, path):
    held_id, sioned = council.hold(1), visitor("sioned")
    before = len(list_of(council))
    assert sioned.get(f"/held/{held_id}/{path}").status_code == 200
    assert len(list_of(council)) == before


def list_of(council):
    with council.database.reading() as session:
        return [each.entry for each in audit.read(session)]
