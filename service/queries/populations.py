"""Official figures of the population: of which area and day, and published where."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

import asyncpg

from service.database import Reader
from service.domain.measure import EVERYONE
from service.domain.refusal import Refusal
from service.queries.attainment import Indicator, Programme, Question, Split

# The code is the one on the day of the figure.
RECORD = """json_build_object(
    'id', o.id, 'area', json_build_object('code', v.code, 'name', v.name, 'kind', v.kind), 'on', o.on_date,
    'population', o.population, 'children_under_16', o.children_under_16, 'source', o.source)"""
FROM = "FROM official_population o JOIN area_version v ON v.area_id = o.area_id AND v.during @> o.on_date"
ONE = f"SELECT {RECORD} AS record {FROM} WHERE o.id = :id"
MATCHING = f"{FROM} WHERE ($1::text IS NULL OR v.code = $1) AND ($2::date IS NULL OR o.on_date <= $2)"
LIST = f"""
SELECT {RECORD}, o.on_date, o.id {MATCHING} AND ($3::date IS NULL OR (o.on_date, o.id) > ($3, $4::uuid))
ORDER BY o.on_date, o.id LIMIT $5
"""
COUNT = f"SELECT count(*) {MATCHING}"
# The latest of a day up to which something was published of the children: of two for one day, the one entered later.
LATEST = """
CROSS JOIN LATERAL (
    SELECT o.children_under_16, o.on_date, o.source FROM official_population o
    WHERE o.area_id = place.area_id AND o.on_date <= d.day AND o.children_under_16 IS NOT NULL
    ORDER BY o.on_date DESC, o.id DESC LIMIT 1
) o
"""
OF_AREA = f"""
SELECT d.day, o.* FROM unnest($2::date[]) d (day) CROSS JOIN (VALUES ($1::integer)) place (area_id) {LATEST}
"""
BY_AREA = f"""
SELECT v.code, d.day, o.*
FROM unnest($3::date[]) d (day)
CROSS JOIN area_within place JOIN area_version v ON v.area_id = place.area_id AND v.during @> $4::date
{LATEST}
WHERE place.ancestor_id = $1 AND place.area_level = $2 AND place.during @> $4::date
"""


class Official(NamedTuple):
    """The children under 16 of an area on a day, as published."""

    children: int
    on: date
    source: str


async def populations(
    reader: Reader, area: str | None, on: date | None, after: tuple[date | None, UUID | None], limit: int
) -> list[asyncpg.Record]:
    """Item, day and id, by day; one row more than the limit."""
    return await reader.fetch(LIST, area, on, *after, limit + 1)


async def number_of_populations(reader: Reader, area: str | None, on: date | None) -> int:
    number: int = await reader.fetchval(COUNT, area, on)
    return number


def wanted(programme: Programme, indicator: Indicator) -> bool:
    """Whether a rate is of the official population: if the programme says so, and it is one of all children."""
    return programme.denominator_source == "official" and indicator.denominator == EVERYONE


def published(split: Split) -> bool:
    """Whether anything is published that a figure of this part of the children could be of: only of all of them."""
    return split == Split()


async def of_area(reader: Reader, area_id: int, days: Collection[date]) -> dict[date, Official]:
    """The latest official figure of an area up to each day; of some days there may be none."""
    return {day: Official(*official) for day, *official in await reader.fetch(OF_AREA, area_id, list(days))}


async def by_area(
    reader: Reader, asked: Question, level: str, days: Collection[date]
) -> dict[tuple[str, date], Official]:
    """The same of every area of a level, by its code and the day."""
    rows = await reader.fetch(BY_AREA, asked.area.area_id, level, list(days), asked.view.on_map)
    return {(code, day): Official(*official) for code, day, *official in rows}


async def population(reader: Reader, population_id: UUID) -> str:
    found: str | None = await reader.fetchval(ONE.replace(":id", "$1"), population_id)
    if found is None:
        raise Refusal("population_unknown")
    return found
