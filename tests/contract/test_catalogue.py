"""What the database may hold, so that a province can move to a cluster, or behind a pool, by configuration alone.

Each rule is a question to the catalogue that finds offenders. A test asks it of a migrated database, and then of one in
which an offender was made, so that no rule can fall silent.
"""

import asyncpg
import pytest
from sqlmodel import SQLModel

import service.models  # noqa: F401 - importing it fills the metadata
from service.problems import PROBLEMS
from tests.contract.unreachable import BY_KIND, BY_NAME

# The functions of this schema that belong to no extension, without their comments.
FUNCTIONS = """
(SELECT p.oid, p.proname AS name, p.proconfig, regexp_replace(p.prosrc, '--[^\n]*', '', 'g') AS body
 FROM pg_proc p
 WHERE p.pronamespace = current_schema()::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')) f
"""
# What somebody named, of every kind.
NAMED = f"""
(SELECT conname AS name FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
 UNION SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
 UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
 UNION SELECT name FROM {FUNCTIONS}) n
"""
TABLES = "pg_class t WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace"
MAKE_FUNCTION = "CREATE FUNCTION offender() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {} END $$"
MAKE_TRIGGER = """
CREATE FUNCTION offender() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER offender AFTER {} EXECUTE FUNCTION offender()
"""


async def names(connection: asyncpg.Connection, rule: str) -> set[str]:
    return {row[0] for row in await connection.fetch(rule)}


async def holds(connection: asyncpg.Connection, rule: str, offence: str, offender: str = "offender") -> None:
    """Nothing offends against the rule, and the rule finds who does."""
    assert await names(connection, rule) == set()
    await connection.execute(offence)
    assert await names(connection, rule) == {offender}


def saying(words: str) -> str:
    """The rule that no function says these words."""
    return rf"SELECT name FROM {FUNCTIONS} WHERE body ~* '{words}'"


async def test_no_trigger_has_transition_tables(connection: asyncpg.Connection) -> None:
    rule = "SELECT tgname FROM pg_trigger WHERE coalesce(tgoldtable, tgnewtable) IS NOT NULL"
    await holds(connection, rule, MAKE_TRIGGER.format("DELETE ON child REFERENCING OLD TABLE AS gone"))


async def test_every_trigger_is_of_a_row(connection: asyncpg.Connection) -> None:
    rule = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 1 = 0"
    await holds(connection, rule, MAKE_TRIGGER.format("DELETE ON child"))


@pytest.mark.parametrize("words", ["NOTIFY child;", "PERFORM pg_notify('child', '');"])
async def test_no_function_notifies(connection: asyncpg.Connection, words: str) -> None:
    await holds(connection, saying(r"\mnotify\M|\mpg_notify\M"), MAKE_FUNCTION.format(words))


@pytest.mark.parametrize(
    "words",
    ["PERFORM set_config('work_mem', '1MB', true);", "SET work_mem = '1MB';", "RESET work_mem;", "SET TIME ZONE 0;"],
)
async def test_no_function_sets_a_value_of_the_session(connection: asyncpg.Connection, words: str) -> None:
    rule = saying(r"\mset_config\M|(^|;|\m(begin|then|else|loop)\M)\s*(set\s+(?!local\M|constraints\M)|reset\s)")
    await holds(connection, rule, MAKE_FUNCTION.format(words))


async def test_a_function_is_only_held_to_settings_of_the_planner_and_of_memory(connection: asyncpg.Connection) -> None:
    """A function's own SET is no value of the session: the call's end or failure undoes it, whoever shares the session.

    It may say how statements are run, and not what they mean: no search path, and no name of ours.
    """
    parallel = "max_parallel_workers_per_gather|parallel_(setup|tuple)_cost"
    planner = f"enable_(hashjoin|mergejoin|sort)|jit|{parallel}|plan_cache_mode|work_mem"
    rule = f"SELECT name FROM {FUNCTIONS}, unnest(proconfig) AS setting WHERE setting !~ '^({planner})='"
    made = MAKE_FUNCTION.format("NULL;")
    await holds(connection, rule, f"{made} SET search_path = other")


async def test_no_function_merges(connection: asyncpg.Connection) -> None:
    words = "MERGE INTO register r USING child c ON false WHEN NOT MATCHED THEN DO NOTHING;"
    await holds(connection, saying(r"\mmerge\s+into\M"), MAKE_FUNCTION.format(words))


