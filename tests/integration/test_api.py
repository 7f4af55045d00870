"""The HTTP API: keys, refusals, and the verdict on a text, of which nothing stays."""

import asyncio
import base64
import io
import json
import logging
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Event, Semaphore

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.testclient import TestClient

from gateway.drafts import message_of
from models.api_key import ApiKey, Channel
from models.audit import Action
from models.db import api_keys, audit
from models.errors import Conflict, NotFound, Unavailable
from models.finding import Finding, Text
from models.mime import read_message
from models.units import Duration
from quarantine.console.api_answers import Places
from quarantine.drafts import Draft, DraftFile
from quarantine.settings import ApiSettings
from tests.console_sample import NOW, POLICY, check_draft, make_council
from tests.factories import an_entry

TOKEN = "porthor_a-token-of-the-tests"
CHECK = "/api/v1/check"
CARD = "4111 1111 1111 1111"
PLANTED = "quillwort7391"
ASKED = {
    "channel": "sms",
    "text": "Bore da",
    "author": "sioned.parry@cantref.example",
}


def add_key(database, token=TOKEN, name="sms-gateway", channels=tuple(Channel), ends=None):
    key = ApiKey(name=name, channels=frozenset(channels), made=NOW, ends=ends)
    with database.writing() as session:
        api_keys.add(session, key, token, an_entry(name, Action.MAKE_API_KEY))


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path)
    add_key(made.database)
    yield made
    made.database.close()


def client_of(council, token=TOKEN, checker=check_draft, **settings):
    app = council.app(check_draft=checker, api=ApiSettings(**settings))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return TestClient(app, headers=headers, raise_server_exceptions=False)


@pytest.fixture
def client(council):
    with client_of(council, per_minute=1000) as made:
        yield made


def is_problem(response, status):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    said = response.json()
    assert (said["type"], said["status"]) == ("about:blank", status)
    assert said["title"]
    assert said["detail"].endswith(".")
    return said


def ask(client, **facts):
    response = client.post(CHECK, json={**ASKED, **facts})
    assert response.status_code == 200, response.text
    return response.json()


def attached(name, content, media_type="text/plain"):
    return {
        "name": name,
        "media_type": media_type,
        "content": base64.b64encode(content).decode(),
    }


def test_what_nothing_stands_against_may_go(client):
    said = ask(client)
    assert (said["disposition"], said["waits"], said["exempt"]) == ("relay", False, False)
    assert (said["rules"], said["unread"], said["recipients"]) == ([], [], None)
    assert said["policy"] == POLICY.digest


@pytest.mark.requirement("S13")
def test_what_is_held_says_why_in_both_languages_and_where_masked(client):
    text = f"ŵ 🙂\r\nThe card is {CARD}, ok?\r"
    said = ask(client, channel="web", text=text, subject=f"Card {CARD}")
    assert (said["disposition"], said["waits"]) == ("hold", True)
    (rule,) = said["rules"]
    assert (rule["id"], rule["clause"]["number"], rule["disposition"]) == ("cards", "4.2", "hold")
    assert rule["title"] == {"en": "A payment card number", "cy": "Rhif cerdyn talu"}
    assert set(rule["clause"]["text"]) == {"en", "cy"}
    assert all(rule["clause"]["text"].values())
    places = {each["part"]: each for each in rule["matches"]}
    one = places["text"]
    assert text[one["start"] : one["end"]] == CARD
    assert one["what"] == {"en": "Payment card number", "cy": one["what"]["cy"]}
    assert one["what"]["cy"] != one["what"]["en"]
    assert CARD not in json.dumps(said)
    assert one["masked"].startswith("411•")
    subject = places["subject"]
    assert f"Card {CARD}"[subject["start"] : subject["end"]] == CARD
    (rule,) = ask(client, subject=f"Card\t {CARD}")["rules"]  # read with one space
    assert [(each["part"], each["start"]) for each in rule["matches"]] == [("name", None)]


def test_an_attachment_is_read_and_what_cannot_be_is_told(client):
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("list.txt", f"card {CARD}")
    said = ask(
        client,
        channel="web",
        attachments=[
            attached("clean.txt", b"Bore da"),
            attached("list.zip", inside.getvalue(), "application/zip"),
            attached("broken.pdf", b"%PDF-1.7 nothing", "application/pdf"),
        ],
    )
    (rule,) = said["rules"]
    (match,) = rule["matches"]
    assert (match["part"], match["attachment"], match["start"]) == ("attachment", 1, None)
    (unread,) = {each["attachment"]: each for each in said["unread"]}.values()
    assert (unread["part"], unread["attachment"]) == ("attachment", 2)
    assert set(unread["what"]) == {"en", "cy"}


