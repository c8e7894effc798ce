"""One address of the database means the same to readers, writers and migrations."""

import asyncpg
import httpx

from service.app import create_app
from service.migrate import migrate
from tests.conftest import TODAY
from tests.routers.api import registered

SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'register' AND datname = current_database()"


async def test_parameters_of_the_address_reach_every_connection(empty_database: str) -> None:
    address = f"{empty_database}&application_name=register&sslmode=disable&sslrootcert=/nowhere.pem&options=-cgeqo=off"
    await migrate(address, TODAY)
    app = create_app(address, TODAY)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        assert (await client.get(await registered(client))).status_code == 200
        connection = await asyncpg.connect(empty_database)
        assert await connection.fetchval(SESSIONS) == 2, "one that wrote and one that read"
        await connection.close()
