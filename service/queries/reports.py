"""Reports that a child may be harmed: received, listed, read; and taken for a change, alone or with a child."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.doors import ASKING, ASKING_NAMED, Asking, through
from service.models import CaseFile, CaseReport, CaseReportChild
from service.preconditions import IfMatch, seen

REPORT = "written_report({asking}, :id, false)"
RECEIPT = "written_report({asking}, :id, true)"

ONE = f"SELECT version, record FROM read_report({ASKING}, $6)"
OWN = f"SELECT read_receipt({ASKING}, $6)"
INFORMANT = f"SELECT record FROM read_informant({ASKING}, $6)"
FILTER = ", ".join(f"${number}" for number in range(6, 11))
LIST = f"SELECT item, received_at, id FROM list_reports({ASKING}, {FILTER}, $11, $12, $13)"
COUNT = f"SELECT count_reports({ASKING}, {FILTER})"

RECEIVE = text(f"""
    SELECT outcome, of_child, record FROM receive_report({ASKING_NAMED}, CAST(:told AS jsonb), CAST(:children AS jsonb),
                                                         CAST(:informant AS jsonb), CAST(:receiving_area AS integer))
""")
TAKE = text(f"""
    SELECT version, receipt, linked, case_open FROM take_report({ASKING_NAMED}, :permission, :report, :or_sent)
""")
VERSION = "report_version({asking}, :permission, :report)"
TAKE_CHILD = text(f"""
    SELECT version, part, child
    FROM take_reported_child({ASKING_NAMED}, :permission, :report, :number, CAST(:child AS uuid), CAST(:case AS uuid))
""")
TAKE_IDENTIFIED = text(f"""
    SELECT version, part, child, known
    FROM take_identified_child({ASKING_NAMED}, :permission, :report, :number, :child)
""")


class Filter(NamedTuple):
    """Which reports: of what happened in one of the `areas` of records."""

    areas: list[int] | None
    status: str | None
    source: str | None
    received_from: datetime | None
    received_until: datetime | None


async def reports(
    reader: Reader, asking: Asking, wanted: Filter, after: tuple[datetime | None, UUID | None], limit: int
) -> list[asyncpg.Record]:
    """Item, moment of receipt and id, the latest first; one row more than the limit."""
    return await reader.fetch(LIST, *asking, *wanted, *after, limit)


async def number_of_reports(reader: Reader, asking: Asking, wanted: Filter) -> int:
    number: int = await reader.fetchval(COUNT, *asking, *wanted)
    return number


async def report(reader: Reader, asking: Asking, report_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE, *asking, report_id)
    if found is None:
        raise Refusal("report_unknown")
    return found[0], found[1]


async def receipt(reader: Reader, asking: Asking, report_id: UUID) -> str:
    found: str | None = await reader.fetchval(OWN, *asking, report_id)
    if found is None:
        raise Refusal("report_unknown")
    return found


async def informant(reader: Reader, asking: Asking, report_id: UUID) -> str:
    found = await reader.fetchrow(INFORMANT, *asking, report_id)
    if found is None:
        raise Refusal("report_unknown")
    if found[0] is None:
        raise Refusal("informant_unknown")
    record: str = found[0]
    return record


class Received(NamedTuple):
    """What the sender is told, and whether it was told the same before."""

    receipt: str
    repeated: bool


async def receive(
    session: AsyncSession,
    told: dict[str, Any],
    children: list[dict[str, Any]],
    informant: dict[str, Any] | None,
    receiving_area: int | None,
    own: dict[str, Any],
) -> Received:
    """One report for each reference of a sender, numbered without a gap. `own`: what may differ if it is sent again."""
    said = sha256(orjson.dumps([told, children], default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
    asked = session.info["asking"]._asdict() | {
        "told": orjson.dumps(told | own | {"said": rf"\x{said}"}, default=str).decode(),
        "children": orjson.dumps(children, default=str).decode(),
        "informant": None if informant is None else orjson.dumps(informant).decode(),
        "receiving_area": receiving_area,
    }
    outcome, of_child, record = (await (await session.connection()).execute(RECEIVE, asked)).one()
    match outcome:
        case "received" | "repeated":
            return Received(record, outcome == "repeated")
        case "other":
            raise Refusal("case_report_reference_taken", "/reference")
        case "area_out_of_reach":
            raise Refusal("area_out_of_reach", "/received_in")
    raise Refusal("child_unknown", f"/children/{of_child - 1}/child_id", children[of_child - 1]["child_id"])


class Taken(NamedTuple):
    """A report that is about to be changed: its new version, and whether cases came of it."""

    report: CaseReport
    version: int
    linked: bool
    case_open: bool


async def lock(session: AsyncSession, report_id: UUID, precondition: IfMatch) -> Taken:
    """Take a report that the caller reads, for this transaction, which changes it."""
    taken = await _take(session, report_id, or_sent=False)
    precondition.check(taken.version - 1)
    return Taken(await _report(session, report_id), taken.version, taken.linked, taken.case_open)


async def lock_sent(session: AsyncSession, report_id: UUID, precondition: IfMatch) -> Taken:
    """The same of one that the caller sent, or reads. Who sent it has the receipt's tag."""
    taken = await _take(session, report_id, or_sent=True)
    precondition.check(seen(taken.receipt))
    return Taken(await _report(session, report_id), taken.version, taken.linked, taken.case_open)


