"""Signing in with the body's identity provider, a real one, honest and not."""

import html
import re
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import openid_provider
import pytest
import requests
from starlette.testclient import TestClient

from models.audit import Action, AuditEntry
from models.db import people, sign_ins
from quarantine.settings import SignInSettings
from tests.console_sample import PEOPLE, entries, make_council

BACK = "http://testserver/sign-in/openid/back"


@pytest.fixture(scope="module")
def issuer():
    with openid_provider.running() as issuer:
        openid_provider.user(issuer, "s-gwen", preferred_username="Gwen")
        openid_provider.user(
            issuer, "s-elin", preferred_username="Elin.Rhys@cantref.example", amr=["pwd", "mfa"]
        )
        openid_provider.user(issuer, "s-gadael", preferred_username="gadael")
        openid_provider.user(issuer, "s-stranger", preferred_username="nobody@elsewhere.example")
        yield issuer


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path)
    made.clock[0] = datetime.now(UTC).replace(microsecond=0)  # the provider's clock is real
    yield made
    made.database.close()


@pytest.fixture
def visit(council, issuer):
    clients = []

    def open_client(**settings):
        ways = {"issuer": issuer, "client_id": "porthor", "local_accounts": "none", **settings}
        app = council.app(sign_in=SignInSettings(**ways), secret="hush")
        clients.append(TestClient(app, headers={"accept-language": "en"}, follow_redirects=False))
        return clients[-1]

    yield open_client
    for each in clients:
        each.close()


def there(client, wanted="/queue"):
    """Begin; return the provider's address."""
    answer = client.get(f"/sign-in/openid?next={wanted}")
    assert answer.status_code == 303
    return answer.headers["location"]


def sign_in(client, subject, wanted="/queue"):
    return client.get(openid_provider.consent(there(client, wanted), subject))


def who(client):
    found = re.search(r"porthor-bar__who.*?</span>(.*?)</a>", client.get("/mine").text)
    return found[1] if found else None


@pytest.mark.requirement("A14")
def test_a_person_signs_in_and_lands_where_they_wanted_to_go(council, visit):
    client = visit()
    page = client.get("/sign-in").text
    assert "Sign in with your organisation" in page
    assert 'type="password"' not in page
    done = sign_in(client, "s-gwen", "/decided")
    assert (done.status_code, done.headers["location"]) == (303, "/decided")
    assert who(client) == "Gwen Morgan"
    (entry,) = entries(council, Action.SIGN_IN)
    assert (entry.actor, entry.detail) == ("gwen", "openid")


