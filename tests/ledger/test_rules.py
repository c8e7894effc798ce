"""A rule comes into the ledger step by step, while others write: as if it had always been there."""

import asyncio
from datetime import date
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import ledger
from tests.ledger.answers import ALL_CHOSEN, Cut, by_ledger, by_reference, days_of, differences, with_neighbours
from tests.ledger.histories import DAYS, cuts, profile, stories
from tests.ledger.records import Child, Circumstance, History, Residence
from tests.ledger.reference import CHOOSING
from tests.ledger.tables import ADOPT, EMPTY, POSTED_ON, Step, draft, post, undone, write
from tests.ledger.test_concurrency import faults, pool, write_concurrently

assert pool, "a fixture of these tests too"
BEGIN = f"SELECT begin_rule({CHOOSING.id}::smallint, '2016-01-01', 'test')"
STEP = f"SELECT post_rule({CHOOSING.id}::smallint, $1, $2, $3)"
PREVIEW = """
SELECT s.measure, v.code, s.day, s.stock
FROM rule_stocks($1::smallint, communes_within(
    (SELECT area_id FROM area_version WHERE code = '33' AND during @> $2::date), $2), $3) s
JOIN area_version v ON v.area_id = s.area_id AND v.during @> $2::date
"""


async def step(connection: asyncpg.Connection, subjects: int, areas: int = 400) -> bool:
    more: bool = await connection.fetchval(STEP, POSTED_ON, subjects, areas)
    return more


@profile(60)
@given(story=stories(), cut=cuts(), pace=st.lists(st.integers(0, 2), min_size=8, max_size=8))
async def test_a_rule_that_is_posted_among_writes_agrees_with_the_reference(
    connection: asyncpg.Connection, story: list[Step], cut: Cut, pace: list[int]
) -> None:
    """After each step of the story, some steps of the posting; then the rest of it."""
    before = EMPTY
    async with undone(connection, adopted=False):
        await draft(connection, CHOOSING)
        begins = len(story) // 2
        for n, after in enumerate(story):
            if n == begins:
                await connection.execute(BEGIN)
            await post(connection, await write(connection, before, *after))
            before = after[-1]
            for _ in range(pace[n % len(pace)] if n >= begins else 0):
                await step(connection, 1, 300)
                assert await differences(connection) == []
        while await step(connection, 1):
            pass
        assert await differences(connection) == []
        days = with_neighbours({*DAYS, *days_of(before)})
        for part in (ALL_CHOSEN, cut):
            assert await by_ledger(connection, days, part) == by_reference(before, days, part)


@profile(40)
@given(story=stories())
async def test_a_preview_says_what_the_reference_says(connection: asyncpg.Connection, story: list[Step]) -> None:
    history = story[-1][-1]
    async with undone(connection, adopted=False):
        await draft(connection, CHOOSING)
        await post(connection, await write(connection, EMPTY, history))
        days = [day for day in with_neighbours(days_of(history)) if date(2010, 1, 1) < day < date(2021, 1, 1)]
        rows = await connection.fetch(PREVIEW, CHOOSING.id, date(2018, 6, 30), days)
        assert {(row["measure"], row["code"], row["day"]): row["stock"] for row in rows} == by_reference(
            history, days, ALL_CHOSEN
        )


async def test_an_operator_may_rebuild_while_a_rule_is_posted(connection: asyncpg.Connection) -> None:
    async with undone(connection, adopted=False):
        await draft(connection, CHOOSING)
        story = await some_story(connection)
        await connection.execute(BEGIN)
        await step(connection, 1)
        await ledger.rebuild(connection, POSTED_ON)
        assert await differences(connection) == []
        while await step(connection, 1, 50):
            assert await differences(connection) == []
        await ledger.rebuild(connection, POSTED_ON)
        days = with_neighbours({*DAYS, *days_of(story)})
        assert await by_ledger(connection, days, ALL_CHOSEN) == by_reference(story, days, ALL_CHOSEN)


async def some_story(connection: asyncpg.Connection) -> History:
    """Five children of Phù Ủng, severely disabled."""
    history = EMPTY
    for n in range(1, 6):
        child = Child(UUID(int=n), "male", date(2005 + n, 2, 28))
        home = Residence(UUID(int=10 + n), child.id, "12145", child.born)
        history = history.put(child, home, Circumstance(UUID(int=20 + n), child.id, "d.2", date(2018, 1, n)))
    await post(connection, await write(connection, EMPTY, history))
    return history


async def test_a_rule_posted_amid_writers_leaves_a_sound_ledger(pool: asyncpg.Pool) -> None:
    async def posting(connection: asyncpg.Connection) -> None:
        await draft(connection, CHOOSING)
        await connection.execute(BEGIN)
        while True:
            try:
                if not await step(connection, 1, 60):
                    return
            except asyncpg.TransactionRollbackError:
                continue

    await write_concurrently(pool, posting)
    assert await faults(pool) == []
    assert await pool.fetchval("SELECT state FROM counting_rule WHERE id = $1", CHOOSING.id) == "adopted"
    assert await pool.fetchval("SELECT count(*) FROM spell WHERE rule = $1", CHOOSING.id) > 0


async def test_two_who_post_the_same_rule_take_turns(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        await draft(one, CHOOSING)
        await one.execute(BEGIN)
        await asyncio.gather(*(ledger.post_rules(connection, lambda: POSTED_ON) for connection in (one, other)))
    assert await faults(pool) == []
    first = "SELECT count(*) FROM posting WHERE cause = 'adopt_rule'"
    assert await pool.fetchval(first) == 2  # everyone at once, and that it is done


async def test_a_draft_counts_nothing_and_cannot_be_adopted_twice(connection: asyncpg.Connection) -> None:
    async with undone(connection, adopted=False):
        await draft(connection, CHOOSING)
        await some_story(connection)
        assert await connection.fetchval("SELECT count(*) FROM spell WHERE rule = $1", CHOOSING.id) == 0
        await connection.execute(ADOPT, CHOOSING.id)
        await connection.execute(BEGIN)
        assert not await connection.fetchval("SELECT EXISTS (SELECT FROM rule_posting)")
        with pytest.raises(asyncpg.RaiseError):
            await connection.execute(ADOPT, CHOOSING.id)
