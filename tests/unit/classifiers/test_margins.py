"""Readers of what stands outside the text: armour, remains, RTF, PDF objects, style, disguise."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.armour import unarmoured
from classifiers.text.disguise import undisguise
from classifiers.text.extracting import Budget, Member, Missing, Piece, Source
from classifiers.text.html import html_texts
from classifiers.text.kinds import kinds_of
from classifiers.text.pdf_objects import read_objects
from classifiers.text.remains import legible, read_unknown
from classifiers.text.rtf import read_rtf


def yenc(octets):
    lines = bytes((each + 42) % 256 for each in octets)
    return b"=ybegin line=128 size=5 name=a\r\n" + lines + b"\r\n=yend size=5\r\n"


BINHEX = b"(This file must be converted with BinHex 4.0)\r\n\r\n:"
HELLO = b"\"@%ZG(Kd!&4&@&4dG(Kd!!!!!!!,!!!!!!!!D'9XE'mJG'KPFQ8!!!!!"  # a.txt, "hello there"


@pytest.mark.parametrize(
    ("payload", "members"),
    [
        pytest.param(b"Hi\r\n" + yenc(b"hello"), [b"hello"], id="yEnc behind a greeting"),
        pytest.param(
            yenc(b"hello").partition(b"\r\n=yend")[0], [b"hello"], id="yEnc without its end"
        ),
        pytest.param(BINHEX + HELLO + b":\r\n", [b"hello there"], id="BinHex"),
        pytest.param(b"see =ybegin and go", [], id="talk of yEnc"),
    ],
)
def test_files_in_a_text(payload, members):
    assert [each.payload for each in unarmoured(payload)] == members


@pytest.mark.parametrize("mark", ["PGP MESSAGE", "PKCS7", "CMS"])
def test_what_is_locked_in_a_text_is_said(mark):
    payload = f"Dear John,\r\n\r\n-----BEGIN {mark}-----\r\nabcd\r\n".encode()
    assert list(unarmoured(payload)) == [Missing("encrypted")]


@given(st.binary(max_size=500))
def test_armour_never_raises(octets):
    for mark in (b"=ybegin x\r\n", BINHEX, b"with BinHex\n:"):
        list(unarmoured(mark + octets))


@pytest.mark.parametrize(
    ("octets", "runs"),
    [
        pytest.param(b"\0\1hello there\0\2", "hello there", id="between controls"),
        pytest.param(b"\1" + "hello there".encode("utf-16-le") + b"\1", "hello there", id="wide"),
        pytest.param(b"\0short\0", "", id="too short to be no chance"),
    ],
)
def test_legible(octets, runs):
    assert legible(octets) == runs


def test_deflated_octets_without_a_mark_are_a_file_inside():
    text = b"a text that is long enough, and once more that it is long enough"
    packed = zlib.compress(text)[2:-4]
    found = list(read_unknown(Source(packed), Budget()))
    assert [each.payload for each in found if isinstance(each, Member)] == [text]
    assert Missing("unknown-type") in found


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        pytest.param(b"BM is short for bench mark", "text", id="words that begin like a picture"),
        pytest.param(b"BM" + bytes(range(32)) * 9, "image", id="a picture"),
        pytest.param(b"RIFF is a word", "text", id="words that begin like sound"),
        pytest.param(zlib.compress(b"hello hello"), "zlib", id="zlib"),
        pytest.param(b"\x28\xb5\x2f\xfd" + bytes(9), "filtered", id="Zstandard"),
        pytest.param(b"07070123456 is my number", "text", id="a number that begins like cpio"),
        pytest.param(b"BEGIN:VCARD\r\nN:x", "calendar", id="a card without a type"),
        pytest.param(b"\r\n {\\rtf1 x}", "rtf", id="RTF behind a line"),
    ],
)
def test_kinds(octets, kind):
    assert kinds_of(Source(octets))[0] == kind


def pieces(markup):
    found = read_rtf(Source(markup.encode()), Budget())
    return {
        (each.hidden, each.another): each.content.strip()
        for each in found
        if isinstance(each, Piece)
    }


@pytest.mark.parametrize(
    ("inside", "apart"),
    [
        pytest.param("{\\footer one}two", "one", id="a footer"),
        pytest.param("{\\info{\\title one}}two", "one", id="a property"),
        pytest.param("two{\\*\\annotation o{\\b n}e}", "one", id="letters of a note in groups"),
        pytest.param("{\\fonttbl{\\f0 Arial;}}two", "", id="fonts are no text"),
        pytest.param("{\\*\\zz \\u111?\\'6ee}two", "one", id="escapes"),
    ],
)
def test_what_rtf_holds_apart(inside, apart):
    assert pieces(f"{{\\rtf1 {inside}}}")[True, False] == apart


def test_rtf_is_also_read_without_what_is_hidden():
    assert pieces("{\\rtf1 o{\\v xx}n{\\v xx}e}")[False, True] == "one"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"%PDF-1.4\n1 0 obj\n<</Title(one two)>>\nendobj", id="a string"),
        pytest.param(b"%PDF-1.4\n1 0 obj\n<</Title(\\157ne two)>>\nendobj", id="an escape"),
        pytest.param(b"%PDF-1.4\n<</A<feff006f006e0065002000740077006f>>>", id="UTF-16 in digits"),
        pytest.param(
            b"%PDF-1.4\n1 0 obj\n<</Type/ObjStm/Filter/FlateDecode>>stream\n"
            + zlib.compress(b"1 0 <</Title(one two)>>")
            + b"\nendstream",
            id="in a stream of objects",
        ),
    ],
)
def test_strings_of_pdf_objects(octets):
    found = list(read_objects(octets, Budget()))
    assert any(isinstance(each, Piece) and "one two" in each.content for each in found)


@given(st.binary(max_size=400))
def test_pdf_objects_never_raise(octets):
    list(read_objects(b"%PDF-1.4 1 0 obj <</A(" + octets + b")>>stream\n" + octets, Budget()))


@pytest.mark.parametrize(
    ("markup", "visible", "others"),
    [
        pytest.param("<p>o<i style='display:none'>x</i>ne", "one\n", ["oxne\n"], id="hidden"),
        pytest.param("<p>o<i style='color:#fff'>x</i>ne", "oxne\n", ["one\n"], id="white"),
        pytest.param("<p>o<i style='font-size:0.9em'>n</i>e", "one\n", [], id="only small"),
        pytest.param("<div style='display:none'>x</div><p>one", "one\n", [], id="hidden apart"),
        pytest.param(
            "<style>b i{display:none}</style><p>o<i>x</i>ne", "one\n", ["oxne\n"], id="by a sheet"
        ),
    ],
)
def test_what_style_hides_and_may_hide(markup, visible, others):
    seen, _, _, also = html_texts(markup)
    assert (seen, also) == (visible, others)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("i.d.i.o.t", "idiot", id="dots"),
        pytest.param("idi-\not", "idiot", id="a word cut by a line end"),
        pytest.param("y o u  t w o", "you two", id="two words"),
        pytest.param("a.b.c d.e.f", "abc def", id="a space among dots is one"),
        pytest.param("1d10t", "idiot", id="digits"),
        pytest.param("and/or", "and/or", id="a slash between words stays"),
    ],
)
def test_undisguise(text, plain):
    assert undisguise(text).text == plain


@given(st.text(alphabet="ab1.- \n_*'@", max_size=60))
def test_undisguised_letters_point_at_what_was_written(text):
    found = undisguise(text)
    for at, letter in enumerate(found.text):
        start, end = found.span(at, at + 1)
        assert end == start + 1
        if letter in "ab":
            assert text[start] in "ab@48"
