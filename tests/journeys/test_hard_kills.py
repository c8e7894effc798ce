"""kill -9 at random moments in a stream of writes: what was acknowledged is there, nothing is half, all agrees."""

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Semaphore

import asyncpg
import httpx

from service import ledger
from service.embedded import attached
from tests.journeys.service import Running, client, postmaster, serving
from tests.journeys.stream import Writer
from tests.soak import rounds, say, seeded

WRITERS = 6
KILLS = rounds(6, 200)
KILLED = ("service", "server", "both", "a process of the server")
HALF_DONE = """
SELECT 'a child without a residence' FROM child c WHERE NOT EXISTS (SELECT FROM residence WHERE child_id = c.id)
UNION ALL
SELECT 'a posting without a spell' FROM posting p
WHERE NOT EXISTS (SELECT FROM spell WHERE posted = p.number)
  AND NOT EXISTS (SELECT FROM spell WHERE withdrawn = p.number)
"""


def kill_a_child(server: int, random: Random) -> None:
    """Any of the server's processes, whatever it does: the others end, and the server recovers as from a crash."""
    while True:
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        with suppress(ProcessLookupError):  # some come and go
            return os.kill(int(random.choice(children)), signal.SIGKILL)


def kill(killed: str, running: Running, data_dir: Path, random: Random) -> None:
    server = postmaster(data_dir)
    if killed == "a process of the server":
        kill_a_child(server, random)
    if killed in ("server", "both"):
        os.kill(server, signal.SIGKILL)
    if killed in ("service", "both"):
        running.kill()


def write_until_killed(killed: str, running: Running, data_dir: Path, writers: list[Writer], random: Random) -> int:
    """How many writes were acknowledged before the kill."""
    acknowledged = Semaphore(0)
    enough = random.randrange(1, 60)
    with ThreadPoolExecutor(len(writers)) as threads:
        clients = [client(running) for _ in writers]
        streams = [
            threads.submit(writer.write, api, acknowledged) for writer, api in zip(writers, clients, strict=True)
        ]
        for _ in range(enough):
            assert acknowledged.acquire(timeout=60), [stream.exception() for stream in streams if stream.done()]
        time.sleep(random.random() / 50)  # to die at any moment, and not only when somebody has just been answered
        kill(killed, running, data_dir, random)
        for stream, api in zip(streams, clients, strict=True):
            stream.result()
            api.close()
    return enough


def until_ready(api: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while (status := api.get("/health/ready").status_code) != 200:
        assert status == 503
        assert time.monotonic() < deadline, "the service does not come back by itself"


async def faults(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return [*await connection.fetch(HALF_DONE), *await ledger.differences(connection)]
    finally:
        await connection.close()


def check(api: httpx.Client, data_dir: Path, writers: list[Writer], *, all_of_them: bool = False) -> None:
    for writer in writers:
        writer.check(api, set(writer.children) if all_of_them else writer.touched)
        writer.touched.clear()
    with attached(data_dir) as server:
        assert asyncio.run(faults(server.dsn)) == []


def test_no_acknowledged_write_is_lost_whatever_is_killed_and_when(folder: Path) -> None:
    data_dir, random = folder / "killed", seeded("hard kills")
    writers = [Writer(random.random()) for _ in range(WRITERS)]
    kills = [*KILLED, *random.choices(KILLED, k=KILLS - len(KILLED))]
    acknowledged, total = 0, len(kills)
    while kills:
        with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
            check(api, data_dir, writers)
            while kills:
                killed = kills.pop()
                acknowledged += write_until_killed(killed, running, data_dir, writers, random)
                if killed in ("service", "both"):
                    break
                until_ready(api)
                check(api, data_dir, writers)
    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
        check(api, data_dir, writers, all_of_them=True)
    children = sum(len(writer.children) for writer in writers)
    say(f"hard kills: {total}, at least {acknowledged:,} acknowledged writes on {children:,} children, none lost")
