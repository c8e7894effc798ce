"""A database of an older revision comes to this one with its records, and counts what it counted."""

from datetime import date

import asyncpg
import httpx
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from service import ledger
from service.migrate import ALEMBIC_INI, migrate
from tests.routers.api import figures, opened, registered
from tests.signed_in import asked, officer, served

TODAY = date(2020, 12, 31)
_, *OLDER = [script.revision for script in ScriptDirectory.from_config(Config(ALEMBIC_INI)).walk_revisions()]
INDICATORS = ("special_rate", "special_assisted_rate")


async def counted(client: httpx.AsyncClient) -> list[tuple[int, int | None]]:
    return [await figures(client, indicator, "2018-06-30") for indicator in INDICATORS]


@pytest.mark.parametrize("revision", OLDER)
async def test_the_records_of_an_older_revision_stay_and_are_counted(empty_database: str, revision: str) -> None:
    app = served(empty_database, TODAY)
    async with asked(app) as client:
        address = await registered(client)
        await registered(client)
        await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})
        case = await opened(client, address)
        await client.post(f"{case}/interventions", json={"measure": "support.3", "started_on": "2018-03-01"})
        record = (await client.get(address)).json()
        assert await counted(client) == [(1, 2), (1, 1)]
    await migrate(empty_database, TODAY, revision)
    await migrate(empty_database, TODAY)
    await officer(empty_database)  # accounts are younger than these revisions
    async with asked(app) as client:
        assert (await client.get(address)).json() == record
        assert await counted(client) == [(1, 2), (1, 1)]
        await registered(client)
        assert await counted(client) == [(1, 3), (1, 1)]
    connection = await asyncpg.connect(empty_database)
    assert await ledger.differences(connection) == []
    await connection.close()
