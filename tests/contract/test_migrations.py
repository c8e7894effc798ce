"""The migrations make what the models say, and can be undone."""

import asyncio
from datetime import date
from uuid import UUID

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from alembic import command
from service import ledger
from service.database import engine
from service.migrate import ALEMBIC_INI, migrate
from tests.ledger.records import Child, Residence
from tests.ledger.reference import CHOOSING
from tests.ledger.tables import EMPTY, draft, enter

TODAY = date(2020, 12, 31)


def check(connection: Connection) -> None:
    config = Config(ALEMBIC_INI)
    config.attributes["connection"] = connection
    command.check(config)  # raises when the models say otherwise


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row[0] for row in rows}


async def test_the_migrations_make_what_the_models_say(empty_database: str) -> None:
    checked = engine(empty_database)
    async with checked.connect() as connection:
        await connection.run_sync(check)
    await checked.dispose()
    assert "spell" in await tables(empty_database)


async def test_the_migrations_go_down_and_up_again(empty_database: str) -> None:
    await migrate(empty_database, TODAY, "base")
    assert await tables(empty_database) == {"alembic_version"}
    await migrate(empty_database, TODAY)
    await migrate(empty_database, TODAY)  # twice changes nothing
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT count(*) FROM area_version") > 500
    await connection.close()


async def test_services_that_start_at_once_migrate_one_after_the_other(empty_database: str) -> None:
    await migrate(empty_database, TODAY, "base")
    connection = await asyncpg.connect(empty_database)
    await connection.execute("DROP TABLE alembic_version")
    await asyncio.gather(*(migrate(empty_database, TODAY) for _ in range(3)))
    assert await connection.fetchval("SELECT count(*) FROM register") == 1
    await connection.close()


UPKEEP = """
CREATE SEQUENCE attempt;  -- counts on, also where what it counts is taken back
CREATE FUNCTION stand_in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('attempt') = 1 THEN RAISE deadlock_detected; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER upkeep BEFORE UPDATE ON role FOR EACH STATEMENT EXECUTE FUNCTION stand_in_the_way()
"""


async def test_a_migration_that_lost_against_upkeep_is_begun_anew(empty_database: str) -> None:
    """VACUUM may hold what a migration wants, and want what it holds: PostgreSQL takes one of the two back."""
    connection = await asyncpg.connect(empty_database)
    await connection.execute(UPKEEP)
    await migrate(empty_database, TODAY)
    assert await connection.fetchval("SELECT last_value FROM attempt") > 1
    await connection.close()


async def test_going_back_to_before_rules_leaves_those_that_shipped_and_what_they_count(empty_database: str) -> None:
    rules = ScriptDirectory.from_config(Config(ALEMBIC_INI)).get_revision("0008")
    connection = await asyncpg.connect(empty_database)
    await draft(connection, CHOOSING)
    child = Child(UUID(int=1), "male", date(2010, 2, 28))
    home = Residence(UUID(int=2), child.id, "12145", child.born)
    await enter(connection, [[EMPTY.put(child, home)]])
    await connection.execute("SELECT begin_rule($1, '2018-01-01', 'officer')", CHOOSING.id)
    await ledger.post_rules(connection, lambda: TODAY)
    count = "SELECT rule, count(*) FROM spell GROUP BY rule ORDER BY rule"
    assert [tuple(row) for row in await connection.fetch(count)] == [(1, 1), (CHOOSING.id, 1)]
    await connection.close()
    await migrate(empty_database, TODAY, rules.down_revision)
    await migrate(empty_database, TODAY)
    connection = await asyncpg.connect(empty_database)
    assert [tuple(row) for row in await connection.fetch(count)] == [(1, 1)]
    assert [row[0] for row in await connection.fetch("SELECT state FROM counting_rule WHERE id = 1")] == ["adopted"]
    assert await ledger.differences(connection) == []
    await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM spell",
        "UPDATE spell SET measure = 'special'",
        "UPDATE spell SET withdrawn = NULL WHERE withdrawn IS NOT NULL",
        "DELETE FROM posting",
        "UPDATE posting SET day = '2020-01-01'",
    ],
)
async def test_the_database_keeps_the_ledger(connection: asyncpg.Connection, statement: str) -> None:
    await connection.execute("""
        WITH p AS (INSERT INTO posting (day, actor, cause) VALUES ('2020-01-01', 'x', 'x'), ('2020-01-01', 'x', 'x')
                   RETURNING number)
        INSERT INTO spell (subject_id, area_id, rule, measure, category, during, posted, withdrawn)
        SELECT uuidv7(), 1, 1, 'children', 'all', '[2018-01-01,)', min(number), max(number) FROM p
    """)
    with pytest.raises(asyncpg.RaiseError, match="neither altered nor deleted"):
        await connection.execute(statement)
