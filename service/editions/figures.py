"""The figures of an edition, found in the ledger at its posting; and how the areas of records lie on its map, told and
read back, so that they can be found again whatever the lists of areas say by then."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple

import orjson

from service.database import Reader
from service.domain.area_history import AreaChange
from service.domain.attainment import Unit
from service.domain.calendar import YEAR
from service.domain.period import Period
from service.domain.target import Target
from service.editions.content import EditionContent, SealedIndicator
from service.queries import editions, maps, populations, stocks
from service.queries.attainment import Area, Asked, Indicator, Programme, Question, Split, own_targets
from service.queries.completeness import Completeness, completeness
from service.queries.maps import Atlas, Version, View, Within
from service.queries.stocks import Trend
from service.routers.figures import (
    UNPUBLISHED,
    OfChildren,
    TargetShown,
    certain,
    children,
    decimal,
    of_children,
    shown,
    target_shown,
)
from service.routers.registers import standing


class Official(NamedTuple):
    """Of how many children a rate is by official figures: in the whole, and in communes by their codes."""

    whole: OfChildren
    communes: Mapping[str, OfChildren]


class Terms(NamedTuple):
    """What an indicator is held to and divided by, other than in the ledger: targets of communes' own by their codes,
    and official figures where it is of them."""

    own: Mapping[str, Target]
    official: Official | None


async def terms(reader: Reader, q: Question) -> Terms:
    """As they are now."""
    own = await own_targets(reader, q, "commune")
    if not populations.wanted(q.programme, q.indicator):
        return Terms(own, None)
    days = (q.on, q.on - YEAR)
    found = await populations.by_area(reader, q, "commune", days)
    communes: dict[str, OfChildren] = {
        code: (children(found.get((code, days[0]))), children(found.get((code, days[1])))) for code, _ in found
    }
    return Terms(own, Official((await of_children(reader, q, [q.on]))[q.on], communes))


def terms_of(sealed: SealedIndicator) -> Terms:
    """As an edition says that they were."""
    own = {row.area.code: target_of(row.target, sealed.unit) for row in sealed.communes if row.target}
    if sealed.official is None:
        return Terms(own, None)
    of_whole = sealed.official.whole
    communes = {code: (of.now, of.before) for code, of in sealed.official.communes.items()}
    return Terms(own, Official((of_whole.now, of_whole.before), communes))


async def sealed_indicator(
    reader: Reader, q: Question, whole: Trend, of: Terms, complete: Completeness
) -> dict[str, Any]:
    """An indicator with its figures: of the whole, and of every commune."""
    indicator, official = q.indicator, of.official
    judged = indicator.target.unit != "count"  # one commune is not held to a count of many
    communes = []
    for row in await stocks.by_area(reader, q, "commune"):
        area = orjson.loads(row.area)
        own = of.own.get(area["code"])
        divided_by = None if official is None else official.communes.get(area["code"], UNPUBLISHED)
        figures = shown(row.trend, q, q.on, judged or own is not None, own, divided_by)
        told = {"target": target_shown(own, indicator.unit)} if own else {}
        figures = standing(figures | certain(row.trend.certainty, q), complete.of(area["code"]), q.rounded)
        communes.append({"area": area, "covered": row.covered} | figures | told)
    figures_of_all = shown(whole, q, q.on, of=official and official.whole) | certain(whole.certainty, q)
    return {
        "code": indicator.code,
        "unit": indicator.unit,
        "measures": {"numerator": indicator.numerator, "denominator": indicator.denominator},
        "target": target_shown(indicator.target, indicator.unit),
        "official": None if official is None else official_of(official),
        "whole": standing(figures_of_all, complete.whole, q.rounded),
        "communes": communes,
    }


def official_of(official: Official) -> dict[str, Any]:
    def pair(of: OfChildren) -> dict[str, int | None]:
        now, before = of or (None, None)
        return {"now": now, "before": before}

    return {"whole": pair(official.whole), "communes": {code: pair(of) for code, of in official.communes.items()}}


async def sealed_figures(
    reader: Reader, asked: Asked, wanted: list[Indicator], on: date, held: Mapping[str, Terms] | None = None
) -> dict[str, Any]:
    """Every indicator with its figures, by the terms given, else by those of now; and how complete registers are."""
    complete = await completeness(reader, asked.view, on, asked.known, "commune", asked.posting)
    trends = await stocks.over_time(reader, asked, wanted, [on])
    found = []
    for indicator in wanted:
        q = Question(**vars(asked), indicator=indicator, on=on)
        of = held[indicator.code] if held else await terms(reader, q)
        found.append(await sealed_indicator(reader, q, trends[indicator.code, on], of, complete))
    return {"completeness": complete.shown(), "indicators": found}


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
        code=promised.code,
        area_code=sealed.area.code,
        start=promised.from_,
        until=promised.until,
        rule=rule,
        rule_name=sealed.counting_rule,
        rule_state="adopted",
        rule_known_from=None,
        denominator_source=promised.denominator_source or "register",
        age_bands=[],
        page_horizon=date.max,
        reformed=0,
    )
    atlas, root = sealed_atlas(sealed, await editions.areas_by_key(reader))
    view = await maps.view_of(reader, atlas, rule, root, sealed.map, sealed.on, None, posting)
    named = sealed.area
    area = Area(root, named.code, named.name, named.kind, named.level, reached=True)
    asked = Asked(programme, Split(), area, view, sealed.known, rounded=False, past=True, posting=posting)
    wanted = []
    for i in sealed.indicators:
        target = target_of(i.target, i.unit)
        wanted.append(Indicator(i.code, i.measures.numerator, i.measures.denominator, i.unit, target, (target,)))
    return asked, wanted


def target_of(told: TargetShown, unit: Unit) -> Target:
    return Target(
        told.direction,
        Fraction(told.value),
        told.due_on,
        told.unit or unit,
        revision=told.revision or 1,
        own=told.own or False,
    )


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
