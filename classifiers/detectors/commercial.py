"""Finds talk of tenders, prices and cartels that a body must keep to itself.

One word of procurement is every notice ever published; two signals near each other, one about
a price or a score and one about secrecy, a rival or a fix, are not.
"""

from collections.abc import Iterator

from classifiers.detectors.pattern import compile_pattern, finding, matches
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_STRONG = compile_pattern(
    r"\b(?:cover (?:bid|price|tender)|fix (?:our|the) prices"
    r"|agree (?:on )?(?:our|the) (?:prices|bids)|take turns? (?:to win|winning|with the tenders?)"
    r"|you (?:take|win|have) (?:this|that|the \S{1,15}) (?:one|tender|contract),? (?:and )?"
    r"we(?:'ll)?"
    r" (?:take|win|have)|(?:carve|divide|share) (?:up|out) the (?:market|contracts|tenders)"
    r"|undercut (?:the|their) (?:other )?(?:bid|price|tender)s? (?:before|so)"
    r"|cytuno(?: ar)? (?:ein|y) prisiau|rhannu'r (?:farchnad|contractau)|cais ffug|cais cysgodol"
    r"|pennu prisiau gyda)"
)
_SUBJECT = compile_pattern(
    r"\b(?:tender|bid|quote|quotation|price|pricing|score|scores|scoring|evaluation|reserve price"
    r"|negotiat\w+ (?:limit|position|margin)|bottom line|day rate|unit rate|margin"
    r"|d?tendr(?:au)?|[cg]ais|[cg]eisiadau|[bp]ris(?:iau)?|sgor(?:iau)?|gwerthus\w+|dyfynbris)\b"
)
_SECRET = compile_pattern(
    r"\b(?:before (?:the )?(?:tender|award|announcement|deadline) (?:closes|is|date)?"
    r"|not (?:yet )?(?:been )?(?:published|announced|public)|between (?:us|ourselves)"
    r"|keep (?:this|it) (?:to yourself|between)|don'?t (?:tell|share|let)|rival(?:'s|s)?"
    r"|competitor(?:'s|s)?|competing bid|lowest bid|other bidders?|heads?[- ]up"
    r"|strictly confidential|off the record"
    r"|rhyngom ni|peidiwch? a (?:dweud|rhannu)|heb ei g?hyhoeddi|cyn i'r tendr gau|cystadleuydd"
    r"|[cg]ystadleuwyr|cyfrinachol iawn)\b"
)
_PROCUREMENT = compile_pattern(
    r"\b(?:tender\w*|bids?|bidders?|evaluation|scor(?:e|es|ing)|reserve price|negotiat\w+|contract"
    r"|[dn]?h?tendr\w*|sgor(?:iau)?|gwerthus\w+|contract(?:au)?|[cg]ontract\w*)\b"
)
_MONEY = compile_pattern(
    r"£ ?\d[\d,.]*|\b\d{1,3}(?:,\d{3})+\b|\b\d+(?:\.\d+)? ?(?:%|per cent|y cant)"
)
_REACH = 150  # characters between two signals


class Commercial:
    """Cartel talk 0.85; a price or score kept secret with a figure 0.8, without one 0.5."""

    name = "commercial"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each stretch where the signals meet."""
        for text, folded in reading.texts:
            for start, end, _ in matches(_STRONG, folded):
                yield finding(self.name, "anti-competitive", 0.85, text, folded, start, end)
            for start, end, _ in matches(_SECRET, folded):
                around = folded.text[max(0, start - _REACH) : end + _REACH]
                if len(set(_words(around))) < 2:  # noqa: PLR2004 - one word is any notice
                    continue
                if _PROCUREMENT.search(around) is None:
                    continue  # shops speak of prices and rivals too
                score = 0.8 if _MONEY.search(around) else 0.5
                yield finding(self.name, "tender", score, text, folded, start, end)


def _words(around: str) -> Iterator[str]:
    for found in _SUBJECT.finditer(around):
        yield found.group().lower()
