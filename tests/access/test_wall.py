"""The wall: what a statement of the service's own role can do that went past the doors, or through one too far."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from service.database import as_service
from service.doors import service_role
from service.migrate import migrate
from tests.access.files import case_of, files
from tests.access.province import ANOTHERS, COLLABORATOR, INSIDE, KEYS, OFFICE, OUTSIDE, PLACES, Province, named
from tests.conftest import TODAY

OF_CASE = ("intervention", "deadline", "case_note", "case_flag")
GUARDED = ("child", "residence", "circumstance", "person", "case_file", *OF_CASE)
KEPT = {"case_note", "case_flag"}  # by nobody withdrawn but with their case
HIDDEN = ("spell", "history", "access", "home", "child_name", "care", "assignment_child")
READ = "SELECT count(*) FROM read_child(ROW($1::uuid, 'case_work', '', 'r', 'a')::asking, $2)"
TAKE = "SELECT take_child(ROW($1::uuid, 'case_work', '', 'r', 'a')::asking, 'children.write', $2)"
OFFICER, WORKER = KEYS["district_officer"], KEYS["commune_worker"]


@pytest.fixture
async def wall(province: Province) -> AsyncIterator[asyncpg.Connection]:
    """The service's role, in a transaction that is undone."""
    connection = await asyncpg.connect(as_service(province.dsn))
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def seen(wall: asyncpg.Connection) -> dict[str, set[UUID]]:
    """The children that each guarded table shows anything of."""
    of_case = "(SELECT child_id FROM case_file f WHERE f.id = case_id)"
    of = {"child": "id"} | dict.fromkeys(OF_CASE, of_case)
    return {
        table: {row[0] for row in await wall.fetch(f"SELECT {of.get(table, 'child_id')} FROM {table}")}
        for table in GUARDED
    }


def only(*children: UUID) -> dict[str, set[UUID]]:
    return {table: set(children) for table in GUARDED}


async def refused(wall: asyncpg.Connection, statement: str, *arguments: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with wall.transaction():
            await wall.execute(statement, *arguments)


async def test_without_a_door_nothing_of_children_is_seen(wall: asyncpg.Connection) -> None:
    assert await seen(wall) == only()
    for table in HIDDEN:
        await refused(wall, f"SELECT FROM {table}")


async def test_without_a_door_nothing_of_children_is_changed(wall: asyncpg.Connection) -> None:
    for table in KEPT:
        await refused(wall, f"DELETE FROM {table}")
    await refused(wall, "UPDATE case_note SET content = ''")
    for table in (*(set(GUARDED) - KEPT), "site", "site_stage"):
        assert await wall.execute(f"DELETE FROM {table}") == "DELETE 0"
    await refused(wall, "INSERT INTO child (full_name, sex, date_of_birth) VALUES ('A', 'male', '2015-01-01')")
    residence = (
        "INSERT INTO residence (child_id, area_id, during) SELECT $1, min(id), '[2012-01-01,2013-01-01)' FROM area"
    )
    await refused(wall, residence, named("child", INSIDE))


@pytest.mark.parametrize("table", ["history", "access", "spell", "posting", "home", "role", "category", "area"])
async def test_what_is_on_record_or_given_is_not_altered(wall: asyncpg.Connection, table: str) -> None:
    column = await wall.fetchval("SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 2", table)
    for statement in (f"UPDATE {table} SET {column} = NULL", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        await refused(wall, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id integer)",
        "CREATE TEMPORARY TABLE child (id integer)",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE EXTENSION dblink",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER TABLE child DISABLE ROW LEVEL SECURITY",
        "DROP POLICY taken ON child",
        "ALTER TABLE history DISABLE TRIGGER history_kept",
        "COPY area TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_authid",
    ],
)
async def test_it_owns_nothing_makes_nothing_and_becomes_nobody_else(wall: asyncpg.Connection, statement: str) -> None:
    await refused(wall, statement)


