"""How routes are made: their operation ids, and what every one of them may answer."""

from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from service.problems import Problem


def operation_id(route: APIRoute) -> str:
    return route.name


def router(prefix: str, tag: str, **options: Any) -> APIRouter:
    """The routes of a subject. The application takes them as they are: a router within it would be searched twice."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        generate_unique_id_function=operation_id,
        responses={"default": {"model": Problem}},
        **options,
    )
