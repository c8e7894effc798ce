"""From an error to the problem document that tells of it: what was refused, what is not valid, what failed for now."""

import re
from contextlib import suppress
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from service import stale
from service.database import NO_ANSWER, asking_of, reader_of
from service.domain.refusal import Refusal
from service.doors import ASKING
from service.error_words import message
from service.pointers import pointer
from service.problems import PROBLEMS, language, problem
from service.reasons import REASONS
from service.route_table import allowed

NOTE_REFUSAL = f"SELECT note_refusal({ASKING}, $6::uuid[])"
HTTP_CODES = {400: "unreadable", 404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}

# What the database may be in the middle of, and out of again by the next request.
TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # also a statement that took too long
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, until the other server is found
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection cut while the pool takes it back
)


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(DBAPIError, database_error)
    app.add_exception_handler(asyncpg.PostgresError, database_error)
    app.add_exception_handler(asyncpg.InterfaceError, database_error)
    app.add_exception_handler(asyncpg.InternalClientError, database_error)
    for unreachable in (OSError, TimeoutError, PoolTimeout):
        app.add_exception_handler(unreachable, unavailable)


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    meaning = PROBLEMS[error.code]
    # A door that is read through notes by itself whom it does not show.
    unknown = meaning.status == 404 and request.method != "GET" and (error.pointer is None or error.about)
    if meaning.status == 403 or unknown:
        await note_refusal(request, error.about)
    facts: dict[str, object] = dict(error.facts)
    if error.code == "stale":
        facts |= await stale.changes(request, str(facts["current"]))
    if "reason" in facts:
        facts["detail"] = REASONS[str(facts["reason"])][language(request)]
    if error.pointer is None:
        wait = facts.get("retry_after")
        return problem(request, error.code, facts, headers={"Retry-After": str(wait)} if wait else None)
    field = {"pointer": error.pointer, "code": error.code, "message": meaning.title[language(request)]}
    # What the path does not find is 404; what the input names in vain is invalid input.
    status = 422 if meaning.status == 404 else meaning.status
    return problem(request, error.code, {"errors": [field], **facts}, status=status)


async def note_refusal(request: Request, about: UUID | None) -> None:
    """Puts on record who was refused what: apart, for the transaction that was to do it is undone by now."""
    if not hasattr(request.state, "caller"):
        return
    named = [about] if about else [i for part in request.path_params.values() if (i := identifier(part))]
    with suppress(*NO_ANSWER):  # nor is the answer any other when the database is gone, or the assignment has ended
        await reader_of(request).execute(NOTE_REFUSAL, *asking_of(request), named)


def identifier(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


async def not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return problem(request, "unreadable")
    errors = [
        {
            "pointer": pointer(*e["loc"][1:]),
            "code": e["type"],
            "message": message(e, language(request)),
        }
        for e in error.errors()
    ]
    return problem(request, "invalid", {"errors": errors})


async def http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code)
    headers = dict(error.headers) if error.headers else None
    if error.status_code == 405:
        headers = {"Allow": allowed(request)}
        if request.scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=headers)
    return problem(request, code or "unreadable", status=error.status_code, headers=headers)


async def database_error(request: Request, error: Exception) -> Response:
    """A rule that the database holds has its constraint's name; a lost connection or a deadlock can be tried again."""
    cause = cause_of(error)
    if isinstance(cause, asyncpg.TransactionRollbackError):
        raise error  # for another try: Retrying
    if isinstance(cause, asyncpg.IntegrityConstraintViolationError):
        name = constraint_name(cause)
        if name in PROBLEMS:
            return problem(request, name)
        if name is not None and name.endswith("_pkey"):
            return problem(request, "id_taken")
    if isinstance(cause, asyncpg.InsufficientPrivilegeError) and str(cause) == "not admitted":
        return problem(request, "forbidden")  # the assignment has ended since the caller was recognised
    if isinstance(cause, asyncpg.DataError | asyncpg.CheckViolationError):
        return problem(request, "invalid")
    if isinstance(cause, asyncpg.DiskFullError):
        return problem(request, "storage_full", headers={"Retry-After": "60"})
    if isinstance(cause, asyncpg.ReadOnlySQLTransactionError):  # another's standby by now: connect anew
        await request.app.state.database.reader.expire_connections()
    if isinstance(cause, (*TRANSIENT, OSError)) or isinstance(error, InterfaceError):
        return await unavailable(request, error)
    raise error


def cause_of(error: Exception) -> BaseException | None:
    """What PostgreSQL said, without what SQLAlchemy put around it."""
    if isinstance(error, DBAPIError):
        return error.orig.__cause__ if error.orig is not None else None
    return error


def constraint_name(error: asyncpg.PostgresError) -> str | None:
    """A worker of a cluster puts the name into the message alone."""
    name = getattr(error, "constraint_name", None)
    if name is None and (found := re.search(r'constraint "(\w+)"', str(error))):
        name = found[1]
    return name


async def unavailable(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the handlers' signature
    return problem(request, "unavailable", headers={"Retry-After": "1"})
