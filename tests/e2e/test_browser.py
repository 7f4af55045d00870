"""Every page in a real browser, in both languages, wide and narrow: usable, accessible, quiet.

PORTHOR_SCREENSHOTS=DIR keeps a picture of each page.
"""

import os
import shutil
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from models.finding import Finding, Weight
from quarantine import outcomes
from tests.console_sample import PASSWORD, PEOPLE, check_draft, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("chromium is not installed", allow_module_level=True)

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WEIGHED = (  # what the trained classifier might say of the sample text, "Hi John ... council"
    Finding(
        detector="learned",
        category="abuse",
        score=0.9,
        part="1",
        end=60,
        reads_like="derogatory",
        weights=(Weight(start=3, end=7, value=1.0), Weight(start=10, end=16, value=-0.5)),
    ),
)
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 700}}


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("browser"))
    made.review = replace(made.review, undo=timedelta(seconds=60))
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def address(council):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        council.app(url, check_draft=check_draft), log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield url
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def browser():
    with playwright_api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(params=["en", "cy"])
def language(request):
    return request.param


@pytest.fixture(params=list(SIZES))
def size(request):
    return request.param


def _is_ours(message):
    """What the browser says of a page; not that it cleared what it was told to at sign-out."""
    return not message.text.startswith("Clear-Site-Data")


@pytest.fixture
def look(address, browser, language, size):
    """Open a page as a person; return it and a function that checks what is shown."""
    context = browser.new_context(viewport=SIZES[size], locale=language)
    context.add_cookies([{"name": "porthor-language", "value": language, "url": address}])
    page = context.new_page()
    trouble = []
    page.on("console", lambda message: _is_ours(message) and trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    ours = (address, "data:image/jpeg;base64,")  # the second where the page's own policy lets it
    page.on("request", lambda each: each.url.startswith(ours) or trouble.append(each.url))

    def check(name, *, status_noise=False):
        page.wait_for_load_state("load")
        assert page.locator("html").get_attribute("lang") == language
        assert [each for each in trouble if not status_noise] == []
        trouble.clear()
        results = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}})
        assert results.violations_count == 0, results.generate_report()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size]["width"], "the page scrolls sideways"
        keep = os.environ.get("PORTHOR_SCREENSHOTS")
        if keep:
            path = Path(keep) / f"{name}-{language}-{size}.png"
            page.screenshot(path=path, full_page=True)

    def sign_in(who):
        page.goto(f"{address}/sign-in")
        page.fill("#username", who)
        page.fill("#password", PASSWORD)
        page.click("main button")

    page.set_default_timeout(10_000)
    yield page, check, sign_in
    context.close()


@pytest.mark.requirement("N5")
def test_pages_before_signing_in(look, address):
    page, check, sign_in = look
    for name in ("sign-in", "help", "accessibility", "privacy", "sign-out"):
        page.goto(f"{address}/{name}")
        check(name)
    sign_in("neb")
    check("sign-in-failed", status_noise=True)
    page.goto(f"{address}/nothing")
    check("not-found", status_noise=True)


def number_for(base, language, size):
    """A number of a message that no other run of a test has."""
    return base + 10 * (language == "cy") + (size == "wide")


