"""Children: the list, one with all that hangs on it, and the lock that every change begins with."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.models import Circumstance, Residence
from service.preconditions import IfMatch
from service.queries.areas import pattern
from service.queries.bound import Bound

RESIDENCE_JSON = """json_build_object(
    'id', r.id, 'commune', json_build_object('code', v.code, 'name', v.name, 'kind', v.kind),
    'from', lower(r.during), 'until', upper(r.during), 'end_reason', r.end_reason)"""
CIRCUMSTANCE_JSON = """json_build_object(
    'id', m.id, 'category', m.category_code, 'kind', k.kind,
    'from', lower(m.during), 'until', upper(m.during), 'evidence', m.evidence)"""

RESIDENCE = f"""
SELECT {RESIDENCE_JSON} AS record FROM residence r
JOIN area_version v ON v.area_id = r.area_id AND v.during @> lower(r.during) WHERE r.id = :id
"""
CIRCUMSTANCE = f"""
SELECT {CIRCUMSTANCE_JSON} AS record FROM circumstance m JOIN category k ON k.code = m.category_code WHERE m.id = :id
"""

CASE_JSON = """json_build_object(
    'id', f.id, 'child_id', f.child_id, 'kind', f.kind,
    'status', CASE WHEN f.closed_on IS NULL THEN 'open' ELSE 'closed' END,
    'opened_on', f.opened_on, 'closed_on', f.closed_on, 'outcome', f.outcome, 'reason', f.reason,
    'previous_case_id', f.previous_case_id,
    'interventions', coalesce((
        SELECT json_agg(json_build_object('id', i.id, 'measure', i.measure_code, 'started_on', i.started_on,
                                          'ended_on', i.ended_on, 'provider', i.provider) ORDER BY i.started_on, i.id)
        FROM intervention i WHERE i.case_id = f.id), '[]'))"""

ONE = f"""
SELECT c.version, json_build_object(
    'id', c.id, 'full_name', c.full_name, 'sex', c.sex, 'date_of_birth', c.date_of_birth,
    'date_of_birth_precision', c.date_of_birth_precision, 'personal_id', c.personal_id, 'ethnicity', c.ethnicity,
    'residences', coalesce((
        SELECT json_agg({RESIDENCE_JSON} ORDER BY lower(r.during))
        FROM residence r JOIN area_version v ON v.area_id = r.area_id AND v.during @> lower(r.during)
        WHERE r.child_id = c.id), '[]'),
    'circumstances', coalesce((
        SELECT json_agg({CIRCUMSTANCE_JSON} ORDER BY lower(m.during), k.position)
        FROM circumstance m JOIN category k ON k.code = m.category_code
        WHERE m.child_id = c.id), '[]'),
    'open_cases', coalesce((
        SELECT json_agg({CASE_JSON} ORDER BY f.opened_on, f.id)
        FROM case_file f WHERE f.child_id = c.id AND f.closed_on IS NULL), '[]')) AS record
