"""What was known at the end of a day stays what it was, whatever is posted later."""

from datetime import date
from itertools import product

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.answers import (
    ALL,
    ALL_CHOSEN,
    Cut,
    by_reference,
    days_of,
    known_at,
    known_on,
    spells_known_on,
    with_neighbours,
)
from tests.ledger.histories import DAYS, cuts, profile, stories
from tests.ledger.tables import EMPTY, Step, post, undone, write

Story = list[Step]
BEFORE_ALL = date(2000, 1, 1)
POSTING_DAYS = (date(2016, 3, 1), date(2018, 6, 30), date(2018, 7, 1), date(2020, 9, 30), date(2020, 12, 31))


@st.composite
def dated_stories(draw: st.DrawFn) -> list[tuple[date, Step]]:
    """Each step with the day on which it is posted, in whatever order."""
    story = draw(stories())
    days = draw(st.lists(st.sampled_from(POSTING_DAYS), min_size=len(story), max_size=len(story)))
    return list(zip(days, story, strict=True))


def days_to_ask(story: list[tuple[date, Step]]) -> list[date]:
    return with_neighbours({*DAYS, *(day for _, step in story for history in step for day in days_of(history))})


@profile(60)
@given(story=dated_stories(), cut=cuts())
async def test_the_close_of_a_day_is_what_the_records_said_then(
    connection: asyncpg.Connection, story: list[tuple[date, Step]], cut: Cut
) -> None:
    days, history = days_to_ask(story), EMPTY
    in_order = sorted(day for day, _ in story)
    said = {BEFORE_ALL: EMPTY}
    async with undone(connection):
        for day, (_, step) in zip(in_order, story, strict=True):
            await post(connection, await write(connection, history, *step), day)
            said[day] = history = step[-1]
        for (known, then), part in product(said.items(), (ALL, ALL_CHOSEN, cut)):
            assert await known_on(connection, known, days, part) == by_reference(then, days, part)


@profile(60)
@given(story=dated_stories(), cut=cuts())
async def test_numbers_and_days_of_postings_need_not_be_in_the_same_order(
    connection: asyncpg.Connection, story: list[tuple[date, Step]], cut: Cut
) -> None:
    days, history, every_age = days_to_ask(story), EMPTY, cut._replace(age_band="all")
    async with undone(connection):
        for day, step in story:
            await post(connection, await write(connection, history, *step), day)
            history = step[-1]
        for known, part in product(with_neighbours(POSTING_DAYS), (ALL, every_age)):
            expected = await spells_known_on(connection, known, days, part)
            assert await known_on(connection, known, days, part) == expected


@profile(60)
@given(story=dated_stories(), cut=cuts())
async def test_at_a_posting_it_is_what_the_records_said_then_whatever_the_days_of_postings(
    connection: asyncpg.Connection, story: list[tuple[date, Step]], cut: Cut
) -> None:
    days, history = days_to_ask(story), EMPTY
    said = {0: EMPTY}
    async with undone(connection):
        for day, step in story:
            await post(connection, await write(connection, history, *step), day)
            history = step[-1]
            said[await connection.fetchval("SELECT coalesce(max(number), 0) FROM posting")] = history
        for (number, then), part in product(said.items(), (ALL, ALL_CHOSEN, cut)):
            assert await known_at(connection, number, days, part) == by_reference(then, days, part)
