"""A real PostgreSQL for the whole run, on a memory file system where there is one; a database for each test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import asyncpg
import httpx
import pytest

from service.embedded import Server, attached
from service.migrate import migrate
from tests.access.province import Province, populate
from tests.signed_in import asked, served

TODAY = date(2020, 12, 31)
FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "256MB"}
MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for data on a memory file system; the server's account may enter it."""
    path = Path(tempfile.mkdtemp(prefix="child-protection-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Server]:
    with attached(folder / "data", FAST) as server:
        yield server


async def run(server: Server, statement: str) -> None:
    connection = await asyncpg.connect(server.dsn)
    await connection.execute(statement)
    await connection.close()


@pytest.fixture(scope="session")
async def template(server: Server) -> str:
    """A migrated database that others are cloned from."""
    await run(server, "CREATE DATABASE migrated")
    await migrate(server.dsn.replace("/child_protection?", "/migrated?"), TODAY)
    await run(server, "ALTER DATABASE migrated WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
    return "migrated"


async def clone(server: Server, template: str, name: str) -> str:
    await run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return server.dsn.replace("/child_protection?", f"/{name}?")


@pytest.fixture
async def empty_database(server: Server, template: str) -> AsyncIterator[str]:
    """The address of a migrated database of the test's own, without a child in it."""
    name = f"test_{os.urandom(6).hex()}"
    yield await clone(server, template, name)
    await run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def shared_database(server: Server, template: str) -> str:
    return await clone(server, template, "shared")


@pytest.fixture
async def connection(shared_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose changes are undone after the test."""
    connection = await asyncpg.connect(shared_database)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


@pytest.fixture
async def client(empty_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A province officer's client of the service over a database of the test's own. Its day is 2020-12-31."""
    async with asked(served(empty_database, TODAY)) as client:
        yield client


@pytest.fixture(scope="session")
async def province(server: Server, template: str) -> AsyncIterator[Province]:
    """One province with a caller of every role: what changes something of it leaves it as it was."""
    dsn = await clone(server, template, "access")
    await migrate(dsn, TODAY)  # rights in a database are not cloned with it
    owner = await asyncpg.connect(dsn)
    app = served(dsn, TODAY)
    async with asked(app) as client:
        province = Province(dsn, app, client, owner, {})
        await populate(province)
        yield province
    await owner.close()
