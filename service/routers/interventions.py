"""Measures of prevention, support and intervention given to the child of a case."""

from fastapi import Response
from pydantic import BaseModel, Field

from service import ledger, preconditions, routing
from service.access import permits
from service.clock import Today
from service.database import SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.models import Intervention
from service.preconditions import etag
from service.queries import cases, reference
from service.queries.written import posted
from service.wire import Code, Day, Identifier, Input, Name, OfCase, absent, json_answer

router = routing.router("/v1/cases/{case_id}/interventions", "cases")


class InterventionInput(Input):
    """A measure that was given. `measure` is a code of /v1/intervention-measures."""

    id: Identifier = absent()
    measure: Code = Field(examples=["support.3"])
    started_on: Day = Field(examples=["2018-05-20"])
    ended_on: Day | None = None
    provider: Name | None = None
    agency: Identifier | None = Field(None, description="The agency that gives it, which then meets child and case")


class InterventionPatch(Input):
    """What to change."""

    measure: Code = absent()
    started_on: Day = absent()
    ended_on: Day | None = None
    provider: Name | None = None
    agency: Identifier | None = None


class InterventionRecord(BaseModel):
    """A measure that was given."""

    id: OfCase[Identifier]
    measure: OfCase[str]
    started_on: OfCase[Day]
    ended_on: OfCase[Day | None]
    provider: OfCase[str | None]
    agency: OfCase[Identifier | None]


@router.post("", status_code=201, response_model=InterventionRecord)
@permits(Permission.WRITE_CASES)
async def create_intervention(
    case_id: Identifier, body: InterventionInput, session: SessionDep, today: Today
) -> Response:
    """Record a measure given in a case without steps: from then on the child is assisted."""
    case = await cases.lock(session, case_id)
    cases.check_without_steps(case)
    await reference.check_measure(session, body.measure)
    await reference.check_agency(session, body.agency)
    given = body.model_dump(exclude={"measure", "agency"})
    record = Intervention(case_id=case_id, measure_code=body.measure, agency_id=body.agency, **given)
    check_days(record)
    session.add(record)
    answer = await posted(session, [case.child_id], today, cases.INTERVENTION, record)
    headers = {"ETag": etag(case.version), "Location": f"/v1/cases/{case_id}"}
    return json_answer(answer, headers, 201)


@router.patch("/{intervention_id}", response_model=InterventionRecord)
@permits(Permission.WRITE_CASES)
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
    cases.check_without_steps(case)
    record = await cases.intervention(session, case_id, intervention_id)
    if "measure" in body.model_fields_set:
        await reference.check_measure(session, body.measure)
        record.measure_code = body.measure
    if "agency" in body.model_fields_set:
        await reference.check_agency(session, body.agency)
        record.agency_id = body.agency
    record.sqlmodel_update(body.model_dump(exclude={"measure", "agency"}, exclude_unset=True))
    check_days(record)
    answer = await posted(session, [case.child_id], today, cases.INTERVENTION, record)
    return json_answer(answer, {"ETag": etag(case.version)})


@router.delete("/{intervention_id}", status_code=204)
@permits(Permission.WRITE_CASES)
async def delete_intervention(
    case_id: Identifier,
    intervention_id: Identifier,
    precondition: preconditions.Required,
    session: SessionDep,
    today: Today,
) -> None:
    """Withdraw a measure that was recorded by error. Its history stays."""
    case = await cases.lock(session, case_id, precondition)
    cases.check_without_steps(case)
    await session.delete(await cases.intervention(session, case_id, intervention_id))
    await ledger.post(session, [case.child_id], today)


def check_days(record: Intervention) -> None:
    if record.ended_on is not None and record.ended_on < record.started_on:
        raise Refusal("intervention_ended_before_start", "/ended_on")
