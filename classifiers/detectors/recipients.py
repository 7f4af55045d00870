"""Finds what is unusual about the recipients: who they are, who sees whom, who is greeted.

Facts score 1.0: a personal domain, many visible outsiders, a domain never written to. What only
seems so scores less: an address nearly another, a mailbox of the sender's own, a greeting that
fits nobody.
"""

from collections.abc import Iterator, Sequence
from email.utils import getaddresses
from itertools import combinations

from classifiers.detectors.greeting import (
    Names,
    greeted,
    may_be,
    misspelt,
    names_of,
    same_person,
)
from classifiers.detectors.near_miss import near_domain, near_local
from classifiers.registers import NOTHING_REGISTERED, Registers, digest
from classifiers.text.folding import fold
from classifiers.text.reading import Reading
from models.address import Address, in_domains, parse_address
from models.finding import Finding
from models.mail import Mail
from models.policy import Policy

_MOST_READ = 20_000  # characters of To and Cc that are read: address parsing is slow
_MOST_COMPARED = 50  # recipients that are compared with each other, or with a greeting
_OPENING = 400  # characters of the sender's own words in which a greeting stands
_OWN, _MISSPELT, _GREETING = 0.9, 0.8, 0.6
_FEWEST, _ORGANISATIONS = 5, 3  # outsiders who see a reply, and their domains
_REPLY = ("re:", "re[", "atb:", "atb.:", "ynghylch:", "sv:", "aw:")


class Recipients:
    """Findings of the envelope: the excerpt is the address, or the number of them."""

    name = "recipients"

    def __init__(self, policy: Policy, registers: Registers = NOTHING_REGISTERED) -> None:
        self._inside = policy.domains
        self._personal = policy.personal_domains
        self._many = policy.many_recipients
        self._others = _domains_written(policy) - policy.domains
        self._key, self._known = registers.key, registers.domains

    def detect(self, mail: Mail, reading: Reading) -> Iterator[Finding]:
        """Yield what each address is, what all are together, and a greeting that fits nobody."""
        addresses = {each: parse_address(each) for each in mail.envelope.addresses}
        visible = ",".join((*mail.message.values("To"), *mail.message.values("Cc")))
        named = getaddresses([visible[:_MOST_READ]]) if visible else []
        displays = {parse_address(address).key: display for display, address in named}
        for written, address in addresses.items():
            if in_domains(address.domain, self._personal):
                yield self._finding("personal-webmail", written)
        yield from self._by_domain(addresses)
        people = {
            written: names_of(displays.get(address.key, ""), address.local)
            for written, address in list(addresses.items())[:_MOST_COMPARED]
        }
        yield from self._own_webmail(mail, people)
        yield from self._near_misses(people, addresses)
        yield from self._together(mail, [address for _, address in named])
        if len(people) == len(addresses):
            yield from self._greeting(reading, list(people.values()))

    def _by_domain(self, addresses: dict[str, Address]) -> Iterator[Finding]:
        """Domains that are nearly known ones, and those never written to."""
        near: dict[str, float] = {}
        for written, address in addresses.items():
            domain = address.domain
            if not domain or in_domains(domain, self._inside):
                continue
            if domain not in near:
                listed = in_domains(domain, self._others)
                near[domain] = 0 if listed else near_domain(domain, self._inside, self._others)
            if near[domain]:
                yield self._finding("near-miss", written, near[domain])
            if self._known and not self._is_known(domain):
                yield self._finding("first-mail", written)

    def _is_known(self, domain: str) -> bool:
        labels = domain.split(".")
        above = (".".join(labels[start:]) for start in range(len(labels)))
        return any(digest(self._key, each.encode()) in self._known for each in above)

    def _own_webmail(self, mail: Mail, people: dict[str, Names]) -> Iterator[Finding]:
        """The sender's own mailbox elsewhere."""
        personal = [
            (written, names)
            for written, names in people.items()
            if in_domains(parse_address(written).domain, self._personal)
        ]
        if not personal:
            return
        display = mail.message.value("From").rpartition("<")[0].strip(' "')
        sender = names_of(display, parse_address(mail.envelope.sender).local)
        for written, names in personal:
            if same_person(sender, names):
                yield self._finding("own-webmail", written, _OWN)

    def _near_misses(
        self, people: dict[str, Names], addresses: dict[str, Address]
    ) -> Iterator[Finding]:
        """Mailboxes that are nearly another recipient's, or what their display name asks for."""
        for written, names in people.items():
            if misspelt(names):
                yield self._finding("near-miss", written, _MISSPELT)
        if len(people) > 1:
            for one, other in combinations(people, 2):
                first, second = addresses[one], addresses[other]
                if first.domain == second.domain:
                    score = near_local(first.local.lower(), second.local.lower())
                    for each in (one, other) if score else ():
                        yield self._finding("near-miss", each, score)

    def _together(self, mail: Mail, visible: Sequence[str]) -> Iterator[Finding]:
        """Many outsiders who see each other, and a reply that goes to so many."""
        fewest = min(self._many, max(_FEWEST, self._many // 2))
        if len(visible) < fewest:
            return
        outside = {
            address.key: address.domain
            for address in map(parse_address, visible)
            if address.domain and not in_domains(address.domain, self._inside)
        }
        if len(outside) >= self._many:
            yield self._finding("many-outside", str(len(outside)))
        several = len(set(outside.values())) >= _ORGANISATIONS
        if len(outside) >= fewest and several and _is_reply(mail):
            yield self._finding("reply-all", str(len(outside)))

    def _greeting(self, reading: Reading, people: list[Names]) -> Iterator[Finding]:
        """A greeting that fits none of the recipients, all of whom are known by name."""
        if not people or not all(each.personal for each in people):
            return
        for text, _ in reading.texts:
            if text.kind != "visible" or not text.own:
                continue
            start, end = text.own[0]
            own = fold(text.content[start : min(end, start + _OPENING)])
            found = greeted(own.text)
            if found and not any(may_be(found[2], each) for each in people):
                first, last = own.span(found[0], found[1])
                yield Finding(
                    detector=self.name,
                    category="greeting-mismatch",
                    score=_GREETING,
                    part=text.part,
                    kind=text.kind,
                    start=start + first,
                    end=start + last,
                    excerpt=text.content[start + first : start + last],
                )
            return

    def _finding(self, category: str, excerpt: str, score: float = 1.0) -> Finding:
        return Finding(
            detector=self.name,
            category=category,
            score=score,
            part="envelope",
            kind="envelope",
            excerpt=excerpt,
        )


def _is_reply(mail: Mail) -> bool:
    subject = mail.message.value("Subject").strip().lower()
    return subject.startswith(_REPLY) or bool(mail.message.values("References"))


def _domains_written(policy: Policy) -> frozenset[str]:
    """Every domain that the policy names."""
    listed: set[str] = {*policy.personal_domains, *policy.exempt.recipients}
    for rule in policy.rules:
        for condition in (*rule.when, *rule.unless):
            listed |= condition.recipient_domains
    return frozenset(each.rpartition("@")[2] for each in listed)
