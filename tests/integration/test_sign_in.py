"""Local accounts: two factors, locks, sessions that can be ended, and the account's own pages."""

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP

import pyotp
import pytest
from starlette.testclient import TestClient

from models.audit import Action, AuditEntry
from models.db import outbox, people, second_factors, sign_ins
from models.sign_in import Method
from quarantine.console import passwords
from quarantine.console.session import browser_of
from quarantine.settings import SignInSettings
from tests.console_sample import NOW, PASSWORD, PEOPLE, entries, make_council

REQUIRED = SignInSettings()
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def browser(council):
    """Open a browser; `way` are the settings of signing in."""
    clients = []

    def open_client(way=None, url="http://testserver"):
        app = council.app(url, **({"sign_in": way} if way else {}))
        headers = {"accept-language": "en", "user-agent": FIREFOX}
        clients.append(TestClient(app, base_url=url, headers=headers))
        return clients[-1]

    yield open_client
    for each in clients:
        each.close()


def field(client, path, name):
    return re.search(rf'name="{name}" value="([^"]*)"', client.get(path).text)[1]


def post(client, path, page=None, **form):
    return client.post(path, data={"csrf": field(client, page or path, "csrf"), **form})


def sign_in(client, username, password=PASSWORD, **more):
    return post(client, "/sign-in", username=username, password=password, **more)


def hidden(page):
    """The fields of a form to set up a key that nobody types."""
    return {
        each: re.search(rf'name="{each}" value="([^"]*)"', page)[1] for each in ("csrf", "sealed")
    }


