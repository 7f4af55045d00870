"""Words as their writer hoped a filter would not read them: "1d10t", "i.d.i.o.t", "idiooot".

`undisguise` joins letters that stand apart and turns the usual swaps back; `skeleton` writes a
phrase as a pattern of what comes out. Only phrases are looked for so, never numbers.
"""

from itertools import groupby

import re2

_SWAPS = str.maketrans("4@3\u20ac1!|l05$7+89", "aaeeiiiiosstt" + "bg")
_VOWELS = frozenset("aeiouwy")
_HINT = re2.compile(  # nothing of the kind stands in most mail
    r"(?i)[a-z][0-9@$!|*#+\x{20ac}]+[a-z]|\b[0-9@$!|][a-z]{2}|[a-z]{2}[@$!|+]|[a-z][1345780]{1,3}\b"
    r"|[a-z][*#]|[*#][a-z]"
    r"|\b[a-z0-9@$!](?:[\s.*_|/~+-]{1,3}[a-z0-9@$!']){3}"
    r"|aaa|eee|iii|ooo|uuu|ttt|sss|rrr|ddd|nnn|lll|fff|ccc|kkk|www|yyy"
)
_APART = re2.compile(r"(?i)\b[a-z0-9@$!](?:[\s.*_|/~+-]{1,3}(?:[a-z0-9@$!]\b|')){3,}")
_LETTERS = frozenset("@$!'")


class Undisguised:
    """The text with disguises undone, and where each of its characters came from."""

    def __init__(self, text: str, places: list[int] | None) -> None:
        self.text = text
        self._places = places

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span, not empty, into one of the text it was made from."""
        if self._places is None:
            return start, end
        return self._places[start], self._places[end - 1] + 1


def undisguise(text: str) -> Undisguised | None:
    """Undo the disguises in folded text; None where there is no sign of any."""
    if _HINT.search(text) is None:
        return None
    joined, places = _joined(text)
    lowered = joined.lower()
    if len(lowered) != len(joined):  # a letter whose small form is two; its place is not known
        lowered = joined
    return Undisguised(lowered.translate(_SWAPS), places)


def _joined(text: str) -> tuple[str, list[int] | None]:
    """Join letters that stand apart; between two words of them a wider gap stays a space."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for stretch in _APART.finditer(text):
        pieces.append(text[at : stretch.start()])
        places.extend(range(at, stretch.start()))
        for index in range(stretch.start(), stretch.end()):
            if text[index].isalnum() or text[index] in _LETTERS:
                pieces.append(text[index])
                places.append(index)
            elif text[index - 1 : index + 1].isspace() and not text[index - 1].isalnum():
                pieces.append(" ")
                places.append(index)
        at = stretch.end()
    if not pieces:
        return text, None
    pieces.append(text[at:])
    places.extend(range(at, len(text)))
    return "".join(pieces), places


def skeleton(phrase: str) -> str:
    """Write a folded phrase as a pattern of undisguised text: repeats allowed, vowels starred."""
    words = (_word(each) for each in phrase.lower().split())
    return r"\s*".join(each for each in words if each)


def _word(word: str) -> str:
    pattern = []
    for letter, run in groupby(word.translate(_SWAPS)):
        times = len(list(run))
        if letter == "'":
            pattern.append("'?")
        elif letter in _VOWELS:
            pattern.append(f"[{letter}*#]{{{times},}}")
        else:
            pattern.append(f"{re2.escape(letter)}{{{times},}}")
    return "".join(pattern)
