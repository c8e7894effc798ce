"""Provinces for the tests, drawn over the communes that ship with the service, without a database."""

from collections import defaultdict
from datetime import date
from functools import cache
from typing import Any

from service import reference
from service.demonstration import days
from service.demonstration.communes import Commune
from service.demonstration.province import Province
from service.demonstration.rows import tables

FIRST_DAY = date.fromordinal(days.REGISTER_BEGINS)
Record = dict[str, Any]


@cache
def communes() -> list[Commune]:
    """As the service reads them from its database: in the order of their codes."""
    history = reference.hung_yen()
    kept = {area.key for area in history.areas if area.level == "commune" and area.covered}
    versions = [version for version in history.versions if FIRST_DAY in version.during]
    code = {version.area: version.code for version in versions}
    there = [Commune(v.area, v.code, code[v.parent]) for v in versions if v.area in kept and v.parent is not None]
    return sorted(there, key=lambda commune: commune.code)


@cache
def province(children: int = 3000, seed: int = 1) -> Province:
    return Province(children, seed, communes())


@cache
def records(children: int = 3000, seed: int = 1) -> dict[str, list[Record]]:
    """By table; each row by column."""
    return {
        table.name: [dict(zip(table.columns.split(), row, strict=True)) for row in table.rows]
        for table in tables(province(children, seed))
    }


def by(column: str, rows: list[Record]) -> dict[Any, list[Record]]:
    found = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
