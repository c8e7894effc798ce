"""How a write ends: it is posted, and the record is read as the transaction leaves it."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Protocol
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

POSTED = """
WITH posting AS MATERIALIZED (SELECT ledger_post(CAST(:subjects AS uuid[]), CAST(:day AS date), 'unsigned', :cause))
SELECT CAST(one.record AS text) FROM ({}) one, posting
"""


@cache  # SQLAlchemy finds its own caches again by the object
def reading(statement: str) -> TextClause:
    return text(f"SELECT CAST(one.record AS text) FROM ({statement}) one")


@cache
def posting(statement: str) -> TextClause:
    return text(POSTED.format(statement))


async def written(session: AsyncSession, statement: str, record_id: UUID) -> str:
    """A record in JSON: the column `record` of a statement with `:id`."""
    connection = await session.connection()
    row: str = (await connection.execute(reading(statement), {"id": record_id})).scalar_one()
    return row


class Record(Protocol):
    """Anything with an id, which the database may give when the record is written."""

    id: UUID


async def posted(
    session: AsyncSession, subjects: Collection[UUID], day: date, cause: str, statement: str, record: Record
) -> str:
    """Brings the ledger to what the records of these children (or sites) say, as `ledger.post` does, and answers a
    record in the same round trip."""
    await session.flush()
    connection = await session.connection()
    asked = {"subjects": sorted(subjects), "day": day, "cause": cause, "id": record.id}
    row: str = (await connection.execute(posting(statement), asked)).scalar_one()
    return row