def test_html_is_read_as_it_is_seen(client):
    said = ask(client, channel="web", format="html", text="<p>4111 1111 <b>1111</b> 1111</p>")
    (rule,) = said["rules"]
    assert rule["id"] == "cards"
    assert {(each["part"], each["start"]) for each in rule["matches"]} == {("text", None)}


def test_everyone_of_an_audience_has_a_verdict_of_their_own(client):
    audience = ["ann@cantref.example", "john@post.example", "+447700900123", "+447700900124"]
    said = ask(client, audience=audience)
    assert said["recipients"] == ["relay", "confirm", "relay", "relay"]
    (rule,) = said["rules"]
    (match,) = rule["matches"]
    assert (match["part"], match["start"], match["masked"]) == ("recipients", None, match["masked"])
    assert "john@post" not in json.dumps(said)


def test_many_matches_are_counted_and_the_first_hundred_given(client):
    numbers = "\n".join(f"card {CARD}" for _ in range(150))
    (rule,) = ask(client, text=numbers)["rules"]
    assert (rule["found"], len(rule["matches"])) == (150, 100)


@pytest.mark.parametrize(
    ("facts", "pointer", "found"),
    [
        pytest.param({"channel": PLANTED}, "/channel", "text of 13 characters", id="channel"),
        pytest.param({"text": None}, "/text", "null", id="no text"),
        pytest.param({"text": "x" * 1_000_001}, "/text", "text of 1,000,001 characters", id="long"),
        pytest.param({"author": PLANTED}, "/author", "text of 13 characters", id="no address"),
        pytest.param({"audience": [PLANTED]}, "/audience/0", "text of 13 characters", id="to"),
        pytest.param({"audience": []}, "/audience", "a list of 0", id="to nobody"),
        pytest.param({"audience": PLANTED}, "/audience", "text of 13 characters", id="to a word"),
        pytest.param({PLANTED: 1}, "", "a member that is not known", id="unknown"),
        pytest.param({"language": "fr"}, "/language", "text of 2 characters", id="language"),
        pytest.param({"attachments": 5}, "/attachments", "a number", id="no list"),
        pytest.param(
            {"attachments": [attached("a", b"")] * 21}, "/attachments", "a list of 21", id="many"
        ),
        pytest.param(
            {"attachments": [{**attached("a", b""), "content": f"{PLANTED}!"}]},
            "/attachments/0/content",
            "text of 14 characters",
            id="not base64",
        ),
        pytest.param(
            {"attachments": [attached(f"../{PLANTED}", b"")]},
            "/attachments/0/name",
            "text of 16 characters",
            id="a path",
        ),
        pytest.param(
            {"attachments": [attached("a", b"", "multipart/mixed")]},
            "/attachments/0/media_type",
            "text of 15 characters",
            id="no file's type",
        ),
    ],
)
def test_a_mistake_is_named_and_never_repeated(client, facts, pointer, found):
    response = client.post(CHECK, json={**ASKED, **facts})
    (mistake,) = is_problem(response, 422)["errors"]
    assert (mistake["pointer"], mistake["found"]) == (pointer, found)
    assert mistake["expected"]
    assert PLANTED not in response.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"{", 400, id="cut off"),
        pytest.param(b"\xff\xfe", 400, id="not UTF-8"),
        pytest.param(b'{"text": "\\ud800"}', 400, id="half a character"),
        pytest.param(b"[" * 100_000, 400, id="deep"),
        pytest.param(b"[]", 422, id="a list"),
        pytest.param(b"null", 422, id="null"),
    ],
)
def test_what_is_not_the_right_json_is_refused(client, body, status):
    is_problem(
        client.post(CHECK, content=body, headers={"content-type": "application/json"}), status
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        f"Bearer {api_keys.digest_of(TOKEN)}",
    ],
)
def test_without_a_key_nothing_is_read(council, header):
    with client_of(council, token="", checker=pytest.fail) as client:
        response = client.post(CHECK, json=ASKED, headers={"authorization": header})
    is_problem(response, 401)
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_key_ends_by_its_day_and_by_being_revoked(council):
    today = NOW.date()
    add_key(council.database, "last", name="last", ends=today)
    add_key(council.database, "past", name="past", ends=today - timedelta(days=1))
    for token, status in (("last", 200), ("past", 401)):
        with client_of(council, token) as client:
            assert client.post(CHECK, json=ASKED).status_code == status
    with council.database.writing() as session:
        api_keys.revoke(session, "last", NOW, an_entry("last", Action.REVOKE_API_KEY))
    with client_of(council, "last") as client:
        is_problem(client.post(CHECK, json=ASKED), 401)


