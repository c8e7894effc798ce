"""One province for all tests of access: what changes something of it leaves it as it was."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.embedded import Server
from service.migrate import migrate
from service.settings import Limits
from tests.access.province import Province, populate
from tests.conftest import TODAY, clone
from tests.signed_in import asked, served

OFTEN = Limits(rate=1e6, burst=1_000_000, unsigned_rate=1e6, unsigned_burst=1_000_000)


@pytest.fixture(scope="session")
async def province(server: Server, template: str) -> AsyncIterator[Province]:
    dsn = await clone(server, template, "access")
    await migrate(dsn, TODAY)  # rights in a database are not cloned with it
    owner = await asyncpg.connect(dsn)
    app = served(dsn, TODAY, OFTEN)
    async with asked(app) as client:
        province = Province(dsn, app, client, owner, {})
        await populate(province)
        yield province
    await owner.close()
