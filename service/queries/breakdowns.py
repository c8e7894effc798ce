"""Figures taken apart by one or two things at once: sex, age band, category, level of measures, area."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NamedTuple

from service.database import Reader
from service.domain.attainment import Measurement
from service.domain.calendar import YEAR
from service.domain.carrying import Carried, Found
from service.domain.measure import helped, kind_of
from service.queries import stocks
from service.queries.attainment import Question
from service.queries.maps import Place
from service.queries.stocks import Trend

Level = Literal["province", "district", "commune"]
Dimension = Literal["sex", "age_band", "category", "measure_level", "province", "district", "commune"]
SEXES = ["female", "male", "unknown"]

# All combinations in one statement, added up by place: where each area of records goes.
# $1 rule · $2, $3 pairs of measure and category · $4 sexes · $5 age bands · $6 areas of records · $7 where each goes ·
# $8 day, and the day before: $9
COUNTED = """
SELECT u.place, s.measure, s.category, s.sex, s.age_band,
       coalesce(sum(s.stock) FILTER (WHERE s.day = $8), 0)::bigint AS now,
       coalesce(sum(s.stock) FILTER (WHERE s.day = $9), 0)::bigint AS before
FROM {stocks} s JOIN unnest($6::integer[], $7::integer[]) AS u (area_id, place) ON u.area_id = s.area_id
GROUP BY u.place, s.measure, s.category, s.sex, s.age_band
"""
OF = "($1::smallint, $2, $3, $4, $5, $6, ARRAY[$8::date, $9::date]{known})"
NOW = COUNTED.format(stocks="part_stocks" + OF.format(known=""))
THEN = COUNTED.format(stocks="known_part_stocks" + OF.format(known=", $10"))
AGE_BANDS = "SELECT code FROM age_band WHERE rule = $1 ORDER BY from_age"
# The groups of a kind, or the sub-groups of one; those of a list that is in force on the day, and others.
CATEGORIES = """
SELECT code, during @> $1::date AS in_force FROM category
WHERE kind = $2 AND parent_code IS NOT DISTINCT FROM $3::text ORDER BY position
"""
LEVELS_OF_MEASURES = "SELECT code FROM intervention_measure WHERE parent_code IS NULL ORDER BY position"


ALL_TOGETHER = Place(0, "", "", covered=True)  # where no level of areas is asked for


@dataclass(frozen=True)
class Values:
    """What each thing is taken apart into; one value where it is not. `former`: categories of lists not in force."""

    places: list[Place]
    categories: list[str]
    levels: list[str]
    sexes: list[str]
    age_bands: list[str]
    former: frozenset[str]


class Part(NamedTuple):
    """One combination, and what was measured of it."""

    place: Place
    category: str
    level: str
    sex: str
    age_band: str
    trend: Trend


def level_of(by: Iterable[Dimension]) -> Level | None:
    """The level of areas among the things that are asked for."""
    for dimension in by:
        if dimension in ("province", "district", "commune"):
            return dimension
    return None


async def values(reader: Reader, asked: Question, by: list[Dimension]) -> Values:
    """What is taken apart into what. A filter leaves its value alone; of a category, its sub-groups if it has any."""
    split, level = asked.split, level_of(by)
    places, categories, levels, former = [ALL_TOGETHER], [split.category], ["all"], set()
    sexes, bands = [split.sex], [split.age_band]
    if level:
        places = asked.view.places(level)
    if "sex" in by and split.sex == "all":
        sexes = SEXES
    if "age_band" in by and split.age_band == "all":
        bands = [code for (code,) in await reader.fetch(AGE_BANDS, asked.programme.rule)]
    if "category" in by:
        parent = None if split.category == "all" else split.category
        rows = await reader.fetch(CATEGORIES, asked.on, kind_of(asked.indicator.counted), parent)
        categories = [row["code"] for row in rows] or categories
        former = {row["code"] for row in rows if not row["in_force"]}
    if "measure_level" in by:
        levels = [code for (code,) in await reader.fetch(LEVELS_OF_MEASURES)]
    return Values(places, categories, levels, sexes, bands, frozenset(former))


async def parts(reader: Reader, asked: Question, level: Level | None, of: Values) -> list[Part]:
    """Every combination, also where nothing counts: by area, category, level, sex, age band."""
    indicator, denominator = asked.indicator, asked.indicator.denominator
    if denominator is None:  # of communes, that are broken down by area alone
        assert level is not None
        of_areas = await stocks.by_area(reader, asked, level)
        return [
            Part(place, "all", "all", "all", "all", area.trend) for place, area in zip(of.places, of_areas, strict=True)
        ]
    carried, above = (
        asked.view.carried,
        asked.view.above(level) if level else dict.fromkeys(asked.view.above("commune"), 0),
    )
    places = lying(carried, above)
    counted = {level: indicator.counted if level == "all" else helped(indicator.counted, level) for level in of.levels}
    pairs = [
        (measure, category)
        for measure in (*counted.values(), denominator)
        for category in (of.categories if kind_of(measure) else ["all"])
    ]
    measures, categories = zip(*pairs, strict=True)
    known = (asked.known,) if asked.past else ()
    rows = await reader.fetch(
        THEN if asked.past else NOW,
        *(asked.programme.rule, measures, categories, of.sexes, of.age_bands),
        *(list(places), list(places.values()), asked.on, asked.on - YEAR, *known),
    )
    now, before = ({tuple(row[:5]): row[column] for row in map(tuple, rows)} for column in (5, 6))
    divided = [place for place in set(places.values()) if place < 0]

    def measured(
        stocks: Mapping[tuple[Any, ...], int], place: int, category: str, level: str, *part: str
    ) -> Measurement:
        numerator = stocks.get((place, counted[level], category, *part), 0)
        of = category if kind_of(denominator) else "all"
        return Measurement(numerator, stocks.get((place, denominator, of, *part), 0))

    def found(stocks: Mapping[tuple[Any, ...], int], place: int, *part: str) -> Found:
        whole = Found(measured(stocks, place, *part))
        for source in divided:
            for target, share in carried.parts(-source, measured(stocks, source, *part)).items():
                if target in carried.within and above[target] == place:
                    whole = whole + share
        return whole

    def trend(place: int, *part: str) -> Trend:
        of_day = found(now, place, *part)
        return Trend(of_day.measured, found(before, place, *part).measured, of_day.certainty)

    return [
        Part(place, category, level, sex, band, trend(place.area_id, category, level, sex, band))
        for place, category, level, sex, band in product(of.places, of.categories, of.levels, of.sexes, of.age_bands)
    ]


def lying(carried: Carried, above: Mapping[int, int]) -> dict[int, int]:
    """To which of the areas each area of records goes; one that is divided over several, to itself (negative)."""
    places = {source: above[target] for source, target in carried.whole.items()}
    for source, ways in carried.parted.items():
        over = {above[target] if target in carried.within else None for target in ways}
        (only,) = over if len(over) == 1 else (None,)
        places[source] = -source if only is None else only
    return places
