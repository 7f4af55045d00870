"""Folded text: what a query finds, and that folding a text never loses a whole word of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.finding import Text
from models.search_text import fold, has_attachment, has_unread, make_record, matches, needles

SAID = "Dŵr a Thŷ'r Cyngor.\nPaid â dweud!\r\nThe CARD number is 4111-1111 1111 1111; e-mail me."


def record(*texts, attached=False, unread=False):
    read = [Text(part="1", kind="visible", content=each, own=()) for each in texts]
    return make_record(read, attached=attached, unread=unread)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("dwr", True, id="without the circumflex"),
        pytest.param("DŴR", True, id="in capitals, with it"),
        pytest.param("dw\u0302r", True, id="decomposed"),
        pytest.param("thyr", False, id="an apostrophe parts words"),
        pytest.param("thŷ'r", True, id="words with an apostrophe as they are written"),
        pytest.param("card number", True, id="all words, anywhere"),
        pytest.param("number card", True, id="in any order"),
        pytest.param("card missing", False, id="one of two words"),
        pytest.param('"card number"', True, id="a phrase"),
        pytest.param('"number card"', False, id="a phrase turned round"),
        pytest.param('"cyngor paid"', True, id="a phrase over a line's end"),
        pytest.param("cyng", False, id="part of a word"),
        pytest.param("cyng*", True, id="a word's beginning"),
        pytest.param("*gor", False, id="a word's end is none"),
        pytest.param("4111111111111111", False, id="digits as they are grouped"),
        pytest.param('"4111 1111 1111"', True, id="digits in their groups"),
        pytest.param("e-mail", True, id="a hyphen"),
        pytest.param('card "', True, id="a quotation mark alone asks for nothing"),
    ],
)
def test_what_a_query_finds(query, found):
    assert matches(record(SAID), needles(query)) is found


def test_no_phrase_goes_from_one_text_into_the_next():
    assert not matches(record("the card", "number"), needles('"card number"'))
    assert matches(record("the card", "number"), needles("card number"))


@pytest.mark.parametrize("query", ["", "   ", '""', "!?", "*"])
def test_a_query_without_a_word_wants_nothing(query):
    assert needles(query) == ()


@pytest.mark.parametrize("attached", [True, False])
@pytest.mark.parametrize("unread", [True, False])
def test_a_record_says_what_is_attached_and_unread(attached, unread):
    made = record("+-", attached=attached, unread=unread)
    assert (has_attachment(made), has_unread(made)) == (attached, unread)


@given(st.text(), st.text(), st.text())
def test_a_text_is_found_by_itself_wherever_it_stands(before, text, after):
    wanted = needles(text.replace('"', " "))
    assert matches(record(f"{before} {text.replace('*', ' ')} {after}"), wanted)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
