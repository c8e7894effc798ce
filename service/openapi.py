"""The document of the API: what FastAPI makes of the routes, with every error as the problem document that it is."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service import chosen_fields, patching
from service.access import UNSIGNED
from service.domain.access import Purpose
from service.preconditions import required_if_match
from service.problems import MEDIA_TYPE, PROBLEMS
from service.routing import Read

TOKEN_URL = "/v1/auth/token"  # noqa: S105 - an address
FLOW = {"tokenUrl": TOKEN_URL, "refreshUrl": TOKEN_URL, "scopes": {}}
SECURITY = {
    "oauth2": {
        "type": "oauth2",
        "description": "A token is for one assignment: `scope=assignment:<id>`, or the account's first.",
        "flows": {"password": FLOW, "clientCredentials": {"tokenUrl": TOKEN_URL, "scopes": {}}},
    }
}
PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
VERSIONED = ("/children", "/cases", "/sites", "/accounts", "/agencies", "/editions")
MEANINGS = {
    400: "Unreadable",
    401: "Not signed in",
    403: "Not allowed",
    404: "Unknown here",
    408: "Too slow",
    409: "Conflicts with a rule",
    412: "Stale",
    413: "Too large",
    415: "Not JSON",
    422: "Not valid",
    428: "If-Match is missing",
    429: "Too many requests",
    503: "Try again later",
}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            separate_input_output_schemas=False,
        )
        schemas = app.openapi_schema["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema["components"]["securitySchemes"] = SECURITY
        made_of = {
            (route.path_format, method.lower()): route
            for route in app.routes
            if isinstance(route, Read)
            for method in route.methods or ()
        }
        for path, operations in app.openapi_schema["paths"].items():
            for method, operation in operations.items():
                route = made_of[path, method]
                changes = any(wanted.call is required_if_match for wanted in route.dependant.dependencies)
                declare(path, method, operation, changes)
                declare_policy(operation, route.policy)
                declare_conventions(operation, route)
    return app.openapi_schema


def declare(path: str, method: str, operation: dict[str, Any], changes: bool) -> None:
    """Say which problems an operation can answer with, and where ETags go. What `changes` a version needs If-Match."""
    responses = operation["responses"]
    for status in errors_of(path, operation, changes):
        responses[str(status)] = {"description": MEANINGS[status], "content": {MEDIA_TYPE: PROBLEM}}
    responses["default"] = {"description": "A problem document", "content": {MEDIA_TYPE: PROBLEM}}
    single = method == "get" and any(parameter["in"] == "path" for parameter in operation.get("parameters", []))
    versioned = any(name in path for name in VERSIONED) and not path.endswith("/verify")
    if single and versioned:
        responses["304"] = {"description": "Unchanged since the version named in If-None-Match"}
    if versioned and (single or method in ("post", "patch")):
        for success in ("200", "201"):
            if success in responses:
                responses[success]["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The version"}}
    if changes:
        header = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
        operation.setdefault("parameters", []).append(header)


def declare_policy(operation: dict[str, Any], policy: str) -> None:
    """Say who may call it, and what whoever may not is told."""
    if policy == UNSIGNED:
        return
    operation["security"] = [{"oauth2": []}]
    operation["x-permission"] = policy
    for status in (401, 403, 429):
        operation["responses"][str(status)] = {"description": MEANINGS[status], "content": {MEDIA_TYPE: PROBLEM}}
    purpose = {"type": "string", "enum": list(Purpose)}
    description = "What it is for; the first purpose of the caller's role if absent"
    operation.setdefault("parameters", []).append(
        {"name": "X-Purpose", "in": "header", "schema": purpose, "description": description}
    )


def declare_conventions(operation: dict[str, Any], route: Read) -> None:
    """Say which fields can be chosen, and which can be cleared."""
    parameters = operation.setdefault("parameters", [])
    if chosen_fields.to_choose_from(route) is not None:
        parameters.append(chosen_fields.PARAMETER)
        operation["responses"]["422"] = {"description": MEANINGS[422], "content": {MEDIA_TYPE: PROBLEM}}
    if route.methods == {"PATCH"}:
        parameters.append(patching.parameter(route.clearable))
    if not parameters:
        del operation["parameters"]


def errors_of(path: str, operation: dict[str, Any], changes: bool) -> list[int]:
    """The statuses of the problems that an operation of this shape can meet."""
    if path.startswith("/v1/auth/"):
        return [400, 401, 408, 413, 429, 503]  # RFC 6749 has its own
    found = {422, 503} if operation.get("parameters") or "requestBody" in operation else {503}
    if "{" in path:
        found.add(404)
    if "requestBody" in operation:
        found |= {400, 408, 409, 413, 415}
    if changes:
        found |= {409, 412, 428}
    if path.endswith("/close"):
        found.add(412)
    return sorted(found & {meaning.status for meaning in PROBLEMS.values()})
