"""Many write at once, and an operator beside them: nobody waits in a circle, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from random import Random
from uuid import UUID

import asyncpg
import pytest

from service import ledger
from tests.ledger.records import Child, History, Residence
from tests.ledger.tables import POSTED_ON, enter, post

WRITERS = 20
WRITES = 10
CHILDREN = [Child(UUID(int=n), "male", date(2006 + n, 2, 28)) for n in range(1, 6)]
CATEGORIES = ("1", "d", "poor_household")
MOVED = date(2018, 6, 30)
INSERT = "INSERT INTO circumstance (child_id, category_code, during) VALUES ($1, $2, daterange($3, NULL))"
DELETE = "DELETE FROM circumstance WHERE child_id = $1 AND category_code = $2"
TWICE = """
SELECT subject_id, measure, category FROM spell WHERE withdrawn IS NULL
GROUP BY subject_id, area_id, rule, measure, category, during HAVING count(*) > 1
"""
SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
Operation = Callable[[asyncpg.Connection], Awaitable[object]]


@pytest.fixture
async def pool(empty_database: str) -> AsyncIterator[asyncpg.Pool]:
    """Of connections to a province of five children, each of whom has moved from one commune to the other."""
    async with asyncpg.create_pool(empty_database, min_size=WRITERS + 1, max_size=WRITERS + 1) as pool:
        ids = (UUID(int=n) for n in range(100, 200))
        history = History()
        for child in CHILDREN:
            there = Residence(next(ids), child.id, "12145", child.born, MOVED)
            here = Residence(next(ids), child.id, "11950", MOVED)
            history = history.put(child, there, here)
        async with pool.acquire() as connection:
            await enter(connection, [[history]])
        yield pool


async def change(connection: asyncpg.Connection, child: UUID, category: str, start: date) -> None:
    """As the service writes: locks the child, changes a record, counts the version up, and posts last."""
    async with connection.transaction():
        await connection.execute("SELECT FROM child WHERE id = $1 FOR UPDATE", child)
        if await connection.execute(DELETE, child, category) == "DELETE 0":
            await connection.execute(INSERT, child, category, start)
        await connection.execute("UPDATE child SET version = version + 1 WHERE id = $1", child)
        await post(connection, [child])


async def writer(pool: asyncpg.Pool, random: Random, half_way: asyncio.Event) -> None:
    async with pool.acquire() as connection:
        for n in range(WRITES):
            start = date(random.randrange(2015, 2022), random.randrange(1, 13), 1)
            await change(connection, random.choice(CHILDREN).id, random.choice(CATEGORIES), start)
            if n == WRITES // 2:
                half_way.set()


async def write_concurrently(pool: asyncpg.Pool, operation: Operation | None = None) -> None:
    """Twenty writers; the operation begins when the first of them is half-way."""
    half_way = asyncio.Event()

    async def operator() -> None:
        await half_way.wait()
        if operation is not None:
            async with pool.acquire() as connection:
                await operation(connection)

    await asyncio.gather(operator(), *(writer(pool, Random(n), half_way) for n in range(WRITERS)))


async def faults(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    """Where records, spells and pages disagree, and what is in the ledger twice."""
    async with pool.acquire() as connection:
        return [*await ledger.differences(connection), *await connection.fetch(TWICE)]


async def rebuild(connection: asyncpg.Connection) -> None:
    await ledger.rebuild(connection, POSTED_ON)


async def extend(connection: asyncpg.Connection) -> None:
    assert await ledger.extend(connection, date(2022, 5, 5))


async def until_somebody_waits(pool: asyncpg.Pool) -> None:
    """For a lock that somebody else holds."""
    async with asyncio.timeout(20):
        while not await pool.fetchval(SOMEBODY_WAITS):
            pass


@pytest.fixture(params=[rebuild, extend])
async def operation(request: pytest.FixtureRequest, pool: asyncpg.Pool) -> Operation:
    """What an operator does; a rebuild finds circumstances that nobody has posted."""
    if request.param is rebuild:
        await pool.executemany(INSERT, [(child.id, "a.1", date(2017, 7, 1)) for child in CHILDREN])
        assert await faults(pool)
    return request.param


async def test_writers_on_the_same_children_leave_a_sound_ledger(pool: asyncpg.Pool) -> None:
    await write_concurrently(pool)
    assert await faults(pool) == []
    assert await pool.fetchval("SELECT sum(version) FROM child") == len(CHILDREN) + WRITERS * WRITES


async def test_an_operation_amid_writers_leaves_a_sound_ledger(pool: asyncpg.Pool, operation: Operation) -> None:
    await write_concurrently(pool, operation)
    assert await faults(pool) == []


async def test_a_writer_who_waited_for_an_operation_goes_on_from_what_it_left(
    pool: asyncpg.Pool, operation: Operation
) -> None:
    async with pool.acquire() as operator, pool.acquire() as officer:
        async with operator.transaction():
            await operation(operator)
            waiting = asyncio.create_task(change(officer, CHILDREN[0].id, "d", date(2018, 1, 1)))
            await until_somebody_waits(pool)
        await waiting
    assert await faults(pool) == []


async def test_an_operation_that_waited_for_a_writer_goes_on_from_what_it_left(
    pool: asyncpg.Pool, operation: Operation
) -> None:
    async with pool.acquire() as operator, pool.acquire() as officer:
        async with officer.transaction():
            await change(officer, CHILDREN[0].id, "d", date(2018, 1, 1))
            waiting = asyncio.create_task(operation(operator))
            await until_somebody_waits(pool)
        await waiting
    assert await faults(pool) == []
