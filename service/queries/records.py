"""The children (or communes) that a number consists of, and those that the rest of the way consists of."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

import asyncpg

from service.database import Reader
from service.domain.attainment import Measurement
from service.doors import ASKING, Asking
from service.queries.attainment import Question
from service.queries.stocks import parted

Side = Literal["numerator", "denominator", "gap"]

COMMUNE_JSON = "json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)"


def number(first: int) -> str:
    """A number asked for, as `asked_number` gives it, from this parameter on."""
    types = ("smallint", *["text"] * 5, "integer[]", "integer[]", "bigint[]", "bigint[]", *["date"] * 3)
    return f"ROW({', '.join(f'${n}::{kind}' for n, kind in enumerate(types, first))})::number_asked"


CHILDREN = f"SELECT item, area_id, child_id FROM list_counted({ASKING}, {number(6)}, $19, $20, $21)"
CANDIDATES = f"SELECT item, rank, since, child_id FROM list_candidates({ASKING}, {number(6)}, $19, $20, $21, $22)"
NUMBER = f"SELECT count_counting({ASKING}, {number(6)})"
OUTSIDE = f"SELECT count_outside({ASKING}, {number(6)})"

SITES = f"""
SELECT json_build_object('site_id', s.site_id, 'commune', {COMMUNE_JSON},
                         'counts', json_build_object('from', lower(s.during), 'until', upper(s.during)),
                         'entry', s.entry), v.code
FROM counting_sites({number(1)}) s
JOIN area_version v ON v.area_id = s.area_id AND v.during @> $11::date
WHERE $14::text IS NULL OR v.code > $14
ORDER BY v.code LIMIT $15
"""
# Communes in which the model does not count: the further it has come, the nearer they are. $14 area
COMMUNES_WITHOUT = f"""
SELECT DISTINCT ON (v.code) json_build_object('site_id', t.id, 'stage', g.stage, 'commune', {COMMUNE_JSON}) AS item,
       coalesce(array_position(ARRAY['started', 'planned', 'stopped'], g.stage), 4) AS rank, v.code
FROM area_within i
JOIN area_version v ON v.area_id = i.area_id AND v.during @> $11::date
LEFT JOIN unnest($7::integer[], $8::integer[]) AS u (source, target) ON u.target = i.area_id
LEFT JOIN site t ON t.area_id = u.source
LEFT JOIN site_stage g ON g.site_id = t.id AND g.during @> $12::date
WHERE i.ancestor_id = $14 AND i.area_level = 'commune' AND i.during @> $11::date
  AND i.area_id NOT IN (SELECT s.area_id FROM counting_sites({number(1)}) s)
ORDER BY v.code, rank, t.id
"""
RANKED_COMMUNES = f"""
SELECT * FROM ({COMMUNES_WITHOUT}) g
WHERE $15::integer IS NULL OR (rank, code) > ($15, $16::text)
ORDER BY rank, code LIMIT $17
"""

Number = tuple[Any, ...]  # the fields of `number_asked`
Rows = list[asyncpg.Record]


async def asked_number(reader: Reader, asked: Question, side: Side) -> Number:
    """Whom a side of a figure consists of; `gap`: who could close it."""
    counted, of = asked.indicator.counted, asked.indicator.denominator
    # Below a target, those who count are to leave; otherwise those who do not are to be reached.
    missing = side == "gap" and asked.indicator.target.direction == "at_least" and of is not None
    measure, without = (of, counted) if missing else (of if side == "denominator" else counted, None)
    (category,) = asked.split.categories(measure)

    def number_of(measured: Measurement) -> int:
        if missing:
            return measured.whole - measured.numerator
        return measured.whole if side == "denominator" else measured.numerator

    carried = asked.view.carried
    lying: list[tuple[int, int, int | None, int | None]] = [
        (source, target, None, None) for source, target in carried.whole.items()
    ]
    for source, parts in (await parted(reader, asked)).items():
        after = 0
        for target, found in parts.items():
            until = after + number_of(found.measured)
            if target in carried.within and until > after:
                lying.append((source, target, after, until))
            after = until
    places = [list(column) for column in zip(*lying, strict=True)] or [[], [], [], []]
    part = (category, asked.split.sex, asked.split.age_band)
    return (asked.programme.rule, measure, without, *part, *places, asked.view.on_map, asked.on, asked.then)


async def children(reader: Reader, asking: Asking, number: Number, after: tuple[int, UUID], limit: int) -> Rows:
    """Who counts, by commune; one row more than the limit."""
    return await reader.fetch(CHILDREN, *asking, *number, *after, limit)


async def candidates(
    reader: Reader, asking: Asking, number: Number, after: tuple[int, date, UUID], limit: int
) -> tuple[Rows, int]:
    """Who could close the gap, nearest first; and how many they are."""
    rows = await reader.fetch(CANDIDATES, *asking, *number, *after, limit)
    return rows, await reader.fetchval(NUMBER, *asking, *number)


async def outside(reader: Reader, asking: Asking, number: Number) -> int:
    """How many of them the caller is not shown, because they live elsewhere now."""
    how_many: int = await reader.fetchval(OUTSIDE, *asking, *number)
    return how_many


async def sites(reader: Reader, number: Number, after: str, limit: int) -> Rows:
    """The sites that count, by commune; one row more than the limit."""
    return await reader.fetch(SITES, *number, after, limit + 1)


async def communes_without(
    reader: Reader, asked: Question, number: Number, after: tuple[int, str], limit: int
) -> tuple[Rows, int]:
    """Communes that do not count, nearest first; and how many they are."""
    rows = await reader.fetch(RANKED_COMMUNES, *number, asked.area.area_id, *after, limit + 1)
    total = await reader.fetchval(f"SELECT count(*) FROM ({COMMUNES_WITHOUT}) g", *number, asked.area.area_id)
    return rows, total
