"""The document of the API: what FastAPI makes of the routes, with what every route shares told by mechanism.

Generators are literal. So each error has one media type and is declared once; a PATCH has one media type; whatever many
operations share is a component; and the addresses are relative unless the operator tells the public one: behind a proxy
the service does not know it, and what a request says of it (`Host`) is anybody's to say.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service import chosen_fields, examples, once, patching, preconditions
from service.access import UNSIGNED
from service.domain.access import Purpose
from service.openapi_words import CODES, INFO, MEANINGS, PARAMETERS, TAGS
from service.problems import MEDIA_TYPE, PROBLEMS
from service.routing import Read

TOKEN_URL = "/v1/auth/token"  # noqa: S105 - an address
MERGE_PATCH = "application/merge-patch+json"
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": {"description": "The id of the request: the client's, if it sent a sound one"},
    "ETag": {"description": "The version: for If-None-Match, and for If-Match where it is asked for"},
    "Location": {"description": "The address of what was made"},
    "Retry-After": {"description": "Seconds after which to try again", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to sign in: RFC 6750, RFC 7617"},
    once.REPLAYED: {
        "description": "This is the first answer to a request that was repeated",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
PURPOSE = {
    "name": "X-Purpose",
    "in": "header",
    "description": "What it is for; the first purpose of the caller's role if absent",
    "schema": {"$ref": "#/components/schemas/Purpose"},
}
CONDITIONS: dict[str, dict[str, Any]] = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what was read, so that nobody overwrites unseen changes; `*` for whatever is there",
        "schema": {"type": "string"},
        "example": "*",
    },
    "IfMatchOptional": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag of what was read; without it, whatever is there is changed",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of what the caller has: 304 if it is still the same",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": once.HEADER,
        "in": "header",
        "description": "A random one for each request (a UUID): within a day a repeat of it gets the first answer",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*[!-~][ -~]*$"},
    },
    "Purpose": PURPOSE,
}
WITH_HEADERS = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}


def document(app: FastAPI, public_url: str | None = None) -> dict[str, Any]:
    """The OpenAPI 3.1 document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            separate_input_output_schemas=False,
        )
        made["info"] |= INFO
        where = {"url": public_url or "/", "description": "This service"}
        made["servers"] = [where]
        made["tags"] = [{"name": name, "description": told} for name, told in TAGS.items()]
        add_components(made["components"], public_url or "")
        routes = {
            (route.path_format, method.lower()): route
            for route in app.routes
            if isinstance(route, Read)
            for method in route.methods or ()
        }
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                declare(path, method, operation, routes[path, method])
        app.openapi_schema = made
    return app.openapi_schema


def add_components(components: dict[str, Any], public_url: str) -> None:
    """What operations refer to."""
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    purposes = {"title": "Purpose", "type": "string", "enum": list(Purpose), "description": "What is done, and why"}
    components["schemas"]["Purpose"] = purposes
    components["parameters"] = CONDITIONS
    components["headers"] = {name: {"schema": {"type": "string"}} | header for name, header in HEADERS.items()}
    components["responses"] = {
        f"Problem{status or ''}": {
            "description": told,
            "headers": headers("X-Request-ID", *WITH_HEADERS.get(status, ())),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}} | examples.of_problem(status)},
        }
        for status, told in MEANINGS.items()
    }
    token_url = f"{public_url}{TOKEN_URL}"
    flow = {"tokenUrl": token_url, "scopes": {}}
    components["securitySchemes"] = {
        "oauth2": {
            "type": "oauth2",
            "description": "A token is for one assignment: `scope=assignment:<id>`, or the account's first.",
            "flows": {"password": flow | {"refreshUrl": token_url}, "clientCredentials": flow},
        }
    }


def headers(*names: str) -> dict[str, dict[str, str]]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def condition(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def declare(path: str, method: str, operation: dict[str, Any], route: Read) -> None:
    """Say of an operation what its route does not say itself: its errors, its versions, who may call it."""
    checks = {wanted.call for wanted in route.dependant.dependencies}
    changes = preconditions.required_if_match in checks
    conditional = changes or preconditions.if_match in checks
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        describe(parameter, operation["tags"][0])
    responses = operation["responses"]
    for status, response in responses.items():
        shown = ["X-Request-ID"]
        if route.tagged or ("content" in response and (conditional or status == "201")):
            shown.append("ETag")
        if status == "201":
            shown.append("Location")
        if route.kept:
            shown.append(once.REPLAYED)
        response["headers"] = headers(*shown)
    if route.tagged:
        about = {"description": "Unchanged: what If-None-Match names is still the present version"}
        responses["304"] = about | {"headers": headers("X-Request-ID", "ETag")}
        parameters.append(condition("IfNoneMatch"))
    if changes:
        parameters.append(condition("IfMatch"))
    elif preconditions.if_match in checks:
        parameters.append(condition("IfMatchOptional"))
    if route.kept:
        parameters.append(condition("IdempotencyKey"))
    if chosen_fields.to_choose_from(route) is not None:
        parameters.append(chosen_fields.PARAMETER)
    if method == "patch":
        parameters.append(patching.parameter(route.clearable))
    for status in errors_of(path, operation, route, checks):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    responses["default"] = {"$ref": "#/components/responses/Problem"}
    if method == "patch":
        content = operation["requestBody"]["content"]
        content[MERGE_PATCH] = content.pop("application/json")
    examples.show(operation)
    if route.policy == UNSIGNED:
        operation["security"] = []
    else:
        operation["security"] = [{"oauth2": []}]
        operation["x-permission"] = route.policy
        parameters.append(condition("Purpose"))
    if not parameters:
        del operation["parameters"]


def describe(parameter: dict[str, Any], tag: str) -> None:
    """Say what a parameter is, where its own field does not."""
    known = CODES.get(tag) if parameter["name"] == "code" else PARAMETERS.get(parameter["name"])
    if "description" not in parameter and known:
        parameter["description"] = known


def errors_of(path: str, operation: dict[str, Any], route: Read, checks: set[Any]) -> list[int]:
    """The statuses of the problems that an operation of this shape can meet."""
    if path.startswith("/v1/auth/"):
        return [400, 401, 408, 413, 429, 503]  # RFC 6749 has its own
    found = {429, 503}
    if operation.get("parameters"):
        found.add(422)
    if "{" in path:
        found.add(404)
    if any(parameter.get("name") == "rule" for parameter in operation.get("parameters", ())):
        found.add(409)  # not adopted, or still being posted
    if "requestBody" in operation:
        found |= {400, 408, 409, 413, 415, 422}
    if route.kept:
        found |= {400, 404, 409}  # 404: whoever no longer meets the child gets no first answer that tells of it
    if preconditions.required_if_match in checks:
        found |= {409, 412, 428}
    if preconditions.if_match in checks:
        found.add(412)
    if route.policy != UNSIGNED:
        found |= {401, 403}
    return sorted(found & {meaning.status for meaning in PROBLEMS.values()})
