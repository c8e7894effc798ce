"""Strong ETags: nobody overwrites what they have not read.

A tag is the version of the record, for whoever receives all of it. A version also counts what the others do not see:
theirs is a digest of what they do."""

import re
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request, Response

from service.domain.refusal import Refusal
from service.wire import json_answer

CODED = '-gzip"'  # how the tag of a compressed answer ends: no version does


def etag(version: int | str) -> str:
    return f'"{version}"'


def seen(body: str) -> str:
    """In the place of a version, for whoever does not receive the whole record: of what is shown, and nothing else."""
    return sha256(body.encode()).hexdigest()[:32]


def tags(request: Request, name: str) -> list[str]:
    """The tags of a header (or `*` alone): of the version alone, also where its compressed form was received."""
    return [tag[: -len(CODED)] + '"' if tag.endswith(CODED) else tag for tag in tags_of(request.headers.getlist(name))]


def tags_of(lines: list[str]) -> list[str]:
    """The tags of all lines of a header, as they were sent; what is no tag is none."""
    header = ", ".join(lines).strip()
    return ["*"] if header == "*" else re.findall(r'(?:W/)?"[^"]*"', header)


def names(request: Request, present: str) -> bool:
    """Whether the caller was given this tag. A weak one will do, for a cache may have made it of ours."""
    return any(tag.removeprefix("W/") == present for tag in tags(request, "if-none-match"))


def holds(request: Request, present: str) -> bool:
    """Whether the caller has what a tag stands for: of what there is, `*` stands for any tag."""
    return names(request, present) or tags(request, "if-none-match") == ["*"]


def read_answer(request: Request, version: int | str, body: str) -> Response:
    """A single thing, or 304 when the caller has this version."""
    headers = {"ETag": etag(version)}
    if holds(request, etag(version)):
        return Response(status_code=304, headers=headers)
    return json_answer(body, headers)


class IfMatch:
    """What the caller says to have read. Weak tags never match: RFC 9110 §13.1.1."""

    def __init__(self, tags: list[str] | None) -> None:
        self.tags = tags

    def check(self, version: int | str) -> None:
        """Refuses a change that is not based on the present version."""
        if self.tags is not None and not any(tag in ("*", etag(version)) for tag in self.tags):
            raise Refusal("stale", current=etag(version))


async def if_match(request: Request) -> IfMatch:
    return IfMatch(tags(request, "if-match") if "if-match" in request.headers else None)


async def required_if_match(request: Request) -> IfMatch:
    if "if-match" not in request.headers:
        raise Refusal("precondition_required")
    return await if_match(request)


Optional = Annotated[IfMatch, Depends(if_match)]
Required = Annotated[IfMatch, Depends(required_if_match)]
