"""Case files: opened, given interventions, closed, reopened as a new case."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from service import ledger, preconditions, routing
from service.access import permits
from service.clock import Today
from service.database import AskingDep, CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.models import CaseFile
from service.preconditions import etag, read_answer, seen
from service.queries import cases, children, maps
from service.queries.written import posted
from service.routers.interventions import InterventionRecord
from service.wire import (
    AreaCode,
    Bound,
    Day,
    Identifier,
    Input,
    Internal,
    Name,
    Note,
    OfCase,
    Page,
    absent,
    json_answer,
)

router = routing.router("/v1/cases", "cases")

Kind = Literal["protection", "support"]
DERIVED = {"kind", "opened_on", "closed_on", "outcome", "reason"}  # from the steps of a case that has any
OFFICER = "Who works on the case: an assignment of today that may write cases and reaches the child"
ID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
Officer = Annotated[str, StringConstraints(strict=True, pattern=rf"^(me|{ID})$")]  # generators make unions wrong


class CaseInput(Input):
    """A case to open. A case is reopened as a new one that names the one before."""

    id: Identifier = absent()
    child_id: Identifier
    kind: Kind
    opened_on: Day = Field(examples=["2018-05-03"])
    previous_case_id: Identifier | None = Field(None, description="The closed case that this one continues")
    officer: Identifier | None = Field(None, description=OFFICER)


class CasePatch(Input):
    """What to correct. `closed_on: null` takes a closing back."""

    kind: Kind = absent()
    opened_on: Day = absent()
    closed_on: Day | None = None
    outcome: Name | None = None
    reason: Note | None = None
    previous_case_id: Identifier | None = None
    officer: Identifier | None = Field(None, description=OFFICER)


class CaseClosing(Input):
    """How a case ends: `closed_on` is the first day on which it is no longer open."""

    closed_on: Day = Field(examples=["2018-11-30"])
    outcome: Name = Field(examples=["child_safe"])
    reason: Note | None = None


class CaseRecord(BaseModel):
    """A case file with its interventions."""

    id: OfCase[Identifier]
    child_id: OfCase[Identifier]
    kind: OfCase[Kind]
    status: OfCase[Literal["open", "closed"]]
    opened_on: OfCase[Day]
    closed_on: OfCase[Day | None]
    outcome: OfCase[str | None]
    reason: OfCase[str | None]
    previous_case_id: OfCase[Identifier | None]
    officer: OfCase[Identifier | None] = Field(description="Who works on the case: an assignment")
    interventions: list[InterventionRecord]
    withheld: Internal[list[str]] = Field(
        description="What the caller's role does not receive (of interventions: those of others)"
    )


class CasePage(BaseModel):
    """A page of cases, by id (the order in which they were recorded) or by the day of opening."""

    items: list[CaseRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class CaseFilter(Page):
    """Which cases."""

    status: Literal["open", "closed"] | None = None
    commune: AreaCode | None = Field(None, description="Where the child lives on `on`")
    area: AreaCode | None = Field(
        None,
        description="The same of an area of any level with all that lies in it; not with `commune`",
    )
    on: Day | None = Field(None, description="The day of `commune` and `area`; today if absent")
    child_id: Identifier | None = None
    kind: Kind | None = None
    opened_from: Day | None = Field(None, description="The first day of opening")
    opened_until: Day | None = Field(None, description="The first day of opening that is no longer asked for")
    officer: Officer | None = Field(
        None, description="Only cases of this officer (an assignment); `me` is the caller's own assignment"
    )
    due_before: Bound | None = Field(
        None, description="Only cases in which something is due at this moment or before, or before this day"
    )
    sort: cases.Sort = Field("id", description="`-opened_on`: the latest first")


@router.get("", response_model=CasePage)
@permits(Permission.READ_CASES)
async def list_cases(
    asked: Annotated[CaseFilter, Query()], reader: ReaderDep, asking: AskingDep, today: Today
) -> Response:
    """Cases by status, place, child, kind and day of opening."""
    on = asked.on or today
    where = await maps.areas_asked(reader, asked.commune, asked.area, on)
    days = asked.opened_from, asked.opened_until
    officer = officer_asked(asked.officer, asking.assignment_id)
    wanted = cases.Filter(asked.status, where, on, asked.child_id, asked.kind, *days, officer, asked.due_before)
    if asked.sort == "id":
        (after,) = asked.after(UUID)
        rows = await cases.cases(reader, asking, wanted, after, asked.limit)
    else:
        day, last = asked.after(date.fromisoformat, UUID)
        rows = await cases.cases_by_opening(reader, asking, wanted, asked.sort, (day, last), asked.limit)
    return asked.answer(rows, await cases.number_of_cases(reader, asking, wanted) if asked.count else None)


@router.post("", status_code=201, response_model=CaseRecord)
@permits(Permission.WRITE_CASES)
async def open_case(body: CaseInput, session: SessionDep, today: Today) -> Response:
    """Open a case for a child."""
    await children.lock_named(session, Permission.WRITE_CASES, body.child_id, "/child_id")
    case = CaseFile(**body.model_dump())
    check_days(case, today)
    await cases.check_previous(session, case)
    await cases.check_officer(session, case.child_id, body.officer)
    session.add(case)
    answer = await posted(session, [case.child_id], today, cases.CASE, case)
    headers = {"ETag": etag(1), "Location": f"/v1/cases/{case.id}"}
    return json_answer(answer, headers, 201)


@router.get("/{case_id}", response_model=CaseRecord)
@permits(Permission.READ_CASES)
async def read_case(
    case_id: Identifier, request: Request, reader: ReaderDep, asking: AskingDep, caller: CallerDep
) -> Response:
    """A case with its interventions."""
    version, record = await cases.case(reader, asking, case_id)
    return read_answer(request, version if caller.role.receives_everything else seen(record), record)


@router.patch("/{case_id}", response_model=CaseRecord)
@permits(Permission.WRITE_CASES)
async def update_case(
    case_id: Identifier, precondition: preconditions.Required, body: CasePatch, session: SessionDep, today: Today
) -> Response:
    """Correct a case."""
    case = await cases.lock(session, case_id, precondition)
    changes = body.model_dump(exclude_unset=True)
    if changes.keys() & DERIVED:
        cases.check_without_steps(case)
    case.sqlmodel_update(changes)
    if case.closed_on is None:
        case.outcome = case.reason = None
    elif case.outcome is None:
        raise Refusal("outcome_missing", "/outcome")
    check_days(case, today)
    with session.no_autoflush:  # what is not allowed is not written, not even to be rolled back
        await cases.check_previous(session, case)
        await cases.check_next(session, case)
        await cases.check_officer(session, case.child_id, body.officer)
    answer = await posted(session, [case.child_id], today, cases.CASE, case)
    return json_answer(answer, {"ETag": etag(case.version)})


@router.delete("/{case_id}", status_code=204)
@permits(Permission.WRITE_CASES)
async def delete_case(
    case_id: Identifier, precondition: preconditions.Required, session: SessionDep, today: Today
) -> None:
    """Withdraw a case that was opened by error. Its history stays."""
    case = await cases.lock(session, case_id, precondition)
    await session.delete(case)
    await ledger.post(session, [case.child_id], today)


@router.post("/{case_id}/close", response_model=CaseRecord)
@permits(Permission.WRITE_CASES)
async def close_case(
    case_id: Identifier, precondition: preconditions.Optional, body: CaseClosing, session: SessionDep, today: Today
) -> Response:
    """Close a case without steps. One that is led by the procedure is closed by a step."""
    case = await cases.lock(session, case_id, precondition)
    cases.check_without_steps(case)
    if case.closed_on is not None:
        raise Refusal("case_is_closed")
    case.sqlmodel_update(body.model_dump())
    check_days(case, today)
    answer = await posted(session, [case.child_id], today, cases.CASE, case)
    return json_answer(answer, {"ETag": etag(case.version)})


def check_days(case: CaseFile, today: date) -> None:
    """A case opens and closes in the past or today, and does not close before it opens."""
    if case.opened_on > today:
        raise Refusal("date_in_future", "/opened_on")
    if case.closed_on is not None and case.closed_on > today:
        raise Refusal("date_in_future", "/closed_on")
    if case.closed_on is not None and case.closed_on < case.opened_on:
        raise Refusal("case_closed_before_opening", "/closed_on")


def officer_asked(named: str | None, own: UUID) -> UUID | None:
    """The assignment whose cases are asked for."""
    if named is None:
        return None
    return own if named == "me" else UUID(named)