async def test_a_transaction_sees_the_child_that_it_has_taken_and_no_other(wall: asyncpg.Connection) -> None:
    assert await wall.fetchval(TAKE, OFFICER, named("child", INSIDE))
    assert await seen(wall) == only(named("child", INSIDE))
    assert await wall.fetchval(TAKE, OFFICER, named("child", OUTSIDE)) is None
    assert await seen(wall) == only(named("child", INSIDE))
    assert await wall.fetchval(TAKE, OFFICER, named("child", ANOTHERS))
    assert await seen(wall) == only(named("child", ANOTHERS))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await wall.execute("UPDATE circumstance SET child_id = $1", named("child", INSIDE))


async def test_the_access_of_somebody_else_opens_nothing(province: Province, wall: asyncpg.Connection) -> None:
    assert (await province.ask("district_officer", "GET", f"/v1/children/{named('child', INSIDE)}")).is_success
    for (number,) in await province.owner.fetch("SELECT number FROM access ORDER BY number DESC LIMIT 20"):
        await wall.execute(f"SET LOCAL service.access = '{number}'")
        assert await seen(wall) == only()


async def test_a_look_that_was_refused_opens_nothing_either(province: Province, wall: asyncpg.Connection) -> None:
    """Its row is of the transaction's own making, and names the child."""
    for door in (READ, TAKE):
        await wall.execute(door, OFFICER, named("child", OUTSIDE))
    last = await province.owner.fetchval("SELECT last_value FROM access_number_seq") - 5
    for number in range(last, last + 10):
        await wall.execute(f"SET LOCAL service.access = '{number}'")
        assert await seen(wall) == only()


async def test_a_change_to_accounts_takes_no_child_and_no_site(wall: asyncpg.Connection) -> None:
    begin = "SELECT begin_change(ROW($1::uuid, 'case_work', '', 'r', 'a')::asking, 'map.read', $2)"
    await wall.execute(begin, OFFICER, [named("child", OUTSIDE), named("site", OUTSIDE), OFFICE])
    assert await seen(wall) == only()
    assert await wall.execute("DELETE FROM site") == "DELETE 0"


@pytest.mark.parametrize("kind", ["child", "site"])
@pytest.mark.parametrize("hidden", ["child", "site"])
async def test_a_record_that_is_there_is_not_begun_anew(
    province: Province, wall: asyncpg.Connection, kind: str, hidden: str
) -> None:
    begin = f"SELECT begin_{kind}(ROW($1::uuid, 'case_work', '', 'r', 'a')::asking, $2, $3)"
    area = await province.owner.fetchval(
        "SELECT area_id FROM area_version WHERE code = $1 AND during @> date '2020-01-01'", PLACES[INSIDE]
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        async with wall.transaction():
            await wall.execute(begin, OFFICER, area, named(hidden, OUTSIDE))
    assert await seen(wall) == only()


@pytest.mark.parametrize(
    "door",
    [
        "read_child({}, $2)",
        "read_case({}, $2)",
        "list_history({}, $2, NULL, 10)",
        "list_accesses({}, $2, NULL, 10)",
        "take_child({}, 'children.write', $2)",
        "take_site({}, $2)",
        "begin_child({}, 1, $2)",
        "list_children({}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
        "'2020-01-01', NULL, $2, 10)",
        "find_children({}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, "
        "'2020-01-01', 1, $2, 10)",
        "list_cases({}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, $2, 10)",
        "look_at_case({}, $2)",
        "take_case({}, 'steps.write', $2)",
        "hold_case({}, $2)",
        "list_deadlines({}, $2, now(), 'vi', NULL, NULL, 10)",
        "written_deadline({}, $2, now(), 'vi')",
        "list_tasks({}, NULL, NULL, NULL, NULL, NULL, NULL, now(), 'vi', NULL, $2, 10)",
        "count_tasks({}, $2, NULL, NULL, NULL, NULL, NULL, now())",
    ],
)
async def test_a_door_is_shut_to_whoever_is_not_assigned(
    province: Province, wall: asyncpg.Connection, door: str
) -> None:
    asking = "ROW($1::uuid, 'case_work', '', 'r', 'a')::asking"
    statement = f"SELECT * FROM {door.format(asking)}"
    somebody = "role = 'district_officer' AND id = $1"
    for ended in (
        "UPDATE assignment SET during = '[2016-01-01,2017-01-01)' WHERE",
        "UPDATE account SET disabled_at = now() WHERE id = (SELECT account_id FROM assignment WHERE",
    ):
        undone = province.owner.transaction()
        await undone.start()
        more = ")" if "(" in ended.partition("WHERE")[2] else ""
        await province.owner.execute(f"{ended} {somebody}{more}", OFFICER)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="not admitted"):
            await province.owner.fetch(statement, OFFICER, named("child", INSIDE))
        await undone.rollback()
    await refused(wall, statement, uuid4(), named("child", INSIDE))
    if "read_child" not in door and "_children" not in door and "children.write" not in door:
        await refused(wall, statement, KEYS["school"], named("child", INSIDE))


