"""Why a message was held, in policy words: each rule, its clause, and what was found for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.finding import Finding
from models.policy import Condition, Policy
from quarantine.console.names import name_of, place_of
from quarantine.console.text import mask
from quarantine.console.words import Words

_WORDS = frozenset(
    {"commercial", "marking", "phrases", "recipients"}
)  # shown whole: they identify no one new
_PASSAGES = frozenset({"learned"})  # about a whole passage: no part of it is shown as a match
_MOST_SAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Findings that read alike, counted."""

    name: str
    place: str
    count: int
    samples: tuple[str, ...] = field(default=(), repr=False)  # empty until the email is opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that held the message."""

    title: str
    clause: str  # "4.2", or "" if the policy in force today has no such rule
    sentence: str
    found: tuple[Found, ...]


def reasons(
    rules: Sequence[str], findings: Sequence[Finding], policy: Policy, language: str, words: Words
) -> tuple[Reason, ...]:
    """Return the reasons, in the order of the rules; findings may have their excerpts or not."""
    return tuple(_reason(rule_id, findings, policy, language, words) for rule_id in rules)


def clause_of(finding: Finding, rules: Sequence[str], policy: Policy) -> str | None:
    """Return the number of the first clause for which a finding counted, or None."""
    for rule_id in rules:
        rule = policy.rule(rule_id)
        if rule and any(_meets(finding, condition) for condition in rule.when):
            return rule.clause
    return None


def _reason(
    rule_id: str, findings: Sequence[Finding], policy: Policy, language: str, words: Words
) -> Reason:
    rule = policy.rule(rule_id)
    if rule is None:
        title = words.gettext("The email could not be checked, so a person must look")
        found = _counted([each for each in findings if each.detector == "attachments"], words)
        return Reason(title=title, clause="", sentence="", found=found)
    clause = policy.clause(rule.clause)
    mine = [each for each in findings if any(_meets(each, condition) for condition in rule.when)]
    return Reason(
        title=rule.title.in_language(language),
        clause=rule.clause,
        sentence=clause.text.in_language(language) if clause else "",
        found=_counted(mine, words),
    )


def _meets(finding: Finding, condition: Condition) -> bool:
    return (
        condition.detector in (None, finding.detector)
        and condition.category in (None, finding.category)
        and finding.score >= condition.score
        and (condition.words != "own" or finding.own)
    )


def _counted(findings: Sequence[Finding], words: Words) -> tuple[Found, ...]:
    keys = [(name_of(each), place_of(each)) for each in findings]
    result = []
    for (name, place), count in Counter(keys).items():
        excerpts = [
            each.excerpt if each.detector in _WORDS else mask(each.excerpt)
            for each, key in zip(findings, keys, strict=True)
            if key == (name, place) and each.excerpt and each.detector not in _PASSAGES
        ]
        result.append(
            Found(
                name=words.gettext(name),
                place=words.gettext(place) if place else "",
                count=count,
                samples=tuple(dict.fromkeys(excerpts))[:_MOST_SAMPLES],
            )
        )
    return tuple(result)
