"""The lines of the route table for papers, incidents, names and people's own data."""

from models.audit import Purpose
from quarantine.console import incidents, names_asked, papers, subject_access
from quarantine.console.visit import Page, Permission

RIGHTS_PAGES: tuple[Page, ...] = (
    Page("GET", "/notice", Permission.SIGNED_IN, papers.notice),
    Page("GET", "/oversight/papers", Permission.OVERSEE, papers.show),
    Page("GET", "/oversight/papers/{paper}", Permission.OVERSEE, papers.download),
    Page("POST", "/oversight/papers/{paper}/issue", Permission.OVERSEE, papers.note_issue),
    Page("GET", "/oversight/six-questions", Permission.OVERSEE, papers.questions),
    Page("GET", "/oversight/incidents", Permission.OVERSEE, incidents.ask),
    Page("POST", "/oversight/incidents", Permission.OVERSEE, incidents.make),
    Page("GET", "/oversight/looks/{held}/sender", Permission.OVERSEE, names_asked.show),
    Page("POST", "/oversight/looks/{held}/sender", Permission.OVERSEE, names_asked.ask),
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