def test_a_key_is_for_its_channels(council):
    add_key(council.database, "web", name="web", channels=[Channel.WEB])
    with client_of(council, "web", checker=pytest.fail) as client:
        said = is_problem(client.post(CHECK, json=ASKED), 403)
    assert "web" in said["detail"]


def test_who_asks_too_often_waits_and_nobody_else_does(council):
    add_key(council.database, "other", name="other")
    app = council.app(check_draft=check_draft, api=ApiSettings(per_minute=2))
    with TestClient(app) as client:
        codes = []
        for token in (TOKEN, TOKEN, TOKEN, "other"):
            headers = {"authorization": f"Bearer {token}"}
            response = client.post(CHECK, json=ASKED, headers=headers)
            codes.append(response.status_code)
            if response.status_code == 429:
                is_problem(response, 429)
                assert 0 < int(response.headers["retry-after"]) <= 62
    assert codes == [200, 200, 429, 200]


def test_a_body_over_the_limit_is_refused_said_or_not(council):
    with client_of(council, checker=pytest.fail, max_size=1000) as client:
        is_problem(client.post(CHECK, json={**ASKED, "text": PLANTED * 100}), 413)

        def chunks():
            for _ in range(100):
                yield PLANTED.encode()

        headers = {"content-type": "application/json"}
        response = client.post(CHECK, content=chunks(), headers=headers)
        is_problem(response, 413)
        assert PLANTED not in response.text


def asgi(app, *messages):
    """Send one request, as a server does, that stops after some messages; return the answer."""
    sent, waiting = [], list(messages)

    async def receive():
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    headers = {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": CHECK,
        "raw_path": CHECK.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        pytest.param([], 408, id="nothing comes"),
        pytest.param([{"type": "http.request", "body": b"{", "more_body": True}], 408, id="half"),
        pytest.param([{"type": "http.disconnect"}], 400, id="the client goes away"),
    ],
)
def test_a_body_that_does_not_come_is_given_up(council, messages, status):
    app = council.app(check_draft=pytest.fail, api=ApiSettings(body_timeout=Duration(0.1)))
    found, said = asgi(app, *messages)
    assert (found, said["status"]) == (status, status)


def test_many_at_once_are_answered_or_asked_to_come_again(council):
    """As many are read as there are places; no others wait, and none is lost."""
    going, places = Event(), Semaphore(2)

    def slow(draft):
        if not places.acquire(blocking=False):
            raise Unavailable("too many")
        assert going.wait(30)
        return check_draft(draft)

    with client_of(council, checker=slow) as client, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.post, CHECK, json=ASKED) for _ in range(8)]
        while sum(each.done() for each in asked) < 6:
            time.sleep(0.01)
        assert client.get("/healthz").status_code == 200  # the other pages are not kept waiting
        going.set()
        codes = sorted(each.result().status_code for each in asked)
    assert codes == [200] * 2 + [503] * 6


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": ""},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_what_is_not_labelled_as_json_is_refused(client, headers):
    response = client.post(CHECK, content=json.dumps(ASKED), headers=headers)
    is_problem(response, 415)


def test_what_cannot_be_checked_now_is_asked_to_come_again(council):
    def fails(_):
        raise Unavailable("the inspection died")

    for checker in (fails, None):
        with client_of(council, checker=checker) as client:
            response = client.post(CHECK, json=ASKED)
            is_problem(response, 503)
            assert int(response.headers["retry-after"]) > 0


def test_a_fault_of_ours_says_nothing_of_the_text(council, caplog):
    def breaks(draft):
        raise ValueError(draft.text)

    with client_of(council, checker=breaks) as client:
        response = client.post(CHECK, json={**ASKED, "text": PLANTED})
    is_problem(response, 500)
    assert PLANTED not in response.text + caplog.text
    assert "fault: ValueError at test_api.py:" in caplog.text


def test_what_is_not_there_is_a_problem_too(client):
    is_problem(client.get("/api/v2/check"), 404)
    response = client.get(CHECK)
    is_problem(response, 405)
    assert response.headers["allow"] == "POST"
    assert "text/html" in client.get("/nowhere").headers["content-type"]


