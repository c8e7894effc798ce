"""Which route a request takes: looked up by the shape of its path, where a list would be gone through to its end.

Nothing else differs from the list: what the table does not know (an unknown path, a slash too many) the list is asked.
"""

from collections import defaultdict
from typing import Any

from fastapi import APIRouter, Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Shape = tuple[str, int]


def shape(path: str) -> Shape:
    """What a path is about (`children` of `/v1/children/…`), and in how many parts."""
    parts = path.split("/", 3)
    about = parts[2] if len(parts) > 2 and parts[1] == "v1" else parts[1] if len(parts) > 1 else ""
    return about, path.count("/")


class RouteTable:
    """Hands a request to a router of the few routes of its shape, and to the whole one if they are none or not it."""

    def __init__(self, router: APIRouter) -> None:
        self.router, self.known = router, 0
        self.few: dict[Shape, APIRouter] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if self.known != len(self.router.routes):
                self.build()
            scope["router"] = self.router
            few = self.few.get(shape(scope["path"]))
            if few is not None:
                await few.app(scope, receive, send)
                return
        await self.router.app(scope, receive, send)

    def build(self) -> None:
        """Anew whenever a route was added. A route whose shape is not said by its path stays in the list alone."""
        alike: dict[Shape, list[Any]] = defaultdict(list)
        for route in self.router.routes:
            if isinstance(route, Route) and "{" not in shape(route.path)[0] and ":path}" not in route.path:
                alike[shape(route.path)].append(route)
        self.few = {
            each: APIRouter(routes=routes, redirect_slashes=False, default=self.router.app)
            for each, routes in alike.items()
        }
        self.known = len(self.router.routes)


def allowed(request: Request) -> str:
    """Every method of a path, for `Allow`."""
    found = {"OPTIONS"}
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    if "GET" in found:
        found.add("HEAD")
    return ", ".join(sorted(found))


class Head:
    """HEAD is GET without the body, on every route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"
        try:
            await self.app(scope, receive, send_without_body)
        finally:
            scope["method"] = "HEAD"
