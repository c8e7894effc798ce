"""Official figures of the population, which rates may be of. Of two for one day, the later counts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.doors import begin_change
from service.models import OfficialPopulation
from service.preconditions import etag, read_answer
from service.queries import accounts, populations
from service.queries import attainment as measured
from service.queries.written import read_back
from service.wire import AreaCode, Day, Identifier, Input, Internal, Note, Page, Place, Public, absent, json_answer

router = routing.router("/v1/populations", "programmes")

LARGEST = 2_000_000_000


class PopulationInput(Input):
    """An official figure to enter."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    area: AreaCode = Field(examples=["33"], description="The code on `on`")
    on: Day = Field(examples=["2019-07-01"])
    population: int = Field(ge=1, le=LARGEST, strict=True, examples=[1255839])
    children_under_16: int | None = Field(
        None, ge=0, le=LARGEST, strict=True, description="Null where nothing is published of them: never an estimate"
    )
    source: Note = Field(examples=["Niên giám thống kê 2019, bảng 27"])


class PopulationRecord(BaseModel):
    """People, and children under 16, of an area on a day, as published."""

    id: Public[Identifier]
    area: Public[Place]
    on: Public[Day]
    population: Public[int]
    children_under_16: Public[int | None]
    source: Public[str]


class PopulationPage(BaseModel):
    """A page of official figures, by day."""

    items: list[PopulationRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class PopulationFilter(Page):
    """Which figures."""

    area: AreaCode | None = None
    on: Day | None = Field(None, description="Up to this day; all if absent")


@router.get("", response_model=PopulationPage)
@permits(Permission.SEE_MAP)
async def list_populations(asked: Annotated[PopulationFilter, Query()], reader: ReaderDep) -> Response:
    """Official figures of the population."""
    day, figure_id = asked.after(date.fromisoformat, UUID)
    rows = await populations.populations(reader, asked.area, asked.on, (day, figure_id), asked.limit)
    total = await populations.number_of_populations(reader, asked.area, asked.on) if asked.count else None
    return asked.answer(rows, total)


@router.post("", status_code=201, response_model=PopulationRecord)
@permits(Permission.WRITE_TARGETS)
async def create_population(
    body: PopulationInput, reader: ReaderDep, session: SessionDep, caller: CallerDep, today: Today
) -> Response:
    """Enter an official figure, with where it was published."""
    if body.on > today:
        raise Refusal("date_in_future", "/on")
    if body.children_under_16 is not None and body.children_under_16 > body.population:
        raise Refusal("children_of_population", "/children_under_16")
    area = await measured.area(reader, body.area, body.on, caller.assignment_id)
    if not area.reached:
        raise Refusal("area_out_of_reach", "/area")
    record = OfficialPopulation(
        id=body.id or await accounts.new_id(session),
        area_id=area.area_id,
        on_date=body.on,
        population=body.population,
        children_under_16=body.children_under_16,
        source=body.source,
    )
    await begin_change(session, Permission.WRITE_TARGETS, [record.id])
    session.add(record)
    headers = {"ETag": etag(1), "Location": f"/v1/populations/{record.id}"}
    return json_answer(await read_back(session, populations.ONE, record.id), headers, 201)


@router.get("/{population_id}", response_model=PopulationRecord)
@permits(Permission.SEE_MAP)
async def read_population(population_id: Identifier, request: Request, reader: ReaderDep) -> Response:
    """An official figure."""
    return read_answer(request, 1, await populations.population(reader, population_id))
