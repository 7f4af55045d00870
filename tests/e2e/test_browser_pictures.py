"""An attached PDF as pictures, drawn by the real process, in a real browser."""

import io
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from PIL import Image, ImageDraw
from test_browser import address, browser, language, look, size  # noqa: F401 - fixtures

from gateway.drawing import Painter
from models.envelope import Client, Envelope, Recipient
from models.mail import Mail
from models.mime import read_message
from tests.console_sample import NOW, make_council

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = make_council(tmp_path_factory.mktemp("pictures"))
    painter = Painter(seconds=60)
    plain = made.app
    made.app = lambda url, **given: plain(url, **given, draw=painter)
    yield made
    painter.close()
    made.database.close()


def pdf():
    pages = []
    for number in (1, 2):
        page = Image.new("RGB", (595, 842), "white")
        ImageDraw.Draw(page).text((60, 60), f"Cyngor Cantref, {number}", "black", font_size=28)
        pages.append(page)
    written = io.BytesIO()
    pages[0].save(written, "PDF", save_all=True, append_images=pages[1:])
    return written.getvalue()


def letter():
    message = EmailMessage(policy=SMTP)
    message["From"] = "sioned.parry@cantref.example"
    message["To"] = "john@example.org"
    message["Subject"] = "Llythyr / A letter"
    message.set_content("The card is 4111 1111 1111 1111.")
    message.add_attachment(pdf(), "application", "pdf", filename="llythyr.pdf")
    message.add_attachment("a,b", filename="rhestr.csv")
    envelope = Envelope(
        id="POR000001",
        sender="sioned.parry@cantref.example",
        recipients=(Recipient(address="john@example.org"),),
        client=Client(address="127.0.0.1", port=40000, name="mail"),
        received=NOW,
    )
    return Mail(envelope=envelope, message=read_message(message.as_bytes()))


@pytest.fixture(scope="module")
def held_id(council):
    return council.hold_mail(letter())


def test_an_attached_pdf_is_shown_as_pictures(look, address, held_id):  # noqa: F811
    page, check, sign_in = look
    sign_in("gwen")
    page.goto(f"{address}/held/{held_id}")
    page.click("form:has(input[value='attachments']) button")
    check("held-tree")
    page.click(f"form[action='/held/{held_id}/pictures'] button")
    check("pictures")
    sizes = page.locator("main img").evaluate_all("all => all.map(each => each.naturalWidth)")
    assert sizes == [900, 900]
    assert page.locator("main img[alt*='llythyr.pdf']").count() == 2
