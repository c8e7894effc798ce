"""The same records in the tables: written as the service writes them, and posted."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple
from datetime import date
from uuid import UUID

import asyncpg

from tests.ledger.records import (
    Case,
    Child,
    Circumstance,
    Deadline,
    History,
    Intervention,
    Record,
    Residence,
    Site,
    Stage,
    Turn,
)
from tests.ledger.reference import CHOOSING, Rule

MAP = date(2018, 6, 30)  # every commune of these tests is on the map of this day
POSTED_ON = date(2020, 12, 31)
EMPTY = History()
Step = Sequence[History]  # the register after each of the changes that are posted together

AREA = f"(SELECT area_id FROM area_version WHERE code = %s AND during @> date '{MAP}')"
DURING = "daterange($4, $5)"
ITS_SOURCE = """CASE WHEN $6::timestamptz IS NOT NULL THEN 'a reason' END,
    CASE $7::text WHEN 'law' THEN (SELECT id FROM deadline_rule LIMIT 1) END, CASE $7 WHEN 'plan' THEN $1::uuid END"""
INSERT = {
    Child: "INSERT INTO child (id, sex, date_of_birth, full_name) VALUES ($1, $2, $3, 'Nguyễn Văn An')",
    Residence: f"INSERT INTO residence (id, child_id, area_id, during) VALUES ($1, $2, {AREA % '$3'}, {DURING})",
    Circumstance: f"INSERT INTO circumstance (id, child_id, category_code, during) VALUES ($1, $2, $3, {DURING})",
    Case: "INSERT INTO case_file (id, child_id, opened_on, closed_on, kind) VALUES ($1, $2, $3, $4, $5)",
    Turn: "WITH led AS (UPDATE case_file SET stage = 'received' WHERE id = $2) "
    "INSERT INTO case_step (id, case_id, occurred_at, code, recorded_at, actor) "
    "VALUES ($1, $2, $3, $4, 'infinity', $1)",
    Intervention: "INSERT INTO intervention (id, case_id, started_on, ended_on, measure_code) "
    "VALUES ($1, $2, $3, $4, $5)",
    Deadline: "INSERT INTO deadline (id, case_id, due_at, met_at, lifted_at, paused_at, source, pause_reason, rule, "
    "item, code, nth, starts_at, area_id) "
    f"SELECT $1, $2, $3, $4, $5, $6, $7, {ITS_SOURCE}, 'plan', hashtext($1::text), '2015-01-01', min(id) FROM area",
    Site: f"INSERT INTO site (id, area_id) VALUES ($1, {AREA % '$2'})",
    Stage: f"INSERT INTO site_stage (id, site_id, stage, during) VALUES ($1, $2, $3, {DURING})",
}
UPDATE = {
    Child: "UPDATE child SET sex = $2, date_of_birth = $3 WHERE id = $1",
    Residence: f"UPDATE residence SET child_id = $2, area_id = {AREA % '$3'}, during = {DURING} WHERE id = $1",
    Circumstance: f"UPDATE circumstance SET child_id = $2, category_code = $3, during = {DURING} WHERE id = $1",
    Case: "UPDATE case_file SET child_id = $2, opened_on = $3, closed_on = $4, kind = $5 WHERE id = $1",
    Turn: "UPDATE case_step SET case_id = $2, occurred_at = $3, code = $4 WHERE id = $1",
    Intervention: "UPDATE intervention SET case_id = $2, started_on = $3, ended_on = $4, measure_code = $5 "
    "WHERE id = $1",
    Deadline: "UPDATE deadline SET case_id = $2, due_at = $3, met_at = $4, lifted_at = $5, paused_at = $6, "
    f"source = $7, (pause_reason, rule, item) = ROW({ITS_SOURCE}) WHERE id = $1",
    Site: f"UPDATE site SET area_id = {AREA % '$2'} WHERE id = $1",
    Stage: f"UPDATE site_stage SET site_id = $2, stage = $3, during = {DURING} WHERE id = $1",
}
TABLE = {
    Child: "child",
    Residence: "residence",
    Circumstance: "circumstance",
    Case: "case_file",
    Turn: "case_step",
    Intervention: "intervention",
    Deadline: "deadline",
    Site: "site",
    Stage: "site_stage",
}


DRAFT = """
INSERT INTO counting_rule (id, programme_code, number, name_vi, name_en, categories, case_kinds, assisting_measures,
                           drafted_by, drafted_at)
