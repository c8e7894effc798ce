"""The case that a transaction has in hand: all that a step is judged by is read in one statement, and what comes of it
is kept in one, with its posting (service/doors/steps.sql)."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.domain.access import Permission
from service.domain.procedure.case_file import Kind
from service.domain.procedure.working_days import WorkingDays
from service.domain.refusal import Refusal
from service.doors import ASKING_NAMED, Asking
from service.queries.deadlines import Row, Version, calendar_of, rules_of

COLUMNS = "record, rules, holidays"
TAKE = text(f"SELECT {COLUMNS} FROM take_case({ASKING_NAMED}, :permission, :case)")
HOLD = text(f"SELECT {COLUMNS} FROM hold_case({ASKING_NAMED}, :case)")
KEEP = "keep_case(CAST(:kept AS jsonb))"
POST = f"ledger_post(ARRAY[{KEEP}], CAST(:day AS date), :actor, :action)"
KEPT = text(f"SELECT {KEEP}")
POSTED = text(f"SELECT {POST}")
SHOWN = text(f"WITH posting AS MATERIALIZED (SELECT {POST}) SELECT written({ASKING_NAMED}, 'file', :case) FROM posting")


@dataclass
class Case:
    """How a case stands: its row (service.models.CaseFile)."""

    id: UUID
    child_id: UUID
    kind: Kind
    opened_on: date
    closed_on: date | None
    outcome: str | None
    reason: str | None
    previous_case_id: UUID | None
    version: int
    officer: UUID | None
    stage: str | None
    incident_area_id: int | None
    residence_area_id: int | None
    risk: str | None


@dataclass(frozen=True)
class InHand:
    """A case, its child's day of birth, and the steps (also those withdrawn) and deadlines that it has; of the places
    that its steps name, those that the caller reaches; and the rules and the calendar of the clock."""

    case: Case
    born: date | None
    steps: list[Row]
    deadlines: list[Row]
    reached: frozenset[int]
    rules: dict[str, Version]
    calendar: WorkingDays


@dataclass
class Outcome:
    """What is to be kept of a case beside how it stands: steps that are new, and the one that is withdrawn; deadlines
    that are new or changed, and (by their ids) those that are gone; of the measures ever `planned`, those given."""

    steps: list[Row] = field(default_factory=list)
    withdrawn: UUID | None = None
    withdrawn_at: datetime | None = None
    deadlines: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    given: list[Row] = field(default_factory=list)
    planned: list[UUID] = field(default_factory=list)


CASE, OUTCOME = ([each.name for each in fields(kind)] for kind in (Case, Outcome))


async def take(session: AsyncSession, case_id: UUID, permission: Permission) -> InHand:
    """Take the case, and its child before it, for this transaction, which changes both files."""
    connection = await session.connection()
    asked = session.info["asking"]._asdict() | {"permission": permission, "case": case_id}
    found = (await connection.execute(TAKE, asked)).one_or_none()
    if found is None:
        raise Refusal("case_unknown")
    held = in_hand(*found)
    held.case.version += 1
    return held


async def hold(session: AsyncSession, case_id: UUID) -> InHand:
    """A case whose child this transaction has taken already, or made."""
    await session.flush()
    connection = await session.connection()
    return in_hand(*(await connection.execute(HOLD, session.info["asking"]._asdict() | {"case": case_id})).one())


def in_hand(record: str, rules: str | None, holidays: str | None) -> InHand:
    """From the JSON of the door."""
    told = orjson.loads(record)
    born = told["born"] and date.fromisoformat(told["born"])
    reached = frozenset(told["reached"])
    clock = rules_of(rules), calendar_of(holidays)
    return InHand(case_of(told["case"]), born, told["steps"] or [], told["deadlines"] or [], reached, *clock)


def case_of(row: Row) -> Case:
    ids = {name: row[name] and UUID(row[name]) for name in ("id", "child_id", "previous_case_id", "officer")}
    days = {name: row[name] and date.fromisoformat(row[name]) for name in ("opened_on", "closed_on")}
    return Case(**{name: row[name] for name in CASE} | ids | days)


async def keep(session: AsyncSession, held: InHand, outcome: Outcome) -> None:
    """Writes how the case stands, and what came of it. Whoever writes more posts it then."""
    await (await session.connection()).execute(KEPT, {"kept": kept(held, outcome)})


async def keep_and_post(session: AsyncSession, held: InHand, outcome: Outcome, day: date) -> None:
    """The same, last in the transaction: and brings the ledger to it."""
    await (await session.connection()).execute(POSTED, posting(session, held, outcome, day))


async def keep_post_and_show(session: AsyncSession, held: InHand, outcome: Outcome, day: date) -> str:
    """The same, and what the file is folded from then, in JSON."""
    asked = posting(session, held, outcome, day) | {"case": held.case.id}
    told: str = (await (await session.connection()).execute(SHOWN, asked)).scalar_one()
    return told


def kept(held: InHand, outcome: Outcome) -> str:
    return orjson.dumps({"case": held.case} | {name: getattr(outcome, name) for name in OUTCOME}).decode()


def posting(session: AsyncSession, held: InHand, outcome: Outcome, day: date) -> dict[str, Any]:
    asking: Asking = session.info["asking"]
    by = {"day": day, "actor": session.info["caller"].account_name}
    return asking._asdict() | by | {"kept": kept(held, outcome)}
