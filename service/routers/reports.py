"""Reports that a child may be harmed: received with a receipt, passed on, found to be unfounded; and who informed."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from service import once, preconditions, routing
from service.access import permits
from service.clock import Now, Today
from service.database import AskingDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.calendar import day_of, midnight, months_later
from service.domain.refusal import Refusal
from service.doors import through
from service.preconditions import etag, read_answer, seen
from service.queries import areas, maps, reports
from service.queries.reports import youngest
from service.wire import (
    AreaCode,
    Confidential,
    Day,
    Identifier,
    Input,
    Internal,
    Moment,
    Name,
    Note,
    OfCase,
    Page,
    Place,
    Printable,
    Sensitive,
    absent,
    json_answer,
)

router = routing.router("/v1/case-reports", "reports")

Source = Literal["hotline_111", "police", "school", "health", "citizen", "commune", "other"]
Channel = Literal["phone", "direct", "other"]
Concern = Literal["abused", "at_risk", "special"]
Status = Literal["received", "passed_on", "linked", "unfounded"]
Sex = Literal["male", "female", "unknown"]
Reference = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=100), Printable
]
Phone = Annotated[str, StringConstraints(strict=True, pattern=r"^\+?[0-9][0-9 .()-]{2,29}$")]
CHILDREN = 20  # of one incident, at most
ADULT = 18 * 12  # months: who is said to be of 16 or 17 is reported all the same


class ReportedChildInput(Input):
    """A child of a report, as far as it is known. Nothing but the sex need be said, and that may be `unknown`."""

    child_id: Identifier | None = Field(None, description="Of the register, if the sender knows and reaches it")
    full_name: Name | None = None
    sex: Sex
    date_of_birth: Day | None = None
    estimated_age: int | None = Field(None, strict=True, ge=0, le=17, description="In completed years, on receipt")
    commune: AreaCode | None = Field(None, description="Where the child lives: the code on the day of receipt")
    father: Note | None = Field(None, description="Name, age, job")
    mother: Note | None = Field(None, description="Name, age, job")
    carer: Note | None = Field(None, description="Who cares for the child, and how the family lives")


class InformantInput(Input):
    """Who informed, if they agreed to be named. Kept apart from the report."""

    full_name: Name | None = None
    phone: Phone | None = None
    address: Note | None = None
    note: Note | None = None


class ReportInput(Input):
    """What form 01 asks for."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    reference: Reference | None = Field(
        None,
        description="What the sender calls it: the same reference again is answered by the first receipt",
        examples=["111-2020-004711"],
    )
    source: Source
    channel: Channel
    received_at: Moment = Field(
        description="When the first receiving place received it: the hours of the law run from then",
        examples=["2020-12-30T23:40:00+07:00"],
    )
    receiving_place: Name | None = Field(None, examples=["Tổng đài 111"])
    received_in: AreaCode | None = Field(
        None, description="The area of the receiving place, whose number the receipt has; the caller's own if absent"
    )
    commune: AreaCode = Field(description="Where it happened: the code on the day of receipt", examples=["12145"])
    place: Note | None = Field(None, description="Where there: a house, a school, a road")
    concern: Concern
    condition: Note | None = Field(None, description="How the child is now")
    likely_harm: Note | None = Field(None, description="What is likely without help")
    steps_taken: Note | None = None
    children: list[ReportedChildInput] = Field(min_length=1, max_length=CHILDREN)
    informant: InformantInput | None = Field(None, description="Only if they agreed; absent: anonymous")


class PassingOn(Input):
    """To the commune where it happened."""

    passed_on_at: Moment | None = Field(None, description="Now if absent", examples=["2020-12-30T23:55:00+07:00"])
    commune: AreaCode | None = Field(None, description="Where it happened, if elsewhere than the report says")


class Unfoundedness(Input):
    """Why there is nothing in it."""

    reason: Note = Field(examples=["Đã xác minh: không có trẻ em nào ở đó"])


class ReportReceipt(BaseModel):
    """What the sender of a report is told of it."""

    id: Confidential[Identifier]
    receipt: Confidential[str] = Field(
        description="Its number, year and receiving place", examples=["17/2020/BC-12145"]
    )
    reference: Confidential[str | None]
    status: Confidential[Status]
    received_at: Confidential[datetime]
    recorded_at: Confidential[datetime]
    passed_on_at: Confidential[datetime | None]


