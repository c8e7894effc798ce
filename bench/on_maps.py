"""Lines of other maps, of records, and of many communes."""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any

from bench.measuring import ratio, timed, told
from bench.province import DAY, TODAY, Province, area_of
from service.database import Reader, as_service
from service.domain.calendar import closing_days
from service.doors import Asking
from service.queries import attainment, children, maps, records, stocks
from service.queries.attainment import Question, Split
from service.settings import Limits

REFORM = date(2025, 7, 1)
MONTHS = list(closing_days(date(2016, 1, 1), date(2021, 1, 1), "month"))
DAY_OF_ALL = "SELECT measure, day, stock FROM total_stocks(1::smallint, '{special,children}', $1, $2)"
COPY_AREAS = "INSERT INTO area (id, level, covered) SELECT id + $2, level, covered FROM area WHERE id = ANY ($1)"
COPY_PAGES = """
INSERT INTO total_page (rule, measure, month, area_id, opening, running)
SELECT rule, measure, month, area_id + $2, opening, running FROM total_page WHERE area_id = ANY ($1)
"""
FROM_THE_START: Any = (None, None)
OFFICER = "SELECT id FROM assignment WHERE role = 'province_officer' LIMIT 1"


async def asked(reader: Reader, on_map: date, code: str) -> Question:
    """A question about the whole province on a map, as a route puts it together."""
    officer = await reader.fetchval(OFFICER)
    programme = await attainment.programme(reader, None, DAY)
    area = await attainment.area(reader, "33", on_map, officer)
    (indicator,) = await attainment.indicators(reader, programme, DAY, code, area.area_id)
    view = await maps.view(reader, programme.reformed, programme.rule, area.area_id, on_map, DAY, None)
    return Question(programme, Split(), area, view, TODAY, False, False, indicator, DAY)


async def other_map(province: Province) -> None:
    """Figures on the map of 2025, against their own"""
    reader = await Reader(province.dsn, Limits())

    async def by_commune(on_map: date) -> object:
        return await stocks.by_area(reader, await asked(reader, on_map, "special_rate"), "commune")

    async def months(on_map: date) -> object:
        q = await asked(reader, on_map, "special_rate")
        return await stocks.over_time(reader, q, [q.indicator], MONTHS)

    ways: list[tuple[str, Callable[[date], Awaitable[object]], int]] = [
        ("one day by commune", by_commune, 200),
        ("60 months of the province", months, 40),
    ]
    for what, way, rounds in ways:
        own = told(f"{what}, own map", await timed(partial(way, DAY), rounds))
        other = told(f"{what}, map of 2025", await timed(partial(way, REFORM), rounds))
        ratio(other / own, "at most 2 x")
    await reader.close()


async def first_records(province: Province) -> None:
    """The first page of whom a number consists of, against the first page of children"""
    owner, reader = await Reader(province.dsn, Limits()), await Reader(as_service(province.dsn), Limits())
    asking = Asking(await owner.fetchval(OFFICER), "supervision", "127.0.0.1", "bench", "list_records")

    async def page() -> object:
        return await children.children(reader, asking, children.Filter(DAY), DAY, None, 50)

    async def counted(q: Question, side: records.Side) -> object:
        number = await records.asked_number(owner, q, side)
        first = await records.children(reader, asking, number, FROM_THE_START, 50)
        return first, await records.outside(reader, asking, number)

    listed = told("fifty children of a list", await timed(page, 100))
    sides: tuple[records.Side, ...] = ("numerator", "denominator")
    for on_map in (DAY, REFORM):
        q = await asked(owner, on_map, "special_rate")
        for side in sides:
            first = told(f"{side}, map of {on_map.year}", await timed(partial(counted, q, side), 50))
            ratio(first / listed, "at most 3 x")
    await owner.close()
    await reader.close()


async def many_communes(province: Province) -> None:
    """One day of a province of ever more communes: up to ten times as many, with ten times the children"""
    connection = await province.connected()
    transaction = connection.transaction()
    await transaction.start()
    areas = await connection.fetchval("SELECT communes_within($1, $2)", await area_of(connection, "33"), DAY)
    beyond = await connection.fetchval("SELECT max(id) FROM area")
    for copy in range(1, 10):
        await connection.execute(COPY_AREAS, areas, copy * beyond)
        await connection.execute(COPY_PAGES, areas, copy * beyond)
    await connection.execute("ANALYZE total_page")
    every = [area + copy * beyond for copy in range(10) for area in areas]
    first = None
    for size in (len(areas), 2 * len(areas), 4 * len(areas), 8 * len(areas), 10 * len(areas)):
        fetch = partial(connection.fetch, DAY_OF_ALL, every[:size], [DAY])
        taken = told(f"{size:,} communes", await timed(fetch, 200))
        first = first or taken
        ratio(taken / first, "at most 12 x at ten times as many")
    await transaction.rollback()
    await connection.close()
