"""Editions, and what they need of the ledger."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.queries.attainment import REACHED, Asked, Indicator
from service.queries.maps import key
from service.queries.stocks import measures_of

SETTLED = "SELECT settled_posting()"
HOLD = text("SELECT hold_editions()")
NOW = text("SELECT clock_timestamp()")
CAUSES = "SELECT cause, measure, area_id, entered, gone FROM causes_between($1::smallint, $2, $3, $4, $5, $6)"
RULE = "SELECT r.id FROM counting_rule r WHERE r.programme_code || '/' || r.number = $1"
KEYS = """
SELECT DISTINCT ON (v.area_id) v.area_id, v.code, lower(v.during) FROM area_version v ORDER BY v.area_id, v.during
"""
PROMISED = """
SELECT p.code, p.name_vi, p.name_en, p.legal_basis, lower(p.during) AS "from", upper(p.during) AS until,
       p.denominator_source
FROM programme p WHERE p.code = $1
"""
LAST = """
SELECT e.* FROM edition e WHERE e.programme = $1 AND e.area = $2 AND e."on" = $3 AND e.map = $4
ORDER BY e.number DESC LIMIT 1
"""
ONE = "SELECT e.* FROM edition e WHERE e.id = $1"
METADATA = """
json_build_object('id', e.id, 'number', e.number, 'programme', e.programme,
    'area', json_build_object('code', v.code, 'name', v.name, 'kind', v.kind), 'on', e."on", 'map', e.map,
    'posting', e.posting, 'sealed_at', e.sealed_at, 'sealed_by', e.sealed_by, 'note', e.note, 'previous', e.previous,
    'hash', e.hash)
"""
THERE = "FROM edition e JOIN area_version v ON v.code = e.area AND v.during @> e.map"
WANTED = f"""
WHERE ($1::text IS NULL OR e.programme = $1) AND ($2::date IS NULL OR e."on" = $2)
  AND ($4::text IS NULL OR e.area = $4) AND {REACHED}
"""
LIST = f"""
SELECT {METADATA}, e.sealed_at, e.id {THERE} {WANTED}
  AND ($5::timestamptz IS NULL OR (e.sealed_at, e.id) < ($5, $6::uuid))
ORDER BY e.sealed_at DESC, e.id DESC LIMIT $7
"""
COUNT = f"SELECT count(*) {THERE} {WANTED}"
SHOWN = f"SELECT {METADATA} AS record {THERE} WHERE e.id = :id"
Row = dict[str, Any]  # of the table
Which = tuple[str | None, date | None, UUID, str | None]  # programme, day, the assignment of who asks, area


async def settled_posting(reader: Reader) -> int:
    """The last posting, below which nothing is still to come."""
    number: int | None = await reader.fetchval(SETTLED)
    if number is None:
        raise Refusal("edition_of_nothing")
    return number


async def hold(session: AsyncSession) -> None:
    """Keep every other who seals out until this transaction ends."""
    connection = await session.connection()
    await connection.execute(HOLD)


async def moment(session: AsyncSession) -> datetime:
    connection = await session.connection()
    found: datetime = await connection.scalar(NOW)
    return found


async def last(reader: Reader, programme: str, area: str, on: date, on_map: date) -> Row | None:
    """The edition that the next one follows."""
    return _row(await reader.fetchrow(LAST, programme, area, on, on_map))


async def edition(reader: Reader, edition_id: UUID) -> Row:
    found = _row(await reader.fetchrow(ONE, edition_id))
    if found is None:
        raise Refusal("edition_unknown")
    return found


def _row(found: asyncpg.Record | None) -> Row | None:
    return None if found is None else dict(found) | {"key": orjson.loads(found["key"])}


async def metadata(reader: Reader, edition_id: UUID) -> str:
    found: str = await reader.fetchval(SHOWN.replace(":id", "$1"), edition_id)
    return found


async def editions(
    reader: Reader, which: Which, after: tuple[datetime | None, UUID | None], limit: int
) -> list[asyncpg.Record]:
    """Item, moment and id, newest first; one row more than the limit."""
    return await reader.fetch(LIST, *which, *after, limit + 1)


async def number_of_editions(reader: Reader, which: Which) -> int:
    number: int = await reader.fetchval(COUNT, *which)
    return number


async def promised(reader: Reader, programme: str) -> dict[str, Any]:
    """What a programme says of itself."""
    found = await reader.fetchrow(PROMISED, programme)
    assert found is not None
    return dict(found)


async def rule(reader: Reader, name: str) -> int:
    """The id of a counting rule; 0, by which nothing counts, of one that is not there."""
    found: int | None = await reader.fetchval(RULE, name)
    return found or 0


async def areas_by_key(reader: Reader) -> dict[str, int]:
    return {key(code, since): area_id for area_id, code, since in map(tuple, await reader.fetch(KEYS))}


async def causes(
    reader: Reader, asked: Asked, indicator: Indicator, on: date, since: int, posting: int
) -> list[tuple[str, str, int, int, int]]:
    """How many went in and out between two postings: cause, measure, place on the map, in, out."""
    places = asked.view.carried.places
    rows = await reader.fetch(CAUSES, asked.programme.rule, measures_of([indicator]), list(places), on, since, posting)
    return [(cause, measure, places[area], entered, gone) for cause, measure, area, entered, gone in map(tuple, rows)]
