"""What this SCIM service can do, and of what its resources are made (RFC 7644 section 4)."""

from typing import Any

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    EnterpriseUser,
    ETag,
    Filter,
    Group,
    Meta,
    Pagination,
    Patch,
    Resource,
    ResourceType,
    Schema,
    ServiceProviderConfig,
    Sort,
    User,
)
from starlette.responses import Response

from models.errors import NotFound
from quarantine.console.scim_answers import MOST_LISTED, base, error, listed, one
from quarantine.console.visit import Visit
from quarantine.provisioning import DirectoryUser

_NO_FILTER = "nothing is filtered here (RFC 7644 section 4)"


def config(visit: Visit) -> Response:
    """Show what is supported."""
    found = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_LISTED),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        pagination=Pagination(
            cursor=False,
            index=True,
            default_pagination_method=Pagination.DefaultPaginationMethod.index,
            default_page_size=MOST_LISTED,
            max_page_size=MOST_LISTED,
        ),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Bearer token",
                description="The token of sign_in.scim_token_sha256",
                primary=True,
            )
        ],
        meta=_meta(visit, "ServiceProviderConfig"),
    )
    return one(visit, ServiceProviderConfig, found)


def resource_types(visit: Visit) -> Response:
    """List the kinds of resources."""
    return _list(visit, ResourceType, _resource_types(visit))


def resource_type(visit: Visit) -> Response:
    """Show one kind."""
    return _one(visit, ResourceType, _resource_types(visit))


def schemas(visit: Visit) -> Response:
    """List the schemas."""
    return _list(visit, Schema, _schemas(visit))


def schema(visit: Visit) -> Response:
    """Show one schema."""
    return _one(visit, Schema, _schemas(visit))


def _list(visit: Visit, kind: type[Resource[Any]], found: list[Any]) -> Response:
    if "filter" in visit.request.query_params:
        return error(403, None, _NO_FILTER)
    return listed(visit, kind, found)


def _one(visit: Visit, kind: type[Resource[Any]], found: list[Any]) -> Response:
    name = visit.request.path_params["name"]
    wanted = next((each for each in found if each.id == name), None)
    if wanted is None:
        raise NotFound("there is none of that name")
    return one(visit, kind, wanted)


def _resource_types(visit: Visit) -> list[ResourceType]:
    found = [ResourceType.from_resource(each) for each in (DirectoryUser, Group)]
    for each in found:
        each.meta = _meta(visit, "ResourceType", f"ResourceTypes/{each.id}")
    return found


def _schemas(visit: Visit) -> list[Schema]:
    found = [each.to_schema() for each in (User, EnterpriseUser, Group)]
    for each in found:
        each.meta = _meta(visit, "Schema", f"Schemas/{each.id}")
    return found


def _meta(visit: Visit, kind: str, path: str = "") -> Meta:
    return Meta(resource_type=kind, location=f"{base(visit)}/{path or kind}")
