"""Reforms of the map: a resolution is data, is shown for what it would change, and is applied whole."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from service import routing
from service.access import permits
from service.clock import Today
from service.database import ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.reform import Line, Reform, Unit, reformed
from service.preconditions import etag, read_answer
from service.queries import accounts, reforms
from service.routers.communes import Kind
from service.wire import (
    AreaCode,
    Day,
    Identifier,
    Input,
    Internal,
    Name,
    Note,
    Page,
    Place,
    Public,
    absent,
    json_answer,
)

router = routing.router("/v1/areas/reforms", "communes")

Change = Literal["upgraded", "merged_into", "split_into", "abolished"]
Share = Annotated[str, StringConstraints(strict=True, pattern=r"^(0(\.[0-9]{1,9})?|1(\.0{1,9})?)$")]


class ReformUnitInput(Input):
    """A unit as it is from the day on. One that goes on as it was, but for its boundary, need not be named."""

    code: AreaCode = Field(examples=["12999"])
    name: Name = Field(description="Without its type word", examples=["Phù Sơn"])
    kind: Kind
    parent: AreaCode | None = Field(
        None, description="The code, on the day, of what it lies in; if absent, where all that it was made of lay"
    )


class ReformLineInput(Input):
    """What becomes of a unit. `upgraded` keeps the area: the unit named `to` says what is new."""

    change: Change = Field(examples=["merged_into"])
    from_: AreaCode = Field(alias="from", description="The code on the day before", examples=["12145"])
    to: AreaCode | None = Field(None, description="The code on the day; null where abolished", examples=["12999"])
    share: Share | None = Field(
        None, description="Of a split: the part of the people who went there, on all of its lines or on none"
    )


class ReformInput(Input):
    """A resolution on the map."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    effective_on: Day = Field(description="The first day of the new map", examples=["2020-03-01"])
    legal_basis: Note = Field(examples=["Nghị quyết 1248/NQ-UBTVQH15 (24/10/2024)"])
    units: list[ReformUnitInput] = Field(default_factory=list, max_length=500)
    changes: list[ReformLineInput] = Field(max_length=500)

    def of(self, reform_id: UUID) -> Reform:
        """What the domain understands."""
        return Reform(
            reform_id,
            self.effective_on,
            self.legal_basis,
            tuple(Unit(unit.code, unit.name, unit.kind, unit.parent) for unit in self.units),
            tuple(
                Line(line.change, line.from_, line.to, Decimal(line.share) if line.share is not None else None)
                for line in self.changes
            ),
        )

    def document(self) -> str:
        """As it is kept."""
        return self.model_dump_json(by_alias=True, exclude={"id"})


class ReformUnit(Place):
    """A unit as it is from the day on."""

    parent: Public[str | None]


class ReformLine(BaseModel):
    """What became of a unit."""

    change: Public[Change]
    from_: Public[str] = Field(alias="from")
    to: Public[str | None]
    share: Public[str | None]


class ReformRecord(BaseModel):
    """A resolution as it was applied."""

    id: Public[Identifier]
    effective_on: Public[Day]
    legal_basis: Public[str]
    units: list[ReformUnit]
    changes: list[ReformLine]
    applied_at: Public[datetime | None] = Field(description="Null where it was only tried")
    account: Internal[str]


class ReformEffect(BaseModel):
    """What becomes of an area, and who is concerned."""

    area: Place
    change: Public[Change]
    becomes: list[Place]
    children: Internal[int] = Field(description="Who live in it on the day `counted_on`")
    open_cases: Internal[int] = Field(description="Of these children, on that day")
    accounts: Internal[int] = Field(description="Whose assignments reach it, and will reach what it becomes")
    targets: Internal[int] = Field(description="Of programmes for this area")
    to_settle: Internal[int] = Field(description="Of these children, those of whom a person must tell the new commune")


class ReformOutcome(ReformRecord):
    """A resolution, and what it changes (or would change)."""

    dry_run: Public[bool]
    counted_on: Public[Day] = Field(description="The first day of the new map, or today if that is earlier")
    effects: list[ReformEffect]


class ReformPage(BaseModel):
    """A page of reforms, in the order in which they were applied."""

    items: list[ReformRecord]
    next: Public[str | None]
    total: Public[int | None] = None


class ReformFilter(Page):
    """Which part of the list."""


@router.get("", response_model=ReformPage)
@permits(Permission.SEE_MAP)
async def list_reforms(asked: Annotated[ReformFilter, Query()], reader: ReaderDep) -> Response:
    """Reforms that were applied here."""
    moment, after = asked.after(datetime.fromisoformat, UUID)
    rows = await reforms.reforms(reader, (moment, after), asked.limit)
    return asked.answer(rows, await reforms.number_of_reforms(reader) if asked.count else None)


@router.post("", status_code=201, response_model=ReformOutcome, responses={200: {"model": ReformOutcome}})
@permits(Permission.WRITE_AREAS)
async def create_reform(
    body: ReformInput,
    session: SessionDep,
    today: Today,
    dry_run: Annotated[bool, Query(description="Show what it would change, and change nothing")] = False,
) -> Response:
    """Apply a resolution to the map: all of it, at once, or nothing. Residences stay in the areas that they were
    recorded in, and follow these into what they become; so do open cases and assignments."""
    reform_id = body.id or await accounts.new_id(session)
    if not dry_run:
        await reforms.begin(session, reform_id)
    reform, before = body.of(reform_id), await reforms.present_map(session)
    after = reformed(before.history, reform)
    counted_on = min(body.effective_on, today)
    effects = await reforms.effects(session, after, reform, counted_on)
    applied_at = None if dry_run else await reforms.apply(session, before, after, reform, body.document())
    answer = {
        "id": reform_id,
        **orjson.loads(body.document()),
        "applied_at": applied_at,
        "account": session.info["caller"].account_name,
        "dry_run": dry_run,
        "counted_on": counted_on,
        "effects": effects,
    }
    headers = None if dry_run else {"ETag": etag(1), "Location": f"/v1/areas/reforms/{reform_id}"}
    return json_answer(orjson.dumps(answer, default=str), headers, 200 if dry_run else 201)


@router.get("/{reform_id}", response_model=ReformRecord)
@permits(Permission.SEE_MAP)
async def read_reform(reform_id: Identifier, request: Request, reader: ReaderDep) -> Response:
    """A reform that was applied here. It never changes."""
    return read_answer(request, 1, await reforms.reform(reader, reform_id))