def test_health_and_document_need_no_key(council):
    with client_of(council, token="") as client:
        assert client.get("/api/v1/health").json()["status"] == "ok"
        assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    with client_of(council, checker=None) as client:
        is_problem(client.get("/api/v1/health"), 503)


@pytest.mark.requirement("D4")
@pytest.mark.requirement("L2")
@pytest.mark.parametrize("text", [f"{PLANTED} card {CARD}", f"{PLANTED} bore da"])
def test_nothing_of_a_text_stays(council, tmp_path, caplog, capsys, text):
    caplog.set_level(logging.DEBUG)
    attachment = attached(f"{PLANTED}.txt", f"{PLANTED} {CARD}".encode())
    facts = {"subject": PLANTED, "attachments": [attachment], "channel": "email"}
    with client_of(council) as client:
        for more in ({}, {"audience": [f"{PLANTED}@post.example"]}):
            response = client.post(CHECK, json={**ASKED, "text": text, **facts, **more})
            assert response.status_code == 200
            assert PLANTED not in response.text
        client.post(CHECK, json={**ASKED, "text": text, "author": PLANTED})
    council.database.close()
    said = caplog.text + "".join(capsys.readouterr())
    assert PLANTED not in said
    kept = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert [each.name for each in kept if each.name.startswith("porthor.db")]
    assert not [each.name for each in kept if PLANTED.encode() in each.read_bytes()]


def test_the_metrics_name_channel_and_outcome_and_no_more(client):
    from prometheus_client import generate_latest

    from quarantine.metrics import CONSOLE

    ask(client, channel="blog", text=f"{PLANTED} card {CARD}")
    shown = generate_latest(CONSOLE).decode()
    assert 'porthor_api_checks_total{channel="blog",disposition="hold"}' in shown
    assert PLANTED not in shown
    assert "sioned" not in shown


def test_keys_are_kept_by_digest_and_one_of_a_name(database):
    add_key(database, ends=date(2027, 3, 31), channels=[Channel.SMS])
    with pytest.raises(Conflict, match="revoke it first"):
        add_key(database, "another")
    with database.writing() as session:
        found = api_keys.find(session, TOKEN)
        assert (found.name, found.channels, found.ends) == (
            *("sms-gateway", {Channel.SMS}, date(2027, 3, 31)),
        )
        assert api_keys.find(session, "another") is None
        api_keys.revoke(session, found.name, NOW, an_entry(found.name, Action.REVOKE_API_KEY))
        with pytest.raises(NotFound):
            api_keys.revoke(session, found.name, NOW, an_entry("x", Action.REVOKE_API_KEY))
    add_key(database, "another")
    with database.reading() as session:
        assert [each.revoked is None for each in api_keys.all_keys(session)].count(True) == 1
        actions = [each.entry.action for each in audit.read(session)]
    assert actions == [Action.MAKE_API_KEY, Action.REVOKE_API_KEY, Action.MAKE_API_KEY]


_finding = Finding(detector="d", category="c", score=1.0, part="1")
LETTERS = some.characters(exclude_categories=["Cs"])


@given(text=some.text(some.one_of(some.sampled_from("\r\n a4"), LETTERS), max_size=40))
def test_a_place_is_counted_back_to_the_text_as_given(text):
    draft = Draft(sender="a@b.example", recipients=(), text=text)
    (part,) = read_message(message_of(draft)).parts
    content = part.payload.decode().replace("\r\n", "\n").replace("\r", "\n")
    places = Places(draft, [Text(part="1", kind="visible", content=content, own=())])
    for start, letter in enumerate(content.rstrip("\n")):
        finding = replace(_finding, start=start, end=start + 1)
        _, first, _ = places.of(finding)
        assert text[first] == letter or (letter == "\n" and text[first] == "\r")


FILE_NAMES = some.text(
    some.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="/\\"),
    min_size=1,
    max_size=255,
)


@given(name=FILE_NAMES, content=some.binary(max_size=200))
def test_a_file_arrives_in_the_message_as_it_was(name, content):
    file = DraftFile(name=name, media_type="application/octet-stream", content=content)
    draft = Draft(sender="a@b.example", recipients=(), files=(file,))
    message = read_message(message_of(draft))
    assert [each.number for each in message.parts if "~" not in each.number] == ["1", "2"]
    assert message.parts[1].payload == content
    assert message.parts[1].filename.split() == name.split()
