"""A connection to the database of the test's own, and clients that have signed in."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from tests.signing_in.people import hired, signed_in


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


@pytest.fixture
async def administrator(client: httpx.AsyncClient, database: asyncpg.Connection) -> httpx.AsyncClient:
    """A client of the only administrator."""
    await hired(database, "vinh", role="administrator", area="33")
    return await signed_in(client, "vinh")
