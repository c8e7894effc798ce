"""What whoever is late is told: what has changed since the version that they hold, by whom and when.

What has a version is the first thing that a path names. Only whoever receives all of the record has its version for a
tag: those of the others are digests of what they see, and they are told the present one alone."""

import re
from contextlib import suppress
from uuid import UUID

import orjson
from fastapi import Request

from service.database import NO_ANSWER, asking_of, reader_of
from service.preconditions import tags
from service.queries.history import changes_since

VERSIONED = {"child_id": "child", "case_id": "case", "site_id": "site", "account_id": "account", "agency_id": "agency"}


async def changes(request: Request, current: str) -> dict[str, object]:
    """`changes`, where the caller holds a former version of something with a history; else nothing."""
    named = next(((VERSIONED[n], value) for n, value in request.path_params.items() if n in VERSIONED), None)
    held, present = [version(tag) for tag in tags(request, "if-match")], version(current)
    former = [number for number in held if number is not None and present is not None and number < present]
    if named is None or not former:
        return {}
    kind, thing = named
    with suppress(*NO_ANSWER):  # that it is stale is told all the same
        found = await changes_since(reader_of(request), asking_of(request), kind, UUID(thing), max(former))
        if found is not None:
            return {"changes": orjson.Fragment(found)}
    return {}


def version(tag: str) -> int | None:
    """Of a tag that is one, or a version and a day."""
    return int(tag[1:-1].partition(".")[0]) if re.fullmatch(r'"[0-9]{1,9}(\.[0-9-]{10})?"', tag) else None
