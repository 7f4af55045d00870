"""Which of the body's own records are found, how sure it is, and what is left alone."""

from datetime import date

import pytest
from factories import an_envelope
from hypothesis import given
from hypothesis import strategies as st

from classifiers.detectors.own_records import OwnRecords, forms
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from gateway.registers import NewList, Registered
from models.finding import Finding, Text
from models.mail import Mail
from models.mime import read_message

COLUMNS = ("name", "date", "postcode", "email", "telephone", "reference")
RECORDS = [
    (
        "Gwen Mair Jones",
        "2014-03-09",
        "CF10 1AA",
        "gwen@post.example",
        "01632 960123",
        "PUP/001234",
    ),
    ("Ellis-Huws, Siân", "2013-11-30", "LL55 1SH", "", "", "98765432"),
    ("Dr Tom O'Brien", "12/05/2012", "SA1 3SN", "", "+44 7700 900456", "54321"),
    ("Acme Building Supplies Ltd", "", "NP20 4UR", "", "", "GB123456789"),
]


def registered():
    records = [
        [(column, COLUMNS[column], value) for column, value in enumerate(record) if value]
        for record in RECORDS
    ]
    new = NewList(Registered(key=b"k" * 32), "pupils", "records", date(2026, 11, 24))
    return new.with_records(COLUMNS, records, len(records)).registers


REGISTERS = registered()
DETECTOR = OwnRecords(REGISTERS.key, REGISTERS.records)


def a_reading(content):
    text = Text(part="1", kind="visible", content=content, own=((0, len(content)),))
    return Reading(((text, fold(content)),))


def detected(content, detector=DETECTOR, **envelope):
    mail = Mail(envelope=an_envelope(**envelope), message=read_message(b"Subject: x\r\n\r\n"))
    return list(detector.detect(mail, a_reading(content)))


def found(content, **envelope):
    return [each for each in detected(content, **envelope) if isinstance(each, Finding)]


@pytest.mark.requirement("O4")
@pytest.mark.parametrize(
    ("text", "score", "excerpt"),
    [
        pytest.param("PUP/001234", 0.9, "PUP/001234", id="a reference alone"),
        pytest.param("pup 00-12-34", 0.9, "pup 00-12-34", id="a reference cut otherwise"),
        pytest.param("P U P 0 0 1 2 3 4", None, "", id="not one of which the letters are cut"),
        pytest.param("9 8 7 6 5 4 3 2", 0.9, "9 8 7 6 5 4 3 2", id="one digit at a time"),
        pytest.param("９８７６５４３２", 0.9, "９８７６５４３２", id="full-width digits"),
        pytest.param("ask GWEN@post.example.", 0.9, "GWEN@post.example", id="an email address"),
        pytest.param("ring +44 (0)1632 960123", 0.9, "44 (0)1632 960123", id="from abroad"),
        pytest.param("ring 07700 900456", 0.9, "07700 900456", id="or from home"),
        pytest.param("54321 tonnes", 0.3, "54321", id="a short number is weak"),
        pytest.param("Gwen Jones came", 0.3, "Gwen Jones", id="a name is weak"),
        pytest.param("gwen jones", 0.3, "gwen jones", id="whatever its case"),
        pytest.param("JONES, Gwen", 0.3, "JONES, Gwen", id="surname first"),
        pytest.param("Sian Ellis Huws", 0.3, "Sian Ellis Huws", id="without accent and hyphen"),
        pytest.param("Tom O’Brien", 0.3, "Tom O’Brien", id="a typographer's apostrophe"),
        pytest.param("Acme Building Supplies", 0.3, "Acme Building Supplies", id="a supplier"),
        pytest.param(
            "Gwen Jones (9/3/14)", 0.95, "Gwen Jones (9/3/14", id="a name and a date of birth"
        ),
        pytest.param(
            "9 Mawrth 2014: Gwen Mair Jones",
            0.95,
            "9 Mawrth 2014: Gwen Mair Jones",
            id="a date in Welsh, before the name",
        ),
        pytest.param(
            "Gwen Jones, born on the 9th of March 2014",
            0.95,
            "Gwen Jones, born on the 9th of March 2014",
            id="a date in words",
        ),
        pytest.param(
            "Gwen Jones March 9, 2014", 0.95, "Gwen Jones March 9, 2014", id="an American date"
        ),
        pytest.param(
            "Gwen Jones\tYear 7\tCF101AA", 0.95, "Gwen Jones\tYear 7\tCF101AA", id="a postcode"
        ),
        pytest.param("Tom O'Brien 54321", 0.95, "Tom O'Brien 54321", id="a name, a short number"),
    ],
)
def test_what_is_found(text, score, excerpt):
    strongest = max(found(text), key=lambda each: each.score, default=None)
    assert (strongest and strongest.score, strongest.excerpt if strongest else "") == (
        score,
        excerpt,
    )
    assert strongest is None or strongest.category == "pupils"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Gwen and the rest of the Jones family", id="names far apart"),
        pytest.param("9 March 2014", id="a date alone"),
        pytest.param("Offices at CF10 1AA", id="a postcode alone"),
        pytest.param("Gwen Evans, Sian Jones, Tom Huws", id="names of other people"),
        pytest.param("PUP/001235 and 987654321", id="references of nobody"),
        pytest.param("31/02/2014 99.99.9999 2014-13-45", id="what are no dates"),
    ],
)
def test_what_is_left_alone(text):
    assert found(text) == []


