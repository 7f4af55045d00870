"""A mailbox as SMTP writes it (RFC 5321 section 4.1.2): local part and domain."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mailbox. The local part is left out of `repr`: it can name a private person."""

    local: str = field(repr=False)
    domain: str  # lower case; "" for a bare local part such as "postmaster"

    @property
    def key(self) -> str:
        """The form to compare by: RFC 5321 lets a local part be case-sensitive; no one is."""
        return f"{self.local}@{self.domain}".casefold() if self.domain else self.local.casefold()


def parse_address(text: str) -> Address:
    """Split a path without its angle brackets, such as "gwen@cyngor.example".

    Never raises: what has no "@" is all local part. A source route ("@a,@b:c@d") was
    dropped before, as RFC 5321 appendix C asks.
    """
    local, at, domain = text.rpartition("@")
    if not at:
        return Address(local=text, domain="")
    return Address(local=local, domain=domain.lower().rstrip("."))


def same_mailbox(one: str, other: str) -> bool:
    """Tell whether two written addresses are one mailbox."""
    return parse_address(one).key == parse_address(other).key


def in_domains(domain: str, domains: frozenset[str]) -> bool:
    """Tell whether `domain` is one of `domains` (all lower case) or lies below one of them."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))
