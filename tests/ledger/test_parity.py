"""The ledger says what the records say: the SQL and the reference were written apart, from the same words."""

from datetime import date

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from service import ledger
from tests.ledger.answers import (
    ALL,
    ALL_CHOSEN,
    COMMUNES,
    MEASURES,
    Answers,
    Cut,
    as_known,
    by_ledger,
    by_reference,
    days_of,
    differences,
    totals_by_ledger,
    with_neighbours,
)
from tests.ledger.histories import DAYS, HORIZON, cuts, profile, stories
from tests.ledger.reference import CHOOSING, EVERYTHING, count
from tests.ledger.tables import EMPTY, POSTED_ON, Step, enter, post, undone, write

Story = list[Step]
some_cuts = st.lists(cuts(), min_size=2, max_size=4, unique=True).map(lambda drawn: [ALL, ALL_CHOSEN, *drawn])


def days_to_ask(story: Story) -> list[date]:
    """Every day on which something begins or ends, with the day before and the day after."""
    return with_neighbours({*DAYS, *(day for step in story for history in step for day in days_of(history))})


async def ask(connection: asyncpg.Connection, story: Story, cuts: list[Cut]) -> list[Answers]:
    """Of a ledger that must be sound."""
    assert await differences(connection) == []
    return [await by_ledger(connection, days_to_ask(story), cut) for cut in cuts]


def expected(story: Story, cuts: list[Cut]) -> list[Answers]:
    """At the end of the story."""
    return [by_reference(story[-1][-1], days_to_ask(story), cut) for cut in cuts]


@profile(120)
@given(story=stories(), cuts=some_cuts)
async def test_a_ledger_posted_step_by_step_agrees_with_the_reference(
    connection: asyncpg.Connection, story: Story, cuts: list[Cut]
) -> None:
    async with undone(connection):
        await enter(connection, story)
        assert await ask(connection, story, cuts) == expected(story, cuts)


@profile(40)
@given(story=stories())
async def test_the_totals_of_the_province_are_the_sums_of_its_communes(
    connection: asyncpg.Connection, story: Story
) -> None:
    days = [day for day in days_to_ask(story) if day < HORIZON]
    async with undone(connection):
        history = await enter(connection, story)
        for rule in (EVERYTHING, CHOOSING):
            assert await totals_by_ledger(connection, days, rule) == {
                (measure, day): sum(count(history, measure, area, day, rule=rule) for area in COMMUNES)
                for measure in MEASURES
                for day in days
            }


@profile(40)
@given(story=stories(), cuts=some_cuts)
async def test_rebuilding_the_pages_changes_no_answer(
    connection: asyncpg.Connection, story: Story, cuts: list[Cut]
) -> None:
    async with undone(connection):
        await enter(connection, story)
        before = await ask(connection, story, cuts)
        await connection.execute("SELECT rebuild_pages()")
        assert await ask(connection, story, cuts) == before == expected(story, cuts)


@profile(40)
@given(story=stories(), cuts=some_cuts)
async def test_steps_can_follow_on_rebuilt_pages(connection: asyncpg.Connection, story: Story, cuts: list[Cut]) -> None:
    async with undone(connection):
        half = await enter(connection, story[: len(story) // 2])
        await connection.execute("SELECT rebuild_pages()")
        await enter(connection, story[len(story) // 2 :], half)
        assert await ask(connection, story, cuts) == expected(story, cuts)


@profile(40)
@given(story=stories(), cuts=some_cuts)
async def test_records_posted_all_at_once_give_the_same_answers(
    connection: asyncpg.Connection, story: Story, cuts: list[Cut]
) -> None:
    async with undone(connection):
        await write(connection, EMPTY, story[-1][-1])
        await ledger.rebuild(connection, POSTED_ON)
        assert await ask(connection, story, cuts) == expected(story, cuts)


@profile(40)
@given(story=stories(), cuts=some_cuts)
async def test_whatever_was_not_posted_is_posted_by_a_rebuild(
    connection: asyncpg.Connection, story: Story, cuts: list[Cut]
) -> None:
    async with undone(connection):
        half = await enter(connection, story[: len(story) // 2])
        await write(connection, half, *(after for step in story[len(story) // 2 :] for after in step))
        await ledger.rebuild(connection, POSTED_ON)
        assert await ask(connection, story, cuts) == expected(story, cuts)


@profile(40)
@given(story=stories(), cut=cuts())
async def test_the_past_is_known_as_it_was_known_then(connection: asyncpg.Connection, story: Story, cut: Cut) -> None:
    every_age, number, before = cut._replace(age_band="all"), 0, EMPTY
    async with undone(connection):
        known = {}
        for step in story:
            number = await post(connection, await write(connection, before, *step)) or number
            known[number] = before = step[-1]
        days = days_to_ask(story)
        for number, history in known.items():
            assert await as_known(connection, number, days, every_age) == by_reference(history, days, every_age)


@profile(40)
@given(story=stories(), cuts=some_cuts)
async def test_a_longer_horizon_changes_no_answer(
    connection: asyncpg.Connection, story: Story, cuts: list[Cut]
) -> None:
    async with undone(connection):
        half = await enter(connection, story[:-1])
        assert await ask(connection, story[:-1], cuts) == expected(story[:-1], cuts)
        assert await ledger.extend(connection, date(2022, 5, 5))
        assert await ask(connection, story[:-1], cuts) == expected(story[:-1], cuts)
        await enter(connection, story[-1:], half)
        assert await ask(connection, story, cuts) == expected(story, cuts)