SELECT $1, code, $1, 'Chọn', 'Choosing', $2, $3, $4, 'officer', now() FROM programme WHERE code = 'hung-yen-2016-2020'
"""
ADOPT = "UPDATE counting_rule SET state = 'adopted', adopted_from = '2016-01-01' WHERE id = $1"


async def draft(connection: asyncpg.Connection, rule: Rule) -> None:
    chosen = (rule.categories, rule.case_kinds, rule.measures)
    await connection.execute(DRAFT, rule.id, *(sorted(codes) if codes else None for codes in chosen))
    bands = [(rule.id, code, ages.start, ages.stop) for code, ages in rule.age_bands]
    await connection.executemany("INSERT INTO age_band VALUES ($1, $2, $3, $4)", bands)


async def adopt(connection: asyncpg.Connection, rule: Rule) -> None:
    """Of a ledger in which there is nothing yet that would have to be posted."""
    await draft(connection, rule)
    await connection.execute(ADOPT, rule.id)


def ends_earlier(record: Record, old: Record) -> bool:
    """Makes room for another record, so it is written first."""
    return (getattr(record, "until", None) or date.max) < (getattr(old, "until", None) or date.max)


def starts_later(record: Record, old: Record) -> bool:
    return getattr(record, "start", date.min) > getattr(old, "start", date.min)


@asynccontextmanager
async def undone(connection: asyncpg.Connection, *, adopted: bool = True) -> AsyncIterator[None]:
    """What happens inside has not happened afterwards. Two rules count (unless it is to be adopted inside), and the
    second one chooses."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("TRUNCATE page, total_page")  # what earlier examples wrote and undid still takes room
        if adopted:
            await adopt(connection, CHOOSING)
        yield
    finally:
        await transaction.rollback()


async def change(connection: asyncpg.Connection, before: History, after: History) -> set[UUID]:
    """Deletes, updates and inserts what is different. Answers the children and sites that this says something about."""
    old, new = before.records(), after.records()
    gone = [record for key, record in old.items() if key not in new]
    changed = [record for key, record in new.items() if key in old and old[key] != record]
    fresh = [record for key, record in new.items() if key not in old]
    for record in reversed(gone):
        await connection.execute(f"DELETE FROM {TABLE[type(record)]} WHERE id = $1", record.id)
    for record in sorted(changed, key=lambda r: not (ends_earlier(r, old[r.id]) or starts_later(r, old[r.id]))):
        await connection.execute(UPDATE[type(record)], *astuple(record))
    for record in fresh:
        await connection.execute(INSERT[type(record)], *astuple(record))
    return {after.subject(r) for r in (*changed, *fresh)} | {before.subject(r) for r in gone}


async def write(connection: asyncpg.Connection, before: History, *afters: History) -> list[UUID]:
    """One change after the other. Answers whom to post, in key order."""
    subjects = set()
    for after in afters:
        subjects |= await change(connection, before, after)
        before = after
    return sorted(subjects)


async def post(connection: asyncpg.Connection, subjects: Iterable[UUID], day: date = POSTED_ON) -> int | None:
    return await connection.fetchval("SELECT ledger_post($1::uuid[], $2, 'test', 'test')", list(subjects), day)


async def enter(connection: asyncpg.Connection, story: Iterable[Step], before: History = EMPTY) -> History:
    """Writes and posts one step after the other. Answers how the register ends."""
    for step in story:
        await post(connection, await write(connection, before, *step))
        before = step[-1]
    return before
