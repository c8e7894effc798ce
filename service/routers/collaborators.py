"""Collaborators of the villages: each meets the children of an own list, which the commune's worker keeps."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.database import CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.queries import collaborators
from service.wire import Day, Identifier, Internal, Page, Place

router = routing.router("/v1", "collaborators")


class Collaborator(BaseModel):
    """Who collaborates, where, and in which assignment."""

    assignment_id: Internal[Identifier]
    account: Internal[str]
    name: Internal[str]
    area: Internal[Place]
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day | None]


class CollaboratorPage(BaseModel):
    """A page of collaborators, by id."""

    items: list[Collaborator]
    next: Internal[str | None]
    total: Internal[int | None] = None


@router.get("/collaborators", response_model=CollaboratorPage)
@permits(Permission.SHARE_CHILDREN)
async def list_collaborators(asked: Annotated[Page, Query()], reader: ReaderDep, caller: CallerDep) -> Response:
    """The collaborators of today in the caller's areas."""
    (after,) = asked.after(UUID)
    rows = await collaborators.collaborators(reader, caller.assignment_id, after, asked.limit)
    number = await collaborators.number_of_collaborators(reader, caller.assignment_id) if asked.count else None
    return asked.answer(rows, number)


@router.put("/children/{child_id}/collaborators/{assignment_id}", status_code=204)
@permits(Permission.SHARE_CHILDREN)
async def share_child(child_id: Identifier, assignment_id: Identifier, session: SessionDep) -> None:
    """Put a child on a collaborator's list."""
    if not await collaborators.put(session, child_id, assignment_id, listed=True):
        raise Refusal("assignment_unknown")


@router.delete("/children/{child_id}/collaborators/{assignment_id}", status_code=204)
@permits(Permission.SHARE_CHILDREN)
async def unshare_child(child_id: Identifier, assignment_id: Identifier, session: SessionDep) -> None:
    """Take a child off a collaborator's list."""
    if not await collaborators.put(session, child_id, assignment_id, listed=False):
        raise Refusal("assignment_unknown")
