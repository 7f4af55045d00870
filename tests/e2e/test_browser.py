"""Every page in a real browser, in both languages, wide and narrow: usable, accessible, quiet.

PORTHOR_SCREENSHOTS=DIR keeps a picture of each page.
"""

import os
import shutil
import socket
import threading
from pathlib import Path

import pytest
import uvicorn

from tests.console_sample import PASSWORD, make_council

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
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 700}}


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("browser"))
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def address(council):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(council.app(url), log_config=None, lifespan="off", ws="none")
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


@pytest.fixture
def look(address, browser, language, size):
    """Open a page as a person; return it and a function that checks what is shown."""
    context = browser.new_context(viewport=SIZES[size], locale=language)
    context.add_cookies([{"name": "porthor-language", "value": language, "url": address}])
    page = context.new_page()
    trouble = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda each: each.url.startswith(address) or trouble.append(each.url))

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


def test_pages_before_signing_in(look, address):
    page, check, sign_in = look
    for name in ("sign-in", "help", "accessibility", "privacy", "sign-out"):
        page.goto(f"{address}/{name}")
        check(name)
    sign_in("neb")
    check("sign-in-failed", status_noise=True)
    page.goto(f"{address}/nothing")
    check("not-found", status_noise=True)


def test_a_reviewers_pages(look, address, council, language, size):
    page, check, sign_in = look
    number = 100 + 10 * (language == "cy") + (size == "wide")
    held_id = council.hold(number)
    council.hold(
        number + 400, recipients=("a.very.long.local.part@sub.domain.example", "b@x.example")
    )
    sign_in("gwen")
    check("queue")
    page.click(f"main a[href='/held/{held_id}']")
    check("held")
    page.click(f"form[action='/held/{held_id}/email'] button")
    check("held-opened")
    page.check("#choice-2")
    page.click(f"form[action='/held/{held_id}/decision'] button")
    check("held-mistake", status_noise=True)
    page.fill("#reason", "Defnyddiwch y ffurflen ddiogel / Use the secure form")
    page.check("#choice-2")
    page.click(f"form[action='/held/{held_id}/decision'] button")
    check("held-refused")
    page.goto(f"{address}/decided")
    check("decided")
    page.goto(f"{address}/sign-out")
    check("sign-out-signed-in")
    page.click("main button")
    check("signed-out")


def test_a_senders_pages(look, address, council, language, size):
    page, check, sign_in = look
    number = 200 + 10 * (language == "cy") + (size == "wide")
    held_id = council.hold(number)
    other = council.hold(number + 100, recipients=("j@post.example",), text=b"Bore da\r\n")
    sign_in("sioned")
    page.goto(f"{address}/mine")
    check("mine")
    page.goto(f"{address}/held/{other}")
    check("own-confirm")
    page.goto(f"{address}/held/{held_id}")
    check("own")
    page.click(f"form[action='/held/{held_id}/email'] button")
    check("own-opened")
    page.click(f"form[action='/held/{held_id}/withdraw'] button")
    check("own-withdrawn")


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
