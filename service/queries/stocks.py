"""What the ledger measured for an indicator: on a day, by area, over time; as known now, or then; on any map."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from service.database import Reader
from service.domain.attainment import Measurement
from service.domain.calendar import YEAR
from service.domain.carrying import EXACT, Certainty, Found
from service.queries.attainment import Asked, Indicator, Question, Split
from service.queries.maps import View

# By place: where the children of each area of records go on the map, or, of an area that is divided, itself (negative).
# $1 rule · $2, $3 numerator and denominator · $4 areas of records · $5 where each goes · $6 day · $7 day before
BY_PLACE = """
SELECT u.place,
       coalesce(sum(s.stock) FILTER (WHERE s.measure = $2 AND s.day = $6), 0)::bigint,
       coalesce(sum(s.stock) FILTER (WHERE s.measure = $3 AND s.day = $6), 0)::bigint,
       coalesce(sum(s.stock) FILTER (WHERE s.measure = $2 AND s.day = $7), 0)::bigint,
       coalesce(sum(s.stock) FILTER (WHERE s.measure = $3 AND s.day = $7), 0)::bigint
FROM {stocks} s JOIN unnest($4::integer[], $5::integer[]) AS u (area_id, place) ON u.area_id = s.area_id
GROUP BY u.place
"""
MEASURES, DAYS = "ARRAY[$2::text, $3::text]", "ARRAY[$6::date, $7::date]"
ON_A_DAY = {
    "totals": BY_PLACE.format(stocks=f"area_total_stocks($1::smallint, {MEASURES}, $4, {DAYS})"),
    "parts": BY_PLACE.format(stocks=f"stocks($1::smallint, {MEASURES}, $8, $9, $10, $4, {DAYS})"),
    "known": BY_PLACE.format(stocks=f"known_stocks($1::smallint, {MEASURES}, $8, $9, $10, $4, {DAYS}, $11, $12)"),
}

# Over time, all areas together or each apart.
# $1 rule · $2 measures · $3 areas of records · $4 days · $5 categories · $6 sex · $7 age band
# $8 the past day known, or $9 the posting
OVER_TIME = "SELECT measure, day, sum(stock)::bigint FROM {stocks} s GROUP BY measure, day"
APART = "SELECT area_id, measure, day, stock FROM {stocks} s"
TOTALS = "area_total_stocks($1::smallint, $2, $3, $4)"
PARTS = "stocks($1::smallint, $2, $5, $6, $7, $3, $4)"
KNOWN = "known_stocks($1::smallint, $2, $5, $6, $7, $3, $4, $8, $9)"
TOGETHER = {
    "totals": "SELECT measure, day, stock FROM total_stocks($1::smallint, $2, $3, $4)",
    "parts": OVER_TIME.format(stocks=PARTS),
    "known": OVER_TIME.format(stocks=KNOWN),
}
EACH = {way: APART.format(stocks=stocks) for way, stocks in (("totals", TOTALS), ("parts", PARTS), ("known", KNOWN))}
AT_CLOSES = """
SELECT c.day AS close, s.measure, s.day, sum(s.stock)::bigint AS stock
FROM unnest($7::date[], $8::date[]) AS c (day, before)
CROSS JOIN LATERAL known_stocks($1::smallint, $2, $3, $4, $5, $6, ARRAY[c.day, c.before], c.day) s
GROUP BY c.day, s.measure, s.day
"""


class Trend(NamedTuple):
    """What was measured on a day, and a year before it; and how certain the first is."""

    now: Measurement
    before: Measurement
    certainty: Certainty = EXACT


class AreaMeasured(NamedTuple):
    """An area (as JSON), what was measured in it, and whether the register has kept its children."""

    area: str
    trend: Trend
    covered: bool


Trends = dict[tuple[str, date], Trend]  # by the code of the indicator and the day
Stocks = dict[tuple[str, date], int]  # by measure and day


async def by_area(reader: Reader, asked: Question, level: str) -> list[AreaMeasured]:
    """Every area of a level within an area, by code."""
    indicator, carried = asked.indicator, asked.view.carried
    way, part = _way(asked, [indicator], [asked.on])
    rows = await reader.fetch(
        ON_A_DAY[way],
        *(asked.programme.rule, indicator.numerator, indicator.denominator),
        *(list(carried.places), list(carried.places.values()), asked.on, asked.on - YEAR, *part),
    )
    now, before = (
        {row[0]: _measured(indicator, *row[first : first + 2]) for row in map(tuple, rows)} for first in (1, 3)
    )
    return _of_places(asked.view, indicator, level, now, before)


def of_each(view: View, indicator: Indicator, level: str, each: Mapping[int, Stocks], on: date) -> list[AreaMeasured]:
    """The same, from the stocks of each area of records."""
    days = []
    for day in (on, on - YEAR):
        found: dict[int, Measurement] = {}
        for area, stocks in each.items():
            place, measured = view.carried.places[area], _stock(indicator, stocks, day)
            found[place] = found[place] + measured if place in found else measured
        days.append(found)
    return _of_places(view, indicator, level, *days)


def _of_places(
    view: View, indicator: Indicator, level: str, now: Mapping[int, Measurement], before: Mapping[int, Measurement]
) -> list[AreaMeasured]:
    """By area of a level, from what was found by the places of areas of records."""
    above = view.above(level)
    of_day, of_year = (view.carried.spread(found, above) for found in (now, before))
    nothing = Found(_measured(indicator, 0, 0))
    measured = []
    for place in view.places(level):
        found, then = of_day.get(place.area_id, nothing), of_year.get(place.area_id, nothing)
        trend = Trend(found.measured, then.measured, found.certainty)
        measured.append(AreaMeasured(place.shown, trend, place.covered))
    return measured


async def over_time(reader: Reader, asked: Asked, wanted: list[Indicator], days: list[date]) -> Trends:
    """What each indicator measured in the whole area on each day."""
    carried, every_day = asked.view.carried, sorted({*days, *(day - YEAR for day in days)})
    rows = await _fetch(reader, TOGETHER, asked, wanted, list(carried.whole), every_day)
    stocks = {(measure, day): stock for measure, day, stock in rows}
    found = {(i.code, day): Found(_stock(i, stocks, day)) for i in wanted for day in every_day}
    ratios = [i for i in wanted if i.denominator is not None]
    counts = [i for i in wanted if i.denominator is None and i.numerator is not None]
    if carried.parted and ratios:
        each = await _each(reader, asked, ratios, list(carried.parted), every_day)
        for i in ratios:
            for day in every_day:
                for source in carried.parted:
                    found[i.code, day] += carried.inside(source, _stock(i, each[source], day))
    if (carried.parted or carried.joined) and counts:  # of communes, however many areas a commune was made of
        each = await _each(reader, asked, counts, list(carried.places), every_day)
        for i in counts:
            for day in every_day:
                by_place: dict[int, Measurement] = defaultdict(lambda: Measurement(0, None))
                for source, of_source in each.items():
                    by_place[carried.places[source]] += _stock(i, of_source, day)
                found[i.code, day] = sum(
                    carried.spread(by_place, asked.view.above("commune")).values(), Found(Measurement(0, None))
                )
    return {
        (i.code, day): Trend(
            found[i.code, day].measured, found[i.code, day - YEAR].measured, found[i.code, day].certainty
        )
        for i in wanted
        for day in days
    }


async def at_closes(reader: Reader, asked: Asked, indicator: Indicator, days: list[date]) -> Trends:
    """What an indicator measured in the whole area on each day, as known at its close."""
    measures, part = _part(asked.split, [indicator])
    carried = asked.view.carried
    areas = [
        source
        for source in carried.places
        if source in carried.whole or carried.within.issuperset(carried.parted[source])
    ]
    rows = await reader.fetch(
        AT_CLOSES, asked.programme.rule, measures, *part, areas, days, [day - YEAR for day in days]
    )
    stocks: dict[date, Stocks] = {close: {} for close in days}
    for close, measure, day, stock in rows:
        stocks[close][measure, day] = stock
    return {
        (indicator.code, day): Trend(_stock(indicator, stocks[day], day), _stock(indicator, stocks[day], day - YEAR))
        for day in days
    }


async def parted(reader: Reader, asked: Question) -> dict[int, dict[int, Found]]:
    """How the figures of the day are divided of each area of records that goes to several communes."""
    carried, indicator = asked.view.carried, asked.indicator
    if not carried.parted:
        return {}
    each = await _each(reader, asked, [indicator], list(carried.parted), [asked.on])
    return {source: carried.parts(source, _stock(indicator, each[source], asked.on)) for source in carried.parted}


async def _fetch(
    reader: Reader,
    statements: Mapping[str, str],
    asked: Asked,
    wanted: list[Indicator],
    areas: list[int],
    days: list[date],
) -> list[tuple[Any, ...]]:
    way, part = _way(asked, wanted, days)
    rows = await reader.fetch(statements[way], asked.programme.rule, measures_of(wanted), areas, days, *part)
    return [tuple(row) for row in rows]


async def _each(
    reader: Reader, asked: Asked, wanted: list[Indicator], areas: list[int], days: list[date]
) -> dict[int, Stocks]:
    each: dict[int, Stocks] = {area: {} for area in areas}
    for area, measure, day, stock in await _fetch(reader, EACH, asked, wanted, areas, days):
        each[area][measure, day] = stock
    return each


def _way(asked: Asked, wanted: list[Indicator], days: list[date]) -> tuple[str, tuple[Any, ...]]:
    """Which statement answers, and what it has to be told of the part that is counted, and of what was known."""
    _, part = _part(asked.split, wanted)
    if asked.past:
        return "known", (*part, asked.known, asked.posting)
    if asked.split == Split() and all(day < asked.programme.page_horizon for day in days):
        return "totals", ()
    return "parts", part


def _part(split: Split, wanted: list[Indicator]) -> tuple[list[str], tuple[Any, ...]]:
    measures = measures_of(wanted)
    return measures, (split.categories(*measures), split.sex, split.age_band)


def measures_of(indicators: list[Indicator]) -> list[str]:
    return list(dict.fromkeys(m for i in indicators for m in (i.numerator, i.denominator) if m is not None))


def _measured(indicator: Indicator, numerator: int, denominator: int) -> Measurement:
    return Measurement(numerator, None if indicator.denominator is None else denominator)


def _stock(indicator: Indicator, stocks: Stocks, day: date) -> Measurement:
    numerator, denominator = (stocks.get((of or "", day), 0) for of in (indicator.numerator, indicator.denominator))
    return _measured(indicator, numerator, denominator)
