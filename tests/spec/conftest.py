"""Reads tables of dated rows, and counts them twice: by the reference and by the ledger."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from textwrap import dedent
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
import pytest

from tests.ledger.answers import COMMUNES, Answers, Cut, by_ledger, by_reference
from tests.ledger.records import Case, Child, Circumstance, Deadline, History, Intervention, Residence, Site, Stage
from tests.ledger.reference import VIETNAM
from tests.ledger.tables import enter

Row = dict[str, str]
Holds = Callable[[str], Awaitable[None]]


def tables(text: str) -> dict[str, list[Row]]:
    """By the first word of their heading."""
    blocks = [block.splitlines() for block in dedent(text).strip().split("\n\n")]
    cells = [[[cell.strip() for cell in line.split("|")] for line in block] for block in blocks]
    return {heading[0]: [dict(zip(heading, row, strict=True)) for row in rows] for heading, *rows in cells}


def key(*name: object) -> UUID:
    return uuid5(NAMESPACE_OID, repr(name))


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def moment(text: str) -> datetime | None:
    """Of the clocks of Vietnam."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM) if text else None


def children(rows: list[Row]) -> History:
    """A child with a commune lives there from birth."""
    history = History()
    for row in rows:
        child = Child(key(row["child"]), row.get("sex", "unknown"), date.fromisoformat(row["born"]))
        history = history.put(child)
        if "commune" in row:
            history = history.put(Residence(key("home", row["child"]), child.id, row["commune"], child.born))
    return history


def read(given: dict[str, list[Row]]) -> History:
    """The records of the tables."""
    history = children(given.get("child", []))
    kinds = {
        "residence of": lambda n, r: Residence(
            n, key(r["residence of"]), r["commune"], day(r["from"]), day(r["until"])
        ),
        "circumstance of": lambda n, r: Circumstance(
            n, key(r["circumstance of"]), r["category"], day(r["from"]), day(r["until"])
        ),
        "case": lambda _, r: Case(
            key(r["case"]), key(r["of"]), day(r["opened"]), day(r["closed"]), r.get("kind", "support")
        ),
        "intervention in": lambda n, r: Intervention(n, key(r["intervention in"]), day(r["started"]), day(r["ended"])),
        "deadline in": lambda n, r: Deadline(
            *(n, key(r["deadline in"]), moment(r["due"]), moment(r["met"]), moment(r["lifted"]), moment(r["paused"])),
            r.get("source", "law"),
        ),
        "site": lambda _, r: Site(key(r["site"]), r["commune"]),
        "stage of": lambda n, r: Stage(n, key(r["stage of"]), r["stage"], day(r["from"]), day(r["until"])),
    }
    for kind, record in kinds.items():
        for n, row in enumerate(given.get(kind, [])):
            history = history.put(record(key(kind, n), row))
    return history


def stock(answers: Answers, measure: str, row: Row) -> str:
    """In the commune of the row, or in all."""
    communes = [row["commune"]] if "commune" in row else COMMUNES
    return str(sum(answers.get((measure, commune, date.fromisoformat(row["on"])), 0) for commune in communes))


def cut(row: Row) -> Cut:
    return Cut(row.get("category", "all"), row.get("sex", "all"), row.get("age band", "all"))


@pytest.fixture(params=["python", "sql"])
async def holds(request: pytest.FixtureRequest, connection: asyncpg.Connection) -> Holds:
    """Whether the module's indicator is what the last table says, when the records are those of the other tables."""
    query = "SELECT numerator, denominator FROM indicator WHERE code = $1"
    sides = dict(await connection.fetchrow(query, request.module.INDICATOR))

    async def count(history: History, row: Row) -> Answers:
        days = [date.fromisoformat(row["on"])]
        if request.param == "python":
            return by_reference(history, days, cut(row))
        return await by_ledger(connection, days, cut(row))

    async def holds(text: str) -> None:
        given = tables(text)
        expected = given.pop("on")
        history = read(given)
        await enter(connection, [[history]])
        counted = [
            row | {side: stock(await count(history, row), measure, row) for side, measure in sides.items() if measure}
            for row in expected
        ]
        assert counted == expected

    return holds
