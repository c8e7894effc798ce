"""What is on record about a child: every change, and every look."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.database import AskingDep, ReaderDep
from service.domain.access import Permission
from service.queries import history
from service.wire import Confidential, Identifier, Internal, Page, Sensitive

router = routing.router("/v1/children", "children")


class AccessRecord(BaseModel):
    """Who, in which role, for what, from where, on which request, doing what (the operation's id)."""

    account: Internal[str | None]
    name: Internal[str | None]
    role: Internal[str]
    agency: Internal[str | None]
    purpose: Internal[str]
    address: Internal[str | None]
    request: Internal[str | None]
    action: Internal[str]


class LookRecord(AccessRecord):
    """A look, a change, or a request that was refused."""

    at: Internal[datetime]
    refused: Internal[bool]


class FieldChange(BaseModel):
    """A column of a record, before and after. Both are null where they are `withheld`: how to reach whoever harms the
    child is told to nobody."""

    field: Internal[str]
    from_: Sensitive[Any] = Field(alias="from")
    to: Sensitive[Any]
    withheld: Internal[bool]


class ChangeRecord(BaseModel):
    """What happened to a record of the child. `by` is null for what an operator's command did."""

    at: Internal[datetime]
    record: Internal[str]
    record_id: Confidential[UUID]
    change: Internal[Literal["made", "changed", "withdrawn"]]
    fields: list[FieldChange]
    whose: Internal[str | None] = Field(description="Of a collaborator's list (`assignment_child`): whose it is")
    by: AccessRecord | None


class ChangePage(BaseModel):
    """A page of changes, the newest first."""

    items: list[ChangeRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class LookPage(BaseModel):
    """A page of looks, the newest first."""

    items: list[LookRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


@router.get("/{child_id}/history", response_model=ChangePage)
@permits(Permission.READ_HISTORY)
async def list_child_history(
    child_id: Identifier, asked: Annotated[Page, Query()], reader: ReaderDep, asking: AskingDep
) -> Response:
    """Who changed what, when, from what to what."""
    (before,) = asked.after(int)
    await history.look(reader, asking, Permission.READ_HISTORY, child_id)
    rows = await history.history(reader, asking, child_id, before, asked.limit)
    return asked.answer(rows, await history.number_of_changes(reader, asking, child_id) if asked.count else None)


@router.get("/{child_id}/accesses", response_model=LookPage)
@permits(Permission.READ_ACCESSES)
async def list_child_accesses(
    child_id: Identifier, asked: Annotated[Page, Query()], reader: ReaderDep, asking: AskingDep
) -> Response:
    """Who has seen this child's file, or tried to."""
    (before,) = asked.after(int)
    await history.look(reader, asking, Permission.READ_ACCESSES, child_id)
    rows = await history.accesses(reader, asking, child_id, before, asked.limit)
    return asked.answer(rows, await history.number_of_accesses(reader, asking, child_id) if asked.count else None)
