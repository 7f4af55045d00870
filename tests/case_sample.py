"""A council with HR, authorisers and a second body, and a case in every state."""

from dataclasses import replace
from datetime import date, timedelta

from models.case import Reach, Task, Telling
from models.person import Person, Role, Standing
from models.policy import Bilingual, LawfulBasis
from quarantine.evidence import answering, cases
from quarantine.evidence.cases import cases_of
from tests.console_sample import NOW, PEOPLE, POLICY, make_council

MORE = tuple(
    Person(
        id=name,
        name=full,
        addresses=(f"{name}@cantref.example",),
        language="en",
        roles=roles,
        body=body,
        standing=standing,
    )
    for name, full, roles, body, standing in (
        ("mali", "Mali Vaughan", frozenset({Role.HR}), "", Standing.ACTIVE),
        ("owain", "Owain Lloyd", frozenset({Role.AUTHORISER}), "", Standing.ACTIVE),
        ("nia", "Nia Beynon", frozenset({Role.AUTHORISER, Role.HR}), "", Standing.ACTIVE),
        ("sam", "Sam Ward", frozenset({Role.ADMINISTRATOR}), "", Standing.ACTIVE),
        ("dewi", "Dewi Tudor", frozenset({Role.PROTECTION_OFFICER}), "", Standing.ACTIVE),
        ("ysgol", "Carys Hopkin", frozenset({Role.HR}), "ysgol", Standing.ACTIVE),
        ("marc", "Marc Eynon", frozenset(), "", Standing.ACTIVE),
    )
)
BASES = (
    LawfulBasis(
        id="discipline",
        text=Bilingual(
            en="Public task: the body's disciplinary procedure.",
            cy="Tasg gyhoeddus: gweithdrefn ddisgyblu'r corff.",
        ),
        reference="DPIA-7 v2",
    ),
    LawfulBasis(
        id="safeguarding",
        text=Bilingual(en="Legal duty: safeguarding.", cy="Dyletswydd gyfreithiol: diogelu."),
        reference="DPIA-8 v1",
    ),
)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
ENDS = date(2027, 2, 20)


def make_case_council(folder, url=""):
    """Make the sample council with everyone a case needs."""
    council = make_council(folder, url, (*PEOPLE, *MORE))
    council.policy = replace(POLICY, lawful_bases=BASES)
    return council


def work_of(council):
    """What work on cases needs."""
    return cases_of(council.database, council.keyring, council.review.post, council.policy)


def person(council, who):
    """One of the directory."""
    from models.db import people

    with council.database.reading() as session:
        return people.get(session, who)


def draft(council, *, by="huw", people="sioned", **facts):
    """Open a case and answer everything in it."""
    work, who = work_of(council), person(council, by)
    case = answering.open_case(work, by=who, title="Payment details sent outside", now=NOW, **facts)
    given = {"by": who, "now": NOW}
    answering.answer_text(work, case.id, Task.PURPOSE, text="Cards were sent out", **given)
    answering.answer_text(work, case.id, Task.MILDER, text="Training did not help", **given)
    answering.answer_basis(work, case.id, basis="discipline", **given)
    answering.answer_scope(work, case.id, people=people, first=FIRST, last=LAST, **given)
    answering.answer_reach(work, case.id, reach=Reach.CONTENT, **given)
    answering.answer_telling(work, case.id, telling=Telling.TOLD, on=NOW.date(), reason="", **given)
    return cases.see(council.database, case.id, who, NOW)


def waiting(council, *, authoriser="owain", **facts):
    """A case that waits for approval."""
    made = draft(council, **facts)
    by = person(council, facts.get("by", "huw"))
    return cases.submit(work_of(council), made.id, authoriser=authoriser, by=by, now=NOW)


def approved(council, *, ends=ENDS, **facts):
    """An open case."""
    made = waiting(council, **facts)
    who = person(council, made.authoriser)
    review = NOW.date() + timedelta(days=12)
    return cases.approve(
        work_of(council), made.id, by=who, ends=ends, review=min(review, ends), now=NOW
    )
