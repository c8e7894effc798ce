"""The service is killed when a change is committed and not yet answered: the repeat gets the first answer."""

import asyncio
from pathlib import Path
from threading import Thread
from uuid import uuid4

import asyncpg
import httpx
import pytest

from service.embedded import attached
from tests.journeys.service import client, serving
from tests.routers.api import child

# A commit that waits for a standby which never comes is written, and its client does not hear of it.
WAIT = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
GO_ON = "ALTER SYSTEM RESET synchronous_standby_names"
WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT;')"


async def do(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


async def committed(dsn: str) -> None:
    """Until a commit is written and waits."""
    connection = await asyncpg.connect(dsn)
    async with asyncio.timeout(30):
        while not await connection.fetchval(WAITS):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)
    await connection.close()


def test_a_change_whose_answer_was_lost_is_answered_to_the_repeat(folder: Path) -> None:
    data_dir, key, body = folder / "lost-answers", {"Idempotency-Key": str(uuid4())}, child(id=str(uuid4()))

    def first(api: httpx.Client) -> None:
        with pytest.raises(httpx.TransportError):
            api.post("/v1/children", json=body, headers=key)

    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
        asyncio.run(do(running.dsn, WAIT))
        sender = Thread(target=first, args=(api,))
        sender.start()
        asyncio.run(committed(running.dsn))
        running.kill()
        sender.join()
        with attached(data_dir) as server:
            asyncio.run(do(server.dsn, GO_ON))
    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
        repeat = api.post("/v1/children", json=body, headers=key)
        assert repeat.status_code == 201, repeat.text
        assert repeat.headers["idempotent-replayed"] == "true"
        assert repeat.headers["location"] == f"/v1/children/{body['id']}"
        assert repeat.json()["full_name"] == body["full_name"]
        assert api.get("/v1/children", params={"count": "true"}).json()["total"] == 1
