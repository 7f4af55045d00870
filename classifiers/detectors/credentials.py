"""Finds passwords said to be passwords, keys and tokens by their issuers' own shapes."""

from collections.abc import Iterator

import re2

from classifiers.detectors.pattern import compile_pattern, finding, matches
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_SHAPES = compile_pattern(
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # Amazon
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}"
    r"|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\bxox[abeoprs]-[A-Za-z0-9-]{10,}"  # Slack
    r"|\bAIza[0-9A-Za-z_-]{35}"  # Google
    r"|\b[sr]k_live_[0-9A-Za-z]{20,}"  # Stripe
    r"|\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"  # SendGrid
    r"|\bAccountKey=[A-Za-z0-9+/=]{40,}"  # Azure
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"  # RFC 7519
    r"|\b[a-z][a-z0-9+]{2,20}://[^\s:/@]{1,60}:[^\s:/@]{3,60}@[a-z0-9.-]{3,}",  # user:password@
    case=True,
)
_SAID = compile_pattern(
    r"\b(?:passwords?|passcode|passphrase|pwd|[cg]yfrinair|nghyfrinair|chyfrinair)"
    r"(?: (?:is|for \S{1,30} is|to \S{1,30} is|yw|ydy|ar gyfer \S{1,30} yw))?"
    r" ?(?::|=|\bis\b|\byw\b|\bydy\b) ?[\"'`]?([^\s\"'`,;]{6,64})"
)
_HINT = re2.compile(r"(?i)pass|pwd|nair|key|://|[A-Z0-9]{16}|_[A-Za-z0-9]{20}|eyJ|xox|AIza|SG\.")


class Credentials:
    """Keys and tokens: 0.95; a password that follows the word and looks like one: 0.85."""

    name = "credentials"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each."""
        for text, folded in reading.texts:
            if _HINT.search(folded.text) is None:
                continue
            for start, end, _ in matches(_SHAPES, folded):
                yield finding(self.name, "key", 0.95, text, folded, start, end)
            for found in _SAID.finditer(folded.text):
                if _looks_chosen(found.group(1)):
                    start, end = found.span(1)
                    yield finding(self.name, "password", 0.85, text, folded, start, end)


def _looks_chosen(word: str) -> bool:
    """Tell a password from the next word of a sentence: letters with digits or signs inside."""
    bare = word.rstrip(".!?)")
    kinds = (
        any(each.isalpha() for each in bare),
        any(each.isdigit() for each in bare),
        any(not each.isalnum() and each not in "-'/." for each in bare),
    )
    return sum(kinds) > 1 and "://" not in bare and "@" not in bare[1:-1]
