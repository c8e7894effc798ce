"""A write that PostgreSQL takes back because of another one is tried again, a few times, and happens once."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from service.retrying import TRIES
from tests.routers.api import child, refusal

# A sequence is not taken back with the transaction, so that it knows how often we came.
LOSE = """
CREATE SEQUENCE losses;
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF nextval('losses') <= {losses} THEN
        RAISE EXCEPTION 'another one was first' USING ERRCODE = '{code}';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER lost AFTER INSERT ON {table} {when} FOR EACH ROW EXECUTE FUNCTION lose();
"""
AT_COMMIT = "DEFERRABLE INITIALLY DEFERRED"


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


@pytest.mark.parametrize("code", ["40001", "40P01"])
@pytest.mark.parametrize(("table", "when"), [("child", ""), ("residence", AT_COMMIT)])
async def test_what_lost_a_few_times_happens_once(
    client: httpx.AsyncClient, database: asyncpg.Connection, code: str, table: str, when: str
) -> None:
    await database.execute(LOSE.format(losses=TRIES - 1, code=code, table=table, when=when))
    answer = await client.post("/v1/children", json=child())
    assert answer.status_code == 201, answer.text
    assert answer.json()["full_name"] == child()["full_name"]
    assert await database.fetchval("SELECT count(*) FROM child") == 1
    assert await database.fetchval("SELECT count(*) FROM posting") == 1
    assert await database.fetchval("SELECT last_value FROM losses") == TRIES


async def test_what_always_loses_is_given_up_and_leaves_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await database.execute(LOSE.format(losses=1000, code="40P01", table="child", when=AT_COMMIT))
    answer = await client.post("/v1/children", json=child())
    assert refusal(answer) == (503, "unavailable", [])
    assert answer.headers["retry-after"] == "1"
    assert await database.fetchval("SELECT last_value FROM losses") == TRIES
    assert await database.fetchval("SELECT count(*) FROM child") == 0


async def test_a_read_that_lost_is_tried_again_too(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    address = (await client.post("/v1/children", json=child())).headers["location"]
    await database.execute("""
        CREATE OR REPLACE FUNCTION reaches_child(c caller, child uuid) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'another one was first' USING ERRCODE = '40001';
        END $$;
    """)
    assert refusal(await client.get(address)) == (503, "unavailable", [])
