"""Stand-ins: who acts in the place of a commune's chair, and when.

A stand-in is an assignment as chair, made for it: whoever acts in it signs in for it, and every door, permission and
record is that of a chair. Days are those of the real calendar, as of every assignment.
"""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.clock import VIETNAM, calendar_day
from service.database import Reader
from service.domain.period import Period
from service.domain.refusal import Refusal
from service.models import Assignment, StandIn
from service.queries import accounts, assignments
from service.wire import first_day

WHO = """json_build_object('assignment', {0}.id, 'account_id', {0}u.id, 'account', {0}u.name, 'name', {0}u.full_name)"""
STAND_IN_JSON = f"""json_build_object(
    'id', s.id, 'for', {WHO.format("m")}, 'deputy', {WHO.format("d")},
    'area', (SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind) FROM area_version v
             WHERE v.area_id = m.area_id ORDER BY lower(v.during) DESC NULLS LAST LIMIT 1),
    'from', lower(s.during), 'until', upper(s.during), 'reason', s.reason, 'ended_at', s.ended_at)"""
FOUND = """
FROM stand_in s
JOIN assignment m ON m.id = s.chair JOIN account mu ON mu.id = m.account_id
JOIN assignment d ON d.id = s.deputy JOIN account du ON du.id = d.account_id
"""
ONE = f"SELECT {STAND_IN_JSON} AS record {FOUND} WHERE s.id = :id"
# $1 an assignment: in its place, or by it; null is all
MATCHING = f"{FOUND} WHERE ($1::uuid IS NULL OR $1 IN (s.chair, s.deputy))"
READ = f"SELECT {STAND_IN_JSON}::text {MATCHING} AND s.id = $2"
LIST = f"SELECT {STAND_IN_JSON}::text, s.id {MATCHING} AND ($2::uuid IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3"
NUMBER = f"SELECT count(*) {MATCHING}"
# Somebody else than the chair, a person, who on the first day has an assignment in the chair's areas.
SUITABLE = text("""
    SELECT EXISTS (
        SELECT FROM account u
        JOIN assignment a ON a.account_id = u.id AND a.during @> CAST(:first AS date)
        JOIN assignment_area s ON s.area_id = a.area_id AND s.assignment_id = :chair
        WHERE u.id = :account AND u.id <> :own AND u.kind = 'person' AND u.disabled_at IS NULL)
""")


async def stand_ins(reader: Reader, assignment: UUID | None, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Item and id, by id: those for an assignment or by it (none: all); one row more than the limit."""
    return await reader.fetch(LIST, assignment, after, limit + 1)


async def number_of_stand_ins(reader: Reader, assignment: UUID | None) -> int:
    number: int = await reader.fetchval(NUMBER, assignment)
    return number


async def stand_in(reader: Reader, assignment: UUID | None, stand_in_id: UUID) -> str:
    record: str | None = await reader.fetchval(READ, assignment, stand_in_id)
    if record is None:
        raise Refusal("stand_in_unknown")
    return record


async def appoint(
    session: AsyncSession, new_id: UUID, chair_id: UUID, account_id: UUID, days: Period, reason: str
) -> StandIn:
    """Make the assignment in which somebody acts as chair, and nobody else at the same time."""
    chair = await _chair(session, chair_id, days)
    asked = {"first": days.start, "chair": chair.id, "account": account_id, "own": chair.account_id}
    if not await accounts.only(session, SUITABLE, **asked):
        raise Refusal("deputy_unsuitable", "/account")
    await accounts.lock(session, account_id)
    others = await session.exec(select(StandIn).where(StandIn.chair == chair.id, StandIn.ended_at.is_(None)))  # type: ignore[union-attr] # a column
    if any(days & Period(other.during.lower, other.during.upper) for other in others):
        raise Refusal("stand_in_overlaps", "/from")
    during = Range(days.start, days.until)
    acting = Assignment(
        account_id=account_id, role=chair.role, area_id=chair.area_id, agency_id=chair.agency_id, during=during
    )
    await assignments.add(session, acting)
    record = StandIn(id=new_id, chair=chair.id, deputy=acting.id, during=during, reason=reason)
    session.add(record)
    return record


async def _chair(session: AsyncSession, chair_id: UUID, days: Period) -> Assignment:
    """A chair's own assignment, which holds on all of the days; locked, so that nobody else is appointed meanwhile."""
    chair = await session.get(Assignment, chair_id, with_for_update=True)
    if chair is None:
        raise Refusal("assignment_unknown", "/for")
    acting = (await session.exec(select(StandIn.id).where(StandIn.deputy == chair_id))).first()
    held = Period(chair.during.lower, chair.during.upper)
    if chair.role != "commune_chair" or acting is not None or held & days != days:
        raise Refusal("stand_in_of_nobody", "/for")
    return chair


async def end(session: AsyncSession, stand_in_id: UUID, chair: UUID | None) -> None:
    """End a stand-in at once; by a chair, an own one.

    Assignments have whole days: that of a stand-in which began today, or has not begun, is said to have been of
    yesterday, when nobody acted in it.
    """
    record = await session.get(StandIn, stand_in_id, with_for_update=True)
    if record is None or chair not in (None, record.chair):
        raise Refusal("stand_in_unknown")
    acting, today = await session.get_one(Assignment, record.deputy), calendar_day()
    if record.ended_at is not None or (acting.during.upper is not None and acting.during.upper <= today):
        raise Refusal("stand_in_ended")
    record.ended_at = datetime.now(VIETNAM)
    await session.flush()  # from now on its days may be changed
    await accounts.lock(session, acting.account_id)
    acting.during = Range(min(first_day(acting.during), today - timedelta(days=1)), today)
