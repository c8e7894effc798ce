"""Stand-ins: who acts in the place of a commune's chair, for some days."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import Caller, permits
from service.database import CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.doors import begin_change
from service.preconditions import etag, read_answer, seen
from service.queries import accounts, stand_ins
from service.queries.written import read_back
from service.wire import Day, Identifier, Input, Internal, Note, Page, Place, absent, json_answer, period

router = routing.router("/v1/stand-ins", "accounts")


class StandInInput(Input):
    """Who is to act in whose place, and when."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    for_: Identifier = Field(alias="for", description="A chair's assignment; of a chair, the own one")
    account: Identifier = Field(description="Somebody else with an assignment in the commune on the first day")
    from_: Day = Field(alias="from", examples=["2026-02-14"])
    until: Day = Field(examples=["2026-02-23"])
    reason: Note = Field(examples=["Nghỉ Tết"])


class Acting(BaseModel):
    """An assignment, and whose it is."""

    assignment: Internal[Identifier]
    account_id: Internal[Identifier]
    account: Internal[str]
    name: Internal[str]


class StandInRecord(BaseModel):
    """Who acts in whose place, as it was appointed: by signing in for the deputy's assignment, that of a chair."""

    id: Internal[Identifier]
    for_: Acting = Field(alias="for")
    deputy: Acting
    area: Internal[Place]
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day]
    reason: Internal[str]
    ended_at: Internal[datetime | None] = Field(description="When it was ended before its last day")


class StandInPage(BaseModel):
    """A page of stand-ins, by id."""

    items: list[StandInRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


@router.get("", response_model=StandInPage)
@permits(Permission.STAND_IN)
async def list_stand_ins(asked: Annotated[Page, Query()], reader: ReaderDep, caller: CallerDep) -> Response:
    """All of them to who makes accounts; to a chair, and to who acts as one, the own."""
    (after,) = asked.after(UUID)
    rows = await stand_ins.stand_ins(reader, own(caller), after, asked.limit)
    return asked.answer(rows, await stand_ins.number_of_stand_ins(reader, own(caller)) if asked.count else None)


@router.post("", status_code=201, response_model=StandInRecord)
@permits(Permission.STAND_IN)
async def create_stand_in(body: StandInInput, session: SessionDep, caller: CallerDep) -> Response:
    """Let somebody act in the place of a commune's chair."""
    days = period(body.from_, body.until)
    if own(caller) not in (None, body.for_):
        raise Refusal("assignment_unknown", "/for")
    new_id = body.id or await accounts.new_id(session)
    await begin_change(session, Permission.STAND_IN, [new_id])
    record = await stand_ins.appoint(session, new_id, body.for_, body.account, days, body.reason)
    answer = await read_back(session, stand_ins.ONE, record.id)
    return json_answer(answer, {"ETag": etag(seen(answer)), "Location": f"/v1/stand-ins/{record.id}"}, 201)


@router.get("/{stand_in_id}", response_model=StandInRecord)
@permits(Permission.STAND_IN)
async def read_stand_in(stand_in_id: Identifier, request: Request, reader: ReaderDep, caller: CallerDep) -> Response:
    """Who acts in whose place, and when."""
    record = await stand_ins.stand_in(reader, own(caller), stand_in_id)
    return read_answer(request, seen(record), record)


@router.post("/{stand_in_id}/end", status_code=204)
@permits(Permission.STAND_IN)
async def end_stand_in(stand_in_id: Identifier, session: SessionDep, caller: CallerDep) -> None:
    """End a stand-in at once. Nobody acts in it any longer."""
    await begin_change(session, Permission.STAND_IN, [stand_in_id])
    await stand_ins.end(session, stand_in_id, own(caller))


def own(caller: Caller) -> UUID | None:
    """The assignment whose stand-ins are the caller's; none of who makes accounts, and sees to all."""
    return None if caller.may(Permission.WRITE_ACCOUNTS) else caller.assignment_id
