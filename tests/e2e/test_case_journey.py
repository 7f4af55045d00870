"""From a manager's referral to a bundle that a bare machine verifies, through the real programs.

Once in a browser, in each language, and once at the command line. PORTHOR_SCREENSHOTS=DIR keeps a
picture of each step.
"""

import json
import os
import shutil
import subprocess
import tarfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.initialise import SAMPLE_PASSWORD
from quarantine.build import build_digest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("chromium is not installed", allow_module_level=True)

SIZES = {"en": {"width": 1280, "height": 900}, "cy": {"width": 390, "height": 844}}
CARD = b"4111 1111 1111 1111"
RAW = (
    b"From: sioned.parry@cyngor-enghraifft.example\r\nTo: x@elsewhere.example\r\n"
    b"Subject: Panel room\r\nMessage-ID: <journey@cyngor-enghraifft.example>\r\n\r\n"
    b"Please book it with " + CARD + b", as Tomos Ellis asked.\r\n"
)
TESTS = (
    f'at = 2026-11-25T00:00:00Z\nbuild = "{build_digest()}"\narguments = ""\n'
    "passed = 1\nfailed = 0\nskipped = 0\n"
)
MANAGER, HR, AUTHORISER = "gwen.morgan", "helen.ward", "marc.price"
TODAY = date.today()  # noqa: DTZ011 - the programs' clock is the machine's
ENDS, REVIEW = TODAY + timedelta(days=60), TODAY + timedelta(days=30)


@pytest.fixture
def installed(gateway):
    """The programs, with a certificate to sign with."""
    gateway.init(second_factor='"optional"')
    gateway.run("evidence", "certificate", "--name", "Cyngor", "--out", str(gateway.folder))
    before, head, after = gateway.config.read_text().partition("[evidence]")
    for key, value in (
        ("certificate", "evidence-certificate.pem"),
        ("key", "evidence-key.pem"),
        ("clock_source", "NTP, ntp.example"),
        ("test_results", "tests.toml"),
    ):
        line = next(each for each in after.splitlines() if each.startswith(f"{key} = "))
        after = after.replace(line, f'{key} = "{value}"', 1)
    (gateway.folder / "tests.toml").write_text(TESTS)  # `make record` writes the shipped ones
    gateway.config.write_text(before + head + after)
    gateway.start("run")
    gateway.wait_for(gateway.web)
    gateway.send(RAW)
    [item] = gateway.held()
    return gateway, item["id"]


@pytest.fixture
def browser():
    with playwright_api.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


