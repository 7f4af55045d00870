"""The lines of the route table for keeping and destroying; none of these pages shows content."""

from quarantine.console import freezes, requests, retention
from quarantine.console.visit import Page, Permission

KEEPING_PAGES: tuple[Page, ...] = (
    Page("GET", "/oversight/retention", Permission.OVERSEE, retention.show),
    Page(
        "GET",
        "/oversight/retention/certificates/{number}",
        Permission.OVERSEE,
        retention.certificate,
    ),
    Page("GET", "/oversight/requests", Permission.OVERSEE, requests.show),
    Page("GET", "/oversight/requests/new", Permission.OVERSEE, requests.ask),
    Page("POST", "/oversight/requests/new", Permission.OVERSEE, requests.take),
    Page("GET", "/oversight/requests/{request}", Permission.OVERSEE, requests.one),
    Page("POST", "/oversight/requests/{request}", Permission.OVERSEE, requests.act),
    Page("GET", "/freezes", Permission.SIGNED_IN, freezes.show),
    Page("POST", "/freezes/{freeze}", Permission.SIGNED_IN, freezes.act),
)
