"""The lines of the route table for the protection officer, the auditor and the administrator.

None of these pages shows content.
"""

from quarantine.console import disputes, oversight, standing, system
from quarantine.console.visit import Page, Permission

OVERSIGHT_PAGES: tuple[Page, ...] = (
    Page("GET", "/oversight", Permission.OVERSEE, oversight.summary),
    Page("GET", "/oversight/looks", Permission.OVERSEE, oversight.looks),
    Page("GET", "/oversight/questions", Permission.OVERSEE, oversight.questions),
    Page("GET", "/oversight/rules", Permission.OVERSEE, oversight.rules),
    Page("POST", "/oversight/rules/{rule}/put-back", Permission.OVERSEE, oversight.put_back),
    Page("GET", "/oversight/fairness", Permission.OVERSEE, oversight.fairness),
    Page("GET", "/oversight/care", Permission.OVERSEE, oversight.care),
    Page("GET", "/oversight/disputes", Permission.OVERSEE, disputes.show),
    Page("GET", "/oversight/standing", Permission.OVERSEE, standing.show),
    Page("GET", "/system", Permission.ADMINISTER, system.show),
)
