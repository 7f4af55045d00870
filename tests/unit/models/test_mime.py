"""read_message never raises, and reads what a reader would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoded_words import decode_words, parameters
from models.mime import read_message

HEAD = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
FRAGMENTS = st.sampled_from(
    [
        *(b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n", b"--b--\r\n", b"\r\n"),
        *(b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n"),
        *(b"=?utf-8?B?", b"?=", b"a: b\r\n", b"\xff\x00", b"AAAA", b"; name*0*=x''%41", b"(" * 9),
    ]
)


@given(st.binary(max_size=400) | st.lists(FRAGMENTS, max_size=40).map(b"".join))
def test_it_never_raises(raw):
    message = read_message(raw)
    assert message.raw == raw
    assert "unreadable-structure" not in [each.kind for each in message.defects]


@given(st.binary(max_size=200))
def test_values_never_raise(raw):
    parameters(decode_words(raw))


@pytest.mark.parametrize(
    ("raw", "parts", "defects"),
    [
        pytest.param(b"Subject: x\r\n\r\nbody", [("1", b"body")], [], id="a plain message"),
        pytest.param(
            HEAD + b"pre\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\npost",
            [("0~preamble", b"pre\r\n"), ("0~epilogue", b"post"), ("1", b"one"), ("2", b"two")],
            [],
            id="two parts, and what stands around them",
        ),
        pytest.param(
            HEAD + b"--b\r\n" + HEAD.replace(b"=b", b"=c") + b"--c\r\n\r\nin\r\n--c--\r\n--b--\r\n",
            [("1.1", b"in")],
            [],
            id="a part in a part",
        ),
        pytest.param(
            HEAD + b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nin\r\n--b--\r\n",
            [("1~header", b"y"), ("1", b"in")],
            [],
            id="an attached message is walked into",
        ),
        pytest.param(
            HEAD + b"--b\r\n\r\none",
            [("1", b"one")],
            ["no-closing-boundary"],
            id="no closing boundary",
        ),
        pytest.param(
            HEAD + b"text", [("1", b"text")], ["boundary-never-found"], id="a boundary never found"
        ),
        pytest.param(
            b"Content-Transfer-Encoding: base64\r\n\r\naGVs*bG8=",
            [("1", b"hello"), ("1~1", b"aGVs*bG8=")],
            ["bad-base64"],
            id="junk in base64",
        ),
        pytest.param(
            b"Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\nx",
            [("1", b"x"), ("1~1", b"x")],
            ["duplicate-content-type"],
            id="two content types",
        ),
        pytest.param(
            b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=",
            [("1", b"aGVsbG8="), ("1~1", b"hello")],
            ["duplicate-transfer-encoding"],
            id="two transfer encodings",
        ),
        pytest.param(
            b'Content-Transfer-Encoding: base-64 "x"\r\n\r\naGVsbG8=',
            [("1", b"hello"), ("1~1", b"aGVsbG8=")],
            ["unknown-transfer-encoding"],
            id="an encoding nobody defined",
        ),
        pytest.param(
            b"Content-Transfer-Encoding: base64\r\n\r\naGU=bGxv",
            [("1", b"hello"), ("1~1", b"aGU=bGxv")],
            ["bad-base64"],
            id="padding inside base64",
        ),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n"
            b"--b\r\n\r\none\r\n--b--\r\n",
            [("1", b"one"), ("0~1", b"--b\r\n\r\none\r\n--b--\r\n")],
            ["duplicate-boundary"],
            id="two boundaries",
        ),
        pytest.param(
            HEAD + b"--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
            [
                ("1", b"one"),
                ("2", b"two"),
                ("0~1", b"--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\ntwo\r\n--b--\r\n"),
            ],
            ["parts-after-close"],
            id="a part after the closing boundary",
        ),
        pytest.param(
            b"Subject: x\r\nhello there\r\n",
            [("1", b""), ("0~1", b"hello there\r\n")],
            ["odd-header-line"],
            id="a body without a blank line",
        ),
        pytest.param(
            b"Subject: x\r\n \r\nhello\r\n\r\none",
            [("1", b"one"), ("0~1", b" \r\nhello\r\n\r\none")],
            ["blank-header-line", "odd-header-line"],
            id="a blank line of spaces",
        ),
        pytest.param(
            b"Content-Type: text/plain; name=first.txt\r\n"
            b"Content-Disposition: attachment; filename=another\r\n\r\none",
            [("1", b"one"), ("1~names", b"first.txt")],
            [],
            id="two names that differ",
        ),
        pytest.param(b"", [("1", b"")], [], id="nothing at all"),
    ],
)
def test_structure(raw, parts, defects):
    message = read_message(raw)
    assert [(each.number, each.payload) for each in message.parts] == parts
    assert [each.kind for each in message.defects] == defects


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(HEAD + b"--b\r\n\r\nx\r\n" * 100_000, id="100,000 parts"),
        pytest.param((HEAD + b"--b\r\n") * 10_000, id="10,000 times the same boundary"),
        pytest.param(b"a: b\r\n" * 50_000 + b"\r\n", id="50,000 fields"),
        pytest.param(b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\n\r\n", id="20,000 words"),
        pytest.param(
            b"Content-Type: text/plain" + b"; a=b" * 20_000 + b"\r\n\r\n", id="20,000 parameters"
        ),
    ],
)
@pytest.mark.timeout(20)
def test_hostile_structure_is_bounded(raw):
    assert len(read_message(raw).parts) <= 1001  # the last is the whole, as text


@pytest.mark.parametrize(
    ("value", "read"),
    [
        pytest.param(b"=?utf-8?B?w7Q=?= =?utf-8?Q?_l?=", "ô l", id="base64, then quoted"),
        pytest.param(b"=?utf-8?B?w7?= =?utf-8?B?Q=?=", "ô", id="base64 cut inside a group"),
        pytest.param(b"=?utf-8?Q?=C3?= =?utf-8?Q?=B4?=", "ô", id="a character cut in two"),
        pytest.param(b"a =?utf-8?Q?b?= c =?utf-8?Q?d?=", "a b c d", id="words among text"),
        pytest.param(b"=?utf-8?X?b?= =?nothing", "=?utf-8?X?b?= =?nothing", id="no words"),
    ],
)
def test_encoded_words(value, read):
    assert decode_words(value) == read


def test_names_are_read_as_people_read_them():
    raw = (
        b"Subject: =?utf-8?B?w7Rs?= =?iso-8859-1?Q?_caf=E9?=\r\n"
        b"Content-Disposition: attachment; filename*0*=utf-8''a%20; filename*1=b.pdf\r\n\r\n"
    )
    message = read_message(raw)
    assert message.value("subject") == "ôl café"
    assert message.parts[0].filename == "a b.pdf"
