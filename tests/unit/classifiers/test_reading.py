"""Whatever is attached is read or said to be unread, within the limits, and nothing is raised."""

import gzip

import pytest
from building import attached, single
from hypothesis import given
from hypothesis import strategies as st
from in_files import FILES, document, zipped

from classifiers.settings import ReadingSettings
from classifiers.text.reading import read
from models.mime import read_message
from models.units import Duration, Size

SMALL = ReadingSettings(
    part=Size(1_000_000), unpacked=Size(2_000_000), characters=500_000, members=50, depth=4
)


def unread(data, limits=SMALL, **options):
    reading = read(read_message(attached(data)), limits, **options)
    return {each.reason for each in reading.unread}


def nested(levels):
    data = b"x"
    for _ in range(levels):
        data = zipped(**{"a.zip": data})
    return data


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><x>&j;</x>"
)
ELSEWHERE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.requirement("A8")
@pytest.mark.requirement("R9")
@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        pytest.param(gzip.compress(bytes(5_000_000)), {"too-large"}, id="a gzip bomb"),
        pytest.param(
            zipped(**{"a.txt": bytes(5_000_000)}), {"too-large"}, id="a file too large in a zip"
        ),
        pytest.param(
            zipped(**{f"{n}.txt": b"a" * 900_000 for n in range(9)}),
            {"too-large"},
            id="many files too large together",
        ),
        pytest.param(
            zipped(**{f"{n}.txt": "x" for n in range(200)}), {"too-many-files"}, id="too many files"
        ),
        pytest.param(nested(20), {"too-deep"}, id="zip in zip in zip without end"),
        pytest.param(b"text " * 150_000, {"too-large"}, id="too much text"),
        pytest.param(b"PK\x03\x04rubbish", {"damage"}, id="a zip that is none"),
        pytest.param(b"%PDF-1.7 rubbish", {"damage"}, id="a PDF that is none"),
        pytest.param(b"\x00\x01\x02\x03" * 50, {"unknown-type"}, id="a kind nobody knows"),
        pytest.param(b"\xff\xd8\xff\xe0rubbish", {"picture"}, id="a picture"),
    ],
)
def test_what_cannot_be_read_is_said(data, reasons):
    assert unread(data) == reasons


@pytest.mark.parametrize(
    "xml", [pytest.param(ENTITIES, id="swell"), pytest.param(ELSEWHERE, id="open")]
)
def test_entities_neither_swell_nor_open_files(xml):
    data = zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": xml})
    reading = read(read_message(attached(data)), SMALL)
    assert sum(len(text.content) for text, _ in reading.texts) < 1000
    assert not any("root:" in text.content for text, _ in reading.texts)


def test_time_is_up():
    assert unread(nested(3), ReadingSettings(seconds=Duration(0))) == {"out-of-time"}


def test_without_attachments_the_rest_is_read():
    raw = attached(document("<w:p><w:t>inside</w:t></w:p>"))
    reading = read(read_message(raw), SMALL, without="broke-its-reader")
    assert {each.reason for each in reading.unread} == {"broke-its-reader"}
    assert any("Hello there" in text.content for text, _ in reading.texts)


def test_pictures_are_read_where_that_is_asked_for():
    raw = attached(b"\xff\xd8\xff\xe0picture")
    reading = read(read_message(raw), SMALL, recogniser=lambda _picture, _seconds: "ŵy â thŷ")
    assert reading.unread == ()
    assert reading.texts[-1][0].content == "ŵy â thŷ"


SAMPLES = {name: make("Card 4111 1111 1111 1111") for name, make in FILES.items()}


@pytest.mark.requirement("R9")
@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_changed_octets_never_raise(name, data):
    sample = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 8))):
        sample[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(sample)))
    read(read_message(attached(bytes(sample[:cut]))), SMALL)


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_said_to_be_unread(octets):
    reading = read(read_message(single(octets, kind="application/octet-stream")), SMALL)
    texts = [(text.part, text.kind) for text, _ in reading.texts]
    assert len(texts) == len(set(texts))
