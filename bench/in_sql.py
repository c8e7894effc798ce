"""Lines in SQL: the ledger against counting the records, over a day, over months, at ten times the size."""

import os
from datetime import date
from functools import partial
from pathlib import Path

import asyncpg

from bench.measuring import ratio, timed, told
from bench.province import DAY, TODAY, Province, area_of, province
from service import ledger
from service.domain.calendar import YEAR, closing_days
from service.queries import breakdowns, stocks

DIRECT = (Path(__file__).parent / "direct.sql").read_text(encoding="utf-8")
MONTHS = list(closing_days(date(2016, 1, 1), date(2021, 1, 1), "month"))
KNOWN = [  # a month back, and years
    (date(2020, 11, 30), "at most 5 x"),
    *((date(year, 6, 30), "at most 100 x") for year in (2019, 2018, 2016)),
]
OF_COMMUNES = "area_total_stocks(1::smallint, '{special,children}', communes_within($1, $2::date), $3::date[])"
BY_COMMUNE = f"SELECT area_id, measure, stock FROM {OF_COMMUNES}"
BY_COMMUNE_AND_DAY = f"SELECT area_id, measure, day, stock FROM {OF_COMMUNES}"
TOGETHER = """
SELECT measure, day, stock
FROM total_stocks(1::smallint, '{special,children}', communes_within($1, $2::date), $3::date[])
"""


async def counted(connection: asyncpg.Connection, rounds: int) -> float:
    """Seconds of counting one day by commune from the records; first of all, both ways must agree."""
    await connection.execute("SET plan_cache_mode = force_custom_plan")  # the best plan that the opponent can have
    records = {row[0]: {"special": row[1], "children": row[2]} for row in await connection.fetch(DIRECT, DAY)}
    pages: dict[int, dict[str, int]] = {}
    for area_id, measure, stock in await connection.fetch(BY_COMMUNE, await area_of(connection, "33"), DAY, [DAY]):
        pages.setdefault(area_id, {})[measure] = stock
    assert pages == records
    seconds = told("counting the records", await timed(lambda: connection.fetch(DIRECT, DAY), rounds, 1))
    await connection.execute("RESET plan_cache_mode")
    return seconds


async def read(connection: asyncpg.Connection) -> float:
    """Seconds of the same from the ledger."""
    area = await area_of(connection, "33")
    return told("the ledger", await timed(lambda: connection.fetch(BY_COMMUNE, area, DAY, [DAY]), 500, 50))


async def one_day(province: Province) -> None:
    """One day by commune"""
    connection = await province.connected()
    ratio(await counted(connection, 10) / await read(connection), "at least 150 x")
    await connection.close()


async def series(province: Province) -> None:
    """60 months, against one day by commune"""
    connection = await province.connected()
    area = await area_of(connection, "33")
    day = await read(connection)
    whole = told(
        "60 months of the province", await timed(lambda: connection.fetch(TOGETHER, area, DAY, MONTHS), 100, 10)
    )
    ratio(whole / day, "at most 15 x")
    each = told(
        "60 months of each commune", await timed(lambda: connection.fetch(BY_COMMUNE_AND_DAY, area, DAY, MONTHS), 30, 3)
    )
    ratio(each / day, "at most 100 x")
    await connection.close()


async def known(province: Province) -> None:
    """One day by commune and 60 months of the province as known then, against now"""
    connection = await province.connected()
    area = await area_of(connection, "33")
    areas = await connection.fetchval("SELECT communes_within($1, $2)", area, DAY)
    question = (1, "special", "children", areas, areas, DAY, DAY - YEAR)
    part = (["all", "all"], "all", "all")

    async def seconds(what: str, rounds: int, statement: str, *arguments: object) -> float:
        return told(what, await timed(lambda: connection.fetch(statement, *arguments), rounds))

    now = await seconds("one day by commune, now", 200, stocks.ON_A_DAY["totals"], *question)
    for then, wanted in KNOWN:
        taken = await seconds(f"as known on {then}", 30, stocks.ON_A_DAY["known"], *question, *part, then, None)
        ratio(taken / now, wanted)
    months = (["special", "children"], areas, MONTHS)
    now = await seconds("60 months of the province, now", 100, stocks.TOGETHER["totals"], 1, *months)
    for then, _ in KNOWN:
        taken = await seconds(f"as known on {then}", 10, stocks.TOGETHER["known"], 1, *months, *part, then, None)
        ratio(taken / now, "at most 100 x: one pass")
    await connection.close()


async def breakdown(province: Province) -> None:
    """By two things at once, against one day by commune"""
    connection = await province.connected()
    areas = await connection.fetchval("SELECT communes_within($1, $2)", await area_of(connection, "33"), DAY)
    together = [0] * len(areas)
    question = (1, "special", "children", areas, areas, DAY, DAY - YEAR)
    one = await timed(lambda: connection.fetch(stocks.ON_A_DAY["totals"], *question), 200)
    day = told("one day by commune", one)
    groups = [
        row["code"] for row in await connection.fetch(breakdowns.CATEGORIES, DAY, "special", None) if row["in_force"]
    ]
    bands = [code for (code,) in await connection.fetch(breakdowns.AGE_BANDS, 1)]
    of_all = (["special", "children"], ["all", "all"])
    by_group = ([*(["special"] * len(groups)), "children"], [*groups, "all"])
    for what, pairs, sexes, ages, level in (
        ("commune and sex", of_all, breakdowns.SEXES, ["all"], "commune"),
        ("commune and age band", of_all, ["all"], bands, "commune"),
        ("commune and category", by_group, ["all"], ["all"], "commune"),
        ("sex and age band", of_all, breakdowns.SEXES, bands, None),
        ("category and sex", by_group, breakdowns.SEXES, ["all"], None),
        ("category and age band", by_group, ["all"], bands, None),
    ):
        asked = (1, *pairs, sexes, ages, areas, areas if level else together, DAY, DAY - YEAR)
        fetch = partial(connection.fetch, breakdowns.NOW, *asked)
        ratio(told(what, await timed(fetch, 50)) / day, "at most 8 x")
    for then, _ in KNOWN:
        asked = (1, *of_all, breakdowns.SEXES, ["all"], areas, areas, DAY, DAY - YEAR, then)
        fetch = partial(connection.fetch, breakdowns.THEN, *asked)
        ratio(told(f"commune and sex, as known on {then}", await timed(fetch, 10)) / day, "at most 100 x")
    await connection.close()


async def tenfold(small: Province) -> None:
    """One day by commune at ten times the size"""
    children = 10 * int(os.environ.get("CHILDREN", "300000"))
    folder = small.data_dir.with_name(f"{small.data_dir.name}-tenfold")
    connection = await small.connected()
    before = await read(connection)
    await connection.close()
    async with province(folder, children) as large:
        connection = await large.connected()
        counting = await counted(connection, 3)
        after = await read(connection)
        ratio(counting / after, "at least 3,000 x at 3,000,000 children")
        ratio(after / before, "at most 1.3 x of what it cost before")
        await rebuilt(connection, 1)
        await connection.close()


async def rebuild(province: Province) -> None:
    """ledger rebuild"""
    connection = await province.connected()
    await rebuilt(connection, 3)
    await connection.close()


async def rebuilt(connection: asyncpg.Connection, rounds: int) -> None:
    """As the command does it, and once from no page at all."""
    told("records compared, pages remade", await timed(lambda: ledger.rebuild(connection, TODAY), rounds, 0))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("TRUNCATE page, total_page")
    told("all pages, from none", await timed(lambda: connection.execute("SELECT rebuild_pages()"), 1, 0))
    await transaction.rollback()
    print()
