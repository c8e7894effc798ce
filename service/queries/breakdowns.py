"""Figures taken apart by one or two things at once: sex, age band, category, area."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal, NamedTuple

from service.database import Reader
from service.domain.attainment import Measurement
from service.domain.calendar import YEAR
from service.queries.attainment import Question
from service.queries.stocks import Trend, measures_of

Dimension = Literal["sex", "age_band", "category", "province", "district", "commune"]
SEXES = ["female", "male", "unknown"]
EVERYONE = "children"  # a measure that knows no categories

# The communes of the area and all combinations in one statement, added up by area of a level ($8), or all together.
# $1 rule · $2, $3 pairs of measure and category · $4 sexes · $5 age bands · $6 area · $7 day, and the day before: $9
COUNTED = """
SELECT {place} AS place, s.measure, s.category, s.sex, s.age_band,
       coalesce(sum(s.stock) FILTER (WHERE s.day = $7), 0)::bigint AS now,
       coalesce(sum(s.stock) FILTER (WHERE s.day = $9), 0)::bigint AS before
FROM {stocks} s {places}
GROUP BY {place}, s.measure, s.category, s.sex, s.age_band
"""
OF = "($1::smallint, $2, $3, $4, $5, communes_within($6, $7), ARRAY[$7::date, $9::date]{known})"
WITHIN = {
    "place": "up.ancestor_id",
    "places": """
JOIN area_within up ON up.area_id = s.area_id AND up.ancestor_level = $8::text AND up.during @> $7::date""",
}
TOGETHER = {"place": "(CASE WHEN $8::text IS NULL THEN 0 END)", "places": ""}
NOW = "part_stocks" + OF.format(known="")
THEN = "known_part_stocks" + OF.format(known=", $10")
PLACES = """
SELECT v.area_id, json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)::text AS shown, v.code
FROM area_within w JOIN area_version v ON v.area_id = w.area_id AND v.during @> $2::date
WHERE w.ancestor_id = $1 AND w.area_level = $3 AND w.during @> $2::date
ORDER BY v.code COLLATE "C"
"""
AGE_BANDS = "SELECT code FROM age_band WHERE rule = $1 ORDER BY from_age"
# The groups of a kind, or the sub-groups of one; those of a list that is in force on the day, and others.
CATEGORIES = """
SELECT code, during @> $1::date AS in_force FROM category
WHERE kind = $2 AND parent_code IS NOT DISTINCT FROM $3::text ORDER BY position
"""


@cache
def statement(past: bool, by_area: bool) -> str:
    """As known at the close of a day ($10), or now; added up by area, or all together."""
    return COUNTED.format(stocks=THEN if past else NOW, **(WITHIN if by_area else TOGETHER))


class Place(NamedTuple):
    """An area of the level that is asked for: its id, itself as JSON, its code. Without a level: all together."""

    area_id: int
    shown: str
    code: str


ALL_TOGETHER = Place(0, "", "")


@dataclass(frozen=True)
class Values:
    """What each thing is taken apart into; one value where it is not. `former`: categories of lists not in force."""

    places: list[Place]
    categories: list[str]
    sexes: list[str]
    age_bands: list[str]
    former: frozenset[str]


class Part(NamedTuple):
    """One combination, and what was measured of it."""

    place: Place
    category: str
    sex: str
    age_band: str
    trend: Trend


def level_of(by: Iterable[Dimension]) -> Literal["province", "district", "commune"] | None:
    """The level of areas among the things that are asked for."""
    for dimension in by:
        if dimension in ("province", "district", "commune"):
            return dimension
    return None


async def values(reader: Reader, asked: Question, by: list[Dimension]) -> Values:
    """What is taken apart into what. A filter leaves its value alone; of a category, its sub-groups if it has any."""
    split, level = asked.split, level_of(by)
    places, categories, sexes, bands, former = [ALL_TOGETHER], [split.category], [split.sex], [split.age_band], set()
    if level:
        places = [Place(*row) for row in await reader.fetch(PLACES, asked.area.area_id, asked.on, level)]
    if "sex" in by and split.sex == "all":
        sexes = SEXES
    if "age_band" in by and split.age_band == "all":
        bands = [code for (code,) in await reader.fetch(AGE_BANDS, asked.programme.rule)]
    if "category" in by:
        kind, parent = (
            asked.indicator.numerator.removesuffix("_assisted"),
            None if split.category == "all" else split.category,
        )
        rows = await reader.fetch(CATEGORIES, asked.on, kind, parent)
        categories = [row["code"] for row in rows] or categories
        former = {row["code"] for row in rows if not row["in_force"]}
    return Values(places, categories, sexes, bands, frozenset(former))


async def parts(reader: Reader, asked: Question, level: str | None, of: Values) -> list[Part]:
    """Every combination, also where nothing counts: by area, category, sex, age band."""
    indicator, on = asked.indicator, asked.on
    pairs = [
        (m, c)
        for m in measures_of([indicator])
        for c in ((["all"]) if m == EVERYONE or indicator.denominator is None else of.categories)
    ]
    measures, categories = zip(*pairs, strict=True)
    known = (asked.known,) if asked.past else ()
    rows = await reader.fetch(
        statement(asked.past, level is not None),
        asked.programme.rule,
        measures,
        categories,
        of.sexes,
        of.age_bands,
        asked.area.area_id,
        on,
        level,
        on - YEAR,
        *known,
    )
    counted = {tuple(row)[:5]: (row["now"], row["before"]) for row in rows}

    def measured(place: int, category: str, sex: str, band: str) -> Trend:
        def of_measure(measure: str) -> tuple[int, int]:
            counts = "all" if measure == EVERYONE else category
            return counted.get((place, measure, counts, sex, band), (0, 0))

        now, before = of_measure(indicator.numerator)
        if indicator.denominator is None:
            return Trend(Measurement(now, None), Measurement(before, None))
        whole_now, whole_before = of_measure(indicator.denominator)
        return Trend(Measurement(now, whole_now), Measurement(before, whole_before))

    return [
        Part(place, category, sex, band, measured(place.area_id, category, sex, band))
        for place, category, sex, band in product(of.places, of.categories, of.sexes, of.age_bands)
    ]
