"""A reviewer's lists, and the page of one held message: why, what it says, the decision.

Content comes in layers. The page itself has the envelope and the reasons; the subject and the
text are opened by a POST, and each opening is entered in the audit chain.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from models.audit import Purpose
from models.db import held as held_messages
from models.decision import Choice
from models.finding import Text
from models.held import HeldMessage, HeldState
from models.person import Role
from models.verdict import Disposition
from quarantine import access, permissions
from quarantine.console.history import history, name_of_actor
from quarantine.console.pages import render, see_other
from quarantine.console.reasons import clause_of, reasons
from quarantine.console.text import MOST_LINES, Line, finding_marks, numbered_lines
from quarantine.console.visit import Visit
from quarantine.console.words import translations
from quarantine.review import LONGEST_REASON

_MOST_READ = 2000  # ended messages that are looked through for one's own decisions
_MOST_DECIDED = 200
_DONE = {
    "released": frozenset({HeldState.RELEASED, HeldState.SENT}),
    "agreed": frozenset({HeldState.HELD}),
    "refused": frozenset({HeldState.REFUSED}),
    "withdrawn": frozenset({HeldState.WITHDRAWN}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """One text of the message, as the page shows it."""

    kind: str
    lines: tuple[Line, ...]
    cut: bool  # there was more than is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A decision that could not be taken as it was written, shown again with its mistake."""

    field: str = ""  # the field with the mistake; "" for none
    mistake: str = ""  # the fixed key of a sentence
    choice: str = ""
    reason: str = ""


def home(visit: Visit) -> Response:
    """Go to the list if anyone's mail can come to this person, else to their own."""
    return see_other("/queue" if _reviews(visit) or waiting_for(visit) else "/mine")


def queue(visit: Visit) -> Response:
    """List what waits for this person, the oldest first."""
    waiting = waiting_for(visit)
    mine = [each for each in waiting if each.reviewer == visit.who.id]
    others = [each for each in waiting if each.reviewer != visit.who.id]
    groups = [("mine", _rows(visit, mine)), ("others", _rows(visit, others))]
    return render(visit, "queue.html", groups=groups, total=len(waiting), nav="queue")


def decided(visit: Visit) -> Response:
    """List what this person decided, the newest first."""
    with visit.services.database.reading() as session:
        ended = set(HeldState) - {HeldState.HELD}
        found = held_messages.find(session, states=ended, limit=_MOST_READ)
    mine = [
        each
        for each in found
        if visit.who.id in {choice.by for choice in each.decisions}
        and permissions.can_review(visit.who, each, visit.people)
    ]
    return render(visit, "decided.html", rows=_rows(visit, mine[:_MOST_DECIDED]), nav="decided")


def waiting_for(visit: Visit) -> list[HeldMessage]:
    """What this person may decide on and has not voted for yet, the oldest first."""
    with visit.services.database.reading() as session:
        found = held_messages.find(session, states={HeldState.HELD})
    return [
        each
        for each in reversed(found)
        if permissions.can_review(visit.who, each, visit.people)
        and visit.who.id not in {vote.by for vote in each.decisions}
    ]


def show(visit: Visit) -> Response:
    """Show one held message to its sender or to a reviewer, without its content."""
    return _page(visit)


def show_email(visit: Visit) -> Response:
    """Show it with its subject and text; the look is entered in the audit chain."""
    opened = access.open_message(
        visit.services.database,
        visit.services.keyring,
        visit.message.id,
        who=visit.who,
        purpose=Purpose.OWN if _is_own(visit) else Purpose.DECIDE,
        now=visit.now,
    )
    return _page(visit, opened=opened)


def show_again(visit: Visit) -> Response:
    """Answer a GET of a page that needs a POST with the page before it: a GET opens nothing."""
    return see_other(f"/held/{visit.message.id}")


def decide(visit: Visit) -> Response:
    """Take the reviewer's decision."""
    held_id, choice = visit.message.id, visit.form.get("choice", "")
    reason = visit.form.get("reason", "").replace("\r\n", "\n").strip()
    field, mistake = _mistake(choice, reason)
    if mistake:
        attempt = Attempt(field=field, mistake=mistake, choice=choice, reason=reason)
        return _page(visit, attempt=attempt)
    review = visit.services.review
    if choice == Choice.REFUSE.value:
        review.refuse(held_id, by=visit.who, reason=reason, now=visit.now)
        return see_other(f"/held/{held_id}?done=refused")
    state = review.release(held_id, by=visit.who, reason=reason, now=visit.now)
    done = "released" if state is HeldState.RELEASED else "agreed"
    return see_other(f"/held/{held_id}?done={done}")


