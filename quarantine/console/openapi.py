"""The OpenAPI 3.1 document of the HTTP API, made of its models.

docs/openapi.json is a copy of it, written by scripts/write_openapi.py.
"""

from functools import cache
from importlib.metadata import version
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from quarantine.console.api_models import CheckRequest, CheckResponse, Health, Problem

_REFERENCE = "#/components/schemas/{model}"
_MODELS: tuple[tuple[type[BaseModel], Literal["validation", "serialization"]], ...] = (
    (CheckRequest, "validation"),
    (CheckResponse, "serialization"),
    (Health, "serialization"),
    (Problem, "serialization"),
)
_REFUSALS = {
    400: "The body is not JSON in UTF-8",
    401: "No key, or one that is not in force",
    403: "The key is not for this channel",
    408: "The request took too long to arrive",
    413: "The body is too large",
    415: "The body is not labelled as plain JSON",
    422: "The request is not as described here; `errors` says where",
    429: "The key asked too often",
    500: "A fault of Porthor's",
    503: "The text cannot be checked now",
}
_HEADERS = {
    401: ("WWW-Authenticate", "Bearer"),
    429: ("Retry-After", "seconds to wait"),
    503: ("Retry-After", "seconds to wait"),
}


@cache
def document() -> dict[str, Any]:
    """Return the document."""
    keyed, definitions = models_json_schema(list(_MODELS), ref_template=_REFERENCE)
    schemas = {model.__name__: keyed[model, mode] for model, mode in _MODELS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Porthor",
            "version": version("porthor"),
            "description": "The verdict that a text would get as email, before it is sent or"
            " published. Nothing of it is stored.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/v1/check": {"post": _check(schemas)},
            "/api/v1/health": {"get": _health(schemas)},
            "/api/v1/openapi.json": {"get": _itself()},
        },
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "made by `porthor api-key make`",
                }
            },
        },
    }


def _check(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "check",
        "summary": "Say what would happen to a text, and why",
        "security": [{"key": []}],
        "requestBody": {"required": True, "content": _of_json(schemas["CheckRequest"])},
        "responses": {
            "200": {"description": "A verdict", "content": _of_json(schemas["CheckResponse"])},
            **{str(status): _refusal(status, schemas) for status in _REFUSALS},
        },
    }


def _health(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "health",
        "summary": "Say whether texts can be checked now",
        "security": [],
        "responses": {
            "200": {"description": "They can", "content": _of_json(schemas["Health"])},
            "503": _refusal(503, schemas),
        },
    }


def _itself() -> dict[str, Any]:
    return {
        "operationId": "openapi",
        "summary": "Show this document",
        "security": [],
        "responses": {
            "200": {"description": "This document", "content": _of_json({"type": "object"})}
        },
    }


def _refusal(status: int, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": _REFUSALS[status],
        "content": {"application/problem+json": {"schema": schemas["Problem"]}},
    }
    if status in _HEADERS:
        name, says = _HEADERS[status]
        header = {"description": says, "required": True, "schema": {"type": "string"}}
        described["headers"] = {name: header}
    return described


def _of_json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
