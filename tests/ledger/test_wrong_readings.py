"""The parity tests can fail: each of these wrong readings of the words is found within a few histories."""

from datetime import date, datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given

from tests.ledger.answers import by_ledger, by_reference, days_of, with_neighbours
from tests.ledger.histories import profile, stories
from tests.ledger.records import Case, Child, Circumstance, Deadline, Intervention, Residence, Turn
from tests.ledger.reference import VIETNAM
from tests.ledger.tables import EMPTY, Step, enter, undone

MEANING = files("service.ledger").joinpath("spells.sql").read_text(encoding="utf-8")


CHILD = Child(UUID(int=1), "female", date(2010, 5, 17))
CASE = Case(UUID(int=4), CHILD.id, date(2018, 2, 1), kind="protection")
# What is drawn too seldom: a case that was reopened, after a measure had been given and a deadline missed.
REOPENED = EMPTY.put(
    CHILD,
    Residence(UUID(int=2), CHILD.id, "12145", CHILD.born),
    Circumstance(UUID(int=3), CHILD.id, "d", CHILD.born),
    CASE,
    Intervention(UUID(int=5), CASE.id, date(2018, 3, 1)),
    Deadline(UUID(int=6), CASE.id, datetime(2018, 2, 1, 11, 40, tzinfo=VIETNAM)),
    Turn(UUID(int=7), CASE.id, datetime(2018, 6, 1, 9, tzinfo=VIETNAM), "closing"),
    Turn(UUID(int=8), CASE.id, datetime(2018, 7, 1, 9, tzinfo=VIETNAM), "reopening"),
)


@cache
def some_stories() -> list[list[Step]]:
    drawn = [[[REOPENED]]]

    @profile(150)
    @given(stories())
    def draw(story: list[Step]) -> None:
        drawn.append(story)

    draw()
    return drawn


async def disagrees(connection: asyncpg.Connection, story: list[Step]) -> bool:
    async with undone(connection):
        days = with_neighbours(days_of(await enter(connection, story)))
        return await by_ledger(connection, days) != by_reference(story[-1][-1], days)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param("birthday(c.date_of_birth, 16)", "birthday(c.date_of_birth, 16) + 1", id="16th birthday counts"),
        pytest.param(
            "make_interval(years => age))::date", "make_interval(days => age * 365))::date", id="years of 365"
        ),
        pytest.param("- coalesce(s.days, '{}')", "", id="at risk beside special"),
        pytest.param("g.until)) AS days", "g.until, '[]')) AS days", id="closing day counts"),
        pytest.param("greatest(e.since, i.started_on), e", "e.since, e", id="assisted from the opening"),
        pytest.param("coalesce(m.parent_code, m.code)", "m.code", id="a measure is its own level"),
        pytest.param("l.paused_at) > l.due_at", "l.paused_at) >= l.due_at", id="late at the very moment"),
        pytest.param("l.lifted_at, l.paused_at)", "l.lifted_at)", id="missed while paused"),
        pytest.param("l.met_at END", "coalesce(l.met_at, l.lifted_at) END", id="kept when lifted"),
        pytest.param("FILTER (WHERE d.missed)", "FILTER (WHERE false)", id="never missed"),
        pytest.param("AND l.source = 'law'", "", id="deadlines of the plan count"),
        pytest.param("s.occurred_at > coalesce(o.at, '-infinity')", "true", id="reopened for no time"),
        pytest.param(" AND (i.started_on >= e.since OR NOT e.reopened)", "", id="assisted as before the reopening"),
        pytest.param("AND (d.since >= e.since OR NOT e.reopened)", "", id="missed before the reopening"),
        pytest.param("e.kind = 'protection' AND", "", id="cases of support are clocked"),
        pytest.param("'Asia/Ho_Chi_Minh'", "'UTC'", id="days of Greenwich"),
        pytest.param("'completed', 'replicated'", "'completed'", id="replicated is not a model"),
    ],
)
async def test_a_wrong_reading_is_noticed(connection: asyncpg.Connection, right: str, wrong: str) -> None:
    assert right in MEANING
    await connection.execute(MEANING.replace(right, wrong))
    noticed = False
    for story in some_stories():
        noticed = noticed or await disagrees(connection, story)
    assert noticed
