"""Agencies: the bodies that people act for."""

from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.models import Agency
from service.preconditions import IfMatch

AGENCY_JSON = """json_build_object('id', g.id, 'name', g.name, 'kind', g.kind, 'from', lower(g.during),
                  'until', upper(g.during))"""
ONE = f"SELECT g.version, {AGENCY_JSON} AS record FROM agency g WHERE g.id = :id"
LIST = f"""
SELECT {AGENCY_JSON}, g.id FROM agency g
WHERE ($1::text IS NULL OR g.kind = $1) AND ($2::uuid IS NULL OR g.id > $2) ORDER BY g.id LIMIT $3
"""
COUNT = "SELECT count(*) FROM agency g WHERE $1::text IS NULL OR g.kind = $1"
FIND = text("SELECT id FROM agency WHERE name = :name")


async def agencies(reader: Reader, kind: str | None, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST, kind, after, limit + 1)


async def number_of_agencies(reader: Reader, kind: str | None) -> int:
    number: int = await reader.fetchval(COUNT, kind)
    return number


async def agency(reader: Reader, agency_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE.replace(":id", "$1"), agency_id)
    if found is None:
        raise Refusal("agency_unknown")
    return found[0], found[1]


async def named(session: AsyncSession, name: str) -> UUID:
    connection = await session.connection()
    found: UUID | None = (await connection.execute(FIND, {"name": name})).scalar_one_or_none()
    if found is None:
        raise Refusal("agency_unknown")
    return found


async def lock(session: AsyncSession, agency_id: UUID, precondition: IfMatch | None = None) -> Agency:
    """Take the agency for this transaction, which changes it."""
    record = await session.get(Agency, agency_id, with_for_update=True)
    if record is None:
        raise Refusal("agency_unknown")
    if precondition is not None:
        precondition.check(record.version)
    record.version += 1
    return record
