"""Which areas there are on a day, what they were made of and what became of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.names import FEW, Search
from service.domain.refusal import Refusal

AREA_JSON = """json_build_object(
    'area_id', v.area_id, 'code', v.code, 'name', v.name, 'kind', v.kind,
    'parent', CASE WHEN p.area_id IS NOT NULL
                   THEN json_build_object('code', p.code, 'name', p.name, 'kind', p.kind) END,
    'valid', json_build_object('from', lower(v.during), 'until', upper(v.during)))"""

# $5: ranks of a search, the last with a slip; a match of which is shown where fewer than $6 are found without.
LIST = f"""
SELECT {AREA_JSON} AS item, v.code, coalesce(found.rank, 0) AS rank, cardinality($5::text[]) AS weakest,
       count(*) FILTER (WHERE found.rank < cardinality($5::text[])) OVER () AS sound
FROM area_version v
JOIN area a ON a.id = v.area_id
LEFT JOIN area_version p ON p.area_id = v.parent_id AND p.during @> $1::date
CROSS JOIN LATERAL (
    SELECT min(r.number) AS rank FROM unnest($5::text[]) WITH ORDINALITY r (condition, number)
    WHERE v.name_words @@ r.condition::tsquery) found
WHERE v.during @> $1::date
  AND ($2::text IS NULL OR a.level = $2)
  AND ($3::text IS NULL OR v.kind = $3)
  AND ($4::text IS NULL OR p.code = $4 OR ($2 = 'commune' AND EXISTS (
      SELECT FROM area_within w JOIN area_version u ON u.area_id = w.ancestor_id AND u.during @> $1
      WHERE w.area_id = v.area_id AND w.during @> $1 AND u.code = $4 AND w.ancestor_id <> v.area_id)))
  AND ($5::text[] IS NULL OR found.rank IS NOT NULL)
