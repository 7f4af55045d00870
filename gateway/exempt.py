"""Mail that is passed unread: union, occupational health, councillors (L20, L59)."""

from models.address import in_domains, parse_address
from models.envelope import Envelope
from models.policy import Policy


def exempt(envelope: Envelope, policy: Policy) -> bool:
    """Tell whether the whole message passes unread: its sender is exempt, or every recipient."""
    return listed(envelope.sender, policy.exempt.senders) or (
        bool(envelope.recipients)
        and all(listed(each, policy.exempt.recipients) for each in envelope.addresses)
    )


def listed(address: str, entries: frozenset[str]) -> bool:
    """Tell whether an address is among entries, which are addresses or domains, lower case."""
    if not entries or not address:
        return False
    parsed = parse_address(address)
    return parsed.key in entries or in_domains(parsed.domain, entries)
