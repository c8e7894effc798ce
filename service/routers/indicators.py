"""Indicators: what they are, and how far each is from its target, on a day and over time."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, Reader, ReaderDep
from service.domain.access import Permission
from service.domain.attainment import Unit
from service.domain.calendar import DAY, YEAR, Every, closing_days, last_closed_quarter
from service.domain.measure import EVERYONE
from service.domain.refusal import Refusal
from service.domain.small_numbers import Reason, rounded
from service.problems import language
from service.queries import attainment as measured
from service.queries import maps, populations, programmes, stocks
from service.queries.attainment import Question
from service.queries.completeness import Completeness, completeness
from service.queries.stocks import AreaMeasured
from service.routers.figures import (
    AttainmentRecord,
    Certain,
    DenominatorSource,
    FigureAsked,
    Figures,
    Level,
    PartAsked,
    Rounded,
    TargetShown,
    certain,
    check_split,
    children,
    figures,
    heading,
    of_all,
    of_children,
    official_shown,
    shown,
    target_shown,
)
from service.routers.ground import (
    aggregates_only,
    breakdowns,
    check_aggregates,
    check_level,
    check_rule,
    known_on,
    map_of,
    on_another_map,
    question,
    receives_exact,
)
from service.routers.registers import standing
from service.unchanged import OfLedger
from service.wire import AreaCode, Code, Day, Internal, Place, Public, json_answer

router = routing.router("/v1/indicators", "indicators", route_class=OfLedger)


class IndicatorRecord(BaseModel):
    """What an indicator counts, over what, in which programmes it is held to which target."""

    code: Public[str]
    name: Public[str]
    definition: Public[str]
    numerator: Public[str | None] = Field(description="Null where this register cannot measure it")
    denominator: Public[str | None]
    unit: Public[Unit]
    legal_basis: Public[str]
    targets: list[programmes.TargetOfProgramme]


class Indicators(BaseModel):
    """All indicators."""

    items: list[IndicatorRecord]
    next: Public[None] = None


class DayFigures(Figures, Certain):
    """The figures of one day."""

    on: Internal[Day]


class Series(BaseModel):
    """The figures of the last day of each month, quarter or year."""

    indicator: Internal[str]
    programme: Internal[str]
    counting_rule: Internal[str]
    map: Internal[Day] = Field(description="On which all days are shown")
    known: Internal[str] = Field(
        description="A day; or `on`: each day as known at its close, where figures are rounded", examples=["2020-12-31"]
    )
    rounded: Rounded
    area: Internal[Place]
    unit: Internal[Unit]
    denominator_source: Internal[DenominatorSource]
    target: TargetShown
    items: list[DayFigures]


class AttainmentAsked(FigureAsked):
    """What to ask of an indicator."""

    by: Level | None = None
    compare_map: Day | None = Field(None, description="Another map, to see both side by side", examples=["2025-07-01"])
    denominators: Literal["both"] | None = Field(
        None, description="Whether to add the official figure of children to rates of all children"
    )


class SeriesAsked(PartAsked):
    """Which days, of which area, as known when."""

    from_: Day | None = Field(None, alias="from", description="The programme's start if absent")
    until: Day | None = Field(
        None,
        description="The programme's end, or today's where it has none (the last closed quarter, where figures are "
        "rounded) if absent; excluded",
    )
    every: Every | None = Field(None, description="Each month if absent (each quarter, where figures are rounded)")
    area: AreaCode | None = None
    map: Day | None = Field(None, description="Which day's map, for all days; that of the first day if absent")
    known: Day | None = None


@router.get("", response_model=Indicators)
@permits(Permission.SEE_MAP)
async def list_indicators(request: Request, reader: ReaderDep) -> Response:
    """All indicators: words, rule, unit, direction, legal basis."""
    return json_answer(f'{{"items":{await programmes.indicators(reader, language(request))},"next":null}}')


@router.get("/{code}", response_model=IndicatorRecord)
@permits(Permission.SEE_MAP)
async def read_indicator(code: Annotated[Code, Path()], request: Request, reader: ReaderDep) -> Response:
    """An indicator: words, rule, unit, direction, legal basis."""
    return json_answer(await programmes.indicator(reader, code, language(request)))


@router.get("/{code}/attainment", response_model=AttainmentRecord)
@permits(Permission.SEE_FIGURES)
async def read_attainment(
    code: Annotated[Code, Path()],
    asked: Annotated[AttainmentAsked, Query()],
    reader: ReaderDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """An indicator on a day; with `by`, also in every area of a level."""
    q = await question(reader, caller, code, asked, today, asked.by)
    if asked.denominators and q.indicator.denominator != EVERYONE:
        raise Refusal("filter_not_applicable", "/denominators")
    both = asked.denominators is not None
    if asked.by:
        check_level(q, asked.by)
    complete = await completeness(reader, q.view, q.on, q.known, asked.by)
    answer = heading(q) | {"completeness": complete.shown()} | await figures_by(reader, q, asked.by, both, complete)
    if asked.compare_map is not None:
        if q.rounded:
            raise aggregates_only(Reason.OTHER_MAP)
        on_map = map_of(asked.compare_map, q.on, "/compare_map")
        area = await measured.area(reader, q.area.code, on_map, caller.assignment_id, "/compare_map")
        if not receives_exact(caller, area):
            raise aggregates_only(Reason.OTHER_MAP)
        other = await on_another_map(reader, q, area, asked.compare_map)
        if asked.by:
            check_level(other, asked.by, "/compare_map")
        complete = await completeness(reader, other.view, q.on, q.known, asked.by)
        compared = await figures_by(reader, other, asked.by, both, complete)
        answer["compared"] = {"map": asked.compare_map, "area": area.shown()} | compared
    return json_answer(orjson.dumps(answer))


async def figures_by(
    reader: Reader, q: Question, by: Level | None, both: bool, complete: Completeness
) -> dict[str, Any]:
    """The figures of the whole; with a level, also of every area of it; with `both` denominators beside each other."""
    rows = []
    if by is None:
        trends = await stocks.over_time(reader, q, [q.indicator], [q.on])
        whole = trends[q.indicator.code, q.on]
    else:
        rows = await stocks.by_area(reader, q, by)
        whole = of_all(rows, q)
    answer = standing(await figures(reader, q, whole), complete.whole, q.rounded)
    if both:
        found = await populations.of_area(reader, q.area.area_id, [q.on]) if populations.published(q.split) else {}
        answer["official"] = official_shown(found.get(q.on), rounded(whole.now) if q.rounded else whole.now)
    return answer | {"by": await rows_shown(reader, q, by, both, rows, complete)} if by else answer


async def rows_shown(
    reader: Reader, q: Question, level: Level, both: bool, rows: list[AreaMeasured], complete: Completeness
) -> list[dict[str, Any]]:
    """The figures of every area of a level: each held to the target of its own, where it has one."""
    own = await measured.own_targets(reader, q, level)
    over_official = populations.wanted(q.programme, q.indicator)
    days = (q.on, q.on - YEAR)
    asks = (over_official or both) and populations.published(q.split)
    official = await populations.by_area(reader, q, level, days) if asks else {}
    judged = q.indicator.target.unit != "count"  # one area is not held to a count of many
    shown_rows = []
    for area, trend, covered in rows:
        code = orjson.loads(area)["code"]
        target = own.get(code)
        now, before = (children(official.get((code, day))) for day in days)
        of = (now, before) if over_official else None
        row = {"area": orjson.Fragment(area), "covered": covered}
        row |= shown(trend, q, q.on, judged or target is not None, target, of) | certain(trend.certainty, q)
        row = standing(row, complete.of(code), q.rounded)
        if target:
            row["target"] = target_shown(target, q.indicator.unit)
        if both:
            in_register = rounded(trend.now) if q.rounded else trend.now
            row["official"] = official_shown(official.get((code, q.on)), in_register)
        shown_rows.append(row)
    return shown_rows


@router.get("/{code}/series", response_model=Series)
@permits(Permission.SEE_FIGURES)
async def read_series(
    code: Annotated[Code, Path()],
    asked: Annotated[SeriesAsked, Query()],
    reader: ReaderDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """An indicator on the last day of each month, quarter or year."""
    programme = await measured.programme(reader, asked.programme, asked.from_ or today, asked.rule, indicator=code)
    start, until = asked.from_ or programme.start, asked.until or programme.until or today + DAY
    if until <= start:
        raise Refusal("period_empty", "/until")
    on_map = map_of(asked.map, start)
    area = await measured.area(reader, asked.area or programme.area_code, on_map, caller.assignment_id)
    exact = receives_exact(caller, area)
    every = asked.every or ("month" if exact else "quarter")
    days = list(closing_days(start, until, every))
    known = today
    if exact:
        known = await known_on(reader, asked.known, today)
    else:
        days = [day for day in days if asked.until or day < today]
        of_days = days or [last_closed_quarter(today)]  # no close in the range: the other rules hold all the same
        parts = breakdowns(programme, area, asked.split, rule=asked.rule)
        check_aggregates(of_days, asked.map, asked.known, parts, today, every)
    # One rule for all days, or the series would break: the one in force on the last, known at the close of the first.
    first, last = (days[0], days[-1]) if days else (start, start)
    programme = await measured.programme(reader, programme.code, last, asked.rule, None if exact else first)
    check_rule(programme, known if exact else first)
    (indicator,) = await measured.indicators(reader, programme, last, code, area.area_id)
    await check_split(reader, programme, indicator, asked.split)
    past = exact and known < today
    view = await maps.view(
        reader, programme.reformed, programme.rule, area.area_id, on_map, last, known if past else None
    )
    q = Question(programme, asked.split, area, view, known, not exact, past, indicator, start)
    trends = await (
        stocks.over_time(reader, q, [indicator], days) if exact else stocks.at_closes(reader, q, indicator, days)
    )
    answer = heading(q) | ({} if exact else {"known": "on"})
    del answer["on"]
    of = await of_children(reader, q, days)
    answer["items"] = [
        {"on": day} | shown(trends[code, day], q, day, of=of[day]) | certain(trends[code, day].certainty, q)
        for day in days
    ]
    return json_answer(orjson.dumps(answer))
