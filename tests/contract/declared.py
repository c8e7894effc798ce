"""Holds every answer that the tests see against the document: its status is declared, its body follows the schema.

A body may hold nothing that the schema does not name: a client that was made from the document knows no more.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.app import create_app

Schema = Mapping[str, Any]
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
FORMATS: dict[str, Callable[[str], object]] = {
    "uuid": UUID,
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
}
BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "minLength": lambda value, bound: len(value) >= bound,
    "maxLength": lambda value, bound: len(value) <= bound,
    "minItems": lambda value, bound: len(value) >= bound,
    "maxItems": lambda value, bound: len(value) <= bound,
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
    "pattern": lambda value, bound: re.search(bound, value) is not None,
    "const": lambda value, bound: value == bound,
    "enum": lambda value, bound: value in bound,
    "format": lambda value, bound: bound not in FORMATS or reads(FORMATS[bound], value),
}


def reads(form: Callable[[str], object], value: str) -> bool:
    try:
        form(value)
    except ValueError:
        return False
    return True


class Operations:
    """Finds the operation of the document that a request is one of."""

    def __init__(self, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self.known = [
            (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path)), operation)
            for path, operations in sorted(paths.items(), key=lambda told: told[0].count("{"))
            for method, operation in operations.items()
        ]

    def of(self, method: str, path: str) -> dict[str, Any] | None:
        found = (told for known, form, told in self.known if known == method and form.fullmatch(path))
        return next(found, None)


@cache
def document() -> dict[str, Any]:
    return create_app("").openapi()


@cache
def operations() -> Operations:
    return Operations(document()["paths"])


def followed(part: Schema) -> Schema:
    """A part of the document, or what it refers to."""
    found: Any = document() if "$ref" in part else part
    for name in part.get("$ref", "#").split("/")[1:]:
        found = found[name]
    return found


def faults(schema: Schema, value: Any, where: str = "answer") -> Iterator[str]:
    """In what a value does not follow a schema."""
    schema = followed(schema)
    if "anyOf" in schema and all(any(faults(form, value)) for form in schema["anyOf"]):
        yield f"{where} is none of its forms"
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{where} is no {kind}"
        return
    for name, holds in BOUNDS.items():
        if name in schema and not holds(value, schema[name]):
            yield f"{where} is against {name} {schema[name]}"
    if kind == "array":
        for item in value:
            yield from faults(schema.get("items", {}), item, f"{where}[]")
    if kind == "object":
        named = schema.get("properties", {})
        yield from (f"{where}.{name} is absent" for name in schema.get("required", []) if name not in value)
        for name, part in value.items():
            more = schema.get("additionalProperties", not named)
            if name in named or more:
                yield from faults(named.get(name, more if isinstance(more, dict) else {}), part, f"{where}.{name}")
            else:
                yield f"{where}.{name} is not declared"


def undeclared(operation: Schema, status: int, media_type: str, body: bytes, *, whole: bool = True) -> Iterator[str]:
    """In what an answer is not as its operation says. Not `whole`: some fields were chosen, others left out."""
    if str(status) not in operation["responses"]:
        yield f"{status} is not declared"
        return
    content = followed(operation["responses"][str(status)]).get("content", {})
    if not body:
        return
    if media_type not in content:
        yield f"{status} in {media_type} is not declared"
    elif whole and media_type.endswith("json"):
        yield from faults(content[media_type]["schema"], json.loads(body))


def check(method: str, path: str, query: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Fail where an answer is not as the document says. What is no operation of the document answers as it will."""
    operation = operations().of("GET" if method == "HEAD" else method, path)
    if operation is None:
        return
    if headers.get("content-encoding") == "gzip" and body:
        body = gzip.decompress(body)
    media_type = headers.get("content-type", "").partition(";")[0]
    found = list(undeclared(operation, status, media_type, body, whole="fields" not in parse_qs(query)))
    assert not found, f"{operation['operationId']} is not as the document says: {found[:5]}"


class Declared:
    """Around an application: checks each answer when it is whole, and fails the request, and so the test."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: Message = {}
        body = b""

        async def told(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                begun = message
            else:
                body += message.get("body", b"")
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, told)
        if begun:
            headers = {name.decode().lower(): value.decode("latin-1") for name, value in begun["headers"]}
            query = scope["query_string"].decode("latin-1")
            check(scope["method"], scope["path"], query, begun["status"], headers, body)
