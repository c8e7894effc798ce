"""The deadlines of a case: kept as its steps say, after each of them; and their pauses, which no step tells."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service import ledger
from service.domain.access import Permission
from service.domain.calendar import day_of
from service.domain.period import Period
from service.domain.procedure import clock
from service.domain.procedure.case_file import CaseFile as File
from service.domain.procedure.case_file import Part
from service.domain.procedure.clock import Rule
from service.domain.procedure.step import StepCode
from service.domain.procedure.tasks import Task, commune_in_charge, tasks
from service.domain.procedure.working_days import WorkingDays
from service.domain.refusal import Refusal
from service.doors import through
from service.models import CaseFile
from service.queries import cases

# The deadlines that a case has, the rules, and the calendar since a day.
KNOWN = text("""
SELECT (SELECT json_agg(d) FROM deadline d WHERE d.case_id = :case),
       (SELECT json_agg(r ORDER BY r.code, r.since NULLS FIRST) FROM (
            SELECT *, lower(during) AS since, upper(during) AS until FROM deadline_rule) r),
       (SELECT json_agg(h) FROM (SELECT day AS date, kind FROM holiday WHERE day >= :since) h)
""")
KEEP = text("""
INSERT INTO deadline (case_id, code, nth, starts_at, item, due_at, met_at, lifted_at, area_id, officer, source, rule)
SELECT :case, * FROM unnest(
    CAST(:code AS text[]), CAST(:nth AS integer[]), CAST(:starts_at AS timestamptz[]), CAST(:item AS uuid[]),
    CAST(:due_at AS timestamptz[]), CAST(:met_at AS timestamptz[]), CAST(:lifted_at AS timestamptz[]),
    CAST(:area_id AS integer[]), CAST(:officer AS uuid[]), CAST(:source AS text[]), CAST(:rule AS uuid[]))
ON CONFLICT ON CONSTRAINT deadline_once DO UPDATE
SET met_at = excluded.met_at, lifted_at = excluded.lifted_at, area_id = excluded.area_id, officer = excluded.officer
""")
REMOVE = text("DELETE FROM deadline WHERE id = ANY (:ids)")
PAUSE = text("UPDATE deadline SET paused_at = :at, pause_reason = :reason, due_at = :due_at WHERE id = :id")
IN_CHARGE = "reaches_one({asking}, CAST(:areas AS integer[]))"
WRITTEN = "written_deadline({asking}, :id, :at, :language)"

Row = dict[str, Any]  # as the database has it in JSON


class Key(NamedTuple):
    """Which deadline of a case it is."""

    code: str
    nth: int
    starts_at: datetime
    item: UUID | None


class Kept(NamedTuple):
    """What is kept of it. The due moment is written once."""

    due_at: datetime
    met_at: datetime | None
    lifted_at: datetime | None
    area_id: int
    officer: UUID | None
    source: str
    rule: UUID | None


async def keep(session: AsyncSession, case: CaseFile, file: File) -> None:
    """Brings the deadlines of a case that this transaction has taken to what its steps say, and writes what differs.

    A due moment that has begun stays, and so does a pause. Who is in charge of an open one is the commune whose part it
    is now, and the officer of the case; one that ended stays with those who were then.
    """
    await session.flush()
    begun = day_of(file.steps[0].occurred_at) if file.steps else date.max
    stored, versions, calendar = await _known(session, case, begun)
    known = {key_of(row): row for row in stored}
    wanted = wanted_of(file, case.officer, versions, known, calendar)
    gone = [UUID(row["id"]) for key, row in known.items() if key not in wanted]
    changed = {key: kept for key, kept in wanted.items() if key not in known or kept_of(known[key]) != kept}
    connection = await session.connection()
    if gone:
        await connection.execute(REMOVE, {"ids": gone})
    if changed:
        columns = zip(*((*key, *kept) for key, kept in changed.items()), strict=True)
        names = (*Key._fields, *Kept._fields)
        await connection.execute(KEEP, {"case": case.id} | dict(zip(names, map(list, columns), strict=True)))


async def pause(
    session: AsyncSession, case_id: UUID, deadline_id: UUID, at: datetime, reason: str, today: date
) -> None:
    """Stops the clock of a deadline, by who is in charge of it."""
    case, deadline, _ = await _taken(session, case_id, deadline_id)
    await _write_pause(session, case, deadline_id, deadline.paused(at, reason), today)


async def resume(session: AsyncSession, case_id: UUID, deadline_id: UUID, at: datetime, today: date) -> None:
    """Lets it go on with what was left, by the calendar as it is now."""
    case, deadline, calendar = await _taken(session, case_id, deadline_id)
    await _write_pause(session, case, deadline_id, deadline.resumed(at, calendar), today)


async def written(session: AsyncSession, deadline_id: UUID, at: datetime, language: str) -> str:
    """A deadline as the transaction leaves it."""
    return str(await through(session, WRITTEN, id=deadline_id, at=at, language=language))


def wanted_of(
    file: File, officer: UUID | None, versions: dict[str, Row], known: dict[Key, Row], calendar: WorkingDays
) -> dict[Key, Kept]:
    """The deadlines that a case has by the law and by its plans; `versions` of the rules by their ids."""
    rules = {rule_id: rule_of(row) for rule_id, row in versions.items()}
    ids = {rule: rule_id for rule_id, rule in rules.items()}
    frozen = [deadline_of(row, rules[row["rule"]]) for row in known.values() if row["source"] == "law"]
    found: dict[Key, Kept] = {}

    def put(key: Key, part: Part, due: clock.Deadline | Task, source: str, rule: UUID | None) -> None:
        ended = due.met_at or due.lifted_at
        former = known.get(key)
        whose = kept_of(former).officer if ended and former else officer
        in_charge = commune_in_charge(file, part, ended)
        found[key] = Kept(due.due_at, due.met_at, due.lifted_at, in_charge, whose, source, rule)

    for deadline in clock.deadlines(file, rules.values(), calendar, frozen):
        rule_id = ids[deadline.rule]
        key = Key(deadline.rule.code, deadline.nth, deadline.starts_at, None)
        put(key, Part(versions[rule_id]["part"]), deadline, "law", UUID(rule_id))
    for task in tasks(file):
        put(Key(task.code, 0, task.starts_at, task.item), Part.RESIDENCE, task, "plan", None)
    return found


async def _known(session: AsyncSession, case: CaseFile, begun: date) -> tuple[list[Row], dict[str, Row], WorkingDays]:
    """The deadlines of a case, the versions of the rules by their ids, and the calendar since a day's year began."""
    connection = await session.connection()
    asked = {"case": case.id, "since": date(begun.year, 1, 1)}
    stored, rules, holidays = (await connection.execute(KNOWN, asked)).one()
    return decoded(stored), rules_of(rules), calendar_of(holidays)


