"""The pages of signing in, of the account and of emergencies in a real browser.

Both languages, wide and narrow; and a journey to a real OpenID provider and back.
PORTHOR_SCREENSHOTS=DIR keeps a picture of each page.
"""

import os
import shutil
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import openid_provider
import pyotp
import pytest
import uvicorn

from models.person import Person, Role
from quarantine.settings import SignInSettings
from tests.console_sample import PASSWORD, PEOPLE, give_people, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("chromium is not installed", allow_module_level=True)

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 700}}


def someone(person_id, name, *roles):
    address = f"{person_id}@cantref.example"
    return Person(id=person_id, name=name, addresses=(address,), roles=frozenset(roles))


MORE = (
    someone("ann", "Ann Gweinyddwr", Role.ADMINISTRATOR),
    someone("bob", "Bob Gweinyddwr", Role.ADMINISTRATOR),
    someone("dai", "Dai Diogelu", Role.PROTECTION_OFFICER),
    someone("nia", "Nia Hughes"),
)


@pytest.fixture(scope="module")
def browser():
    with playwright_api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def issuer():
    with openid_provider.running() as issuer:
        openid_provider.user(issuer, "s-gwen", preferred_username="gwen")
        yield issuer


@pytest.fixture
def council(tmp_path):
    made = make_council(tmp_path)
    now = made.clock[0] = datetime.now(UTC)
    give_people(made.database, (*PEOPLE, *MORE), now)
    yield made
    made.database.close()


@contextmanager
def serving(council, way):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = council.app(url, sign_in=way)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(params=["en", "cy"])
def language(request):
    return request.param


@pytest.fixture(params=list(SIZES))
def size(request):
    return request.param


@pytest.fixture
def look(browser, language, size):
    """Open a browser at an address; return its page and a function that checks what is shown."""
    contexts = []

    def open_at(address):
        context = browser.new_context(viewport=SIZES[size], locale=language)
        contexts.append(context)
        context.add_cookies([{"name": "porthor-language", "value": language, "url": address}])
        page, trouble = context.new_page(), []
        page.set_default_timeout(10_000)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))

        def check(name, *, status_noise=False):
            page.wait_for_load_state("load")
            assert page.locator("html").get_attribute("lang") == language
            assert [each for each in trouble if not status_noise] == []
            trouble.clear()
            options = {"runOnly": {"type": "tag", "values": STANDARDS}}
            results = axe.Axe().run(page, options=options)
            assert results.violations_count == 0, results.generate_report()
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= SIZES[size]["width"], "the page scrolls sideways"
            keep = os.environ.get("PORTHOR_SCREENSHOTS")
            if keep:
                path = Path(keep) / f"{name}-{language}-{size}.png"
                page.screenshot(path=path, full_page=True)

        return page, check

    yield open_at
    for each in contexts:
        each.close()


def sign_in(page, address, who):
    page.goto(f"{address}/sign-in")
    page.fill("#username", who)
    page.fill("#password", PASSWORD)
    page.click("main form button")


def code_of(page, council):
    key = page.locator("main .porthor-found").first.inner_text().replace(" ", "")
    return pyotp.TOTP(key).at(council.clock[0])


def test_setting_up_a_second_factor_and_using_it(look, council):
    with serving(council, SignInSettings()) as address:
        page, check = look(address)
        sign_in(page, address, "gwen")
        check("set-up")
        assert page.locator("main svg").bounding_box()["width"] >= 150
        page.fill("#code", "000000")
        page.click("main form button")
        check("set-up-mistake", status_noise=True)
        page.fill("#code", code_of(page, council))
        page.click("main form button")
        check("recovery-codes")
        recovery = page.locator("main li.porthor-found").first.inner_text()
        page.click("main a.govuk-button")
        assert page.url == f"{address}/queue"
        page.goto(f"{address}/account")
        check("account")
        page.goto(f"{address}/account/recovery-codes")
        check("new-codes")
        page.click("main form button")
        check("new-codes-mistake", status_noise=True)
        page.goto(f"{address}/account/second-factor")
        check("second-factor")
        other, check_other = look(address)
        sign_in(other, address, "gwen")
        check_other("code")
        other.fill("#code", "000000")
        other.click("main form button")
        check_other("code-mistake", status_noise=True)
        other.fill("#code", recovery)
        other.click("main form button")
        assert other.url == f"{address}/queue"
        page.goto(f"{address}/account")
        check("account-two-sessions")
        page.locator("form[action='/account/end-session'] button").first.click()
        check("account-ended")
        other.goto(f"{address}/queue")
        assert other.url.startswith(f"{address}/sign-in")


