"""What one posting does to spells and pages, and what writers do to each other."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from tests.ledger.answers import differences
from tests.ledger.records import Child, Circumstance, History, Record, Residence, Site, Stage
from tests.ledger.tables import POSTED_ON, post, write

BORN = date(2010, 5, 17)
GROWN_UP = date(2026, 5, 17)
MOVED = date(2018, 6, 30)
CHILD = Child(UUID(int=1), "female", BORN)
HOME = Residence(UUID(int=2), CHILD.id, "12145", BORN)
DISABLED = Circumstance(UUID(int=3), CHILD.id, "d", date(2018, 6, 15))
SITE = Site(UUID(int=4), "12145")
COMPLETED = Stage(UUID(int=5), SITE.id, "completed", date(2018, 1, 1))
SPELLS = """
SELECT v.code, s.measure, s.category, lower(s.during), upper(s.during), s.withdrawn IS NOT NULL
FROM spell s JOIN area_version v ON v.area_id = s.area_id AND v.during @> date '2018-06-30'
"""
PAGES = """
SELECT p.month FROM page p JOIN cell c ON c.id = p.cell_id
WHERE c.measure = 'special' AND (c.category, c.sex, c.age_band) = ($1, $2, $3)
UNION ALL
SELECT month FROM total_page WHERE measure = 'special' AND ($1, $2, $3) = ('all', 'all', 'all')
ORDER BY month
"""


class Register:
    """A register that posts every change."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.history = History()

    async def becomes(self, history: History) -> int | None:
        subjects = await write(self.connection, self.history, history)
        self.history = history
        return await post(self.connection, subjects)

    async def put(self, *records: Record) -> int | None:
        return await self.becomes(self.history.put(*records))

    async def drop(self, record: Record) -> int | None:
        return await self.becomes(self.history.drop(record))

    async def spells(self) -> set[tuple[str, str, str, date, date | None, bool]]:
        """Commune, measure, category, from, until, and whether it is withdrawn."""
        return {tuple(row) for row in await self.connection.fetch(SPELLS)}

    async def months(self, category: str, sex: str = "all", age_band: str = "all") -> list[date]:
        """Of which `special` has a page."""
        return [row["month"] for row in await self.connection.fetch(PAGES, category, sex, age_band)]


@pytest.fixture
async def register(connection: asyncpg.Connection) -> Register:
    return Register(connection)


async def test_a_posting_says_when_and_by_whom_and_why(register: Register) -> None:
    number = await register.put(CHILD, HOME)
    row = await register.connection.fetchrow("SELECT day, actor, cause FROM posting WHERE number = $1", number)
    assert tuple(row) == (POSTED_ON, "test", "test")


async def test_posting_again_changes_nothing_and_has_no_number(register: Register) -> None:
    await register.put(CHILD, HOME, DISABLED)
    before = await register.spells()
    assert await post(register.connection, [CHILD.id]) is None
    assert await register.spells() == before


async def test_posting_nobody_or_an_unknown_child_has_no_number(register: Register) -> None:
    assert await post(register.connection, []) is None
    assert await post(register.connection, [UUID(int=99)]) is None


async def test_a_change_of_name_posts_nothing(register: Register) -> None:
    await register.put(CHILD, HOME)
    await register.connection.execute("UPDATE child SET full_name = 'Trần Thị Bình'")
    assert await post(register.connection, [CHILD.id]) is None


async def test_numbers_of_postings_rise(register: Register) -> None:
    numbers = [await register.put(CHILD, HOME), await register.put(DISABLED), await register.drop(DISABLED)]
    assert None not in numbers
    assert numbers == sorted(set(numbers))


async def test_only_what_changed_is_posted(register: Register) -> None:
    await register.put(CHILD, HOME)
    number = await register.put(DISABLED)
    posted = await register.connection.fetch("SELECT measure, category FROM spell WHERE posted = $1", number)
    assert sorted(map(tuple, posted)) == [("special", "all"), ("special", "d")]


async def test_a_withdrawn_spell_keeps_its_row(register: Register) -> None:
    await register.put(CHILD, HOME, DISABLED)
    await register.drop(DISABLED)
    assert await register.spells() == {
        ("12145", "children", "all", BORN, GROWN_UP, False),
        ("12145", "special", "all", DISABLED.start, GROWN_UP, True),
        ("12145", "special", "d", DISABLED.start, GROWN_UP, True),
    }


async def test_a_change_of_one_period_leaves_the_others_posted(register: Register) -> None:
    first = replace(DISABLED, until=date(2019, 1, 1))
    second = Circumstance(UUID(int=6), CHILD.id, "d", date(2020, 1, 1))
    await register.put(CHILD, HOME, first, second)
    await register.put(replace(second, until=date(2021, 1, 1)))
    present = {spell[3:5] for spell in await register.spells() if spell[2] == "d" and not spell[5]}
    assert present == {(first.start, first.until), (second.start, date(2021, 1, 1))}


async def test_a_deleted_child_leaves_only_withdrawn_spells(register: Register) -> None:
    await register.put(CHILD, HOME, DISABLED)
    number = await register.drop(CHILD)
    assert await register.connection.fetch("SELECT DISTINCT withdrawn FROM spell") == [(number,)]


async def test_a_move_withdraws_the_spell_and_inserts_one_in_each_commune(register: Register) -> None:
    await register.put(CHILD, HOME)
    await register.put(replace(HOME, until=MOVED), Residence(UUID(int=6), CHILD.id, "11950", MOVED))
    assert await register.spells() == {
        ("12145", "children", "all", BORN, GROWN_UP, True),
        ("12145", "children", "all", BORN, MOVED, False),
        ("11950", "children", "all", MOVED, GROWN_UP, False),
    }


async def test_a_stage_after_a_completed_one_continues_its_spell(register: Register) -> None:
    await register.put(SITE, COMPLETED)
    replicated = Stage(UUID(int=6), SITE.id, "replicated", MOVED)
    assert await register.put(replace(COMPLETED, until=MOVED), replicated) is None
    assert await register.spells() == {("12145", "model", "all", COMPLETED.start, None, False)}


async def test_a_total_has_a_page_for_every_month_to_the_horizon(register: Register) -> None:
    await register.put(CHILD, HOME, DISABLED)
    assert await register.months("all") == [
        date(year, month, 1) for year in range(2018, 2022) for month in range(1, 13) if (year, month) >= (2018, 6)
    ]


async def test_a_split_cell_has_pages_only_for_months_that_moved(register: Register) -> None:
    await register.put(CHILD, HOME, replace(DISABLED, until=date(2020, 1, 1)))
    assert await register.months("d") == [date(2018, 6, 1), date(2020, 1, 1)]
    assert await register.months("all", "female", "6-10") == [date(2018, 6, 1), date(2020, 1, 1)]


async def test_a_split_page_disappears_when_its_movement_is_undone(register: Register) -> None:
    await register.put(CHILD, HOME, DISABLED)
    await register.put(replace(DISABLED, start=date(2019, 2, 2)))
    assert await register.months("d") == [date(2019, 2, 1)]
    await register.drop(DISABLED)
    assert await register.months("d") == []
    assert await differences(register.connection) == []


async def test_a_total_page_remains_when_its_movement_is_undone(register: Register) -> None:
    await register.put(CHILD, HOME, DISABLED)
    before = await register.months("all")
    await register.drop(DISABLED)
    assert await register.months("all") == before
    assert await differences(register.connection) == []
