"""The children (or communes) that a number consists of, and those that the rest of the way consists of."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from service.database import Reader
from service.queries.attainment import Question

COMMUNE_JSON = "json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)"
CHILD_JSON = f"""json_build_object(
    'child_id', c.id, 'full_name', c.full_name, 'sex', c.sex, 'date_of_birth', c.date_of_birth,
    'commune', {COMMUNE_JSON}, 'counts', json_build_object('from', lower(s.during), 'until', upper(s.during)))"""

# $1 rule · $2 measure · $3 category · $4 sex · $5 age band · $6 area · $7 on
COUNTED = """
FROM area_within i
JOIN area_version v ON v.area_id = i.area_id AND v.during @> $7::date
JOIN spell s ON s.area_id = i.area_id AND s.rule = $1::smallint AND s.measure = $2 AND s.category = $3
    AND s.withdrawn IS NULL AND s.during @> $7
JOIN child c ON c.id = s.subject_id
WHERE i.ancestor_id = $6 AND i.area_level = 'commune' AND i.during @> $7
  AND $4::text IN ('all', s.sex)
  AND ($5::text = 'all' OR EXISTS (
      SELECT FROM age_band b WHERE b.rule = $1 AND b.code = $5
      AND birthday(s.born, b.from_age) <= $7 AND birthday(s.born, b.until_age) > $7))
"""
CHILDREN = f"""
SELECT {CHILD_JSON}, s.area_id, s.subject_id {COUNTED}
AND ($8::integer IS NULL OR (s.area_id, s.subject_id) > ($8, $9::uuid))
ORDER BY s.area_id, s.subject_id LIMIT $10
"""

# Candidates: who counts ($2) and does not count for $8 as well. Those with an open case come first, they are nearest to
# being helped (or to leaving their circumstances); then those who have waited longest.
CANDIDATES = f"""
SELECT {CHILD_JSON} AS item,
       (NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = c.id AND f.opened_on <= $7
                    AND (f.closed_on IS NULL OR f.closed_on > $7)))::integer AS rank,
       lower(s.during) AS since, c.id
{COUNTED}
AND NOT EXISTS (SELECT FROM spell n WHERE n.subject_id = s.subject_id AND n.withdrawn IS NULL AND n.rule = $1
                AND n.measure = $8::text AND n.category = $3 AND n.during @> $7)
"""
RANKED_CHILDREN = f"""
SELECT * FROM ({CANDIDATES}) g
WHERE $9::integer IS NULL OR (rank, since, id) > ($9, $10::date, $11::uuid)
ORDER BY rank, since, id LIMIT $12
"""

# $1 rule · $2 measure · $3 area · $4 on
SITES = f"""
SELECT json_build_object('site_id', s.subject_id, 'commune', {COMMUNE_JSON},
                         'counts', json_build_object('from', lower(s.during), 'until', upper(s.during))), v.code
FROM area_within i
JOIN area_version v ON v.area_id = i.area_id AND v.during @> $4::date
JOIN spell s ON s.area_id = i.area_id AND s.rule = $1::smallint AND s.measure = $2 AND s.category = 'all'
    AND s.withdrawn IS NULL AND s.during @> $4
WHERE i.ancestor_id = $3 AND i.area_level = 'commune' AND i.during @> $4 AND ($5::text IS NULL OR v.code > $5)
ORDER BY v.code LIMIT $6
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
  AND NOT EXISTS (SELECT FROM spell s WHERE s.area_id = i.area_id AND s.rule = $1::smallint AND s.measure = $2
                  AND s.withdrawn IS NULL AND s.during @> $4)
"""
RANKED_COMMUNES = f"""
SELECT * FROM ({COMMUNES_WITHOUT}) g
WHERE $5::integer IS NULL OR (rank, code) > ($5, $6::text)
ORDER BY rank, code LIMIT $7
"""


def arguments(asked: Question, measure: str) -> tuple[Any, ...]:
    """The first seven of every statement about children."""
    (category,) = asked.split.categories(measure)
    part = (category, asked.split.sex, asked.split.age_band)
    return (asked.programme.rule, measure, *part, asked.area.area_id, asked.on)


Rows = list[asyncpg.Record]


async def children(reader: Reader, asked: Question, measure: str, after: tuple[int, UUID], limit: int) -> Rows:
    """Who counts for a measure, by commune; one row more than the limit."""
    return await reader.fetch(CHILDREN, *arguments(asked, measure), *after, limit + 1)


async def candidates(
    reader: Reader, asked: Question, measure: str, without: str, after: tuple[int, date, UUID], limit: int
) -> tuple[Rows, int]:
    """Who counts for a measure and not for another, nearest first; and how many they are."""
    rows = await reader.fetch(RANKED_CHILDREN, *arguments(asked, measure), without, *after, limit + 1)
    total = await reader.fetchval(f"SELECT count(*) FROM ({CANDIDATES}) g", *arguments(asked, measure), without)
    return rows, total


async def sites(reader: Reader, asked: Question, measure: str, after: str, limit: int) -> Rows:
    """The sites that count, by commune; one row more than the limit."""
    return await reader.fetch(SITES, asked.programme.rule, measure, asked.area.area_id, asked.on, after, limit + 1)


async def communes_without(
    reader: Reader, asked: Question, measure: str, after: tuple[int, str], limit: int
) -> tuple[Rows, int]:
    """Communes that do not count, nearest first; and how many they are."""
    given = (asked.programme.rule, measure, asked.area.area_id, asked.on)
    rows = await reader.fetch(RANKED_COMMUNES, *given, *after, limit + 1)
    total = await reader.fetchval(f"SELECT count(*) FROM ({COMMUNES_WITHOUT}) g", *given)
    return rows, total
