"""Alive is who answers; ready is who can answer from a database of this version."""

import asyncpg
import httpx
import pytest

from service.app import create_app
from service.embedded import Server
from service.migrate import migrate
from service.settings import Limits
from tests.conftest import TODAY, run
from tests.routers.api import refusal
from tests.signed_in import asked, served


async def test_the_process_is_alive_without_a_database() -> None:
    transport = httpx.ASGITransport(create_app("postgresql://nowhere"))
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        assert (await client.get("/health/live")).json() == {"status": "ok"}


async def test_a_migrated_database_is_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/ready")).json() == {"status": "ok"}


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM register",
        "UPDATE alembic_version SET version_num = '0001'",
        "COMMENT ON FUNCTION ledger_post IS 'another version'",
        "DROP TABLE register",
    ],
)
async def test_a_database_of_another_version_is_not_ready(empty_database: str, spoil: str) -> None:
    async with asked(served(empty_database, TODAY)) as client:
        connection = await asyncpg.connect(empty_database)
        await connection.execute(spoil)
        await connection.close()
        answer = await client.get("/health/ready")
        assert refusal(answer) == (503, "not_ready", [])
        assert "retry-after" in answer.headers
        assert (await client.get("/health/live")).status_code == 200


async def test_a_database_that_went_back_is_not_ready_until_it_is_migrated(empty_database: str) -> None:
    async with asked(served(empty_database, TODAY)) as client:
        await migrate(empty_database, TODAY, "base")
        assert refusal(await client.get("/health/ready")) == (503, "not_ready", [])
        await migrate(empty_database, TODAY)
        assert (await client.get("/health/ready")).status_code == 200


async def test_a_database_that_is_being_migrated_is_not_ready(empty_database: str) -> None:
    async with asked(served(empty_database, TODAY, Limits(lock_timeout=0.1))) as client:
        connection = await asyncpg.connect(empty_database)
        async with connection.transaction():
            await connection.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
            answer = await client.get("/health/ready")
        await connection.close()
        assert refusal(answer) == (503, "unavailable", [])
        assert "retry-after" in answer.headers
        assert (await client.get("/health/ready")).status_code == 200


async def test_a_database_that_is_away_is_not_ready(empty_database: str, server: Server) -> None:
    name = empty_database.partition("?")[0].rpartition("/")[2]
    async with asked(served(empty_database, TODAY)) as client:
        await run(server, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        await run(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        answer = await client.get("/health/ready")
        assert refusal(answer) == (503, "unavailable", [])
        assert "retry-after" in answer.headers
        assert "database_up 0.0" in (await client.get("/metrics")).text
