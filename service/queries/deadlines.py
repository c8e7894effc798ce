"""The deadlines of a case: what its steps say of them, against what is kept."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from service.domain.period import Period
from service.domain.procedure import clock
from service.domain.procedure.case_file import CaseFile as File
from service.domain.procedure.case_file import Part
from service.domain.procedure.clock import Rule
from service.domain.procedure.step import StepCode
from service.domain.procedure.tasks import Task, commune_in_charge, tasks
from service.domain.procedure.working_days import WorkingDays

Row = dict[str, Any]  # as the database has it in JSON


class Version(NamedTuple):
    """A version of a rule, and whose part it is to keep it."""

    rule: Rule
    part: Part


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


class Changes(NamedTuple):
    """The rows that are new or changed, and the ids of those that are gone."""

    put: list[Row]
    gone: list[str]


def changes(
    file: File, officer: UUID | None, versions: dict[str, Version], stored: list[Row], calendar: WorkingDays
) -> Changes:
    """What brings the deadlines of a case to what its steps say: what differs.

    A due moment that has begun stays, and so does a pause. Who is in charge of an open one is the commune whose part it
    is now, and the officer of the case; one that ended stays with those who were then.
    """
    known = {key_of(row): row for row in stored}
    wanted = wanted_of(file, officer, versions, known, calendar)
    put = [
        key._asdict() | kept._asdict()
        for key, kept in wanted.items()
        if key not in known or kept_of(known[key]) != kept
    ]
    return Changes(put, [row["id"] for key, row in known.items() if key not in wanted])


def wanted_of(
    file: File, officer: UUID | None, versions: dict[str, Version], known: dict[Key, Row], calendar: WorkingDays
) -> dict[Key, Kept]:
    """The deadlines that a case has by the law and by its plans; `versions` of the rules by their ids."""
    ids = {version.rule: rule_id for rule_id, version in versions.items()}
    frozen = [deadline_of(row, versions[row["rule"]].rule) for row in known.values() if row["source"] == "law"]
    found: dict[Key, Kept] = {}

    def put(key: Key, part: Part, due: clock.Deadline | Task, source: str, rule: UUID | None) -> None:
        ended = due.met_at or due.lifted_at
        former = known.get(key)
        whose = kept_of(former).officer if ended and former else officer
        in_charge = commune_in_charge(file, part, ended)
        found[key] = Kept(due.due_at, due.met_at, due.lifted_at, in_charge, whose, source, rule)

    for deadline in clock.deadlines(file, ids, calendar, frozen):
        rule_id = ids[deadline.rule]
        key = Key(deadline.rule.code, deadline.nth, deadline.starts_at, None)
        put(key, versions[rule_id].part, deadline, "law", UUID(rule_id))
    for task in tasks(file):
        put(Key(task.code, 0, task.starts_at, task.item), Part.RESIDENCE, task, "plan", None)
    return found


def decoded(rows: str | None) -> list[Row]:
    """What `json_agg` answers; nothing where there is no row."""
    return orjson.loads(rows) if rows else []


# Rules and calendar are read with every step, and hardly ever others than before.
@lru_cache(maxsize=8)
def rules_of(rows: str | None) -> dict[str, Version]:
    """The versions of rules, by their ids."""
    return {row["id"]: Version(rule_of(row), Part(row["part"])) for row in decoded(rows)}


@lru_cache(maxsize=8)
def calendar_of(rows: str | None) -> WorkingDays:
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
