"""The targets of a programme: which there are, and how one supersedes another."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.domain.target import Target as TargetOfDay
from service.models import Target
from service.queries.attainment import Indicator, Programme, dated_target
from service.queries.programmes import TARGET

# The area as it was called on the first day of the target, else last.
AREA = """
LEFT JOIN LATERAL (
    SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind) AS shown, v.code FROM area_version v
    WHERE v.area_id = t.area_id
    ORDER BY v.during @> lower(t.during) DESC NULLS LAST, lower(v.during) DESC NULLS LAST LIMIT 1
) place ON true
"""
RECORD = f"""json_build_object(
    'programme', t.programme_code, 'indicator', t.indicator_code, 'area', place.shown, {TARGET},
    'allocated_from', t.allocated_from)"""
ONE = f"""
SELECT CASE WHEN upper_inf(t.during) THEN 1 ELSE 2 END, {RECORD} AS record FROM target t {AREA} WHERE t.id = :id
"""
MATCHING = f"""
FROM target t {AREA}
WHERE t.programme_code = $1 AND ($2::text IS NULL OR t.indicator_code = $2)
  AND ($3::text IS NULL OR place.code = $3) AND ($4::date IS NULL OR t.during @> $4)
"""
LIST = f"SELECT {RECORD}, t.id {MATCHING} AND ($5::uuid IS NULL OR t.id > $5) ORDER BY t.id LIMIT $6"
COUNT = f"SELECT count(*) {MATCHING}"
WITH_TERMS = """
SELECT t.indicator_code, i.numerator, i.denominator, i.unit, t.area_id, t.legal_basis,
       t.direction, t.value, t.due_on, t.unit AS target_unit, lower(t.during) AS start, upper(t.during) AS until,
       t.revision, v.code
FROM target t
JOIN programme p ON p.code = t.programme_code
JOIN indicator i ON i.code = t.indicator_code
LEFT JOIN area_version v ON v.during @> $3::date
    AND CASE WHEN t.area_id IS NULL THEN v.code = p.area_code ELSE v.area_id = t.area_id END
WHERE t.programme_code = $1 AND t.id = $2
"""
SUPERSEDE = text("""
UPDATE target SET during = daterange(lower(during), :since)
WHERE programme_code = :programme AND indicator_code = :indicator AND area_id = ANY (:areas) AND due_on = :due_on
  AND upper_inf(during) AND coalesce(lower(during), '-infinity') < :since
RETURNING area_id, revision
""")


async def targets(
    reader: Reader,
    programme: str,
    indicator: str | None,
    area: str | None,
    on: date | None,
    after: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST, programme, indicator, area, on, after, limit + 1)


async def number_of_targets(
    reader: Reader, programme: str, indicator: str | None, area: str | None, on: date | None
) -> int:
    number: int = await reader.fetchval(COUNT, programme, indicator, area, on)
    return number


async def target(reader: Reader, programme: str, target_id: UUID) -> tuple[int, str]:
    """Version (a target changes once, when it ends) and record."""
    found = await reader.fetchrow(f"{ONE.replace(':id', '$1')} AND t.programme_code = $2", target_id, programme)
    if found is None:
        raise Refusal("target_unknown")
    return found[0], found[1]


async def to_allocate(
    reader: Reader, programme: Programme, target_id: UUID, on: date
) -> tuple[Indicator, str, str, int | None]:
    """A target that is valid on a day, with its indicator; the code of its area on that day, its legal basis, and the
    area that it is of, unless it is the programme's."""
    found = await reader.fetchrow(WITH_TERMS, programme.code, target_id, on)
    if found is None:
        raise Refusal("target_unknown")
    if found["code"] is None:
        raise Refusal("area_not_on_map", "/on")
    named = (found["indicator_code"], found["numerator"], found["denominator"], found["unit"])
    terms: TargetOfDay = dated_target(
        *(found["direction"], found["value"], found["due_on"], found["target_unit"]),
        *(found["start"], found["until"], found["revision"], found["area_id"] is not None),
    )
    if on not in terms.valid:
        raise Refusal("target_superseded", "/on")
    return Indicator(*named, terms, (terms,)), found["code"], found["legal_basis"], found["area_id"]


async def unit_of(reader: Reader, indicator: str) -> str:
    unit: str | None = await reader.fetchval("SELECT unit FROM indicator WHERE code = $1", indicator)
    if unit is None:
        raise Refusal("indicator_unknown", "/indicator")
    return unit


async def supersede(session: AsyncSession, former_id: UUID, new: Target) -> None:
    """Ends a target on the first day of another, which is its next revision."""
    former = await session.get(Target, former_id, with_for_update=True)
    if former is None or former.programme_code != new.programme_code:
        raise Refusal("target_unknown", "/supersedes")
    if (former.indicator_code, former.area_id) != (new.indicator_code, new.area_id):
        raise Refusal("target_of_another_indicator", "/supersedes")
    begun, since = former.during.lower, new.during.lower
    if former.during.upper is not None or since is None or (begun is not None and begun >= since):
        raise Refusal("target_superseded", "/supersedes")
    former.during = Range(begun, since)
    new.revision = former.revision + 1
    await session.flush()  # the old one ends before the new one begins: the constraint looks at each statement


async def supersede_parts(
    session: AsyncSession, programme: str, indicator: str, areas: Sequence[int], due_on: date, since: date
) -> dict[int, int]:
    """Ends the targets that areas have for a day, from a day on; the revision of each, by area."""
    named = {"programme": programme, "indicator": indicator, "areas": areas, "due_on": due_on, "since": since}
    connection = await session.connection()
    return {row.area_id: row.revision for row in await connection.execute(SUPERSEDE, named)}


def checked(value: str, direction: str, unit: str) -> Decimal:
    """The value of a target; refuses one that does not go with its unit."""
    number = Decimal(value)
    sound = number > -1 if unit == "yearly_change" else number >= 0 and not (direction == "below" and number == 0)
    if not sound or (unit == "count" and number != number.to_integral_value()):
        raise Refusal("target_value", "/value")
    return number