def test_two_columns_of_different_records_are_not_one_record():
    assert [each.score for each in found("Gwen Jones 30/11/2013")] == [0.3]


def test_two_columns_far_apart_are_not_together():
    assert [each.score for each in found("Gwen Jones " + "x " * 200 + "09/03/2014")] == [0.3]


def test_one_record_is_found_once_however_much_of_it_is_there():
    text = "Gwen Jones 09/03/2014 PUP/001234 Gwen Jones 09/03/2014"
    assert [each.score for each in found(text)] == [0.95]


def test_a_date_alone_is_explained():
    (left,) = detected("9 March 2014")
    assert (left.reason, left.excerpt) == ("alone", "9 March 2014")


def test_the_only_recipients_own_record_may_go_to_them():
    text = "Gwen Jones, 09/03/2014, PUP/001234"
    assert found(text, recipients=("gwen@post.example",)) == []
    assert found(text, recipients=("gwen@post.example", "other@post.example"))


def test_nothing_registered_finds_nothing():
    assert detected("Gwen Jones 09/03/2014", OwnRecords(b"", type(REGISTERS)().records)) == []


@pytest.mark.requirement("O4")
def test_the_register_holds_nothing_plain():
    hashes = REGISTERS.records.hashes
    for word in (b"gwen", b"jones", b"001234", b"2014"):
        assert word not in hashes.digests + hashes.places + hashes.hints
    assert "gwen" not in repr(REGISTERS).lower()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", "31/02/2014"),
        ("date", "9/3/14"),  # of which century?
        ("date", "March"),
        ("email", "gwen at post"),
        ("telephone", "12345"),
        ("reference", "1234"),
        ("reference", "letters"),
        ("reference", "1" * 21),
        ("name", "???"),
    ],
)
def test_what_is_not_of_its_kind_has_no_form(kind, value):
    assert forms(kind, value) == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_record_is_found_in_any_text_and_points_at_what_it_found(before, after):
    text = f"{before} PUP/001234 {after}"
    every = detected(text)
    assert any(isinstance(each, Finding) and each.score >= 0.9 for each in every)
    for each in every:
        assert text[each.start : each.end] == each.excerpt


@given(st.text(alphabet="0123456789 /.,abGwenJones\n-@", max_size=400))
def test_any_text_is_read(text):
    for each in detected(text):
        assert text[each.start : each.end] == each.excerpt
