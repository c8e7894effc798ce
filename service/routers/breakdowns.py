"""An indicator taken apart: by sex, age band, category, level of measures and area, two of them at a time."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import Path, Query, Response
from pydantic import Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, ReaderDep
from service.domain.access import Permission
from service.domain.attainment import Measurement
from service.domain.measure import EVERYONE, is_assisted, kind_of
from service.domain.refusal import Refusal
from service.queries import breakdowns, stocks
from service.queries.attainment import Question
from service.queries.breakdowns import Dimension, Part, Values, level_of
from service.queries.completeness import Completeness, completeness
from service.routers.figures import Certain, FigureAsked, Heading, Standing, certain, figures, heading, shown
from service.routers.ground import LEVELS, check_level, question
from service.routers.registers import standing
from service.unchanged import OfLedger
from service.wire import Code, Internal, Place, json_answer

router = routing.router("/v1/indicators", "indicators", route_class=OfLedger)

AT_MOST = 2
AddsUpNot = Literal[
    "rounded",
    "several_categories",
    "several_levels",
    "denominator_of_everyone",
    "not_in_a_subgroup",
    "age_without_band",
]


class PartFigures(Standing, Certain):
    """The figures of one combination. It names what was asked for, and nothing else."""

    sex: Internal[Literal["female", "male", "unknown"] | None] = None
    age_band: Internal[str | None] = None
    category: Internal[str | None] = Field(None, description="The code of the group; of `category=`, of the sub-group")
    measure_level: Internal[str | None] = Field(None, description="Helped by a measure of this level")
    area: Internal[Place | None] = None


class Breakdown(Heading):
    """An indicator on a day, and every combination of what it is taken apart by. The whole counts each child once."""

    by: Internal[list[Dimension]]
    adds_up: Internal[bool] = Field(description="Whether numerators and denominators add up to those of the whole")
    because: Internal[list[AddsUpNot]] = Field(
        description="Why they do not. `several_categories`: a child may be in several. `denominator_of_everyone`: each "
        "category is held against all children. `not_in_a_subgroup`: some are recorded in the group alone. "
        "`several_levels`: a child may be helped by measures of several, and each is held against all. "
        "`age_without_band`: the rule's age bands leave ages out. `rounded`: each number is rounded by itself"
    )
    items: list[PartFigures] = Field(
        description="Every combination, also where nothing counts, by area, category, level, sex and age band. Of "
        "categories, the groups of the list in force on the day, and of others those in which somebody still counts"
    )


class BreakdownAsked(FigureAsked):
    """What to ask of an indicator, and what to take it apart by."""

    by: list[Dimension] = Field(description="One or two of them; a level of areas is one", min_length=1)


@router.get("/{code}/breakdown", response_model=Breakdown)
@permits(Permission.SEE_FIGURES)
async def read_breakdown(
    code: Annotated[Code, Path()],
    asked: Annotated[BreakdownAsked, Query()],
    reader: ReaderDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """An indicator on a day by one thing or two: every combination, and the whole in which each child counts once."""
    level = level_of(asked.by)
    check_dimensions(asked.by)
    q = await question(reader, caller, code, asked, today, level, more=len([d for d in asked.by if d not in LEVELS]))
    if level:
        check_level(q, level)
    if q.indicator.numerator is None:
        raise Refusal("indicator_not_measured")
    check_applicable(q, asked.by)
    values = await breakdowns.values(reader, q, asked.by)
    parts = await breakdowns.parts(reader, q, level, values)
    trends = await stocks.over_time(reader, q, [q.indicator], [q.on])
    whole = trends[q.indicator.code, q.on]
    complete = await completeness(reader, q.view, q.on, q.known, level)
    because = adds_up_not(q, asked.by, parts, whole.now)
    answer = heading(q) | standing(await figures(reader, q, whole), complete.whole, q.rounded)
    answer |= {"completeness": complete.shown(), "by": asked.by, "adds_up": not because, "because": because}
    answer["items"] = items(q, asked.by, values, parts, complete)
    return json_answer(orjson.dumps(answer))


def check_dimensions(by: list[Dimension]) -> None:
    """One or two different ones."""
    if len({"area" if dimension in LEVELS else dimension for dimension in by}) < len(by):
        raise Refusal("breakdown_repeated", "/by")
    if len(by) > AT_MOST:
        raise Refusal("breakdowns_too_many", "/by")


def check_applicable(q: Question, by: list[Dimension]) -> None:
    """Communes have but areas; children of no kind of circumstances, no category; who is not assisted, no level of
    measures. Levels are counted of all categories together."""
    counted = q.indicator.counted
    of_communes = q.indicator.denominator is None and by != [level_of(by)]
    of_no_kind = "category" in by and kind_of(counted) is None
    by_category = "category" in by or q.split.category != "all"
    of_no_level = "measure_level" in by and (by_category or not is_assisted(counted))
    if of_communes or of_no_kind or of_no_level:
        raise Refusal("breakdown_not_applicable", "/by")


def adds_up_not(q: Question, by: list[Dimension], parts: list[Part], whole: Measurement) -> list[AddsUpNot]:
    """Why the columns do not add up to the whole. Where figures are rounded, this tells nothing of exact sums."""
    if q.rounded:
        return ["rounded"]
    added = Measurement.together([part.trend.now for part in parts], q.indicator.unit)
    if added == whole:
        return []
    if "measure_level" in by:
        return ["several_levels"]
    if "category" not in by:
        return ["age_without_band"]
    reasons: list[AddsUpNot] = []
    everyone = q.indicator.denominator == EVERYONE
    more, fewer = added.numerator > whole.numerator, added.numerator < whole.numerator
    if not everyone and added.denominator is not None and whole.denominator is not None:
        more, fewer = more or added.denominator > whole.denominator, fewer or added.denominator < whole.denominator
    if more:
        reasons.append("several_categories")
    if everyone and added.denominator != whole.denominator:
        reasons.append("denominator_of_everyone")
    if fewer:
        reasons.append("not_in_a_subgroup")
    return reasons


def items(
    q: Question, by: list[Dimension], values: Values, parts: list[Part], complete: Completeness
) -> list[dict[str, Any]]:
    """The combinations as they are shown."""
    judged, level = q.indicator.denominator is not None, level_of(by)
    rows = [(part, shown(part.trend, q, q.on, judged) | certain(part.trend.certainty, q)) for part in parts]
    # A group of an earlier list is told where somebody still counts in it: as far as the caller can see.
    everyone = q.indicator.denominator == EVERYONE
    told = {p.category for p, f in rows if f["numerator"] or (f["denominator"] and not everyone)}
    silent = values.former - told
    return [
        named(part, by) | standing(figures, complete.of(part.place.code) if level else complete.whole, q.rounded)
        for part, figures in rows
        if part.category not in silent
    ]


def named(part: Part, by: list[Dimension]) -> dict[str, Any]:
    """What the combination is of."""
    names = {"sex": part.sex, "age_band": part.age_band, "category": part.category, "measure_level": part.level}
    area: dict[str, Any] = {"area": orjson.Fragment(part.place.shown)} if level_of(by) else {}
    return area | {dimension: names[dimension] for dimension in by if dimension in names}