async def _taken(
    session: AsyncSession, case_id: UUID, deadline_id: UUID
) -> tuple[CaseFile, clock.Deadline, WorkingDays]:
    """A case that this transaction takes, and a deadline of it, if it is the law's and open, and the caller is in
    charge of it: what has ended is not made punctual by a pause."""
    case = await cases.lock(session, case_id, permission=Permission.TAKE_STEPS)
    stored, versions, calendar = await _known(session, case, case.opened_on)
    row = next((row for row in stored if row["id"] == str(deadline_id)), None)
    if row is None:
        raise Refusal("deadline_unknown")
    if not await through(session, IN_CHARGE, areas=[row["area_id"]]):
        raise Refusal("not_in_charge")
    if row["source"] == "plan":
        raise Refusal("deadline_not_pausable")
    if row["met_at"] or row["lifted_at"]:
        raise Refusal("deadline_not_running")
    return case, deadline_of(row, rule_of(versions[row["rule"]])), calendar


async def _write_pause(
    session: AsyncSession, case: CaseFile, deadline_id: UUID, deadline: clock.Deadline, today: date
) -> None:
    """What stands still is not missed meanwhile, so that the child may count otherwise."""
    await session.flush()
    said = {"at": deadline.paused_at, "reason": deadline.reason, "due_at": deadline.due_at}
    await (await session.connection()).execute(PAUSE, {"id": deadline_id} | said)
    await ledger.post(session, [case.child_id], today)


def decoded(rows: Any) -> list[Row]:
    """What `json_agg` answers, as text or as the driver decoded it; nothing where there is no row."""
    return (orjson.loads(rows) if isinstance(rows, str) else rows) or []


def rules_of(rows: Any) -> dict[str, Row]:
    """The versions of rules, by their ids."""
    return {row["id"]: row for row in decoded(rows)}


def calendar_of(rows: Any) -> WorkingDays:
    return WorkingDays.of(decoded(rows))


def moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def key_of(row: Row) -> Key:
    item = UUID(row["item"]) if row["item"] else None
    return Key(row["code"], row["nth"], datetime.fromisoformat(row["starts_at"]), item)


def kept_of(row: Row) -> Kept:
    due_at, area_id, source = datetime.fromisoformat(row["due_at"]), int(row["area_id"]), str(row["source"])
    officer, rule = (UUID(row[name]) if row[name] else None for name in ("officer", "rule"))
    return Kept(due_at, moment(row["met_at"]), moment(row["lifted_at"]), area_id, officer, source, rule)


def rule_of(row: Row) -> Rule:
    """A version of a rule."""
    return Rule(
        *(row["code"], row["kind"], Period(day(row["since"]), day(row["until"])), tuple(row["amounts"]), row["unit"]),
        *(frozenset(map(StepCode, row["starts"])), frozenset(map(StepCode, row["met_by"])), row["every"]),
        *(row["receipt"] or "first", row["concluded"]),
    )


def deadline_of(row: Row, rule: Rule) -> clock.Deadline:
    """A deadline of the law, as it was kept."""
    return clock.Deadline(
        *(rule, row["nth"], datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["due_at"])),
        *(moment(row["met_at"]), moment(row["lifted_at"]), moment(row["paused_at"]), row["pause_reason"]),
    )
