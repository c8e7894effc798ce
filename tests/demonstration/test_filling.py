"""The province in a database: records, ledger and past."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from service.demonstration import fill
from service.demonstration.filling import RECORDS
from service.register import RegisterNotEmptyError

CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
UNION ALL SELECT tablename, indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public'
ORDER BY 1, 2, 3
"""
LEDGER = {
    "posting": "SELECT number, day, at, actor, cause FROM posting",
    "spell": "SELECT subject_id, area_id, rule, measure, category, sex, born, during, posted, withdrawn FROM spell",
}
KNOWN_TWICE = """
SELECT count(*) FROM spell a JOIN spell b USING (subject_id, measure, category)
WHERE a.id < b.id AND a.during && b.during AND int8range(a.posted, a.withdrawn) && int8range(b.posted, b.withdrawn)
"""
PART_WITHOUT_WHOLE = """
WITH known AS (
    SELECT subject_id, measure, during FROM spell
    JOIN posting p ON p.number = posted
    LEFT JOIN posting w ON w.number = withdrawn
    WHERE category = 'all' AND p.day <= $1 AND (w.day > $1) IS NOT FALSE
)
SELECT count(*) FROM known part
WHERE part.measure NOT IN ('children', 'model') AND NOT EXISTS (
    SELECT FROM known whole
    WHERE whole.subject_id = part.subject_id AND whole.during @> part.during
      AND whole.measure = coalesce(
          (SELECT max(k.kind) FROM category k WHERE starts_with(part.measure, k.kind || '_')), 'children'))
"""


def silent(_doing: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
async def register(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


async def digests(connection: asyncpg.Connection) -> dict[str, Any]:
    tables = {table: f"SELECT * FROM {table}" for table in RECORDS} | LEDGER
    return {
        table: await connection.fetchval(f"SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM ({rows}) r")
        for table, rows in tables.items()
    }


async def test_records_spells_and_pages_agree(register: asyncpg.Connection) -> None:
    await fill(register, 1000, 1, silent)
    assert await register.fetchval("SELECT count(*) FROM child") == 1000
    assert await register.fetch("SELECT * FROM ledger_differences()") == []
    carried = await register.fetchrow("SELECT fixed_today, page_horizon FROM register")
    assert tuple(carried or ()) == (date(2020, 12, 31), date(2022, 1, 1))


async def test_tables_keep_their_constraints_and_indexes(register: asyncpg.Connection) -> None:
    before = await register.fetch(CONSTRAINTS)
    await fill(register, 200, 1, silent)
    assert await register.fetch(CONSTRAINTS) == before


async def test_a_register_that_holds_a_child_is_left_alone(register: asyncpg.Connection) -> None:
    await fill(register, 10, 1, silent)
    before = await digests(register)
    with pytest.raises(RegisterNotEmptyError, match="another DATA_DIR"):
        await fill(register, 10, 1, silent)
    assert await digests(register) == before


async def test_a_fill_that_is_interrupted_leaves_nothing(register: asyncpg.Connection) -> None:
    def interrupted(doing: str, _done: int, _total: int) -> None:
        if doing == "pages":
            raise KeyboardInterrupt

    constraints, empty = await register.fetch(CONSTRAINTS), await digests(register)
    with pytest.raises(KeyboardInterrupt):
        await fill(register, 200, 1, interrupted)
    assert await digests(register) == empty
    assert await register.fetch(CONSTRAINTS) == constraints
    assert await register.fetchval("SELECT fixed_today FROM register") is None


async def test_the_same_number_and_seed_fill_the_same_rows(register: asyncpg.Connection) -> None:
    found = []
    for seed in (5, 5, 6):
        transaction = register.transaction()
        await transaction.start()
        await fill(register, 300, seed, silent)
        found.append(await digests(register))
        await transaction.rollback()
    assert found[0] == found[1]
    assert all(found[0][table] != found[2][table] for table in found[0])


async def test_the_next_posting_has_the_next_number(register: asyncpg.Connection) -> None:
    await fill(register, 200, 1, silent)
    last = await register.fetchval("SELECT max(number) FROM posting")
    insert = "INSERT INTO posting (day, actor, cause) VALUES ('2020-12-31', 'x', 'x') RETURNING number"
    assert await register.fetchval(insert) == last + 1


async def test_what_was_known_on_any_day_holds_together(register: asyncpg.Connection) -> None:
    await fill(register, 3000, 1, silent)
    assert await register.fetchval(KNOWN_TWICE) == 0
    for day in (date(2014, 1, 10), date(2014, 12, 31), date(2018, 6, 30), date(2020, 12, 20)):
        assert await register.fetchval(PART_WITHOUT_WHOLE, day) == 0


async def test_events_become_known_within_weeks_and_never_before(register: asyncpg.Connection) -> None:
    await fill(register, 1000, 1, silent)
    delays = await register.fetch(
        "SELECT p.day - lower(s.during) AS days FROM spell s JOIN posting p ON p.number = s.posted "
        "WHERE s.measure = 'children' AND lower(s.during) > '2014-01-01' AND s.during @> birthday(s.born, 16) - 1"
    )
    days = sorted(row["days"] for row in delays)
    assert 0 == days[0] < days[len(days) // 2] < 10 < days[-1] <= 45
    assert await register.fetchval("SELECT max(day) FROM posting") <= date(2020, 12, 31)
    assert (
        await register.fetchval("SELECT count(*) FROM (SELECT day FROM posting GROUP BY day HAVING count(*) > 1) d")
        == 0
    )
