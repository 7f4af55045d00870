"""What is to happen to a message, for each recipient, and why."""

from dataclasses import dataclass, field
from enum import IntEnum

from models.finding import Finding


class Disposition(IntEnum):
    """The ladder, mildest first (L15): the strictest rule wins."""

    RELAY = 0
    ADVISE = 1  # sent; the sender is told what to mind next time
    CONFIRM = 2  # waits until the sender, or a reviewer, confirms
    HOLD = 3  # waits for a reviewer
    HOLD_FOR_TWO = 4  # waits for two reviewers

    @property
    def label(self) -> str:
        """The word used in policy files and JSON."""
        return self.name.lower().replace("_", "-")

    @property
    def waits(self) -> bool:
        """Whether a person must act before the message goes on."""
        return self >= Disposition.CONFIRM


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One rule that applied to one recipient."""

    rule: str  # the rule's id
    clause: str  # the policy clause it enforces
    disposition: Disposition  # what follows: RELAY when the rule only watches
    watched: Disposition  # what would follow if the rule's papers were in order
    evidence: tuple[int, ...]  # indices into Verdict.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The verdict for one recipient."""

    recipient: str = field(repr=False)
    disposition: Disposition
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole decision, with what is needed to repeat it (D13)."""

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...] = ()
    policy: str  # digest of the policy in force
    classifier: str = ""  # digest of the learned artefact; "" while there is none
    program: str = ""  # our version

    @property
    def disposition(self) -> Disposition:
        """The strictest of all recipients'."""
        return max((each.disposition for each in self.outcomes), default=Disposition.RELAY)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that made some recipient wait or be advised, sorted."""
        return tuple(
            sorted(
                {
                    match.rule
                    for outcome in self.outcomes
                    for match in outcome.matches
                    if match.disposition > Disposition.RELAY
                }
            )
        )
