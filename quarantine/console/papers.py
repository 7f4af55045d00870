"""The law's papers from the live settings, how they stand, and the six questions they answer."""

from starlette.responses import Response

from models.errors import NotFound
from models.person import Role
from quarantine.console.pages import render, see_other
from quarantine.console.visit import Visit
from quarantine.console.words import mark, translations
from quarantine.papers import papers, six_questions
from quarantine.papers.issuing import Standing, issue, standings
from quarantine.papers.live import Live, gather
from quarantine.papers.words import LANGUAGES, say

_TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}
_STANDINGS = {
    Standing.NEVER: mark("Not issued yet"),
    Standing.CURRENT: mark("Up to date"),
    Standing.CHANGED: mark("Out of date"),
    Standing.OLD: mark("Issued over a year ago"),
}


def show(visit: Visit) -> Response:
    """List every paper, whether what was issued is still in force, and what is missing."""
    words = translations(visit.language)
    live = _live(visit)
    with visit.services.database.reading() as session:
        found = standings(session, live, visit.now)
    rows = [
        {
            "paper": papers.draft(each.name, live, visit.language),
            "title": say("names", each.name, visit.language),
            "standing": words.gettext(_STANDINGS[each.standing]),
            "current": each.standing is Standing.CURRENT,
            "issued": each.issued,
        }
        for each in found
    ]
    return render(
        visit,
        "papers.html",
        nav="oversight",
        rows=rows,
        languages=LANGUAGES,
        officer=_is_officer(visit),
    )


def notice(visit: Visit) -> Response:
    """Show the notice to staff to anyone who signed in, as it would be made now (L24)."""
    paper = papers.draft("worker-notice", _live(visit), visit.language)
    blocks = [(type(each).__name__, each) for each in paper.blocks]
    return render(visit, "staff-notice.html", paper=paper, blocks=blocks)


def download(visit: Visit) -> Response:
    """Give one paper as a file, made now. Raises NotFound."""
    name, _, rest = str(visit.request.path_params["paper"]).partition(".")
    language, _, kind = rest.partition(".")
    live = _live(visit)
    paper = papers.draft(name, live, language)
    written = papers.write(paper, live, kind)
    headers = {"content-disposition": f'attachment; filename="{paper.file}.{kind}"'}
    return Response(written, media_type=_TYPES[kind], headers=headers)


def note_issue(visit: Visit) -> Response:
    """Enter that a paper, as it is now, was given to those it is for; the officer alone."""
    name = str(visit.request.path_params["paper"])
    if not _is_officer(visit) or name not in papers.DRAFTS:
        raise NotFound("not a page of this person's")
    live = _live(visit)
    with visit.services.database.writing() as session:
        issue(session, name, live, by=visit.who, now=visit.now)
    return see_other("/oversight/papers")


def questions(visit: Visit) -> Response:
    """Answer the six questions of Bărbulescu v Romania from the records."""
    live = _live(visit)
    with visit.services.database.reading() as session:
        found = six_questions.answer(session, live, visit.now)
    rows = [
        {
            "question": six_questions.question(each.key, visit.language),
            "met": each.met,
            "facts": [
                (six_questions.in_words(fact, visit.language), fact.page, fact.met)
                for fact in each.facts
            ],
        }
        for each in found
    ]
    return render(visit, "six-questions.html", nav="oversight", rows=rows)


def _live(visit: Visit) -> Live:
    services = visit.services
    with services.database.reading() as session:
        return gather(session, services.body, services.policy, services.papers, visit.now)


def _is_officer(visit: Visit) -> bool:
    return visit.who.active and Role.PROTECTION_OFFICER in visit.who.roles