def key_on(page):
    return re.search(r'porthor-found">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


def set_up(council, client, username="gwen"):
    """Sign in for the first time; return the app and the recovery codes."""
    page = sign_in(client, username)
    assert page.url.path == "/sign-in/set-up"
    app = pyotp.TOTP(key_on(page.text))
    form = hidden(page.text)
    done = client.post("/sign-in/set-up", data={**form, "code": app.at(council.clock[0])})
    assert done.status_code == 200, done.text
    return app, re.findall(r'porthor-found">([a-z2-7-]{27})<', done.text)


def later(council, **by):
    council.clock[0] += timedelta(**by)


def told(council, word):
    """The addresses to which a notice with a word in its subject waits."""
    with council.database.writing() as session:
        found = outbox.claim(
            session, NOW + timedelta(days=1), limit=100, lease=timedelta(minutes=1)
        )
    messages = [message_from_bytes(item.content, policy=SMTP) for item in found if item.content]
    return [each["To"] for each in messages if word in each["Subject"]]


def is_in(client):
    return client.get("/mine").url.path == "/mine"


@pytest.mark.requirement("A14")
@pytest.mark.requirement("L56")
def test_the_first_sign_in_sets_up_a_second_factor_and_later_ones_need_it(council, browser):
    client = browser(REQUIRED)
    app, codes = set_up(council, client)
    assert is_in(client)
    assert len(set(codes)) == 8
    later(council, minutes=1)
    other = browser(REQUIRED)
    assert sign_in(other, "gwen").url.path == "/sign-in/code"
    assert not is_in(other)
    assert post(other, "/sign-in/code", code="000000").status_code == 403
    assert post(other, "/sign-in/code", code=app.at(council.clock[0])).url.path == "/queue"
    assert [each.detail for each in entries(council, Action.SIGN_IN)] == ["two-factors"] * 2
    assert [each.detail for each in entries(council, Action.SECOND_FACTOR)] == ["set up"]


def test_nothing_but_the_set_up_opens_before_it(browser):
    client = browser(REQUIRED)
    sign_in(client, "gwen")
    for path in ("/queue", "/account", "/mine", "/account/second-factor"):
        assert client.get(path).url.path == "/sign-in"


def test_a_code_is_taken_once_and_never_one_from_before(council, browser):
    app, _ = set_up(council, browser(REQUIRED))
    first, before = app.at(council.clock[0]), app.at(council.clock[0] - timedelta(seconds=30))
    for used in (first, before):
        client = browser(REQUIRED)
        sign_in(client, "gwen")
        assert post(client, "/sign-in/code", code=used).status_code == 403
    later(council, seconds=30)
    client = browser(REQUIRED)
    sign_in(client, "gwen")
    assert post(client, "/sign-in/code", code=app.at(council.clock[0])).url.path == "/queue"


@pytest.mark.parametrize("seconds", [-90, 90, 3600])
def test_a_code_of_another_time_is_refused(council, browser, seconds):
    app, _ = set_up(council, browser(REQUIRED))
    later(council, minutes=5)
    client = browser(REQUIRED)
    sign_in(client, "gwen")
    code = app.at(council.clock[0] + timedelta(seconds=seconds))
    assert post(client, "/sign-in/code", code=code).status_code == 403


def test_a_recovery_code_signs_in_once_and_is_told(council, browser):
    _, codes = set_up(council, browser(REQUIRED))
    for page in ("/queue", None):
        client = browser(REQUIRED)
        sign_in(client, "gwen")
        done = post(client, "/sign-in/code", code=codes[0].upper().replace("-", " "))
        assert (done.url.path == page) if page else (done.status_code == 403)
    assert told(council, "recovery codes was used") == ["gwen.morgan@cantref.example"]
    with council.database.reading() as session:
        assert second_factors.codes_left(session, "gwen") == 7


def test_a_recovery_code_is_its_persons_alone(council, browser):
    _, codes = set_up(council, browser(REQUIRED))
    set_up(council, browser(REQUIRED), "elin")
    client = browser(REQUIRED)
    sign_in(client, "elin")
    assert post(client, "/sign-in/code", code=codes[0]).status_code == 403


def test_guessing_codes_locks_them_too(council, browser):
    app, _ = set_up(council, browser(REQUIRED))
    later(council, minutes=5)
    client = browser(REQUIRED)
    sign_in(client, "gwen")
    for guess in range(10):
        later(council, seconds=61)
        assert post(client, "/sign-in/code", code=f"{guess:06}").status_code in {403, 429}
        sign_in(client, "gwen")
    waits = post(client, "/sign-in/code", code=app.at(council.clock[0]))
    assert waits.status_code == 429
    assert "until" in waits.text
    assert len(entries(council, Action.SIGN_IN_LOCKED)) == 1


def test_a_step_cannot_be_used_for_another_or_too_late(council, browser):
    client = browser(REQUIRED)
    set_up(council, client)
    waiting = browser(REQUIRED)
    sign_in(waiting, "gwen")
    assert waiting.get("/sign-in/set-up").url.path == "/sign-in"
    sign_in(waiting, "gwen")
    later(council, minutes=11)
    assert waiting.get("/sign-in/code").url.path == "/sign-in"
    assert browser(REQUIRED).get("/sign-in/code").url.path == "/sign-in"
    forged = browser(REQUIRED)
    forged.cookies.set("porthor-step", "AAAA")
    assert forged.get("/sign-in/code").url.path == "/sign-in"


def test_a_password_that_was_guessed_early_cannot_replace_a_factor_set_up_since(council, browser):
    thief, owner = browser(REQUIRED), browser(REQUIRED)
    page = sign_in(thief, "gwen")
    set_up(council, owner)
    form = hidden(page.text)
    code = pyotp.TOTP(key_on(page.text)).at(council.clock[0])
    assert thief.post("/sign-in/set-up", data={**form, "code": code}).url.path == "/sign-in"
    assert not is_in(thief)


def test_the_key_and_the_codes_are_not_in_the_database(council, browser, tmp_path):
    app, codes = set_up(council, browser(REQUIRED))
    council.database.close()
    raw = b"".join(each.read_bytes() for each in tmp_path.glob("porthor.db*"))
    assert app.secret.encode() not in raw
    assert codes[0].encode() not in raw


# Slow, then locked, and told; the same for everyone.


def test_failures_slow_a_name_down_then_lock_it_and_tell_its_person_once(council, browser):
    client = browser()
    statuses = []
    for _ in range(13):
        statuses.append(sign_in(client, "gwen", "no").status_code)
        later(council, seconds=61)
    assert statuses == [403] * 10 + [429] * 3
    assert sign_in(client, "gwen").status_code == 429
    assert [each.subject for each in entries(council, Action.SIGN_IN_LOCKED)] == ["gwen"]
    assert told(council, "is locked until") == ["gwen.morgan@cantref.example"]
    later(council, minutes=16)
    assert sign_in(client, "gwen").url.path == "/queue"


def test_after_three_mistakes_a_moment_must_pass(council, browser):
    client = browser()
    for _ in range(3):
        assert sign_in(client, "gwen", "no").status_code == 403
    waits = sign_in(client, "gwen")
    assert (waits.status_code, waits.headers["retry-after"]) == (429, "1")
    later(council, seconds=2)
    assert sign_in(client, "gwen").url.path == "/queue"


FEW = SignInSettings(second_factor="optional", network_attempts=4)


def test_a_few_guesses_at_many_names_lock_the_network_they_come_from(council):
    def from_(address):
        app = council.app(sign_in=FEW)
        headers = {"accept-language": "en"}
        return TestClient(app, client=(address, 5000), headers=headers)

    names = ["gwen", "elin", "nobody", "huw"]
    with from_("2001:db8::1") as guesser, from_("192.0.2.7") as other:
        assert sign_in(guesser, "sioned").url.path == "/mine"  # what is right counts for nothing
        guesser.cookies.clear()
        assert [sign_in(guesser, each, "no").status_code for each in names] == [403] * 4
        waits = sign_in(guesser, "sioned")
        assert waits.status_code == 429
        assert int(waits.headers["retry-after"]) == 900
        assert "from this network until" in waits.text
        with from_("2001:db8::2") as near:
            assert sign_in(near, "sioned").status_code == 429
        assert sign_in(other, "sioned").url.path == "/mine"
        locked = entries(council, Action.SIGN_IN_LOCKED)
        assert [(each.subject, each.detail) for each in locked] == [("unknown", "network")]
        later(council, minutes=16)
        assert sign_in(guesser, "sioned").url.path == "/mine"


def test_being_right_forgives_the_mistakes_before(browser):
    client = browser()
    for _ in range(3):
        for _ in range(2):
            sign_in(client, "gwen", "no")
        assert sign_in(client, "gwen").url.path == "/queue"
        post(client, "/sign-out")


def test_guesses_made_side_by_side_are_all_counted(browser):
    client = browser()
    csrf = field(client, "/sign-in", "csrf")

    def guess(number):
        form = {"csrf": csrf, "username": "gwen", "password": f"guess {number}"}
        return client.post("/sign-in", data=form).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(16)))
    assert statuses.count(403) == 3


