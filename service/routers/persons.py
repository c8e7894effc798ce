"""The persons around a child, and its household on one page."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from service import preconditions, routing
from service.access import permits
from service.clock import Today
from service.database import AskingDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.models import Person
from service.preconditions import etag, read_answer, seen
from service.queries import persons
from service.queries.written import written
from service.wire import (
    Abuse,
    Confidential,
    Day,
    Identifier,
    Input,
    Internal,
    Line,
    Name,
    Note,
    OfCase,
    Page,
    Place,
    absent,
    json_answer,
)

router = routing.router("/v1/children/{child_id}", "persons")

Relation = Literal["father", "mother", "guardian", "carer", "relative", "sibling", "other"]
BirthYear = Annotated[int, Field(strict=True, ge=1900, le=2100)]
Phone = Annotated[str, StringConstraints(strict=True, pattern=r"^\+?[0-9][0-9 .-]{2,28}[0-9]$")]
SIBLING = "Of a sibling who is a child of the register: which"


class PersonInput(Input):
    """Somebody of the child's family or near it."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    full_name: Name = Field(examples=["Nguyễn Văn Chanh"])
    relation: Relation
    birth_year: BirthYear | None = Field(None, examples=[1985])
    phone: Abuse[Phone | None] = Field(None, examples=["0912 345 678"])
    address: Abuse[Line | None] = None
    note: Abuse[Note | None] = None
    sibling_id: Identifier | None = Field(None, description=SIBLING)


class PersonPatch(Input):
    """What to change: JSON Merge Patch. Whoever is no sibling any longer is no child of the register either."""

    full_name: Name = absent()
    relation: Relation = absent()
    birth_year: BirthYear | None = None
    phone: Abuse[Phone | None] = None
    address: Abuse[Line | None] = None
    note: Abuse[Note | None] = None
    sibling_id: Identifier | None = Field(None, description=SIBLING)


class PersonRecord(BaseModel):
    """Somebody around the child. Of whoever an assessment names as harming it, nobody is told how to reach them."""

    id: Confidential[Identifier]
    full_name: Confidential[str]
    relation: Confidential[Relation]
    birth_year: Confidential[int | None]
    sibling_id: Confidential[Identifier | None] = Field(description=f"{SIBLING}, if the caller meets it")
    phone: Abuse[str | None]
    address: Abuse[str | None]
    note: Abuse[str | None]
    harming: Abuse[bool | None] = Field(description="Whether an assessment in a case of the child says so")
    withheld: Internal[list[str]] = Field(description="What the caller is not told: null here, whatever it is")


