"""Decide what is to happen to a message, for each recipient. Pure, and total.

Every rule is tried and every match recorded; the strictest wins; the order of rules means
nothing; adding a rule never relaxes a verdict. A rule without its papers only watches, and so
does one that was too often wrong (quarantine/reports.py). For a sender who was not told of the
monitoring all rules only watch but those that keep the system safe (L7); so do, on mail marked
personal, those that may not hold it (L21).
"""

from collections.abc import Collection, Sequence
from datetime import date

from gateway.exempt import listed
from models.address import in_domains, parse_address, same_mailbox
from models.envelope import Envelope
from models.finding import PERSONAL_MARK, Finding
from models.policy import Condition, Ground, Policy, Rule
from models.verdict import Disposition, Match, Outcome, Verdict

UNREAD_RULE = "unread"  # stands for the house's own rule that what breaks its reader waits


def decide(  # noqa: PLR0913 - a verdict is on these facts and no others
    envelope: Envelope,
    findings: Sequence[Finding],
    policy: Policy,
    *,
    on: date,
    program: str = "",
    classifier: str = "",
    demoted: Collection[str] = (),
    told: bool = True,
) -> Verdict:
    """Return the verdict of a policy on the findings in one message, as on a day.

    The rules in `demoted` only watch. `told`: whether the sender was told of the monitoring.
    """
    personal = any(each.detector == PERSONAL_MARK for each in findings)
    enforcing = {
        rule.id: bool(policy.consent)
        and rule.enforceable(on)
        and rule.id not in demoted
        and (told or rule.papers.ground is Ground.OPERATION)
        and (rule.reaches_personal or not personal)
        for rule in policy.rules
    }
    outcomes = tuple(
        _outcome(address, envelope.sender, findings, policy, enforcing)
        for address in envelope.addresses
    )
    return Verdict(
        outcomes=outcomes,
        findings=tuple(findings),
        policy=policy.digest,
        classifier=classifier,
        program=program,
    )


def unread(envelope: Envelope, policy: Policy) -> Verdict:
    """The verdict on a message that broke its inspection twice: it waits for a person, whole."""
    match = Match(
        rule=UNREAD_RULE,
        clause="",
        disposition=Disposition.HOLD,
        watched=Disposition.HOLD,
        evidence=(),
    )
    return Verdict(
        outcomes=tuple(
            Outcome(recipient=each, disposition=Disposition.HOLD, matches=(match,))
            for each in envelope.addresses
        ),
        policy=policy.digest,
    )


def _outcome(
    recipient: str,
    sender: str,
    findings: Sequence[Finding],
    policy: Policy,
    enforcing: dict[str, bool],
) -> Outcome:
    if listed(recipient, policy.exempt.recipients):
        return Outcome(recipient=recipient, disposition=Disposition.RELAY, matches=())
    matches = tuple(
        Match(
            rule=rule.id,
            clause=rule.clause,
            disposition=rule.then if enforcing[rule.id] else Disposition.RELAY,
            watched=rule.then,
            evidence=evidence,
        )
        for rule in policy.rules
        if (evidence := _evidence(rule, recipient, sender, findings, policy)) is not None
    )
    strictest = max((each.disposition for each in matches), default=Disposition.RELAY)
    return Outcome(recipient=recipient, disposition=strictest, matches=matches)


def _evidence(
    rule: Rule, recipient: str, sender: str, findings: Sequence[Finding], policy: Policy
) -> tuple[int, ...] | None:
    """Indices of the findings for which a rule applies; None if it does not."""
    found = [_hits(each, recipient, sender, findings, policy) for each in rule.when]
    excused = any(
        _hits(each, recipient, sender, findings, policy) is not None for each in rule.unless
    )
    applying = [each for each in found if each is not None]
    if not applying or excused:
        return None
    return tuple(sorted({index for each in applying for index in each}))


def _hits(
    condition: Condition, recipient: str, sender: str, findings: Sequence[Finding], policy: Policy
) -> tuple[int, ...] | None:
    """Indices of the findings that meet a condition; None if the condition does not hold."""
    domain = parse_address(recipient).domain
    if not _recipient_is(condition.recipients, domain, policy):
        return None
    if condition.recipient_domains and not in_domains(domain, condition.recipient_domains):
        return None
    if condition.senders and not listed(sender, condition.senders):
        return None
    if condition.detector is None and condition.category is None:
        return ()  # a condition on the envelope alone
    indices = tuple(
        index
        for index, finding in enumerate(findings)
        if _fits(finding, condition) and _concerns(finding, recipient)
    )
    distinct = {
        findings[index].excerpt or f"{findings[index].part}/{findings[index].start}"
        for index in indices
    }
    return indices if len(distinct) >= condition.count else None


def _recipient_is(kind: str, domain: str, policy: Policy) -> bool:
    match kind:
        case "inside":
            return in_domains(domain, policy.domains)
        case "outside":
            return not in_domains(domain, policy.domains)
        case "personal":
            return in_domains(domain, policy.personal_domains)
        case _:
            return True


def _fits(finding: Finding, condition: Condition) -> bool:
    return (
        condition.detector in (None, finding.detector)
        and condition.category in (None, finding.category)
        and finding.score >= condition.score
        and (finding.own or condition.words != "own")
    )


def _concerns(finding: Finding, recipient: str) -> bool:
    """A finding about one recipient's address concerns that recipient alone."""
    return (
        "@" not in finding.excerpt
        or finding.part != "envelope"
        or same_mailbox(finding.excerpt, recipient)
    )
