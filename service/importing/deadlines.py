"""The deadlines of cases from their steps: by the rules and the calendar of the register, but for what a file says of
due moments that were frozen, and of pauses."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from service.domain.procedure.step import Step
from service.domain.refusal import Refusal
from service.importing.faults import Fault
from service.queries.deadlines import Kept, Key, Row, calendar_of, decoded, key_of, moment, rules_of, wanted_of
from service.queries.step_contents import step_of
from service.queries.steps import begun, folded

NAME = "deadlines.csv"
AT_ONCE = 2000  # cases
RULES = """
SELECT json_agg(r ORDER BY r.code, r.since NULLS FIRST)
FROM (SELECT *, lower(during) AS since, upper(during) AS until FROM deadline_rule) r
"""
HOLIDAYS = "SELECT json_agg(h) FROM (SELECT day AS date, kind FROM holiday) h"
CASES = """
SELECT f.id, f.kind, c.date_of_birth,
       (SELECT json_agg(s) FROM case_step s WHERE s.case_id = f.id AND s.withdrawn_at IS NULL) AS steps,
       (SELECT json_agg(d) FROM placed_deadlines d WHERE d.case_id = f.id) AS known
FROM case_file f JOIN child c ON c.id = f.child_id WHERE f.stage IS NOT NULL ORDER BY f.id
"""
INSERT = """
INSERT INTO deadline (id, case_id, code, nth, starts_at, item, due_at, met_at, lifted_at, area_id, source, rule,
                      paused_at, pause_reason)
SELECT coalesce(id, uuidv7()), case_id, code, nth, starts_at, item, due_at, met_at, lifted_at, area_id, source, rule,
       paused_at, pause_reason
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::timestamptz[], $6::uuid[], $7::timestamptz[],
            $8::timestamptz[], $9::timestamptz[], $10::integer[], $11::text[], $12::uuid[], $13::timestamptz[],
            $14::text[])
     AS t (id, case_id, code, nth, starts_at, item, due_at, met_at, lifted_at, area_id, source, rule, paused_at,
           pause_reason)
"""


class Made(NamedTuple):
    """A row of the table of deadlines."""

    id: UUID | None
    case_id: UUID
    code: str
    nth: int
    starts_at: datetime
    item: UUID | None
    due_at: datetime
    met_at: datetime | None
    lifted_at: datetime | None
    area_id: int
    source: str
    rule: UUID | None
    paused_at: datetime | None
    pause_reason: str | None


async def fill(connection: asyncpg.Connection) -> list[Fault]:
    """Writes the deadlines of all cases that have steps; answers where a file says of them what cannot be."""
    versions = rules_of(await connection.fetchval(RULES))
    calendar = calendar_of(await connection.fetchval(HOLIDAYS))
    faults: list[Fault] = []
    async for rows in cases(connection):
        made: list[Made] = []
        for case in rows:
            known = {key_of(row): row for row in decoded(case["known"])}
            file = folded(begun(case["kind"], case["date_of_birth"]), steps_of(case["steps"]))
            try:
                wanted = wanted_of(file, None, versions, known, calendar)
            except Refusal as refusal:
                faults.append(Fault("holidays.csv", None, None, refusal.code))
                continue
            gone = (row["line"] for key, row in known.items() if key not in wanted)
            faults += [Fault(NAME, line, None, "deadline_not_of_steps") for line in gone]
            made += [row_of(case["id"], key, kept, known.get(key)) for key, kept in wanted.items()]
        if made:
            await connection.execute(INSERT, *map(list, zip(*made, strict=True)))
    await connection.execute("ANALYZE deadline")
    return faults


async def cases(connection: asyncpg.Connection) -> AsyncIterator[list[asyncpg.Record]]:
    """So many at once that memory holds them."""
    cursor = await connection.cursor(CASES)
    while rows := await cursor.fetch(AT_ONCE):
        yield rows


def steps_of(rows: str) -> list[Step]:
    return [step_of(row) for row in decoded(rows)]


def row_of(case_id: UUID, key: Key, kept: Kept, known: Row | None) -> Made:
    row_id = UUID(known["id"]) if known else None
    pause = (moment(known["paused_at"]), known["pause_reason"]) if known else (None, None)
    of_whom = (kept.area_id, kept.source, kept.rule)
    return Made(row_id, case_id, *key, kept.due_at, kept.met_at, kept.lifted_at, *of_whom, *pause)
