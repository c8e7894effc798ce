"""A stop in good order finishes what was begun, and begins nothing; a second Ctrl-C does not wait."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from tests.journeys.service import Running, serving, signed_in
from tests.routers.api import child, refusal

PATIENT = {"LOCK_TIMEOUT": "100", "STATEMENT_TIMEOUT": "100", "STOP_TIMEOUT": "100", "TODAY": "2020-12-31"}
WAITING = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())
"""


@asynccontextmanager
async def held_up(dsn: str) -> AsyncIterator[None]:
    """No child is registered during this block."""
    holder = await asyncpg.connect(dsn)
    async with holder.transaction():
        await holder.execute("LOCK TABLE child IN SHARE MODE")
        yield
    await holder.close()


async def somebody_waits(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    async with asyncio.timeout(30):
        while not await connection.fetchval(WAITING):
            pass
    await connection.close()


async def nobody_is_let_in(running: Running) -> None:
    place = urlsplit(running.address)
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection(place.hostname, place.port)
            except ConnectionRefusedError:
                return
            except ConnectionResetError:  # it waited to be let in when the service stopped listening
                continue
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_a_write_in_flight_is_answered(empty_database: str, folder: Path, told: signal.Signals) -> None:
    with serving(folder / "unused", DATABASE_URL=empty_database, **PATIENT) as running:
        known = await asyncio.to_thread(signed_in, running)
        async with httpx.AsyncClient(base_url=running.address, timeout=60, headers=known) as api:
            async with held_up(empty_database):
                writing = asyncio.create_task(api.post("/v1/children", json=child()))
                await somebody_waits(empty_database)
                running.process.send_signal(told)
                await nobody_is_let_in(running)
                assert running.process.poll() is None
            assert (await writing).status_code == 201
        assert await asyncio.to_thread(running.process.wait, 30) == 0


async def test_a_second_interrupt_ends_at_once(empty_database: str, folder: Path) -> None:
    with serving(folder / "unused", DATABASE_URL=empty_database, **PATIENT) as running:
        known = await asyncio.to_thread(signed_in, running)
        async with (
            httpx.AsyncClient(base_url=running.address, timeout=60, headers=known) as api,
            held_up(empty_database),
        ):
            writing = asyncio.create_task(api.post("/v1/children", json=child()))
            await somebody_waits(empty_database)
            running.process.send_signal(signal.SIGINT)
            await nobody_is_let_in(running)
            running.process.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(running.process.wait, 30) == 0
            assert refusal(await writing) == (503, "unavailable", [])


async def test_idle_connections_do_not_hold_up_a_stop(empty_database: str, folder: Path) -> None:
    with serving(folder / "unused", DATABASE_URL=empty_database, **PATIENT) as running:
        async with httpx.AsyncClient(base_url=running.address) as api:
            await api.get("/health/live")
            running.process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(running.process.wait, 30) == 0