def test_changing_a_password_and_being_locked_out(look, council):
    with serving(council, SignInSettings(second_factor="optional")) as address:
        page, check = look(address)
        sign_in(page, address, "gwen")
        page.goto(f"{address}/account/password")
        check("password")
        page.fill("#password", PASSWORD)
        page.fill("#new", "password12345")
        page.fill("#again", "password12345")
        page.click("main form button")
        check("password-mistake", status_noise=True)
        page.fill("#password", PASSWORD)
        page.fill("#new", "cadair mynydd afal glaw")
        page.fill("#again", "cadair mynydd afal glaw")
        page.click("main form button")
        check("password-changed")
        stranger, check_stranger = look(address)
        for _ in range(4):
            sign_in(stranger, address, "gwen")
        check_stranger("wait", status_noise=True)


def test_to_the_provider_and_back(look, council, issuer):
    way = SignInSettings(issuer=issuer, client_id="porthor")
    with serving(council, way) as address:
        page, check = look(address)
        page.goto(f"{address}/decided")
        check("sign-in-openid")
        for subject, where in (("s-nobody", "/sign-in/openid/back"), ("s-gwen", "/decided")):
            page.goto(f"{address}/sign-in?next=/decided")
            page.click("main a.govuk-button")
            page.wait_for_url(f"{issuer}/**")
            page.fill("input[name=sub]", subject)
            page.click("button:not([value=deny])")
            page.wait_for_url(f"{address}{where}*")
            check(f"openid-{subject}", status_noise=True)
        page.goto(f"{address}/account")
        check("account-openid")
        page.goto(f"{address}/sign-out")
        page.click("main form button")
        check("signed-out")
        page.click("main a[href^=http]")  # the form's policy lets no answer lead there; a link does
        page.wait_for_url(f"{issuer}/**")


def test_a_network_that_has_to_wait(look, council):
    with serving(council, SignInSettings(network_attempts=2)) as address:
        page, check = look(address)
        for who in ("nobody", "no-one", "gwen"):
            sign_in(page, address, who)
        check("wait-network", status_noise=True)


def test_an_emergency(look, council):
    held_id = council.hold(1)
    with serving(council, SignInSettings(second_factor="optional")) as address:
        (ann, check_ann), (bob, check_bob), (nia, check_nia) = (look(address) for _ in range(3))
        for page, who in ((ann, "ann"), (bob, "bob"), (nia, "nia")):
            sign_in(page, address, who)
        ann.goto(f"{address}/break-glass")
        check_ann("break-glass")
        ann.fill("#person", "bob")
        ann.click("form[action='/break-glass'] button")
        check_ann("break-glass-mistake", status_noise=True)
        ann.fill("#person", "nia")
        ann.fill("#reason", "Mae'r ddau reolwr yn sâl / Both managers are ill")
        ann.check("input[name=hours] >> nth=0")
        ann.click("form[action='/break-glass'] button")
        check_ann("break-glass-asked")
        bob.goto(f"{address}/break-glass")
        check_bob("break-glass-to-confirm")
        bob.click("form[action='/break-glass/confirm'] button")
        check_bob("break-glass-open")
        nia.goto(f"{address}/account")
        nia.click("main a[href='/break-glass']")
        check_nia("break-glass-mine")
        nia.click("form[action='/break-glass/take'] button")
        nia.wait_for_url(f"{address}/held/{held_id}")
        check_nia("break-glass-taken")


def test_no_other_site_can_frame_the_console(look, council, tmp_path):
    with serving(council, SignInSettings(second_factor="optional")) as address:
        page, _ = look(address)
        trap = tmp_path / "trap.html"
        trap.write_text(f'<iframe src="{address}/sign-in" width="500" height="500"></iframe>')
        page.goto(trap.as_uri())
        page.wait_for_timeout(500)
        frames = [each for each in page.frames if each != page.main_frame]
        assert not any(each.locator("#username").count() for each in frames)


def test_another_site_cannot_post_in_a_session(look, council, tmp_path):
    with serving(council, SignInSettings(second_factor="optional")) as address:
        page, _ = look(address)
        sign_in(page, address, "gwen")
        trap = tmp_path / "trap.html"
        trap.write_text(
            f'<form method="post" action="{address}/account/end-session">'
            '<input name="handle" value="others"><button>x</button></form>'
        )
        page.goto(trap.as_uri())
        with page.expect_navigation() as going:
            page.click("button")
        answer = going.value
        assert answer is None or answer.status in {200, 403}
        page.goto(f"{address}/account")
        assert page.url == f"{address}/account"
