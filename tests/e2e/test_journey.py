"""From a send to its arrival through the real programs: the sender and the manager in a browser.

PORTHOR_SCREENSHOTS=DIR keeps a picture of each step.
"""

import os
import shutil
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from gateway.initialise import SAMPLE_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("chromium is not installed", allow_module_level=True)

PHONE = {"width": 390, "height": 844}
RAW = (
    b"From: sioned.parry@cyngor-enghraifft.example\r\nTo: x@elsewhere.example\r\n"
    b"Subject: Panel room\r\nMessage-ID: <journey@cyngor-enghraifft.example>\r\n\r\n"
    b"Please book it with 4111 1111 1111 1111.\r\n"
)
SENT = {"en": "Your email has been sent", "cy": "Mae eich e-bost wedi cael ei anfon"}
STOP = {"en": "Stop sending", "cy": "Atal yr anfon"}


@pytest.fixture
def browser():
    with playwright_api.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def visit(gateway, browser):
    """Sign in on a phone, in a language; return the page."""

    def sign_in(who, language):
        address = f"http://127.0.0.1:{gateway.web}"
        context = browser.new_context(viewport=PHONE, base_url=address)
        context.add_cookies([{"name": "porthor-language", "value": language, "url": address}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/sign-in")
        page.fill("#username", who)
        page.fill("#password", SAMPLE_PASSWORD)
        page.click("main button")
        page.wait_for_load_state("load")
        return page

    return sign_in


def keep(page, name):
    page.wait_for_load_state("load")
    if folder := os.environ.get("PORTHOR_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"journey-{name}.png", full_page=True)


def subjects(next_hop):
    parsed = [message_from_bytes(each.raw, policy=policy.default) for each in next_hop.received]
    return [each["Subject"] for each in parsed]


def wait_until(true, seconds=30):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@pytest.mark.requirement("S1")
@pytest.mark.requirement("M13")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_manager_on_a_phone_stops_a_release_and_then_lets_it_go(
    gateway, next_hop, visit, language
):
    gateway.init(undo='"3s"', second_factor='"optional"').start("run")
    gateway.wait_for(gateway.web)
    gateway.send(RAW)
    (item,) = gateway.held()
    wait_until(lambda: any(item["id"] in each for each in subjects(next_hop)))

    sender = visit("sioned.parry", language)
    sender.goto(f"/held/{item['id']}/explain")
    sender.fill("#text", "Mae'r panel heddiw / The panel is today")
    sender.click(f"form[action='/held/{item['id']}/explain'] button")
    keep(sender, f"sender-{language}")

    manager = visit("gwen.morgan", language)
    manager.click(f"main a[href='/held/{item['id']}']")
    manager.get_by_text("The panel is today").wait_for()
    manager.click("form:has(input[value='matches']) button")
    keep(manager, f"manager-{language}")
    decision = f"form[action='/held/{item['id']}/decision']"
    manager.check(f"{decision} input[value='release']")
    manager.click(f"{decision} button")
    manager.get_by_role("button", name=STOP[language]).click()
    manager.locator(decision).wait_for()
    time.sleep(4)
    assert gateway.held()[0]["state"] == "held"
    assert "Panel room" not in subjects(next_hop)

    manager.check(f"{decision} input[value='note']")
    manager.check("#should-hold")
    manager.click(f"{decision} button")
    manager.fill("#text", "Y tro nesaf, ffoniwch / Next time, telephone")
    manager.click(f"{decision} button")
    keep(manager, f"released-{language}")
    wait_until(lambda: gateway.held()[0]["state"] == "sent")
    assert subjects(next_hop).count("Panel room") == 1
    wait_until(lambda: any(SENT[language] in each for each in subjects(next_hop)))
    sender.goto(f"/held/{item['id']}")
    sender.get_by_text("Y tro nesaf, ffoniwch").wait_for()
    keep(sender, f"sent-{language}")
    assert gateway.run("audit", "verify").returncode == 0


@pytest.mark.requirement("S13")
def test_a_draft_is_checked_by_the_real_console_and_kept_nowhere(gateway, visit):
    gateway.init(second_factor='"optional"').start("run")
    gateway.wait_for(gateway.web)
    page = visit("sioned.parry", "en")
    page.goto("/draft")
    page.fill("#to", "ann@elsewhere.example")
    page.fill("#text", "zebra-planted-token\nCard 4111 1111 1111 1111")
    page.click("form[action^='/draft'] button")
    page.get_by_text("It would be held until a reviewer decides.").wait_for(timeout=60_000)
    keep(page, "draft")
    for path in gateway.folder.rglob("*"):
        if path.is_file():
            assert b"zebra-planted-token" not in path.read_bytes(), path.name
