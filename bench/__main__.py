"""`make bench`: every line as a ratio, on a province of CHILDREN (300,000) in DATA_DIR (.data-bench), made if need be.

python -m bench               all lines
python -m bench one-day       some lines
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench import clock, exchange, in_sql, lists, of_contract, on_maps, over_http, soaking
from bench.province import Province, province

CHILDREN = int(os.environ.get("CHILDREN", "300000"))
DATA_DIR = Path(os.environ.get("DATA_DIR", ".data-bench"))
LINES: dict[str, Callable[[Province], Awaitable[None]]] = {
    "one-day": in_sql.one_day,
    "series": in_sql.series,
    "known": in_sql.known,
    "breakdown": in_sql.breakdown,
    "other-map": on_maps.other_map,
    "records": on_maps.first_records,
    "communes": on_maps.many_communes,
    "child": over_http.child,
    "page": over_http.page,
    "search": over_http.search,
    "lists": lists.lists,
    "attainment": over_http.attainment,
    "scoreboard": over_http.scoreboard,
    "unchanged": over_http.unchanged,
    "let-through": over_http.let_through,
    "document": of_contract.document,
    "key": of_contract.key,
    "newborn": over_http.newborn,
    "circumstance": over_http.circumstance,
    "tasks": clock.tasks,
    "step": clock.step,
    "rebuild": in_sql.rebuild,
    "exchange": exchange.exchange,
    "writers": soaking.writers,
    "updates": soaking.updates,
    "kills": soaking.kills,
    "tenfold": in_sql.tenfold,
}


async def main(names: list[str]) -> None:
    if unknown := set(names) - set(LINES):
        sys.exit(f"There is no line {', '.join(unknown)}. The lines: {', '.join(LINES)}.")
    async with province(DATA_DIR, CHILDREN) as measured:
        for name in names or LINES:
            print(f"{name}: {LINES[name].__doc__}")
            await LINES[name](measured)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
