"""What an officer has to do, and handing all of it to another."""

from fastapi import Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Now
from service.database import AskingDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.queries import officers
from service.wire import Day, Identifier, Input, Internal, json_answer

router = routing.router("/v1/assignments/{assignment_id}", "cases")


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


@router.get("/caseload", response_model=Caseload)
@permits(Permission.ASSIGN_CASES)
async def read_caseload(assignment_id: Identifier, reader: ReaderDep, asking: AskingDep, now: Now) -> Response:
    """How much somebody has to do: the own assignment, or one for an area of the caller's."""
    return json_answer(await officers.caseload(reader, asking, assignment_id, now))


@router.post("/hand-over", response_model=HandedOver)
@permits(Permission.ASSIGN_CASES)
async def hand_over(assignment_id: Identifier, body: HandOverInput, session: SessionDep) -> HandedOver:
    """Give all open cases of an officer to another, with what is due in them: all of them, or none."""
    return HandedOver(cases=await officers.hand_over(session, assignment_id, body.to))
