"""Assignments: in which role, for which area and agency an account acts, and which of them hold today.

Today is the real day in Vietnam: what the register's day is fixed to opens no doors.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.domain.refusal import Refusal
from service.models import Assignment

REAL_DAY = "CAST(now() AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)"
ASSIGNMENT_JSON = """json_build_object(
    'id', m.id, 'role', m.role,
    'area', (SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind) FROM area_version v
             WHERE v.area_id = m.area_id ORDER BY lower(v.during) DESC NULLS LAST LIMIT 1),
    'agency', (SELECT json_build_object('id', g.id, 'name', g.name, 'kind', g.kind) FROM agency g
               WHERE g.id = m.agency_id),
    'from', lower(m.during), 'until', upper(m.during))"""

ONE = f"SELECT {ASSIGNMENT_JSON} AS record FROM assignment m WHERE m.id = :id"
CURRENT = text(f"""
    SELECT m.id, m.role, CAST({ASSIGNMENT_JSON} AS text) AS record FROM assignment m
    WHERE m.account_id = :account AND m.during @> {REAL_DAY}
    ORDER BY lower(m.during), m.id
""")
REACH = text("INSERT INTO assignment_area (assignment_id, area_id) SELECT :id, reach_of(:area)")
ADMINISTER = f"""
    FROM account a WHERE a.disabled_at IS NULL AND EXISTS (
        SELECT FROM assignment m
        WHERE m.account_id = a.id AND m.role = 'administrator'
          AND m.during @> greatest(CAST(:day AS date), {REAL_DAY}))
"""
LOCK_ADMINISTRATORS = text(f"SELECT a.id {ADMINISTER} ORDER BY a.id FOR UPDATE OF a")
ANY_ADMINISTRATOR = text(f"SELECT EXISTS (SELECT {ADMINISTER})")


async def current(session: AsyncSession, account_id: UUID) -> list[Any]:
    """Id, role and record of the assignments of today, the default first."""
    connection = await session.connection()
    return list(await connection.execute(CURRENT, {"account": account_id}))


async def add(session: AsyncSession, record: Assignment) -> None:
    """Assign, and work out which areas the assignment reaches."""
    session.add(record)
    await session.flush()
    connection = await session.connection()
    await connection.execute(REACH, {"id": record.id, "area": record.area_id})


async def assignment(session: AsyncSession, account_id: UUID, assignment_id: UUID) -> Assignment:
    record = await session.get(Assignment, assignment_id)
    if record is None or record.account_id != account_id:
        raise Refusal("assignment_unknown")
    return record


async def administrators(session: AsyncSession) -> list[UUID]:
    """Who administers today. Locked, so that no two are taken away at once."""
    connection = await session.connection()
    return list((await connection.execute(LOCK_ADMINISTRATORS, {"day": None})).scalars())


async def has_administrator(session: AsyncSession, day: date | None = None) -> bool:
    """Whether somebody administers today, and still on the day."""
    connection = await session.connection()
    found: bool = (await connection.execute(ANY_ADMINISTRATOR, {"day": day})).scalar_one()
    return found


async def check_administrator_remains(session: AsyncSession, day: date | None = None) -> None:
    """Refuses a change after which nobody could undo it."""
    if not await has_administrator(session, day):
        raise Refusal("administrator_last")
