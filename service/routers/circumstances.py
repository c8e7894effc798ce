"""In which circumstances a child was: special, or at risk of it."""

from typing import Literal

from fastapi import Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import Range

from service import ledger, preconditions, routing
from service.access import check_received, permits
from service.clock import Today
from service.database import SessionDep
from service.domain.access import Permission
from service.models import Circumstance
from service.queries import children, reference
from service.queries.written import posted
from service.wire import (
    Code,
    Confidential,
    Day,
    Evidence,
    Identifier,
    Input,
    Note,
    absent,
    changed_days,
    first_day,
    json_answer,
    period,
)

router = routing.router("/v1/children/{child_id}/circumstances", "children")


class CircumstanceInput(Input):
    """A child in a category, on some evidence."""

    id: Identifier = absent()
    category: Code = Field(description="In force on the day `from`", examples=["d.2"])
    from_: Day = Field(alias="from", examples=["2018-05-02"])
    until: Day | None = None
    evidence: Evidence[Note | None] = Field(None, examples=["Giấy xác nhận khuyết tật"])


class CircumstancePatch(Input):
    """What to change."""

    category: Code = absent()
    from_: Day = absent(alias="from")
    until: Day | None = None
    evidence: Evidence[Note | None] = None


class CircumstanceRecord(BaseModel):
    """A child in a category, during a period."""

    id: Confidential[Identifier]
    category: Confidential[str]
    kind: Confidential[Literal["special", "at_risk"]]
    from_: Confidential[Day] = Field(alias="from")
    until: Confidential[Day | None]
    evidence: Evidence[str | None]


@router.post("", status_code=201, response_model=CircumstanceRecord)
@permits(Permission.WRITE_CIRCUMSTANCES)
async def create_circumstance(
    child_id: Identifier, body: CircumstanceInput, session: SessionDep, today: Today
) -> Response:
    """Record that the child is in a category, from a day on."""
    version = await children.lock(session, Permission.WRITE_CIRCUMSTANCES, child_id)
    await reference.check_category(session, body.category, body.from_)
    check_received(session.info["caller"], body)
    days = period(body.from_, body.until)
    record = Circumstance(
        id=body.id,
        child_id=child_id,
        category_code=body.category,
        during=Range(days.start, days.until),
        evidence=body.evidence,
    )
    session.add(record)
    answer = await posted(session, [child_id], today, children.CIRCUMSTANCE, record)
    headers = {"ETag": await children.tag(session, child_id, version), "Location": f"/v1/children/{child_id}"}
    return json_answer(answer, headers, 201)


@router.patch("/{circumstance_id}", response_model=CircumstanceRecord)
@permits(Permission.WRITE_CIRCUMSTANCES)
async def update_circumstance(
    child_id: Identifier,
    circumstance_id: Identifier,
    precondition: preconditions.Required,
    body: CircumstancePatch,
    session: SessionDep,
    today: Today,
) -> Response:
    """End a circumstance, or correct it."""
    version = await children.lock(session, Permission.WRITE_CIRCUMSTANCES, child_id, precondition)
    record = await children.circumstance(session, child_id, circumstance_id)
    check_received(session.info["caller"], body)
    record.during = changed_days(body, record.during)
    if "category" in body.model_fields_set:
        record.category_code = body.category
    await reference.check_category(session, record.category_code, first_day(record.during))
    record.sqlmodel_update(body.model_dump(include={"evidence"}, exclude_unset=True))
    answer = await posted(session, [child_id], today, children.CIRCUMSTANCE, record)
    return json_answer(answer, {"ETag": await children.tag(session, child_id, version)})


@router.delete("/{circumstance_id}", status_code=204)
@permits(Permission.WRITE_CIRCUMSTANCES)
async def delete_circumstance(
    child_id: Identifier,
    circumstance_id: Identifier,
    precondition: preconditions.Required,
    session: SessionDep,
    today: Today,
) -> None:
    """Withdraw a circumstance that was recorded by error. Its history stays."""
    await children.lock(session, Permission.WRITE_CIRCUMSTANCES, child_id, precondition)
    await session.delete(await children.circumstance(session, child_id, circumstance_id))
    await ledger.post(session, [child_id], today)
