"""Finds lists of email addresses in a text or an attachment: distinct ones are counted."""

from collections.abc import Iterator

from classifiers.detectors.pattern import compile_pattern, finding, matches
from classifiers.text.reading import Reading
from models.address import in_domains, parse_address
from models.finding import Finding
from models.mail import Mail
from models.policy import Policy

ADDRESS = compile_pattern(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
_FEWEST, _CERTAIN = 10, 50


class EmailList:
    """Ten or more outside addresses: 0.5, rising to 0.9 at fifty. One finding a text."""

    name = "email-list"

    def __init__(self, policy: Policy) -> None:
        self._inside = policy.domains

    def detect(self, _mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield one finding for each text that holds a list, at its first address."""
        for text, folded in reading.texts:
            if folded.text.count("@") < _FEWEST:
                continue
            places = {found.lower(): (start, end) for start, end, found in matches(ADDRESS, folded)}
            outside = [
                each for each in places if not in_domains(parse_address(each).domain, self._inside)
            ]
            if len(outside) >= _FEWEST:
                share = min(1.0, (len(outside) - _FEWEST) / (_CERTAIN - _FEWEST))
                start, end = places[outside[0]]
                yield finding(self.name, "contact", 0.5 + 0.4 * share, text, folded, start, end)
