"""The tasks of a draft: one page each, in any order, saved as you go."""

from datetime import date

from starlette.responses import Response

from models.case import Case, Reach, Task, Telling
from models.errors import NotFound
from quarantine.console.cases import about_case, form_page, read_day, take, work_of
from quarantine.console.visit import Visit
from quarantine.evidence import answering

_TEMPLATE = "case-task.html"


def ask(visit: Visit) -> Response:
    """Ask for one answer, as it stands."""
    task = _task(visit)
    return form_page(visit, _TEMPLATE, None, task=task.value, now_given=_as_it_stands(visit))


def answer(visit: Visit) -> Response:
    """Keep one answer."""
    task = _task(visit)
    return take(visit, _TEMPLATE, lambda: _keep(visit, task), task=task.value, now_given=visit.form)


def _task(visit: Visit) -> Task:
    given = str(visit.request.path_params["task"])
    if given not in set(Task):
        raise NotFound("no such task")
    return Task(given)


def _keep(visit: Visit, task: Task) -> None:
    work, case_id, form = work_of(visit), visit.the_case.id, visit.form
    by, now = visit.who, visit.now
    match task:
        case Task.PURPOSE | Task.MILDER:
            text = form.get("text", "")
            answering.answer_text(work, case_id, task, text=text, by=by, now=now)
        case Task.BASIS:
            answering.answer_basis(work, case_id, basis=form.get("basis", ""), by=by, now=now)
        case Task.SCOPE:
            answering.answer_scope(
                work,
                case_id,
                people=form.get("people", ""),
                first=read_day(visit, "first"),
                last=read_day(visit, "last"),
                by=by,
                now=now,
            )
        case Task.REACH:
            given = form.get("reach", "")
            reach = Reach(given) if given in set(Reach) else None
            answering.answer_reach(work, case_id, reach=reach, by=by, now=now)
        case Task.TELLING:
            given = form.get("telling", "")
            answering.answer_telling(
                work,
                case_id,
                telling=Telling(given) if given in set(Telling) else None,
                on=read_day(visit, "tell_on"),
                reason=form.get("reason", ""),
                by=by,
                now=now,
            )


def _as_it_stands(visit: Visit) -> dict[str, str]:
    """What was answered before, as the form's fields."""
    case, answers = visit.the_case, about_case(visit)["answers"]
    return {
        "text": answers.allegation if _task(visit) is Task.PURPOSE else answers.milder,
        "basis": case.basis,
        "people": " ".join(_people(case, visit)),
        "reach": case.scope.reach.value if case.scope.reach else "",
        "telling": case.telling.value if case.telling else "",
        "reason": answers.telling,
        **_day("first", case.scope.first),
        **_day("last", case.scope.last),
        **_day("tell_on", case.tell_on),
    }


def _people(case: Case, visit: Visit) -> list[str]:
    subjects: list[str] = about_case(visit)["subjects"]
    return [*case.scope.people, *subjects[len(case.scope.people) :]]


def _day(name: str, day: date | None) -> dict[str, str]:
    if day is None:
        return {}
    return {
        f"{name}-day": str(day.day),
        f"{name}-month": str(day.month),
        f"{name}-year": str(day.year),
    }