@pytest.mark.requirement("L54")
@pytest.mark.requirement("O7")
def test_a_reviewers_pages(look, address, council, language, size):
    page, check, sign_in = look
    number = number_for(100, language, size)
    held_id = council.hold(number, more=WEIGHED)
    council.hold(
        number + 400, recipients=("a.very.long.local.part@sub.domain.example", "b@x.example")
    )
    sign_in("gwen")
    check("queue")
    page.goto(f"{address}/queue?team=-")
    check("queue-filtered")
    page.goto(f"{address}/queue")
    page.click(f"main a[href='/held/{held_id}']")
    check("held")
    for depth in ("matches", "text", "attachments"):
        page.click(f"form:has(input[value='{depth}']) button")
        check(f"held-{depth}")
    decision = f"form[action='/held/{held_id}/decision']"
    page.click(f"{decision} button")
    check("held-mistake", status_noise=True)
    for choice in ("note", "return", "refuse", "refer"):
        page.goto(f"{address}/held/{held_id}")
        page.check(f"input[value='{choice}']")
        page.click(f"{decision} button")
        check(f"deciding-{choice}")
        page.click(f"{decision} button")
        check(f"deciding-{choice}-mistake", status_noise=True)
    page.goto(f"{address}/held/{held_id}")
    page.check("input[value='return']")
    page.check("#should-hold-2")
    page.click(f"{decision} button")
    page.check("input[value='secure-method']")
    page.fill("#text", "Defnyddiwch y ffurflen ddiogel / Use the secure form")
    page.click(f"{decision} button")
    check("held-returned")
    page.goto(f"{address}/decided")
    check("decided")
    page.goto(f"{address}/sign-out")
    check("sign-out-signed-in")
    page.click("main button")
    check("signed-out")


def test_a_release_is_stopped_and_near_identical_mail_is_decided_once(
    look, address, council, language, size
):
    page, check, sign_in = look
    number = number_for(2000, language, size)
    text = f"Room {number} is booked. The card is 4111 1111 1111 1111.\r\n".encode()
    ids = [council.hold(number + 100 * each, text=text) for each in range(3)]
    page_of = f"{address}/held/{ids[0]}"
    decision = f"form[action='/held/{ids[0]}/decision']"
    sign_in("gwen")
    page.goto(page_of)
    check("held-alike")
    page.uncheck(f"#also-{ids[2]}")
    page.check("input[value='release']")
    page.click(f"{decision} button")
    check("held-released")
    assert page.locator("main").get_by_text(ids[1]).count() == 1
    assert page.locator("main").get_by_text(ids[2]).count() == 0
    page.click(f"form[action='/held/{ids[0]}/stop'] button")
    check("held-stopped")
    page.check("input[value='other']")
    page.click(f"{decision} button")
    check("handed-on")


def test_what_is_passed_to_hr(look, address, council, language, size):
    page, check, sign_in = look
    held_id = council.hold(number_for(300, language, size), text=b"Card 4111 1111 1111 1111\r\n")
    decision = f"form[action='/held/{held_id}/decision']"
    sign_in("gwen")
    page.goto(f"{address}/held/{held_id}")
    page.check("input[value='refer']")
    page.click(f"{decision} button")
    page.fill("#text", "Patrwm / A pattern")
    page.click(f"{decision} button")
    check("referred")
    page.goto(f"{address}/sign-out")
    page.click("main button")
    sign_in("huw")
    page.goto(f"{address}/referrals")
    check("referrals")
    page.click(f"form[action='/referrals/{held_id}/refuse'] button")
    check("referrals-mistake", status_noise=True)
    page.click(f"form[action='/referrals/{held_id}/back'] button")
    check("referrals-empty")


@pytest.mark.requirement("L54")
@pytest.mark.requirement("O7")
def test_a_senders_pages(look, address, council, language, size):
    page, check, sign_in = look
    number = number_for(200, language, size)
    held_id = council.hold(number, more=WEIGHED)
    other = council.hold(number + 600, recipients=("j@post.example",), text=b"Bore da\r\n")
    sign_in("sioned")
    page.goto(f"{address}/mine")
    check("mine")
    page.goto(f"{address}/held/{other}")
    check("own-confirm")
    page.click(f"form[action='/held/{other}/confirm'] button")
    check("own-confirmed")
    for what in ("explain", "urgent", "dispute", "someone-else"):
        page.goto(f"{address}/held/{held_id}")
        page.click(f"main a[href='/held/{held_id}/{what}']")
        check(f"own-{what}")
        if what in ("explain", "urgent"):
            page.click(f"form[action='/held/{held_id}/{what}'] button")
            check(f"own-{what}-mistake", status_noise=True)
        if what == "urgent":
            page.check("#kind")
        if what != "someone-else":
            page.fill("#text", "Mae John yn y panel / John is on the panel")
        page.click(f"form[action='/held/{held_id}/{what}'] button")
        check(f"own-{what}-done")
    page.click("form:has(input[name='depth']) button")
    check("own-opened")
    page.click(f"form[action='/held/{held_id}/withdraw'] button")
    check("own-withdrawn")