FROM child c WHERE c.id = :id
"""

ONE_BY_ID = ONE.replace(":id", "$1")

ITEM = """json_build_object(
    'id', c.id, 'full_name', c.full_name, 'sex', c.sex, 'date_of_birth', c.date_of_birth,
    'date_of_birth_precision', c.date_of_birth_precision,
    'commune', (SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)
                FROM residence r JOIN area_version v ON v.area_id = r.area_id
                WHERE r.child_id = c.id AND r.during @> {shown_on}
                ORDER BY v.during @> {shown_on} DESC, lower(v.during) DESC NULLS LAST LIMIT 1))"""


@dataclass(frozen=True)
class Filter:
    """Which children: `on` a day, when a filter needs one, else every record."""

    on: date | None
    commune: str | None = None
    category: str | None = None
    kind: str | None = None
    assisted: bool | None = None
    sex: str | None = None
    age_from: int | None = None
    age_until: int | None = None
    q: str | None = None

    def matching(self, bound: Bound) -> str:
        """FROM and WHERE with no condition but those asked for, so that each question gets the plan that suits it."""
        on, tables, conditions = "null", "child c", ["true"]
        if self.on is not None:
            on = bound(self.on, "date")
            conditions.append(f"c.date_of_birth <= {on} AND birthday(c.date_of_birth, 16) > {on}")
            # One residence at most holds a day, so that no child comes twice. IS TRUE keeps the planner from the index
            # of periods: on any day nearly all children live somewhere, and it takes them for a few.
            tables += f" JOIN residence home ON home.child_id = c.id AND (home.during @> {on}) IS TRUE"
        counted_in = "true"
        if self.commune is not None:
            code = bound(self.commune, "text")
            area = f"(SELECT area_id FROM area_version WHERE code = {code} AND during @> {on})"
            conditions.append(f"home.area_id = {area}")
            counted_in = f"s.area_id = {area}"
        if self.sex is not None:
            conditions.append(f"c.sex = {bound(self.sex, 'text')}")
        if self.q is not None:
            conditions.append(f"c.name_key LIKE '%' || {bound(pattern(self.q), 'text')} || '%'")
        if self.age_from is not None:
            conditions.append(f"birthday(c.date_of_birth, {bound(self.age_from, 'integer')}) <= {on}")
        if self.age_until is not None:
            conditions.append(f"birthday(c.date_of_birth, {bound(self.age_until, 'integer')}) > {on}")
        if self.kind is not None:
            kind, category = bound(self.kind, "text"), bound(self.category or "all", "text")
            conditions.append(f"""c.id IN (
                SELECT s.subject_id FROM spell s WHERE s.withdrawn IS NULL AND s.during @> {on} AND {counted_in}
                AND s.rule IN (SELECT id FROM counting_rule) AND s.measure = {kind} AND s.category = {category})""")
        if self.assisted is not None:
            conditions.append(f"""{bound(self.assisted, "boolean")} = EXISTS (
                SELECT FROM case_file f JOIN intervention i ON i.case_id = f.id AND i.started_on <= {on}
                WHERE f.child_id = c.id AND f.opened_on <= {on} AND (f.closed_on IS NULL OR f.closed_on > {on}))""")
        return f"FROM {tables} WHERE {' AND '.join(conditions)}"


def page(wanted: Filter, shown_on: date, after: UUID | None, limit: int) -> tuple[str, list[object]]:
    """The statement of a page by id, and what it is bound to: item and id, one row more than the limit."""
    bound = Bound()
    matching = wanted.matching(bound)
    later = "true" if after is None else f"c.id > {bound(after, 'uuid')}"
    item = ITEM.format(shown_on=bound(shown_on, "date"))
    return f"SELECT {item}, c.id {matching} AND {later} ORDER BY c.id LIMIT {limit + 1}", bound.values


async def children(
    reader: Reader, wanted: Filter, shown_on: date, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit. The commune is the one on `shown_on`."""
    statement, values = page(wanted, shown_on, after, limit)
    return await reader.fetch(statement, *values)


async def number_of_children(reader: Reader, wanted: Filter) -> int:
    bound = Bound()
    number: int = await reader.fetchval(f"SELECT count(*) {wanted.matching(bound)}", *bound.values)
    return number


async def child(reader: Reader, child_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE_BY_ID, child_id)
    if found is None:
        raise Refusal("child_unknown")
    return found[0], found[1]


LOCK = text("UPDATE child SET version = version + 1, updated_at = now() WHERE id = :id RETURNING version")


async def lock(session: AsyncSession, child_id: UUID, precondition: IfMatch | None = None) -> int:
    """Take the child for this transaction, which changes its file: the new version. First of all, in order of ids."""
    connection = await session.connection()
    version: int | None = await connection.scalar(LOCK, {"id": child_id})
    if version is None:
        raise Refusal("child_unknown")
    if precondition is not None:
        precondition.check(version - 1)
    return version


async def lock_named(session: AsyncSession, child_id: UUID, pointer: str) -> None:
    """Take a child that the body names."""
    try:
        await lock(session, child_id)
    except Refusal as refusal:
        raise Refusal(refusal.code, pointer) from None


async def residence(session: AsyncSession, child_id: UUID, residence_id: UUID) -> Residence:
    record = await session.get(Residence, residence_id)
    if record is None or record.child_id != child_id:
        raise Refusal("residence_unknown")
    return record


async def circumstance(session: AsyncSession, child_id: UUID, circumstance_id: UUID) -> Circumstance:
    record = await session.get(Circumstance, circumstance_id)
    if record is None or record.child_id != child_id:
        raise Refusal("circumstance_unknown")
    return record


async def end_present_residence(session: AsyncSession, child_id: UUID, day: date) -> None:
    """The open residence ends on the day of a move, if it began before."""
    open_since_before = select(Residence).where(
        Residence.child_id == child_id, func.upper_inf(Residence.during), func.lower(Residence.during) < day
    )
    present = (await session.exec(open_since_before)).one_or_none()
    if present is not None:
        present.during = Range(present.during.lower, day)
        present.end_reason = "moved"
        await session.flush()  # the old one ends before the new one begins: the constraint looks at each statement
