"""What each detector finds, how sure it is, and what it must leave alone."""

import pytest
from factories import POLICY, an_envelope
from hypothesis import given
from hypothesis import strategies as st

from classifiers.detector import detectors
from classifiers.inspection import inspect
from models.mail import Mail
from models.mime import read_message

DETECTORS = detectors(POLICY)


def found(text, kind="text/plain", subject="x"):
    raw = f"Subject: {subject}\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{text}".encode()
    return inspect(Mail(envelope=an_envelope(), message=read_message(raw)), DETECTORS)


@pytest.mark.parametrize(
    ("text", "detector", "low", "high"),
    [
        pytest.param("NHS number 943 476 5919", "nhs-number", 0.9, 1, id="NHS number in English"),
        pytest.param("Rhif GIG y claf: 9434765919", "nhs-number", 0.9, 1, id="and in Welsh"),
        pytest.param("Invoice 9434765919", "nhs-number", 0, 0.3, id="the same digits bare"),
        pytest.param("card 4111-1111-1111-1111", "payment-card", 0.9, 1, id="a card with dashes"),
        pytest.param("4111111111111111", "payment-card", 0.5, 0.7, id="a card bare"),
        pytest.param(
            "card ４１１１ 1111 1111 1111", "payment-card", 0.9, 1, id="full-width digits"
        ),
        pytest.param(
            "card 4111\u200b 1111 1111 1111", "payment-card", 0.9, 1, id="zero-width space"
        ),
        pytest.param("NI number AB 12 34 56 C", "national-insurance", 0.9, 1, id="a NINO"),
        pytest.param(
            "sort code 12-34-56, account 12345678", "bank-account", 0.9, 1, id="bank details"
        ),
        pytest.param("OFFICIAL-SENSITIVE", "marking", 0.9, 1, id="a marking"),
        pytest.param("SWYDDOGOL-SENSITIF", "marking", 0.9, 1, id="a marking in Welsh"),
        pytest.param("you  IDIOT", "phrases", 0.8, 0.8, id="abuse with other spacing and case"),
        pytest.param("Rwyt ti'n dwp", "phrases", 0.8, 0.8, id="abuse in Welsh"),
        pytest.param("Rwyt ti’n dwp", "phrases", 0.8, 0.8, id="with a typographer's apostrophe"),
    ],
)
def test_it_is_found(text, detector, low, high):
    scores = [each.score for each in found(text).findings if each.detector == detector]
    assert scores
    assert low <= max(scores) <= high


@pytest.mark.requirement("O5")
@pytest.mark.parametrize(
    "text",
    [
        "The erection of a fence at Cockfosters Lane, Penistone, near Scunthorpe",
        "The secret of a good cawl is an official, sensitive palate",
        "Call 01632 960 001 or quote reference 2026/0417/FUL",
        "Card number 4111 1111 1111 1112 failed its check digit",
        "AB123456E is a part number and GB123456A a grid reference",
        "Mae cofnodion y cyfarfod a'r adroddiad ar y gyllideb ynghlwm",
        "From 01-02-26 to 20261231 the office is closed",
    ],
)
def test_council_words_are_left_alone(text):
    assert [each for each in found(text).findings if each.score >= 0.5] == []


@pytest.mark.requirement("O2")
@pytest.mark.parametrize(
    "text",
    [
        "See below.\r\n\r\nOn Friday a resident wrote:\r\n> you idiot",
        "Gweler isod.\r\n\r\nDdydd Gwener, a ysgrifennodd:\r\nyou idiot",
        "FYI\r\n-----Original Message-----\r\nyou idiot",
        "FYI\r\nFrom: a@b\r\nSent: 3 March 2026\r\nTo: c@d\r\nSubject: x\r\n\r\nyou idiot",
    ],
)
def test_quoted_words_are_not_the_senders_own(text):
    (only,) = found(text, subject="Re: x").findings
    assert not only.own


def test_a_mail_that_answers_nothing_cannot_quote():
    for text in (
        "> you idiot",
        "On Friday a resident wrote:\r\nyou idiot",
        "Hi\r\n-- \r\nyou idiot",
    ):
        assert [each.own for each in found(text).findings] == [True]


def test_a_mail_that_names_whom_it_quotes_quotes():
    text = "They wrote to us.\r\n\r\nOn Friday a resident wrote:\r\n> you idiot\r\n"
    assert [each.own for each in found(text).findings] == [False]


def test_tags_inside_a_word_hide_nothing_and_hidden_text_is_said_to_be():
    seen = found("<p>you <b>id</b>iot</p><p style='display: none'>you moron</p>", "text/html")
    assert [(each.kind, each.excerpt) for each in seen.findings] == [
        ("visible", "you idiot"),
        ("hidden", "you moron"),
    ]


@given(st.text(max_size=300), st.sampled_from(["text/plain", "text/html"]))
def test_any_text_is_read_and_every_finding_points_at_what_it_found(text, kind):
    result = found(text + " card 4111 1111 1111 1111 ", kind)
    texts = {(each.part, each.kind): each.content for each in result.texts}
    for each in result.findings:
        if (each.part, each.kind) in texts:
            assert texts[each.part, each.kind][each.start : each.end] == each.excerpt
