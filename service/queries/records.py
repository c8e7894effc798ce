"""The children (or communes) that a number consists of, and those that the rest of the way consists of."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from service.database import Reader
from service.doors import ASKING, Asking
from service.queries.attainment import Question

COMMUNE_JSON = "json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)"

# $6 rule · $7 measure · $8 category · $9 sex · $10 age band · $11 area · $12 on · then a measure that they do not count
# for, and the past day at whose close it was known
CHILDREN = f"""
SELECT item, area_id, child_id FROM list_counted({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
CANDIDATES = f"""
SELECT item, rank, since, child_id
FROM list_candidates({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""
NUMBER_OF_CANDIDATES = f"SELECT count_candidates({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
OUTSIDE = f"SELECT count_outside({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
NOTHING = "nothing"  # a measure that nobody counts for

# $1 rule · $2 measure · $3 area · $4 on · $5 the past day at whose close it was known
SITES = f"""
SELECT json_build_object('site_id', s.site_id, 'commune', {COMMUNE_JSON},
                         'counts', json_build_object('from', lower(s.during), 'until', upper(s.during)),
                         'entry', s.entry), v.code
FROM counting_sites($1::smallint, $2, $3, $4, $5) s
JOIN area_version v ON v.area_id = s.area_id AND v.during @> $4::date
WHERE $6::text IS NULL OR v.code > $6
ORDER BY v.code LIMIT $7
"""
# Communes in which the model does not count: the further it has come, the nearer they are.
COMMUNES_WITHOUT = f"""
SELECT json_build_object('site_id', t.id, 'stage', g.stage, 'commune', {COMMUNE_JSON}) AS item,
       coalesce(array_position(ARRAY['started', 'planned', 'stopped'], g.stage), 4) AS rank, v.code
FROM area_within i
JOIN area_version v ON v.area_id = i.area_id AND v.during @> $4::date
LEFT JOIN site t ON t.area_id = i.area_id
LEFT JOIN site_stage g ON g.site_id = t.id AND g.during @> $4
WHERE i.ancestor_id = $3 AND i.area_level = 'commune' AND i.during @> $4
  AND i.area_id NOT IN (SELECT s.area_id FROM counting_sites($1::smallint, $2, $3, $4, $5) s)
"""
RANKED_COMMUNES = f"""
SELECT * FROM ({COMMUNES_WITHOUT}) g
WHERE $6::integer IS NULL OR (rank, code) > ($6, $7::text)
ORDER BY rank, code LIMIT $8
"""


def arguments(asked: Question, measure: str) -> tuple[Any, ...]:
    """The first seven of every statement about children."""
    (category,) = asked.split.categories(measure)
    part = (category, asked.split.sex, asked.split.age_band)
    return (asked.programme.rule, measure, *part, asked.area.area_id, asked.on)


Rows = list[asyncpg.Record]


async def children(
    reader: Reader, asking: Asking, asked: Question, measure: str, after: tuple[int, UUID], limit: int
) -> Rows:
    """Who counts for a measure, by commune; one row more than the limit."""
    return await reader.fetch(CHILDREN, *asking, *arguments(asked, measure), asked.then, *after, limit)


async def candidates(
    reader: Reader,
    asking: Asking,
    asked: Question,
    measure: str,
    without: str,
    after: tuple[int, date, UUID],
    limit: int,
) -> tuple[Rows, int]:
    """Who counts for a measure and not for another, nearest first; and how many they are."""
    question = (*asking, *arguments(asked, measure), without, asked.then)
    rows = await reader.fetch(CANDIDATES, *question, *after, limit)
    return rows, await reader.fetchval(NUMBER_OF_CANDIDATES, *question)


async def outside(reader: Reader, asking: Asking, asked: Question, measure: str, without: str = NOTHING) -> int:
    """How many of them the caller is not shown, because they live elsewhere now."""
    number: int = await reader.fetchval(OUTSIDE, *asking, *arguments(asked, measure), without, asked.then)
    return number


async def sites(reader: Reader, asked: Question, measure: str, after: str, limit: int) -> Rows:
    """The sites that count, by commune; one row more than the limit."""
    given = (asked.programme.rule, measure, asked.area.area_id, asked.on, asked.then)
    return await reader.fetch(SITES, *given, after, limit + 1)


async def communes_without(
    reader: Reader, asked: Question, measure: str, after: tuple[int, str], limit: int
) -> tuple[Rows, int]:
    """Communes that do not count, nearest first; and how many they are."""
    given = (asked.programme.rule, measure, asked.area.area_id, asked.on, asked.then)
    rows = await reader.fetch(RANKED_COMMUNES, *given, *after, limit + 1)
    total = await reader.fetchval(f"SELECT count(*) FROM ({COMMUNES_WITHOUT}) g", *given)
    return rows, total
