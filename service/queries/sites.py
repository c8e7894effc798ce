"""Sites of the protection model and their stages."""

from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.doors import through
from service.models import SiteStage
from service.preconditions import IfMatch

SITE_JSON = """json_build_object(
    'id', s.id,
    'commune', (SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind) FROM area_version v
                WHERE v.area_id = s.area_id ORDER BY lower(v.during) NULLS FIRST LIMIT 1),
    'stages', coalesce((
        SELECT json_agg(json_build_object('id', g.id, 'stage', g.stage, 'from', lower(g.during),
                                          'until', upper(g.during)) ORDER BY lower(g.during))
        FROM site_stage g WHERE g.site_id = s.id), '[]'))"""

ONE = f"SELECT s.version, {SITE_JSON} FROM site s WHERE s.id = $1"
SITE = f"(SELECT CAST({SITE_JSON} AS text) FROM site s WHERE s.id = :id)"
STAGE = """
(SELECT CAST(json_build_object('id', g.id, 'stage', g.stage, 'from', lower(g.during), 'until', upper(g.during)) AS text)
 FROM site_stage g WHERE g.id = :id)
"""

# $1 stage on $2 · $3 commune on $2
MATCHING = """
FROM site s
WHERE ($1::text IS NULL OR EXISTS (
      SELECT FROM site_stage g WHERE g.site_id = s.id AND g.stage = $1 AND g.during @> $2::date))
  AND ($3::text IS NULL OR s.area_id = ANY (areas_of_commune($3, $2::date)))
"""
LIST = f"SELECT {SITE_JSON}, s.id {MATCHING} AND ($4::uuid IS NULL OR s.id > $4) ORDER BY s.id LIMIT $5"
COUNT = f"SELECT count(*) {MATCHING}"


async def sites(
    reader: Reader, stage: str | None, on: date, commune: str | None, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST, stage, on, commune, after, limit + 1)


async def number_of_sites(reader: Reader, stage: str | None, on: date, commune: str | None) -> int:
    number: int = await reader.fetchval(COUNT, stage, on, commune)
    return number


async def site(reader: Reader, site_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE, site_id)
    if found is None:
        raise Refusal("site_unknown")
    return found[0], found[1]


async def lock(session: AsyncSession, site_id: UUID, precondition: IfMatch | None = None) -> int:
    """Take the site for this transaction, which changes it: the new version."""
    version = await through(session, "take_site({asking}, :site)", site=site_id)
    if not isinstance(version, int):
        raise Refusal("site_unknown")
    if precondition is not None:
        precondition.check(version - 1)
    return version


async def begin(session: AsyncSession, area_id: int, given: UUID | None) -> UUID:
    """The id of a site about to be made in an area; refuses an area that the caller does not reach."""
    new_id = await through(session, "begin_site({asking}, :area, CAST(:given AS uuid))", area=area_id, given=given)
    if not isinstance(new_id, UUID):
        raise Refusal("area_out_of_reach", "/commune")
    return new_id


async def stage(session: AsyncSession, site_id: UUID, stage_id: UUID) -> SiteStage:
    record = await session.get(SiteStage, stage_id)
    if record is None or record.site_id != site_id:
        raise Refusal("stage_unknown")
    return record


async def end_present_stage(session: AsyncSession, site_id: UUID, day: date) -> None:
    """The open stage ends on the day on which another begins, if it began before."""
    open_since_before = select(SiteStage).where(
        SiteStage.site_id == site_id, func.upper_inf(SiteStage.during), func.lower(SiteStage.during) < day
    )
    present = (await session.exec(open_since_before)).one_or_none()
    if present is not None:
        present.during = Range(present.during.lower, day)
        await session.flush()  # the old one ends before the new one begins: the constraint looks at each statement
