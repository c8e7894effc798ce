"""The persons around a child: the list, one of them, the household on one page; and who may be named by a step."""

from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.procedure.assessment import Assessment
from service.domain.procedure.step import Placement, Separation, Step
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking, through
from service.models import Person
from service.preconditions import IfMatch, seen
from service.queries.written import written

PERSON = "written({asking}, 'person', :id)"
ONE = f"SELECT met, record FROM read_person({ASKING}, $6, $7)"
LIST = f"SELECT item, id FROM list_persons({ASKING}, $6, $7, $8)"
COUNT = f"SELECT count_persons({ASKING}, $6)"
HOUSEHOLD = f"SELECT household({ASKING}, $6, $7)"
HARMING = text("SELECT harming(:child)")
NAMED = text("""
    SELECT EXISTS (
        SELECT FROM case_file f JOIN case_step s ON s.case_id = f.id AND s.withdrawn_at IS NULL
        WHERE f.child_id = :child AND (s.content ->> 'carer' = :person
                                       OR s.content -> 'harming' @> to_jsonb(CAST(:person AS text))))
""")
LOOK = f"SELECT look_around({ASKING}, $6)"
TAKE = "take_around({asking}, :child)"
SIBLING = "meets_sibling({asking}, :sibling)"
TO_TURN_TO = frozenset({"guardian", "carer"})


async def look(reader: Reader, asking: Asking, child_id: UUID) -> None:
    """Refuses a child whose persons the caller does not meet."""
    if not await reader.fetchval(LOOK, *asking, child_id):
        raise Refusal("child_unknown")


async def persons(
    reader: Reader, asking: Asking, child_id: UUID, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST, *asking, child_id, after, limit)


async def number_of_persons(reader: Reader, asking: Asking, child_id: UUID) -> int:
    number: int = await reader.fetchval(COUNT, *asking, child_id)
    return number


async def person(reader: Reader, asking: Asking, child_id: UUID, person_id: UUID) -> str:
    met, record = await reader.fetchrow(ONE, *asking, child_id, person_id)  # type: ignore[misc] # one row always
    if record is None:
        raise Refusal("person_unknown" if met else "child_unknown")
    return str(record)


async def household(reader: Reader, asking: Asking, child_id: UUID, on: date) -> str:
    record: str | None = await reader.fetchval(HOUSEHOLD, *asking, child_id, on)
    if record is None:
        raise Refusal("child_unknown")
    return record


async def take(session: AsyncSession, child_id: UUID) -> None:
    """Take the child for this transaction, which changes who is around it."""
    if not await through(session, TAKE, child=child_id):
        raise Refusal("child_unknown")


async def lock(session: AsyncSession, child_id: UUID, person_id: UUID, precondition: IfMatch) -> Person:
    """A person of a child that this transaction has taken. What is read of one follows from assessments too, and so its
    tag is a digest of that, and no version."""
    record = await session.get(Person, person_id)
    if record is None or record.child_id != child_id:
        raise Refusal("person_unknown")
    precondition.check(seen(await written(session, PERSON, record)))
    record.version += 1
    return record


async def check_relation(session: AsyncSession, person: Person) -> None:
    """Whoever harms the child is registered as nobody to turn to."""
    if person.relation in TO_TURN_TO and person.id in await harming(session, person.child_id):
        raise Refusal("person_is_harming", "/relation")


async def check_sibling(session: AsyncSession, person: Person) -> None:
    """A sibling in the register is another child, and one that the caller meets."""
    if person.sibling_id is None:
        return
    if person.relation != "sibling":
        raise Refusal("relation_not_sibling", "/sibling_id")
    if person.sibling_id == person.child_id:
        raise Refusal("sibling_of_itself", "/sibling_id")
    if not await through(session, SIBLING, sibling=person.sibling_id):
        raise Refusal("child_unknown", "/sibling_id", person.sibling_id)


async def check_unnamed(session: AsyncSession, person: Person) -> None:
    """Whom a step names stays: the file would name nobody."""
    connection = await session.connection()
    if (await connection.execute(NAMED, {"child": person.child_id, "person": str(person.id)})).scalar_one():
        raise Refusal("person_is_named")


async def harming(session: AsyncSession, child_id: UUID) -> set[UUID]:
    """Whom the assessments of all cases of a child name as harming it, which this transaction has taken."""
    connection = await session.connection()
    return set((await connection.execute(HARMING, {"child": child_id})).scalars())


async def check_named(session: AsyncSession, child_id: UUID, *steps: Step) -> None:
    """Whom steps name is around the child; and nobody is its carer who harms it, as an assessment of any case says."""
    for step in steps:
        match step.content:
            case Assessment(harming=named) if named:
                await _check_around(session, child_id, {f"/harming/{n}": one for n, one in enumerate(sorted(named))})
            case Separation(carer=UUID() as carer) | Placement(UUID() as carer):
                await _check_around(session, child_id, {"/carer": carer})
                if carer in await harming(session, child_id):
                    raise Refusal("carer_is_harming", "/carer")


async def _check_around(session: AsyncSession, child_id: UUID, named: dict[str, UUID]) -> None:
    around = set(await session.exec(select(Person.id).where(Person.child_id == child_id)))
    for pointer, person_id in named.items():
        if person_id not in around:
            raise Refusal("person_unknown", pointer)
