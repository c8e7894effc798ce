"""Brings a database to what this version of the service expects: tables, ledger functions, reference data."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from alembic import command
from service import doors, ledger, reference, signing_in
from service.database import engine

ALEMBIC_INI = Path(__file__).parent.parent / "alembic.ini"
HEAD = ScriptDirectory.from_config(Config(ALEMBIC_INI)).get_current_head()

TRIES = 3
OLDEST = 18  # temporal keys, uuidv7()
SCRIPTS = "\n".join((*ledger.SCRIPTS, *doors.SCRIPTS, *signing_in.SCRIPTS))
DIGEST = sha256((SCRIPTS + doors.RIGHTS).encode()).hexdigest()
INSTALLED = "SELECT obj_description(to_regproc('ledger_post')) = $1"


class OldServerError(Exception):
    """The PostgreSQL is older than the service needs."""


async def migrate(dsn: str, today: date, revision: str = "head", service_password: str | None = None) -> None:
    """All in one transaction, so that a database is of one version or of the next. Safe to repeat, also at once.

    `dsn` is the owner's. The password is for the service's role, if it has to be made and needs one."""
    for left in reversed(range(TRIES)):
        try:
            await migrate_once(dsn, today, revision, service_password)
            break
        except (DBAPIError, asyncpg.TransactionRollbackError) as error:
            if not left or not may_pass(error):
                raise


def may_pass(error: DBAPIError | asyncpg.TransactionRollbackError) -> bool:
    """Whether to begin anew: another service made the very first table at this moment, and now it is there to be
    locked; or PostgreSQL's own upkeep stood in the way of a table, and the whole was taken back."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
    return isinstance(error, IntegrityError) or isinstance(cause, asyncpg.TransactionRollbackError)


async def migrate_once(dsn: str, today: date, revision: str, service_password: str | None) -> None:
    short = engine(dsn, poolclass=NullPool)
    try:
        async with short.begin() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert isinstance(raw, asyncpg.Connection)
            if (major := raw.get_server_version().major) < OLDEST:
                raise OldServerError(f"This is PostgreSQL {major}; the service needs {OLDEST} or later.")
            # Two services that start at once on a new database migrate one after the other.
            await connection.execute(
                text("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) PRIMARY KEY)")
            )
            await connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
            await connection.run_sync(run_alembic, revision)
            if revision == "head":
                changed = await install(raw)
                filled = await reference.load(raw, today)
                await reference.load_roles(raw)
                await doors.grant(raw, service_password)  # a copy or a restored dump comes without
                if changed or filled:
                    await ledger.rebuild(raw, today)  # what counts may mean something else now
    finally:
        await short.dispose()


def run_alembic(connection: Connection, revision: str) -> None:
    config = Config(ALEMBIC_INI)
    config.attributes["connection"] = connection
    if revision == "head":
        command.upgrade(config, revision)
    else:
        command.downgrade(config, revision)


async def install(connection: asyncpg.Connection) -> bool:
    """Replace the functions of the service, unless they are these already: others may be running them."""
    if await connection.fetchval(INSTALLED, DIGEST):
        return False
    await connection.execute(SCRIPTS)
    await connection.execute(f"COMMENT ON FUNCTION ledger_post IS '{DIGEST}'")
    return True
