"""A reviewer's lists: what waits, the urgent and the late first, and what they decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from starlette.responses import Response

from models.address import parse_address
from models.body import HERE
from models.db import held as held_messages
from models.db import statements
from models.held import HeldMessage, HeldState
from models.person import Person, Role
from models.statement import Saying, Statement
from quarantine import permissions
from quarantine.alike import may_be_alike
from quarantine.console import filters
from quarantine.console.pages import render, see_other
from quarantine.console.pseudonyms import THE_SENDER, Senders
from quarantine.console.reasons import Reason
from quarantine.console.shown import of_kinds, shown_reasons
from quarantine.console.visit import Visit
from quarantine.console.words import translations

_MOST = 200
_MOST_WAITING = 300
_MOST_ALIKE = 100
_GROUPS = ("harm", "legal", "late", "today", "later", "others")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a list."""

    held: HeldMessage
    sender: str = ""  # by name or by a pseudonym
    reasons: tuple[Reason, ...]
    group: str = ""  # one of _GROUPS
    said: tuple[Statement, ...] = ()
    alike: tuple[HeldMessage, ...] = field(default=())  # those that look the same


def home(visit: Visit) -> Response:
    """Lead to the reviewer's list if anyone's mail can come to this person, else to their own."""
    return see_other("/queue" if _reviews(visit) or waiting_for(visit) else "/mine")


def queue(visit: Visit) -> Response:
    """List what waits for this person: someone at risk, a legal deadline, then by deadline."""
    waiting = waiting_for(visit)
    with visit.services.database.reading() as session:
        said = statements.about(session, [each.id for each in waiting])
        reports = statements.reports_to(session, visit.who.id, limit=_MOST)
    everything = [_row(visit, alike, said) for alike in _alike_together(waiting)]
    traits = [_traits(visit, row) for row in everything]
    offers = filters.offered(traits)
    chosen = filters.chosen(visit.request.query_params, offers)
    pairs = zip(everything, traits, strict=True)
    rows = [row for row, each in pairs if chosen.lets_through(each)]
    senders = Senders(visit, [row.held.id for row in rows])
    groups = [
        (name, [_with_sender(visit, senders, row) for row in rows if row.group == name])
        for name in _GROUPS
    ]
    return render(
        visit,
        "queue.html",
        groups=groups,
        total=len(waiting),
        shown=sum(1 + len(row.alike) for row in rows),
        offers=offers,
        chosen=chosen,
        rule_titles=_rule_titles(visit, offers),
        reports=[(each, name_of(visit, each.by)) for each in reports],
        nav="queue",
    )


def decided(visit: Visit) -> Response:
    """List what this person decided, the newest first."""
    with visit.services.database.reading() as session:
        found = held_messages.decided_by(session, visit.who.id, limit=_MOST)
    mine = [each for each in found if permissions.can_review(visit.who, each, visit.people)]
    senders = Senders(visit, [each.id for each in mine])
    rows = [
        Row(held=each, reasons=shown_reasons(visit, each.rules, each.findings)) for each in mine
    ]
    rows = [_with_sender(visit, senders, each) for each in rows]
    return render(visit, "decided.html", rows=rows, nav="decided")


def waiting_for(visit: Visit) -> list[HeldMessage]:
    """What this person may decide on and has not voted for yet, the soonest first."""
    keys = {key for each in _below(visit) for key in permissions.keys_of(each)}
    with visit.services.database.reading() as session:
        found = held_messages.may_wait_for(session, visit.who.id, keys, limit=_MOST_WAITING)
    return [
        each
        for each in found
        if permissions.can_review(visit.who, each, visit.people)
        and visit.who.id not in {vote.by for vote in each.decisions}
    ]


