"""`fields=`: an answer, or the items of a list, with no more than the fields that the caller names.

The ETag stays that of the whole: a tag is of one address, and the fields are in it; and whoever read three fields of a
child may change it by the tag that came with them."""

from typing import Any, get_args

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.domain.refusal import Refusal

PARAMETER = {
    "name": "fields",
    "in": "query",
    "required": False,
    "description": "Only these fields of the answer (of a list: of its items), separated by commas",
    "schema": {"type": "string", "maxLength": 1000},
}


def names(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items())


def to_choose_from(route: APIRoute) -> frozenset[str] | None:
    """The fields of what a route answers: none where it is not JSON alone, not ours to take apart, or not under /v1."""
    model = route.response_model
    is_whole = any("content" in response for response in route.responses.values())
    if route.methods != {"GET"} or not route.path.startswith("/v1/") or is_whole:
        return None
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    if is_list(model):
        (model,) = get_args(model.model_fields["items"].annotation)
    return names(model)


def is_list(model: type[BaseModel]) -> bool:
    return {"items", "next"} <= set(model.model_fields)


def without_fields(request: Request, known: frozenset[str]) -> tuple[Request, frozenset[str]]:
    """The request as if nothing were chosen, and what is; refuses names of no field."""
    items = request.query_params.multi_items()
    wanted = frozenset(name for key, value in items if key == "fields" for name in value.split(","))
    if not wanted <= known:
        raise Refusal("field_unknown", "/fields", known=", ".join(sorted(known)))
    left = b"&".join(part for part in request.scope["query_string"].split(b"&") if not part.startswith(b"fields="))
    return Request({**request.scope, "query_string": left}, request.receive), wanted


def chosen(response: Response, wanted: frozenset[str]) -> Response:
    """The answer with no more than the fields."""
    if response.status_code != 200:
        return response
    whole = orjson.loads(bytes(response.body))
    is_page = "items" in whole and "next" in whole
    less = {**whole, "items": [only(item, wanted) for item in whole["items"]]} if is_page else only(whole, wanted)
    response.body = orjson.dumps(less)
    response.headers["content-length"] = str(len(response.body))
    return response


def only(record: dict[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name in wanted}
