"""Fills an empty register with the demonstration province: all of it, or nothing of it."""

from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files

import asyncpg

from service.demonstration import agencies, days
from service.demonstration.communes import Commune
from service.demonstration.province import Province
from service.demonstration.rows import Row, Table, tables
from service.register import hold_empty, set_aside

Notify = Callable[[str, int, int], None]
POSTINGS = files(__package__).joinpath("postings.sql").read_text(encoding="utf-8")
COMMUNES = """
SELECT v.area_id AS area, v.code, d.code AS district
FROM area a
JOIN area_version v ON v.area_id = a.id
JOIN area_version d ON d.area_id = v.parent_id AND d.during @> $1::date
WHERE a.level = 'commune' AND a.covered AND v.during @> $1::date
ORDER BY v.code
"""
REGISTER = "UPDATE register SET fixed_today = $1, page_horizon = $2, demonstration = true"
RECORDS = ["child", "residence", "circumstance", "case_file", "intervention", "site", "site_stage"]
STEP = 10_000  # rows between two notices


async def fill(connection: asyncpg.Connection, children: int, seed: int, notify: Notify) -> None:
    """Draws the province and loads it, in one transaction. `notify` hears what is done, how much, and of how much."""
    async with connection.transaction():
        await hold_empty(connection)
        await connection.execute("SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'")
        notify("drawing", 0, children)
        province = Province(children, seed, await communes(connection))
        notify("drawing", children, children)
        await agencies.add(connection)
        async with set_aside(connection, RECORDS):
            for table in tables(province):
                await load(connection, table, notify)
        await connection.execute(f"ANALYZE {', '.join(RECORDS)}")
        await post(connection, notify)


async def communes(connection: asyncpg.Connection) -> list[Commune]:
    rows = await connection.fetch(COMMUNES, date.fromordinal(days.REGISTER_BEGINS))
    return [Commune(**row) for row in rows]


async def load(connection: asyncpg.Connection, table: Table, notify: Notify) -> None:
    records = noticed(table, notify)
    await connection.copy_records_to_table(table.name, columns=table.columns.split(), records=records)


def noticed(table: Table, notify: Notify) -> Iterator[Row]:
    for number, row in enumerate(table.rows):
        if number % STEP == 0:
            notify(table.title, number, table.count)
        yield row
    notify(table.title, table.count, table.count)


async def post(connection: asyncpg.Connection, notify: Notify) -> None:
    """The ledger of what was loaded, with a past; and what the register says of itself."""
    await connection.execute(REGISTER, days.TODAY, days.PAGE_HORIZON)
    notify("postings", 0, 1)
    async with set_aside(connection, ["spell"]):
        await connection.execute(POSTINGS)
    async with set_aside(connection, ["home", "child_name", "touch"]):
        await connection.execute("SELECT remake_homes(), remake_names(), remake_care(), remake_touches()")
    await connection.execute("ANALYZE posting, spell, home, child_name, care, touch")
    notify("postings", 1, 1)
    notify("pages", 0, 1)
    async with set_aside(connection, ["cell", "page", "total_page"]):
        await connection.execute("SELECT rebuild_pages()")
    await connection.execute("ANALYZE cell, page, total_page")
    notify("pages", 1, 1)