@pytest.mark.parametrize("username", ["gwen", "neb", "gadael", ""])
def test_a_name_is_slowed_and_locked_alike_whether_anyone_has_it(council, browser, username):
    client = browser()
    pages = []
    for _ in range(12):
        pages.append(sign_in(client, username, "no"))
        later(council, seconds=61)
    assert [each.status_code for each in pages] == [403] * 10 + [429] * 2
    assert "If the name is someone" in pages[-1].text


def test_known_and_unknown_names_take_the_same_time(council, browser):
    entry = AuditEntry(at=NOW, actor="os:test", action=Action.SET_PASSWORD, subject="gwen")
    with council.database.writing() as session:  # as dear as it is outside tests
        people.set_password_hash(session, "gwen", passwords.hash_password(PASSWORD), entry)
    client, times = browser(), {"gwen": [], "neb": [], "gadael": []}
    csrf = field(client, "/sign-in", "csrf")
    for _ in range(9):
        for name, taken in times.items():
            began = time.perf_counter()
            client.post("/sign-in", data={"csrf": csrf, "username": name, "password": "no"})
            taken.append(time.perf_counter() - began)
            later(council, seconds=901)
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    assert max(middle.values()) < 1.5 * min(middle.values()), middle


def test_only_administrators_have_local_accounts_where_the_settings_say_so(browser):
    way = SignInSettings(local_accounts="administrators", second_factor="optional")
    client = browser(way)
    assert sign_in(client, "gwen").status_code == 403


# Sessions.


def test_signing_in_gives_a_new_session_whatever_the_browser_came_with(browser):
    client = browser()
    client.cookies.set("porthor", "planted", domain="testserver.local")
    client.cookies.set("porthor-visitor", "planted", domain="testserver.local")
    sign_in(client, "gwen")
    token = client.cookies.get("porthor")
    assert len(token) == 43
    first = dict(client.cookies)
    client.cookies.clear()
    sign_in(client, "gwen")
    assert client.cookies.get("porthor") not in {token, "planted"}
    planted = browser()
    planted.cookies.set("porthor", "planted")
    assert not is_in(planted)
    old = browser()
    old.cookies.update(first)
    assert is_in(old)


def test_signing_in_over_a_session_ends_it(browser):
    client = browser()
    sign_in(client, "gwen")
    old = dict(client.cookies)
    form = {"csrf": field(client, "/sign-out", "csrf"), "username": "elin", "password": PASSWORD}
    client.post("/sign-in", data=form)
    stale = browser()
    stale.cookies.update(old)
    assert not is_in(stale)


def test_a_person_sees_their_sessions_and_ends_one(council, browser):
    here, there = browser(), browser()
    sign_in(here, "gwen")
    later(council, minutes=2)
    sign_in(there, "gwen")
    page = here.get("/account").text
    assert page.count("Firefox, Windows") >= 2
    assert "this one" in page
    handle = field(here, "/account", "handle")
    done = post(here, "/account/end-session", "/account", handle=handle)
    assert "The session has been ended" in done.text
    assert not is_in(there)
    assert is_in(here)
    assert [each.subject for each in entries(council, Action.END_SESSION)] == ["gwen"]


