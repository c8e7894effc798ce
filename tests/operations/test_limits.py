"""Nobody waits for ever: what takes too long is answered with 503 and when to try again."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import httpx
import pytest

from service.app import look_after
from service.settings import Limits
from tests.conftest import TODAY
from tests.routers.api import child, refusal, registered
from tests.signed_in import asked, served

LIST, ONE = "/v1/children?limit=1", "/v1/children"


@pytest.fixture
async def other(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside those of the service."""
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


def unavailable(answer: httpx.Response) -> bool:
    assert "retry-after" in answer.headers, answer.text
    return refusal(answer) == (503, "unavailable", [])


@pytest.mark.parametrize(
    "limits", [Limits(lock_timeout=0.1), Limits(statement_timeout=0.1)], ids=["for a lock", "for an answer"]
)
async def test_waiting_for_another_transaction_ends(
    empty_database: str, other: asyncpg.Connection, limits: Limits
) -> None:
    async with asked(served(empty_database, TODAY, limits)) as client:
        async with other.transaction():
            await other.execute("LOCK TABLE child IN ACCESS EXCLUSIVE MODE")
            assert unavailable(await client.get(LIST))
            assert unavailable(await client.post(ONE, json=child()))
        assert (await client.get(LIST)).status_code == 200
        await registered(client)


async def test_waiting_for_a_connection_ends(empty_database: str) -> None:
    app = served(empty_database, TODAY, Limits(pool_size=1, pool_timeout=0.1))
    async with asked(app) as client:
        async with app.state.database.reader.acquire():
            assert unavailable(await client.get(LIST))
        async with app.state.database.engine.connect():
            assert unavailable(await client.post(ONE, json=child()))
        assert (await client.get(LIST)).status_code == 200
        await registered(client)


async def test_the_upkeep_may_take_longer_than_a_request(empty_database: str, other: asyncpg.Connection) -> None:
    app = served(empty_database, TODAY, Limits(statement_timeout=0.001, lock_timeout=0.001))
    async with asked(app):
        await look_after(app, empty_database, date(2031, 1, 1))
        assert await other.fetchval("SELECT page_horizon FROM register") == date(2033, 1, 1)


async def test_a_server_that_became_a_standby_is_left_for_the_one_that_takes_writes(
    empty_database: str, other: asyncpg.Connection
) -> None:
    name = await other.fetchval("SELECT current_database()")
    async with asked(served(empty_database, TODAY)) as client:
        await other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        assert unavailable(await client.post(ONE, json=child()))
        assert (await client.get("/v1/communes?limit=1")).status_code == 200
        assert unavailable(await client.get(LIST)), "a look that cannot be put on record is not given"
        await other.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await registered(client)
