"""How routes are made: their operation ids, what every one of them may answer, and the short way of a read."""

from collections.abc import Callable
from functools import partial
from typing import Any, get_type_hints

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from service import chosen_fields, digests, once, patching
from service.access import UNSIGNED
from service.clock import day_of, moment_of, now, today
from service.cursors import PAGING, paging
from service.database import asking, asking_of, caller, caller_of, reader, reader_of
from service.patching import Handler
from service.problems import Problem
from service.wire import Page

AT_HAND: dict[Any, Callable[[Request], Any]] = {
    reader: reader_of,
    today: day_of,
    now: moment_of,
    asking: asking_of,
    caller: caller_of,
}


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
        endpoint = patching.preconditions_first(endpoint)
        if self.kept:
            endpoint = once.once(endpoint, self.policy, more.get("status_code") or 200)
        super().__init__(path, endpoint, **more)

    @property
    def tagged(self) -> bool:
        """Whether its answers have tags, and whoever brings one back is told of what is unchanged by 304."""
        return self.policy != UNSIGNED and digests.is_single(self)

    def get_route_handler(self) -> Handler:
        policy, answer, fields = self.policy, self.answering(), chosen_fields.to_choose_from(self)
        if policy == UNSIGNED:
            return answer
        if self.dependant.body_params:
            answer = patching.of_type(patching.MERGE_PATCH if self.methods == {"PATCH"} else patching.JSON, answer)
        if digests.is_single(self):
            answer = digests.tagged(answer)

        async def permitted(request: Request) -> Response:
            request.state.caller.check(policy)
            if fields is not None and b"fields=" in request.scope["query_string"] and "fields" in request.query_params:
                whole, wanted = chosen_fields.without_fields(request, fields)
                return chosen_fields.chosen(await answer(whole), wanted)
            return await answer(request)

        return permitted

    def answering(self) -> Handler:
        """What answers, once the caller is known to be permitted."""
        usual, read = super().get_route_handler(), self.endpoint
        if self.methods == {"PATCH"}:
            return self.cleared(usual)
        plain = self.methods == {"GET"} and get_type_hints(read).get("return") is Response and is_plain(self.dependant)
        quick = self.quick(usual) if plain else usual
        return in_pages(quick) if is_paged(self.dependant) else quick

    def cleared(self, usual: Handler) -> Handler:
        fields = self.clearable

        async def patched(request: Request) -> Response:
            return await usual(patching.Cleared(request, fields) if patching.CLEAR in request.query_params else request)

        return patched

    @property
    def clearable(self) -> frozenset[str]:
        """The fields of a patch that may be null."""
        (body,) = self.dependant.body_params
        model = body.field_info.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        return patching.clearable(model)

    def quick(self, usual: Handler) -> Handler:
        """The short way, and the usual one where it ends."""
        find, read = partial(arguments, self.dependant), self.endpoint

        async def quick(request: Request) -> Response:
            found = find(request)
            if found is None:
                return await usual(request)
            answer: Response = await read(**found)
            return answer

        return quick


def is_paged(wanted: Dependant) -> bool:
    models = [field.field_info.annotation for field in wanted.query_params]
    return any(isinstance(model, type) and issubclass(model, Page) for model in models)


def in_pages(answer: Handler) -> Handler:
    """An answer whose cursors are of its question; a page after the first is of the same day as that one."""

    async def page(request: Request) -> Response:
        asked = paging(request, day_of(request))
        request.state.day = asked.day
        before = PAGING.set(asked)
        try:
            return await answer(request)
        finally:
            PAGING.reset(before)

    return page


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
            found[field.name] = field.field_info.annotation.model_validate(dict(given))  # type: ignore[union-attr] # a model
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
