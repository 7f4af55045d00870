"""Which rules nearly applied, and the one or two things for want of which they did not. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from gateway.decide import decide
from models.envelope import Envelope
from models.finding import Finding
from models.policy import Condition, Policy, Rule
from models.verdict import Match

# what each key of a condition is when it asks for nothing
_ASKING_NOTHING: dict[str, object] = {
    "score": 0.0,
    "count": 1,
    "words": "any",
    "recipients": "any",
    "recipient_domains": frozenset(),
    "senders": frozenset(),
}
_MOST_AT_ONCE = 2  # keys that may fail together; what fails in more is not near
_MOST_RECIPIENTS = 20  # that are tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearly:
    """A rule that did not apply, or only watches, and what stood in its way."""

    rule: Rule
    reasons: tuple[str, ...]  # sentences without a capital or a full stop; never content


def nearly(
    envelope: Envelope, findings: Sequence[Finding], policy: Policy, *, on: date
) -> tuple[Nearly, ...]:
    """Return the rules that would do more but for one or two things, in the policy's order."""
    tried = replace(envelope, recipients=envelope.recipients[:_MOST_RECIPIENTS])
    trial = _Trial(tried, findings, policy, on)
    return tuple(
        Nearly(rule=rule, reasons=reasons)
        for rule in policy.rules
        if (reasons := _reasons(rule, trial))
    )


class _Trial:
    """One message under one policy, to try a rule in other forms."""

    def __init__(
        self, envelope: Envelope, findings: Sequence[Finding], policy: Policy, on: date
    ) -> None:
        self.envelope, self.findings, self.policy, self.on = envelope, findings, policy, on

    def match(self, rule: Rule) -> Match | None:
        """How a rule by itself applies to some recipient; None if it does not."""
        alone = replace(self.policy, rules=(rule,))
        verdict = decide(self.envelope, self.findings, alone, on=self.on)
        return next((match for each in verdict.outcomes for match in each.matches), None)


def _reasons(rule: Rule, trial: _Trial) -> tuple[str, ...]:
    if match := trial.match(rule):
        if match.disposition == match.watched:
            return ()
        consent = () if trial.policy.consent else ("consent",)
        return (f"it only watches, for want of {', '.join((*consent, *rule.missing(trial.on)))}",)
    if trial.match(replace(rule, unless=())):
        return ("it is excused by its `unless`",)
    for condition in rule.when:
        if condition.detector is None and condition.category is None:
            continue  # on the envelope alone: every message is near it
        if found := _wanting(rule, condition, trial):
            return found
    return ()


def _wanting(rule: Rule, condition: Condition, trial: _Trial) -> tuple[str, ...]:
    """What keeps one condition from holding, if it is but one or two keys."""
    asking = [key for key, nothing in _ASKING_NOTHING.items() if getattr(condition, key) != nothing]
    for count in range(1, _MOST_AT_ONCE + 1):
        for keys in combinations(asking, count):
            asked: dict[str, object] = {key: _ASKING_NOTHING[key] for key in keys}
            relaxed = replace(condition, **asked)  # type: ignore[arg-type]  # each key's own type
            if match := trial.match(replace(rule, when=(relaxed,))):
                evidence = [trial.findings[index] for index in match.evidence]
                return tuple(_sentences(keys, condition, evidence))
    return ()


def _sentences(
    keys: Sequence[str], condition: Condition, evidence: Sequence[Finding]
) -> Iterator[str]:
    for key in keys:
        match key:
            case "score":
                best = max(each.score for each in evidence)
                yield f"the score is {best:.2f}, and it asks for {condition.score:.2f}"
            case "count":
                found = len({each.excerpt for each in evidence})
                yield f"{found} found, and it asks for {condition.count} different ones"
            case "words":
                yield "it is only in quoted words, and it asks for the sender's own"
            case "recipients":
                yield f"no recipient is {_RECIPIENTS[condition.recipients]}"
            case "recipient_domains":
                yield "no recipient is in the domains it names"
            case _:
                yield "the sender is not one it names"


_RECIPIENTS = {"inside": "inside", "outside": "outside", "personal": "at personal webmail"}
