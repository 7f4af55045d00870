"""Why a request to the HTTP API got no verdict: RFC 9457 problems that never repeat it."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from quarantine.console.api_models import Mistake, Problem

_MOST = 20  # mistakes that are told
_EXPECTED = {
    "author": "an email address such as sioned.parry@cyngor.example",
    "audience": '"public", or a list of 1 to 1,000 email addresses or telephone numbers'
    " such as +447700900123",
    "subject": "text of at most 500 characters",
    "name": "a file name of 1 to 255 characters, without a path",
    "media_type": "a media type of a file, such as application/pdf",
    "content": "the file in base64 (RFC 4648 section 4), without line ends",
    "attachments": "a list of at most 20",
    "language": '"cy" or "en"',
}
_UNKNOWN = "extra_forbidden"
_MISSING = "missing"


def problem(
    status: int,
    detail: str,
    *,
    errors: Iterable[Mistake] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer with a problem; its title is the status' own phrase."""
    said = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors) or None,
    )
    content = json.dumps(said.model_dump(exclude_none=True), ensure_ascii=False)
    return Response(
        content, status_code=status, headers=headers, media_type="application/problem+json"
    )


def mistakes(error: ValidationError) -> list[Mistake]:
    """Say what is wrong with a request, each place once."""
    found: dict[str, Mistake] = {}
    for each in error.errors(include_url=False):
        if each["type"] == "literal_error" and isinstance(each["input"], list):
            continue  # of "public" or a list, it was meant to be a list
        path = _path(each["loc"], each["type"])
        pointer = "".join(f"/{step}" for step in path)
        found.setdefault(pointer, _mistake(each, pointer, path))
    return list(found.values())[:_MOST]


def _path(place: tuple[int | str, ...], kind: str) -> list[int | str]:
    """The place in the request; the name of what is not known is the sender's, and left out."""
    known = place[:-1] if kind == _UNKNOWN else place
    return [step for step in known if isinstance(step, int) or step.isidentifier()]


def _mistake(error: Any, pointer: str, path: list[int | str]) -> Mistake:
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    if error["type"] == _UNKNOWN:
        found, expected = "a member that is not known", "those of the OpenAPI document alone"
    else:
        found = "nothing" if error["type"] == _MISSING else _described(error["input"])
        expected = _EXPECTED.get(field) or str(error["msg"])
    return Mistake(pointer=pointer, found=found, expected=expected)


def _described(value: object) -> str:
    """What kind of value it is, and how long; never what it says."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return f"text of {len(value):,} characters"
        case list():
            return f"a list of {len(value):,}"
        case _:
            return "an object"
