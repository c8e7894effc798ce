"""The ledger: what counts (spells.sql), since when that is known (post.sql), and what makes it fast (pages.sql); what
it says now (stocks.sql), and said at the close of a day (known.sql), taken apart (parts.sql); and which registers were
touched when (touches.sql)."""

from collections.abc import Collection
from datetime import date
from importlib.resources import files
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

AS_LONG_AS_IT_TAKES = 3600  # seconds: a whole province at once is not held to the time of a request
SCRIPTS = [
    files(__name__).joinpath(name).read_text(encoding="utf-8")
    for name in (
        *("spells.sql", "pages.sql", "post.sql", "touches.sql", "stocks.sql", "known.sql", "parts.sql"),
        "verify.sql",
    )
]


async def post(session: AsyncSession, subjects: Collection[UUID], day: date) -> int | None:
    """Brings the ledger to what the records of these children (or sites) say: once, last in the transaction.

    Answers the number of the posting, or None when nothing that counts has changed.
    """
    await session.flush()  # the posting reads what was written
    connection = await session.connection()
    statement = text("SELECT ledger_post(CAST(:subjects AS uuid[]), CAST(:day AS date), :actor, :cause)")
    actor, cause = session.info["caller"].account_name, session.info["asking"].action
    asked = {"subjects": sorted(subjects), "day": day, "actor": actor, "cause": cause}
    number: int | None = await connection.scalar(statement, asked)
    return number


async def rebuild(connection: asyncpg.Connection, day: date) -> int | None:
    """Posts where records and spells differ, then remakes every page from the spells. Loses no posting."""
    async with connection.transaction():
        number: int | None = await connection.fetchval(
            "SELECT ledger_post_all($1, 'operator', 'rebuild')", day, timeout=AS_LONG_AS_IT_TAKES
        )
        await connection.execute("SELECT rebuild_pages()", timeout=AS_LONG_AS_IT_TAKES)
    return number


def horizon(today: date) -> date:
    """The first day without a page: the pages reach to the end of next year."""
    return date(today.year + 2, 1, 1)


async def extend(connection: asyncpg.Connection, today: date) -> bool:
    """Makes the pages reach as far as they must today. Answers whether that needed doing."""
    moved: bool = await connection.fetchval("SELECT extend_pages($1)", horizon(today), timeout=AS_LONG_AS_IT_TAKES)
    return moved


async def differences(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Where records, spells and pages disagree: nothing, as long as the ledger is sound."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows: list[asyncpg.Record] = await connection.fetch("SELECT * FROM ledger_differences()")
    return rows
