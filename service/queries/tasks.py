"""What is to be done, by whom, where and until when: read from the deadlines as they are kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from service.database import Reader
from service.domain.calendar import day_of, midnight
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking

Standing = Literal["due", "overdue", "paused", "met", "met_late"]
By = Literal["officer", "commune", "district"]

LOOK = f"SELECT look_at_case({ASKING}, $6)"
OF_CASE = f"SELECT item, due_at, id FROM list_deadlines({ASKING}, $6, $7, $8, $9, $10, $11)"
NUMBER_OF_CASE = f"SELECT count_deadlines({ASKING}, $6)"
LIST = f"SELECT item, due_at, id FROM list_tasks({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
COUNT = f"SELECT count_tasks({ASKING}, $6, $7, $8, $9, $10, $11, $12)"
SUMMARY = f"SELECT * FROM summarise_tasks({ASKING}, $6, $7, $8, $9, $10)"
# Of which area of a level on the map of a day each area of records has become a part, as far as it became one.
PLACES = """
SELECT a.id, w.ancestor_id, v.code, json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)::text AS shown
FROM unnest($1::integer[]) a (id)
CROSS JOIN LATERAL (SELECT became(a.id, $2::date) AS id) now
JOIN area_within w ON w.area_id = now.id AND w.ancestor_level = $3 AND w.during @> $2::date
JOIN area_version v ON v.area_id = w.ancestor_id AND v.during @> $2::date
"""
OFFICERS = """
SELECT a.id, json_build_object('assignment', a.id, 'account', u.name, 'name', u.full_name)::text AS shown
FROM assignment a JOIN account u ON u.id = a.account_id WHERE a.id = ANY ($1::uuid[])
"""

After = tuple[datetime | None, UUID | None]


class Filter(NamedTuple):
    """Which tasks: of an officer, of areas of records, how they stand, which deadline, due when."""

    officer: UUID | None
    areas: list[int] | None
    standing: Standing | None
    code: str | None
    due_from: datetime | None
    due_before: datetime | None


@dataclass
class Counts:
    """How many tasks: open ones now; and of those that were due in a period, how many were met."""

    due: int = 0
    due_this_week: int = 0
    overdue: int = 0
    paused: int = 0
    met: int = 0
    met_late: int = 0

    def add(self, row: asyncpg.Record) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + row[field.name])


async def deadlines_of(
    reader: Reader, asking: Asking, case_id: UUID, at: datetime, language: str, after: After, limit: int
) -> list[asyncpg.Record]:
    """Item, due moment and id, by these; one row more than the limit. Refuses a case that the caller does not meet."""
    if not await reader.fetchval(LOOK, *asking, case_id):
        raise Refusal("case_unknown")
    return await reader.fetch(OF_CASE, *asking, case_id, at, language, *after, limit)


async def number_of_deadlines(reader: Reader, asking: Asking, case_id: UUID) -> int:
    number: int = await reader.fetchval(NUMBER_OF_CASE, *asking, case_id)
    return number


async def tasks(
    reader: Reader, asking: Asking, wanted: Filter, at: datetime, language: str, after: After, limit: int
) -> list[asyncpg.Record]:
    """Item, due moment and id, by these; one row more than the limit."""
    return await reader.fetch(LIST, *asking, *wanted, at, language, *after, limit)


async def number_of_tasks(reader: Reader, asking: Asking, wanted: Filter, at: datetime) -> int:
    number: int = await reader.fetchval(COUNT, *asking, *wanted, at)
    return number


async def summary(
    reader: Reader, asking: Asking, areas: list[int] | None, by: By, at: datetime, since: date, until: date
) -> tuple[Counts, list[tuple[str | None, Counts]]]:
    """The whole, and each officer, commune or district that has something (as JSON; None: nobody's, or of no such
    area), the areas by their code. This week ends with Sunday."""
    today = day_of(at)
    week_end = midnight(today + timedelta(days=7 - today.weekday()))
    rows = await reader.fetch(SUMMARY, *asking, areas, at, week_end, midnight(since), midnight(until))
    if by == "officer":
        found = await reader.fetch(OFFICERS, list({row["officer"] for row in rows if row["officer"]}))
        shown: dict[Any, str] = {row["id"]: row["shown"] for row in found}
        return counted(rows, lambda row: shown.get(row["officer"]))
    found = await reader.fetch(PLACES, list({row["area_id"] for row in rows}), today, by)
    shown = {row["id"]: row["shown"] for row in found}
    return counted(rows, lambda row: shown.get(row["area_id"]))


def counted(
    rows: Iterable[asyncpg.Record], group: Callable[[asyncpg.Record], str | None]
) -> tuple[Counts, list[tuple[str | None, Counts]]]:
    """What rows add up to, in all and by group: the groups in their order, what belongs to none last."""
    whole, groups = Counts(), dict[str | None, Counts]()
    for row in rows:
        whole.add(row)
        groups.setdefault(group(row), Counts()).add(row)

    def place(item: tuple[str | None, Counts]) -> tuple[bool, list[str]]:
        return item[0] is None, list(map(str, orjson.loads(item[0] or "{}").values()))

    return whole, sorted(groups.items(), key=place)
