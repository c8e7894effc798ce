"""ETags of single things that have no version: a digest of what was answered, and to which question.

They move whenever the answer does, in whatever language and of whatever day it is, and tell nothing beside it."""

from collections.abc import Callable, Coroutine
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.chosen_fields import is_list
from service.clock import day_of
from service.database import caller_of
from service.preconditions import holds
from service.problems import language

VARYING = {"Vary": "Accept-Language, Authorization"}


@cache
def build() -> str:
    """Of what this service is made: another build may answer otherwise."""
    files = sorted(file for file in Path(__file__).parent.rglob("*") if file.suffix in (".py", ".sql", ".csv", ".json"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def question(request: Request) -> bytes:
    """What is asked, who asks it, the language, the day and the build."""
    caller = caller_of(request)
    asked = (
        request.scope["raw_path"],
        request.scope["query_string"],
        caller.role_code,
        caller.assignment_id,
        language(request),
        day_of(request),
        build(),
    )
    return repr(asked).encode()


def of_body(request: Request, answer: Response) -> str:
    """The ETag of what was answered, and to which question."""
    return f'"{sha256(question(request) + bytes(answer.body)).hexdigest()[:32]}"'


def unchanged(present: str) -> Response:
    return Response(status_code=304, headers=VARYING | {"ETag": present})


def is_single(route: APIRoute) -> bool:
    """Whether a route reads one thing, and no list."""
    model = route.response_model
    is_list_of_things = isinstance(model, type) and issubclass(model, BaseModel) and is_list(model)
    return route.methods == {"GET"} and not is_list_of_things


def tagged(answer: Callable[[Request], Coroutine[Any, Any, Response]]) -> Callable[[Request], Any]:
    """What answers, with an ETag also where it gives none by itself."""

    async def with_tag(request: Request) -> Response:
        response = await answer(request)
        if response.status_code != 200 or "etag" in response.headers:
            return response
        present = of_body(request, response)
        if holds(request, present):
            return unchanged(present)
        response.headers.update(VARYING | {"ETag": present})
        return response

    return with_tag