"""
PAGE = f"""
SELECT item, rank, code, total FROM (
    SELECT *, count(*) OVER () AS total FROM ({LIST}) a WHERE weakest IS NULL OR rank < weakest OR sound < $6
) a
WHERE $8::text IS NULL OR (rank, code) > ($7, $8) ORDER BY rank, code LIMIT $9
"""

ONE = f"""
SELECT {AREA_JSON}
FROM area_version v
JOIN area a ON a.id = v.area_id AND a.level = 'commune'
LEFT JOIN area_version p ON p.area_id = v.parent_id AND p.during @> $2::date
WHERE v.code = $1 AND v.during @> $2::date
"""

LINEAGE = """
WITH RECURSIVE
here AS (
    SELECT v.area_id FROM area_version v JOIN area a ON a.id = v.area_id AND a.level = 'commune'
    WHERE v.code = $1 AND v.during @> $2::date
),
before AS (
    SELECT c.* FROM area_change c JOIN here h ON c.successor_id = h.area_id
    UNION
    SELECT c.* FROM area_change c JOIN before b ON c.successor_id = b.predecessor_id AND c.id <> b.id
),
after AS (
    SELECT c.* FROM area_change c JOIN here h ON c.predecessor_id = h.area_id
    UNION
    SELECT c.* FROM area_change c JOIN after f ON c.predecessor_id = f.successor_id AND c.id <> f.id
),
told AS (
    SELECT c.effective_on, c.id, json_build_object(
        'effective_on', c.effective_on, 'change', c.change,
        'from', (SELECT json_build_object('area_id', area_id, 'code', code, 'name', name, 'kind', kind)
                 FROM area_version WHERE area_id = c.predecessor_id AND lower(during) IS DISTINCT FROM c.effective_on
                   AND coalesce(lower(during) < c.effective_on, true) ORDER BY lower(during) DESC NULLS LAST LIMIT 1),
        'to', (SELECT json_build_object('area_id', area_id, 'code', code, 'name', name, 'kind', kind)
               FROM area_version WHERE area_id = c.successor_id AND during @> c.effective_on),
        'share', c.share, 'inferred', c.inferred, 'legal_basis', c.legal_basis) AS item
    FROM (TABLE before UNION TABLE after) c
)
SELECT (SELECT area_id FROM here), coalesce(json_agg(item ORDER BY effective_on, id), '[]') FROM told
"""

MAPS = """
SELECT coalesce(json_agg(m ORDER BY m."on"), '[]') FROM (
    SELECT effective_on AS "on", array_agg(DISTINCT split_part(legal_basis, ',', 1)) AS resolutions, count(*) AS changes
    FROM area_change GROUP BY effective_on
) m
"""


@dataclass(frozen=True)
class Filter:
    """Which areas of a day."""

    level: str | None = None
    kind: str | None = None
    parent: str | None = None
    name: Search | None = None


async def areas(
    reader: Reader, on: date, wanted: Filter, after: tuple[int | None, str | None], limit: int
) -> list[asyncpg.Record]:
    """Item, rank, code and number of all, the best matches first and then by code; one row more than the limit."""
    ranks = wanted.name and [
        *(rank.condition for rank in wanted.name.ranks),
        " | ".join(slip.condition for slip in wanted.name.slips) or None,
    ]
    return await reader.fetch(PAGE, on, wanted.level, wanted.kind, wanted.parent, ranks, FEW, *after, limit + 1)


async def commune(reader: Reader, code: str, on: date, pointer: str | None = None) -> str:
    found: str | None = await reader.fetchval(ONE, code, on)
    if found is None:
        raise Refusal("area_not_on_map", pointer)
    return found


async def lineage(reader: Reader, code: str, on: date) -> str:
    area_id, changes = await reader.fetchrow(LINEAGE, code, on)  # type: ignore[misc] # an aggregate always has a row
    if area_id is None:
        raise Refusal("area_not_on_map")
    return f'{{"area_id":{area_id},"changes":{changes}}}'


async def maps(reader: Reader) -> str:
    found: str = await reader.fetchval(MAPS)
    return found


FIND = text("""
    SELECT v.area_id, a.level FROM area_version v JOIN area a ON a.id = v.area_id
    WHERE v.code = CAST(:code AS text) AND v.during @> CAST(:day AS date)
""")
NAMED = text("""
    SELECT EXISTS (SELECT FROM area_version WHERE area_id = :area_id AND during @> CAST(:day AS date))
""")
PROVINCE = text("""
    SELECT a.id FROM area a JOIN area_version v ON v.area_id = a.id
    WHERE a.level = 'province' AND a.covered AND v.during @> CAST(:day AS date)
""")
EVER = text("SELECT EXISTS (SELECT FROM area_version WHERE code = CAST(:code AS text))")


async def area_on(session: AsyncSession, code: str, day: date, pointer: str) -> tuple[int, str]:
    """Id and level of the area that a code means on a day."""
    connection = await session.connection()
    found: Any = (await connection.execute(FIND, {"code": code, "day": day})).one_or_none()
    if found is None:
        ever = await connection.scalar(EVER, {"code": code})
        raise Refusal("area_not_on_map" if ever else "area_unknown", pointer)
    return found.area_id, found.level


async def province_on(session: AsyncSession, day: date) -> int:
    """The province of the register."""
    connection = await session.connection()
    area_id: int = (await connection.execute(PROVINCE, {"day": day})).scalar_one()
    return area_id


async def commune_on(session: AsyncSession, code: str, day: date, pointer: str) -> int:
    """The area of a commune's code as it was read on a day."""
    area_id, level = await area_on(session, code, day, pointer)
    if level != "commune":
        raise Refusal("not_a_commune", pointer)
    return area_id


async def check_on_map(session: AsyncSession, area_id: int, day: date, pointer: str) -> None:
    """An area can be lived in only while it is on the map."""
    connection = await session.connection()
    if not await connection.scalar(NAMED, {"area_id": area_id, "day": day}):
        raise Refusal("area_not_on_map", pointer)
