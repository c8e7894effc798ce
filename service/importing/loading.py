"""Brings a folder of files into an empty register: all of it, or nothing of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

import asyncpg

from service import ledger, operator
from service.clock import calendar_day
from service.domain.access import Purpose
from service.importing import deadlines, steps
from service.importing.columns import FILES
from service.importing.faults import SHOWN, Fault, Faults
from service.importing.map import redraw
from service.importing.staging import Notify, Staged, stage
from service.register import hold_empty, set_aside

FOLDER = files(__package__)
CHECKS = [
    FOLDER.joinpath("checks", f"{name}.sql").read_text(encoding="utf-8")
    for name in (
        "agencies",
        "rules",
        "targets",
        "children",
        "residences",
        "circumstances",
        "cases",
        "steps",
        "people",
        "deadlines",
        "interventions",
        "reports",
        "sites",
        "past",
        "editions",
    )
]
RECORDS, PAST, NEW_PAST = (
    FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in ("records", "past", "new_past")
)
ROOM = """
SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '512MB';
CREATE TEMPORARY TABLE fault (file text, line integer, "column" text, code text, detail text) ON COMMIT DROP
"""
REGISTER = """
UPDATE register SET (fixed_today, demonstration) =
    (SELECT max(today), coalesce(bool_or(demonstration), false) FROM staged_register)
"""
FOUND = """
SELECT * FROM fault ORDER BY array_position($1::text[], file), line, "column" LIMIT $2
"""
FILLED = [
    "child",
    "child_name",
    "residence",
    "home",
    "circumstance",
    "case_file",
    "case_step",
    "intervention",
    "site",
    "site_stage",
]
NEXT_NUMBER = "SELECT setval(pg_get_serial_sequence('posting', 'number'), max(number)) FROM posting"


class RefusedError(Exception):
    """The files are not as they must be; nothing of them was kept."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(f"{faults.number:,} fault{'s' * (faults.number > 1)}: nothing was imported.")
        self.faults = faults


class NotKept(Exception):
    """All was done, and nothing of it stays."""


@dataclass(frozen=True)
class Loaded:
    """What came into the register."""

    rows: dict[str, int]
    marked: list[str]
    has_past: bool
    demonstration: bool

    def lines(self) -> Iterator[str]:
        """What an operator should know of it."""
        for name in FILES:
            yield f"{name}: {f'{self.rows[name]:,} rows' if name in self.rows else 'not there'}"
        for name in self.marked:
            yield f"{name} begins with a byte-order mark, which is no part of the data."
        yield (
            "The ledger's past came back."
            if self.has_past
            else "No past was given: the ledger begins with one posting."
        )
        if self.demonstration:
            yield "register.csv says that this is a demonstration: where nobody can sign in, serve makes its users."


async def load(
    connection: asyncpg.Connection, folder: Path, today: date | None, notify: Notify, *, keep: bool = True
) -> Loaded:
    """Reads, checks and loads the files in one transaction. `today` goes before the day that the register carries."""
    try:
        async with connection.transaction():
            await hold_empty(connection)
            await operator.record(connection, "import", Purpose.EXCHANGE)
            await connection.execute(ROOM)
            staged = await stage(connection, folder, notify)
            if staged.readable:
                await check(connection, staged, today, notify)
            if staged.faults.number:
                raise RefusedError(staged.faults)
            await fill(connection, staged, notify)
            demonstration = await connection.fetchval("SELECT demonstration FROM register")
            if not keep:
                raise NotKept
            if staged.has_past:  # sequences are not undone with a transaction: so last, and only when all is kept
                await connection.execute(NEXT_NUMBER)
    except NotKept:
        pass
    return Loaded(staged.rows, staged.marked, staged.has_past, demonstration)


async def check(connection: asyncpg.Connection, staged: Staged, today: date | None, notify: Notify) -> None:
    """What one row cannot tell: whether the rows go together, and with the legal lists and the map."""
    if "register.csv" in staged.rows:
        await connection.execute(REGISTER)
    carried = await connection.fetchval("SELECT fixed_today FROM register")
    day = today or carried or calendar_day()
    await connection.execute("UPDATE register SET page_horizon = $1", ledger.horizon(day))
    await connection.execute(f"CREATE TEMPORARY TABLE living_on ON COMMIT DROP AS SELECT date '{day}' AS day")
    if "reforms.csv" in staged.rows:
        staged.faults.add(*await redraw(connection))
    for done, script in enumerate(CHECKS):
        notify("checks", done, len(CHECKS))
        await connection.execute(script)
    notify("checks", len(CHECKS), len(CHECKS))
    staged.faults.extend(await found(connection))
    staged.faults.add(*await steps.fold(connection))


async def fill(connection: asyncpg.Connection, staged: Staged, notify: Notify) -> None:
    """Records, ledger and pages, from rows that are sound."""
    notify("records", 0, 1)
    async with set_aside(connection, FILLED):
        await connection.execute(RECORDS)
        await connection.execute("SELECT remake_homes(), remake_names()")
    if wrong := await deadlines.fill(connection):
        faults = Faults()
        faults.add(*wrong)
        raise RefusedError(faults)
    await connection.execute("SELECT remake_care()")  # finds the interventions of each case by their index
    notify("records", 1, 1)
    notify("ledger", 0, 1)
    async with set_aside(connection, ["spell"]):
        await connection.execute(PAST if staged.has_past else NEW_PAST)
    if (faults := await found(connection)).number:
        raise RefusedError(faults)
    async with set_aside(connection, ["touch"]):
        await connection.execute("SELECT remake_touches()")
    await connection.execute("ANALYZE touch")
    notify("ledger", 1, 1)
    notify("pages", 0, 1)
    async with set_aside(connection, ["cell", "page", "total_page"]):
        await connection.execute("SELECT rebuild_pages()")
    await connection.execute("ANALYZE cell, page, total_page")
    notify("pages", 1, 1)


async def found(connection: asyncpg.Connection) -> Faults:
    rows = await connection.fetch(FOUND, list(FILES), SHOWN)
    return Faults([Fault(**row) for row in rows], await connection.fetchval("SELECT count(*) FROM fault"))
