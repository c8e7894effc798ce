"""The register as a whole: whether it holds anything or anyone signs in, and held while it is filled."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files

import asyncpg

SET_ASIDE = files(__package__).joinpath("set_aside.sql").read_text(encoding="utf-8")
EMPTY = """
SELECT NOT EXISTS (SELECT FROM child) AND NOT EXISTS (SELECT FROM site) AND NOT EXISTS (SELECT FROM posting)
   AND NOT EXISTS (SELECT FROM case_report)
"""
# What lists and searches read by an index alone.
NOT_ANALYZED, ANALYZED = ["child_name", "home", "care"], ["child", "spell", "case_file"]  # by the load
MAY_SET = "SELECT has_parameter_privilege('wal_compression', 'SET')"


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
    """Keeps every writer out until the transaction ends: each of them begins with a child, a site or a report."""
    await connection.execute("LOCK TABLE child, site, posting, case_report IN SHARE ROW EXCLUSIVE MODE")
    if not await is_empty(connection):
        raise RegisterNotEmptyError


@asynccontextmanager
async def set_aside(connection: asyncpg.Connection, names: list[str]) -> AsyncIterator[None]:
    """Without secondary indexes and foreign keys, tables are loaded far faster; made again, both check everything.

    They come back as the catalogue describes them. If the load fails, the transaction brings them back.
    """
    if await connection.fetchval(MAY_SET):  # to compress the pages of an index takes longer than to make it
        await connection.execute("SET LOCAL wal_compression = off")
    slow = await connection.fetch(SET_ASIDE, names)
    for row in slow:
        await connection.execute(row["remove"])
    yield
    for row in reversed(slow):
        await connection.execute(row["restore"])


async def vacuum(connection: asyncpg.Connection) -> None:
    """After a large load, outside its transaction: an index is read without the rows where these are known to be
    visible to everyone. By itself the server would find that out a minute later."""
    with suppress(asyncpg.PostgresError):  # what was loaded is kept, and the server will come to it
        await connection.execute(f"VACUUM (ANALYZE) {', '.join(NOT_ANALYZED)}")
        await connection.execute(f"VACUUM {', '.join(ANALYZED)}")
