"""Welsh words to English ones, by a glossary of our own, so that what was learned of English helps.

Initial mutations are undone (Thorne, A Comprehensive Welsh Grammar, 1993, sections 46 to 66): a
word is looked up as it stands, then in each form it may have mutated from. Words are folded, so
accents are gone. Nothing is translated: each word only brings its English neighbours along.
"""

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


@cache
def glossary() -> dict[str, tuple[str, ...]]:
    """English words by Welsh one, both folded and in small letters."""
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    entries = (line.partition("\t") for line in lines)
    return {fold(word).text.lower(): tuple(words.split()) for word, _, words in entries if words}


def english(word: str) -> tuple[str, ...]:
    """The English words that a Welsh one brings along; none if it is not in the glossary."""
    known = glossary()
    if word in known:
        return known[word]
    return next((known[each] for each in radicals(word) if each in known), ())


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
