"""How the service talks to PostgreSQL: sessions that write in one transaction, and a pool of single statements."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from service.access import Caller
from service.doors import Asking, service_role
from service.settings import Limits

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Pool = asyncpg.Pool  # the library does not take the parameter that its stubs ask for

# What there is instead of an answer, when one has to be given all the same.
NO_ANSWER = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Reader(Pool):
    """A pool for single statements: reads, with the record of the look that a door makes. Nobody waits long for it."""

    def __init__(self, dsn: str, limits: Limits) -> None:
        super().__init__(
            dsn,
            min_size=1,
            max_size=limits.pool_size,
            max_queries=50_000,
            max_inactive_connection_lifetime=300,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            reset=nothing,
            **bounded(limits),
        )
        self.patience = limits.pool_timeout

    def acquire(self, *, timeout: float | None = None) -> Any:
        # Where one is idle there is nothing to wait for, and a watch over the wait costs as much as taking it.
        return super().acquire(timeout=timeout or (None if self.get_idle_size() else self.patience))


@dataclass(frozen=True)
class Database:
    """An engine for writing and a pool for reading, over the same database."""

    engine: AsyncEngine
    reader: Reader
    turns: (
        asyncio.Semaphore
    )  # to write, in the order of asking: a pool's own queue lets those who come overtake who waits
    patience: float  # seconds for a turn

    @classmethod
    async def open(cls, dsn: str, limits: Limits) -> "Database":
        """Connect to `postgresql://…`; raises what asyncpg raises when the server cannot be reached."""
        reader = await Reader(dsn, limits)
        writer = engine(
            dsn, bounded(limits), pool_size=limits.pool_size, max_overflow=0, pool_timeout=limits.pool_timeout
        )
        event.listen(writer.sync_engine, "handle_error", leave_standby)
        return cls(writer, reader, asyncio.Semaphore(limits.pool_size), limits.pool_timeout)

    async def close(self) -> None:
        await self.reader.close()
        await self.engine.dispose()


async def nothing(connection: asyncpg.Connection) -> None:
    """A reader changes nothing of its session: resetting it would cost every request one more round trip."""


def bounded(limits: Limits) -> dict[str, Any]:
    """How to connect for requests: PostgreSQL ends what takes too long, and we do when PostgreSQL is silent."""
    seconds = {
        "statement_timeout": limits.statement_timeout,
        "lock_timeout": limits.lock_timeout,
        "idle_in_transaction_session_timeout": limits.statement_timeout,
    }
    return {
        "timeout": limits.pool_timeout,
        "command_timeout": limits.statement_timeout + 5,
        "server_settings": {name: f"{value * 1000:.0f}" for name, value in seconds.items()},
    }


def leave_standby(context: ExceptionContext) -> None:
    """A server that takes no writes is another's standby by now: connect anew, the address may name the other."""
    if isinstance(getattr(context.original_exception, "__cause__", None), asyncpg.ReadOnlySQLTransactionError):
        context.is_disconnect = True


def as_service(dsn: str) -> str:
    """The address for the service's own role, from its owner's: of a server that asks for no password."""
    return re.sub(r"//([^:@/]+)@", lambda owner: f"//{service_role(owner[1])}@", dsn, count=1)


def engine(dsn: str, how: Mapping[str, Any] | None = None, **options: Any) -> AsyncEngine:
    """An engine whose connections asyncpg opens from the address as it is: it means the same to all of the service."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(dsn, **(how or {}))

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, **options)


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction, committed before the answer leaves and rolled back on any error."""
    database: Database = request.app.state.database
    async with asyncio.timeout(database.patience):
        await database.turns.acquire()
    try:
        async with AsyncSession(database.engine, expire_on_commit=False) as session, session.begin():
            if hasattr(request.state, "caller"):
                session.info["asking"] = asking_of(request)
                session.info["caller"] = request.state.caller
            session.info["request"] = request
            yield session
    finally:
        database.turns.release()


def asking_of(request: Request) -> Asking:
    """What the doors are told of a request."""
    caller: Caller = request.state.caller
    action = request.scope["route"].name
    return Asking(caller.assignment_id, caller.purpose, caller.address, caller.request_id, action)


async def asking(request: Request) -> Asking:
    return asking_of(request)


def caller_of(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def caller(request: Request) -> Caller:
    return caller_of(request)


def reader_of(request: Request) -> Any:
    return request.app.state.database.reader


async def reader(request: Request) -> Any:  # a plain function would be sent to another thread
    return reader_of(request)


AskingDep = Annotated[Asking, Depends(asking)]
CallerDep = Annotated[Caller, Depends(caller)]
SessionDep = Annotated[AsyncSession, Depends(session, scope="function")]
ReaderDep = Annotated[Reader, Depends(reader)]
