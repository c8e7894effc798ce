"""How a service and its server are killed amid writes, and what must be sound afterwards."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Semaphore

import asyncpg

from service import ledger
from tests.journeys.service import Running, client, postmaster
from tests.journeys.stream import Writer

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


async def faults(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return [*await connection.fetch(HALF_DONE), *await ledger.differences(connection)]
    finally:
        await connection.close()
