"""The ledger: what counts (spells.sql), since when that is known (post.sql), and what makes it fast (pages.sql); what
it says now (stocks.sql), and said at the close of a day (known.sql), taken apart (parts.sql); which registers were
touched when (touches.sql); how another rule comes into it (rules.sql)."""

from collections.abc import Callable, Collection
from datetime import date
from importlib.resources import files
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

AS_LONG_AS_IT_TAKES = 3600  # seconds: a whole province at once is not held to the time of a request
SUBJECTS_AT_ONCE, COMMUNES_AT_ONCE = 1000, 10  # of a rule that is posted: so long, at most, a write waits for a step
SCRIPTS = [
    files(__name__).joinpath(name).read_text(encoding="utf-8")
    for name in (
        *("spells.sql", "pages.sql", "post.sql", "touches.sql", "stocks.sql", "known.sql", "parts.sql", "told.sql"),
        *("rules.sql", "verify.sql"),
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


async def post_rules(
    connection: asyncpg.Connection, day: Callable[[], date], notify: Callable[[str, int, int], None] | None = None
) -> list[str]:
    """Posts the adopted rules that are not posted for everyone yet, step by step, each a transaction. Answers which."""
    rules = await connection.fetch("""
        SELECT p.rule, r.programme_code || '/' || r.number AS name, p.total
        FROM rule_posting p JOIN counting_rule r ON r.id = p.rule ORDER BY p.rule
    """)
    for rule, name, total in rules:
        while await next_step(connection, rule, day()):
            if notify:
                done = await connection.fetchval("SELECT done FROM rule_posting WHERE rule = $1", rule)
                notify(name, total if done is None else done, total)
    return [name for _, name, _ in rules]


async def next_step(connection: asyncpg.Connection, rule: int, day: date) -> bool:
    """Whether there is more to do. A step that lost against another transaction begins anew."""
    try:
        more: bool = await connection.fetchval(
            "SELECT post_rule($1, $2, $3, $4)", rule, day, SUBJECTS_AT_ONCE, COMMUNES_AT_ONCE
        )
    except asyncpg.TransactionRollbackError:
        return True
    return more


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
