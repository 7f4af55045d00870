"""The console through its ASGI application: who sees what, what is recorded, what is refused."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from models.audit import Action, AuditEntry, Purpose
from models.db import held as held_messages
from models.db import people
from models.held import HeldState
from tests.console_sample import MARKED, NOW, PASSWORD, PEOPLE, SCRIPT, entries, make_council, token


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def visitor(council):
    clients = []

    def open_client(username=None, url="http://testserver"):
        client = TestClient(
            council.app(url), base_url=url, headers={"accept-language": "en"}, follow_redirects=True
        )
        clients.append(client)
        if username:
            assert sign_in(client, username).url.path != "/sign-in"
        return client

    yield open_client
    for client in clients:
        client.close()


def sign_in(client, username, password=PASSWORD):
    form = {"csrf": token(client, "/sign-in"), "username": username, "password": password}
    return client.post("/sign-in", data=form)


def post(client, page, path, **form):
    return client.post(path, data={"csrf": token(client, page), **form})


def state(council, held_id):
    with council.database.reading() as session:
        return held_messages.get(session, held_id).state


@pytest.mark.requirement("M5")
def test_a_manager_reads_why_and_releases_it(council, visitor):
    held_id = council.hold(1)
    gwen = visitor("gwen")
    listed = gwen.get("/queue").text
    assert held_id in listed
    assert "john@<strong>example.org</strong>" in listed
    page = gwen.get(f"/held/{held_id}").text
    assert "Policy 4.2: Payment card numbers must not be sent by email." in page
    assert "panel" not in page
    done = post(gwen, f"/held/{held_id}", f"/held/{held_id}/decision", choice="release")
    assert done.status_code == 200
    assert "The email will be sent" in done.text
    assert state(council, held_id) is HeldState.RELEASED
    assert next(each.actor for each in entries(council, Action.RELEASE)) == "gwen"


@pytest.mark.requirement("M9")
@pytest.mark.requirement("S7")
@pytest.mark.requirement("L24")
def test_opening_the_email_is_recorded_and_its_text_is_only_text(council, visitor):
    held_id = council.hold(1)
    gwen = visitor("gwen")
    scripted = council.hold(3, text=SCRIPT)
    page = post(gwen, f"/held/{scripted}", f"/held/{scripted}/email").text
    assert "<mark>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    page = post(gwen, f"/held/{held_id}", f"/held/{held_id}/email", depth="attachments").text
    assert "<strong>booking.pdf</strong> (application/pdf, 9 B)" in page
    assert re.search(r"<mark>.*policy 4\.2.*4111 1111 1111 1111.*</mark>", page)
    assert "411• •••• •••• ••••" in page
    assert "Archebu ystafell y panel" in page
    assert "porthor-quoted" in page
    (_, look) = entries(council, Action.LOOK)
    assert (look.actor, look.subject, look.purpose) == ("gwen", held_id, Purpose.DECIDE)
    assert (
        "Opened the text and attachments, to decide"
        in visitor("sioned").get(f"/held/{held_id}").text
    )


def test_not_sending_needs_a_reason(council, visitor):
    held_id = council.hold(1)
    gwen = visitor("gwen")
    page, path = f"/held/{held_id}", f"/held/{held_id}/decision"
    assert post(gwen, page, path).status_code == 422
    details = {"choice": "refuse", "stage": "details"}
    asked = post(gwen, page, path, choice="refuse", code="policy")
    assert (asked.status_code, "Do not send this email" in asked.text) == (200, True)
    refused = post(gwen, page, path, **details)
    assert refused.status_code == 422
    assert "Choose a reason" in refused.text
    assert post(gwen, page, path, **details, code="policy", text="x" * 501).status_code == 422
    assert state(council, held_id) is HeldState.HELD
    post(gwen, page, path, **details, code="policy", text="Use the secure form")
    assert state(council, held_id) is HeldState.REFUSED
    assert "Use the secure form" in visitor("sioned").get(page).text
    assert held_id in gwen.get("/decided").text


def test_who_comes_second_is_told_who_was_first(council, visitor):
    held_id = council.hold(1)
    gwen, elin = visitor("gwen"), visitor("elin")
    old_form = token(elin, f"/held/{held_id}")
    post(gwen, f"/held/{held_id}", f"/held/{held_id}/decision", choice="release")
    second = elin.post(
        f"/held/{held_id}/decision", data={"csrf": old_form, "choice": "refuse", "reason": "na"}
    )
    assert second.status_code == 409
    assert "Gwen Morgan" in second.text
    assert state(council, held_id) is HeldState.RELEASED


@pytest.mark.parametrize("path", ["/held/{id}", "/held/{id}/email"])
def test_not_yours_and_not_there_look_the_same(council, visitor, path):
    held_id = council.hold(1)
    huw = visitor("huw")
    not_his = huw.get(path.format(id=held_id))
    not_there = huw.get(path.format(id="POR999999"))
    assert (not_his.status_code, not_there.status_code) == (404, 404)
    assert not_his.text.replace(held_id, "") == not_there.text.replace("POR999999", "")
    assert held_id not in huw.get("/queue").text


def test_nobody_decides_on_their_own_mail(council, visitor):
    held_id = council.hold(1)
    sioned = visitor("sioned")
    page = f"/held/{held_id}"
    assert 'name="choice"' not in sioned.get(page).text
    assert post(sioned, page, f"{page}/decision", choice="release").status_code == 403
    assert post(sioned, page, f"{page}/confirm").status_code == 403
    assert state(council, held_id) is HeldState.HELD


def test_the_sender_takes_it_back(council, visitor):
    held_id = council.hold(1)
    sioned = visitor("sioned")
    assert held_id in sioned.get("/mine").text
    done = post(sioned, f"/held/{held_id}", f"/held/{held_id}/withdraw")
    assert "You have taken the email back" in done.text
    assert state(council, held_id) is HeldState.WITHDRAWN
    assert post(visitor("gwen"), "/queue", f"/held/{held_id}/withdraw").status_code == 404


@pytest.mark.requirement("S9")
def test_the_sender_confirms_what_only_asks_for_it(council, visitor):
    held_id = council.hold(2, recipients=("j@post.example",), text=b"Bore da\r\n")
    sioned = visitor("sioned")
    post(sioned, f"/held/{held_id}", f"/held/{held_id}/confirm")
    assert state(council, held_id) is HeldState.RELEASED


def test_the_gravest_need_two_people(council, visitor):
    held_id = council.hold(4, text=MARKED)
    page, path = f"/held/{held_id}", f"/held/{held_id}/decision"
    gwen, elin = visitor("gwen"), visitor("elin")
    agree = {"choice": "release", "stage": "details"}
    assert "Two different people must agree" in post(gwen, page, path, choice="release").text
    assert not entries(council, Action.VOTE)
    assert "A second person must agree too" in post(gwen, page, path, **agree).text
    assert state(council, held_id) is HeldState.HELD
    assert held_id not in gwen.get("/queue").text
    assert 'name="choice"' not in gwen.get(page).text
    assert "Mae Gwen Morgan wedi cytuno." in elin.get(page).text
    post(elin, page, path, **agree)
    assert state(council, held_id) is HeldState.RELEASED


def test_a_form_without_its_token_changes_nothing(council, visitor):
    held_id = council.hold(1)
    gwen = visitor("gwen")
    for csrf in ("", "0" * 64, "é"):
        form = {"csrf": csrf, "choice": "release"}
        assert gwen.post(f"/held/{held_id}/decision", data=form).status_code == 403
    assert visitor().post("/sign-in", data={"username": "gwen"}).status_code == 403
    assert state(council, held_id) is HeldState.HELD


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(council, visitor):
    client = visitor()
    wrong = [sign_in(client, name, "no").text for name in ("gwen", "neb", "gadael")]
    assert len({re.sub(r'value="[^"]*"', "", each) for each in wrong}) == 1
    assert sign_in(client, "gadael").status_code == 403
    assert {each.subject for each in entries(council, Action.SIGN_IN_FAILED)} == {"gwen", "unknown"}


def test_too_many_failures_make_a_name_wait(council, visitor):
    client = visitor()
    for _ in range(10):
        sign_in(client, "gwen", "no")
    assert sign_in(client, "gwen").status_code == 429
    council.clock[0] = NOW + timedelta(minutes=16)
    assert sign_in(client, "gwen").status_code == 200


def test_a_session_ends_when_idle_when_old_and_at_sign_out(council, visitor):
    gwen = visitor("gwen")
    for minutes in range(0, 12 * 60, 50):
        council.clock[0] = NOW + timedelta(minutes=minutes)
        assert gwen.get("/queue").url.path == "/queue"
    council.clock[0] = NOW + timedelta(hours=12, minutes=1)
    assert gwen.get("/queue").url.path == "/sign-in"
    gwen = visitor("gwen")
    council.clock[0] += timedelta(minutes=61)
    assert gwen.get("/queue").url.path == "/sign-in"
    gwen = visitor("gwen")
    kept = dict(gwen.cookies)
    post(gwen, "/sign-out", "/sign-out")
    gwen.cookies.update(kept)
    assert gwen.get("/queue").url.path == "/sign-in"
    assert len(entries(council, Action.SIGN_OUT)) == 1


def test_who_has_left_is_signed_out_at_the_next_page(council, visitor):
    gwen = visitor("gwen")
    staying = [each for each in PEOPLE if each.id != "gwen"]
    entry = AuditEntry(at=NOW, actor="os:test", action=Action.IMPORT_PEOPLE, subject="people")
    with council.database.writing() as session:
        people.replace_all(session, staying, entry)
    assert gwen.get("/queue").url.path == "/sign-in"
    with council.database.writing() as session:
        people.replace_all(session, PEOPLE, entry)
    assert gwen.get("/queue").url.path == "/sign-in"


def test_cookies_are_locked_to_https_when_the_address_is_https(visitor):
    client = visitor(url="https://porthor.cantref.example")
    answer = client.get("/sign-in")
    assert "__Host-porthor-visitor=" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers
    assert sign_in(client, "gwen").url.path == "/queue"


def test_language_is_the_persons_then_the_toggles(visitor):
    elin = visitor("elin")
    assert '<html lang="cy"' in elin.get("/queue").text
    assert '<html lang="en"' in elin.get("/queue?lang=en").text
    assert elin.get("/queue?lang=en").url.query == b""
    assert '<html lang="en"' in elin.get("/mine").text


@pytest.mark.requirement("M9")
def test_every_answer_is_locked_down(visitor):
    client = visitor()
    for path in ("/sign-in", "/nothing", "/held/x", "/static/console.css", "/healthz", "/readyz"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert ("no-store" in headers["cache-control"]) == (not path.startswith("/static"))
    assert client.get("/healthz").text == "alive\n"


def test_a_link_cannot_lead_away_or_make_up_a_success(council, visitor):
    held_id = council.hold(1)
    client = visitor()
    form = {"csrf": token(client, "/sign-in"), "username": "gwen", "password": PASSWORD}
    landed = client.post("/sign-in", data={**form, "next": "//evil.example/held/x"})
    assert landed.url.path == "/queue"
    assert "will be sent" not in client.get(f"/held/{held_id}?done=released").text
    away = client.get("//evil.example/?lang=cy", follow_redirects=False)
    assert not away.headers.get("location", "/").startswith("//")


def test_a_large_form_is_refused(visitor):
    assert visitor().post("/sign-in", data={"username": "x" * 100_000}).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="a plain client"),
        pytest.param({"origin": "http://testserver"}, 200, id="our own origin"),
        pytest.param({"sec-fetch-site": "same-origin", "origin": "null"}, 200, id="our own page"),
        pytest.param({"origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="another site"),
    ],
)
def test_signing_in_without_a_token(visitor, headers, status):
    form = {"username": "gwen", "password": PASSWORD}
    assert visitor().post("/sign-in", data=form, headers=headers).status_code == status


def test_a_missing_database_is_said_to_be_so(council, visitor, tmp_path):
    gwen = visitor("gwen")
    for path in tmp_path.glob("porthor.db*"):
        path.unlink()
    council.database.close()
    assert gwen.get("/queue").status_code in {500, 503}
    assert gwen.get("/healthz").status_code in {200, 503}
