"""The register as a whole: whether it holds anything or anyone signs in, and held while it is filled."""

import asyncpg

EMPTY = "SELECT NOT EXISTS (SELECT FROM child) AND NOT EXISTS (SELECT FROM site) AND NOT EXISTS (SELECT FROM posting)"


class RegisterNotEmptyError(Exception):
    """The register holds records already, and only an empty one is filled: name another DATA_DIR or database."""

    def __str__(self) -> str:
        return str(self.__doc__)


async def is_empty(connection: asyncpg.Connection) -> bool:
    empty: bool = await connection.fetchval(EMPTY)
    return empty


async def has_accounts(connection: asyncpg.Connection) -> bool:
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM account)")
    return found


async def hold_empty(connection: asyncpg.Connection) -> None:
    """Keeps every writer out until the transaction ends: each of them begins with a child or a site. Readers read."""
    await connection.execute("LOCK TABLE child, site, posting IN SHARE ROW EXCLUSIVE MODE")
    if not await is_empty(connection):
        raise RegisterNotEmptyError
