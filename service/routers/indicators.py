"""Indicators: what they are, and how far each is from its target, on a day and over time."""

from typing import Annotated, Literal

import orjson
from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, ReaderDep
from service.domain.access import Permission
from service.domain.attainment import Measurement
from service.domain.calendar import Every, closing_days, last_closed_quarter
from service.domain.refusal import Refusal
from service.problems import language
from service.queries import attainment as measured
from service.queries import programmes, stocks
from service.queries.attainment import Question
from service.queries.completeness import completeness
from service.queries.stocks import Trend
from service.routers.figures import (
    AttainmentRecord,
    FigureAsked,
    Figures,
    Level,
    PartAsked,
    Rounded,
    TargetShown,
    check_split,
    heading,
    shown,
)
from service.routers.ground import (
    breakdowns,
    check_aggregates,
    check_days,
    check_view,
    known_on,
    question,
    receives_exact,
)
from service.routers.registers import standing
from service.unchanged import OfLedger
from service.wire import AreaCode, Code, Day, Internal, Place, Public, json_answer

router = routing.router("/v1/indicators", "indicators", route_class=OfLedger)

LEVELS = ["province", "district", "commune"]


class IndicatorRecord(BaseModel):
    """What an indicator counts, over what, in which programmes it is held to which target."""

    code: Public[str]
    name: Public[str]
    definition: Public[str]
    numerator: Public[str]
    denominator: Public[str | None]
    unit: Public[Literal["ratio", "count"]]
    legal_basis: Public[str]
    targets: list[programmes.TargetOfProgramme]


class Indicators(BaseModel):
    """All indicators."""

    items: list[IndicatorRecord]
    next: Public[None] = None


class DayFigures(Figures):
    """The figures of one day."""

    on: Internal[Day]


class Series(BaseModel):
    """The figures of the last day of each month, quarter or year."""

    indicator: Internal[str]
    programme: Internal[str]
    counting_rule: Internal[str]
    map: Internal[Literal["on"]] = Field(
        description="Each day on its own map: no boundary changes in the days that can be asked"
    )
    known: Internal[Day | Literal["on"]] = Field(
        description="`on`: each day as known at its close, where figures are rounded"
    )
    exact: Internal[bool]
    rounded: Rounded
    area: Internal[Place]
    unit: Internal[Literal["ratio", "count"]]
    target: TargetShown
    items: list[DayFigures]


class AttainmentAsked(FigureAsked):
    """What to ask of an indicator."""

    by: Level | None = None


class SeriesAsked(PartAsked):
    """Which days, of which area, as known when."""

    from_: Day | None = Field(None, alias="from", description="The programme's start if absent")
    until: Day | None = Field(
        None, description="The programme's end (the last closed quarter, where figures are rounded) if absent; excluded"
    )
    every: Every | None = Field(None, description="Each month if absent (each quarter, where figures are rounded)")
    area: AreaCode | None = None
    map: Day | None = None
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
    level = asked.by or q.area.level
    if LEVELS.index(level) < LEVELS.index(q.area.level):
        raise Refusal("by_above_area", "/by")
    rows = await stocks.by_area(reader, q, level)
    now = Measurement.together([row.trend.now for row in rows], q.indicator.unit)
    before = Measurement.together([row.trend.before for row in rows], q.indicator.unit)
    complete = await completeness(reader, q.area.area_id, q.on, q.known, asked.by)
    answer = heading(q) | standing(shown(Trend(now, before), q, q.on), complete.whole, q.rounded)
    answer["completeness"] = complete.shown()
    if asked.by:
        judged = q.indicator.denominator is not None
        answer["by"] = [
            {"area": orjson.Fragment(row.area)}
            | standing(shown(row.trend, q, q.on, judged), complete.of(orjson.loads(row.area)["code"]), q.rounded)
            for row in rows
        ]
    return json_answer(orjson.dumps(answer))


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
    programme = await measured.programme(reader, asked.programme, asked.from_ or today)
    start, until = asked.from_ or programme.start, asked.until or programme.until
    if until <= start:
        raise Refusal("period_empty", "/until")
    check_days(programme, [start], "/from")
    area = await measured.area(reader, asked.area or programme.area_code, start, caller.assignment_id)
    exact = receives_exact(caller, area)
    every = asked.every or ("month" if exact else "quarter")
    days = list(closing_days(start, until, every))
    check_days(programme, days, "/until")
    known = today
    if exact:
        check_view(days, asked.map)
        known = await known_on(reader, asked.known, today)
    else:
        days = [day for day in days if asked.until or day < today]
        of_days = days or [last_closed_quarter(today)]  # no close in the range: the other rules hold all the same
        check_aggregates(of_days, asked.map, asked.known, breakdowns(programme, area, asked.split), today, every)
    (indicator,) = await measured.indicators(reader, programme, days[-1] if days else start, code)
    await check_split(reader, programme, indicator, asked.split)
    q = Question(programme, indicator, asked.split, area, start, known, not exact, past=known < today)
    every_day = (reader, programme, [indicator], asked.split, area, start, days)
    trends = await (stocks.over_time(*every_day, q.then) if exact else stocks.at_closes(*every_day))
    answer = heading(q) | {"map": "on"} | ({} if exact else {"known": "on"})
    del answer["on"]
    answer["items"] = [{"on": day} | shown(trends[code, day], q, day) for day in days]
    return json_answer(orjson.dumps(answer))
