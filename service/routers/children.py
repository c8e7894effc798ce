"""Children: registered, found, read, corrected."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from service import ledger, preconditions, routing
from service.access import check_received, permits
from service.clock import Today
from service.database import AskingDep, CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission, Reach
from service.domain.names import Search, search
from service.domain.refusal import Refusal
from service.models import Child
from service.preconditions import read_answer, seen
from service.queries import areas, attainment, children, maps, names, reference
from service.queries.written import posted
from service.routers.cases import CaseRecord
from service.routers.circumstances import CircumstanceRecord
from service.routers.residences import ResidenceInput, ResidenceRecord
from service.wire import (
    AreaCode,
    Code,
    Confidential,
    Day,
    Ethnicity,
    Identifier,
    Input,
    Internal,
    Moment,
    Name,
    OfCase,
    Page,
    Place,
    absent,
    json_answer,
)

router = routing.router("/v1/children", "children")

Sex = Literal["male", "female", "unknown"]
Precision = Literal["day", "month", "year", "estimated"]
IDENTIFIED = (
    "Whether it is known who this is: of a child that was reported and is not known, name and birth may be null"
)
PersonalId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{12}$")]


class ChildInput(Input):
    """A child to register."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    full_name: Name = Field(description="As on the birth certificate", examples=["Nguyễn Thị Bưởi"])
    sex: Sex
    date_of_birth: Day = Field(examples=["2014-03-08"])
    date_of_birth_precision: Precision = "day"
    personal_id: PersonalId | None = Field(None, description="Số định danh cá nhân: 12 digits")
    ethnicity: Ethnicity[Name | None] = Field(None, examples=["Kinh"])
    residence: ResidenceInput
    confirm_distinct: bool = Field(
        False, strict=True, description="Accepted for later: no search for similar children is made yet"
    )


class ChildPatch(Input):
    """What to change: JSON Merge Patch."""

    full_name: Name = absent()
    sex: Sex = absent()
    date_of_birth: Day = absent()
    date_of_birth_precision: Precision = absent()
    personal_id: PersonalId | None = None
    ethnicity: Ethnicity[Name | None] = None


class ChildSummary(BaseModel):
    """A child in a list, with the commune on the day of the list."""

    id: Confidential[Identifier]
    identified: Confidential[bool] = Field(description=IDENTIFIED)
    full_name: Confidential[str | None]
    sex: Confidential[Sex]
    date_of_birth: Confidential[Day | None]
    date_of_birth_precision: Confidential[Precision]
    commune: Confidential[Place | None]
    changed_at: Confidential[datetime | None] = Field(
        description="When something of the file was last changed. To whoever does not receive its cases: when "
        "something that they are shown was, in answers to `changed_since`; else null"
    )


class ChildRecord(BaseModel):
    """A child and what hangs on it."""

    id: Confidential[Identifier]
    identified: Confidential[bool] = Field(description=IDENTIFIED)
    full_name: Confidential[str | None]
    sex: Confidential[Sex]
    date_of_birth: Confidential[Day | None]
    date_of_birth_precision: Confidential[Precision]
    personal_id: Confidential[str | None]
    ethnicity: Ethnicity[str | None]
    residences: list[ResidenceRecord]
    circumstances: list[CircumstanceRecord]
    open_cases: OfCase[list[CaseRecord] | None]
    withheld: Internal[list[str]] = Field(
        description="What the caller's role does not receive: null here, whatever it is"
    )


class ChildPage(BaseModel):
    """A page of children: by id (the order in which they were registered), by name, the best matches first, or by what
    `changed_since` asks for."""

    items: list[ChildSummary]
    next: Internal[str | None]
    total: Internal[int | None] = None


