"""A province is a schema, which the search path of the connection's role chooses: two of them in one database."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from service import ledger
from service.embedded import Server
from service.migrate import migrate
from tests.conftest import run
from tests.routers.api import PHU_UNG, figures, registered
from tests.signed_in import asked, officer, served

TODAY = date(2020, 12, 31)
PROVINCES = ("hung_yen", "thai_binh")
# What a database holds only once, an administrator puts where every province finds it.
SHARED = """
CREATE SCHEMA extensions;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
CREATE EXTENSION btree_gist SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;
"""


@pytest.fixture
async def provinces(server: Server) -> AsyncIterator[list[str]]:
    """The addresses of two owners, neither an administrator; each has a schema of its own in one database."""
    await run(server, "CREATE DATABASE country")
    whole = server.dsn.replace("/child_protection?", "/country?")
    administrator = await asyncpg.connect(whole)
    await administrator.execute(SHARED)
    for name in PROVINCES:
        await administrator.execute(f"CREATE ROLE {name} LOGIN; CREATE SCHEMA {name} AUTHORIZATION {name}")
        await administrator.execute(f"CREATE ROLE {name}_service LOGIN")
        for role in (name, f"{name}_service"):
            await administrator.execute(f"ALTER ROLE {role} SET search_path = {name}, extensions")
    yield [whole.replace("postgres@", f"{name}@") for name in PROVINCES]
    await administrator.close()
    await run(server, "DROP DATABASE country WITH (FORCE)")
    for name in PROVINCES:
        await run(server, f"DROP ROLE {name}, {name}_service")


async def registering(dsn: str, children: int) -> tuple[int, int | None]:
    """Migrate, register children over HTTP, and ask for a figure."""
    await migrate(dsn, TODAY)
    await officer(dsn)
    async with asked(served(dsn, TODAY)) as client:
        for _ in range(children):
            address = await registered(client)
        await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})
        return await figures(client, "special_rate", "2018-06-30", area=PHU_UNG)


async def test_two_provinces_live_in_one_database_and_know_nothing_of_each_other(provinces: list[str]) -> None:
    assert [await registering(dsn, children) for children, dsn in enumerate(provinces, 1)] == [(1, 1), (1, 2)]
    for children, dsn in enumerate(provinces, 1):
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT count(*) FROM child") == children
        await ledger.rebuild(connection, TODAY)
        assert await ledger.differences(connection) == []
        # Nothing of ours is anywhere else, not even the first province's extensions.
        assert (
            await connection.fetchval("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0
        )
        await connection.close()


async def test_one_province_is_taken_back_to_nothing_beside_another(provinces: list[str]) -> None:
    for dsn in provinces:
        await migrate(dsn, TODAY)
    await migrate(provinces[0], TODAY, "base")
    assert await registering(provinces[1], 1) == (1, 1)
    assert await registering(provinces[0], 1) == (1, 1)
