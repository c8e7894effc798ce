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
UNTRACKED = "'{version,created_at,updated_at,name_words,name_order}'::text[]"
TRACKED = ("child", "residence", "circumstance", "case_file", "intervention")
PRESENT = " UNION ALL ".join(
    f"SELECT '{table}' AS record, id AS record_id, to_jsonb(r) - {UNTRACKED} AS now FROM {table} r" for table in TRACKED
)
# What the records are is what their history left them as; and each of them was made, changed and withdrawn by somebody.
OFF_THE_RECORD = f"""
WITH last AS (
    SELECT DISTINCT ON (record, record_id) record, record_id, after FROM history
    WHERE record = ANY ('{{{",".join(TRACKED)}}}') ORDER BY record, record_id, number DESC
)
SELECT 'a record that is not as its history left it', record, record_id
FROM last FULL JOIN ({PRESENT}) present USING (record, record_id) WHERE after IS DISTINCT FROM now
UNION ALL
SELECT 'a change by nobody', record, record_id FROM history WHERE access IS NULL
UNION ALL
SELECT 'a change on record that was not made', action, NULL FROM access a
WHERE action ~ '^(create|open|close|delete)_' AND NOT EXISTS (SELECT FROM history h WHERE h.access = a.number)
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
        broken = [*await connection.fetch(HALF_DONE), *await connection.fetch(OFF_THE_RECORD)]
        return [*broken, *await ledger.differences(connection)]
    finally:
        await connection.close()
