"""Pictures of one attached file, for a reviewer: drawn anew, and never the file itself."""

import re
from base64 import b64encode

from starlette.responses import Response

from models.errors import NotFound, Unavailable
from quarantine import access
from quarantine.attachments import Attached
from quarantine.console.headers import WITH_PICTURES
from quarantine.console.held import purpose_of_look
from quarantine.console.pages import render
from quarantine.console.visit import Visit
from quarantine.pictures import Drawn, can_draw

_PART = re.compile(r"\d[\d.]{0,19}")  # as IMAP numbers parts


def show_pictures(visit: Visit) -> Response:
    """Show one attached file as pictures; the look is entered in the audit chain."""
    part = visit.form.get("part", "")
    if not _PART.fullmatch(part):
        raise NotFound("no such part")
    attached, raw = access.open_attached(
        visit.services.database,
        visit.services.keyring,
        visit.message.id,
        part,
        who=visit.who,
        purpose=purpose_of_look(visit.message),
        now=visit.now,
    )
    drawn = _drawn(visit, attached, raw)
    pages = [b64encode(page).decode() for page in drawn.pages]
    response = render(
        visit, "pictures.html", attached=attached, pages=pages, more=drawn.more, nav="queue"
    )
    response.headers["Content-Security-Policy"] = WITH_PICTURES
    return response


def _drawn(visit: Visit, attached: Attached, raw: bytes) -> Drawn:
    """Draw it; nothing, if it is of no kind that is drawn or its drawing broke."""
    if visit.services.draw is None or not can_draw(attached):
        return Drawn()
    try:
        return visit.services.draw(raw)
    except Unavailable:
        return Drawn()
