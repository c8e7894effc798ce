"""What is submitted, and waits for the chair who is in charge of it."""

from datetime import date, datetime
from uuid import UUID

import asyncpg

from service.database import Reader
from service.doors import ASKING, Asking

LIST = f"SELECT item, due, id FROM list_approvals({ASKING}, $6, $7, $8, $9, $10, $11)"
COUNT = f"SELECT count_approvals({ASKING}, $6)"


async def approvals(
    reader: Reader,
    asking: Asking,
    areas: list[int] | None,
    on: date,
    at: datetime,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[asyncpg.Record]:
    """Item, due moment and id, what is due first first: of cases led in one of the areas, as it stands at a moment. One
    row more than the limit. Communes are called as they are on the day."""
    return await reader.fetch(LIST, *asking, areas, on, at, *after, limit)


async def number_of_approvals(reader: Reader, asking: Asking, areas: list[int] | None) -> int:
    number: int = await reader.fetchval(COUNT, *asking, areas)
    return number
