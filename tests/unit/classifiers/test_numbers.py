"""Numbers are found however they are spaced, and only where something says what they are."""

from itertools import pairwise

import pytest
from factories import an_envelope
from hypothesis import given
from hypothesis import strategies as st

from classifiers.detectors.bank_account import BankAccount
from classifiers.detectors.iban import Iban
from classifiers.detectors.learner_number import LearnerNumber
from classifiers.detectors.nhs_number import NhsNumber
from classifiers.detectors.numbers import numbers
from classifiers.detectors.payment_card import PaymentCard
from classifiers.detectors.taxpayer_reference import TaxpayerReference
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from models.finding import Finding, Text
from models.mail import Mail
from models.mime import read_message

MAIL = Mail(envelope=an_envelope(), message=read_message(b"Subject: x\r\n\r\nx\r\n"))
DETECTORS = (
    NhsNumber(),
    PaymentCard(),
    TaxpayerReference(),
    LearnerNumber(),
    BankAccount(),
    Iban(),
)


def detected(content, detectors=DETECTORS):
    text = Text(part="1", kind="visible", content=content, own=((0, len(content)),))
    reading = Reading(texts=((text, fold(content)),))
    return [each for detector in detectors for each in detector.detect(MAIL, reading)]


def score(content, name):
    found = [each for each in detected(content) if isinstance(each, Finding)]
    return max((each.score for each in found if each.detector == name), default=0)


def reasons(content, name):
    return {
        each.reason
        for each in detected(content)
        if not isinstance(each, Finding) and each.detector == name
    }


def cut(digits, layout):
    ends = [sum(layout[:at]) for at in range(len(layout) + 1)]
    return [digits[a:b] for a, b in pairwise(ends)]


LAYOUTS = {
    "nhs-number": ("NHS number {}", "Rhif GIG: {}", "9434765919", (3, 3, 4)),
    "payment-card": ("card number {}", "Rhif y cerdyn: {}", "4111111111111111", (4, 4, 4, 4)),
    "taxpayer-reference": ("UTR {}", "Cyfeirnod treth unigryw: {}", "1955839661", (5, 5)),
    "learner-number": ("ULN {}", "Rhif dysgwr unigryw: {}", "1000000027", (3, 3, 4)),
}
GAPS = [
    "",
    " ",
    "-",
    ".",
    "/",
    "_",
    ",",
    ", ",
    "\t",
    "\n",
    "\n> ",
    " - ",
    " / ",
    " . ",
    "][",
    "\u2009",
]


@pytest.mark.requirement("O4")
@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("gap", GAPS, ids=repr)
def test_every_separator_is_seen_through_in_both_languages(name, gap):
    english, welsh, digits, layout = LAYOUTS[name]
    for carrying in (english, welsh):
        for groups in (cut(digits, layout), digits):
            text = f"Hello,\n\n{carrying.format(gap.join(groups))}\n\nSiân"
            assert score(text, name) >= 0.9, text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("NHS9434765919", "nhs-number", id="stuck to its word"),
        pytest.param("card4111111111111111x", "payment-card", id="letters on both sides"),
        pytest.param("NHS no (943) 476 5919", "nhs-number", id="brackets"),
        pytest.param("NHS no 943-476 5919", "nhs-number", id="two separators"),
        pytest.param("NHS number: 94 34 76 59 19", "nhs-number", id="in pairs, named before it"),
        pytest.param("my visa is 41 11 11 11 11 11 11 11", "payment-card", id="a card in pairs"),
        pytest.param("NHS: ９４３４７６５９１９", "nhs-number", id="full-width digits"),
        pytest.param("NHS: 943\u200b476\u200b5919", "nhs-number", id="zero-width spaces"),
        pytest.param("Name\tNHS No\nJo\t9434765919", "nhs-number", id="under its heading"),
        pytest.param(
            "NHS number nine four three four seven six five nine one nine",
            "nhs-number",
            id="words for digits",
        ),
        pytest.param(
            "Rhif GIG: naw pedwar tri pedwar saith chwech pump naw un naw",
            "nhs-number",
            id="words for digits in Welsh",
        ),
        pytest.param("card 378282246310005 exp 01/28", "payment-card", id="fifteen digits"),
        pytest.param("mae fy nghyfeirnod treth yn 1955839661", "taxpayer-reference", id="mutated"),
        pytest.param("https://x.example/?nhs=9434765919", "nhs-number", id="named in a link"),
        pytest.param("12-34-56 and 12345678, my bank account", "bank-account", id="words after"),
        pytest.param("Sort: 123456\nAccount: 12345678", "bank-account", id="in one piece"),
        pytest.param("a/c 12345678 s/c 12.34.56", "bank-account", id="account first"),
        pytest.param("Cod didoli 12 34 56, rhif cyfrif 1234 5678", "bank-account", id="Welsh"),
        pytest.param("Sort code\tAccount\n20-12-26\t12345678", "bank-account", id="in cells"),
        pytest.param("GB29 NWBK 6016 1331 9268 19", "iban", id="an IBAN by itself"),
        pytest.param("IBANGB29NWBK60161331926819", "iban", id="an IBAN stuck to its word"),
        pytest.param("gb29nwbk60161331926819", "iban", id="an IBAN in small letters"),
        pytest.param("IBAN DE89-3704-0044-0532-0130-00", "iban", id="another country's"),
        pytest.param("IBAN: " + " ".join("GB29NWBK60161331926819"), "iban", id="IBAN spaced out"),
    ],
)
def test_it_is_found(text, name):
    assert score(text, name) >= 0.9


