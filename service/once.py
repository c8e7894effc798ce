"""Idempotency-Key: a request that changes something and is repeated gets its first answer, and does nothing twice.

The answer is written in the transaction of the change, so it is there exactly when the change is. A repeat that comes
while the first is under way waits for it in the database. What is refused is not kept: it has changed nothing, and may
be right the next time. Of key and request digests are kept; of a request that holds a password, which could be guessed
from one, nothing at all.
"""

import re
from collections.abc import Callable, Coroutine
from functools import wraps
from hashlib import sha256
from inspect import signature
from typing import Any, get_type_hints

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.domain.refusal import Refusal
from service.doors import ASKING_NAMED, through

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
SOUND = re.compile(r"[\x20-\x7e]{1,255}")
KEPT = ("Location", "ETag")
FIRST = text(
    f"SELECT same, kept_from, status, headers, body FROM first_answer({ASKING_NAMED}, :permission, :key, :digest)"
)
FORGET = "SELECT forget_answers()"
KEEP = "keep_answer({asking}, :key, :status, :headers, :body)"

Endpoint = Callable[..., Coroutine[Any, Any, Any]]


def may_keep(methods: set[str], endpoint: Endpoint) -> bool:
    """Whether the answers of a route are kept: it posts, in a transaction, and no password."""
    return methods == {"POST"} and "session" in signature(endpoint).parameters and not takes_password(endpoint)


def takes_password(endpoint: Endpoint) -> bool:
    models = [hint for hint in get_type_hints(endpoint).values() if isinstance(hint, type)]
    return any('"format":"password"' in written(m) for m in models if issubclass(m, BaseModel))


def written(model: type[BaseModel]) -> str:
    return orjson.dumps(model.model_json_schema()).decode()


def once(endpoint: Endpoint, permission: str, status: int) -> Endpoint:
    """The endpoint, which does nothing twice for the same key. `status` is of what it answers without a `Response`."""

    @wraps(endpoint)
    async def answered(**arguments: Any) -> Any:
        session: AsyncSession = arguments["session"]
        request: Request = session.info["request"]
        if HEADER not in request.headers:
            return await endpoint(**arguments)
        key = key_of(request)
        wanted = sha256(key).digest()
        if (first := await first_answer(session, permission, wanted, await digest(request, key))) is not None:
            return first
        answer = await endpoint(**arguments)
        await keep(session, wanted, answer if isinstance(answer, Response) else Response(status_code=status))
        return answer

    return answered


def key_of(request: Request) -> bytes:
    given = request.headers.getlist(HEADER)
    if len(given) != 1 or not SOUND.fullmatch(given[0]) or not given[0].strip():
        raise Refusal("idempotency_key_invalid")
    return given[0].encode()


async def digest(request: Request, key: bytes) -> bytes:
    """Of the key and all that the request asks for."""
    path, query = request.url.path.encode(), request.scope["query_string"]
    return sha256(b"\0".join((key, path, query, await request.body()))).digest()


async def first_answer(session: AsyncSession, permission: str, key: bytes, request: bytes) -> Response | None:
    """What a repeat is answered; None to the first, which has the key from now on."""
    asked = session.info["asking"]._asdict() | {"permission": permission, "key": key, "digest": request}
    found = (await (await session.connection()).execute(FIRST, asked)).one_or_none()
    if found is None:
        return None
    if not found.same:
        raise Refusal("idempotency_key_reused")
    if found.kept_from is not None:
        raise Refusal("child_unknown", about=found.kept_from)
    headers = orjson.loads(found.headers) | {REPLAYED: "true"}
    return Response(found.body, found.status, headers, "application/json" if found.body else None)


async def keep(session: AsyncSession, key: bytes, answer: Response) -> None:
    """Writes an answer beside the change that it tells of."""
    await session.flush()
    headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    told = {
        "status": answer.status_code,
        "headers": orjson.dumps(headers).decode(),
        "body": bytes(answer.body).decode(),
    }
    await through(session, KEEP, key=key, **told)