def test_a_person_ends_all_their_other_sessions(browser):
    here, others = browser(), [browser(), browser()]
    for each in (here, *others):
        sign_in(each, "gwen")
    elin = browser()
    sign_in(elin, "elin")
    post(here, "/account/end-session", "/account", handle="others")
    assert [is_in(each) for each in (here, *others, elin)] == [True, False, False, True]


@pytest.mark.parametrize("handle", ["", "%", "_" * 20, "zz", "theirs"])
def test_nobody_ends_a_session_of_someone_else(council, browser, handle):
    gwen, elin = browser(), browser()
    sign_in(gwen, "gwen")
    sign_in(elin, "elin")
    if handle == "theirs":
        handle = sign_ins.handle_of(elin.cookies["porthor"])
    post(gwen, "/account/end-session", "/account", handle=handle)
    assert is_in(elin)
    assert is_in(gwen)
    assert entries(council, Action.END_SESSION) == []


@pytest.mark.parametrize("how", ["left", "suspended"])
def test_all_sessions_end_when_a_person_leaves_or_is_suspended(council, browser, how):
    from dataclasses import replace

    from models.person import Standing

    clients = [browser(), browser()]
    for each in clients:
        sign_in(each, "gwen")
    changed = [
        replace(each, standing=Standing.SUSPENDED) if each.id == "gwen" else each
        for each in PEOPLE
        if how == "suspended" or each.id != "gwen"
    ]
    entry = AuditEntry(at=NOW, actor="os:test", action=Action.IMPORT_PEOPLE, subject="people")
    with council.database.writing() as session:
        people.replace_all(session, changed, entry)
        since = NOW - timedelta(days=1)
        assert sign_ins.of_person(session, "gwen", opened_since=since, used_since=since) == []
    assert not any(is_in(each) for each in clients)
    assert sign_in(browser(), "gwen").status_code == 403


def test_the_handle_of_a_session_does_not_open_it(browser):
    here, thief = browser(), browser()
    sign_in(here, "gwen")
    thief.cookies.set("porthor", sign_ins.handle_of(here.cookies["porthor"]))
    assert not is_in(thief)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_no_closer_than_needed(agent, name):
    assert browser_of(agent) == name


# Passwords and second factors, changed by their person.


def change(client, new="cadair mynydd afal glaw", again=None, password=PASSWORD):
    form = {"password": password, "new": new, "again": new if again is None else again}
    return post(client, "/account/password", **form)


def test_a_person_changes_their_password(council, browser):
    here, there = browser(), browser()
    for each in (here, there):
        sign_in(each, "gwen")
    assert "Your password has been changed" in change(here).text
    assert is_in(here)
    assert not is_in(there)
    assert sign_in(browser(), "gwen").status_code == 403
    assert sign_in(browser(), "gwen", "cadair mynydd afal glaw").url.path == "/queue"
    assert told(council, "password has been changed") == ["gwen.morgan@cantref.example"]
    assert entries(council, Action.SET_PASSWORD)[-1].actor == "gwen"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"password": "no"}, "The password you have now is not right"),
        ({"new": "cadair"}, "at least 12 characters"),
        ({"new": "password12345"}, "too easy to guess"),
        ({"new": "cyngor cantref"}, "too easy to guess"),
        ({"new": "Gwen.Morgan.2026"}, "too easy to guess"),
        ({"new": "a" * 1001}, "1,000 characters"),
        ({"again": "another one altogether"}, "not the same"),
    ],
)
def test_a_new_password_must_be_a_good_one(browser, form, sentence):
    client = browser()
    sign_in(client, "gwen")
    refused = change(client, **form)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert sign_in(browser(), "gwen").url.path == "/queue"


def test_any_character_and_long_passwords_are_taken_whole(browser):
    client, long = browser(), "tŷ bach twt 🐑 " * 20
    sign_in(client, "gwen")
    change(client, new=long)
    assert sign_in(browser(), "gwen", long[:-1]).status_code == 403
    assert sign_in(browser(), "gwen", long).url.path == "/queue"


def test_guessing_a_password_in_a_stolen_session_is_slowed_too(browser):
    client = browser()
    sign_in(client, "gwen")
    statuses = [change(client, password=f"guess {each}").status_code for each in range(5)]
    assert statuses == [422] * 3 + [429] * 2


