"""Reforms made here: the map as the database has it, what a reform makes of it, and the rows by which they differ."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.area_history import Area, AreaChange, AreaHistory, AreaVersion, Containment, containment
from service.domain.period import Period
from service.domain.reform import Reform, reformed, touched
from service.domain.refusal import Refusal
from service.doors import through

AREAS = "SELECT id, level, covered FROM area ORDER BY id"
VERSIONS = """
SELECT area_id, code, name, kind, parent_id, lower(during), upper(during) FROM area_version
ORDER BY area_id, lower(during) NULLS FIRST
"""
CHANGES = """
SELECT id, effective_on, predecessor_id, successor_id, change, share, inferred, legal_basis, source, reform_id
FROM area_change ORDER BY id
"""
WITHIN = "SELECT area_id, ancestor_id, ancestor_level, lower(during), upper(during) FROM area_within"

REFORM_JSON = """json_build_object(
    'id', f.id, 'effective_on', f.effective_on, 'legal_basis', f.legal_basis, 'units', f.document -> 'units',
    'changes', f.document -> 'changes', 'applied_at', f.applied_at, 'account', f.account)"""
ONE = f"SELECT CAST({REFORM_JSON} AS text) FROM reform f WHERE f.id = $1"
LIST = f"""
SELECT {REFORM_JSON}, f.applied_at, f.id FROM reform f
WHERE $1::timestamptz IS NULL OR (f.applied_at, f.id) > ($1, $2) ORDER BY f.applied_at, f.id LIMIT $3
"""
COUNT = "SELECT count(*) FROM reform"


class Map:
    """The map of all days: its history, the number of each line, and what lies in what."""

    def __init__(self, areas: Any, versions: Any, changes: Any, within: Any) -> None:
        lines = [AreaChange(*row[1:]) for row in changes]
        self.numbers = {line: row[0] for line, row in zip(lines, changes, strict=True)}
        self.within = {Containment(row[0], row[1], row[2], Period(row[3], row[4])) for row in within}
        self.history = AreaHistory(
            [Area(*row) for row in areas],
            [version_of(row) for row in versions],
            lines,
        )

    def difference(self, after: AreaHistory) -> str:
        """The rows that go and the rows that come, for `redraw_map`."""
        before, within = self.history, set(containment(after.versions))
        number = max(self.numbers.values(), default=0)
        new_lines = [line for line in after.changes if line not in self.numbers]
        rows = {
            "areas": [
                {"id": area.key, "level": area.level, "covered": area.covered}
                for area in after.areas
                if area not in before.areas
            ],
            "versions_gone": [version_row(v) for v in set(before.versions) - set(after.versions)],
            "versions": [version_row(v) for v in set(after.versions) - set(before.versions)],
            "changes_gone": [n for line, n in self.numbers.items() if line not in set(after.changes)],
            "changes": [change_row(n, line) for n, line in enumerate(new_lines, number + 1)],
            "within_gone": [within_row(w) for w in self.within - within],
            "within": [within_row(w) for w in within - self.within],
        }
        return orjson.dumps(rows, default=str).decode()


def version_of(row: Any) -> AreaVersion:
    area, code, name, kind, parent, first, until = row
    return AreaVersion(area, code, name, kind, parent, Period(first, until))


def days(during: Period) -> dict[str, date | None]:
    return {"first": during.start, "until": during.until}


def version_row(v: AreaVersion) -> dict[str, Any]:
    named = {"area_id": v.area, "code": v.code, "name": v.name, "kind": v.kind, "parent_id": v.parent}
    return named | days(v.during)


def change_row(number: int, c: AreaChange) -> dict[str, Any]:
    return {
        "id": number,
        "effective_on": c.effective_on,
        "predecessor_id": c.predecessor,
        "successor_id": c.successor,
        "change": c.change,
        "share": c.share,
        "inferred": c.inferred,
        "legal_basis": c.legal_basis,
        "source": c.source,
        "reform_id": c.reform,
    }


def within_row(w: Containment) -> dict[str, Any]:
    return {"area_id": w.area, "ancestor_id": w.ancestor} | days(w.during)


async def present_map(session: AsyncSession) -> Map:
    connection = await session.connection()
    return Map(*[(await connection.execute(text(q))).all() for q in (AREAS, VERSIONS, CHANGES, WITHIN)])


async def begin(session: AsyncSession, reform_id: UUID) -> None:
    """Put the reform on record; from here on it is the only one."""
    await through(session, "begin_reform({asking}, :id)", id=reform_id)


async def effects(session: AsyncSession, after: AreaHistory, reform: Reform, on: date) -> list[dict[str, Any]]:
    """What becomes of each area that the reform is about, and who is concerned on a day."""
    concerned = touched(reform, after)
    door = "CAST(reform_effects({asking}, CAST(:areas AS integer[]), CAST(:day AS date)) AS text)"
    found = await through(session, door, areas=concerned, day=on)
    if not isinstance(found, str):
        raise Refusal("area_out_of_reach")
    numbers = orjson.loads(found)
    return [effect(after, reform, area, numbers[str(area)]) for area in concerned]


def effect(after: AreaHistory, reform: Reform, area: int, numbers: dict[str, int]) -> dict[str, Any]:
    """An area as it was before, what it becomes, and how many are concerned."""
    lines = [c for c in after.changes if c.predecessor == area and c.reform == reform.id]
    was = max(
        (v for v in after.versions if v.area == area and (v.during.start or date.min) < reform.effective_on),
        key=lambda v: v.during.start or date.min,
    )
    becomes = [
        place(v)
        for line in lines
        for v in after.versions
        if v.area == line.successor and reform.effective_on in v.during
    ]
    to_settle = 0 if told(lines) else numbers["children"]
    return {"area": place(was), "change": lines[0].change, "becomes": becomes, "to_settle": to_settle} | numbers


def told(lines: list[AreaChange]) -> bool:
    """Whether everyone of an area goes where its lines say."""
    return lines[0].change != "split_into" or any(line.share == 1 for line in lines)


def place(v: AreaVersion) -> dict[str, str]:
    return {"code": v.code, "name": v.name, "kind": v.kind}


async def apply(session: AsyncSession, before: Map, after: AreaHistory, reform: Reform, document: str) -> Any:
    """Redraw the map, and let the assignments follow: the moment at which it was applied."""
    door = "to_jsonb(apply_reform({asking}, CAST(:reform AS jsonb), CAST(:difference AS jsonb))) #>> '{{}}'"
    row = row_of(reform, document, session.info["caller"].account_name)
    return await through(session, door, reform=row, difference=before.difference(after))


def row_of(reform: Reform, document: str, account: str, applied_at: str | None = None) -> str:
    """The row of a reform, for `add_reform`."""
    row = {
        "id": reform.id,
        "effective_on": reform.effective_on,
        "legal_basis": reform.legal_basis,
        "document": orjson.loads(document),
        "applied_at": applied_at,
        "account": account,
    }
    return orjson.dumps(row, default=str).decode()


async def add(
    connection: asyncpg.Connection, reform: Reform, document: str, account: str, applied_at: str | None = None
) -> None:
    """Apply a reform as the owner of the tables, in the transaction that is open."""
    before = Map(*[await connection.fetch(query) for query in (AREAS, VERSIONS, CHANGES, WITHIN)])
    difference = before.difference(reformed(before.history, reform))
    row = row_of(reform, document, account, applied_at)
    await connection.execute("SELECT add_reform($1::jsonb, $2::jsonb)", row, difference)


async def reform(reader: Reader, reform_id: UUID) -> str:
    found: str | None = await reader.fetchval(ONE, reform_id)
    if found is None:
        raise Refusal("reform_unknown")
    return found


async def reforms(reader: Reader, after: tuple[Any, UUID | None], limit: int) -> list[asyncpg.Record]:
    """Item, moment and id, in the order in which they were applied; one row more than the limit."""
    return await reader.fetch(LIST, *after, limit + 1)


async def number_of_reforms(reader: Reader) -> int:
    number: int = await reader.fetchval(COUNT)
    return number
