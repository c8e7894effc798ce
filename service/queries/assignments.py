"""Assignments: in which role, for which area and agency an account acts, and which of them hold today.

Today is the real day in Vietnam: what the register's day is fixed to opens no doors.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

REAL_DAY = "CAST(now() AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date)"
ASSIGNMENT_JSON = """json_build_object(
    'id', m.id, 'role', m.role,
    'area', (SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind) FROM area_version v
             WHERE v.area_id = m.area_id ORDER BY lower(v.during) DESC NULLS LAST LIMIT 1),
    'agency', (SELECT json_build_object('id', g.id, 'name', g.name, 'kind', g.kind) FROM agency g
               WHERE g.id = m.agency_id),
    'from', lower(m.during), 'until', upper(m.during))"""

CURRENT = text(f"""
    SELECT m.id, m.role, CAST({ASSIGNMENT_JSON} AS text) AS record FROM assignment m
    WHERE m.account_id = :account AND m.during @> {REAL_DAY}
    ORDER BY lower(m.during), m.id
""")


async def current(session: AsyncSession, account_id: UUID) -> list[Any]:
    """Id, role and record of the assignments of today, the default first."""
    connection = await session.connection()
    return list(await connection.execute(CURRENT, {"account": account_id}))