async def _take(session: AsyncSession, report_id: UUID, *, or_sent: bool) -> Any:
    asked = {"permission": Permission.WRITE_REPORTS, "report": report_id, "or_sent": or_sent}
    found = await _through(session, TAKE, asked)
    if found is None:
        raise Refusal("report_unknown")
    return found


async def _through(session: AsyncSession, door: Any, asked: dict[str, Any]) -> Any:
    """The row that a door answers, or None."""
    connection = await session.connection()
    return (await connection.execute(door, session.info["asking"]._asdict() | asked)).one_or_none()


async def _report(session: AsyncSession, report_id: UUID) -> CaseReport:
    return await session.get_one(CaseReport, report_id)


async def check(session: AsyncSession, permission: Permission, report_id: UUID, precondition: IfMatch) -> None:
    """Refuses a report that the caller does not read, or has read in another version. Nobody changes it meanwhile."""
    version = await through(session, VERSION, permission=permission, report=report_id)
    if not isinstance(version, int):
        raise Refusal("report_unknown")
    precondition.check(version)


class Part(NamedTuple):
    """A child of a report that is about to be changed: what was told, and who of the register it is (or will be)."""

    report: CaseReport
    version: int
    told: CaseReportChild
    child: UUID


async def lock_child(
    session: AsyncSession,
    permission: Permission,
    report_id: UUID,
    number: int,
    as_child: UUID | None,
    of_case: UUID | None,
) -> Part:
    """Take a report with one of its children, who is said to be a child of the register, or the child of a case."""
    asked = {"permission": permission, "report": report_id, "number": number, "child": as_child, "case": of_case}
    found = await _through(session, TAKE_CHILD, asked)
    if found is None:
        raise Refusal("report_unknown")
    if found.part is None:
        raise Refusal("reported_child_unknown")
    if found.child is None:
        raise Refusal("case_unknown", "/case_id") if of_case else Refusal("child_unknown", "/child_id", as_child)
    told = await session.get_one(CaseReportChild, found.part)
    return Part(await _report(session, report_id), found.version, told, found.child)


class Identified(NamedTuple):
    """A child of a report, and who it turns out to be. `child`: as whom it was registered, if it was."""

    report: CaseReport
    version: int
    child: UUID | None
    known: UUID


async def lock_identified(
    session: AsyncSession, permission: Permission, report_id: UUID, number: int, known: UUID
) -> Identified:
    """Take a report with one of its children and the one of the register that it turns out to be."""
    asked = {"permission": permission, "report": report_id, "number": number, "child": known}
    found = await _through(session, TAKE_IDENTIFIED, asked)
    if found is None:
        raise Refusal("report_unknown")
    if found.part is None:
        raise Refusal("reported_child_unknown")
    if found.known is None:
        raise Refusal("child_unknown", "/child_id", known)
    return Identified(await _report(session, report_id), found.version, found.child, found.known)


async def open_protection(session: AsyncSession, child_id: UUID) -> CaseFile | None:
    """The open protection case of a child that this transaction has taken."""
    wanted = select(CaseFile).where(
        CaseFile.child_id == child_id, CaseFile.kind == "protection", col(CaseFile.closed_on).is_(None)
    )
    return (await session.exec(wanted.order_by(col(CaseFile.opened_on), col(CaseFile.id)))).first()


def youngest(received_on: date, age: int) -> date:
    """The day of birth of who was said to be of an age: the latest, so that nobody ceases to be a child early."""
    try:
        return received_on.replace(year=received_on.year - age)
    except ValueError:
        return received_on.replace(year=received_on.year - age, day=28)
