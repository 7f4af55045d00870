"""The authoriser's page: the six answers, not the emails; approve, approve narrower, send back."""

from dataclasses import replace

from starlette.responses import Response

from models.case import Case, CaseState, Reach, Scope
from models.errors import NotFound
from quarantine.console.cases import about_case, form_page, has_day, read_day, take, work_of
from quarantine.console.visit import Visit
from quarantine.evidence import cases as work_on
from quarantine.evidence.cases import NotUsable
from quarantine.permissions import keys_of

_TEMPLATE = "case-approval.html"


def ask(visit: Visit) -> Response:
    """Show what is asked for, to the one who was asked."""
    return form_page(visit, _TEMPLATE, None, **_facts(visit))


def decide(visit: Visit) -> Response:
    """Approve it as it is or narrower, or send it back."""
    return take(visit, _TEMPLATE, lambda: _decide(visit), **_facts(visit))


def _facts(visit: Visit) -> dict[str, object]:
    if visit.the_case.state is not CaseState.WAITING or not about_case(visit)["approving"]:
        raise NotFound("this case does not wait for this person")
    names = about_case(visit)["subjects"]
    return {"scope_people": list(zip(_members(visit.the_case), names, strict=False))}


def _members(case: Case) -> list[str]:
    """Those of the scope one by one, as form fields name them."""
    return [str(place) for place in range(len(case.scope.people))]


def _decide(visit: Visit) -> None:
    work, case, note = work_of(visit), visit.the_case, visit.form.get("note", "")
    match visit.form.get("decision", ""):
        case "approve" | "narrower" as decision:
            narrower = _narrower(visit, case) if decision == "narrower" else None
            work_on.approve(
                work,
                case.id,
                by=visit.who,
                ends=read_day(visit, "ends"),
                review=read_day(visit, "review"),
                narrower=narrower,
                note=note,
                now=visit.now,
            )
        case "back":
            work_on.send_back(work, case.id, by=visit.who, note=note, now=visit.now)
        case _:
            raise NotUsable("decision", "choose")


def _narrower(visit: Visit, case: Case) -> Scope:
    """The scope with what was filled in; what was left empty stays as it was asked for."""
    scope = case.scope
    first = read_day(visit, "first") if has_day(visit, "first") else scope.first
    last = read_day(visit, "last") if has_day(visit, "last") else scope.last
    if first is None or last is None:
        raise NotUsable("scope", "not-narrower")
    left_out = [
        each for place, each in enumerate(scope.people) if visit.form.get(f"leave-{place}") == "yes"
    ]
    gone = {key for each in left_out if each in visit.people for key in keys_of(visit.people[each])}
    narrower = replace(
        scope,
        people=tuple(each for each in scope.people if each not in left_out),
        mailboxes=tuple(each for each in scope.mailboxes if each not in gone),
        first=first,
        last=last,
    )
    if visit.form.get("envelopes") == "yes":
        narrower = replace(narrower, reach=Reach.ENVELOPES)
    return narrower
