"""How a write ends: it is posted, and the record is read as the transaction leaves it."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Protocol
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.doors import ASKING_NAMED, through

POSTED = """
WITH posting AS MATERIALIZED (SELECT ledger_post(CAST(:subjects AS uuid[]), CAST(:day AS date), :actor, :action))
SELECT {record} FROM posting
"""


@cache  # SQLAlchemy finds its own caches again by the object
def posting(record: str) -> TextClause:
    return text(POSTED.format(record=record.format(asking=ASKING_NAMED)))


@cache
def reading(statement: str) -> TextClause:
    return text(f"SELECT CAST(one.record AS text) FROM ({statement}) one")


class Record(Protocol):
    """Anything with an id, which the database may give when the record is written."""

    id: UUID


async def posted(session: AsyncSession, subjects: Collection[UUID], day: date, shown: str, record: Record) -> str:
    """Brings the ledger to what the records of these children (or sites) say, as `ledger.post` does, and answers a
    record in the same round trip: `shown` is an expression for it, of `:id` and `{asking}`."""
    await session.flush()
    connection = await session.connection()
    asked = {"subjects": sorted(subjects), "day": day, "actor": session.info["caller"].account_name, "id": record.id}
    row: str = (await connection.execute(posting(shown), session.info["asking"]._asdict() | asked)).scalar_one()
    return row


async def read_back(session: AsyncSession, statement: str, record_id: UUID) -> str:
    """A record that is behind no wall, in JSON: the column `record` of a statement with `:id`."""
    await session.flush()
    connection = await session.connection()
    row: str = (await connection.execute(reading(statement), {"id": record_id})).scalar_one()
    return row


async def written(session: AsyncSession, shown: str, record: Record) -> str:
    """A record as the transaction leaves it, where nothing has to be posted."""
    await session.flush()
    return str(await through(session, shown, id=record.id))