class ReportedChildRecord(BaseModel):
    """A child of a report, as it was told; who it is, and the case that came of it, as far as the caller meets them."""

    number: OfCase[int]
    child_id: OfCase[Identifier | None]
    case_id: OfCase[Identifier | None]
    linked: OfCase[bool] = Field(description="Whether a case came of it")
    full_name: OfCase[str | None]
    sex: OfCase[Sex]
    date_of_birth: OfCase[Day | None]
    estimated_age: OfCase[int | None]
    commune: OfCase[Place | None]
    father: OfCase[str | None]
    mother: OfCase[str | None]
    carer: OfCase[str | None]


class ReportSummary(BaseModel):
    """A report in a list: of whom it tells is read one by one."""

    id: OfCase[Identifier]
    receipt: OfCase[str] = Field(examples=["17/2020/BC-12145"])
    reference: OfCase[str | None]
    status: OfCase[Status]
    source: OfCase[Source]
    channel: OfCase[Channel]
    received_at: OfCase[datetime]
    commune: OfCase[Place]
    concern: OfCase[Concern]
    passed_on_at: OfCase[datetime | None]
    children: OfCase[int] = Field(description="How many it tells of")


class ReportRecord(BaseModel):
    """A report. Who informed is not in it."""

    id: OfCase[Identifier]
    receipt: OfCase[str] = Field(examples=["17/2020/BC-12145"])
    reference: OfCase[str | None]
    status: OfCase[Status]
    source: OfCase[Source]
    channel: OfCase[Channel]
    receiving_place: OfCase[str | None]
    received_at: OfCase[datetime]
    recorded_at: OfCase[datetime]
    commune: OfCase[Place]
    place: OfCase[str | None]
    concern: OfCase[Concern]
    condition: OfCase[str | None]
    likely_harm: OfCase[str | None]
    steps_taken: OfCase[str | None]
    anonymous: OfCase[bool] = Field(description="Whether nobody agreed to be named")
    passed_on_at: OfCase[datetime | None]
    unfounded_at: OfCase[datetime | None]
    unfounded_reason: OfCase[str | None]
    children: list[ReportedChildRecord] = Field(
        description="All of them where it happened; elsewhere, those who live there"
    )


class InformantRecord(BaseModel):
    """Who informed."""

    full_name: Sensitive[str | None]
    phone: Sensitive[str | None]
    address: Sensitive[str | None]
    note: Sensitive[str | None]


class ReportPage(BaseModel):
    """A page of reports, the latest received first."""

    items: list[ReportSummary]
    next: Internal[str | None]
    total: Internal[int | None] = None


class ReportFilter(Page):
    """Which reports."""

    commune: AreaCode | None = Field(None, description="Where it happened, on the map of today")
    area: AreaCode | None = Field(
        None, description="The same of an area of any level with all that lies in it; not with `commune`"
    )
    status: Status | None = None
    source: Source | None = Field(None, description="Only from this source")
    received_from: Day | None = Field(None, description="The first day of receipt")
    received_until: Day | None = Field(None, description="The first day of receipt that is no longer asked for")


@router.get("", response_model=ReportPage)
@permits(Permission.READ_REPORTS)
async def list_reports(
    asked: Annotated[ReportFilter, Query()], reader: ReaderDep, asking: AskingDep, today: Today
) -> Response:
    """Reports of what happened within reach, or to children who live there."""
    where = await maps.areas_asked(reader, asked.commune, asked.area, today)
    days = asked.received_from, asked.received_until
    first, until = (None if day is None else midnight(day) for day in days)
    wanted = reports.Filter(where, asked.status, asked.source, first, until)
    moment, last = asked.after(datetime.fromisoformat, UUID)
    rows = await reports.reports(reader, asking, wanted, (moment, last), asked.limit)
    return asked.answer(rows, await reports.number_of_reports(reader, asking, wanted) if asked.count else None)


@router.post("", status_code=201, response_model=ReportReceipt)
@permits(Permission.WRITE_REPORTS)
async def create_report(body: ReportInput, session: SessionDep, now: Now) -> Response:
    """Report that children may be harmed, wherever it happened."""
    not_in_future(body.received_at, now, "/received_at")
    day = day_of(body.received_at)
    for n, child in enumerate(body.children):
        check_age(child, day, f"/children/{n}")
    area_id = await areas.commune_on(session, body.commune, day, "/commune")
    told = body.model_dump(exclude={"commune", "children", "informant", "received_in", "id"}) | {
        "area_id": area_id,
        "received_at": body.received_at.astimezone(UTC),
    }
    children = [
        child.model_dump(exclude={"commune"}) | {"n": n, "residence_area_id": await home(session, child, day, n - 1)}
        for n, child in enumerate(body.children, 1)
    ]
    informant = body.informant.model_dump() if body.informant else None
    receiving = None
    if body.received_in is not None:
        receiving, _ = await areas.area_on(session, body.received_in, day, "/received_in")
    own = {"id": body.id, "recorded_at": now}
    receipt, repeated = await reports.receive(session, told, children, informant, receiving, own)
    report_id = orjson.loads(receipt)["id"]
    headers = {"ETag": etag(seen(receipt)), "Location": f"/v1/case-reports/{report_id}/receipt"}
    return json_answer(receipt, headers | ({once.REPLAYED: "true"} if repeated else {}), 201)


