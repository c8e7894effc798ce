"""Answers to reads go out as gzip when they are long and the client takes it."""

import re
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.authentication import UNSIGNED
from service.preconditions import CODED, tags_of

SMALLEST = 1400  # bytes: what is shorter travels in one packet, compressed or not
LEVEL = (
    1  # a page of 500 children: 122 kB become 25 kB in 0.6 ms; level 6 takes 1.5 ms for 21 kB, 9 takes 8 ms for 20 kB
)


class Compression:
    """Compresses answers to GET, other than those of signing in.

    Where an answer holds a secret beside what the caller sent, its length tells of the secret (BREACH): tokens are
    handed out under `/v1/auth/`, and the secrets of programs in answers to POST, and neither are compressed.

    A strong tag is of one sequence of bytes (RFC 9110 §8.8.3.3), so the tag of a compressed answer ends in `-gzip`:
    `service.preconditions` takes it for the same version. A 304 names the tag that the caller sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(UNSIGNED):
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)

        async def send_tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if message["status"] == 304:
                    headers.add_vary_header("Accept-Encoding")
                tag = headers.get("etag")
                if tag and (
                    headers.get("content-encoding") == "gzip"
                    or (message["status"] == 304 and coded(tag) in tags_of(asked.getlist("if-none-match")))
                ):
                    headers["ETag"] = coded(tag)
            await send(message)

        if takes_gzip(asked.get("accept-encoding", "")):
            await GZipResponder(self.app, SMALLEST, LEVEL)(scope, receive, send_tagged)
        else:
            await IdentityResponder(self.app, SMALLEST)(scope, receive, send_tagged)


def coded(tag: str) -> str:
    """The tag of the same version, compressed."""
    return tag[:-1] + CODED


@lru_cache(maxsize=1000)
def takes_gzip(header: str) -> bool:
    """By `Accept-Encoding` (RFC 9110 §12.5.3): gzip or any coding is named, and not with a weight of 0."""
    found: dict[str, float] = {}
    for part in header.lower().split(","):
        named = re.fullmatch(r"\s*(gzip|x-gzip|\*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*", part)
        if named:
            found.setdefault(named[1].removeprefix("x-"), float(named[2] or 1))
    return found.get("gzip", found.get("*", 0.0)) > 0
