"""Children of communes that were split: who they are, and which residence a told commune makes exact."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking
from service.models import Residence

LIST = f"SELECT item, id FROM list_unsettled({ASKING}, $6, $7, $8)"
COUNT = f"SELECT count_unsettled({ASKING}, $6)"
FIRST = text("""
    SELECT r.id, p.split_id, p.split_on FROM residence r
    JOIN split_areas(CAST(:day AS date)) p ON p.area_id = r.area_id AND coalesce(upper(r.during) > p.split_on, true)
    WHERE r.child_id = :child ORDER BY p.split_on, lower(r.during) LIMIT 1
""")
PARTS = text("""
    SELECT v.code, c.successor_id FROM area_change c
    JOIN area_version v ON v.area_id = c.successor_id AND v.during @> c.effective_on
    WHERE c.predecessor_id = :split AND c.effective_on = :day ORDER BY v.code
""")


async def unsettled(reader: Reader, asking: Asking, on: date, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST, *asking, on, after, limit)


async def number_of_unsettled(reader: Reader, asking: Asking, on: date) -> int:
    number: int = await reader.fetchval(COUNT, *asking, on)
    return number


async def settle(session: AsyncSession, child_id: UUID, commune: str, today: date) -> None:
    """The child lived in this part of its commune since the commune was split."""
    connection = await session.connection()
    found: Any = (await connection.execute(FIRST, {"child": child_id, "day": today})).one_or_none()
    if found is None:
        raise Refusal("nothing_to_settle")
    parts = {
        row.code: row.successor_id
        for row in await connection.execute(PARTS, {"split": found.split_id, "day": found.split_on})
    }
    if commune not in parts:
        raise Refusal("not_a_successor", "/commune", communes=", ".join(parts))
    record = await session.get_one(Residence, found.id)
    before = record.during
    if before.lower is not None and before.lower >= found.split_on:
        record.area_id = parts[commune]
        return
    reason, record.during, record.end_reason = record.end_reason, Range(before.lower, found.split_on), "moved"
    await session.flush()  # the old one ends before the new one begins: the constraint looks at each statement
    session.add(
        Residence(
            child_id=child_id,
            area_id=parts[commune],
            during=Range(found.split_on, before.upper),
            end_reason=reason,
        )
    )
