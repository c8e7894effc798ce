"""What the ledger measured for an indicator: on a day, by area, over time."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from service.database import Reader
from service.domain.attainment import Measurement, Unit
from service.domain.calendar import YEAR
from service.domain.refusal import Refusal
from service.domain.target import Target
from service.queries.areas import FIRST_NEW_BOUNDARY

# The programme asked for, else the one in force on the day, else the latest.
PROGRAMME = f"""
SELECT p.code, p.area_code, lower(p.during) AS start, upper(p.during) AS until,
       r.id AS rule, p.code || '/' || r.number AS rule_name,
       ARRAY(SELECT b.code FROM age_band b WHERE b.rule = r.id) AS age_bands,
       (SELECT page_horizon FROM register) AS page_horizon,
       ({FIRST_NEW_BOUNDARY}) AS answers_until
FROM programme p JOIN counting_rule r ON r.programme_code = p.code
WHERE $1::text IS NULL OR p.code = $1
ORDER BY p.during @> $2::date DESC, upper(p.during) DESC, r.number DESC LIMIT 1
"""
INDICATORS = """
SELECT i.code, i.numerator, i.denominator, i.unit, t.direction, t.value, t.due_on
FROM indicator i
JOIN LATERAL (SELECT * FROM target t WHERE t.indicator_code = i.code AND t.programme_code = $1
              ORDER BY t.due_on < $2::date, abs(t.due_on - $2::date) LIMIT 1) t ON true
WHERE $3::text IS NULL OR i.code = $3
ORDER BY i.position
"""
# Whoever is assigned to the province reaches every area, also those that it was made of.
AREA = """
SELECT v.area_id, v.code, v.name, v.kind, a.level,
       EXISTS (SELECT FROM assignment_area r WHERE r.assignment_id = $3 AND r.area_id = v.area_id)
       OR EXISTS (SELECT FROM assignment g JOIN area p ON p.id = g.area_id
                  WHERE g.id = $3 AND p.level = 'province' AND p.covered) AS reached
FROM area_version v JOIN area a ON a.id = v.area_id WHERE v.code = $1 AND v.during @> $2::date
"""

# Both halves are made first: a plan for the two at once guesses few places and compares each with every sum.
# $1 rule · $2, $3 numerator and denominator · $4 area · $5 day · $6 day before · $7 level
BY_AREA = """
WITH measured AS MATERIALIZED (
    SELECT up.ancestor_id,
           coalesce(sum(s.stock) FILTER (WHERE s.measure = $2 AND s.day = $5), 0)::bigint AS numerator,
           coalesce(sum(s.stock) FILTER (WHERE s.measure = $3 AND s.day = $5), 0)::bigint AS denominator,
           coalesce(sum(s.stock) FILTER (WHERE s.measure = $2 AND s.day = $6), 0)::bigint AS numerator_before,
           coalesce(sum(s.stock) FILTER (WHERE s.measure = $3 AND s.day = $6), 0)::bigint AS denominator_before
    FROM {stocks} s
    JOIN area_within up ON up.area_id = s.area_id AND up.ancestor_level = $7 AND up.during @> $5::date
    GROUP BY up.ancestor_id
),
place AS MATERIALIZED (
    SELECT v.area_id, v.code, json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)::text AS shown
    FROM area_within w JOIN area_version v ON v.area_id = w.area_id AND v.during @> $5::date
    WHERE w.ancestor_id = $4 AND w.area_level = $7 AND w.during @> $5::date
)
SELECT p.shown, coalesce(m.numerator, 0), coalesce(m.denominator, 0),
       coalesce(m.numerator_before, 0), coalesce(m.denominator_before, 0)
FROM place p LEFT JOIN measured m ON m.ancestor_id = p.area_id
ORDER BY p.code COLLATE "C"
"""
MEASURES, DAYS = "ARRAY[$2::text, $3::text]", "ARRAY[$5::date, $6::date]"
TOTALS_BY_AREA = BY_AREA.format(stocks=f"area_total_stocks($1::smallint, {MEASURES}, $4, $5, {DAYS})")
PARTS_BY_AREA = BY_AREA.format(stocks=f"stocks($1::smallint, {MEASURES}, $8, $9, $10, $4, $5, {DAYS})")
KNOWN_BY_AREA = BY_AREA.format(stocks=f"known_stocks($1::smallint, {MEASURES}, $8, $9, $10, $4, $5, {DAYS}, $5)")

TOTALS_OVER_TIME = "SELECT measure, day, stock FROM total_stocks($1::smallint, $2, $3, $4, $5)"
OVER_TIME = """
SELECT s.measure, s.day, sum(s.stock)::bigint AS stock
FROM stocks($1::smallint, $2, $3, $4, $5, $6, $7, $8) s
GROUP BY s.measure, s.day
"""
AT_CLOSES = """
SELECT c.day AS close, s.measure, s.day, sum(s.stock)::bigint AS stock
FROM unnest($8::date[], $9::date[]) AS c (day, before)
CROSS JOIN LATERAL known_stocks($1::smallint, $2, $3, $4, $5, $6, $7, ARRAY[c.day, c.before], c.day) s
GROUP BY c.day, s.measure, s.day
"""


@dataclass(frozen=True)
class Area:
    """The area asked about, as it was called on the day. `reached`: by the caller's assignment."""

    area_id: int
    code: str
    name: str
    kind: str
    level: str
    reached: bool

    def shown(self) -> dict[str, str]:
        return {"code": self.code, "name": self.name, "kind": self.kind}


@dataclass(frozen=True)
class Indicator:
    """What is counted over what, and the target it is held to."""

    code: str
    numerator: str
    denominator: str | None
    unit: Unit
    target: Target


