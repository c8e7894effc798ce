"""Measures of prevention, support and intervention given to the child of a case."""

from fastapi import Response
from pydantic import BaseModel, Field

from service import ledger, preconditions, routing
from service.clock import Today
from service.database import SessionDep
from service.domain.refusal import Refusal
from service.models import Intervention
from service.preconditions import etag
from service.queries import cases, reference
from service.queries.written import posted
from service.wire import Code, Day, Identifier, Input, Name, absent, json_answer

router = routing.router("/v1/cases/{case_id}/interventions", "cases")


class InterventionInput(Input):
    """A measure that was given. `measure` is a code of /v1/intervention-measures."""

    id: Identifier = absent()
    measure: Code = Field(examples=["support.3"])
    started_on: Day = Field(examples=["2018-05-20"])
    ended_on: Day | None = None
    provider: Name | None = None


class InterventionPatch(Input):
    """What to change."""

    measure: Code = absent()
    started_on: Day = absent()
    ended_on: Day | None = None
    provider: Name | None = None


class InterventionRecord(BaseModel):
    """A measure that was given."""

    id: Identifier
    measure: str
    started_on: Day
    ended_on: Day | None
    provider: str | None


@router.post("", status_code=201, response_model=InterventionRecord)
async def create_intervention(
    case_id: Identifier, body: InterventionInput, session: SessionDep, today: Today
) -> Response:
    """Record a measure given in a case: from then on the child is assisted."""
    case = await cases.lock(session, case_id)
    await reference.check_measure(session, body.measure)
    record = Intervention(case_id=case_id, measure_code=body.measure, **body.model_dump(exclude={"measure"}))
    check_days(record)
    session.add(record)
    answer = await posted(session, [case.child_id], today, "create_intervention", cases.INTERVENTION, record)
    headers = {"ETag": etag(case.version), "Location": f"/v1/cases/{case_id}"}
    return json_answer(answer, headers, 201)


@router.patch("/{intervention_id}", response_model=InterventionRecord)
async def update_intervention(
    case_id: Identifier,
    intervention_id: Identifier,
    precondition: preconditions.Required,
    body: InterventionPatch,
    session: SessionDep,
    today: Today,
) -> Response:
    """End or correct a measure."""
    case = await cases.lock(session, case_id, precondition)
    record = await cases.intervention(session, case_id, intervention_id)
    if "measure" in body.model_fields_set:
        await reference.check_measure(session, body.measure)
        record.measure_code = body.measure
    record.sqlmodel_update(body.model_dump(exclude={"measure"}, exclude_unset=True))
    check_days(record)
    answer = await posted(session, [case.child_id], today, "update_intervention", cases.INTERVENTION, record)
    return json_answer(answer, {"ETag": etag(case.version)})


@router.delete("/{intervention_id}", status_code=204)
async def delete_intervention(
    case_id: Identifier,
    intervention_id: Identifier,
    precondition: preconditions.Required,
    session: SessionDep,
    today: Today,
) -> None:
    """Withdraw a measure that was recorded by error. Its history stays."""
    case = await cases.lock(session, case_id, precondition)
    await session.delete(await cases.intervention(session, case_id, intervention_id))
    await ledger.post(session, [case.child_id], today, "delete_intervention")


def check_days(record: Intervention) -> None:
    if record.ended_on is not None and record.ended_on < record.started_on:
        raise Refusal("intervention_ended_before_start", "/ended_on")
