"""Rendering: one template environment a language, and what every template is given."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
)
from starlette.responses import HTMLResponse, RedirectResponse

from models.address import parse_address
from quarantine.console.text import in_basic_letters, unhidden
from quarantine.console.visit import Visit
from quarantine.console.words import LANGUAGES, translations, write_size
from quarantine.dates import write_time
from quarantine.pictures import can_draw

_TEMPLATES = Path(__file__).parent.parent / "templates"


def render(visit: Visit, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """Answer with a page in the visitor's language."""
    page = environment(visit.language).get_template(template)
    body = visit.services.body
    language = visit.language
    html = page.render(
        visit=visit,
        person=visit.person,
        language=language,
        other_languages=LANGUAGES,
        body_name=body.name(language),
        csrf=visit.csrf,
        path=visit.request.url.path,
        when=lambda at: write_time(at, language),
        size=write_size,
        split_address=parse_address,
        **facts,
    )
    return HTMLResponse(html, status_code=status)


def see_other(path: str) -> RedirectResponse:
    """Answer a POST by sending the browser to a page that only shows."""
    return RedirectResponse(path, status_code=303)


@cache
def environment(language: str) -> Environment:
    """Make the templates of one language; everything is escaped."""
    ours = FileSystemLoader(_TEMPLATES)
    vendored = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    made = Environment(
        loader=ChoiceLoader([ours, vendored]),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["drawable"] = can_draw
    made.filters |= {"unhidden": unhidden, "in_basic_letters": in_basic_letters}
    words = translations(language)
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made
