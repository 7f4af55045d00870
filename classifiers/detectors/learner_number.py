"""Finds unique learner numbers (ULN).

Ten digits, the first not 0, the last a modulus 11 check digit over the first nine weighted 10
down to 2; a remainder of 0 is not given out (Learning Records Service). One number in eleven
passes by chance, so only a word nearby makes it one.
"""

from collections.abc import Iterator

from classifiers.detectors.number_kind import NumberKind, find, words
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_NAMES = r"uln|(?:unique )?learner'?s? (?:no|number|ref|reference|id)|rh?if (?:y )?d?dysgwr"
_FIELD = r"learners?|d?dysgw[yr]+|learning records?|lrs|cofnodion dysgu"


class LearnerNumber:
    """Learner numbers: 0.9 beside a word; alone they are nothing."""

    name = "learner-number"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each number whose check digit is right."""
        yield from find(_KIND, reading)


def _checks(digits: str) -> bool:
    remainder = (
        sum(weight * int(each) for weight, each in zip(range(10, 1, -1), digits, strict=False)) % 11
    )
    return digits[0] != "0" and remainder != 0 and int(digits[9]) == 10 - remainder


_KIND = NumberKind(
    detector=LearnerNumber.name,
    category="education",
    lengths=(10,),
    layouts=frozenset({(10,), (3, 3, 4), (5, 5)}),
    check=_checks,
    name=words(_NAMES),
    words=words(f"{_NAMES}|{_FIELD}"),
    spaced=0,
    bare=0,
)