def visitor(gateway, browser, language):
    """Sign in as someone, in a language; return the page."""
    address = f"http://127.0.0.1:{gateway.web}"

    def sign_in(who):
        context = browser.new_context(viewport=SIZES[language], base_url=address)
        context.add_cookies([{"name": "porthor-language", "value": language, "url": address}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto("/sign-in")
        page.fill("#username", who)
        page.fill("#password", SAMPLE_PASSWORD)
        page.click("main button")
        page.wait_for_load_state("load")
        return page

    return sign_in


def keep(page, name):
    page.wait_for_load_state("load")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], "the page scrolls sideways"
    if folder := os.environ.get("PORTHOR_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"case-{name}.png", full_page=True)


def press(page, path):
    page.click(f"form[action='{path}'] button:not([value])")
    page.wait_for_load_state("load")


def fill_day(page, name, day):
    for part in ("day", "month", "year"):
        page.fill(f"#{name}-{part}", str(getattr(day, part)))


def refer(page, held_id):
    page.goto(f"/held/{held_id}")
    decision = f"form[action='/held/{held_id}/decision']"
    page.check("input[value='refer']")
    page.click(f"{decision} button")
    page.fill("#text", "Mae'n batrwm / It is a pattern")
    page.click(f"{decision} button")
    page.wait_for_load_state("load")


def open_case(page, held_id):
    page.goto("/referrals")
    page.click(f"main a[href='/cases/new?about={held_id}']")
    page.fill("#title", "Manylion talu / Payment details")
    press(page, "/cases/new")
    home = page.evaluate("location.pathname")
    for task, answer in (
        ("purpose", lambda: page.fill("#text", "Anfonwyd rhif cerdyn / A card was sent")),
        ("milder", lambda: page.fill("#text", "Nid oedd hyfforddiant yn ddigon / Not enough")),
        ("basis", lambda: page.check("input[value='discipline']")),
        ("scope", lambda: fill_scope(page)),
        ("reach", lambda: page.check("input[value='content']")),
        ("telling", lambda: (page.check("input[value='told']"), fill_day(page, "tell_on", TODAY))),
    ):
        page.goto(f"{home}/answer/{task}")
        answer()
        press(page, f"{home}/answer/{task}")
    page.goto(f"{home}/submit")
    page.check(f"input[value='{AUTHORISER}']")
    press(page, f"{home}/submit")
    return home


def fill_scope(page):
    page.fill("#people", "sioned.parry")
    fill_day(page, "first", TODAY - timedelta(days=7))
    fill_day(page, "last", TODAY)


def approve(page, home):
    page.goto(f"{home}/approval")
    page.check("input[value='approve']")
    fill_day(page, "ends", ENDS)
    fill_day(page, "review", REVIEW)
    press(page, f"{home}/approval")


def search_and_open(page, home, held_id):
    page.goto(f"{home}/search")
    page.fill("#words", "panel")
    press(page, f"{home}/search")
    page.click("main a[href*='list=yes']")
    page.click(f"main a[href='{home}/emails/{held_id}']")
    page.fill("#reason", "A yw'r cerdyn yn un o rai'r cyngor / Whether the card is ours")
    page.click("button[value='text']")
    page.wait_for_load_state("load")


def add_exhibit(page, home, held_id, language):
    page.click(f"main a[href='{home}/emails/{held_id}/exhibit']")
    page.fill("#relevance", "Mae rhif y cerdyn ynddo / It has the card in it")
    page.check("input[name='third-colleague']")
    page.check("input[name='redact'][value='yes']")
    keep(page, f"exhibit-new-{language}")
    press(page, f"{home}/emails/{held_id}/exhibit")
    there = page.evaluate("location.pathname")
    press(page, f"{there}/copy#copy")
    page.fill("#words", "Tomos Ellis")
    page.select_option("#reason", "third-party")
    page.click("form:has(#words) button")
    page.wait_for_load_state("load")
    assert "Tomos Ellis asked" not in page.inner_text("main")
    keep(page, f"exhibit-{language}")


def hold(page, home, language):
    page.goto(f"{home}/legal-hold")
    page.check("input[value='scope']")
    page.fill("#reason", "Hawliad posibl / A possible claim")
    fill_day(page, "review", REVIEW)
    press(page, f"{home}/legal-hold")
    keep(page, f"legal-hold-{language}")
    press(page, f"{home}/legal-hold")


def fetch_bundle(page, home, folder, language):
    page.goto(f"{home}/exports/new")
    page.select_option("#purpose", "hearing")
    page.fill("#for_whom", "Y panel / The hearing panel")
    page.check("input[value='none']")
    press(page, f"{home}/exports/new")
    keep(page, f"bundle-confirm-{language}")
    press(page, f"{home}/exports/new")
    for _ in range(80):
        if page.locator("form[action$='/file']").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    keep(page, f"bundle-{language}")
    with page.expect_download() as waiting:
        page.click("form[action$='/file'] button")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def unpacked(archive, into):
    """A clean folder on a machine that has only Python and openssl."""
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    [folder] = into.iterdir()
    return folder


def run_bare(folder, *command):
    """Run a command with nothing of ours at hand."""
    bare = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        command, cwd=folder, env=bare, capture_output=True, text=True, check=False
    )


def check_on_a_bare_machine(archive, into, certificate):
    """The bundle verifies, openssl says so too, and one byte changed is found and named."""
    folder = unpacked(archive, into)
    verified = run_bare(folder, "python3", "-I", "verifier.py")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    signed = run_bare(
        folder,
        *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature.p7s"),
        *("-content", "tagmanifest-sha256.txt", "-CAfile", str(certificate)),
        *("-purpose", "any", "-no_check_time", "-out", "/dev/null"),
    )
    assert signed.returncode == 0, signed.stderr
    assert run_bare(folder, "sha256sum", "-c", "manifest-sha256.txt").returncode == 0
    [original] = folder.glob("data/exhibits/*/original.eml")
    whole = original.read_bytes()
    assert CARD in whole
    original.write_bytes(whole.replace(b"4111", b"4112", 1))
    found = run_bare(folder, "python3", "-I", "verifier.py")
    assert found.returncode == 1
    assert str(original.relative_to(folder)) in found.stdout
    original.write_bytes(whole)


@pytest.mark.timeout(300)
@pytest.mark.requirement("L42")
@pytest.mark.requirement("L44")
@pytest.mark.requirement("L47")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_from_a_referral_to_a_verified_bundle_in_a_browser(installed, browser, tmp_path, language):
    gateway, held_id = installed
    sign_in = visitor(gateway, browser, language)
    refer(sign_in(MANAGER), held_id)
    worker = sign_in(HR)
    home = open_case(worker, held_id)
    approve(sign_in(AUTHORISER), home)
    search_and_open(worker, home, held_id)
    add_exhibit(worker, home, held_id, language)
    hold(worker, home, language)
    archive = fetch_bundle(worker, home, tmp_path, language)
    worker.goto(f"{home}/record")
    keep(worker, f"record-{language}")
    certificate = gateway.folder / "evidence-certificate.pem"
    check_on_a_bare_machine(archive, tmp_path / "bare", certificate)
    assert gateway.run("evidence", "verify", "--trust", str(certificate), str(archive))
    assert gateway.run("audit", "verify").returncode == 0


@pytest.mark.timeout(300)  # fifteen commands
@pytest.mark.requirement("L42")
@pytest.mark.requirement("L44")
@pytest.mark.requirement("H3")
def test_the_same_at_the_command_line(installed, browser, tmp_path):
    gateway, held_id = installed
    refer(visitor(gateway, browser, "en")(MANAGER), held_id)

    def case(act, *arguments, by=HR):
        done = gateway.run("case", act, *arguments, "--by", by, "--json")
        return [json.loads(each) for each in done.stdout.splitlines()][-1]

    opened = case(
        "open",
        *("--title", "Payment details", "--about", held_id, "--people", "sioned.parry"),
        *("--first", str(TODAY - timedelta(days=7)), "--last", str(TODAY)),
        *("--basis", "discipline", "--reach", "content", "--allegation", "A card was sent"),
        *("--milder", "Training did not help", "--told", str(TODAY), "--authoriser", AUTHORISER),
    )["id"]
    until = ("--ends", str(ENDS), "--review", str(REVIEW))
    case("approve", opened, *until, by=AUTHORISER)
    assert case("search", opened, "--words", "panel")["matched"] == [held_id]
    added = case("exhibit", opened, held_id, "--relevance", "It has the card in it")
    assert (added["label"], added["held"]) == ("HW/1", held_id)
    assert case("exhibits", opened, "--check")["whole"]
    held = case("hold", opened, "--covers", "scope", "--reason", "Claim", "--review", str(REVIEW))
    assert held["emails"] == 1
    report = gateway.run("freeze", "list", "--json").stdout
    assert [json.loads(each)["case"] for each in report.splitlines()] == [opened]
    made = case(
        "bundle",
        opened,
        *("--purpose", "hearing", "--to", "The hearing panel", "--out", str(tmp_path / "out")),
    )
    certificate = gateway.folder / "evidence-certificate.pem"
    check_on_a_bare_machine(Path(made["bundle"]), tmp_path / "bare", certificate)
    gateway.run("evidence", "verify", "--trust", str(certificate), made["bundle"])
    for who in ("sam.obrien", MANAGER, AUTHORISER):
        refused = gateway.run("case", "exhibits", opened, "--by", who, "--check", check=False)
        assert refused.returncode == 1, who
    assert gateway.run("audit", "verify").returncode == 0
