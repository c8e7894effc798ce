"""Where a child lived: moves, departures, deaths and corrections."""

from typing import Literal
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import Range

from service import ledger, preconditions, routing
from service.access import permits
from service.clock import Today
from service.database import SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.models import Residence
from service.queries import areas, children
from service.queries.written import posted
from service.wire import (
    AreaCode,
    Confidential,
    Day,
    Identifier,
    Input,
    Place,
    absent,
    changed_days,
    first_day,
    json_answer,
    period,
)

router = routing.router("/v1/children/{child_id}/residences", "children")


class ResidenceInput(Input):
    """A move to a commune. With `until`, a residence that has ended already."""

    id: Identifier = absent()
    commune: AreaCode = Field(description="The commune's code on the day `from`", examples=["12145"])
    from_: Day = Field(alias="from", examples=["2014-03-08"])
    until: Day | None = None

    def of(self, child_id: UUID, area_id: int, pointer: str = "/until") -> Residence:
        """The record of a child in an area."""
        days = period(self.from_, self.until, pointer)
        return Residence(id=self.id, child_id=child_id, area_id=area_id, during=Range(days.start, days.until))


class ResidencePatch(Input):
    """What to change. `reason` says why the residence ended."""

    commune: AreaCode = absent()
    from_: Day = absent(alias="from")
    until: Day | None = None
    reason: Literal["died", "left", "corrected"] | None = None


class ResidenceRecord(BaseModel):
    """A child in a commune, during a period."""

    id: Confidential[Identifier]
    commune: Confidential[Place]
    from_: Confidential[Day] = Field(alias="from")
    until: Confidential[Day | None]
    end_reason: Confidential[Literal["moved", "died", "left", "corrected"] | None]


@router.post("", status_code=201, response_model=ResidenceRecord)
@permits(Permission.WRITE_CHILDREN)
async def create_residence(child_id: Identifier, body: ResidenceInput, session: SessionDep, today: Today) -> Response:
    """Move the child: its present residence ends on the day on which the new one begins."""
    version = await children.lock(session, Permission.WRITE_CHILDREN, child_id)
    record = body.of(child_id, await areas.commune_on(session, body.commune, body.from_, "/commune"))
    if body.until is None:
        await children.end_present_residence(session, child_id, body.from_)
    session.add(record)
    answer = await posted(session, [child_id], today, children.RESIDENCE, record)
    headers = {"ETag": await children.tag(session, child_id, version), "Location": f"/v1/children/{child_id}"}
    return json_answer(answer, headers, 201)


@router.patch("/{residence_id}", response_model=ResidenceRecord)
@permits(Permission.WRITE_CHILDREN)
async def update_residence(
    child_id: Identifier,
    residence_id: Identifier,
    precondition: preconditions.Required,
    body: ResidencePatch,
    session: SessionDep,
    today: Today,
) -> Response:
    """End a residence (the child died or left), or correct it."""
    version = await children.lock(session, Permission.WRITE_CHILDREN, child_id, precondition)
    record = await children.residence(session, child_id, residence_id)
    record.during = changed_days(body, record.during)
    if "commune" in body.model_fields_set:
        record.area_id = await areas.commune_on(session, body.commune, first_day(record.during), "/commune")
    elif "from_" in body.model_fields_set:
        await areas.check_on_map(session, record.area_id, first_day(record.during), "/from")
    if "reason" in body.model_fields_set:
        record.end_reason = body.reason
    elif record.during.upper is None:
        record.end_reason = None
    if record.end_reason is not None and record.during.upper is None:
        raise Refusal("residence_reason_of_an_end", "/until")
    answer = await posted(session, [child_id], today, children.RESIDENCE, record)
    return json_answer(answer, {"ETag": await children.tag(session, child_id, version)})


@router.delete("/{residence_id}", status_code=204)
@permits(Permission.WRITE_CHILDREN)
async def delete_residence(
    child_id: Identifier,
    residence_id: Identifier,
    precondition: preconditions.Required,
    session: SessionDep,
    today: Today,
) -> None:
    """Withdraw a residence that was recorded by error. Its history stays."""
    await children.lock(session, Permission.WRITE_CHILDREN, child_id, precondition)
    await session.delete(await children.residence(session, child_id, residence_id))
    await ledger.post(session, [child_id], today)
