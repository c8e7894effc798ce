"""Agencies: the bodies that people act for. A reorganisation ends one and begins another."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import Range

from service import preconditions, routing
from service.access import permits
from service.database import ReaderDep, SessionDep
from service.domain.access import Permission
from service.doors import begin_change
from service.models import Agency
from service.preconditions import etag, read_answer
from service.queries import accounts, agencies
from service.queries.written import read_back
from service.wire import Day, Identifier, Input, Internal, Name, Page, absent, changed_days, json_answer, period

router = routing.router("/v1/agencies", "agencies")

Kind = Literal[
    "people_committee",
    "department",
    "police",
    "health",
    "school",
    "justice",
    "service_provider",
    "mass_organisation",
    "inspectorate",
    "other",
]


class AgencyInput(Input):
    """A body that people are to act for."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    name: Name = Field(examples=["Ủy ban nhân dân xã Phù Ủng"])
    kind: Kind
    from_: Day = Field(alias="from", examples=["2016-01-01"])
    until: Day | None = None


class AgencyPatch(Input):
    """What to change: JSON Merge Patch."""

    name: Name = absent()
    kind: Kind = absent()
    from_: Day = absent(alias="from")
    until: Day | None = None


class AgencyRecord(BaseModel):
    """A body that people act for, during a period."""

    id: Internal[Identifier]
    name: Internal[str]
    kind: Internal[Kind]
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day | None]


class AgencyPage(BaseModel):
    """A page of agencies, by id."""

    items: list[AgencyRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class AgencyFilter(Page):
    """Which agencies."""

    kind: Kind | None = None


@router.get("", response_model=AgencyPage)
@permits(Permission.READ_ACCOUNTS)
async def list_agencies(asked: Annotated[AgencyFilter, Query()], reader: ReaderDep) -> Response:
    """Agencies, past and present."""
    (after,) = asked.after(UUID)
    rows = await agencies.agencies(reader, asked.kind, after, asked.limit)
    total = await agencies.number_of_agencies(reader, asked.kind) if asked.count else None
    return asked.answer(rows, total)


@router.post("", status_code=201, response_model=AgencyRecord)
@permits(Permission.WRITE_ACCOUNTS)
async def create_agency(body: AgencyInput, session: SessionDep) -> Response:
    """Record an agency."""
    days = period(body.from_, body.until)
    agency_id = body.id or await accounts.new_id(session)
    await begin_change(session, Permission.WRITE_ACCOUNTS, [agency_id])
    session.add(Agency(id=agency_id, name=body.name, kind=body.kind, during=Range(days.start, days.until)))
    await session.flush()
    headers = {"ETag": etag(1), "Location": f"/v1/agencies/{agency_id}"}
    return json_answer(await read_back(session, agencies.ONE, agency_id), headers, 201)


@router.get("/{agency_id}", response_model=AgencyRecord)
@permits(Permission.READ_ACCOUNTS)
async def read_agency(agency_id: Identifier, request: Request, reader: ReaderDep) -> Response:
    """An agency."""
    return read_answer(request, *await agencies.agency(reader, agency_id))


@router.patch("/{agency_id}", response_model=AgencyRecord)
@permits(Permission.WRITE_ACCOUNTS)
async def update_agency(
    agency_id: Identifier,
    precondition: preconditions.Required,
    body: AgencyPatch,
    session: SessionDep,
) -> Response:
    """Correct an agency, or end it."""
    await begin_change(session, Permission.WRITE_ACCOUNTS, [agency_id])
    record = await agencies.lock(session, agency_id, precondition)
    for field in body.model_fields_set & {"name", "kind"}:
        setattr(record, field, getattr(body, field))
    record.during = changed_days(body, record.during)
    await session.flush()
    return json_answer(await read_back(session, agencies.ONE, agency_id), {"ETag": etag(record.version)})
