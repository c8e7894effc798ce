"""A child of a report: its case, and who it is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Path, Response
from pydantic import Field
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service import ledger, preconditions, routing
from service.access import permits
from service.clock import Now, Today
from service.database import SessionDep
from service.domain.access import Permission
from service.domain.calendar import day_of
from service.domain.procedure.step import Report, Step, StepCode
from service.domain.refusal import Refusal
from service.doors import through
from service.models import CaseFile, CaseReport, CaseReportChild, Child, Circumstance, Person, Residence
from service.preconditions import etag
from service.queries import areas, in_hand, reports, steps
from service.routers.children import Precision, not_born_after
from service.routers.reports import CHILDREN, ReportRecord, Sex
from service.routers.residences import ResidenceInput
from service.wire import Day, Identifier, Input, Name, json_answer

router = routing.router("/v1/case-reports/{report_id}/children/{child_number}", "reports")

Number = Annotated[int, Path(ge=1, le=CHILDREN, description="Which child of the report, from 1")]
TAKES = Permission.TAKE_STEPS


class TakingUp(Input):
    """The open case that the report is of; or else a new one, of a child of the register or of one that is made."""

    case_id: Identifier | None = Field(None, description="Several reports may be of one case")
    child_id: Identifier | None = Field(
        None, description="Who it is; if absent, whom the report names, or a child who is registered as not identified"
    )


class Identification(Input):
    """Who a child is: `child_id` alone, or name and birth of one whom nobody has registered."""

    child_id: Identifier | None = Field(None, description="One who is registered: the case becomes that child's")
    full_name: Name | None = None
    sex: Sex | None = None
    date_of_birth: Day | None = None
    date_of_birth_precision: Precision = "day"
    residence: ResidenceInput | None = None


@router.post("/case", response_model=ReportRecord)
@permits(TAKES)
async def take_up_reported_child(
    report_id: Identifier,
    child_number: Number,
    precondition: preconditions.Optional,
    body: TakingUp,
    session: SessionDep,
    today: Today,
    now: Now,
) -> Response:
    """Link a child of a report to a case of protection: an open one, or a new one whose hours run from receipt."""
    await reports.check(session, TAKES, report_id, precondition)
    part = await reports.lock_child(session, TAKES, report_id, child_number, body.child_id, body.case_id)
    report, told = part.report, part.told
    if report.unfounded_at is not None:
        raise Refusal("report_is_unfounded")
    if told.case_id is not None:
        raise Refusal("reported_child_is_linked")
    if told.child_id is not None and told.child_id != part.child:
        raise Refusal("reported_child_is_another", "/case_id" if body.case_id else "/child_id")
    case = await session.get_one(CaseFile, body.case_id) if body.case_id else await opened(session, part)
    if case.kind != "protection":
        raise Refusal("case_not_protection", "/case_id")
    if case.closed_on is not None:
        raise Refusal("case_is_closed")
    if body.case_id is None:
        first = begun(session, report, await lives_in(session, part), now)
        await steps.take(session, await in_hand.hold(session, case.id), *first, today=today)
    told.child_id, told.case_id = part.child, case.id
    return await answered(session, report_id, part.version)


@router.post("/identification", response_model=ReportRecord)
@permits(TAKES)
async def identify_reported_child(
    report_id: Identifier,
    child_number: Number,
    precondition: preconditions.Optional,
    body: Identification,
    session: SessionDep,
    today: Today,
) -> Response:
    """Say who a child of a report is: somebody of the register, to whom its case moves, or a child new to it."""
    await reports.check(session, TAKES, report_id, precondition)
    if body.child_id is not None and body.model_fields_set == {"child_id"}:
        found = await reports.lock_identified(session, TAKES, report_id, child_number, body.child_id)
        await moved(session, found)
        await ledger.post(session, sorted({found.known, found.child or found.known}), today)
        return await answered(session, report_id, found.version)
    if body.child_id is not None or body.full_name is None or body.date_of_birth is None:
        raise Refusal("identity_missing", "/child_id" if body.child_id else "/full_name")
    not_born_after(today, body.date_of_birth)
    part = await reports.lock_child(session, TAKES, report_id, child_number, None, None)
    child = await session.get(Child, part.child)
    if child is None:
        raise Refusal("reported_child_not_registered")
    if child.identified:
        raise Refusal("reported_child_identified")
    named = body.model_dump(include={"full_name", "date_of_birth", "date_of_birth_precision"})
    child.sqlmodel_update(named | {"identified": True, "sex": body.sex or child.sex})
    if body.residence is not None:
        begins = body.residence.from_
        area_id = await areas.commune_on(session, body.residence.commune, begins, "/residence/commune")
        session.add(body.residence.of(child.id, area_id, "/residence/until"))
    await ledger.post(session, [child.id], today)
    return await answered(session, report_id, part.version)


async def opened(session: AsyncSession, part: reports.Part) -> CaseFile:
    """A new case of the child, who is registered as not identified where nobody knows who it is."""
    if await session.get(Child, part.child) is None:
        session.add(unidentified(part.child, part.told, part.report))
        await session.flush()  # the child before what hangs on it
    present = await reports.open_protection(session, part.child)
    if present is not None:
        raise Refusal("protection_case_open", case=str(present.id))
    case = CaseFile(child_id=part.child, kind="protection", opened_on=day_of(part.report.received_at))
    session.add(case)
    await session.flush()
    return case


def unidentified(child_id: UUID, told: CaseReportChild, report: CaseReport) -> Child:
    born, precision = told.date_of_birth, "day"
    if born is None:
        precision = "estimated"
        if told.estimated_age is not None:
            born = reports.youngest(day_of(report.received_at), told.estimated_age)
    return Child(
        id=child_id,
        full_name=told.full_name,
        sex=told.sex,
        date_of_birth=born,
        date_of_birth_precision=precision,
        identified=False,
    )


def begun(session: AsyncSession, report: CaseReport, residence: int | None, now: datetime) -> list[Step]:
    """The steps with which a case begins: the report, and its being passed on."""
    by: UUID = session.info["caller"].account_id
    moments = {StepCode.REPORT: report.received_at, StepCode.PASSING_ON: report.passed_on_at}
    content = {StepCode.REPORT: Report(report.area_id, residence)}
    return [Step(uuid4(), code, at, now, by, content.get(code)) for code, at in moments.items() if at is not None]


async def lives_in(session: AsyncSession, part: reports.Part) -> int | None:
    """Where the child lived on receipt: as the register knows, else as it was told."""
    there = select(Residence.area_id).where(
        Residence.child_id == part.child, col(Residence.during).contains(day_of(part.report.received_at))
    )
    return (await session.exec(there)).first() or part.told.residence_area_id


async def moved(session: AsyncSession, found: reports.Identified) -> None:
    """All that was recorded of a child whom nobody knew becomes the known one's, and its own record is withdrawn."""
    known = await session.get_one(Child, found.known)
    if known.date_of_birth is not None and known.date_of_birth > day_of(found.report.received_at):
        raise Refusal("child_born_later", "/child_id")
    if found.child is None or found.child == found.known:
        return
    stranger = await session.get_one(Child, found.child)
    if stranger.identified:
        raise Refusal("reported_child_identified")
    if await reports.open_protection(session, stranger.id) is not None:
        present = await reports.open_protection(session, known.id)
        if present is not None:
            raise Refusal("protection_case_open", "/child_id", case=str(present.id))
    for table in (CaseFile, Circumstance):
        for record in await session.exec(select(table).where(table.child_id == stranger.id)):
            record.child_id = known.id
            if isinstance(record, CaseFile):
                record.version += 1
    for person in await session.exec(
        select(Person).where(or_(Person.child_id == stranger.id, Person.sibling_id == stranger.id))
    ):
        if {person.child_id, person.sibling_id} == {stranger.id, known.id}:  # siblings that are one child
            await session.delete(person)
        elif person.child_id == stranger.id:
            person.child_id = known.id
        else:
            person.sibling_id = known.id
    await session.flush()  # what is moved is no longer withdrawn with the record
    await session.delete(stranger)


async def answered(session: AsyncSession, report_id: UUID, version: int) -> Response:
    """The report as the transaction leaves it."""
    await session.flush()
    return json_answer(str(await through(session, reports.REPORT, id=report_id)), {"ETag": etag(version)})
