"""Children by name: those that somebody looks for, the best matches first, or all in the order of names."""

from datetime import date
from uuid import UUID

import asyncpg
import orjson

from service.database import Reader
from service.domain.names import FEW, Rank, Search
from service.doors import ASKING, Asking
from service.queries.children import FILTER, Filter, number_of_children

FIND = f"SELECT item, rank, id FROM find_children({ASKING}, {FILTER}, $18, $19, $20, $21, $22, $23, $24)"


async def children_by_name(
    reader: Reader,
    asking: Asking,
    wanted: Filter,
    sought: Search | None,
    shown_on: date,
    after: tuple[int | None, UUID | None],
    limit: int,
) -> list[asyncpg.Record]:
    """Item, rank and id; one row more than the limit. The commune is the one on `shown_on`."""
    told = (None, None) if sought is None else (conditions(sought.ranks), conditions(sought.slips))
    return await reader.fetch(FIND, *asking, *wanted, *told, FEW, shown_on, *after, limit)


def conditions(ranks: list[Rank]) -> str | None:
    return orjson.dumps([rank._asdict() for rank in ranks]).decode() if ranks else None


async def number_by_name(reader: Reader, asking: Asking, wanted: Filter, sought: Search | None) -> int:
    """How many the pages hold: those with a slip only where those without are few."""
    number = await number_of_children(reader, asking, wanted)
    if sought is None or not sought.slips or number >= FEW:
        return number
    return await number_of_children(reader, asking, wanted._replace(name=sought.forgiving))
