"""A connection for hundreds of examples, each of them undone."""

import asyncpg
import pytest


@pytest.fixture
async def connection(connection: asyncpg.Connection) -> asyncpg.Connection:
    """The pages that earlier tests wrote and undid would still take room."""
    await connection.execute("TRUNCATE page")
    return connection