class ChildFilter(Page):
    """Which children."""

    q: Name | None = Field(
        None,
        description="Words of the name in any order, with or without marks, the last perhaps unfinished. The best "
        "matches come first, then by name: the whole name; its words, of which the last typed is the given name; its "
        "words; all this without marks; the last word begun; where these are few, with one slip",
        examples=["nguyen thi buoi"],
    )
    sort: Literal["id", "name"] | None = Field(
        None,
        description="`id` is the order of registration; `name` is by given name, then family name, in Vietnamese "
        "order. `id` where nothing is said; with `q` it can only be `name`",
    )
    on: Day | None = Field(
        None, description="Children (under 16, resident) on this day; today where a filter needs one"
    )
    commune: AreaCode | None = Field(
        None, description="On the map of `on`; whose area was divided and nobody told is listed in each part of it"
    )
    area: AreaCode | None = Field(
        None,
        description="An area of any level on the map of `on`, with all that lies in it; not with `commune`",
        examples=["329"],
    )
    category: Code | None = None
    kind: Literal["special", "at_risk"] | None = None
    assisted: bool | None = Field(
        None,
        description="Whether on the day a case is open in which an intervention has begun; for whoever receives cases",
    )
    without_case: bool | None = Field(
        None, description="Whether no case is open on the day; only for whoever receives cases"
    )
    without_intervention: bool | None = Field(
        None,
        description="Whether no intervention has begun by the day, in any case, open or closed: nothing was ever "
        "given. Only for whoever receives cases",
    )
    sex: Sex | None = None
    age_from: int | None = Field(None, ge=0, le=16, description="Completed years, at least")
    age_until: int | None = Field(None, ge=0, le=16, description="Completed years, below")
    changed_since: Moment | None = Field(
        None,
        description="Whose file (child, residences, circumstances, cases) was changed at this moment or later, the "
        "oldest change first. Whoever does not receive cases is told of changes in what they are shown, in this order "
        "with `q` too; an agency, whose reach follows from cases, is not. A change has the moment at which it began, "
        "and is seen when it is done: ask again from a minute before the last `changed_at` you saw. Who was withdrawn, "
        "or moved out of reach, is in no list: what you keep and have not met for long, ask for by id, and drop on 404",
        examples=["2020-12-31T08:00:00+07:00"],
    )

    def on_day(self, today: date) -> date | None:
        """The day asked about: none when every record is wanted."""
        dated = (
            *(self.commune, self.area, self.category, self.kind, self.assisted, self.without_case),
            *(self.without_intervention, self.age_from, self.age_until),
        )
        return self.on or (today if any(value is not None for value in dated) else None)

    def search(self) -> Search | None:
        """What `q` looks for; refuses another order than that of matches."""
        if self.q is None:
            return None
        if self.sort == "id":
            raise Refusal("invalid", "/sort")
        return search(self.q)

    def of_cases(self) -> list[str]:
        """What it asks that tells of cases."""
        told = ("assisted", "without_case", "without_intervention")
        return [name for name in told if getattr(self, name) is not None]


@router.get("", response_model=ChildPage)
@permits(Permission.READ_CHILDREN)
async def list_children(
    asked: Annotated[ChildFilter, Query()], reader: ReaderDep, asking: AskingDep, caller: CallerDep, today: Today
) -> Response:
    """Children on a day; without a day and a filter that needs one, every record."""
    on, sought = asked.on_day(today), asked.search()
    where = await maps.areas_asked(reader, asked.commune, asked.area, on or today)
    kind: str | None = asked.kind
    # An agency knows of its own part of the open cases: not when others began or ended theirs.
    if (told := asked.of_cases()) and (caller.role.reach == Reach.AGENCY or not caller.may(Permission.READ_CASES)):
        raise Refusal("filter_restricted", f"/{told[0]}")
    if asked.changed_since is not None and caller.role.reach == Reach.AGENCY:
        raise Refusal("filter_restricted", "/changed_since")
    if asked.category is not None:
        await reference.check_received(reader, asked.category, caller.role.sections)
        kind = await attainment.kind_of_category(reader, asked.category)
        if asked.kind not in (None, kind):
            raise Refusal("category_of_other_kind", "/category")
    wanted = children.Filter(
        on,
        where,
        asked.category,
        kind,
        asked.assisted,
        asked.sex,
        asked.age_from,
        asked.age_until,
        None if sought is None else sought.widest,
        asked.without_case,
        asked.without_intervention,
        asked.changed_since,
    )
    if asked.changed_since is not None and not caller.may(Permission.READ_CASES):
        if asked.sort is not None:
            raise Refusal("invalid", "/sort")
        moment, last = asked.after(datetime.fromisoformat, UUID)
        rows = await children.changes_shown(reader, asking, wanted, on or today, (moment, last), asked.limit)
        total = await children.number_of_changes_shown(reader, asking, wanted) if asked.count else None
        return asked.answer(rows, total)
    if sought is not None or asked.sort == "name":
        rank, behind = asked.after(int, UUID)
        rows = await names.children_by_name(reader, asking, wanted, sought, on or today, (rank, behind), asked.limit)
        return asked.answer(rows, await names.number_by_name(reader, asking, wanted, sought) if asked.count else None)
    if asked.changed_since is not None:
        moment, last = asked.after(datetime.fromisoformat, UUID)
        rows = await children.children_by_change(reader, asking, wanted, on or today, (moment, last), asked.limit)
    else:
        (after,) = asked.after(UUID)
        rows = await children.children(reader, asking, wanted, on or today, after, asked.limit)
    return asked.answer(rows, await children.number_of_children(reader, asking, wanted) if asked.count else None)


