"""Finds mail that its sender marked personal, which only some rules may hold (L21).

The mark is the field Sensitivity with "Personal" or "Private" (RFC 2156 section 5.3.4), as mail
programs set it, or a subject that begins with the word, in Welsh or English, and goes no further
in the same phrase: "Personal: Saturday" is marked, "Personal assistant wanted" is not.
"""

from collections.abc import Iterator

import re2

from classifiers.text.reading import Reading
from models.finding import PERSONAL_MARK, Finding
from models.mail import Mail

_ANSWERED = r"(?:(?:re|fw|fwd|atb|ymlaen)\s*:\s*)*"
_WITH = r"(?:\s*(?:/|and|&|a|ac)\s*(?:personal|personol|confidential|chyfrinachol|cyfrinachol))?"
_SUBJECT = re2.compile(
    rf"(?i)^\s*{_ANSWERED}[\[({{*]*\s*(?:personal|personol|preifat){_WITH}\s*(?:$|[\])}}*:|,;\x{{2013}}\x{{2014}}-])"
)
_SENSITIVITY = frozenset({"personal", "private"})
_MOST_READ = 200  # characters of a field


class PersonalMark:
    """The sender says that it is their own affair."""

    name = PERSONAL_MARK

    def detect(self, mail: Mail, reading: Reading) -> Iterator[Finding]:  # noqa: ARG002 - fields only
        """Yield one finding if it is marked."""
        sensitivity = mail.message.value("Sensitivity")[:_MOST_READ].strip().lower()
        subject = mail.message.value("Subject")[:_MOST_READ]
        if sensitivity in _SENSITIVITY or _SUBJECT.search(subject):
            yield Finding(detector=PERSONAL_MARK, category="personal", score=1.0, part="envelope")
