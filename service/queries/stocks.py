"""What the ledger measured for an indicator: on a day, by area, over time; as known now, or then."""

from datetime import date
from typing import NamedTuple

from service.database import Reader
from service.domain.attainment import Measurement
from service.domain.calendar import YEAR
from service.queries.attainment import Area, Indicator, Programme, Question, Split

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
KNOWN_BY_AREA = BY_AREA.format(stocks=f"known_stocks($1::smallint, {MEASURES}, $8, $9, $10, $4, $5, {DAYS}, $11)")

TOTALS_OVER_TIME = "SELECT measure, day, stock FROM total_stocks($1::smallint, $2, $3, $4, $5)"
OVER_TIME = """
SELECT s.measure, s.day, sum(s.stock)::bigint AS stock
FROM stocks($1::smallint, $2, $3, $4, $5, $6, $7, $8) s
GROUP BY s.measure, s.day
"""
KNOWN_OVER_TIME = """
SELECT s.measure, s.day, sum(s.stock)::bigint AS stock
FROM known_stocks($1::smallint, $2, $3, $4, $5, $6, $7, $8, $9) s
GROUP BY s.measure, s.day
"""
AT_CLOSES = """
SELECT c.day AS close, s.measure, s.day, sum(s.stock)::bigint AS stock
FROM unnest($8::date[], $9::date[]) AS c (day, before)
CROSS JOIN LATERAL known_stocks($1::smallint, $2, $3, $4, $5, $6, $7, ARRAY[c.day, c.before], c.day) s
GROUP BY c.day, s.measure, s.day
"""


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
    if asked.past:
        rows = await reader.fetch(KNOWN_BY_AREA, *question, *part, asked.known)
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
    then: date | None = None,
) -> Trends:
    """What each indicator measured in the whole area on each day, as known at the close of a day (now, without one)."""
    measures = measures_of(wanted)
    every_day = sorted({*days, *(day - YEAR for day in days)})
    place = (within.area_id, on_map, every_day)
    if then is not None:
        part = (split.categories(*measures), split.sex, split.age_band)
        rows = await reader.fetch(KNOWN_OVER_TIME, programme.rule, measures, *part, *place, then)
    elif split == Split() and all(day < programme.page_horizon for day in every_day):
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


Stocks = dict[tuple[str | None, date], int]  # by measure and day


def trend(indicator: Indicator, stocks: Stocks, on: date) -> Trend:
    def measured(day: date) -> Measurement:
        numerator, of = stocks.get((indicator.numerator, day), 0), indicator.denominator
        return Measurement(numerator, None if of is None else stocks.get((of, day), 0))

    return Trend(measured(on), measured(on - YEAR))
