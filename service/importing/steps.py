"""The files of cases from their steps: whether the rules would have taken these, and what they come to."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import asyncpg
import orjson

from service.domain.calendar import day_of
from service.domain.procedure.case_file import CaseFile as File
from service.domain.procedure.clock import ENDINGS
from service.domain.procedure.recording import followed
from service.domain.procedure.step import Step, StepCode
from service.domain.procedure.versions import ENDS
from service.domain.refusal import Refusal
from service.importing.faults import Fault
from service.queries.step_contents import restored
from service.queries.steps import begun

NAME = "case_steps.csv"
# Of cases and steps that are sound by themselves.
STEPS = """
SELECT s.*, f.line AS case_line, f.kind, f."from", f."until", f.outcome, c.date_of_birth
FROM placed_steps s
JOIN staged_cases f ON f.id = s.case_id AND f.kind IS NOT NULL
JOIN staged_children c ON c.id = f.child_id AND (c.date_of_birth IS NOT NULL OR NOT c.identified)
WHERE s.step IS NOT NULL ORDER BY s.case_id, s.line
"""
FOLDED = """
CREATE TEMPORARY TABLE folded_cases (case_id uuid, stage text, incident integer, residence integer, risk text)
ON COMMIT DROP
"""
COLUMNS = ["case_id", "stage", "incident", "residence", "risk"]
Row = dict[str, Any]


async def fold(connection: asyncpg.Connection) -> list[Fault]:
    """Leaves in `folded_cases` what the steps of each case come to; answers which of them the rules refuse."""
    await connection.execute(FOLDED)
    faults: list[Fault] = []
    files: list[tuple[Any, ...]] = []
    async for rows in cases(connection):
        try:
            file = file_of(rows)
        except FaultyError as error:
            faults.append(error.fault)
            continue
        if file.steps:
            risk = file.risks[-1][1] if file.risks else None
            files.append((rows[0]["case_id"], file.stage, file.incident, file.residence, risk))
            faults += differences(rows[0], file)
    await connection.copy_records_to_table("folded_cases", records=files, columns=COLUMNS)
    return faults


class FaultyError(Exception):
    """A step cannot be read, or the rules would not have taken it."""

    def __init__(self, row: Row, column: str, code: str) -> None:
        self.fault = Fault(NAME, row["line"], column, code)


async def cases(connection: asyncpg.Connection) -> AsyncIterator[list[Row]]:
    """The steps of one case after the other: there may be more than memory holds."""
    rows: list[Row] = []
    async for row in connection.cursor(STEPS, prefetch=5000):
        if rows and row["case_id"] != rows[0]["case_id"]:
            yield rows
            rows = []
        rows.append(dict(row))
    if rows:
        yield rows


def file_of(rows: list[Row]) -> File:
    """The file of a case, by its steps, in the order in which they occurred."""
    steps = {step.place: (step, row) for row in rows if (step := step_of(row)) and row["withdrawn_at"] is None}
    file = begun(rows[0]["kind"], rows[0]["date_of_birth"])
    for _, (step, row) in sorted(steps.items()):
        try:
            file = followed(file, step)
        except Refusal as refusal:
            raise FaultyError(row, "step", refusal.code) from None
    return file


def step_of(row: Row) -> Step:
    code = StepCode(row["step"])
    try:
        content = restored(code, orjson.loads(row["content"]) if row["content"] else None)
        return Step(row["id"], code, row["occurred_at"], row["recorded_at"], row["actor"], content, row["reason"])
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
        raise FaultyError(row, "content", "step_content") from None


def differences(case: Row, file: File) -> Iterator[Fault]:
    """Where cases.csv says something else of a case than its steps come to."""
    ending = next((step for step in reversed(file.steps) if step.code in ENDINGS), None)
    closed_on: date | None = day_of(ending.occurred_at) if ending and file.stage in ENDS else None
    comes_to = {
        "from": day_of(file.steps[0].occurred_at),
        "until": closed_on,
        "outcome": str(file.stage) if closed_on else None,
    }
    for column, value in comes_to.items():
        if case[column] != value:
            yield Fault("cases.csv", case["case_line"], column, "case_not_as_its_steps")
