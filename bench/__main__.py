"""`make bench`: every line as a ratio, on a province of CHILDREN (300,000) in DATA_DIR (.data-bench), made if need be.

python -m bench               all lines
python -m bench one-day       one line
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import asyncpg

from service.demonstration import filling
from service.domain.calendar import closing_days
from service.embedded import attached
from service.migrate import migrate
from service.progress import Progress

CHILDREN = int(os.environ.get("CHILDREN", "300000"))
DATA_DIR = Path(os.environ.get("DATA_DIR", ".data-bench"))
DIRECT = (Path(__file__).parent / "direct.sql").read_text(encoding="utf-8")
DAY = date(2018, 6, 30)
MONTHS = list(closing_days(date(2016, 1, 1), date(2021, 1, 1), "month"))

STOCKS = """
SELECT area_id, measure, day, stock
FROM stocks(1::smallint, '{special,children}', '{all,all}', 'all', 'all', $1, $2::date, $3::date[])
"""
PROVINCE = """
SELECT measure, day, stock FROM total_stocks(1::smallint, '{special,children}', $1, $2::date, $3::date[])
"""

Line = Callable[[asyncpg.Connection, int], Awaitable[None]]


async def timed(work: Callable[[], Awaitable[object]], rounds: int, warm_up: int = 3) -> list[float]:
    """Seconds of each round."""
    taken = []
    for number in range(warm_up + rounds):
        begun = time.perf_counter()
        await work()
        if number >= warm_up:
            taken.append(time.perf_counter() - begun)
    return taken


def told(what: str, taken: list[float]) -> float:
    """Print median and spread (quartiles) in milliseconds; the median in seconds."""
    low, middle, high = statistics.quantiles(taken, n=4)
    print(f"  {what:46} {middle * 1000:10.2f} ms   ({low * 1000:.2f} to {high * 1000:.2f}, {len(taken)} rounds)")
    return middle


async def one_day(connection: asyncpg.Connection, province: int) -> None:
    """One day by commune: the ledger against the records."""
    print("one day by commune, SQL to SQL")
    await connection.execute("SET plan_cache_mode = force_custom_plan")  # the best plan that the opponent can have
    records = {r[0]: (r[1], r[2]) for r in await connection.fetch(DIRECT, DAY)}
    ledger: dict[int, list[int]] = {}
    for area_id, measure, _, stock in await connection.fetch(STOCKS, province, DAY, [DAY]):
        ledger.setdefault(area_id, [0, 0])[measure == "children"] = stock
    assert {area: tuple(figures) for area, figures in ledger.items()} == records, "they must agree to be compared"
    direct = told("counting the records", await timed(lambda: connection.fetch(DIRECT, DAY), 10))
    pages = told("the ledger", await timed(lambda: connection.fetch(STOCKS, province, DAY, [DAY]), 300, 50))
    print(f"  ratio: {direct / pages:.0f} x faster (at least 150 x)")


async def series(connection: asyncpg.Connection, province: int) -> None:
    """Sixty months of the province against one day by commune."""
    print("60-month series of the province, against one day by commune")
    day = told("one day by commune", await timed(lambda: connection.fetch(STOCKS, province, DAY, [DAY]), 300, 50))
    whole = told("60 months", await timed(lambda: connection.fetch(PROVINCE, province, DAY, MONTHS), 100, 10))
    print(f"  ratio: {whole / day:.1f} x one day (at most 15 x)")


async def posting(connection: asyncpg.Connection, province: int) -> None:
    """A circumstance of this year with its posting, against its bare insert."""
    print("a circumstance of this year, in one transaction, against its bare insert")
    children = [
        r[0] for r in await connection.fetch("SELECT id FROM child WHERE date_of_birth > '2012-01-01' LIMIT 2000")
    ]
    insert = "INSERT INTO circumstance (child_id, category_code, during) VALUES ($1, 'm.2', '[2020-11-02,)')"
    post = "SELECT ledger_post(ARRAY[$1::uuid], '2020-12-31', 'bench', 'bench')"
    bare, posted = iter(children[:1000]), iter(children[1000:])

    async def insert_alone() -> None:
        async with connection.transaction():
            await connection.execute(insert, next(bare))

    async def insert_and_post() -> None:
        child = next(posted)
        async with connection.transaction():
            await connection.execute(insert, child)
            await connection.execute(post, child)

    alone = told("the bare insert", await timed(insert_alone, 500, 50))
    whole = told("insert and posting", await timed(insert_and_post, 500, 50))
    print(f"  ratio: {alone / whole:.2f} x the bare insert")
    async with connection.transaction():
        await connection.execute(
            "DELETE FROM circumstance WHERE category_code = 'm.2' AND lower(during) = '2020-11-02'"
        )
        await connection.execute("SELECT ledger_post($1::uuid[], '2020-12-31', 'bench', 'bench')", children)


async def rebuild(connection: asyncpg.Connection, province: int) -> None:
    """All pages from the spells."""
    print("ledger rebuild")
    told("all pages", await timed(lambda: connection.execute("SELECT rebuild_pages()"), 3, 0))


LINES: dict[str, Line] = {"one-day": one_day, "series": series, "posting": posting, "rebuild": rebuild}


async def main(names: list[str], dsn: str) -> None:
    await migrate(dsn, date(2020, 12, 31))
    connection = await asyncpg.connect(dsn)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM child)"):
        begun = time.perf_counter()
        with Progress() as progress:
            await filling.fill(connection, CHILDREN, 1, progress)
        print(
            f"the demonstration of {CHILDREN:,} children: {time.perf_counter() - begun:.1f} s (at most 60 s at 300,000)"
        )
    children, province = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM child), area_id FROM area_version WHERE code = '33' AND during @> $1::date",
        DAY,
    )
    print(f"{children:,} children, {os.cpu_count()} cores, {connection.get_server_version()}\n")
    for name in names or LINES:
        await LINES[name](connection, province)
        print()
    await connection.close()


if __name__ == "__main__":
    with attached(DATA_DIR) as server:
        asyncio.run(main(sys.argv[1:], server.dsn))
