"""The lines of the route table for papers and for what people may ask about themselves."""

from models.audit import Purpose
from quarantine.console import papers, subject_access
from quarantine.console.visit import Page, Permission

RIGHTS_PAGES: tuple[Page, ...] = (
    Page("GET", "/notice", Permission.SIGNED_IN, papers.notice),
    Page("GET", "/oversight/papers", Permission.OVERSEE, papers.show),
    Page("GET", "/oversight/papers/{paper}", Permission.OVERSEE, papers.download),
    Page("POST", "/oversight/papers/{paper}/issue", Permission.OVERSEE, papers.note_issue),
    Page("GET", "/oversight/six-questions", Permission.OVERSEE, papers.questions),
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
