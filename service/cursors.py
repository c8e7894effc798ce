"""Cursors: where a page ended, sealed, so that it goes on only for the question and the caller that it was given to.

What seals them is made of the keys that sign tokens: a cursor outlives a restart, and a rotation of the keys.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import orjson
from fastapi import Request
from joserfc.jwk import KeySet

from service.domain.refusal import Refusal

SEAL = 16  # bytes
OF_A_PAGE = frozenset(("cursor", "limit", "count", "fields"))  # what may differ from page to page
BROKEN = (ValueError, TypeError, IndexError)


def secrets_of(keys: KeySet) -> list[bytes]:
    """What seals cursors, first, and what opens older ones: made of the private keys, and telling nothing of them."""
    private = [str(key.as_dict(private=True)["d"]).encode() for key in keys]
    return [hmac.digest(key, b"cursors", "sha256") for key in private]


@dataclass(frozen=True)
class Paging:
    """A question that is answered in pages: which one, whose, and the day on which its first page was asked for."""

    secrets: Sequence[bytes]
    question: bytes
    day: date
    place: list[Any] | None  # where the page before ended

    def sealed(self, place: Sequence[Any]) -> str:
        """The cursor of a page that ended there."""
        said = orjson.dumps([self.day, *place], default=str)
        return urlsafe_b64encode(seal(self.secrets[0], self.question, said) + said).decode().rstrip("=")


PAGING: ContextVar[Paging] = ContextVar("PAGING")


def seal(secret: bytes, question: bytes, said: bytes) -> bytes:
    return hmac.digest(secret, question + said, "sha256")[:SEAL]


def question(request: Request) -> bytes:
    """What is asked and in which assignment; not how much of it at once. Always as long."""
    asked = sorted(item for item in request.query_params.multi_items() if item[0] not in OF_A_PAGE)
    return sha256(repr((request.url.path, asked, request.state.caller.assignment_id)).encode()).digest()


def paging(request: Request, day: date) -> Paging:
    """The page that a request asks for; refuses a cursor that was not given to this caller for this question.

    A question that names no day goes on with the day of its first page, whatever `day` it is by now.
    """
    secrets, asked = request.app.state.cursor_secrets, question(request)
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return Paging(secrets, asked, day, None)
    try:
        opened = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        said = opened[SEAL:]
        if urlsafe_b64encode(opened).decode().rstrip("=") != cursor.rstrip("="):
            raise ValueError
        if not any(hmac.compare_digest(opened[:SEAL], seal(secret, asked, said)) for secret in secrets):
            raise ValueError
        first, *place = orjson.loads(said)
        return Paging(secrets, asked, date.fromisoformat(first), place)
    except BROKEN:
        raise Refusal("cursor_invalid", "/cursor") from None
