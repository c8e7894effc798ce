"""How the service talks to PostgreSQL: sessions that write in one transaction, and a pool that only reads."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import asyncpg
from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

POOL_SIZE = 20  # of each: together below the 100 connections of a server as it comes
if TYPE_CHECKING:
    Reader = asyncpg.Pool[asyncpg.Record]
else:
    Reader = asyncpg.Pool  # the library does not take the parameter that its stubs ask for


@dataclass(frozen=True)
class Database:
    """An engine for writing and a pool for reading, over the same database."""

    engine: AsyncEngine
    reader: Reader

    @classmethod
    async def open(cls, dsn: str) -> "Database":
        """Connect to `postgresql://…`; raises what asyncpg raises when the server cannot be reached."""
        reader = await asyncpg.create_pool(dsn, min_size=1, max_size=POOL_SIZE, command_timeout=60, reset=nothing)
        return cls(engine(dsn, pool_size=POOL_SIZE, max_overflow=0, pool_timeout=30), reader)

    async def close(self) -> None:
        await self.reader.close()
        await self.engine.dispose()


async def nothing(connection: asyncpg.Connection) -> None:
    """A reader changes nothing of its session: resetting it would cost every request one more round trip."""


def engine(dsn: str, **options: Any) -> AsyncEngine:
    """An engine whose connections asyncpg opens from the address as it is: it means the same to all of the service."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(dsn)

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, **options)


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction, committed before the answer leaves and rolled back on any error."""
    async with AsyncSession(request.app.state.database.engine, expire_on_commit=False) as session, session.begin():
        yield session


async def reader(request: Request) -> Any:  # a plain function would be sent to another thread
    return request.app.state.database.reader


SessionDep = Annotated[AsyncSession, Depends(session, scope="function")]
ReaderDep = Annotated[Reader, Depends(reader)]
