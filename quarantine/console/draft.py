"""Checking a draft before it is sent. Nothing of it is stored, entered or logged."""

import re

from starlette.responses import Response

from models.errors import NotFound
from models.verdict import Disposition
from quarantine.console.pages import render
from quarantine.console.shown import has_weights, shown_reasons, shown_texts
from quarantine.console.visit import Visit
from quarantine.drafts import LONGEST_DRAFT, CheckDraft, CheckedDraft, Draft

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
_APART = re.compile(r"[\s,;]+")
_MOST_RECIPIENTS = 200


def ask(visit: Visit) -> Response:
    """Show the empty form."""
    _check_can(visit)
    return _page(visit)


def check(visit: Visit) -> Response:
    """Say what would happen to the draft; it is in the answer and nowhere else."""
    checker = _check_can(visit)
    form = visit.form
    to = [each.strip("<>") for each in _APART.split(form.get("to", "")) if each]
    text = form.get("text", "").replace("\r\n", "\n")
    mistake = _mistake(to, text, form.get("subject", ""))
    if mistake[0]:
        return _page(visit, mistake=mistake)
    draft = Draft(
        sender=visit.who.email,
        recipients=tuple(dict.fromkeys(to)),
        subject=" ".join(form.get("subject", "").split()),
        text=text,
    )
    return _page(visit, checked=checker(draft))


def _check_can(visit: Visit) -> CheckDraft:
    checker = visit.services.check_draft
    if checker is None:
        raise NotFound("drafts cannot be checked here")
    return checker


def _mistake(to: list[str], text: str, subject: str) -> tuple[str, str]:
    """Return the field and the fixed key of its mistake, or two empty strings."""
    if not to or len(to) > _MOST_RECIPIENTS or not all(map(_ADDRESS.fullmatch, to)):
        return "to", "to-missing"
    if not text.strip() and not subject.strip():
        return "text", "draft-missing"
    if len(text) + len(subject) > LONGEST_DRAFT:
        return "text", "draft-long"
    return "", ""


def _page(
    visit: Visit, *, mistake: tuple[str, str] = ("", ""), checked: CheckedDraft | None = None
) -> Response:
    texts = shown_texts(visit, checked.texts, checked.findings, checked.rules) if checked else ()
    facts = {
        "form": {name: visit.form.get(name, "") for name in ("to", "subject", "text")},
        "field": mistake[0],
        "mistake": mistake[1],
        "checked": checked,
        "outcome": checked.disposition.label if checked else "",
        "waits": checked is not None and checked.disposition >= Disposition.CONFIRM,
        "reasons": shown_reasons(visit, checked.rules, checked.findings) if checked else (),
        "texts": texts,
        "legend": has_weights(texts),
        "longest": LONGEST_DRAFT,
        "nav": "mine",
    }
    return render(visit, "draft.html", status=422 if mistake[0] else 200, **facts)
