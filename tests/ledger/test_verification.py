"""A ledger that is not sound is found out, and a rebuild makes it sound; so is a reading of the law that is wrong."""

from datetime import date
from uuid import UUID

import asyncpg
import pytest

from service import ledger
from tests.ledger.answers import differences
from tests.ledger.records import Child, Circumstance, Residence
from tests.ledger.tables import EMPTY, POSTED_ON, enter

CHILD = Child(UUID(int=1), "female", date(2010, 5, 17))
HOME = Residence(UUID(int=2), CHILD.id, "12145", CHILD.born)
DISABLED = Circumstance(UUID(int=3), CHILD.id, "d.2", date(2018, 6, 30), date(2020, 1, 1))
PAGE_OF = "cell_id = (SELECT id FROM cell WHERE measure = 'special' AND (category, sex, age_band) = %s)"
TOTAL = PAGE_OF % "('all', 'all', 'all')"
SPLIT = PAGE_OF % "('d', 'female', 'all')"
UNPOSTED, STRAY, PAGE = (
    "in the records, not in the ledger",
    "in the ledger, not in the records",
    "the page is not what the spells say",
)


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE circumstance SET category_code = 'a'", {UNPOSTED, STRAY}),
        (
            "INSERT INTO circumstance (child_id, category_code, during) SELECT id, '1', '[2018-01-01,)' FROM child",
            {UNPOSTED, STRAY},
        ),
        ("UPDATE child SET sex = 'male'", {UNPOSTED, STRAY}),
        ("DELETE FROM child", {STRAY}),
        (f"UPDATE page SET opening = opening + 1 WHERE {TOTAL} AND month = '2021-12-01'", {PAGE}),
        (f"UPDATE page SET running[31] = 7 WHERE {SPLIT} AND month = '2018-06-01'", {PAGE}),
        (f"DELETE FROM page WHERE {TOTAL} AND month = '2021-12-01'", {PAGE}),
        (f"DELETE FROM page WHERE {SPLIT} AND month = '2018-06-01'", {PAGE}),
        (f"UPDATE page SET month = '2018-07-01' WHERE {SPLIT} AND month = '2018-06-01'", {PAGE}),
    ],
)
async def test_what_is_wrong_is_named_and_made_right(
    connection: asyncpg.Connection, harm: str, found: set[str]
) -> None:
    await enter(connection, [[EMPTY.put(CHILD, HOME, DISABLED)]])
    assert await differences(connection) == []
    await connection.execute(harm)
    assert {row["difference"] for row in await differences(connection)} == found
    await ledger.rebuild(connection, POSTED_ON)
    assert await differences(connection) == []
