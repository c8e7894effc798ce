"""The targets of a programme, by indicator, area and day. None is edited: a revision supersedes it."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.dialects.postgresql import Range

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.domain.target import Direction, TargetUnit
from service.doors import begin_change
from service.models import Target
from service.preconditions import etag, read_answer
from service.queries import accounts, targets
from service.queries import attainment as measured
from service.queries.programmes import TargetOfIndicator
from service.queries.written import read_back
from service.wire import (
    AreaCode,
    Code,
    Day,
    Identifier,
    Input,
    Internal,
    Note,
    Page,
    Place,
    Public,
    absent,
    json_answer,
)

router = routing.router("/v1/programmes", "programmes")

DecimalText = Annotated[str, StringConstraints(strict=True, pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,10})?$")]


class BaselineInput(Input):
    """From where the target sets out."""

    value: DecimalText
    on: Day


class TargetInput(Input):
    """A target to add, or the revision of one."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    indicator: Code = Field(examples=["special_rate"])
    area: AreaCode | None = Field(None, description="Whose own it is (the code on `from`, else today); else of all")
    direction: Direction
    unit: TargetUnit = Field(examples=["ratio"])
    value: DecimalText = Field(examples=["0.0035"], description="A yearly change: -0.02 is two in a hundred fewer")
    baseline: BaselineInput | None = None
    due_on: Day = Field(examples=["2020-12-31"])
    legal_basis: Note = Field(examples=["Quyết định 12/QĐ-UBND, 3/1/2018"])
    decided_on: Day = Field(examples=["2018-01-03"])
    from_: Day | None = Field(None, alias="from", description="The first day on which it is the target; open if absent")
    supersedes: Identifier | None = Field(None, description="The target that ends on that day")


class TargetOfArea(TargetOfIndicator):
    """A target of a programme. `area`: whose own it is; null is the programme's, which every area is held to."""

    programme: Public[str]
    area: Public[Place | None]
    allocated_from: Public[UUID | None] = Field(description="The target of which it is a part")


class TargetPage(BaseModel):
    """A page of targets, by id."""

    items: list[TargetOfArea]
    next: Internal[str | None]
    total: Internal[int | None] = None


class TargetFilter(Page):
    """Which targets."""

    indicator: Code | None = None
    area: AreaCode | None = Field(None, description="Own targets of this area")
    on: Day | None = Field(None, description="Those that are the target on this day; all if absent")


@router.get("/{code}/targets", response_model=TargetPage)
@permits(Permission.SEE_MAP)
async def list_targets(
    code: Annotated[Code, Path()], asked: Annotated[TargetFilter, Query()], reader: ReaderDep, today: Today
) -> Response:
    """The targets of a programme, those superseded too."""
    programme = await measured.programme(reader, code, today)
    (after,) = asked.after(UUID)
    matching = (programme.code, asked.indicator, asked.area, asked.on)
    rows = await targets.targets(reader, *matching, after, asked.limit)
    total = await targets.number_of_targets(reader, *matching) if asked.count else None
    return asked.answer(rows, total)


@router.get("/{code}/targets/{target_id}", response_model=TargetOfArea)
@permits(Permission.SEE_MAP)
async def read_target(
    code: Annotated[Code, Path()], target_id: Identifier, request: Request, reader: ReaderDep
) -> Response:
    """A target."""
    return read_answer(request, *await targets.target(reader, code, target_id))


@router.post("/{code}/targets", status_code=201, response_model=TargetOfArea)
@permits(Permission.WRITE_TARGETS)
async def create_target(
    code: Annotated[Code, Path()],
    body: TargetInput,
    reader: ReaderDep,
    session: SessionDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """Add a target, or a revision that supersedes one from a day on; the days before keep the former."""
    programme = await measured.programme(reader, code, today)
    if body.decided_on > today:
        raise Refusal("date_in_future", "/decided_on")
    if await targets.unit_of(reader, body.indicator) == "count" and body.unit not in ("count", "yearly_change"):
        raise Refusal("target_unit_of_a_count", "/unit")
    read_on = body.from_ or today
    area = await measured.area(reader, body.area or programme.area_code, read_on, caller.assignment_id)
    if not area.reached:
        raise Refusal("area_out_of_reach", "/area")
    record = Target(
        id=body.id or await accounts.new_id(session),
        programme_code=programme.code,
        indicator_code=body.indicator,
        area_id=None if area.code == programme.area_code else area.area_id,
        direction=body.direction,
        unit=body.unit,
        value=targets.checked(body.value, body.direction, body.unit),
        baseline_value=Decimal(body.baseline.value) if body.baseline else None,
        baseline_on=body.baseline.on if body.baseline else None,
        due_on=body.due_on,
        legal_basis=body.legal_basis,
        revision=1,
        decided_on=body.decided_on,
        during=Range(body.from_, None),
    )
    former = [body.supersedes] if body.supersedes else []
    await begin_change(session, Permission.WRITE_TARGETS, [record.id, *former])
    for target_id in former:
        await targets.supersede(session, target_id, record)
    session.add(record)
    headers = {"ETag": etag(1), "Location": f"/v1/programmes/{programme.code}/targets/{record.id}"}
    return json_answer(await read_back(session, targets.ONE, record.id), headers, 201)
