"""One address of the database means the same to readers, writers and migrations."""

import asyncpg

from service.migrate import migrate
from tests.conftest import TODAY
from tests.routers.api import registered
from tests.signed_in import asked, served

SESSIONS = """
SELECT array_agg(DISTINCT application_name), count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def test_parameters_of_the_address_reach_every_connection(empty_database: str) -> None:
    address = f"{empty_database}&application_name=register&sslmode=disable&sslrootcert=/nowhere.pem&options=-cgeqo=off"
    await migrate(address, TODAY)
    async with asked(served(address, TODAY)) as client:
        assert (await client.get(await registered(client))).status_code == 200
        connection = await asyncpg.connect(empty_database)
        names, sessions = await connection.fetchrow(SESSIONS)
        assert names == ["register"]
        assert sessions >= 2, "one that wrote and one that read"
        await connection.close()
