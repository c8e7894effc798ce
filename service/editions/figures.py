"""The figures of an edition, found in the ledger at its posting; and how the areas of records lie on its map, told and
read back, so that they can be found again whatever the lists of areas say by then."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import orjson

from service.database import Reader
from service.domain.area_history import AreaChange
from service.domain.period import Period
from service.domain.target import Target
from service.editions.content import EditionContent
from service.queries import editions, maps, stocks
from service.queries.attainment import Area, Asked, Indicator, Programme, Question, Split
from service.queries.maps import Atlas, Version, View, Within
from service.routers.figures import certain, decimal, shown


async def sealed_indicators(reader: Reader, asked: Asked, wanted: list[Indicator], on: date) -> list[dict[str, Any]]:
    """Every indicator with its figures: of the whole, and of every commune."""
    trends = await stocks.over_time(reader, asked, wanted, [on])
    found = []
    for indicator in wanted:
        q = Question(**vars(asked), indicator=indicator, on=on)
        whole, target = trends[indicator.code, on], indicator.target
        judged = indicator.denominator is not None
        found.append(
            {
                "code": indicator.code,
                "unit": indicator.unit,
                "measures": {"numerator": indicator.numerator, "denominator": indicator.denominator},
                "target": {
                    "direction": target.direction,
                    "value": decimal(target.value),
                    "due_on": target.due_on.isoformat(),
                },
                "whole": shown(whole, q, on) | certain(whole.certainty, q),
                "communes": [
                    {"area": orjson.loads(row.area), "covered": row.covered}
                    | shown(row.trend, q, on, judged)
                    | certain(row.trend.certainty, q)
                    for row in await stocks.by_area(reader, q, "commune")
                ],
            }
        )
    return found


def succession_of(view: View) -> dict[str, Any]:
    """How the areas of records lie on the map."""
    atlas, succession = view.atlas, view.atlas.succession
    sources = set(view.carried.places)
    changes = {step for source in sources for step in succession.on_the_way(source, view.on_map)}
    within = {place.area_id: place for place in view.places("commune")}
    met = {end for step in changes for end in (step.predecessor, step.successor) if end is not None}
    areas = []
    for area in sources | set(within) | met:
        life, place = succession.lives[area], within.get(area)
        areas.append(
            {
                "key": atlas.keys[area],
                "from": life.start and life.start.isoformat(),
                "until": life.until and life.until.isoformat(),
                "area": place and orjson.loads(place.shown),
                "covered": place is not None and place.covered,
            }
        )
    return {
        "areas": sorted(areas, key=lambda area: area["key"]),
        "changes": sorted(
            (
                {
                    "from": atlas.keys[step.predecessor],
                    "into": atlas.keys[step.successor],
                    "on": step.effective_on.isoformat(),
                    "share": None if step.share is None else decimal(Fraction(step.share)),
                    "inferred": step.inferred,
                }
                for step in changes
                if step.successor is not None
            ),
            key=lambda step: (step["on"], step["from"], step["into"]),
        ),
    }


async def asked_again(reader: Reader, sealed: EditionContent, posting: int) -> tuple[Asked, list[Indicator]]:
    """What an edition asked of the ledger, from what it says itself."""
    rule = await editions.rule(reader, sealed.counting_rule)
    promised = sealed.programme
    programme = Programme(
        promised.code, sealed.area.code, promised.from_, promised.until, rule, sealed.counting_rule, [], date.max, 0
    )
    atlas, root = sealed_atlas(sealed, await editions.areas_by_key(reader))
    view = await maps.view_of(reader, atlas, rule, root, sealed.map, sealed.on, None, posting)
    named = sealed.area
    area = Area(root, named.code, named.name, named.kind, named.level, reached=True)
    asked = Asked(programme, Split(), area, view, sealed.on, rounded=False, past=True, posting=posting)
    return asked, [
        Indicator(
            i.code,
            i.measures.numerator,
            i.measures.denominator,
            i.unit,
            Target(i.target.direction, Fraction(i.target.value), i.target.due_on),
        )
        for i in sealed.indicators
    ]


def sealed_atlas(sealed: EditionContent, known: dict[str, int]) -> tuple[Atlas, int]:
    """The part of the maps that an edition tells, and the id of its area in it. An area that the register does not know
    holds nobody."""
    unknown = count(max(known.values(), default=0) + 1)
    ids = {area.key: known.get(area.key) or next(unknown) for area in sealed.succession.areas}
    level = sealed.area.level
    root = 0
    versions, within = [], []
    for area in sealed.succession.areas:
        area_id, life = ids[area.key], Period(area.from_, area.until)
        place = area.area
        shown_as = "" if place is None else orjson.dumps(place.model_dump()).decode()
        versions.append(Version(area_id, "commune", area.covered, place.code if place else "", shown_as, life))
        if place is not None:
            within.append(Within(area_id, "commune", area_id, "commune", life))
            if level == "commune":
                root = area_id
            else:
                within.append(Within(area_id, "commune", root, level, life))
    changes = [
        AreaChange(
            step.on,
            ids[step.from_],
            ids[step.into],
            "",
            None if step.share is None else Decimal(step.share),
            step.inferred,
            "",
            "",
        )
        for step in sealed.succession.changes
    ]
    return Atlas(versions, within, changes), root
