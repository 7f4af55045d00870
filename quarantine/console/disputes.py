"""What senders disputed, by rule, what became of it and whether reviewers agreed; appeals."""

from dataclasses import dataclass

from starlette.responses import Response

from models.db import appeals, disputes
from models.held import HeldState
from quarantine import reports, retreat
from quarantine.console.charts import percent
from quarantine.console.pages import render
from quarantine.console.visit import Visit
from quarantine.dates import write_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule's line."""

    rule: str
    title: str
    disputed: reports.Share  # of what it held
    wrongly: reports.Share  # of what was disputed and judged
    states: dict[str, int]  # of what was disputed


def show(visit: Visit) -> Response:
    """Show the appeals and disputes of the last 90 days, the rule disputed most first."""
    since = visit.now - retreat.WINDOW
    with visit.services.database.reading() as session:
        found = disputes.by_rule(session, since)
        appealed = appeals.counted(session, since, visit.now)
    policy = visit.services.policy
    rows = []
    for rule, about in found.items():
        named = policy.rule(rule)
        states = {each.value: about.states.get(each, 0) for each in HeldState}
        rows.append(
            Row(
                rule=rule,
                title=named.title.in_language(visit.language) if named else "",
                disputed=reports.Share(part=about.disputed, whole=about.held),
                wrongly=reports.Share(part=about.wrongly, whole=about.judged),
                states=states,
            )
        )
    rows.sort(key=lambda each: (-each.disputed.part, each.rule))
    return render(
        visit,
        "oversight-disputes.html",
        nav="oversight",
        rows=[each for each in rows if each.disputed.part],
        since=write_date(since.date(), visit.language),
        percent=percent,
        appeals=appealed,
        appeal_days=visit.services.review.appeal_days,
    )
