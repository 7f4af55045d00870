"""The page of one held message, for its sender and for its reviewers.

Content comes in depths. The page itself has the envelope and the reasons; what was found (masked),
the text, and the attachments are opened by a POST each, and each look is entered in the audit
chain with its purpose.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response

from models.audit import Purpose
from models.db import contents, outbox, second_looks, statements
from models.db import held as held_messages
from models.decision import Choice
from models.errors import NotFound
from models.held import HeldMessage, HeldState
from models.statement import Saying
from models.verdict import Disposition
from quarantine import access, appeals, outcomes, permissions, together
from quarantine.codes import words_of
from quarantine.console import pseudonyms
from quarantine.console.history import history, name_of_actor
from quarantine.console.lists import look_the_same, name_of_sender
from quarantine.console.names import KINDS, name_of_unread
from quarantine.console.pages import render, see_other
from quarantine.console.shown import has_weights, of_kinds, shown_reasons, shown_texts
from quarantine.console.visit import Visit
from quarantine.console.words import translations
from quarantine.exposure import may_hurt, read_of_late

_MOST_DECIDED_TOGETHER = 200
_DONE = {
    "released": frozenset({HeldState.RELEASED, HeldState.SENT}),
    "agreed": frozenset({HeldState.HELD}),
    "returned": frozenset({HeldState.RETURNED}),
    "refused": frozenset({HeldState.REFUSED}),
    "withdrawn": frozenset({HeldState.WITHDRAWN}),
    "stopped": frozenset({HeldState.HELD}),
    "again": frozenset({HeldState.HELD}),
    "explained": frozenset({HeldState.HELD}),
    "urgent": frozenset({HeldState.HELD}),
    "someone-else": frozenset({HeldState.HELD}),
    "disputed": frozenset(HeldState),
    "appealed": frozenset({HeldState.HELD}),
}
_SAYING_OF = {
    "explained": (Saying.EXPLAINED,),
    "urgent": (Saying.HARM, Saying.LEGAL),
    "someone-else": (Saying.SOMEONE_ELSE,),
    "disputed": (Saying.DISPUTED,),
    "appealed": (Saying.APPEALED,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form that could not be used as it was filled in, shown again with its mistake."""

    wrong: str = ""  # the field with the mistake; "" for none
    mistake: str = ""  # the fixed key of a sentence
    choice: str = ""
    code: str = ""
    text: str = field(default="", repr=False)
    should_hold: str = ""  # "yes", "no" or "", as it was left
    also: tuple[str, ...] = ()  # ids of those that look the same, to be decided with it


def show(visit: Visit) -> Response:
    """Show one held message to its sender or to a reviewer, without its content."""
    return page(visit)


def show_email(visit: Visit) -> Response:
    """Show it as far as it was asked to be opened; the look is entered in the audit chain."""
    own = is_own(visit)
    wanted = visit.form.get("depth", "")
    depth = access.Depth(wanted) if wanted in set(access.Depth) else access.Depth.TEXT
    opened = access.open_message(
        visit.services.database,
        visit.services.keyring,
        visit.message.id,
        who=visit.who,
        purpose=Purpose.OWN if own else purpose_of_look(visit.message),
        depth=access.Depth.ATTACHMENTS if own else depth,
        now=visit.now,
    )
    return page(visit, opened=opened)


def show_sender(visit: Visit) -> Response:
    """Show a reviewer who sent it, where a pseudonym stood; that is entered with its purpose."""
    message = visit.message
    if message.state is HeldState.REFERRED:
        raise NotFound(f"no held message {message.id}")
    if visit.pseudonym:
        pseudonyms.ask(
            visit.services.database,
            message.id,
            by=visit.who,
            purpose=purpose_of_look(message),
            why="to a reviewer",
            now=visit.now,
        )
    return see_other(f"/held/{message.id}")


def purpose_of_look(message: HeldMessage) -> Purpose:
    """Why a reviewer opens it: to decide while it waits, and afterwards to answer for that."""
    return Purpose.DECIDE if message.state is HeldState.HELD else Purpose.ANSWER


def show_again(visit: Visit) -> Response:
    """Answer a GET of a page that needs a POST with the page before it: a GET opens nothing."""
    return see_other(f"/held/{visit.message.id}")


def page(
    visit: Visit,
    *,
    opened: access.Opened | None = None,
    attempt: Attempt | None = None,
    too_late: bool = False,
    nobody_else: bool = False,
) -> Response:
    """Show the page; `attempt` is a form to mend, `too_late` that something was not done.

    `nobody_else` says that it was not passed on, or an appeal not taken, as nobody else may decide.
    """
    own = is_own(visit)
    if opened and opened.depth is not access.Depth.MATCHES:
        visit = replace(visit, pseudonym=False)  # the text says who sent it
    message = as_seen(visit)
    if message.state is HeldState.REFERRED:
        raise NotFound(f"no held message {message.id}")
    found = opened.held if opened else message
    texts = shown_texts(visit, opened.texts, found.findings, found.rules) if opened else ()
    facts = {
        **_facts(visit, message),
        "own": own,
        "opened": opened.depth.value if opened else "",
        "texts": texts,
        "legend": has_weights(texts),
        "attachments": opened.attachments if opened else (),
        "reasons": shown_reasons(visit, message.rules, found.findings),
        "attempt": attempt or Attempt(),
        "too_late": too_late,
        "nobody_else": nobody_else,
        "nav": "mine" if own else "queue",
    }
    if own:
        return render(visit, "own-held.html", status=409 if too_late else 200, **facts)
    status = 422 if attempt else 409 if nobody_else else 200
    return render(visit, "held.html", status=status, **facts, **_for_reviewer(visit, message))


