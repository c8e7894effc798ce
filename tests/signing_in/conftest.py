"""A connection to the database of the test's own."""

from collections.abc import AsyncIterator

import asyncpg
import pytest


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()
