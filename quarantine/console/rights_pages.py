"""The lines of the route table for papers, incidents and what people may ask about themselves."""

from models.audit import Purpose
from quarantine.console import incidents, papers, subject_access
from quarantine.console.visit import Page, Permission

RIGHTS_PAGES: tuple[Page, ...] = (
    Page("GET", "/notice", Permission.SIGNED_IN, papers.notice),
    Page("GET", "/oversight/papers", Permission.OVERSEE, papers.show),
    Page("GET", "/oversight/papers/{paper}", Permission.OVERSEE, papers.download),
    Page("POST", "/oversight/papers/{paper}/issue", Permission.OVERSEE, papers.note_issue),
    Page("GET", "/oversight/six-questions", Permission.OVERSEE, papers.questions),
    Page("GET", "/oversight/incidents", Permission.OVERSEE, incidents.ask),
    Page("POST", "/oversight/incidents", Permission.OVERSEE, incidents.make),
    Page("GET", "/oversight/subject-access", Permission.OVERSEE, subject_access.ask),
    Page("POST", "/oversight/subject-access", Permission.OVERSEE, subject_access.count),
    Page(
        "POST",
        "/oversight/subject-access/download",
        Permission.OVERSEE,
        subject_access.give,
        purposes=(Purpose.ACCESS,),
    ),
)
