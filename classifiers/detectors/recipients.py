"""Finds what is unusual about the recipients: personal webmail, and many visible outsiders."""

from collections.abc import Iterator
from email.utils import getaddresses

from classifiers.text.reading import Reading
from models.address import in_domains, parse_address
from models.finding import Finding
from models.mail import Mail
from models.policy import Policy

_MOST_READ = 20_000  # characters of To and Cc that are read: address parsing is slow


class Recipients:
    """Findings of the envelope: the excerpt is the address, or the number of them."""

    name = "recipients"

    def __init__(self, policy: Policy) -> None:
        self._inside = policy.domains
        self._personal = policy.personal_domains
        self._many = policy.many_recipients

    def detect(self, mail: Mail, _reading: Reading) -> Iterator[Finding]:
        """Yield one finding a personal address, and one if many outsiders see each other."""
        for address in mail.envelope.addresses:
            if in_domains(parse_address(address).domain, self._personal):
                yield self._finding("personal-webmail", address)
        visible = ",".join((*mail.message.values("To"), *mail.message.values("Cc")))
        if visible.count("@") < self._many:
            return
        outside = {
            address.lower()
            for _, address in getaddresses([visible[:_MOST_READ]])
            if "@" in address and not in_domains(parse_address(address).domain, self._inside)
        }
        if len(outside) >= self._many:
            yield self._finding("many-outside", str(len(outside)))

    def _finding(self, category: str, excerpt: str) -> Finding:
        return Finding(
            detector=self.name,
            category=category,
            score=1.0,
            part="envelope",
            kind="envelope",
            excerpt=excerpt,
        )
