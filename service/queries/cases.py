"""Case files: the list, one with its interventions, and the lock that every change begins with."""

from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

import asyncpg
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking, through
from service.models import CaseFile, Intervention
from service.preconditions import IfMatch

CASE = "written({asking}, 'case', :id)"
INTERVENTION = "written({asking}, 'intervention', :id)"

ONE = f"SELECT version, record FROM read_case({ASKING}, $6)"
FILTER = ", ".join(f"${number}" for number in range(6, 15))
LIST = f"SELECT item, {{place}} FROM list_cases({ASKING}, {FILTER}, $15, $16, $17, $18)"
COUNT = f"SELECT count_cases({ASKING}, {FILTER})"
Sort = Literal["id", "opened_on", "-opened_on"]


class Filter(NamedTuple):
    """Which cases: the child lives on `on` in one of the `areas` of records."""

    status: str | None
    areas: list[int] | None
    on: date
    child_id: UUID | None
    kind: str | None
    opened_from: date | None
    opened_until: date | None
    officer: UUID | None
    due_before: datetime | None


async def cases(reader: Reader, asking: Asking, wanted: Filter, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST.format(place="id"), *asking, *wanted, "id", None, after, limit)


async def cases_by_opening(
    reader: Reader, asking: Asking, wanted: Filter, sort: Sort, after: tuple[date | None, UUID | None], limit: int
) -> list[asyncpg.Record]:
    """Item, day of opening and id, in the order asked for; one row more than the limit."""
    return await reader.fetch(LIST.format(place="opened_on, id"), *asking, *wanted, sort, *after, limit)


async def number_of_cases(reader: Reader, asking: Asking, wanted: Filter) -> int:
    number: int = await reader.fetchval(COUNT, *asking, *wanted)
    return number


async def case(reader: Reader, asking: Asking, case_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE, *asking, case_id)
    if found is None:
        raise Refusal("case_unknown")
    return found[0], found[1]


TAKE = "take_child_of_case({asking}, :permission, :case)"


async def lock(
    session: AsyncSession,
    case_id: UUID,
    precondition: IfMatch | None = None,
    permission: Permission = Permission.WRITE_CASES,
) -> CaseFile:
    """Take the case, and its child before it, for this transaction, which changes both files."""
    taken = await through(session, TAKE, permission=permission, case=case_id)
    case = await session.get(CaseFile, case_id) if taken else None
    if case is None:  # unknown, or withdrawn while we waited for the child
        raise Refusal("case_unknown")
    if precondition is not None:
        precondition.check(case.version)
    case.version += 1
    return case


def check_without_steps(case: CaseFile) -> None:
    """Refuses to change directly what the steps of a case say."""
    if case.stage is not None:
        raise Refusal("case_follows_procedure")


async def intervention(session: AsyncSession, case_id: UUID, intervention_id: UUID) -> Intervention:
    record = await session.get(Intervention, intervention_id)
    if record is None or record.case_id != case_id:
        raise Refusal("intervention_unknown")
    return record


SUITABLE = "suits_child({asking}, :officer, :child)"


async def check_officer(session: AsyncSession, child_id: UUID, officer: UUID | None) -> None:
    """Whoever is named to work on a case of a child that this transaction has taken is able to, today."""
    if officer is not None and not await through(session, SUITABLE, officer=officer, child=child_id):
        raise Refusal("officer_unsuitable", "/officer")


class Continuing(Protocol):
    """A case that may continue another one, and be continued."""

    id: UUID
    child_id: UUID
    opened_on: date
    closed_on: date | None
    previous_case_id: UUID | None


async def check_previous(session: AsyncSession, case: Continuing, pointer: str = "/previous_case_id") -> None:
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
        raise Refusal("previous_case_open", pointer)


async def check_next(session: AsyncSession, case: Continuing, pointer: str = "/closed_on") -> None:
    """A case that a later one continues stays closed before the later one opens."""
    continued = select(CaseFile).where(CaseFile.previous_case_id == case.id)
    for later in await session.exec(continued):
        if case.closed_on is None or later.opened_on < case.closed_on:
            raise Refusal("next_case_open", pointer)
