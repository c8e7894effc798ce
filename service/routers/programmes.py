"""Programmes: what was promised, and the scoreboard of all that was promised."""

from typing import Annotated, Literal

import orjson
from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, ReaderDep
from service.domain.access import Permission
from service.problems import language
from service.queries import attainment as measured
from service.queries import programmes, stocks
from service.queries.completeness import completeness
from service.routers.figures import AttainmentRecord, DenominatorSource, Moment, Rounded, figures, heading
from service.routers.ground import ground
from service.routers.registers import CompletenessShown, standing
from service.unchanged import OfLedger
from service.wire import Code, Dated, Day, Internal, Place, Public, json_answer

router = routing.router("/v1/programmes", "programmes", route_class=OfLedger)


class CountingRuleRecord(BaseModel):
    """By which rule the programme counts, from which day on."""

    code: Public[str]
    name: Public[str]
    from_: Public[Day] = Field(alias="from")
    age_bands: Public[list[str]]


class ProgrammeRecord(BaseModel):
    """A plan with numbers, for an area and a period."""

    code: Public[str]
    name: Public[str]
    legal_basis: Public[str]
    area: Public[str]
    period: Dated
    level: Public[Literal["national", "province"]]
    definition: Public[str | None] = Field(description="What its figures are here, where that is not plain")
    denominator_source: Public[DenominatorSource]
    targets: list[programmes.TargetOfIndicator]
    counting_rules: list[CountingRuleRecord]


class Programmes(BaseModel):
    """All programmes."""

    items: list[ProgrammeRecord]
    next: Public[None] = None


class Scoreboard(BaseModel):
    """Every indicator of a programme, on a day."""

    programme: Internal[str]
    on: Internal[Day]
    map: Internal[Day]
    known: Internal[Day]
    rounded: Rounded
    area: Internal[Place]
    completeness: CompletenessShown
    items: list[AttainmentRecord]


@router.get("", response_model=Programmes)
@permits(Permission.SEE_MAP)
async def list_programmes(request: Request, reader: ReaderDep) -> Response:
    """All programmes with their targets and counting rules."""
    return json_answer(f'{{"items":{await programmes.programmes(reader, language(request))},"next":null}}')


@router.get("/{code}", response_model=ProgrammeRecord)
@permits(Permission.SEE_MAP)
async def read_programme(code: Annotated[Code, Path()], request: Request, reader: ReaderDep) -> Response:
    """A programme with its targets and counting rules."""
    return json_answer(await programmes.programme(reader, code, language(request)))


@router.get("/{code}/scoreboard", response_model=Scoreboard)
@permits(Permission.SEE_FIGURES)
async def read_scoreboard(
    code: Annotated[Code, Path()],
    asked: Annotated[Moment, Query()],
    reader: ReaderDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """Every indicator of the programme at once."""
    found = await ground(reader, caller, code, asked, today)
    wanted = await measured.indicators(reader, found.programme, found.on, area_id=found.area.area_id)
    trends = await stocks.over_time(reader, found, wanted, [found.on])
    complete = await completeness(reader, found.view, found.on, found.known)
    items = [
        heading(q)
        | standing(await figures(reader, q, trends[q.indicator.code, q.on]), complete.whole, q.rounded)
        | {"completeness": complete.shown()}
        for q in map(found.question, wanted)
    ]
    answer = {
        "programme": found.programme.code,
        "on": found.on,
        "map": found.view.on_map,
        "known": found.known,
        "rounded": found.rounded,
        "area": found.area.shown(),
        "completeness": complete.shown(),
        "items": items,
    }
    return json_answer(orjson.dumps(answer))
