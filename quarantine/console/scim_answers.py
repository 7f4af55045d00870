"""What the SCIM pages share: bodies, lists in pages, and answers as RFC 7644 has them."""

import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from scim2_models import Context, Error, ListResponse, Resource, ResponseParameters, ScimFilter
from starlette.responses import Response

from models.errors import SettingInvalid
from quarantine.console.visit import Visit

MOST_LISTED = 200

Found = TypeVar("Found", bound=Resource[Any])


def base(visit: Visit) -> str:
    """The address of /scim/v2."""
    return f"{visit.services.settings.base_url}/scim/v2"


def body(visit: Visit) -> Any:
    """Return what was sent. Raises SettingInvalid."""
    try:
        return json.loads(visit.form.get("json", ""))
    except (ValueError, RecursionError):
        raise SettingInvalid("the body is not JSON") from None


def matching(visit: Visit, kind: type[Found], found: Sequence[Found]) -> list[Found]:
    """Return those that the request's filter lets through. Raises SCIMException."""
    wanted = visit.request.query_params.get("filter")
    if wanted is None:
        return list(found)
    asked = ScimFilter[kind](wanted)  # type: ignore[valid-type]  # bound when it runs
    return [each for each in found if asked.match(each)]


def listed(visit: Visit, kind: type[Found], found: Sequence[Found]) -> Response:
    """Answer with one page of a list (RFC 7644 section 3.4.2.4)."""
    start, count = max(1, _number(visit, "startIndex", 1)), _number(visit, "count", MOST_LISTED)
    shown = list(found[start - 1 :][: max(0, min(count, MOST_LISTED))])
    page = ListResponse[kind](  # type: ignore[valid-type]  # bound when it runs
        total_results=len(found), start_index=start, items_per_page=len(shown), resources=shown
    )
    return as_json(_dumped(visit, kind, page))


def one(visit: Visit, kind: type[Found], found: Found, status: int = 200) -> Response:
    """Answer with one resource and its address."""
    response = as_json(_dumped(visit, kind, found), status)
    if found.meta and found.meta.location:
        response.headers["Location"] = str(found.meta.location)
    return response


def error(status: int, scim_type: str | None, detail: str) -> Response:
    """Answer with an error."""
    said = Error(status=status, scim_type=scim_type, detail=detail)
    return as_json(said.model_dump(), status)


def as_json(content: dict[str, Any], status: int = 200) -> Response:
    """Answer with JSON of SCIM's own media type."""
    return Response(json.dumps(content), status_code=status, media_type="application/scim+json")


def _dumped(visit: Visit, kind: type[Found], content: Any) -> dict[str, Any]:
    """Write it with the attributes that were asked for, if any were."""
    query = visit.request.query_params
    names = {each: query[each] for each in ("attributes", "excludedAttributes") if query.get(each)}
    asked = ResponseParameters[kind].model_validate(names)  # type: ignore[valid-type]
    dumped: dict[str, Any] = content.model_dump(
        scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=asked
    )
    return dumped


def _number(visit: Visit, name: str, default: int) -> int:
    text = visit.request.query_params.get(name, "")
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else default
