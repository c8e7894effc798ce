"""What is on record about a child: who changed what, and who looked."""

from uuid import UUID

import asyncpg

from service.database import Reader
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking

HISTORY = f"SELECT item, number FROM list_history({ASKING}, $6, $7, $8)"
ACCESSES = f"SELECT item, number FROM list_accesses({ASKING}, $6, $7, $8)"
CHANGES = f"SELECT changes_since({ASKING}, $6, $7, $8)"
NUMBER_OF_CHANGES = f"SELECT count_history({ASKING}, $6)"
NUMBER_OF_ACCESSES = f"SELECT count_accesses({ASKING}, $6)"
LOOK = f"SELECT look({ASKING}, $6, $7)"


async def look(reader: Reader, asking: Asking, permission: Permission, child_id: UUID) -> None:
    """Refuses a child that the caller does not meet."""
    if not await reader.fetchval(LOOK, *asking, permission, child_id):
        raise Refusal("child_unknown")


async def changes_since(reader: Reader, asking: Asking, kind: str, thing: UUID, held: int) -> str | None:
    """What has changed of a child, case, site, account or agency since a version, in JSON; None of what is not met."""
    found: str | None = await reader.fetchval(CHANGES, *asking, kind, thing, held)
    return found


async def history(
    reader: Reader, asking: Asking, child_id: UUID, before: int | None, limit: int
) -> list[asyncpg.Record]:
    """Item and number, the newest first; one row more than the limit."""
    return await reader.fetch(HISTORY, *asking, child_id, before, limit)


async def accesses(
    reader: Reader, asking: Asking, child_id: UUID, before: int | None, limit: int
) -> list[asyncpg.Record]:
    """Item and number, the newest first; one row more than the limit."""
    return await reader.fetch(ACCESSES, *asking, child_id, before, limit)


async def number_of_changes(reader: Reader, asking: Asking, child_id: UUID) -> int:
    number: int = await reader.fetchval(NUMBER_OF_CHANGES, *asking, child_id)
    return number


async def number_of_accesses(reader: Reader, asking: Asking, child_id: UUID) -> int:
    number: int = await reader.fetchval(NUMBER_OF_ACCESSES, *asking, child_id)
    return number
