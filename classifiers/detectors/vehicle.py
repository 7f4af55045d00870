"""Finds a vehicle's registration mark together with its keeper.

The forms (DVLA, INF104: current, prefix, suffix, dateless) are so short that the shape means
nothing: a word for the registration must stand near, and a keeper, owner, driver, a name with a
title, or a postcode.
"""

from collections.abc import Iterator

from classifiers.detectors.number_kind import words
from classifiers.detectors.pattern import compile_pattern, finding, matches, rejected
from classifiers.text.reading import Reading
from models.finding import Finding, Rejected
from models.mail import Mail

_DATED = compile_pattern(
    r"\b(?:[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{3}|[A-HJ-NPR-TV-Y]\d{1,3}[ -]?[A-Z]{3}"
    r"|[A-Z]{3}[ -]?\d{1,3}[A-HJ-NPR-TV-Y])\b",
    case=True,
)
_SMALL = compile_pattern(r"\b[a-z]{2}\d{2} ?[a-z]{3}\b", case=True)
_DATELESS = compile_pattern(r"\b(?:[A-Z]{1,3} ?\d{1,4}|\d{1,4} ?[A-Z]{1,3})\b", case=True)
_WORDS = words(
    r"registrations?|reg\.?|reg(?:istration)? (?:no|number|mark|plate)|vrm|vrn|number plates?"
    r"|plate|vehicles?|[cg]h?ofrestru|nghofrestru|plat rhif|(?:[cg]|ngh|ch)erbyd(?:au)?"
)
_NAMED = compile_pattern(
    r"(?:\breg(?:istration)?\.?(?: ?(?:no\.?|number|mark|plate))|\bvrm|\bvrn|number plate"
    r"|vehicle reg[a-z]*|rh?if (?:y )?[cg]h?ofrestru|plat rhif)[ :=#]{1,3}$"
)
_KEEPER = words(
    r"keepers?|owners?|owned by|drivers?|driven by|(?:registered|belongs) to"
    r"|(?:c|g|ngh|ch)eidwa[di](?:d|aid)?|[pb]h?erchen+og(?:ion)?|mherchennog|g?yrrwr|g?yrwyr"
    r"|(?-i:(?:Mr|Mrs|Ms|Miss|Dr|Mx|Bnr|Mst|Y Parch)\.? [A-Z][a-z'-]+(?: [A-Z][a-z'-]+)?)"
    r"|(?-i:[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2})"
)
_REACH = 120  # characters on each side


class Vehicle:
    """Registration marks: 0.85 with a keeper and a word; a dateless one directly after it."""

    name = "vehicle"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding | Rejected]:
        """Yield each mark whose keeper is told."""
        for text, folded in reading.texts:
            if _WORDS.search(folded.text) is None or _KEEPER.search(folded.text) is None:
                continue
            for pattern in (_DATED, _SMALL, _DATELESS):
                for start, end, _ in matches(pattern, folded):
                    around = (
                        folded.text[max(0, start - _REACH) : start],
                        folded.text[end : end + _REACH],
                    )
                    if pattern is _DATELESS and _NAMED.search(around[0]) is None:
                        continue
                    if not any(map(_WORDS.search, around)) or not any(map(_KEEPER.search, around)):
                        yield rejected(self.name, "no-keeper", text, folded, start, end)
                    else:
                        yield finding(self.name, "identity", 0.85, text, folded, start, end)