class PersonPage(BaseModel):
    """A page of persons, by id."""

    items: list[PersonRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class HouseholdCircumstance(BaseModel):
    """A category in which a child is; of a section that the caller does not receive, `restricted`."""

    category: Confidential[str]
    kind: Confidential[Literal["special", "at_risk"]]


class HouseholdCase(BaseModel):
    """An open case, as far as it concerns the household. How it stands is not told to an agency."""

    id: OfCase[Identifier]
    kind: OfCase[Literal["protection", "support"]]
    opened_on: OfCase[Day]
    stage: OfCase[str | None]
    risk: OfCase[str | None]
    officer: OfCase[Identifier | None]


class HouseholdChild(BaseModel):
    """A child of the household: where it lives today, in what it is, and its open cases."""

    id: Confidential[Identifier]
    full_name: Confidential[str | None]
    sex: Confidential[Literal["male", "female", "unknown"]]
    date_of_birth: Confidential[Day | None]
    date_of_birth_precision: Confidential[str | None]
    commune: Confidential[Place | None]
    circumstances: list[HouseholdCircumstance]
    open_cases: OfCase[list[HouseholdCase] | None]


class Household(BaseModel):
    """A child with its siblings in the register and the persons around it."""

    child: HouseholdChild
    siblings: list[HouseholdChild] = Field(description="Whom the caller meets, named here or naming this child")
    persons: list[PersonRecord]
    contacts: Abuse[list[Identifier] | None] = Field(description="Who may be turned to: persons who do not harm")
    consenters: Abuse[list[Identifier] | None] = Field(description="Of these, who may consent: parents and guardians")
    recipients: Abuse[list[Identifier] | None] = Field(description="Of these, who receives the plan; the carer too")


@router.get("/household", response_model=Household)
@permits(Permission.READ_CHILDREN)
async def read_household(child_id: Identifier, reader: ReaderDep, asking: AskingDep, today: Today) -> Response:
    """The child, its siblings, the persons around them, and what is open for each child."""
    return json_answer(await persons.household(reader, asking, child_id, today))


@router.get("/persons", response_model=PersonPage)
@permits(Permission.READ_CHILDREN)
async def list_persons(
    child_id: Identifier, asked: Annotated[Page, Query()], reader: ReaderDep, asking: AskingDep
) -> Response:
    """Who is around the child."""
    (after,) = asked.after(UUID)
    await persons.look(reader, asking, child_id)
    rows = await persons.persons(reader, asking, child_id, after, asked.limit)
    return asked.answer(rows, await persons.number_of_persons(reader, asking, child_id) if asked.count else None)


@router.post("/persons", status_code=201, response_model=PersonRecord)
@permits(Permission.WRITE_PERSONS)
async def create_person(child_id: Identifier, body: PersonInput, session: SessionDep) -> Response:
    """Register somebody around the child."""
    await persons.take(session, child_id)
    record = Person(child_id=child_id, **body.model_dump())
    await persons.check_sibling(session, record)
    session.add(record)
    answer = await written(session, persons.PERSON, record)
    headers = {"ETag": etag(seen(answer)), "Location": f"/v1/children/{child_id}/persons/{record.id}"}
    return json_answer(answer, headers, 201)


@router.get("/persons/{person_id}", response_model=PersonRecord)
@permits(Permission.READ_CHILDREN)
async def read_person(
    child_id: Identifier, person_id: Identifier, request: Request, reader: ReaderDep, asking: AskingDep
) -> Response:
    """Somebody around the child."""
    record = await persons.person(reader, asking, child_id, person_id)
    return read_answer(request, seen(record), record)


@router.patch("/persons/{person_id}", response_model=PersonRecord)
@permits(Permission.WRITE_PERSONS)
async def update_person(
    child_id: Identifier,
    person_id: Identifier,
    precondition: preconditions.Required,
    body: PersonPatch,
    session: SessionDep,
) -> Response:
    """Correct what is known of somebody. How to reach whoever harms the child is not written either."""
    await persons.take(session, child_id)
    record = await persons.lock(session, child_id, person_id, precondition)
    hidden = sorted({"phone", "address"} & body.model_fields_set)
    if hidden and person_id in await persons.harming(session, child_id):
        raise Refusal("field_restricted", f"/{hidden[0]}")
    record.sqlmodel_update(body.model_dump(exclude_unset=True))
    if "relation" in body.model_fields_set and body.relation != "sibling" and not body.sibling_id:
        record.sibling_id = None
    await persons.check_relation(session, record)
    if "sibling_id" in body.model_fields_set:
        await persons.check_sibling(session, record)
    answer = await written(session, persons.PERSON, record)
    return json_answer(answer, {"ETag": etag(seen(answer))})


@router.delete("/persons/{person_id}", status_code=204)
@permits(Permission.WRITE_PERSONS)
async def delete_person(
    child_id: Identifier, person_id: Identifier, precondition: preconditions.Required, session: SessionDep
) -> None:
    """Withdraw somebody who was registered by error, and whom no step names. Their history stays."""
    await persons.take(session, child_id)
    record = await persons.lock(session, child_id, person_id, precondition)
    await persons.check_unnamed(session, record)
    await session.delete(record)
