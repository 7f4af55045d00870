"""Exhibits in the console: the list, adding one, one with its digest, and its reading copy.

Forms ask for words to cut and not for places in a text, so that they need no script.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from models.exhibit import ThirdParty
from quarantine.console.cases import about_case, form_page, render_case, work_of
from quarantine.console.lists import name_of
from quarantine.console.pages import see_other
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.evidence import exhibits as producing
from quarantine.evidence.cases import NotUsable
from quarantine.evidence.exhibits import OpenedExhibit, Produced
from quarantine.evidence.reading_copy import Piece
from quarantine.evidence.words import REASONS, say

THIRD_PARTIES = {
    ThirdParty.SERVICE_USER: mark("A service user"),
    ThirdParty.COLLEAGUE: mark("A colleague"),
    ThirdParty.CHILD: mark("A child"),
}
_LARGEST_SHOWN = 200_000  # characters of one text on a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One text of a reading copy as the page shows it."""

    title: str
    pieces: tuple[Piece, ...] = field(repr=False)
    long: bool


def show_list(visit: Visit) -> Response:
    """List the exhibits of a case."""
    found = producing.of_case(work_of(visit), visit.the_case.id)
    facts: dict[str, Any] = {"exhibits": found, "name_of": lambda who: name_of(visit, who)}
    return render_case(visit, "exhibits.html", **about_case(visit), **facts, **_words(visit))


def ask(visit: Visit) -> Response:
    """Ask what is to be said of an exhibit; its label is proposed."""
    return _form(visit, None)


def take(visit: Visit) -> Response:
    """Add it."""
    case, held_id = visit.the_case, str(visit.request.path_params["held"])
    try:
        given = _produced(visit.form)
        added = producing.add(work_of(visit), case.id, held_id, given, by=visit.who, now=visit.now)
    except NotUsable as mistake:
        return _form(visit, mistake)
    return see_other(f"/cases/{visit.the_case.id}/exhibits/{added.id}?done=added")


def _produced(form: Mapping[str, str]) -> Produced:
    """What was filled in. Raises NotUsable."""
    named = [each for each in ThirdParty if form.get(f"third-{each.value}") == "yes"]
    if not named and form.get("third-none") != "yes":
        raise NotUsable("third_parties", "choose")
    if form.get("redact") not in {"yes", "no"}:
        raise NotUsable("redact", "choose")
    return Produced(
        label=form.get("label", ""),
        relevance=form.get("relevance", ""),
        third_parties=tuple(named),
        redact=form["redact"] == "yes",
    )


def _form(visit: Visit, mistake: NotUsable | None) -> Response:
    held_id = str(visit.request.path_params["held"])
    label = ""
    try:
        label = producing.proposed(
            work_of(visit), visit.the_case.id, held_id, by=visit.who, now=visit.now
        )
    except NotUsable as taken:
        mistake = taken
    facts = {"held_id": held_id, "proposed": label, **_words(visit)}
    return form_page(visit, "exhibit-new.html", mistake, **facts)


def show(visit: Visit) -> Response:
    """Show one: what is known of it, and how its copy was checked."""
    return _page(visit)


def check(visit: Visit) -> Response:
    """Compare the copy with its digest."""
    case, exhibit_id = visit.the_case, _exhibit_id(visit)
    producing.check(work_of(visit), case.id, exhibit_id, by=visit.who, now=visit.now)
    return see_other(f"/cases/{case.id}/exhibits/{exhibit_id}?done=checked")


def change_copy(visit: Visit) -> Response:
    """Open the reading copy, and cut words in it or take a cut back; each is entered."""
    work, case_id, exhibit_id = work_of(visit), visit.the_case.id, _exhibit_id(visit)
    who, now, form = visit.who, visit.now, visit.form
    number = form.get("restore", "")
    if number.isdecimal():
        opened = producing.restore(work, case_id, exhibit_id, number=int(number), by=who, now=now)
        return _page(visit, opened)
    if form.get("act") != "cut":
        return _page(visit, producing.open_copy(work, case_id, exhibit_id, by=who, now=now))
    try:
        opened = producing.cut(
            work,
            case_id,
            exhibit_id,
            words=form.get("words", ""),
            reason=form.get("reason", ""),
            by=who,
            now=now,
        )
    except NotUsable as mistake:
        opened = producing.open_copy(work, case_id, exhibit_id, by=who, now=now)
        return _page(visit, opened, mistake)
    return _page(visit, opened)


def _exhibit_id(visit: Visit) -> str:
    return str(visit.request.path_params["exhibit"])


def _page(
    visit: Visit, opened: OpenedExhibit | None = None, mistake: NotUsable | None = None
) -> Response:
    work, case = work_of(visit), visit.the_case
    exhibit = producing.fetch_exhibit(work, case.id, _exhibit_id(visit))
    facts: dict[str, Any] = {
        "exhibit": exhibit,
        "relevance": producing.relevance_of(work, exhibit),
        "by": name_of(visit, exhibit.by),
        "done": visit.request.query_params.get("done", ""),
        "opened": opened,
        "texts": _shown(visit, opened) if opened else (),
        "reason_words": {each: _reason(visit, each) for each in REASONS},
        **_words(visit),
    }
    return form_page(visit, "exhibit.html", mistake, **facts)


def _shown(visit: Visit, opened: OpenedExhibit) -> list[Shown]:
    words = translations(visit.language)
    titles = {
        "header": words.gettext("Subject and file names"),
        "hidden": words.gettext("Text the recipient would not normally see"),
    }
    shown = []
    for each in opened.copy.texts:
        title = titles.get(each.kind, words.gettext("Text of the email"))
        if "/" in each.part:
            title = words.gettext("Text in an attachment (part %(part)s)") % {"part": each.part}
        long = sum(len(piece.text) for piece in each.pieces) > _LARGEST_SHOWN
        shown.append(Shown(title=title, pieces=() if long else each.pieces, long=long))
    return shown


def _reason(visit: Visit, reason: str) -> str:
    return say("reasons", reason).in_language(visit.language)


def _words(visit: Visit) -> dict[str, Any]:
    words = translations(visit.language)
    return {"third_parties": {each: words.gettext(name) for each, name in THIRD_PARTIES.items()}}
