"""Finds protective and other markings, and their Welsh forms.

Government Security Classifications (2024): OFFICIAL-SENSITIVE is written in capitals, in a
subject, a header or a footer; in running prose "official, sensitive" is not a marking. SECRET
and the old PROTECT, RESTRICTED and CONFIDENTIAL count only as a whole line of capitals. Legal
privilege, commercial confidence and "without prejudice" count as a heading; the disclaimer under
most mail speaks of all three and marks nothing.
"""

from collections.abc import Iterator

import re2

from classifiers.detectors.pattern import finding, matches
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_EDGE = r"[ \t\[\](){}<>*_:;.,|#=~-]*"
_GAP = r"[ \t]?[-:/\[(,_.+*|]{0,3}\s{0,2}"
_SPACED = r"[ \t.\-_*]{0,2}"
_DRAWN = {"A": "[A4@]", "E": "[E3]", "I": "[Il1|!]", "O": "[O0]", "S": "[S5$]"}  # look alike
_LABEL = (
    r"(?:(?:protective )?marking|classification|classified|marc diogelu|marc|dosbarthiad)"
    r"[ :=-]{1,3}"
)


def _spaced(word: str) -> str:
    return _SPACED.join(_DRAWN.get(letter, letter) for letter in word)


_O, _S, _CY_O, _CY_S = map(_spaced, ("OFFICIAL", "SENSITIVE", "SWYDDOGOL", "SENSITIF"))
_SENSITIVE = re2.compile(rf"\b{_O}{_GAP}{_S}\b|\b{_CY_O}{_GAP}{_CY_S}\b")
_SENSITIVE_LINE = re2.compile(
    rf"(?im)^{_EDGE}(?:{_LABEL})?(?:official ?[-:/]{{1,2}} ?sensitive"
    r"|swyddogol ?[-:/]{1,2} ?sensitif)\b"
    rf"|^{_EDGE}(?:{_LABEL})?(?:official sensitive|swyddogol sensitif)"
    rf"(?: ?[-:] ?[a-z ]{{3,40}})?{_EDGE}$"
    rf"|^{_EDGE}O-S{_EDGE}$"
)
_SECRET = re2.compile(
    rf"(?m)^{_EDGE}(?:UK )?(?:TOP SECRET|SECRET|CYFRINACHOL IAWN|CYFRINACHOL){_EDGE}$"
)
_LEGACY = re2.compile(
    rf"(?m)^{_EDGE}(?:(?:NHS |UK |GIG )?(?:CONFIDENTIAL|RESTRICTED|PROTECT)|CYFYNGEDIG)"
    rf"(?: ?[-:] ?[A-Z ]{{3,40}})?{_EDGE}$"
)
_HEADINGS = (
    (
        "legal-privilege",
        (
            r"(?:strictly )?(?:private,? )?(?:legally )?privileged(?: (?:and|&) confidential)?"
            r"|(?:confidential (?:and|&) )(?:legally )?privileged"
            r"|(?:subject to )?legal (?:professional )?privilege"
            r"|(?:yn )?freintiedig(?:(?: yn| a)? (?:chyfrinachol|gyfreithiol))?"
            r"|braint (?:broffesiynol )?gyfreithiol"
        ),
    ),
    (
        "commercial-in-confidence",
        (
            r"commercial(?:ly)?[- ](?:in[- ])?confiden(?:ce|tial)|commercially sensitive"
            r"|(?:yn )?[mf]asnachol (?:gyfrinachol|sensitif)|[mf]asnachol mewn cyfrinach"
        ),
    ),
    ("without-prejudice", r"without prejudice(?: save as to costs)?|heb ragfarn"),
    (
        "not-for-disclosure",
        (
            r"not for (?:onward )?(?:disclosure|publication|release|circulation)"
            r"|nid i'w (?:ddatgelu|gyhoeddi|rannu)|exempt from (?:disclosure|publication)"
        ),
    ),
)
_TABLE = (
    (_SENSITIVE, "official-sensitive", 0.95),
    (_SENSITIVE_LINE, "official-sensitive", 0.9),
    (_SECRET, "secret", 0.9),
    (_LEGACY, "legacy-marking", 0.7),
    *(
        (re2.compile(rf"(?im)^{_EDGE}(?:{pattern}){_EDGE}$"), category, 0.85)
        for category, pattern in _HEADINGS
    ),
)
_ABOUT = re2.compile(
    r"(?i)\b(?:marked|marking|markings|classif\w+|labell?ed|label|scheme|training|guidance|policy"
    r"|handling|[mf]arc(?:io|iau|iwyd)?|dosbarth\w+|canllaw\w*)\b"
)
_SHORT_LINE = 60  # characters: a marking with its caveat stands alone
_TALKED_ABOUT = 0.6


class Marking:
    """Markings, by their kind; one that a sentence talks about is weaker than one that marks."""

    name = "marking"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each marking once."""
        for text, folded in reading.texts:
            seen: set[int] = set()
            for pattern, category, score in _TABLE:
                for start, end, _ in matches(pattern, folded):
                    if end in seen:
                        continue
                    seen.add(end)
                    sure = _TALKED_ABOUT if _in_a_sentence(folded.text, start, end) else score
                    yield finding(self.name, category, sure, text, folded, start, end)


def _in_a_sentence(text: str, start: int, end: int) -> bool:
    """Tell whether the line is prose about markings rather than a marking."""
    line_start = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    line = text[line_start : stop if stop >= 0 else len(text)]
    return len(line) > _SHORT_LINE and _ABOUT.search(line) is not None
