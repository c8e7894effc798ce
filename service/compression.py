"""Answers to reads go out as gzip when they are long and the client takes it."""

import asyncio
import gzip
import re
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.authentication import UNSIGNED
from service.preconditions import CODED, tags_of

LONG = 128 * 1024  # bytes: compressed beside the loop, which others wait for
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
        start: Message | None = None  # held back until the body tells its length

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                begun, start = start, None
                body = message.get("body", b"")
                if begun["status"] == 304:
                    answer_known(begun, Headers(scope=scope))
                elif len(body) >= SMALLEST and not message.get("more_body", False):
                    message = {**message, "body": await compressed(begun, body, Headers(scope=scope))}
                await send(begun)
            await send(message)

        await self.app(scope, receive, send_compressed)


async def compressed(start: Message, body: bytes, asked: Headers) -> bytes:
    """The body as it travels. The headers say so, and also where it stays as it is: to another it goes otherwise."""
    headers = MutableHeaders(raw=start["headers"])
    headers.add_vary_header("Accept-Encoding")
    if not takes_gzip(asked.get("accept-encoding", "")):
        return body
    packed = await asyncio.to_thread(pack, body) if len(body) >= LONG else pack(body)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    if "etag" in headers:
        headers["ETag"] = coded(headers["etag"])
    return packed


def answer_known(start: Message, asked: Headers) -> None:
    """A 304 varies as the answer would, and names the one that the caller has."""
    headers = MutableHeaders(raw=start["headers"])
    headers.add_vary_header("Accept-Encoding")
    tag = headers.get("etag")
    if tag and coded(tag) in (held.removeprefix("W/") for held in tags_of(asked.getlist("if-none-match"))):
        headers["ETag"] = coded(tag)


def pack(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)


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
