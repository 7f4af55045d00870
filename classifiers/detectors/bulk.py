"""Finds personal data of many people in one text: people are counted, not matches.

A person is a number that is only theirs, or a row of a table with a date or a postcode beside a
name. Lists of email addresses are the email-list detector's.
"""

from collections.abc import Iterator

from stdnum.gb import nhs

from classifiers.detectors.date_of_birth import DATE
from classifiers.detectors.home_address import POSTCODE
from classifiers.detectors.pattern import compile_pattern, digits_of, finding
from classifiers.text.folding import Folded
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_FEWEST, _CERTAIN = 5, 10  # people
_NHS = compile_pattern(r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b")
_NI = compile_pattern(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", case=True)
_UPN = compile_pattern(r"\b[A-HJ-NP-RT-Z]\d{11}[0-9A-Z]\b", case=True)
_NAME = compile_pattern(
    r"\b[A-Z][A-Za-z\x{27}-]{1,20}(?:[ ,;\t]{1,3}[A-Z][A-Za-z\x{27}-]{1,20}){1,2}\b", case=True
)
_HINT = compile_pattern(  # one of these stands beside each person
    r"\d[ -]?\d{3,4}\b|\d[ ./-]\d{1,2}[ ./-]\d|\d ?\d[A-Z]{2}\b|\d{2} ?[A-D]\b"
    r"|\d (?:of )?[a-z]{3,9},? \d{4}"
)
_MOST_LINES = 200_000


class BulkPersonalData:
    """Five people: 0.6; ten or more: 0.9. The excerpt is the first person's row."""

    name = "bulk-personal-data"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield one finding for each text about many people, at the first of them."""
        for text, folded in reading.texts:
            if folded.text.count("\n") < _FEWEST - 1 or _HINT.search(folded.text) is None:
                continue
            people = _people(folded)
            if len(people) < _FEWEST:
                continue
            share = min(1.0, (len(people) - _FEWEST) / (_CERTAIN - _FEWEST))
            start, end = next(iter(people.values()))
            score = 0.6 + 0.3 * share
            yield finding(self.name, "identity", score, text, folded, start, end)


def _people(folded: Folded) -> dict[str, tuple[int, int]]:
    """Each person, by number or by name, and the line on which they first stand."""
    people: dict[str, tuple[int, int]] = {}
    at = 0
    for count, line in enumerate(folded.text.split("\n")):
        if count > _MOST_LINES:
            break
        if any(each.isdigit() for each in line) and (key := _person(line)):
            people.setdefault(key, (at, at + len(line)))
        at += len(line) + 1
    return people


def _person(line: str) -> str:
    """What makes a line about one person: their number, or their name with something of theirs."""
    for pattern in (_NI, _UPN):
        if found := pattern.search(line):
            return "".join(found.group().split()).upper()
    found = _NHS.search(line)
    name = _NAME.search(line)
    if found and name and nhs.is_valid(digits_of(found.group())):
        return digits_of(found.group())
    theirs = sum(each.search(line) is not None for each in (DATE, POSTCODE))
    cells = max(line.count(each) for each in "\t,;|")
    return name.group().casefold() if name and theirs and cells > 1 else ""