async def test_no_function_takes_an_advisory_lock(connection: asyncpg.Connection) -> None:
    await holds(connection, saying(r"\mpg_(try_)?advisory_"), MAKE_FUNCTION.format("PERFORM pg_advisory_xact_lock(1);"))


async def test_no_function_names_a_schema(connection: asyncpg.Connection) -> None:
    rule = f"""
    SELECT f.name FROM {FUNCTIONS} JOIN pg_namespace s ON f.body ~ ('\\m' || s.nspname || '\\.')
    WHERE s.nspname NOT LIKE 'pg\\_%'
    """
    await holds(connection, rule, MAKE_FUNCTION.format("PERFORM FROM public.child;"))


@pytest.mark.parametrize("action", ["ON DELETE SET NULL", "ON DELETE SET DEFAULT", "ON UPDATE CASCADE"])
async def test_no_foreign_key_sets_null_or_default_or_follows_a_changed_key(
    connection: asyncpg.Connection, action: str
) -> None:
    rule = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND (confdeltype IN ('n', 'd') OR confupdtype <> 'a')"
    offence = f"ALTER TABLE child ADD mother uuid CONSTRAINT offender REFERENCES child {action}"
    await holds(connection, rule, offence)


async def test_no_name_is_longer_than_fifty_characters(connection: asyncpg.Connection) -> None:
    long = "offender_" * 6
    await holds(connection, f"SELECT name FROM {NAMED} WHERE length(name) > 50", f"CREATE VIEW {long} AS SELECT", long)


async def test_every_table_has_a_primary_key(connection: asyncpg.Connection) -> None:
    rule = f"SELECT relname FROM {TABLES} AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t.oid AND indisprimary)"
    await holds(connection, rule, "CREATE TABLE offender (id integer)")


async def test_every_table_says_what_it_is(connection: asyncpg.Connection) -> None:
    """By a comment, or by the docstring of its model. Alembic's own table is Alembic's."""
    described = [mapper.local_table.name for mapper in SQLModel._sa_registry.mappers if mapper.class_.__doc__]
    known = ", ".join(f"'{name}'" for name in ("alembic_version", *described))
    rule = f"SELECT relname FROM {TABLES} AND obj_description(t.oid) IS NULL AND relname NOT IN ({known})"
    await holds(connection, rule, "CREATE TABLE offender (id integer PRIMARY KEY)")


async def test_every_foreign_key_to_what_may_be_deleted_has_an_index(connection: asyncpg.Connection) -> None:
    """Or deleting one child reads every record. Areas, reforms, lists, programmes, postings, editions, accounts and
    what is on record are never deleted."""
    kept = """
    area, reform, category_scheme, category, intervention_measure, programme, counting_rule, indicator, posting,
    agency, account, role, assignment, sign_in, access, edition, deadline_rule
    """.replace("\n", "").replace(" ", "")
    rule = f"""
    SELECT conname FROM pg_constraint k
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
      AND confrelid <> ALL ('{{{kept}}}'::regclass[])
      AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = k.conrelid AND indisvalid AND indpred IS NULL
                      AND (indkey::smallint[])[0:cardinality(conkey) - 1] @> conkey)
    """
    offence = "ALTER TABLE child ADD mother uuid CONSTRAINT offender REFERENCES child"
    await holds(connection, rule, offence)


async def test_every_constraint_is_a_problem_or_out_of_the_reach_of_input(connection: asyncpg.Connection) -> None:
    answered = ", ".join(f"'{name}'" for name in (*PROBLEMS, *BY_NAME))
    rule = f"""
    SELECT conname FROM pg_constraint c WHERE connamespace = current_schema()::regnamespace
       AND NOT ({" OR ".join(BY_KIND)}) AND conname NOT IN ({answered})
    """
    await holds(connection, rule, "ALTER TABLE child ADD CONSTRAINT offender UNIQUE (full_name)")


async def test_no_constraint_is_excused_that_is_not_there(connection: asyncpg.Connection) -> None:
    assert set(BY_NAME) <= await names(connection, "SELECT conname FROM pg_constraint")
    assert not set(BY_NAME) & set(PROBLEMS)