@router.post("", status_code=201, response_model=ChildRecord)
@permits(Permission.WRITE_CHILDREN)
async def create_child(body: ChildInput, session: SessionDep, today: Today) -> Response:
    """Register a child with its residence."""
    not_born_after(today, body.date_of_birth)
    check_received(session.info["caller"], body)
    area_id = await areas.commune_on(session, body.residence.commune, body.residence.from_, "/residence/commune")
    new_id = await children.begin(session, area_id, body.id)
    child = Child(**body.model_dump(exclude={"residence", "confirm_distinct"}) | {"id": new_id})
    session.add(child)
    await session.flush()  # the child before what hangs on it
    session.add(body.residence.of(child.id, area_id, "/residence/until"))
    answer = await posted(session, [child.id], today, children.CHILD, child)
    headers = {"ETag": await children.tag(session, child.id, 1), "Location": f"/v1/children/{child.id}"}
    return json_answer(answer, headers, 201)


@router.get("/{child_id}", response_model=ChildRecord)
@permits(Permission.READ_CHILDREN)
async def read_child(
    child_id: Identifier, request: Request, reader: ReaderDep, asking: AskingDep, caller: CallerDep
) -> Response:
    """A child with residences, circumstances and open cases."""
    version, record = await children.child(reader, asking, child_id)
    whole = version if caller.role.receives_everything else None
    return read_answer(request, seen(record) if whole is None else whole, record)


@router.patch("/{child_id}", response_model=ChildRecord)
@permits(Permission.WRITE_CHILDREN)
async def update_child(
    child_id: Identifier, precondition: preconditions.Required, body: ChildPatch, session: SessionDep, today: Today
) -> Response:
    """Change what the child is called, its sex, its birth, its numbers."""
    version = await children.lock(session, Permission.WRITE_CHILDREN, child_id, precondition)
    check_received(session.info["caller"], body)
    child = await session.get_one(Child, child_id)
    child.sqlmodel_update(body.model_dump(exclude_unset=True))
    if child.date_of_birth is not None:
        not_born_after(today, child.date_of_birth)
    answer = await posted(session, [child_id], today, children.CHILD, child)
    return json_answer(answer, {"ETag": await children.tag(session, child_id, version)})


@router.delete("/{child_id}", status_code=204)
@permits(Permission.WITHDRAW_CHILDREN)
async def delete_child(
    child_id: Identifier, precondition: preconditions.Required, session: SessionDep, today: Today
) -> None:
    """Withdraw a child that was registered by error. Its history stays."""
    await children.lock(session, Permission.WITHDRAW_CHILDREN, child_id, precondition)
    await session.delete(await session.get_one(Child, child_id))
    await ledger.post(session, [child_id], today)


def not_born_after(today: date, born: date) -> None:
    if born > today:
        raise Refusal("date_in_future", "/date_of_birth")
