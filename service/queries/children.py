"""Children: the list, one with all that hangs on it, and the lock that every change begins with."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking, through
from service.models import Category, Circumstance, Residence
from service.preconditions import IfMatch, etag, seen

CHILD = "written({asking}, 'child', :id)"
RESIDENCE = "written({asking}, 'residence', :id)"
CIRCUMSTANCE = "written({asking}, 'circumstance', :id)"

ONE = f"SELECT version, record FROM read_child({ASKING}, $6)"
FILTER = ", ".join(f"${number}" for number in range(6, 18))
LIST = f"SELECT item, {{place}} FROM list_children({ASKING}, {FILTER}, $18, $19, $20, $21)"
COUNT = f"SELECT count_children({ASKING}, {FILTER})"
CHANGES = f"SELECT item, moment, id FROM list_changes({ASKING}, {FILTER}, $18, $19, $20, $21)"
COUNT_CHANGES = f"SELECT count_changes({ASKING}, {FILTER})"


class Filter(NamedTuple):
    """Which children: `on` a day, when a filter needs one, else every record."""

    on: date | None
    areas: list[int] | None = None  # of records, in which they live
    category: str | None = None
    kind: str | None = None
    assisted: bool | None = None
    sex: str | None = None
    age_from: int | None = None
    age_until: int | None = None
    name: str | None = None  # a condition on its words, in the language of `tsquery`
    without_case: bool | None = None  # open on the day
    without_intervention: bool | None = None  # begun by the day, in any case
    changed_since: datetime | None = None


async def children(
    reader: Reader, asking: Asking, wanted: Filter, shown_on: date, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit. The commune is the one on `shown_on`."""
    statement = LIST.format(place="id")
    return await reader.fetch(statement, *asking, *wanted, shown_on, None, after, limit)


async def children_by_change(
    reader: Reader,
    asking: Asking,
    wanted: Filter,
    shown_on: date,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[asyncpg.Record]:
    """Item, moment of the last change and id of those changed since a moment, the oldest change first; one row more
    than the limit."""
    statement = LIST.format(place="moment, id")
    return await reader.fetch(statement, *asking, *wanted, shown_on, *after, limit)


async def changes_shown(
    reader: Reader,
    asking: Asking,
    wanted: Filter,
    shown_on: date,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[asyncpg.Record]:
    """The same of changes in what the caller is shown, for whoever does not receive cases."""
    return await reader.fetch(CHANGES, *asking, *wanted, shown_on, *after, limit)


async def number_of_changes_shown(reader: Reader, asking: Asking, wanted: Filter) -> int:
    number: int = await reader.fetchval(COUNT_CHANGES, *asking, *wanted)
    return number


async def number_of_children(reader: Reader, asking: Asking, wanted: Filter) -> int:
    number: int = await reader.fetchval(COUNT, *asking, *wanted)
    return number


async def child(reader: Reader, asking: Asking, child_id: UUID) -> tuple[int | None, str]:
    """Version (none of whom the caller meets only through a case) and record."""
    found = await reader.fetchrow(ONE, *asking, child_id)
    if found is None:
        raise Refusal("child_unknown")
    return found[0], found[1]


async def lock(
    session: AsyncSession, permission: Permission, child_id: UUID, precondition: IfMatch | None = None
) -> int:
    """Take the child for this transaction, which changes its file: the new version. First of all, in order of ids."""
    version = await through(session, "take_child({asking}, :permission, :child)", permission=permission, child=child_id)
    if not isinstance(version, int):
        raise Refusal("child_unknown")
    if precondition is not None:
        precondition.check(await present(session, child_id, version - 1))
    return version


async def present(session: AsyncSession, child_id: UUID, version: int) -> int | str:
    """What a tag of the child is made of, as it stands in a transaction that has taken it."""
    if session.info["caller"].role.receives_everything:
        return version
    return seen(str(await through(session, CHILD, id=child_id)))


async def tag(session: AsyncSession, child_id: UUID, version: int) -> str:
    """The child's ETag, for the caller, after the change that made this version."""
    return etag(await present(session, child_id, version))


async def lock_named(session: AsyncSession, permission: Permission, child_id: UUID, pointer: str) -> None:
    """Take a child that the body names."""
    try:
        await lock(session, permission, child_id)
    except Refusal as refusal:
        raise Refusal(refusal.code, pointer, child_id) from None


async def begin(session: AsyncSession, area_id: int, given: UUID | None) -> UUID:
    """The id of a child about to be registered in an area; refuses an area that the caller does not reach."""
    new_id = await through(session, "begin_child({asking}, :area, CAST(:given AS uuid))", area=area_id, given=given)
    if not isinstance(new_id, UUID):
        raise Refusal("area_out_of_reach", "/residence/commune")
    return new_id


async def residence(session: AsyncSession, child_id: UUID, residence_id: UUID) -> Residence:
    record = await session.get(Residence, residence_id)
    if record is None or record.child_id != child_id:
        raise Refusal("residence_unknown")
    return record


async def circumstance(session: AsyncSession, child_id: UUID, circumstance_id: UUID) -> Circumstance:
    record = await session.get(Circumstance, circumstance_id)
    if record is None or record.child_id != child_id:
        raise Refusal("circumstance_unknown")
    category = await session.get_one(Category, record.category_code)
    if category.section is not None and category.section not in session.info["caller"].role.sections:
        raise Refusal("category_restricted")  # nobody changes what is hidden from them
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