def _mistake(choice: str, reason: str) -> tuple[str, str]:
    """Return the field and the fixed key of its mistake, or two empty strings."""
    if choice not in {Choice.RELEASE.value, Choice.REFUSE.value}:
        return "choice", "choose"
    if choice == Choice.REFUSE.value and not reason:
        return "reason", "reason-missing"
    if len(reason) > LONGEST_REASON:
        return "reason", "reason-long"
    return "", ""


def _page(
    visit: Visit, *, opened: access.Opened | None = None, attempt: Attempt | None = None
) -> Response:
    message, own = visit.message, _is_own(visit)
    facts = {
        **_facts(visit, message),
        "own": own,
        "opened": opened is not None,
        "texts": _texts(visit, opened) if opened else (),
        "attachments": opened.attachments if opened else (),
        "reasons": _reasons(visit, opened.held if opened else message),
        "attempt": attempt or Attempt(),
        "nav": "mine" if own else "queue",
    }
    status = 422 if attempt else 200
    return render(visit, "own-held.html" if own else "held.html", status=status, **facts)


def _facts(visit: Visit, message: HeldMessage) -> dict[str, Any]:
    """What the page says besides reasons and content."""
    last = message.decisions[-1] if message.decisions else None
    return {
        "held": message,
        "other_policy": visit.services.policy.digest != message.policy,
        "sender_name": _name_of_sender(visit, message),
        "reviewer": visit.people.get(message.reviewer or ""),
        "can_decide": _can_decide(visit),
        "for_two": message.disposition is Disposition.HOLD_FOR_TWO,
        "votes": [name_of_actor(visit, each.by) for each in message.decisions],
        "last": last,
        "last_by": name_of_actor(visit, last.by) if last else "",
        "happened": history(visit),
        "confirmable": message.disposition is Disposition.CONFIRM,
        "done": _done(visit),
    }


def _is_own(visit: Visit) -> bool:
    return permissions.is_sender(visit.who, visit.message)


def _can_decide(visit: Visit) -> bool:
    message = visit.message
    return (
        message.state is HeldState.HELD
        and permissions.can_review(visit.who, message, visit.people)
        and visit.who.id not in {each.by for each in message.decisions}
    )


def _reasons(visit: Visit, message: HeldMessage) -> Any:
    words = translations(visit.language)
    return reasons(message, message.findings, visit.services.policy, visit.language, words)


def _texts(visit: Visit, opened: access.Opened) -> tuple[ShownText, ...]:
    """The texts in reading order, with what counted for a clause marked."""
    words, policy = translations(visit.language), visit.services.policy
    clauses = [(each, clause_of(each, opened.held, policy)) for each in opened.held.findings]
    counted = [(each, clause) for each, clause in clauses if clause]
    labels = [words.gettext("policy %(clause)s") % {"clause": clause} for _, clause in counted]
    shown = []
    for text in sorted(opened.texts, key=_reading_order):
        marks = finding_marks(text, [each for each, _ in counted], labels)
        lines = numbered_lines(text, marks)
        if lines:
            shown.append(ShownText(kind=text.kind, lines=lines, cut=len(lines) >= MOST_LINES))
    return tuple(shown)


def _reading_order(text: Text) -> int:
    return ("header", "visible", "hidden").index(text.kind)


def _name_of_sender(visit: Visit, message: HeldMessage) -> str:
    names = (each.name for each in visit.people.values() if permissions.is_sender(each, message))
    return next(names, message.sender)


def _rows(visit: Visit, found: list[HeldMessage]) -> list[dict[str, Any]]:
    return [
        {
            "held": each,
            "sender": _name_of_sender(visit, each),
            "reasons": _reasons(visit, each),
        }
        for each in found
    ]


def _reviews(visit: Visit) -> bool:
    """Whether others' mail can come to this person."""
    me = visit.who
    if Role.DUTY_REVIEWER in me.roles:
        return True
    return any(me.id in (each.manager, each.deputy) for each in visit.people.values())


def _done(visit: Visit) -> str:
    """The message of success, if it fits what is true now: a link cannot make one up."""
    done = visit.request.query_params.get("done", "")
    return done if visit.message.state in _DONE.get(done, frozenset()) else ""