def test_a_sender_asks_again_for_what_was_given_back(look, address, council, language, size):
    page, check, sign_in = look
    held_id = council.hold(number_for(900, language, size))
    gwen = next(each for each in PEOPLE if each.id == "gwen")
    outcomes.give_back(council.review, held_id, by=gwen, code="say-why", now=council.clock[0])
    sign_in("sioned")
    page.goto(f"{address}/held/{held_id}")
    check("own-returned")
    page.click(f"main a[href='/held/{held_id}/again']")
    check("own-again")
    page.fill("#text", "Mae'r llys yn gofyn / The court asks")
    page.click(f"form[action='/held/{held_id}/again'] button")
    check("own-asked-again")


@pytest.mark.requirement("S11")
@pytest.mark.requirement("L54")
def test_a_sender_appeals_and_another_person_decides(look, address, council, language, size):
    page, check, sign_in = look
    held_id = council.hold(number_for(3000, language, size))
    gwen = next(each for each in PEOPLE if each.id == "gwen")
    council.review.refuse(held_id, by=gwen, reason="", code="policy", now=council.clock[0])
    home, decision = f"{address}/held/{held_id}", f"form[action='/held/{held_id}/decision']"
    sign_in("sioned")
    page.goto(home)
    check("own-refused")
    page.click(f"main a[href='/held/{held_id}/appeal']")
    check("own-appeal")
    page.click(f"form[action='/held/{held_id}/appeal'] button")
    check("own-appeal-mistake", status_noise=True)
    page.fill("#text", "Gofynnodd y llys amdano / The court asked for it")
    page.click(f"form[action='/held/{held_id}/appeal'] button")
    check("own-appealed")
    page.goto(f"{address}/mine")
    check("mine-appealed")
    page.goto(f"{address}/sign-out")
    page.click("main button")
    sign_in("elin")
    page.goto(f"{address}/queue")
    check("queue-appeal")
    page.goto(home)
    check("held-appeal")
    page.check("input[value='refuse']")
    page.click(f"{decision} button")
    check("deciding-appeal")
    page.check("input[value='policy']")
    page.click(f"{decision} button")
    check("held-appeal-refused")
    page.goto(f"{address}/sign-out")
    page.click("main button")
    sign_in("sioned")
    page.goto(home)
    check("own-appeal-refused")


def test_a_mistake_is_reported_and_read(look, address):
    page, check, sign_in = look
    sign_in("sioned")
    page.goto(f"{address}/report")
    check("report")
    page.click("form[action='/report'] button")
    check("report-mistake", status_noise=True)
    page.fill("#text", "Aeth y rhestr at y Jones anghywir / The list went to the wrong Jones")
    page.click("form[action='/report'] button")
    check("reported")
    report = page.url
    page.goto(f"{address}/sign-out")
    page.click("main button")
    sign_in("gwen")
    page.goto(f"{address}/queue")
    check("queue-report")
    page.goto(report)
    check("report-to-read")
    page.click("main form button")
    check("report-read")


def test_a_draft_is_checked(look, address):
    page, check, sign_in = look
    sign_in("sioned")
    page.goto(f"{address}/draft")
    check("draft")
    page.click("form[action^='/draft'] button")
    check("draft-mistake", status_noise=True)
    page.fill("#to", "ann@example.org")
    page.fill("#text", "Card 4111 1111 1111 1111")
    page.click("form[action^='/draft'] button")
    check("draft-held")


def test_empty_lists(look, address):
    page, check, sign_in = look
    sign_in("huw")
    check("mine-empty")
    page.goto(f"{address}/queue")
    check("queue-empty")
    page.goto(f"{address}/decided")
    check("decided-empty")


def test_signing_in_carries_its_token(look, address):
    page, _, sign_in = look
    sign_in("gwen")
    assert page.url == f"{address}/queue"