@dataclass(frozen=True)
class Programme:
    """The programme that a question is about, and the rule by which it counts."""

    code: str
    area_code: str
    start: date
    until: date
    rule: int
    rule_name: str
    age_bands: list[str]
    page_horizon: date
    answers_until: date


@dataclass(frozen=True)
class Split:
    """Which part of the children: `all` is no split."""

    category: str = "all"
    sex: str = "all"
    age_band: str = "all"

    def categories(self, *measures: str | None) -> list[str]:
        """The category to count for each measure: of all children, every category."""
        return ["all" if measure in ("children", None) else self.category for measure in measures]


@dataclass(frozen=True)
class Question:
    """Which indicator of which programme, of which part of the children, in which area, on which day, as known when.

    `rounded`: to a caller without the records of the area, as known at the close of the day.
    """

    programme: Programme
    indicator: Indicator
    split: Split
    area: Area
    on: date
    known: date
    rounded: bool


async def programme(reader: Reader, code: str | None, on: date) -> Programme:
    found = await reader.fetchrow(PROGRAMME, code, on)
    if found is None:
        raise Refusal("programme_unknown")
    return Programme(**found)


async def indicators(reader: Reader, programme: Programme, on: date, code: str | None = None) -> list[Indicator]:
    """The indicators of a programme (or the one of that code) with the target that is next on a day."""
    rows = await reader.fetch(INDICATORS, programme.code, on, code)
    if code is not None and not rows:
        raise Refusal("indicator_unknown")
    return [
        Indicator(
            r["code"],
            r["numerator"],
            r["denominator"],
            r["unit"],
            Target(r["direction"], Fraction(r["value"]), r["due_on"]),
        )
        for r in rows
    ]


async def area(reader: Reader, code: str, on: date, assignment_id: UUID, pointer: str = "/area") -> Area:
    found = await reader.fetchrow(AREA, code, on, assignment_id)
    if found is None:
        raise Refusal("area_not_on_map", pointer)
    return Area(**found)


async def kind_of_category(reader: Reader, code: str) -> str:
    kind: str | None = await reader.fetchval("SELECT kind FROM category WHERE code = $1", code)
    if kind is None:
        raise Refusal("category_unknown", "/category")
    return kind


class Trend(NamedTuple):
    """What was measured on a day, and a year before it."""

    now: Measurement
    before: Measurement


class AreaMeasured(NamedTuple):
    """An area (as JSON), and what was measured in it."""

    area: str
    trend: Trend


async def by_area(reader: Reader, asked: Question, level: str) -> list[AreaMeasured]:
    """Every area of a level within an area, by code."""
    indicator, split = asked.indicator, asked.split
    measures = (indicator.numerator, indicator.denominator)
    question = (asked.programme.rule, *measures, asked.area.area_id, asked.on, asked.on - YEAR, level)
    part = (split.categories(*measures), split.sex, split.age_band)
    if asked.rounded:
        rows = await reader.fetch(KNOWN_BY_AREA, *question, *part)
    elif split == Split() and asked.on < asked.programme.page_horizon:
        rows = await reader.fetch(TOTALS_BY_AREA, *question)
    else:
        rows = await reader.fetch(PARTS_BY_AREA, *question, *part)
    if indicator.denominator is None:
        return [AreaMeasured(place, Trend(Measurement(n, None), Measurement(b, None))) for place, n, _, b, _ in rows]
    return [AreaMeasured(place, Trend(Measurement(n, d), Measurement(b, c))) for place, n, d, b, c in rows]


Trends = dict[tuple[str, date], Trend]  # by the code of the indicator and the day


async def over_time(
    reader: Reader,
    programme: Programme,
    wanted: list[Indicator],
    split: Split,
    within: Area,
    on_map: date,
    days: list[date],
) -> Trends:
    """What each indicator measured in the whole area on each day, as known now."""
    measures = measures_of(wanted)
    every_day = sorted({*days, *(day - YEAR for day in days)})
    place = (within.area_id, on_map, every_day)
    if split == Split() and all(day < programme.page_horizon for day in every_day):
        rows = await reader.fetch(TOTALS_OVER_TIME, programme.rule, measures, *place)
    else:
        part = (split.categories(*measures), split.sex, split.age_band)
        rows = await reader.fetch(OVER_TIME, programme.rule, measures, *part, *place)
    stocks = {(measure, day): stock for measure, day, stock in rows}
    return {(i.code, day): trend(i, stocks, day) for i in wanted for day in days}


async def at_closes(
    reader: Reader,
    programme: Programme,
    wanted: list[Indicator],
    split: Split,
    within: Area,
    on_map: date,
    days: list[date],
) -> Trends:
    """The same, on each day as known at its close."""
    measures = measures_of(wanted)
    part = (split.categories(*measures), split.sex, split.age_band)
    place = (within.area_id, on_map, days, [day - YEAR for day in days])
    rows = await reader.fetch(AT_CLOSES, programme.rule, measures, *part, *place)
    stocks: dict[date, Stocks] = {close: {} for close in days}
    for close, measure, day, stock in rows:
        stocks[close][measure, day] = stock
    return {(i.code, day): trend(i, stocks[day], day) for i in wanted for day in days}


def measures_of(indicators: list[Indicator]) -> list[str]:
    return list(dict.fromkeys(m for i in indicators for m in (i.numerator, i.denominator) if m is not None))


Stocks = dict[tuple[str, date], int]  # by measure and day


def trend(indicator: Indicator, stocks: Stocks, on: date) -> Trend:
    def measured(day: date) -> Measurement:
        numerator, of = stocks.get((indicator.numerator, day), 0), indicator.denominator
        return Measurement(numerator, None if of is None else stocks.get((of, day), 0))

    return Trend(measured(on), measured(on - YEAR))