@pytest.mark.requirement("O5")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("NHS number 943 476 5918", id="a wrong check digit"),
        pytest.param("Invoice 9434765919 to the hospital", id="an invoice"),
        pytest.param("NHS helpline, telephone 943 476 5919", id="a telephone number"),
        pytest.param("Patients: +44 20 7946 0958", id="a telephone number from abroad"),
        pytest.param("Hospital switchboard 943 476 5919 (fax)", id="a fax number"),
        pytest.param("NHS budget: £9434765919", id="an amount"),
        pytest.param("NHS list: ISBN\n0306406152", id="a book in the NHS library"),
        pytest.param("NHS Wales https://x.example/news/9434765919?id=1", id="a link"),
        pytest.param("patients <943476591.9434765919@mail.example>", id="a message id"),
        pytest.param("NHS 9434765919abc123f0 is the digest", id="a digest"),
        pytest.param("NHS rate 0.9434765919", id="a decimal fraction"),
        pytest.param("NHS wards: 94 34 76 59 19", id="a row of counts"),
        pytest.param("Card payments\n4111\t1111\t1111\t1111\t1234", id="a row of a table"),
        pytest.param("payments 9111 1111 1111 1111", id="no issuer's prefix"),
        pytest.param("card 4444 4444 4444 4444", id="one digit over and over"),
        pytest.param("id 4111a111-1111-4111-8111-111111111111", id="a UUID"),
        pytest.param("order no. 4111111111111111 paid by card", id="an order"),
        pytest.param("parcel tracking 4111111111111111 paid", id="a tracking number"),
        pytest.param("Phone\tName\n9434765919\tNHS", id="a telephone without its 0, in a sheet"),
        pytest.param("From 01-02-26 to 20261231 the bank is closed", id="dates"),
        pytest.param("Bank statement 12/03/26 ref 12345678", id="a date and a reference"),
        pytest.param("GB29 NWBK 6016 1331 9268 18", id="an IBAN with a wrong check digit"),
        pytest.param("LL57 1234 5678 9012 3456 78 is a part number", id="no country"),
        pytest.param("UTR work 2955839661", id="a UTR with a wrong check digit"),
        pytest.param("one two three four five six seven eight nine", id="counting aloud"),
    ],
)
def test_it_is_left(text):
    found = [each for each in detected(text) if isinstance(each, Finding)]
    assert [(each.detector, each.score) for each in found if each.score >= 0.5] == []


def test_a_candidate_that_is_left_says_why():
    assert reasons("NHS number 943 476 5918", "nhs-number") == {"check-digit"}
    assert reasons("NHS rate 0.9434765919", "nhs-number") == {"code"}


VALID = ["9434765919", "4505577104", "6328797966", "4010232137", "7132262461", "6541003238"]
INVALID = ["9434765918", "4505577105", "6328797967", "4010232138", "7132262462"]


def test_a_list_of_which_all_pass_needs_no_word():
    assert score("\n".join(f"J. Smith, {each}" for each in VALID), "nhs-number") >= 0.9
    assert score("\n".join(f"J. Smith, {each}" for each in VALID[:4]), "nhs-number") < 0.5


def test_a_list_of_other_numbers_is_left():
    assert score("\n".join(VALID[:2] + INVALID), "nhs-number") < 0.5
    assert score("\n".join(f"Invoice {each}" for each in VALID), "nhs-number") < 0.5


def test_rows_of_figures_are_no_cards_though_one_in_ten_passes():
    rows = ["4111 1111 1111 1111", "4200 4300 4400 4500", "4800 4700 4600 4505"]
    assert score("\n".join(f"Wages {row} up" for row in rows), "payment-card") < 0.5
    assert score(f"{rows[0]} is mine", "payment-card") >= 0.8


@given(st.text(alphabet="0123456789 -./\n\tnhscard:,()", max_size=200))
def test_every_candidate_has_the_wanted_digits_and_stands_where_it_says(content):
    for number in numbers(fold(content), {6, 10}):
        written = content[number.start : number.end]
        assert "".join(each for each in written if each.isdigit()) == number.digits
        assert len(number.digits) == sum(number.layout)
        assert len(number.digits) in {6, 10}


@given(st.text(max_size=200))
def test_no_text_is_too_odd(content):
    for each in detected(content + " NHS card 4111-1111 9434765919"):
        if isinstance(each, Finding):
            assert each.start < each.end


@pytest.mark.parametrize("unit", ["1234\t", "7 ", "9434765919 ", "GB29 ", "one two ", "12-34-56 "])
def test_a_text_full_of_numbers_is_read_in_a_moment(unit):
    detected("NHS card bank sort code\n" + unit * 5000)
