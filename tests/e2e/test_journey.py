"""From a send to its arrival through the real programs: the people in browsers, on phones.

docs/journeys.md tells each as a story; PORTHOR_SCREENSHOTS=docs/images takes its pictures anew.
"""

import os
import shutil
import signal
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from installed import Gateway
from nexthop import NextHop

from gateway.initialise import SAMPLE_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("chromium is not installed", allow_module_level=True)

PHONE = {"width": 390, "height": 844}
DOMAIN = "cyngor-enghraifft.example"
CARD = "Please book it with 4111 1111 1111 1111."
SENT = {"en": "Your email has been sent", "cy": "Mae eich e-bost wedi cael ei anfon"}
STOP = {"en": "Stop sending", "cy": "Atal yr anfon"}


@pytest.fixture(scope="module")
def next_hop():
    with NextHop() as next_hop:
        yield next_hop


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, next_hop):
    gateway = Gateway(tmp_path_factory.mktemp("journey") / "porthor", next_hop)
    try:
        gateway.init(undo='"3s"', second_factor='"optional"')
        gateway.start("run")
        gateway.wait_for(gateway.web)
        yield gateway
    finally:
        gateway.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
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
    contexts = []

    def sign_in(who, language="en"):
        address = f"http://127.0.0.1:{gateway.web}"
        context = browser.new_context(viewport=PHONE, base_url=address)
        contexts.append(context)
        context.add_cookies([{"name": "porthor-language", "value": language, "url": address}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/sign-in")
        page.fill("#username", who)
        page.fill("#password", SAMPLE_PASSWORD)
        page.click("main button")
        page.wait_for_load_state("load")
        return page

    yield sign_in
    for each in contexts:
        each.close()


@pytest.fixture
def hold(gateway, next_hop):
    """Send what is held; return its reference when its sender has been told.

    Its reviewer may be told later: of more than three in an hour they are told together.
    """

    def send(sender, subject, text):
        lines = (
            f"From: {sender}@{DOMAIN}",
            "To: x@elsewhere.example",
            f"Subject: {subject}",
            f"Message-ID: <{subject.replace(' ', '-')}@{DOMAIN}>",
            "",
            text,
            "",
        )
        code, answer = gateway.send("\r\n".join(lines).encode(), sender=f"{sender}@{DOMAIN}")
        assert code == 250
        held_id = answer.decode().rpartition(" ")[2]
        wait_until(lambda: sender in told(next_hop, held_id))
        return held_id

    return send


def keep(page, name, at=None):
    """Keep a picture of what the phone shows, with one place in view."""
    page.wait_for_load_state("load")
    if folder := os.environ.get("PORTHOR_SCREENSHOTS"):
        if at:
            page.locator(at).first.evaluate("place => place.scrollIntoView({block: 'center'})")
        page.screenshot(path=Path(folder) / f"journey-{name}.png")


def parsed(next_hop):
    return [message_from_bytes(each.raw, policy=policy.default) for each in next_hop.received]


def subjects(next_hop):
    return [each["Subject"] for each in parsed(next_hop)]


def told(next_hop, held_id, words=""):
    """Whom a notice about a message has reached, with these words in its subject."""
    return {
        each["To"].partition("@")[0]
        for each in parsed(next_hop)
        if held_id in each["Subject"] and words in each["Subject"]
    }


def wait_until(true, seconds=30):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


def decide(page, held_id, choice):
    decision = f"form[action='/held/{held_id}/decision']"
    page.goto(f"/held/{held_id}")
    page.check(f"{decision} input[value='{choice}']")
    page.click(f"{decision} button")
    page.wait_for_load_state("load")


@pytest.mark.requirement("M3")
@pytest.mark.requirement("M13")
@pytest.mark.requirement("S12")
@pytest.mark.requirement("L25")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_manager_on_a_phone_stops_a_release_and_then_lets_it_go(next_hop, visit, hold, language):
    subject = f"Panel room {language}"
    held_id = hold("sioned.parry", subject, CARD)
    sender = visit("sioned.parry", language)
    sender.goto(f"/held/{held_id}")
    keep(sender, f"told-{language}")
    sender.goto(f"/held/{held_id}/explain")
    sender.fill("#text", "Mae'r panel heddiw / The panel is today")
    sender.click(f"form[action='/held/{held_id}/explain'] button")

    manager = visit("gwen.morgan", language)
    link = f"main a[href='/held/{held_id}']"
    keep(manager, f"list-{language}", link)
    manager.click(link)
    manager.get_by_text("The panel is today").wait_for()
    manager.click("form:has(input[value='matches']) button")
    keep(manager, f"why-{language}", ".porthor-reasons")
    decision = f"form[action='/held/{held_id}/decision']"
    keep(manager, f"choices-{language}", decision)
    manager.check(f"{decision} input[value='release']")
    manager.click(f"{decision} button")
    manager.get_by_role("button", name=STOP[language]).click()
    manager.locator(decision).wait_for()
    time.sleep(4)
    assert subject not in subjects(next_hop)

    manager.check(f"{decision} input[value='note']")
    manager.check("#should-hold")
    manager.click(f"{decision} button")
    manager.fill("#text", "Y tro nesaf, ffoniwch / Next time, telephone")
    manager.click(f"{decision} button")
    keep(manager, f"released-{language}")
    wait_until(lambda: "sioned.parry" in told(next_hop, held_id, SENT[language]))
    assert subjects(next_hop).count(subject) == 1
    sender.goto(f"/held/{held_id}")
    sender.get_by_text("Y tro nesaf, ffoniwch").wait_for()
    keep(sender, f"sent-{language}")


@pytest.mark.requirement("M2")
def test_a_manager_goes_away_and_the_deputy_decides(gateway, next_hop, visit, hold):
    held_id = hold("amina.khan", "Order form", CARD)
    gateway.run("people", "away", "gwen.morgan", "--until", "2099-12-31")
    try:
        wait_until(lambda: "elin.rhys" in told(next_hop, held_id))
    finally:
        gateway.run("people", "back", "gwen.morgan")
    sender = visit("amina.khan")
    sender.goto(f"/held/{held_id}")
    sender.get_by_text("Elin Rhys").first.wait_for()
    keep(sender, "deputy-sender")
    deputy = visit("elin.rhys")
    keep(deputy, "deputy-list", f"main a[href='/held/{held_id}']")
    decide(deputy, held_id, "release")
    keep(deputy, "deputy-released")
    wait_until(lambda: "Order form" in subjects(next_hop))
    wait_until(lambda: "amina.khan" in told(next_hop, held_id, SENT["en"]))


@pytest.mark.requirement("M8")
def test_two_must_agree_and_a_change_takes_every_vote_anew(next_hop, visit, hold):
    subject = "Handover plan"
    held_id = hold("amina.khan", subject, "SECRET\r\n\r\nThe plan is below.")
    first, second, sender = visit("gwen.morgan"), visit("elin.rhys"), visit("amina.khan")
    decide(first, held_id, "release")
    keep(first, "two-agree")
    first.click("main form button")
    wait_until(lambda: "elin.rhys" in told(next_hop, held_id))
    second.goto(f"/held/{held_id}")
    second.get_by_text("Gwen Morgan has agreed.").wait_for()
    keep(second, "two-second", ".govuk-inset-text:has-text('Gwen Morgan has agreed')")
    decide(second, held_id, "return")
    second.check("input[value='say-why']")
    second.click(f"form[action='/held/{held_id}/decision'] button")
    sender.goto(f"/held/{held_id}/again")
    sender.fill("#text", "The partner asked for it in writing.")
    sender.click(f"form[action='/held/{held_id}/again'] button")
    keep(sender, "two-again")
    assert subject not in subjects(next_hop)

    first.goto(f"/held/{held_id}")
    assert first.get_by_text("has agreed.").count() == 0
    for each in (first, second):
        assert subject not in subjects(next_hop)
        decide(each, held_id, "release")
        each.click("main form button")
        each.get_by_role("alert").wait_for()
    keep(second, "two-released")
    wait_until(lambda: subject in subjects(next_hop))


@pytest.mark.requirement("M7")
def test_mail_that_names_the_manager_goes_elsewhere_and_they_see_nothing(next_hop, visit, hold):
    subject = "My complaint"
    text = f"Gwen Morgan shouted at me on Monday. {CARD}"
    held_id = hold("sioned.parry", subject, text)
    named = visit("gwen.morgan")
    named.goto("/queue")
    assert held_id not in named.content()
    assert named.goto(f"/held/{held_id}").status == 404
    keep(named, "conflict-named")
    for each in ("/decided", "/mine"):
        named.goto(each)
        assert held_id not in named.content()
    other = visit("carys.lloyd")
    keep(other, "conflict-list", f"main a[href='/held/{held_id}']")
    decide(other, held_id, "refuse")
    other.check("input[value='policy']")
    keep(other, "conflict-refusing")
    other.click(f"form[action='/held/{held_id}/decision'] button")
    sender = visit("sioned.parry")
    sender.goto(f"/held/{held_id}")
    sender.get_by_text("Carys Lloyd").first.wait_for()
    keep(sender, "conflict-sender")
    wait_until(lambda: told(next_hop, held_id) == {"sioned.parry", "carys.lloyd"})
    assert subject not in subjects(next_hop)


def test_the_audit_chain_of_it_all_holds(gateway):
    assert gateway.run("audit", "verify").returncode == 0


@pytest.mark.requirement("S13")
def test_a_draft_is_checked_by_the_real_console_and_kept_nowhere(gateway, visit):
    page = visit("sioned.parry")
    page.goto("/draft")
    page.fill("#to", "ann@elsewhere.example")
    page.fill("#text", "zebra-planted-token\nCard 4111 1111 1111 1111")
    page.click("form[action^='/draft'] button")
    page.get_by_text("It would be held until a reviewer decides.").wait_for(timeout=60_000)
    for path in gateway.folder.rglob("*"):
        if path.is_file():
            assert b"zebra-planted-token" not in path.read_bytes(), path.name
