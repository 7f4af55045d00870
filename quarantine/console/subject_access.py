"""Subject access for the protection officer: counts and matters first, then one file to download.

The first page opens nothing. The file is made when it is asked for: every message in it is opened
for the purpose ACCESS and entered. It stands on this machine's disk while it is sent, no longer.
"""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from models.errors import NotFound, SettingInvalid
from quarantine.console.names import name_in
from quarantine.console.pages import render
from quarantine.console.visit import Visit
from quarantine.subject_access.gathering import EXEMPTIONS, Gathering, gathering
from quarantine.subject_access.subject import CHOICES, DISCLOSE, choices, may_gather
from quarantine.subject_access.words import say
from quarantine.subject_access.writing import write_folder

_DECIDE = "decide "  # before a matter's id, in the name of its field
_UNDECIDED = ""
_MOST_MATTERS = 35  # a form has at most 50 fields


def ask(visit: Visit) -> Response:
    """Show the empty form."""
    _check_officer(visit)
    return _page(visit)


def count(visit: Visit) -> Response:
    """Count what there is, without opening any of it, and list what the officer decides."""
    _check_officer(visit)
    try:
        found = _gathering(visit)
    except NotFound:
        return _page(visit, mistake=("who", "who-unknown"))
    except SettingInvalid:
        return _page(visit, mistake=("reference", "reference-wrong"))
    found.opens = False
    sections: dict[str, int] = {}
    for record in found.records():
        sections[record.section] = sections.get(record.section, 0) + 1
    return _page(visit, found=found, sections=sections)


def give(visit: Visit) -> Response:
    """Gather it all into one file, each look entered. Raises NotFound, SettingInvalid."""
    _check_officer(visit)
    found = _gathering(visit)
    scratch = Path(mkdtemp(prefix="porthor-"))
    name = f"{found.choices.reference.replace('/', '-')}.zip"
    try:
        write_folder(found, scratch / "all")
        packed = shutil.make_archive(str(scratch / "packed"), "zip", scratch / "all")
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    shutil.rmtree(scratch / "all")
    away = BackgroundTask(shutil.rmtree, scratch, ignore_errors=True)
    return FileResponse(packed, media_type="application/zip", filename=name, background=away)


def _check_officer(visit: Visit) -> None:
    if not may_gather(visit.who):
        raise NotFound("not a page of this person's")


def _gathering(visit: Visit) -> Gathering:
    form, services = visit.form, visit.services
    decided = {
        name.removeprefix(_DECIDE): choice
        for name, choice in form.items()
        if name.startswith(_DECIDE) and choice != _UNDECIDED
    }
    shown = tuple(form.get("show", "").split())
    who = form.get("who", "").strip()
    return gathering(
        services.database,
        services.keyring,
        services.policy,
        who.lower() if "@" not in who else who,
        choices(form.get("reference", "").strip(), shown, decided),
        by=visit.who,
        now=visit.now,
        name=name_in,
        otherwise=visit.language,
    )


def _page(
    visit: Visit,
    *,
    mistake: tuple[str, str] = ("", ""),
    found: Gathering | None = None,
    sections: dict[str, int] | None = None,
) -> Response:
    language = visit.language
    facts: dict[str, Any] = {
        "form": {name: visit.form.get(name, "") for name in ("who", "reference", "show")},
        "field": mistake[0],
        "mistake": mistake[1],
        "found": found,
        "sections": [
            (say("sections", each, language), number) for each, number in (sections or {}).items()
        ],
        "matters": [
            (_DECIDE + each.id, each.id, say("matters", each.kind, language))
            for each in list(found.matters.values() if found else ())[:_MOST_MATTERS]
        ],
        "most": _MOST_MATTERS if found and len(found.matters) > _MOST_MATTERS else 0,
        "reasons": [(each, say("reasons", each, language)) for each in _in_order()],
        "disclose": DISCLOSE,
    }
    status = 422 if mistake[0] else 200
    return render(visit, "subject-access.html", status=status, nav="oversight", **facts)


def _in_order() -> list[str]:
    """Reasons to keep back, those that fit such a matter first."""
    rest = [each for each in CHOICES if each != DISCLOSE and each not in EXEMPTIONS]
    return [*EXEMPTIONS, *rest]
