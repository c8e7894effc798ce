"""A full disk is told apart from other troubles, ends no server, and is over once there is room."""

from pathlib import Path

import asyncpg

from tests.conftest import TODAY
from tests.routers.api import child, refusal, registered
from tests.signed_in import asked, served


async def test_a_write_that_finds_no_room_is_refused_and_nothing_else(empty_database: str, folder: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    table = folder / "data" / "cluster" / await connection.fetchval("SELECT pg_relation_filepath('child')")
    started = await connection.fetchval("SELECT pg_postmaster_start_time()")
    await connection.close()
    app = served(empty_database, TODAY)
    async with asked(app) as client:
        (empty := table.with_name("empty")).hardlink_to(table)
        table.unlink()
        table.symlink_to("/dev/full")  # to the kernel a file on a full disk: it can be read, and not be written to
        answer = await client.post("/v1/children", json=child())
        assert refusal(answer) == (503, "storage_full", [])
        assert "retry-after" in answer.headers
        assert (await client.get("/v1/children")).status_code == 200
        empty.replace(table)
        await app.state.database.engine.dispose()  # its connections hold the other file open
        await registered(client)
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT pg_postmaster_start_time()") == started
    await connection.close()