def as_seen(visit: Visit) -> HeldMessage:
    """The message as the visitor may see it: its sender is not told all that became of it."""
    message = visit.message
    if not is_own(visit):
        return message
    note = "" if message.state is HeldState.SEALED else message.note
    return replace(message, state=message.seen_by_sender, note=note)


def is_own(visit: Visit) -> bool:
    """Whether it is the visitor's own mail."""
    return permissions.is_sender(visit.who, visit.message)


def may_appeal(visit: Visit) -> bool:
    """Whether it is the visitor's own mail and they may appeal its refusal now."""
    with visit.services.database.reading() as session:
        review = visit.services.review
        return is_own(visit) and appeals.can_appeal(session, review, visit.message, visit.now)


def can_decide(visit: Visit) -> bool:
    """Whether the visitor may decide on it now."""
    message = visit.message
    return (
        message.state is HeldState.HELD
        and permissions.can_review(visit.who, message, visit.people)
        and visit.who.id not in {each.by for each in message.decisions}
    )


def _facts(visit: Visit, message: HeldMessage) -> dict[str, Any]:
    """What the page says besides reasons and content."""
    last = message.decisions[-1] if message.decisions else None
    words = translations(visit.language)
    with visit.services.database.reading() as session:
        said = statements.about(session, [message.id])[message.id]
        leaves = outbox.leaves_at(session, message.id)
        erased = not contents.is_here(session, message.id)
    stoppable = message.state is HeldState.RELEASED and outcomes.can_stop(visit.who, message)
    ends = message.turn.ends
    return {
        "held": message,
        "erased": erased,
        "other_policy": visit.services.policy.digest != message.policy,
        "sender_name": name_of_sender(visit, message),
        "reviewer": visit.people.get(message.reviewer or ""),
        "deadline": ends if ends and ends > visit.now else None,
        "late": ends is not None and ends <= visit.now,
        "for_two": message.disposition is Disposition.HOLD_FOR_TWO,
        "last": last,
        "last_by": name_of_actor(visit, last.by) if last else "",
        "last_reason": words_of(last.code, last.reason, visit.language) if last else "",
        "happened": history(visit),
        **_of_appeal(visit, message),
        "confirmable": message.disposition is Disposition.CONFIRM and not message.appeal,
        "said": of_kinds(said, *(set(Saying) - {Saying.REFERRED, Saying.SOMEONE_ELSE})),
        "asked_else": bool(of_kinds(said, Saying.SOMEONE_ELSE)),
        "stop_within": max(round((leaves - visit.now).total_seconds()), 0)
        if stoppable and leaves
        else None,
        "done": _done(visit, message, {each.kind for each in said}),
        "kinds": {kind: words.gettext(name) for kind, name in KINDS.items()},
        "unread_because": lambda reason: words.gettext(name_of_unread(reason)),
    }


def _of_appeal(visit: Visit, message: HeldMessage) -> dict[str, Any]:
    """Until when it can be appealed; who refused what was appealed."""
    first = message.refusal
    return {
        "may_appeal": may_appeal(visit),
        "appeal_until": appeals.open_until(visit.services.review, message),
        "refused_by": name_of_actor(visit, first.by) if first else "",
        "refused_at": first.at if first else None,
    }


def _for_reviewer(visit: Visit, message: HeldMessage) -> dict[str, Any]:
    deciding = can_decide(visit)
    with visit.services.database.reading() as session:
        second = together.companion(session, message, visit.who, visit.now)
        exposed = read_of_late(session, visit.who, visit.now) if may_hurt(message) else 0
        asked = {each.asked_by for each in second_looks.about(session, message.id)}
    return {
        "second": name_of_actor(visit, second) if second else "",
        "asked_second": visit.who.id in asked,
        "can_decide": deciding,
        "upsetting": deciding and may_hurt(message),
        "read_of_late": exposed,
        "votes": [
            name_of_actor(visit, each.by)
            for each in message.decisions
            if each.choice is Choice.RELEASE
        ],
        "alike": look_the_same(visit, message) if deciding else [],
        "together": decided_together(visit, message),
        "to_hr": any(
            each.id != visit.who.id for each in outcomes.human_resources(message, visit.people)
        ),
    }


def decided_together(visit: Visit, message: HeldMessage) -> list[str]:
    """Ids of those of the same sender that the same person decided on at the same instant."""
    last = message.decisions[-1] if message.decisions else None
    if last is None or last.by != visit.who.id or message.state is HeldState.HELD:
        return []
    with visit.services.database.reading() as session:
        found = held_messages.decided_by(session, last.by, limit=_MOST_DECIDED_TOGETHER)
    return [
        each.id
        for each in found
        if each.id != message.id
        and each.sender == message.sender
        and (each.decisions[-1].by, each.decisions[-1].at) == (last.by, last.at)
    ]


def _done(visit: Visit, message: HeldMessage, said: set[Saying]) -> str:
    """The message of success, if it fits what is true now: a link cannot make one up."""
    done = visit.request.query_params.get("done", "")
    if message.state not in _DONE.get(done, frozenset()):
        return ""
    return done if done not in _SAYING_OF or said & set(_SAYING_OF[done]) else ""
