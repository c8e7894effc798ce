"""Children of communes that were split: a person tells in which part each of them lives."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from service import preconditions, routing
from service.access import permits
from service.clock import Today
from service.database import AskingDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.models import Child
from service.preconditions import etag
from service.queries import children, settling
from service.queries.written import posted
from service.routers.children import ChildRecord, Sex
from service.wire import AreaCode, Confidential, Day, Identifier, Input, Internal, Page, Place, json_answer

router = routing.router("/v1", "children")


class UnsettledChild(BaseModel):
    """A child of a commune that was split, and the communes of which one is now its own."""

    id: Confidential[Identifier]
    full_name: Confidential[str]
    sex: Confidential[Sex]
    date_of_birth: Confidential[Day]
    commune: Confidential[Place] = Field(description="The commune that was split, as it was called last")
    split_on: Confidential[Day] = Field(description="The first day of the parts")
    communes: Confidential[list[Place]] = Field(description="The parts")


class UnsettledPage(BaseModel):
    """A page of children, by id."""

    items: list[UnsettledChild]
    next: Internal[str | None]
    total: Internal[int | None] = None


class UnsettledFilter(Page):
    """Of which splits."""

    on: Day | None = Field(None, description="Of communes split by this day; today if absent")


class SettlingInput(Input):
    """In which part the child lives."""

    commune: AreaCode = Field(description="The code of the part on the day of the split", examples=["12148"])


@router.get("/areas/unsettled", response_model=UnsettledPage)
@permits(Permission.READ_CHILDREN)
async def list_unsettled(
    asked: Annotated[UnsettledFilter, Query()], reader: ReaderDep, asking: AskingDep, today: Today
) -> Response:
    """Children whose residence lies in a commune that was split (by a reform made here, or by one that ships with the
    service), and of whom nobody has told the new commune. Until then figures apportion them."""
    (after,) = asked.after(UUID)
    on = asked.on or today
    rows = await settling.unsettled(reader, asking, on, after, asked.limit)
    return asked.answer(rows, await settling.number_of_unsettled(reader, asking, on) if asked.count else None)


@router.post("/children/{child_id}/settle", response_model=ChildRecord)
@permits(Permission.WRITE_CHILDREN)
async def settle_child(
    child_id: Identifier,
    precondition: preconditions.Required,
    body: SettlingInput,
    session: SessionDep,
    today: Today,
) -> Response:
    """Tell in which part of its commune the child lives since that was split: its residence goes on there."""
    version = await children.lock(session, Permission.WRITE_CHILDREN, child_id, precondition)
    await settling.settle(session, child_id, body.commune, today)
    child = await session.get_one(Child, child_id)
    answer = await posted(session, [child_id], today, children.CHILD, child)
    return json_answer(answer, {"ETag": etag(version)})
