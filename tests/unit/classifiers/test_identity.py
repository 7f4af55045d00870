"""Numbers of persons: found with the words that carry them, and otherwise left."""

import pytest
from factories import an_envelope
from hypothesis import given
from hypothesis import strategies as st

from classifiers.detectors.dbs_certificate import DbsCertificate
from classifiers.detectors.driving_licence import DrivingLicence
from classifiers.detectors.national_insurance import NationalInsurance
from classifiers.detectors.passport import Passport
from classifiers.detectors.pupil_number import PupilNumber
from classifiers.detectors.references import References
from classifiers.detectors.vehicle import Vehicle
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from models.finding import Finding, Text
from models.mail import Mail
from models.mime import read_message
from models.policy import ReferencePattern

MAIL = Mail(envelope=an_envelope(), message=read_message(b"Subject: x\r\n\r\nx\r\n"))
REFERENCES = References(
    [
        ReferencePattern(
            name="council-tax", pattern=r"\b5\d{7}\b", words=("council tax", "treth gyngor")
        ),
        ReferencePattern(name="housing", pattern=r"\bTAI/\d{4}\b", alone=0.6),
    ]
)
DETECTORS = (
    NationalInsurance(),
    PupilNumber(),
    Passport(),
    DrivingLicence(),
    Vehicle(),
    DbsCertificate(),
    REFERENCES,
)
MACHINE_LINE = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"  # the specimen of Doc 9303


def detected(content):
    text = Text(part="1", kind="visible", content=content, own=((0, len(content)),))
    reading = Reading(texts=((text, fold(content)),))
    return [each for detector in DETECTORS for each in detector.detect(MAIL, reading)]


def findings(content):
    return [each for each in detected(content) if isinstance(each, Finding)]


def score(content, name):
    return max((each.score for each in findings(content) if each.detector == name), default=0)


@pytest.mark.requirement("O4")
@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("NI number AB123456C", "national-insurance", id="NINO"),
        pytest.param("Rhif Yswiriant Gwladol: AB 12 34 56 C", "national-insurance", id="Welsh"),
        pytest.param("NINO A B 1 2 3 4 5 6 C", "national-insurance", id="one at a time"),
        pytest.param("NINO AB-12-34-56-C", "national-insurance", id="dashes"),
        pytest.param("NI no AB.123456.C", "national-insurance", id="dots"),
        pytest.param("NI no ab123456c", "national-insurance", id="small letters"),
        pytest.param("payroll: AB\n12\n34\n56\nC", "national-insurance", id="down the page"),
        pytest.param("NINO: AB I2 34 56 C", "national-insurance", id="a letter for a digit"),
        pytest.param("NINO: \u0410\u0412 12 34 56 \u0421", "national-insurance", id="Cyrillic"),
        pytest.param("NINOAB123456C", "national-insurance", id="stuck to its word"),
        pytest.param("UPN M660200005001", "pupil-number", id="UPN of a Welsh authority"),
        pytest.param("Rhif disgybl unigryw: M 6602 0000 5001", "pupil-number", id="UPN spaced"),
        pytest.param("passport 925665416", "passport", id="passport"),
        pytest.param("ei basbort, 925 665 416", "passport", id="a passport in mutated Welsh"),
        pytest.param("Passport: AB 1234567", "passport", id="a passport with two letters"),
        pytest.param(MACHINE_LINE, "passport", id="the machine-readable line by itself"),
        pytest.param("MORGA657054SM9IJ", "driving-licence", id="a driver number by itself"),
        pytest.param("driving licence MORGA 657054 SM9IJ", "driving-licence", id="spaced"),
        pytest.param("ei drwydded yrru: morga657054sm9ij", "driving-licence", id="mutated"),
        pytest.param("licence number FOX99 002290 A99XX", "driving-licence", id="29 February 2000"),
        pytest.param("DBS certificate 001234567890", "dbs-certificate", id="DBS"),
        pytest.param("Tystysgrif GDG 0012 3456 7890", "dbs-certificate", id="DBS in Welsh"),
        pytest.param("council tax account 51234567", "references", id="council tax"),
        pytest.param("cyfrif Treth  Gyngor 51234567", "references", id="council tax in Welsh"),
    ],
)
def test_it_is_found(text, name):
    assert score(text, name) >= 0.85


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("vehicle reg AB12 CDE, driver Jane Davies", id="current, a driver"),
        pytest.param("Registered keeper of the vehicle A123 BCD: Mr Huw Parry", id="prefix"),
        pytest.param("Car registration ABC 123D, LL57 1AA", id="suffix, a postcode"),
        pytest.param("Rhif cofrestru: AB12CDE. Ceidwad: Siân Owen", id="Welsh"),
        pytest.param("perchennog y cerbyd ab12 cde", id="Welsh, small letters"),
        pytest.param("Reg no: ABC 12, owner Mrs Jones", id="dateless, named before it"),
    ],
)
def test_a_vehicle_is_found_with_its_keeper(text):
    assert score(text, "vehicle") >= 0.8


@pytest.mark.requirement("O5")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("WE 200000 a year", id="the shape of a NINO in prose"),
        pytest.param("we spent 120000 on it; be 500000 a day", id="the same in small letters"),
        pytest.param("AB123456E and GB123456A are parts", id="no suffix, no prefix"),
        pytest.param("UPN A660200005001", id="a UPN with a wrong check letter"),
        pytest.param("Ring 925665416 about your order", id="nine digits"),
        pytest.param("Flight AB1234567", id="two letters and seven digits"),
        pytest.param(MACHINE_LINE.replace("7408122", "7408123"), id="a wrong check digit"),
        pytest.param("driving licence MORGA693054SM9IJ", id="no 43rd month"),
        pytest.param("about 105123 words", id="the shape of a driver number in prose"),
        pytest.param("AB12 CDE is our course code", id="a registration mark without a word"),
        pytest.param("The vehicle AB12 CDE was cleaned", id="a vehicle without a keeper"),
        pytest.param("Mr Jones, room AB12 of registration", id="a room"),
        pytest.param("DBS team: 20260417093000 and 202604170930", id="times"),
        pytest.param("DBS enquiries +44 1632 960 001", id="a telephone number"),
        pytest.param("001234567890", id="twelve digits"),
        pytest.param("part 51234567", id="the shape of a reference without its word"),
    ],
)
def test_it_is_left(text):
    assert [(each.detector, each.score) for each in findings(text) if each.score >= 0.5] == []


def test_a_usual_national_insurance_number_counts_without_a_word():
    assert score("AB 12 34 56 C", "national-insurance") == 0.7
    assert score("ab123456c", "national-insurance") == 0


def test_the_category_of_a_reference_is_its_name_and_without_words_it_stands_alone():
    (only,) = findings("tenancy TAI/0042")
    assert (only.category, only.score, only.excerpt) == ("housing", 0.6, "TAI/0042")


@given(st.text(max_size=200), st.text(alphabet="ABC123456<P9-/ \n", max_size=80))
def test_no_text_is_too_odd(one, two):
    for each in detected(f"{one} passport NI reg keeper {two}"):
        assert each.start < each.end
