"""The lines of the route table for the protection officer, the auditor and the administrator.

Who is neither officer nor auditor is told by each function of oversight.py that there is no such
page; none of these pages shows content.
"""

from quarantine.console import oversight, system
from quarantine.console.visit import Page, Permission

OVERSIGHT_PAGES: tuple[Page, ...] = (
    Page("GET", "/oversight", Permission.SIGNED_IN, oversight.summary),
    Page("GET", "/oversight/looks", Permission.SIGNED_IN, oversight.looks),
    Page("GET", "/oversight/questions", Permission.SIGNED_IN, oversight.questions),
    Page("GET", "/oversight/rules", Permission.SIGNED_IN, oversight.rules),
    Page("POST", "/oversight/rules/{rule}/put-back", Permission.SIGNED_IN, oversight.put_back),
    Page("GET", "/oversight/fairness", Permission.SIGNED_IN, oversight.fairness),
    Page("GET", "/oversight/care", Permission.SIGNED_IN, oversight.care),
    Page("GET", "/system", Permission.ADMINISTER, system.show),
)
