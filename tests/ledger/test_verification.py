"""A ledger that is not sound is found out, and a rebuild makes it sound."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
import pytest

from service import ledger
from tests.ledger.answers import differences
from tests.ledger.records import Case, Child, Circumstance, Deadline, Intervention, Residence
from tests.ledger.reference import VIETNAM
from tests.ledger.tables import EMPTY, POSTED_ON, enter

CHILD = Child(UUID(int=1), "female", date(2010, 5, 17))
HOME = Residence(UUID(int=2), CHILD.id, "12145", CHILD.born)
CASE = Case(UUID(int=4), CHILD.id, date(2018, 6, 1), kind="protection")
DEADLINE = Deadline(UUID(int=5), CASE.id, datetime(2018, 6, 10, 11, 40, tzinfo=VIETNAM))
DISABLED = Circumstance(UUID(int=3), CHILD.id, "d.2", date(2018, 6, 30), date(2020, 1, 1))
TOTAL = "measure = 'special' AND month = '2021-12-01'"
SPLIT = "(SELECT id FROM cell WHERE measure = 'special' AND (category, sex, age_band) = ('d', 'female', 'all'))"
ZEROS = "array_fill(0, ARRAY[31])"
UNPOSTED, STRAY, ASTRAY, MISNAMED, UNCARED, PAGE = (
    "in the records, not in the ledger",
    "in the ledger, not in the records",
    "the home is not where the records say",
    "what the child is found by is not what the records say",
    "the care is not what the cases say",
    "the page is not what the spells say",
)
HARM = {
    "a category changed": "UPDATE circumstance SET category_code = 'a'",
    "a sex changed": "UPDATE child SET sex = 'male'",
    "a deadline met": "UPDATE deadline SET met_at = due_at - interval '3 days'",
    "a child deleted": "DELETE FROM child",
    "a residence deleted": "DELETE FROM residence",
    "a name changed": "UPDATE child SET full_name = 'Lý An'",
    "a name missing": "DELETE FROM child_name",
    "a home of another moment": "UPDATE home SET changed = changed - interval '1 day'",
    "a case without a posting": "INSERT INTO case_file (child_id, kind, opened_on) "
    "SELECT id, 'support', '2017-01-01' FROM child",
    "a total's opening": f"UPDATE total_page SET opening = 2 WHERE {TOTAL}",
    "a total's page missing": f"DELETE FROM total_page WHERE {TOTAL}",
    "a split cell's running total": f"UPDATE page SET running[31] = 7 WHERE cell_id = {SPLIT} AND month = '2018-06-01'",
    "a split cell's page missing": f"DELETE FROM page WHERE cell_id = {SPLIT} AND month = '2018-06-01'",
    "a split cell's page too many": f"INSERT INTO page VALUES ({SPLIT}, '2019-01-01', 0, {ZEROS})",
    "a split cell's page of a wrong month": f"UPDATE page SET month = '2018-07-01' WHERE cell_id = {SPLIT} "
    "AND month = '2018-06-01'",
}


async def found_and_made_right(connection: asyncpg.Connection, harm: str) -> set[str]:
    await enter(connection, [[EMPTY.put(CHILD, HOME, DISABLED, CASE, DEADLINE)]])
    assert await differences(connection) == []
    await connection.execute(HARM[harm])
    found = {row["difference"] for row in await differences(connection)}
    await ledger.rebuild(connection, POSTED_ON)
    assert await differences(connection) == []
    return found


async def test_what_is_counted_is_a_measure_that_there_is(connection: asyncpg.Connection) -> None:
    given = Intervention(UUID(int=6), CASE.id, date(2018, 7, 1), measure="prevention.1")
    await enter(connection, [[EMPTY.put(CHILD, HOME, DISABLED, CASE, DEADLINE, given)]])
    counted = {row["measure"] for row in await connection.fetch("SELECT measure FROM spell")}
    assert counted >= {"special_managed", "special_assisted", "special_prevention", "clocked"}
    assert counted <= {row["measure"] for row in await connection.fetch("SELECT measure FROM measures()")}


@pytest.mark.parametrize("harm", ["a category changed", "a sex changed", "a deadline met"])
async def test_records_changed_without_a_posting_are_found(connection: asyncpg.Connection, harm: str) -> None:
    assert await found_and_made_right(connection, harm) == {UNPOSTED, STRAY}


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("a child deleted", {STRAY}),
        ("a residence deleted", {STRAY, ASTRAY}),
        ("a name changed", {MISNAMED}),
        ("a name missing", {MISNAMED}),
        ("a home of another moment", {ASTRAY}),
        ("a case without a posting", {UNCARED}),
    ],
)
async def test_records_deleted_or_made_without_a_posting_are_found(
    connection: asyncpg.Connection, harm: str, found: set[str]
) -> None:
    assert await found_and_made_right(connection, harm) == found


async def test_a_home_follows_birth_and_change_of_its_child(connection: asyncpg.Connection) -> None:
    await enter(connection, [[EMPTY.put(CHILD, HOME)]])
    told = await connection.fetchrow(
        "UPDATE child SET date_of_birth = '2011-06-18', updated_at = '2021-03-04 05:06:07+07' "
        "RETURNING date_of_birth, updated_at"
    )
    assert await connection.fetchrow("SELECT born, changed FROM home") == told


@pytest.mark.parametrize("harm", [harm for harm in HARM if harm.startswith(("a total's", "a split cell's"))])
async def test_a_wrong_page_is_found(connection: asyncpg.Connection, harm: str) -> None:
    assert await found_and_made_right(connection, harm) == {PAGE}
