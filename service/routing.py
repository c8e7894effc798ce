"""How routes are made: their operation ids, what every one of them may answer, and the short way of a read."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, get_type_hints

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from service import once
from service.access import UNSIGNED
from service.clock import day_of, today
from service.database import asking, asking_of, caller, caller_of, reader, reader_of
from service.problems import Problem

AT_HAND: dict[Any, Callable[[Request], Any]] = {
    reader: reader_of,
    today: day_of,
    asking: asking_of,
    caller: caller_of,
}
Arguments = Callable[[Request], dict[str, Any] | None]


def operation_id(route: APIRoute) -> str:
    return route.name


class Read(APIRoute):
    """A route with a policy, whose arguments are found in one step if it is a plain read: what is wrong, FastAPI tells.

    FastAPI looks at every field of every argument, and at four kinds of arguments for every dependency. A plain read
    has sound parts of its path, one model of its query and what is at hand. When any of these is not sound, FastAPI
    begins anew, and says so in its words.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        if not hasattr(endpoint, "policy"):
            raise TypeError(f"{endpoint.__name__} does not say who may call it: service.access.permits")
        self.policy: str = endpoint.policy
        self.kept = once.may_keep(set(more["methods"] or ()), endpoint)
        if self.kept:
            endpoint = once.once(endpoint, self.policy, more.get("status_code") or 200)
        super().__init__(path, endpoint, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        policy, answer = self.policy, self.answering()
        if policy == UNSIGNED:
            return answer

        async def permitted(request: Request) -> Response:
            request.state.caller.check(policy)
            return await answer(request)

        return permitted

    def answering(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers, once the caller is known to be permitted."""
        usual, read = super().get_route_handler(), self.endpoint
        plain = self.methods == {"GET"} and get_type_hints(read).get("return") is Response and is_plain(self.dependant)
        if not plain:
            return usual
        find = partial(arguments, self.dependant)

        async def quick(request: Request) -> Response:
            found = find(request)
            if found is None:
                return await usual(request)
            answer: Response = await read(**found)
            return answer

        return quick


def is_plain(wanted: Dependant) -> bool:
    """Whether `arguments` finds everything that the route wants."""
    models = [field.field_info.annotation for field in wanted.query_params]
    return (
        all(isinstance(model, type) and issubclass(model, BaseModel) for model in models)
        and all(dependency.call in AT_HAND for dependency in wanted.dependencies)
        and not (wanted.header_params or wanted.cookie_params or wanted.body_params)
    )


def arguments(wanted: Dependant, request: Request) -> dict[str, Any] | None:
    """What the route is called with, or None if any of it is not sound."""
    found = {str(dependency.name): AT_HAND[dependency.call](request) for dependency in wanted.dependencies}
    if wanted.request_param_name:
        found[wanted.request_param_name] = request
    for field in wanted.path_params:
        found[field.name], wrong = field.validate(request.path_params.get(field.alias), {}, loc=("path", field.alias))
        if wrong:
            return None
    for field in wanted.query_params:
        given = request.query_params
        if len(given) != len(given.multi_items()):
            return None
        try:
            found[field.name] = field.field_info.annotation.model_validate(dict(given))  # type: ignore[union-attr]
        except ValidationError:
            return None
    return found


def router(prefix: str, tag: str, route_class: type[APIRoute] = Read) -> APIRouter:
    """The routes of a subject. The application takes them as they are: a router within it would be searched twice."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=route_class,
        generate_unique_id_function=operation_id,
        responses={"default": {"model": Problem}},
    )
