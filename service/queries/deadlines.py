"""The deadlines of a case: kept as its steps say, after each of them."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.domain.calendar import day_of
from service.domain.period import Period
from service.domain.procedure import clock
from service.domain.procedure.case_file import CaseFile as File
from service.domain.procedure.case_file import Part
from service.domain.procedure.clock import Rule
from service.domain.procedure.step import StepCode
from service.domain.procedure.tasks import Task, commune_in_charge, tasks
from service.domain.procedure.working_days import WorkingDays
from service.models import CaseFile

# The deadlines that a case has, the rules for its kind, and the calendar since a day.
KNOWN = text("""
SELECT (SELECT json_agg(d) FROM deadline d WHERE d.case_id = :case),
       (SELECT json_agg(r ORDER BY r.code, r.since NULLS FIRST) FROM (
            SELECT *, lower(during) AS since, upper(during) AS until FROM deadline_rule WHERE kind = :kind) r),
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
    connection = await session.connection()
    since = date(day_of(file.steps[0].occurred_at).year if file.steps else 9999, 1, 1)
    asked = {"case": case.id, "kind": file.kind, "since": since}
    stored, rules, holidays = (await connection.execute(KNOWN, asked)).one()
    versions = {row["id"]: row for row in decoded(rules)}
    known = {key_of(row): row for row in decoded(stored)}
    wanted = wanted_of(case, file, versions, known, WorkingDays.of(decoded(holidays)))
    gone = [UUID(row["id"]) for key, row in known.items() if key not in wanted]
    changed = {key: kept for key, kept in wanted.items() if key not in known or kept_of(known[key]) != kept}
    if gone:
        await connection.execute(REMOVE, {"ids": gone})
    if changed:
        columns = zip(*((*key, *kept) for key, kept in changed.items()), strict=True)
        names = (*Key._fields, *Kept._fields)
        await connection.execute(KEEP, {"case": case.id} | dict(zip(names, map(list, columns), strict=True)))


def wanted_of(
    case: CaseFile,
    file: File,
    versions: dict[str, dict[str, Any]],
    known: dict[Key, dict[str, Any]],
    calendar: WorkingDays,
) -> dict[Key, Kept]:
    """The deadlines that a case has by the law and by its plans; `versions` of the rules by their ids."""
    rules = {rule_id: rule_of(row) for rule_id, row in versions.items()}
    ids = {rule: rule_id for rule_id, rule in rules.items()}
    frozen = [deadline_of(row, rules[row["rule"]]) for row in known.values() if row["source"] == "law"]
    found: dict[Key, Kept] = {}

    def put(key: Key, part: Part, due: clock.Deadline | Task, source: str, rule: UUID | None) -> None:
        ended = due.met_at or due.lifted_at
        former = known.get(key)
        officer = UUID(former["officer"]) if former and former["officer"] else None
        officer = officer if ended and former else case.officer
        in_charge = commune_in_charge(file, part, ended)
        found[key] = Kept(due.due_at, due.met_at, due.lifted_at, in_charge, officer, source, rule)

    for deadline in clock.deadlines(file, rules.values(), calendar, frozen):
        rule_id = ids[deadline.rule]
        key = Key(deadline.rule.code, deadline.nth, deadline.starts_at, None)
        put(key, Part(versions[rule_id]["part"]), deadline, "law", UUID(rule_id))
    for task in tasks(file):
        put(Key(task.code, 0, task.starts_at, task.item), Part.RESIDENCE, task, "plan", None)
    return found


def decoded(rows: Any) -> list[dict[str, Any]]:
    """What `json_agg` answers, as text or as the driver decoded it; nothing where there is no row."""
    return (orjson.loads(rows) if isinstance(rows, str) else rows) or []


def moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def key_of(row: dict[str, Any]) -> Key:
    item = UUID(row["item"]) if row["item"] else None
    return Key(row["code"], row["nth"], datetime.fromisoformat(row["starts_at"]), item)


def kept_of(row: dict[str, Any]) -> Kept:
    due_at, area_id, source = datetime.fromisoformat(row["due_at"]), int(row["area_id"]), str(row["source"])
    officer, rule = (UUID(row[name]) if row[name] else None for name in ("officer", "rule"))
    return Kept(due_at, moment(row["met_at"]), moment(row["lifted_at"]), area_id, officer, source, rule)


def rule_of(row: dict[str, Any]) -> Rule:
    """A version of a rule, as the database has it in JSON."""
    return Rule(
        *(row["code"], row["kind"], Period(day(row["since"]), day(row["until"])), tuple(row["amounts"]), row["unit"]),
        *(frozenset(map(StepCode, row["starts"])), frozenset(map(StepCode, row["met_by"])), row["every"]),
        *(row["receipt"] or "first", row["concluded"]),
    )


def deadline_of(row: dict[str, Any], rule: Rule) -> clock.Deadline:
    """A deadline of the law, as it was kept."""
    return clock.Deadline(
        *(rule, row["nth"], datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["due_at"])),
        *(moment(row["met_at"]), moment(row["lifted_at"]), moment(row["paused_at"]), row["pause_reason"]),
    )
