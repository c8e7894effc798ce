"""The rules of the clock and its calendar, as a department has them: versions that follow one another, and days."""

from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.models import DeadlineRule, Holiday
from service.preconditions import IfMatch
from service.wire import first_day

RULE = """json_build_object(
    'id', r.id, 'code', r.code, 'name_vi', r.name_vi, 'name_en', r.name_en, 'kind', r.kind, 'part', r.part,
    'from', lower(r.during), 'until', upper(r.during), 'amounts', r.amounts, 'every', r.every, 'unit', r.unit,
    'starts', r.starts, 'met_by', r.met_by, 'receipt', r.receipt, 'concluded', r.concluded,
    'legal_basis', r.legal_basis)"""
# A version changes once, when it ends.
ONE_RULE = f"""
SELECT CASE WHEN upper_inf(r.during) THEN 1 ELSE 2 END, {RULE} AS record FROM deadline_rule r WHERE r.id = :id
"""
RULES = "FROM deadline_rule r WHERE ($1::text IS NULL OR r.code = $1) AND ($2::date IS NULL OR r.during @> $2)"
LIST_RULES = f"""
SELECT {RULE}, r.code, r.id {RULES} AND ($3::text IS NULL OR (r.code, r.id) > ($3, $4::uuid))
ORDER BY r.code, r.id LIMIT $5
"""
COUNT_RULES = f"SELECT count(*) {RULES}"

HOLIDAY = """json_build_object('id', h.id, 'day', h.day, 'kind', h.kind, 'name_vi', h.name_vi, 'name_en', h.name_en,
                  'source', h.source)"""
ONE_HOLIDAY = f"SELECT h.version, {HOLIDAY} AS record FROM holiday h WHERE h.day = $1"
MADE_HOLIDAY = f"SELECT {HOLIDAY} AS record FROM holiday h WHERE h.id = :id"
HOLIDAYS = "FROM holiday h WHERE ($1::integer IS NULL OR date_part('year', h.day) = $1)"
LIST_HOLIDAYS = f"""
SELECT {HOLIDAY}, h.day {HOLIDAYS} AND ($2::date IS NULL OR h.day > $2) ORDER BY h.day LIMIT $3
"""
COUNT_HOLIDAYS = f"SELECT count(*) {HOLIDAYS}"

EVERYWHERE = """
SELECT EXISTS (SELECT FROM assignment a JOIN area place ON place.id = a.area_id
               WHERE a.id = $1 AND place.level = 'province' AND place.covered)
"""


async def rules(
    reader: Reader, code: str | None, on: date | None, after: tuple[str | None, UUID | None], limit: int
) -> list[asyncpg.Record]:
    """Item, code and id, by these; one row more than the limit."""
    return await reader.fetch(LIST_RULES, code, on, *after, limit + 1)


async def number_of_rules(reader: Reader, code: str | None, on: date | None) -> int:
    number: int = await reader.fetchval(COUNT_RULES, code, on)
    return number


async def rule(reader: Reader, rule_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE_RULE.replace(":id", "$1"), rule_id)
    if found is None:
        raise Refusal("deadline_rule_unknown")
    return found[0], found[1]


async def check_everywhere(reader: Reader, assignment_id: UUID) -> None:
    """The clock is that of the whole province: so does reach whoever changes it."""
    if not await reader.fetchval(EVERYWHERE, assignment_id):
        raise Refusal("area_out_of_reach")


async def latest(session: AsyncSession, code: str) -> DeadlineRule:
    """The last version of a rule, for a transaction that is about to end it."""
    last = select(DeadlineRule).where(DeadlineRule.code == code).order_by(col(DeadlineRule.during).desc()).limit(1)
    found = (await session.exec(last.with_for_update())).one_or_none()
    if found is None:
        raise Refusal("deadline_rule_unknown", "/code")
    return found


async def follow(session: AsyncSession, former: DeadlineRule, since: date) -> None:
    """Ends a version on the first day of the next one."""
    if first_day(former.during) >= since:
        raise Refusal("deadline_rule_no_overlap", "/from")
    if former.during.upper is None or former.during.upper > since:
        former.during = Range(former.during.lower, since)
    await session.flush()  # the one ends before the other begins: the constraint looks at each statement


async def holidays(reader: Reader, year: int | None, after: date | None, limit: int) -> list[asyncpg.Record]:
    """Item and day, by day; one row more than the limit."""
    return await reader.fetch(LIST_HOLIDAYS, year, after, limit + 1)


async def number_of_holidays(reader: Reader, year: int | None) -> int:
    number: int = await reader.fetchval(COUNT_HOLIDAYS, year)
    return number


async def holiday(reader: Reader, day: date) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE_HOLIDAY, day)
    if found is None:
        raise Refusal("holiday_unknown")
    return found[0], found[1]


async def lock_holiday(session: AsyncSession, day: date, precondition: IfMatch) -> Holiday:
    """A day of the calendar, for a transaction that is about to change it."""
    found = (await session.exec(select(Holiday).where(Holiday.day == day).with_for_update())).one_or_none()
    if found is None:
        raise Refusal("holiday_unknown")
    precondition.check(found.version)
    return found
