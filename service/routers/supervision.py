"""Beside a case: notes of who supervises, and flags with a day."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from service import preconditions, routing
from service.access import permits
from service.clock import VIETNAM
from service.database import AskingDep, CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.models import CaseFlag, CaseNote
from service.preconditions import etag
from service.queries import cases, supervision
from service.queries.written import written
from service.routers.cases import Officer, officer_asked
from service.wire import Day, Identifier, Input, Internal, Name, Note, OfCase, Page, absent, json_answer

router = routing.router("/v1", "cases")


class NoteInput(Input):
    """What whoever supervises a case has to say."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    content: Note = Field(examples=["Đề nghị thăm gia đình trước khi họp."])


class NoteRecord(BaseModel):
    """A note, by whom and when. It stays as it was written."""

    id: OfCase[Identifier]
    case_id: OfCase[Identifier]
    written_at: OfCase[datetime]
    author: OfCase[str] = Field(description="The name of the account")
    role: OfCase[str]
    content: OfCase[str]


class NotePage(BaseModel):
    """A page of notes, the newest first."""

    items: list[NoteRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class FlagInput(Input):
    """What is to be looked at, and on which day."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    label: Name = Field(examples=["Hỏi kết quả khám"])
    on: Day
    note: Note | None = None


class FlagPatch(Input):
    """What to change: JSON Merge Patch. A flag is cleared when it was looked at."""

    label: Name = absent()
    on: Day = absent()
    note: Note | None = None
    cleared: Literal[True] = absent()


class FlagRecord(BaseModel):
    """What is to be looked at, on which day, and whether it was."""

    id: OfCase[Identifier]
    case_id: OfCase[Identifier]
    label: OfCase[str]
    on: OfCase[Day]
    note: OfCase[str | None]
    author: OfCase[str] = Field(description="The name of the account")
    made_at: OfCase[datetime]
    cleared: OfCase[bool]
    cleared_at: OfCase[datetime | None]
    cleared_by: OfCase[str | None]


class FlagPage(BaseModel):
    """A page of flags, by day."""

    items: list[FlagRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class FlagFilter(Page):
    """Which flags that are not cleared."""

    officer: Officer | None = Field(
        None, description="Only of cases of this officer (an assignment); `me` is the caller's own assignment"
    )
    until: Day | None = Field(None, description="The first day that is no longer asked for")


@router.get("/cases/{case_id}/notes", response_model=NotePage)
@permits(Permission.READ_NOTES)
async def list_notes(
    case_id: Identifier, asked: Annotated[Page, Query()], reader: ReaderDep, asking: AskingDep
) -> Response:
    """What supervision said of a case."""
    moment, last = asked.after(datetime.fromisoformat, UUID)
    await supervision.look(reader, asking, case_id)
    rows = await supervision.notes(reader, asking, case_id, (moment, last), asked.limit)
    return asked.answer(rows, await supervision.number_of_notes(reader, asking, case_id) if asked.count else None)


@router.post("/cases/{case_id}/notes", status_code=201, response_model=NoteRecord)
@permits(Permission.WRITE_NOTES)
async def create_note(case_id: Identifier, body: NoteInput, session: SessionDep, caller: CallerDep) -> Response:
    """Add a note, which is never edited."""
    case = await cases.lock(session, case_id, permission=Permission.WRITE_NOTES)
    record = CaseNote(case_id=case_id, author=caller.account_name, role=caller.role_code, **body.model_dump())
    session.add(record)
    headers = {"ETag": etag(case.version), "Location": f"/v1/cases/{case_id}"}
    return json_answer(await written(session, supervision.NOTE, record), headers, 201)


@router.get("/cases/{case_id}/flags", response_model=FlagPage)
@permits(Permission.READ_NOTES)
async def list_case_flags(
    case_id: Identifier, asked: Annotated[Page, Query()], reader: ReaderDep, asking: AskingDep
) -> Response:
    """The flags of a case, those that were cleared too."""
    after = asked.after(date.fromisoformat, UUID)
    await supervision.look(reader, asking, case_id)
    rows = await supervision.flags(reader, asking, case_id, None, None, (after[0], after[1]), asked.limit)
    total = await supervision.number_of_flags(reader, asking, case_id, None, None) if asked.count else None
    return asked.answer(rows, total)


@router.post("/cases/{case_id}/flags", status_code=201, response_model=FlagRecord)
@permits(Permission.WRITE_FLAGS)
async def create_flag(case_id: Identifier, body: FlagInput, session: SessionDep, caller: CallerDep) -> Response:
    """Have something looked at on a day."""
    case = await cases.lock(session, case_id, permission=Permission.WRITE_FLAGS)
    said = body.model_dump(exclude={"on"})
    record = CaseFlag(case_id=case_id, on_day=body.on, author=caller.account_name, **said)
    session.add(record)
    headers = {"ETag": etag(case.version), "Location": f"/v1/cases/{case_id}"}
    return json_answer(await written(session, supervision.FLAG, record), headers, 201)


@router.patch("/cases/{case_id}/flags/{flag_id}", response_model=FlagRecord)
@permits(Permission.WRITE_FLAGS)
async def update_flag(
    case_id: Identifier,
    flag_id: Identifier,
    precondition: preconditions.Required,
    body: FlagPatch,
    session: SessionDep,
    caller: CallerDep,
) -> Response:
    """Move a flag to another day, or clear it. Cleared, it stays so."""
    case = await cases.lock(session, case_id, precondition, Permission.WRITE_FLAGS)
    record = await supervision.flag(session, case_id, flag_id)
    record.sqlmodel_update(body.model_dump(include={"label", "note"}, exclude_unset=True))
    if "on" in body.model_fields_set:
        record.on_day = body.on
    if "cleared" in body.model_fields_set and record.cleared_at is None:
        record.cleared_at, record.cleared_by = datetime.now(VIETNAM), caller.account_name
    return json_answer(await written(session, supervision.FLAG, record), {"ETag": etag(case.version)})


@router.get("/flags", response_model=FlagPage)
@permits(Permission.READ_NOTES)
async def list_flags(asked: Annotated[FlagFilter, Query()], reader: ReaderDep, asking: AskingDep) -> Response:
    """What is to be looked at, by day."""
    day, last = asked.after(date.fromisoformat, UUID)
    wanted = None, officer_asked(asked.officer, asking.assignment_id), asked.until
    rows = await supervision.flags(reader, asking, *wanted, (day, last), asked.limit)
    return asked.answer(rows, await supervision.number_of_flags(reader, asking, *wanted) if asked.count else None)
