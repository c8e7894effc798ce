"""What a chair has to sign: plans that are submitted, with the time that is left."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Now, Today
from service.database import AskingDep, ReaderDep
from service.domain.access import Permission
from service.queries import approvals, maps
from service.wire import AreaCode, Confidential, Identifier, Internal, OfCase, Page, Place

router = routing.router("/v1/approvals", "cases")


class Approval(BaseModel):
    """A case whose plan is submitted. It is approved or returned by a step of the case."""

    case_id: OfCase[Identifier]
    child_id: OfCase[Identifier]
    full_name: Confidential[str | None]
    kind: OfCase[Literal["protection", "support"]]
    risk: OfCase[str | None]
    commune: OfCase[Place | None] = Field(description="The commune that leads the case")
    submitted_at: OfCase[datetime]
    submitted_by: OfCase[str | None]
    own: OfCase[bool] = Field(description="The caller drafted or submitted it, so somebody else approves it")
    due_at: OfCase[datetime | None] = Field(description="Null where no law says until when")
    hours_left: OfCase[int | None] = Field(description="Whole hours until then; negative when it is overdue")
    overdue: OfCase[bool]


class ApprovalPage(BaseModel):
    """A page of what is to be signed: what is due first comes first."""

    items: list[Approval]
    next: Internal[str | None]
    total: Internal[int | None] = None


class ApprovalFilter(Page):
    """Of which communes."""

    commune: AreaCode | None = Field(None, description="Which leads the case")
    area: AreaCode | None = Field(
        None, description="The same of an area of any level with all that lies in it; not with `commune`"
    )


@router.get("", response_model=ApprovalPage)
@permits(Permission.TAKE_DECISIONS)
async def list_approvals(
    asked: Annotated[ApprovalFilter, Query()], reader: ReaderDep, asking: AskingDep, today: Today, now: Now
) -> Response:
    """What waits for the signature of the chair who is in charge."""
    due, last = asked.after(datetime.fromisoformat, UUID)
    where = await maps.areas_asked(reader, asked.commune, asked.area, today)
    rows = await approvals.approvals(reader, asking, where, today, now, (due, last), asked.limit)
    return asked.answer(rows, await approvals.number_of_approvals(reader, asking, where) if asked.count else None)
