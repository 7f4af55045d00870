"""What the rules stand on: the law's papers, who was told, private routes, the chain's anchor.

For the protection officer and the auditor; it shows no content. A rule that lacks something only
watches (promise 7), and this page says what it lacks.
"""

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from models.audit import Action
from models.body import HERE
from models.db import audit
from models.policy import ExemptKind, Policy, Rule, UnknownSenders
from quarantine.canary_record import from_entry
from quarantine.console.pages import render
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.directory import coverage
from quarantine.told import all_told

_LATE = timedelta(hours=36)  # since the last of what is done daily
_LACKS = {
    "ground": mark("no legal ground for checking"),
    "purpose": mark("no reason why it is necessary"),
    "assessment": mark("no impact assessment"),
    "notice": mark("no day from which staff were told of it"),
    "review": mark("no day until which its assessment is good"),
    "ends": mark("no last day"),
    "basis": mark("no lawful basis"),
    "special_category": mark("no condition for special-category data"),
    "offences": mark("no condition for data about offences"),
    "policy_document": mark("no appropriate policy document"),
    "consulted": mark("a high risk remains, and the Commissioner has not been consulted"),
    "milder": mark("no reason why something milder would not do"),
    "notice: not yet": mark("the day from which staff are told has not come"),
    "review: passed": mark("its assessment is out of date"),
    "ends: passed": mark("its last day has passed"),
}
KINDS = {
    ExemptKind.UNION: mark("Trade union"),
    ExemptKind.OCCUPATIONAL_HEALTH: mark("Occupational health"),
    ExemptKind.EMPLOYEE_SUPPORT: mark("Support for staff"),
    ExemptKind.WHISTLEBLOWING: mark("Whistleblowing"),
    ExemptKind.LEGAL_ADVISER: mark("Legal adviser"),
    ExemptKind.DOCTOR: mark("Own doctor"),
    ExemptKind.REGULATOR: mark("Regulator"),
    ExemptKind.MEMBER_OF_PARLIAMENT: mark("Member of Parliament or of the Senedd"),
    ExemptKind.COUNCILLOR: mark("Councillors' casework"),
    ExemptKind.PROTECTION_OFFICER: mark("Data protection officer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One rule, and what it lacks in words."""

    rule: Rule
    title: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One private route as staff see it."""

    kind: str
    recipients: tuple[str, ...]
    senders: tuple[str, ...]


def show(visit: Visit) -> Response:
    """Show it all."""
    policy = visit.services.policy
    today = visit.now.astimezone(HERE).date()
    with visit.services.database.reading() as session:
        canary = audit.latest(session, Action.CANARY)
        anchor = audit.latest(session, Action.ANCHOR)
    counted = coverage(visit.people.values(), today)
    others = {
        UnknownSenders.APPLY: True,
        UnknownSenders.WATCH: False,
        UnknownSenders.WHEN_ALL_TOLD: all_told(visit.people.values(), today),
    }
    return render(
        visit,
        "oversight-standing.html",
        nav="oversight",
        policy=policy,
        rules=[_standing(visit, each) for each in policy.rules],
        counted=counted,
        told=sum(each.informed for each in counted),
        staff=sum(each.people for each in counted),
        others_apply=others[policy.unknown_senders],
        routes=routes(policy, visit.language),
        canary=from_entry(canary) if canary else None,
        canary_late=canary is not None and visit.now - canary.at > _LATE,
        kinds={each.value: _word(visit, KINDS[each]) for each in ExemptKind},
        anchor=anchor,
        anchor_late=anchor is None or visit.now - anchor.at > _LATE,
    )


def routes(policy: Policy, language: str) -> list[Route]:
    """The private routes of a policy, with their kinds in words."""
    words = translations(language)
    return [
        Route(
            kind=words.gettext(KINDS[each.kind]),
            recipients=tuple(sorted(each.recipients)),
            senders=tuple(sorted(each.senders)),
        )
        for each in policy.exempt.routes
        if each.recipients or each.senders
    ]


def _standing(visit: Visit, rule: Rule) -> Standing:
    missing = rule.missing(visit.now.astimezone(HERE).date())
    return Standing(
        rule=rule,
        title=rule.title.in_language(visit.language),
        lacks=tuple(_word(visit, _LACKS[each]) for each in missing),
    )


def _word(visit: Visit, sentence: str) -> str:
    return translations(visit.language).gettext(sentence)
