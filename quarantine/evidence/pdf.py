"""Writes a reading copy as a tagged PDF (PDF/UA-1), with WeasyPrint, where that is installed.

Nothing is fetched: the page is ours, whole, and every address is refused.
"""

import logging
from datetime import UTC, datetime
from typing import NoReturn

from models.errors import Unavailable

WHAT_IS_MISSING = (
    "a PDF needs WeasyPrint and the system's pango: `pip install porthor[pdf]` and, on Debian,"
    " `apt install libpango-1.0-0 libpangoft2-1.0-0`; the HTML copy says the same"
)


def write_pdf(page: str, *, identifier: str, at: datetime) -> bytes:
    """Return one of our own pages as a PDF; `identifier` and `at` make it the same each time.

    Raises Unavailable where WeasyPrint or pango is not installed.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an optional extra
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except (ImportError, OSError):
        raise Unavailable(WHAT_IS_MISSING) from None

    class Nothing(URLFetcher):
        """Refuses every address."""

        def fetch(self, url: str, headers: object = None) -> NoReturn:  # noqa: ARG002 - theirs
            raise ValueError("a reading copy brings nothing from elsewhere")

    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).disabled = True  # what they have to say may hold content
    created = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    dated = page.replace("<style>", f'<meta name="dcterms.created" content="{created}"><style>', 1)
    document: bytes = HTML(string=dated, url_fetcher=Nothing()).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode()
    )
    return document
