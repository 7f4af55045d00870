"""Finds a UK sort code with an account number near it, in either order.

Neither has a check digit of its own, so both must be there, and a word that names one. A date
looks like a sort code: such a one must be named itself, or stand beside the account number.
"""

from collections.abc import Iterator

from classifiers.detectors.number_kind import words
from classifiers.detectors.numbers import Number, numbers
from classifiers.detectors.pattern import finding, headed, nearby
from classifiers.text.folding import Folded
from classifiers.text.reading import Reading
from models.finding import Finding
from models.mail import Mail

_CODES = r"sort[ -]?codes?|sort ?[:=#]|s/c|(?:c|g|ch|ngh)od(?:au)? (?:didoli|trefnu)"
_SORT_CODE = words(_CODES)
_WORDS = words(
    rf"{_CODES}|account|acct|acc|a/c|ac|bacs"
    r"|(?:[cg]|ngh|ch)yfrif(?:on)?|bank|banc|fanc|manc|direct debit|debyd uniongyrchol"
)
_GAPS = frozenset({" ", "-", ".", "/"})
_REACH = 120  # characters between the two
_BESIDE = 3
_DIRECTLY = 40  # characters in which a sort code that may be a date is named
_SORT, _ACCOUNT = 6, 8
_DAYS, _MONTHS = 31, 12


class BankAccount:
    """Sort code with account number: 0.9 beside a word, 0.4 if the sort code may be a date."""

    name = "bank-account"

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield each pair, from the first of the two to the end of the second."""
        for text, folded in reading.texts:
            if _WORDS.search(folded.text) is None:
                continue
            reached = 0
            for start, end, score in _pairs(folded):
                if end > reached:
                    reached = end
                    yield finding(self.name, "financial", score, text, folded, start, end)


def _pairs(folded: Folded) -> Iterator[tuple[int, int, float]]:
    accounts = [each for each in numbers(folded, {_ACCOUNT}) if _whole(each)]
    first = 0
    for code in numbers(folded, {_SORT}):
        while first < len(accounts) and accounts[first].end < code.start - _REACH:
            first += 1
        named = None
        for account in accounts[first:]:
            if account.start > code.end + _REACH:
                break
            gap = max(account.start - code.end, code.start - account.end)
            if gap < 1:
                continue
            if named is None:
                named = nearby(folded, code.start, code.end, _SORT_CODE)
            if not (named and _whole(code)) and not _in_pairs(code):
                break
            start, end = min(code.start, account.start), max(code.end, account.end)
            if not named and _digits_between(folded, code, account):
                continue
            if not nearby(folded, start, end, _WORDS):
                continue
            beside = gap <= _BESIDE and code.plain
            certain = beside or not _date(code.digits) or _named_directly(folded, code)
            yield start, end, 0.9 if certain else 0.4
            break


def _named_directly(folded: Folded, code: Number) -> bool:
    """Tell whether what may be a date is called a sort code, before it or in the same breath."""
    before = folded.text[max(0, code.start - _DIRECTLY) : code.start]
    after = folded.text[code.end : code.end + _DIRECTLY].partition(". ")[0]
    if any(_SORT_CODE.search(each) is not None for each in (before, after)):
        return True
    return headed(folded, code.start, _SORT_CODE)


def _whole(number: Number) -> bool:
    """Tell whether it is cut as people cut numbers, or one digit at a time."""
    layout = set(number.layout)
    return not number.in_code and number.apart and (len(layout) == 1 or number.plain)


def _digits_between(folded: Folded, code: Number, account: Number) -> bool:
    """Tell whether other numbers stand between the two."""
    first, last = min(code.end, account.end), max(code.start, account.start)
    return any(map(str.isdigit, folded.text[first:last]))


def _in_pairs(code: Number) -> bool:
    """Tell whether a sort code is written in three pairs with one separator."""
    return code.layout == (2, 2, 2) and code.apart and len(code.gaps) == 1 and code.gaps <= _GAPS


def _date(digits: str) -> bool:
    """Tell whether six digits may be day, month and year in some order."""
    one, two, three = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return any(
        1 <= day <= _DAYS and 1 <= month <= _MONTHS
        for day, month in ((one, two), (two, one), (three, two))
    )
