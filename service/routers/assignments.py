"""What the accounts act as: an assignment gives a role, for an area and an agency, during a period."""

import orjson
from fastapi import Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import Range

from service import preconditions, routing
from service.access import permits
from service.database import SessionDep
from service.domain.access import ROLES, Permission
from service.domain.refusal import Refusal
from service.doors import begin_change
from service.models import Agency, Assignment
from service.preconditions import etag
from service.queries import accounts, areas, assignments, officers
from service.queries.written import read_back
from service.wire import AreaCode, Code, Day, Identifier, Input, Internal, Place, absent, first_day, json_answer, period

router = routing.router("/v1/accounts/{account_id}/assignments", "accounts")


class AgencyName(BaseModel):
    """For whom somebody acts."""

    id: Internal[Identifier]
    name: Internal[str]
    kind: Internal[str]


class AssignmentRecord(BaseModel):
    """In which role, for which area and agency an account acts, and when."""

    id: Internal[Identifier]
    role: Internal[str]
    area: Internal[Place]
    agency: AgencyName | None
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day | None]


class ChangedAssignment(AssignmentRecord):
    """An assignment as it was changed."""

    leaves_open_cases: Internal[bool] = Field(
        description="Whether its officer has open cases, which somebody else has to take over when it ends"
    )


class AssignmentInput(Input):
    """What an account is to act as."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    role: Code = Field(examples=["commune_worker"], description=", ".join(ROLES))
    area: AreaCode = Field(description="The area's code on the day `from`", examples=["12145"])
    agency: Identifier | None = None
    from_: Day = Field(alias="from", examples=["2016-01-01"])
    until: Day | None = None


class AssignmentPatch(Input):
    """When it ends: JSON Merge Patch."""

    until: Day | None = Field(None, description="The first day on which it no longer holds")


@router.post("", status_code=201, response_model=AssignmentRecord)
@permits(Permission.WRITE_ACCOUNTS)
async def create_assignment(account_id: Identifier, body: AssignmentInput, session: SessionDep) -> Response:
    """Let an account act in a role, for an area."""
    if body.role not in ROLES:
        raise Refusal("role_unknown", "/role")
    days = period(body.from_, body.until)
    await begin_change(session, Permission.WRITE_ACCOUNTS, [account_id])
    version = await accounts.lock(session, account_id)
    area_id, _ = await areas.area_on(session, body.area, body.from_, "/area")
    if body.agency and await session.get(Agency, body.agency) is None:
        raise Refusal("agency_unknown", "/agency")
    record = Assignment(
        id=body.id,
        account_id=account_id,
        role=body.role,
        area_id=area_id,
        agency_id=body.agency,
        during=Range(days.start, days.until),
    )
    await assignments.add(session, record)
    headers = {"ETag": etag(version), "Location": f"/v1/accounts/{account_id}"}
    return json_answer(await read_back(session, assignments.ONE, record.id), headers, 201)


@router.patch("/{assignment_id}", response_model=ChangedAssignment)
@permits(Permission.WRITE_ACCOUNTS)
async def update_assignment(
    account_id: Identifier,
    assignment_id: Identifier,
    precondition: preconditions.Required,
    body: AssignmentPatch,
    session: SessionDep,
) -> Response:
    """Say when an assignment ends. The last administrator's does not; and a stand-in's ends with the stand-in."""
    await begin_change(session, Permission.WRITE_ACCOUNTS, [account_id])
    administers = account_id in await assignments.administrators(session)
    version = await accounts.lock(session, account_id, precondition)
    record = await assignments.assignment(session, account_id, assignment_id)
    until = body.until if "until" in body.model_fields_set else record.during.upper
    days = period(first_day(record.during), until)
    record.during = Range(days.start, days.until)
    await session.flush()
    if administers:
        await assignments.check_administrator_remains(session, until)
    shown: dict[str, object] = orjson.loads(await read_back(session, assignments.ONE, record.id))
    shown["leaves_open_cases"] = await officers.leaves_open_cases(session, record.id)
    return json_answer(orjson.dumps(shown), {"ETag": etag(version)})