def test_what_the_provider_is_asked(visit):
    client = visit()
    asked = parse_qs(urlsplit(there(client)).query)
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [BACK]
    assert asked["code_challenge_method"] == ["S256"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    again = parse_qs(urlsplit(there(client)).query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 32
        assert asked[name] != again[name]


def test_the_browser_is_given_no_token_of_the_provider(visit):
    client = visit()
    done = sign_in(client, "s-gwen")
    given = done.text + str(done.headers) + client.get("/account").text
    assert "eyJ" not in given
    assert "access_token" not in given


def test_an_address_names_a_person_too(visit):
    client = visit()
    sign_in(client, "s-elin")
    assert who(client) == "Elin Rhys"


@pytest.mark.parametrize("subject", ["s-gadael", "s-stranger", "s-unheard-of"])
def test_who_is_not_at_work_here_is_not_signed_in(council, visit, subject):
    client = visit()
    refused = sign_in(client, subject)
    assert refused.status_code == 403
    assert "not one that may use this service" in refused.text
    assert who(client) is None
    assert [each.detail for each in entries(council, Action.SIGN_IN_FAILED)] == [
        "openid: no such person"
    ]


def test_a_name_that_is_given_to_someone_else_later_opens_nothing(council, visit, issuer):
    sign_in(visit(), "s-gwen")
    openid_provider.user(issuer, "s-second", preferred_username="gwen")
    client = visit()
    assert sign_in(client, "s-second").status_code == 403
    openid_provider.user(issuer, "s-gwen", preferred_username="elin")
    assert sign_in(client, "s-gwen").status_code == 303
    assert who(client) == "Gwen Morgan"
    openid_provider.user(issuer, "s-gwen", preferred_username="Gwen")
    with council.database.writing() as session:
        assert sign_ins.unbind(session, "gwen")
    assert sign_in(visit(), "s-second").status_code == 303


@pytest.mark.parametrize(
    "false",
    [
        pytest.param({"claims": {"iss": "https://evil.example"}}, id="another issuer"),
        pytest.param({"claims": {"aud": "another-client"}}, id="for another client"),
        pytest.param({"claims": {"aud": ["porthor", "x"], "azp": "x"}}, id="by another party"),
        pytest.param({"claims": {"nonce": "another"}}, id="another nonce"),
        pytest.param({"without": ["nonce"]}, id="no nonce"),
        pytest.param({"claims": {"exp": int(time.time()) - 600}}, id="ended"),
        pytest.param({"claims": {"iat": int(time.time()) + 3600}}, id="from the future"),
        pytest.param({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, id="another access token"),
        pytest.param({"without": ["sub"]}, id="about nobody"),
        pytest.param({"key": "other"}, id="signed by another key"),
        pytest.param({"key": "hmac"}, id="signed with the public key as a secret"),
        pytest.param({"key": "none"}, id="not signed"),
    ],
)
def test_a_false_identity_token_signs_nobody_in(council, visit, issuer, false):
    client = visit()
    openid_provider.lie(issuer, **false)
    refused = sign_in(client, "s-gwen")
    assert refused.status_code == 403
    assert "could not be accepted" in refused.text
    assert who(client) is None
    assert len(entries(council, Action.SIGN_IN_FAILED)) == 1


def test_only_the_browser_that_was_sent_is_signed_in(visit):
    sent, other = visit(), visit()
    back = openid_provider.consent(there(sent), "s-gwen")
    there(other)
    assert other.get(back).status_code == 403  # login CSRF: an attacker's code in another browser
    assert who(other) is None
    assert visit().get(back).status_code == 403
    assert sent.get(back).status_code == 403 or who(sent) == "Gwen Morgan"


def test_a_code_is_taken_once(visit):
    client = visit()
    back = openid_provider.consent(there(client), "s-gwen")
    step = dict(client.cookies)
    assert client.get(back).status_code == 303
    client.cookies.clear()
    client.cookies.update(step)
    assert client.get(back).status_code == 403


def test_a_step_that_took_too_long_ends(council, visit):
    client = visit()
    back = openid_provider.consent(there(client), "s-gwen")
    council.clock[0] += timedelta(minutes=11)
    assert client.get(back).status_code == 403


def test_a_no_at_the_provider_is_said(visit):
    client = visit()
    state = parse_qs(urlsplit(there(client)).query)["state"][0]
    answer = client.get(f"/sign-in/openid/back?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "did not sign you in" in answer.text


def test_an_answer_that_names_another_issuer_is_refused(visit):
    client = visit()
    back = openid_provider.consent(there(client), "s-gwen")
    assert client.get(f"{back}&iss=https%3A%2F%2Fevil.example").status_code == 403


def test_methods_that_are_required_must_have_been_used(visit):
    assert sign_in(visit(require_amr=("mfa",)), "s-gwen").status_code == 403
    client = visit(require_amr=("mfa",))
    assert sign_in(client, "s-elin").status_code == 303


def test_an_address_that_is_not_verified_is_nobodys(visit, issuer):
    facts = {"email": "gwen.morgan@cantref.example"}
    openid_provider.user(issuer, "s-claims", **facts, email_verified=False)
    client = visit(claim="email")
    assert sign_in(client, "s-claims").status_code == 403
    openid_provider.user(issuer, "s-claims", **facts, email_verified=True)
    assert sign_in(client, "s-claims").status_code == 303


def test_who_leaves_is_signed_out_whatever_the_provider_says(council, visit):
    client = visit()
    sign_in(client, "s-gwen")
    entry = AuditEntry(
        at=council.clock[0], actor="os:test", action=Action.IMPORT_PEOPLE, subject="people"
    )
    with council.database.writing() as session:
        people.replace_all(session, [each for each in PEOPLE if each.id != "gwen"], entry)
    assert who(client) is None
    assert sign_in(client, "s-gwen").status_code == 403


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/sign-out", "/\\evil"]
)
def test_the_way_back_leads_nowhere_else(visit, wanted):
    done = sign_in(visit(), "s-gwen", wanted)
    assert done.headers["location"] == "/"


def test_without_local_accounts_a_password_opens_nothing(visit):
    client = visit()
    assert client.post("/sign-in", data={"username": "gwen", "password": "x"}).status_code == 404


def test_a_provider_that_does_not_answer_is_said_to_be_so(visit):
    client = visit(issuer="http://127.0.0.1:9")
    assert client.get("/sign-in").status_code == 200
    assert client.get("/sign-in/openid").status_code == 503


def test_a_provider_that_names_another_issuer_is_not_used(visit, issuer):
    client = visit(issuer=issuer.replace("127.0.0.1", "localhost") + "/")
    assert client.get("/sign-in/openid").status_code == 503


def test_no_provider_no_page(council):
    with TestClient(council.app()) as client:
        assert client.get("/sign-in/openid").status_code == 404


def signed_out(client):
    page = client.get("/sign-out").text
    form = {"csrf": re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]}
    return client.post("/sign-out", data=form)


def test_who_signs_out_here_may_sign_out_at_the_provider_too(visit, issuer):
    client = visit()
    sign_in(client, "s-gwen")
    page = signed_out(client)
    assert page.status_code == 200
    assert "You have signed out" in page.text
    assert "Gwen Morgan" not in page.text
    assert who(client) is None
    found = html.unescape(re.search(r'href="(http[^"]+)"', page.text)[1])
    there = urlsplit(found)
    assert found.startswith(f"{issuer}/")
    assert parse_qs(there.query) == {
        "client_id": ["porthor"],
        "post_logout_redirect_uri": ["http://testserver/sign-in"],
    }
    answer = requests.get(found, timeout=5)
    assert answer.status_code == 200  # the provider asks whether it should


def test_signing_out_needs_no_provider(visit):
    client = visit()
    sign_in(client, "s-gwen")
    away = visit(issuer="http://127.0.0.1:1")
    away.cookies = client.cookies
    done = signed_out(away)
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    assert who(client) is None