@router.get("/{report_id}", response_model=ReportRecord)
@permits(Permission.READ_REPORTS)
async def read_report(report_id: Identifier, request: Request, reader: ReaderDep, asking: AskingDep) -> Response:
    """A report with its children."""
    return read_answer(request, *await reports.report(reader, asking, report_id))


@router.get("/{report_id}/receipt", response_model=ReportReceipt)
@permits(Permission.WRITE_REPORTS)
async def read_report_receipt(
    report_id: Identifier, request: Request, reader: ReaderDep, asking: AskingDep
) -> Response:
    """What has become of a report that the caller's agency (or else the account) sent."""
    receipt = await reports.receipt(reader, asking, report_id)
    return read_answer(request, seen(receipt), receipt)


@router.get("/{report_id}/informant", response_model=InformantRecord)
@permits(Permission.READ_INFORMANTS)
async def read_informant(report_id: Identifier, request: Request, reader: ReaderDep, asking: AskingDep) -> Response:
    """Who informed, for the commune where it happened. On record with the children of the report."""
    record = await reports.informant(reader, asking, report_id)
    return read_answer(request, seen(record), record)


@router.post("/{report_id}/passing-on", response_model=ReportReceipt)
@permits(Permission.WRITE_REPORTS)
async def pass_on_report(
    report_id: Identifier, precondition: preconditions.Optional, body: PassingOn, session: SessionDep, now: Now
) -> Response:
    """Pass a report on to the commune where it happened. For who sent it, and who reads it: it may be elsewhere."""
    taken = await reports.lock_sent(session, report_id, precondition)
    report, at = taken.report, body.passed_on_at or now
    if report.unfounded_at is not None:
        raise Refusal("report_is_unfounded")
    if taken.linked:
        raise Refusal("report_is_linked")
    not_in_future(at, now, "/passed_on_at")
    if at < report.received_at:
        raise Refusal("passed_on_before_receipt", "/passed_on_at")
    before = report.area_id
    if body.commune is not None:
        report.area_id = await areas.commune_on(session, body.commune, day_of(report.received_at), "/commune")
    if report.passed_on_at is not None and report.area_id == before:
        raise Refusal("report_is_passed_on")
    report.passed_on_at = at
    await session.flush()
    receipt = str(await through(session, reports.RECEIPT, id=report_id))
    return json_answer(receipt, {"ETag": etag(seen(receipt))})


@router.post("/{report_id}/unfounded", response_model=ReportRecord)
@permits(Permission.WRITE_REPORTS)
async def find_report_unfounded(
    report_id: Identifier, precondition: preconditions.Optional, body: Unfoundedness, session: SessionDep, now: Now
) -> Response:
    """Find that there is nothing in a report. Where a case of it is open, that is decided in the case first."""
    taken = await reports.lock(session, report_id, precondition)
    report, reason = taken.report, body.reason
    if report.unfounded_at is not None:
        raise Refusal("report_is_unfounded")
    if taken.case_open:
        raise Refusal("report_is_linked")
    report.unfounded_at, report.unfounded_reason = now, reason
    await session.flush()
    return json_answer(str(await through(session, reports.REPORT, id=report_id)), {"ETag": etag(taken.version)})


def not_in_future(moment: datetime, now: datetime, pointer: str) -> None:
    if moment > now:
        raise Refusal("report_in_future", pointer)


def check_age(child: ReportedChildInput, day: date, pointer: str) -> None:
    """Who is reported was born by then and no adult, and an age that is said beside the day of birth is nearly that."""
    born = child.date_of_birth
    if born is None:
        return
    if born > day:
        raise Refusal("date_in_future", f"{pointer}/date_of_birth")
    if months_later(born, ADULT) <= day:
        raise Refusal("not_a_child", f"{pointer}/date_of_birth")
    age = day.year - born.year - (youngest(day, day.year - born.year) < born)
    if child.estimated_age is not None and abs(age - child.estimated_age) > 1:
        raise Refusal("age_contradicts_birth", f"{pointer}/estimated_age")


async def home(session: AsyncSession, child: ReportedChildInput, day: date, n: int) -> int | None:
    """The area in which a child of a report is said to live."""
    if child.commune is None:
        return None
    return await areas.commune_on(session, child.commune, day, f"/children/{n}/commune")