def test_a_second_factor_is_changed_with_the_password_alone_never(council, browser):
    client = browser(REQUIRED)
    old, codes = set_up(council, client)
    page = client.get("/account/second-factor").text
    form = hidden(page)
    app = pyotp.TOTP(key_on(page))
    code = app.at(council.clock[0])
    assert client.post("/account/second-factor", data={**form, "code": code}).status_code == 422
    form["password"] = PASSWORD
    assert client.post("/account/second-factor", data={**form, "code": code}).status_code == 422
    form["old"] = codes[0]
    assert client.post("/account/second-factor", data={**form, "code": "1"}).status_code == 422
    form["old"] = codes[1]
    done = client.post("/account/second-factor", data={**form, "code": code})
    assert "Keep your recovery codes" in done.text
    later(council, minutes=1)
    other = browser(REQUIRED)
    sign_in(other, "gwen")
    assert post(other, "/sign-in/code", code=old.at(council.clock[0])).status_code == 403
    assert post(other, "/sign-in/code", code=app.at(council.clock[0])).url.path == "/queue"


def test_a_sealed_key_is_its_persons_alone(council, browser):
    gwen, elin = browser(), browser()
    sign_in(gwen, "gwen")
    sign_in(elin, "elin")
    page = gwen.get("/account/second-factor").text
    sealed = re.search(r'name="sealed" value="([^"]*)"', page)[1]
    code = pyotp.TOTP(key_on(page)).at(council.clock[0])
    form = {"sealed": sealed, "code": code, "password": PASSWORD}
    assert post(elin, "/account/second-factor", **form).status_code == 422


def test_new_recovery_codes_end_the_old_ones(council, browser):
    client = browser(REQUIRED)
    app, old = set_up(council, client)
    form = {"password": PASSWORD, "code": old[0]}
    assert post(client, "/account/recovery-codes", **form).status_code == 422
    later(council, minutes=1)
    form["code"] = app.at(council.clock[0])
    wrong = {**form, "password": "no"}
    assert post(client, "/account/recovery-codes", **wrong).status_code == 422
    done = post(client, "/account/recovery-codes", **form)
    new = re.findall(r'porthor-found">([a-z2-7-]{27})<', done.text)
    assert len(new) == 8
    other = browser(REQUIRED)
    sign_in(other, "gwen")
    assert post(other, "/sign-in/code", code=old[1]).status_code == 403
    assert post(other, "/sign-in/code", code=new[0]).url.path == "/queue"


def test_who_has_no_local_account_has_no_pages_for_one(council, browser):
    client = browser()
    sign_in(client, "gwen")
    council.clock[0] += timedelta(minutes=1)
    closed = browser(SignInSettings(local_accounts="none"))
    closed.cookies.update(dict(client.cookies))
    for path in ("password", "second-factor", "recovery-codes"):
        assert closed.get(f"/account/{path}").status_code == 404
    assert "Change your password" not in closed.get("/account").text


def test_the_qr_code_is_a_drawing_without_style_or_script(browser):
    page = sign_in(browser(REQUIRED), "gwen").text
    drawing = re.search(r"<svg.*?</svg>", page, re.DOTALL)[0]
    assert "<title>QR code of the key</title>" in drawing
    assert "style" not in drawing
    assert "script" not in drawing


def test_pages_before_a_session_are_locked_to_https_too(browser):
    client = browser(REQUIRED, url="https://porthor.cantref.example")
    answer = client.get("/sign-in")
    csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.text)[1]
    form = {"csrf": csrf, "username": "gwen", "password": PASSWORD}
    step = client.post("/sign-in", data=form, follow_redirects=False).headers["set-cookie"]
    assert step.startswith("__Host-porthor-step=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(step.split("; "))
    assert "samesite=lax" in step.lower()


def test_methods_are_kept_with_the_session(council, browser):
    sign_in(browser(), "gwen")
    with council.database.reading() as session:
        since = NOW - timedelta(days=1)
        (found,) = sign_ins.of_person(session, "gwen", opened_since=since, used_since=since)
    assert found.method is Method.PASSWORD


def test_password_hashes_are_argon2id_at_the_second_recommended_strength():
    assert passwords.hash_password("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_what_is_refused_to_a_person_is_logged_without_what_they_asked_for(
    council, browser, caplog
):
    held_id = council.hold(1)
    client = browser()
    sign_in(client, "huw")
    assert client.get(f"/held/{held_id}").status_code == 404
    assert post(client, "/break-glass/confirm", "/mine", opening="1").status_code == 404
    refused = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert refused == [
        "refused GET /held/{id} to huw",
        "refused POST /break-glass/confirm to huw",
    ]