def look_the_same(visit: Visit, message: HeldMessage) -> list[HeldMessage]:
    """Those of the same sender that this person may decide on and that look the same unopened."""
    key = parse_address(message.sender).key
    with visit.services.database.reading() as session:
        waiting = {HeldState.HELD}
        found = held_messages.find(session, states=waiting, senders=[key], limit=_MOST_ALIKE)
    return [
        each
        for each in found
        if each.id != message.id
        and may_be_alike(message, each)
        and permissions.can_review(visit.who, each, visit.people)
        and visit.who.id not in {vote.by for vote in each.decisions}
    ]


def name_of(visit: Visit, person: str) -> str:
    """The name of a person of the directory, or the id of one who is in it no more."""
    return visit.people[person].name if person in visit.people else person


def name_of_sender(visit: Visit, message: HeldMessage) -> str:
    """Whose mail it is, or words for them where a pseudonym stands."""
    if visit.pseudonym:
        return translations(visit.language).gettext(THE_SENDER)
    sender = permissions.sender_of(message, visit.people)
    return sender.name if sender else message.sender


def _with_sender(visit: Visit, senders: Senders, row: Row) -> Row:
    sender = permissions.sender_of(row.held, visit.people)
    key = sender.id if sender else parse_address(row.held.sender).key
    return replace(row, sender=senders.call(row.held.id, key, name_of_sender(visit, row.held)))


def _row(visit: Visit, alike: list[HeldMessage], said: dict[str, tuple[Statement, ...]]) -> Row:
    message = alike[0]
    about = tuple(each for one in alike for each in said[one.id])
    return Row(
        held=message,
        reasons=shown_reasons(visit, message.rules, message.findings),
        group=_group(visit, message, about),
        said=about,
        alike=tuple(alike[1:]),
    )


def _group(visit: Visit, message: HeldMessage, said: Sequence[Statement]) -> str:
    if of_kinds(said, Saying.HARM):
        return "harm"
    if of_kinds(said, Saying.LEGAL):
        return "legal"
    return "others" if message.reviewer != visit.who.id else _deadline(visit, message)


def _traits(visit: Visit, row: Row) -> filters.Traits:
    sender = permissions.sender_of(row.held, visit.people)
    return filters.Traits(
        deadline=_deadline(visit, row.held),
        rules=row.held.rules,
        team=sender.department if sender else "",
        urgent=any(each.kind.urgent for each in row.said),
    )


def _rule_titles(visit: Visit, offers: filters.Offered) -> dict[str, str]:
    """What the rules are called today; one that is in force no more keeps its id."""
    found = {rule: visit.services.policy.rule(rule) for rule, _ in offers.rules}
    return {
        rule: each.title.in_language(visit.language) if each else rule
        for rule, each in found.items()
    }


def _deadline(visit: Visit, message: HeldMessage) -> str:
    ends = message.turn.ends
    if ends is not None and ends <= visit.now:
        return "late"
    return "today" if ends is not None and _day(ends) == _day(visit.now) else "later"


def _day(at: datetime) -> str:
    return at.astimezone(HERE).date().isoformat()


def _alike_together(waiting: Sequence[HeldMessage]) -> list[list[HeldMessage]]:
    """Put those that look the same together, at the place of the first of them."""
    together: list[list[HeldMessage]] = []
    of_sender: dict[str, list[list[HeldMessage]]] = {}
    for each in waiting:
        groups = of_sender.setdefault(each.sender.casefold(), [])
        group = next((one for one in groups if may_be_alike(one[0], each)), None)
        if group is None:
            group = []
            groups.append(group)
            together.append(group)
        group.append(each)
    return together


def _below(visit: Visit) -> list[Person]:
    """Those whose mail comes to this person as their manager, or as that manager's deputy."""
    me = visit.who.id
    stands_for = {each.id for each in visit.people.values() if each.deputy == me}
    return [each for each in visit.people.values() if each.manager in {me, *stands_for}]


def _reviews(visit: Visit) -> bool:
    """Whether others' mail can come to this person."""
    me = visit.who
    if me.roles & {Role.DUTY_REVIEWER, Role.SENSITIVE_REVIEWER}:
        return True
    return any(me.id in (each.manager, each.deputy) for each in visit.people.values())
