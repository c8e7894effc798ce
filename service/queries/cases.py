"""Case files: the list, one with its interventions, and the lock that every change begins with."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.models import CaseFile, Intervention
from service.preconditions import IfMatch
from service.queries import children
from service.queries.children import CASE_JSON

ONE = f"SELECT f.version, {CASE_JSON} AS record FROM case_file f WHERE f.id = :id"
INTERVENTION = """
SELECT json_build_object('id', i.id, 'measure', i.measure_code, 'started_on', i.started_on, 'ended_on', i.ended_on,
                         'provider', i.provider) AS record
FROM intervention i WHERE i.id = :id
"""

# $1 status · $2 commune in which the child lives on $3 · $4 child
MATCHING = """
FROM case_file f
WHERE ($1::text IS NULL OR ($1 = 'open') = (f.closed_on IS NULL))
  AND ($4::uuid IS NULL OR f.child_id = $4)
  AND ($2::text IS NULL OR EXISTS (
      SELECT FROM residence r JOIN area_version v ON v.area_id = r.area_id AND v.code = $2 AND v.during @> $3::date
      WHERE r.child_id = f.child_id AND r.during @> $3::date))
"""
LIST = f"SELECT {CASE_JSON}, f.id {MATCHING} AND ($5::uuid IS NULL OR f.id > $5) ORDER BY f.id LIMIT $6"
COUNT = f"SELECT count(*) {MATCHING}"


@dataclass(frozen=True)
class Filter:
    """Which cases: `commune` is where the child lives on `on`."""

    on: date
    status: str | None = None
    commune: str | None = None
    child_id: UUID | None = None

    def arguments(self) -> tuple[object, ...]:
        return (self.status, self.commune, self.on, self.child_id)


async def cases(reader: Reader, wanted: Filter, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST, *wanted.arguments(), after, limit + 1)


async def number_of_cases(reader: Reader, wanted: Filter) -> int:
    number: int = await reader.fetchval(COUNT, *wanted.arguments())
    return number


async def case(reader: Reader, case_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE.replace(":id", "$1"), case_id)
    if found is None:
        raise Refusal("case_unknown")
    return found[0], found[1]


OWNER = text("SELECT child_id FROM case_file WHERE id = :id")


async def lock(session: AsyncSession, case_id: UUID, precondition: IfMatch | None = None) -> CaseFile:
    """Take the case, and its child before it, for this transaction, which changes both files."""
    connection = await session.connection()
    child_id: UUID | None = await connection.scalar(OWNER, {"id": case_id})
    if child_id is None:
        raise Refusal("case_unknown")
    await children.lock(session, child_id)
    case = await session.get(CaseFile, case_id)
    if case is None:  # withdrawn while we waited for the child
        raise Refusal("case_unknown")
    if precondition is not None:
        precondition.check(case.version)
    case.version += 1
    return case


async def intervention(session: AsyncSession, case_id: UUID, intervention_id: UUID) -> Intervention:
    record = await session.get(Intervention, intervention_id)
    if record is None or record.case_id != case_id:
        raise Refusal("intervention_unknown")
    return record


async def check_previous(session: AsyncSession, case: CaseFile) -> None:
    """A case that names one before it continues a closed case of the same child."""
    if case.previous_case_id is None:
        return
    before = await session.get(CaseFile, case.previous_case_id)
    if before is None or before.child_id != case.child_id:
        raise Refusal("previous_case_of_another_child", "/previous_case_id")
    earlier: CaseFile | None = before
    while earlier is not None:
        if earlier.id == case.id:
            raise Refusal("previous_case_of_itself", "/previous_case_id")
        earlier = await session.get(CaseFile, earlier.previous_case_id) if earlier.previous_case_id else None
    if before.closed_on is None or before.closed_on > case.opened_on:
        raise Refusal("previous_case_open", "/previous_case_id")


async def check_next(session: AsyncSession, case: CaseFile) -> None:
    """A case that a later one continues stays closed before the later one opens."""
    continued = select(CaseFile).where(CaseFile.previous_case_id == case.id)
    for later in await session.exec(continued):
        if case.closed_on is None or later.opened_on < case.closed_on:
            raise Refusal("next_case_open", "/closed_on")
