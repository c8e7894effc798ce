"""What an officer has to do, and handing all of it to another."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Now
from service.database import AskingDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.queries import officers
from service.wire import Day, Identifier, Input, Internal, Page, Place, json_answer

router = routing.router("/v1", "cases")


class OfficerRecord(BaseModel):
    """Who works on cases, and on how many that are open."""

    assignment: Internal[Identifier]
    account_id: Internal[Identifier]
    account: Internal[str]
    name: Internal[str]
    role: Internal[str]
    area: Internal[Place]
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day | None]
    open: Internal[int]


class OfficerPage(BaseModel):
    """A page of officers, by assignment."""

    items: list[OfficerRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class ByKind(BaseModel):
    """How many cases are of each kind."""

    protection: Internal[int]
    support: Internal[int]


class ByRisk(BaseModel):
    """How many cases are of each risk, as it was concluded last; of the unknown, nobody has concluded yet."""

    high: Internal[int]
    medium: Internal[int]
    low: Internal[int]
    none: Internal[int]
    unknown: Internal[int]


class Caseload(BaseModel):
    """Who works on how many open cases. The assignment may have ended: what it left open is still to be done."""

    assignment: Internal[Identifier]
    account: Internal[str]
    name: Internal[str]
    role: Internal[str]
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day | None]
    open: Internal[int]
    by_kind: ByKind
    by_risk: ByRisk
    overdue: Internal[int] = Field(description="Cases in which something is overdue")


class HandOverInput(Input):
    """Who takes over."""

    to: Identifier = Field(
        description="An assignment of today that may write cases, in the caller's areas, and reaches every child"
    )


class HandedOver(BaseModel):
    """How many cases have another officer now."""

    cases: Internal[int]


@router.get("/officers", response_model=OfficerPage)
@permits(Permission.ASSIGN_CASES)
async def list_officers(asked: Annotated[Page, Query()], reader: ReaderDep, asking: AskingDep) -> Response:
    """Who can work on cases in the caller's areas today, and who no longer can and left some open."""
    (after,) = asked.after(UUID)
    rows = await officers.officers(reader, asking, after, asked.limit)
    return asked.answer(rows, await officers.number_of_officers(reader, asking) if asked.count else None)


@router.get("/assignments/{assignment_id}/caseload", response_model=Caseload)
@permits(Permission.ASSIGN_CASES)
async def read_caseload(assignment_id: Identifier, reader: ReaderDep, asking: AskingDep, now: Now) -> Response:
    """How much somebody has to do: the own assignment, or one for an area of the caller's."""
    return json_answer(await officers.caseload(reader, asking, assignment_id, now))


@router.post("/assignments/{assignment_id}/hand-over", response_model=HandedOver)
@permits(Permission.ASSIGN_CASES)
async def hand_over(assignment_id: Identifier, body: HandOverInput, session: SessionDep) -> HandedOver:
    """Give all open cases of an officer to another, with what is due in them: all of them, or none."""
    return HandedOver(cases=await officers.hand_over(session, assignment_id, body.to))