async def test_a_collaborator_takes_whom_the_list_holds(wall: asyncpg.Connection) -> None:
    assert await wall.fetchval(TAKE, COLLABORATOR, named("child", ANOTHERS)) is None
    assert await wall.fetchval(TAKE, COLLABORATOR, named("child", INSIDE))
    assert await seen(wall) == only(named("child", INSIDE))


async def test_what_is_on_record_is_not_altered_by_the_owner_either(province: Province) -> None:
    address = f"/v1/children/{named('child', INSIDE)}"
    change = {"json": {"sex": "male"}, "headers": {"If-Match": "*"}}
    assert (await province.ask("district_officer", "PATCH", address, **change)).is_success
    for table in ("history", "access"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET at = now()"):
            with pytest.raises(asyncpg.RaiseError, match="neither altered nor deleted"):
                await province.owner.execute(statement)


RIGHTS = """
SELECT has_table_privilege($1, 'register', 'SELECT'), has_database_privilege($1, current_database(), 'TEMPORARY'),
       has_function_privilege('pg_monitor', 'read_child(asking, uuid)', 'EXECUTE')
"""


async def test_a_restored_or_copied_database_has_its_rights_from_the_next_start(empty_database: str) -> None:
    """A dump and a copy come without: what the service needs would be closed, and what it must not do would be open."""
    connection = await asyncpg.connect(empty_database)
    role = service_role(await connection.fetchval("SELECT current_user"))
    await connection.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
    await connection.execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC")
    assert tuple(await connection.fetchrow(RIGHTS, role)) == (False, True, True)
    await migrate(empty_database, TODAY)
    assert tuple(await connection.fetchrow(RIGHTS, role)) == (True, False, False)
    await connection.close()


async def test_steps_are_seen_of_a_child_that_was_taken_and_altered_by_nobody(wall: asyncpg.Connection) -> None:
    assert await wall.fetchval("SELECT count(*) FROM case_step") == 0
    assert await wall.fetchval(TAKE, OFFICER, named("grown", INSIDE))
    seen = {row[0] for row in await wall.fetch("SELECT case_id FROM case_step")}
    assert seen == {case_of(INSIDE, called) for called, said in files(INSIDE, 1).items() if said}
    for change in (
        "UPDATE case_step SET reason = NULL",
        "UPDATE case_step SET content = NULL",
        "DELETE FROM case_step",
    ):
        await refused(wall, change)
    assert await wall.execute("UPDATE case_step SET withdrawn_at = now()") != "UPDATE 0"


HOLD = "SELECT count(*) FROM hold_case(ROW($1::uuid, 'case_work', '', 'r', 'a')::asking, $2)"
KEEP = "SELECT keep_case(jsonb_build_object('case', jsonb_build_object('id', $1::uuid, 'child_id', $2::uuid)))"


async def test_a_case_is_held_and_kept_only_of_a_child_that_was_taken(wall: asyncpg.Connection) -> None:
    own, others = case_of(INSIDE, "received"), case_of(OUTSIDE, "received")
    assert [await wall.fetchval(HOLD, OFFICER, case) for case in (own, others)] == [0, 0]
    assert await wall.fetchval(TAKE, OFFICER, named("grown", INSIDE))
    assert [await wall.fetchval(HOLD, OFFICER, case) for case in (own, others)] == [1, 0]
    await refused(wall, KEEP, others, named("grown", INSIDE))


async def test_without_a_door_no_case_is_kept(wall: asyncpg.Connection) -> None:
    await refused(wall, KEEP, case_of(INSIDE, "received"), named("grown", INSIDE))
