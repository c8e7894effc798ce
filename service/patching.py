"""What a change asks before its body is looked at, and how a client that cannot tell null from absent sends null.

A body that is not valid is told of when the route looks at it: until then it has found out whether there is such a
record, and whether the caller's version of it is the present one (404 and 412 come before 422)."""

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError, WrapValidator

from service import preconditions
from service.domain.refusal import Refusal

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
CLEAR = "clear"
JSON = frozenset(("application/json",))
MERGE_PATCH = JSON | {"application/merge-patch+json"}


def of_type(accepted: frozenset[str], answer: Handler) -> Handler:
    """What answers bodies of these media types: of another one, or of none, nothing is read."""

    async def typed(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in accepted:
            raise Refusal("unsupported_media_type")
        return await answer(request)

    return typed


class NotValid:
    """In the place of a body that is not valid: whoever looks at any of it hears why."""

    def __init__(self, error: Exception) -> None:
        self.__dict__["error"] = error

    def __getattr__(self, name: str) -> Any:
        raise self.__dict__["error"]


def told_when_looked_at(value: Any, validate: Callable[[Any], Any]) -> Any:
    """The body, or what tells why it is not valid."""
    if isinstance(value, Refusal):
        return NotValid(value)
    try:
        return validate(value)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=True)
        return NotValid(RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in errors]))


def preconditions_first(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint, called also with a body that is not valid, if it has a precondition to check before."""
    signature = inspect.signature(endpoint)
    asked = [p.annotation for p in signature.parameters.values()]
    body = signature.parameters.get("body")
    if body is None or not any(each in (preconditions.Required, preconditions.Optional) for each in asked):
        return endpoint

    @functools.wraps(endpoint)
    async def in_order(**found: Any) -> Any:
        answer = await endpoint(**found)
        if isinstance(found["body"], NotValid):
            raise found["body"].__dict__["error"]  # a route that never looked
        return answer

    deferred = body.replace(annotation=Annotated[body.annotation, WrapValidator(told_when_looked_at)])
    parameters = [deferred if name == "body" else p for name, p in signature.parameters.items()]
    in_order.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined] # what FastAPI reads
    return in_order


def clearable(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a patch that may be null."""
    return frozenset(field.alias or name for name, field in model.model_fields.items() if takes_null(field.annotation))


def takes_null(annotation: Any) -> bool:
    try:
        TypeAdapter(annotation).validate_python(None)
    except ValidationError:
        return False
    return True


class Cleared(Request):
    """A patch in which the fields that `clear` names are null."""

    def __init__(self, request: Request, fields: frozenset[str]) -> None:
        super().__init__(request.scope, request.receive)
        self.fields = fields

    async def json(self) -> Any:
        patch = await super().json()
        if not isinstance(patch, dict):
            return patch
        named = {name for value in self.query_params.getlist(CLEAR) for name in value.split(",")}
        if not named <= self.fields:
            return Refusal("field_not_clearable", f"/{CLEAR}", clearable=", ".join(sorted(self.fields)))
        if any(patch.get(name) is not None for name in named):
            return Refusal("field_given_and_cleared", f"/{CLEAR}")
        return patch | dict.fromkeys(named)


def parameter(fields: frozenset[str]) -> dict[str, Any]:
    """`clear` in the document of the API."""
    named = ", ".join(sorted(fields)) or "none here"
    return {
        "name": CLEAR,
        "in": "query",
        "required": False,
        "description": f"Fields to be made null, separated by commas, as if the patch said so: {named}",
        "schema": {"type": "string", "maxLength": 1000},
    }
