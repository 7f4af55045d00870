"""Pictures of attached files: drawn anew in a process that can be killed."""

import io

import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from gateway.drawing import Painter
from models.errors import Unavailable
from quarantine.pictures import MOST_PAGES

SECRET = b"planted-in-the-metadata"


@pytest.fixture(scope="module")
def painter():
    made = Painter(seconds=60)
    yield made
    made.close()


def pdf(*sizes):
    document = PdfDocument.new()
    for width, height in sizes:
        document.new_page(width, height)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def picture(kind="PNG", size=(40, 30), colour="red", **more):
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind, **more)
    return written.getvalue()


def opened(page):
    return Image.open(io.BytesIO(page))


@pytest.mark.parametrize(
    ("raw", "sizes", "more"),
    [
        pytest.param(pdf((595, 842)), [(900, 1274)], 0, id="a page of A4"),
        pytest.param(pdf((595, 842), (842, 595)), [(900, 1274), (900, 636)], 0, id="two pages"),
        pytest.param(pdf((1, 14_000)), [(1, 1300)], 0, id="a very tall page"),
        pytest.param(pdf((14_000, 14_000)), [(900, 900)], 0, id="a very large page"),
        pytest.param(pdf(*[(90, 130)] * 13), [(900, 1300)] * MOST_PAGES, 3, id="many pages"),
        pytest.param(picture(), [(40, 30)], 0, id="a picture"),
        pytest.param(picture("GIF"), [(40, 30)], 0, id="a GIF"),
        pytest.param(picture("JPEG", (4000, 2000)), [(900, 450)], 0, id="a large picture"),
    ],
)
def test_a_file_is_drawn(painter, raw, sizes, more):
    drawn = painter(raw)
    assert [opened(page).size for page in drawn.pages] == sizes
    assert {opened(page).format for page in drawn.pages} == {"JPEG"}
    assert drawn.more == more


def test_nothing_of_the_file_itself_leaves(painter):
    raw = picture("JPEG", comment=SECRET) + SECRET
    (page,) = painter(raw).pages
    assert SECRET in raw
    assert SECRET not in page
    assert opened(page).getpixel((5, 5))[0] > 200


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"%PDF-1.7\nno such thing", id="a PDF that is none"),
        pytest.param(pdf((595, 842))[:-200], id="a PDF cut short of its pages"),
        pytest.param(b"<svg onload='alert(1)'/>", id="an SVG"),
        pytest.param(picture("TIFF"), id="a kind that is not drawn"),
        pytest.param(picture(size=(9000, 9000)), id="a picture of too many pixels"),
        pytest.param(picture()[:60], id="half a picture"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_cannot_be_drawn_is_unavailable(painter, raw):
    with pytest.raises(Unavailable, match="drawing raised"):
        painter(raw)


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_drawn():
    painter = Painter(seconds=0.001)
    try:
        with pytest.raises(Unavailable, match="took too long"):
            painter(picture(size=(6000, 6000)))
        painter._seconds = 60
        assert painter(picture()).pages
    finally:
        painter.close()
