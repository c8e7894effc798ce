"""The document of the API: what FastAPI makes of the routes, with every error as the problem document that it is."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.problems import MEDIA_TYPE, PROBLEMS

PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
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
        for path, operations in app.openapi_schema["paths"].items():
            for method, operation in operations.items():
                declare(path, method, operation)
    return app.openapi_schema


def declare(path: str, method: str, operation: dict[str, Any]) -> None:
    """Say which problems an operation can answer with, and where ETags go."""
    responses = operation["responses"]
    for status in errors_of(path, method, operation):
        responses[str(status)] = {"description": MEANINGS[status], "content": {MEDIA_TYPE: PROBLEM}}
    responses["default"] = {"description": "A problem document", "content": {MEDIA_TYPE: PROBLEM}}
    single = method == "get" and any(parameter["in"] == "path" for parameter in operation.get("parameters", []))
    versioned = any(name in path for name in ("/children", "/cases", "/sites", "/accounts", "/agencies"))
    if single and versioned:
        responses["304"] = {"description": "Unchanged since the version named in If-None-Match"}
    if versioned and (single or method in ("post", "patch")):
        for success in ("200", "201"):
            if success in responses:
                responses[success]["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "The version"}}
    if method in ("patch", "delete"):
        header = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
        operation.setdefault("parameters", []).append(header)


def errors_of(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    """The statuses of the problems that an operation of this shape can meet."""
    if path.startswith("/v1/auth/"):
        return [400, 401, 408, 413, 429, 503]  # RFC 6749 has its own
    found = {422, 503} if operation.get("parameters") or "requestBody" in operation else {503}
    if "{" in path:
        found.add(404)
    if "requestBody" in operation:
        found |= {400, 408, 409, 413, 415}
    if method in ("patch", "delete"):
        found |= {409, 412, 428}
    if path.endswith("/close"):
        found.add(412)
    return sorted(found & {meaning.status for meaning in PROBLEMS.values()})
