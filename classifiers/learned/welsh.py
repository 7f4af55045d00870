"""Welsh words to English ones, by a glossary of our own, so that what was learned of English helps.

Initial mutations are undone (Thorne, A Comprehensive Welsh Grammar, 1993, sections 46 to 66): a
word is looked up as it stands, then in each form it may have mutated from, then in the written
form of what is spelled as the north or the south speaks it ("petha", "pethe": "pethau"). Words
are folded, so accents are gone. Nothing is translated: each word only brings its English
neighbours along.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from classifiers.text.folding import fold

GLOSSARY = Path(__file__).with_name("glossary.tsv")

_MUTATED = (  # the longest first: what a word begins with, and what it may have begun with
    ("ngh", ("c",)),
    ("mh", ("p",)),
    ("nh", ("t",)),
    ("ng", ("g",)),
    ("ph", ("p",)),
    ("th", ("t",)),
    ("ch", ("c",)),
    ("dd", ("d",)),
    ("m", ("b",)),
    ("n", ("d",)),
    ("b", ("p",)),
    ("d", ("t",)),
    ("g", ("c",)),
    ("f", ("b", "m")),
    ("l", ("ll", "gl")),
    ("r", ("rh", "gr")),
    ("w", ("gw",)),
)
_VOWELS = frozenset("aeiouwy")
_SPOKEN = (  # the end of a word as it is said, and as it is written
    ("a", ("au", "e")),
    ("e", ("au", "ai")),
    ("o", ("io",)),
)
_NORTHERN = re.compile(r"(\w+)a([b-df-hj-np-tvxz]+)")  # "amsar": "amser"
_LONG_ENOUGH = 4  # letters of a word whose end is looked at


@cache
def glossary() -> dict[str, tuple[str, ...]]:
    """English words by Welsh one, both folded and in small letters."""
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    entries = (line.partition("\t") for line in lines)
    return {fold(word).text.lower(): tuple(words.split()) for word, _, words in entries if words}


def english(word: str) -> tuple[str, ...]:
    """The English words that a Welsh one brings along; none if it is not in the glossary."""
    known = glossary()
    forms = [word, *radicals(word)]
    written = (each for form in forms for each in _written(form))
    return next((known[each] for each in (*forms, *written) if each in known), ())


def radicals(word: str) -> list[str]:
    """The forms that a word may have mutated from, the likeliest first."""
    forms = [
        radical + word[len(mutated) :]
        for mutated, begun in _MUTATED
        if word.startswith(mutated)
        for radical in begun
    ]
    if word[:1] in _VOWELS:
        forms.append("g" + word)
    if word[:1] == "h" and word[1:2] in _VOWELS:
        forms.append(word[1:])
    return forms


def _written(word: str) -> Iterator[str]:
    """The written forms of a word that is spelled as it is spoken."""
    if len(word) < _LONG_ENOUGH:
        return
    for spoken, ends in _SPOKEN:
        if word.endswith(spoken):
            yield from (word.removesuffix(spoken) + each for each in ends)
    if found := _NORTHERN.fullmatch(word):
        yield f"{found[1]}e{found[2]}"
