"""Lines over HTTP: the service against the bare thing, two processes beside one PostgreSQL, round by round."""

import itertools
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
import httpx
import orjson

from bench.load import get, load, post
from bench.measuring import ratio, told
from bench.province import COMMUNE, DAY, Province

ROUNDS = 7  # after one to warm up
CLONE = "bench_clone"  # written to, and dropped
COMMUNES = """
SELECT v.code FROM area a JOIN area_version v ON v.area_id = a.id AND v.during @> $1::date
WHERE a.level = 'commune' AND a.covered ORDER BY v.area_id % 7, v.area_id
"""
WITH_A_CASE = "SELECT child_id FROM case_file WHERE closed_on IS NULL ORDER BY id LIMIT 1000"
WELL = """
SELECT id FROM child
WHERE date_of_birth > '2012-01-01' AND NOT EXISTS (SELECT FROM circumstance WHERE child_id = child.id)
ORDER BY uuid_hash_extended(id, 0) LIMIT 100000
"""

Requests = Callable[[], Iterator[bytes]]


@contextmanager
def process(*command: str) -> Iterator[str]:
    """A server of its own; its address."""
    with tempfile.TemporaryFile("w+") as said:
        started = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            assert started.stdout is not None
            lines = iter(started.stdout)
            address = next((found[1] for line in lines if (found := re.search(r"Serving on (http://\S+)", line))), None)
            if address is None:
                said.seek(0)
                raise RuntimeError(f"{command[0]} does not start: {said.read()}")
            yield address
        finally:
            started.terminate()
            started.communicate()


@contextmanager
def both(dsn: str) -> Iterator[tuple[str, str]]:
    """The service and its opponents over the same database."""
    with process("service", "serve", "--port", "0", "--database-url", dsn) as ours, process("bench.bare", dsn) as bare:
        yield ours, bare


async def against(ours: tuple[str, Requests], bare: tuple[str, Requests], wanted: str, seconds: float = 2.0) -> None:
    """Rounds of the one and the other, in turns, so that whatever else the machine does hits both."""
    rates: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 1):
        for side, (address, requests) in enumerate((ours, bare)):
            answers = await load(address, requests(), seconds=seconds)
            if turn:
                rates[side].append(answers.rate)
    told("the service", rates[0], "/s")
    told("its opponent", rates[1], "/s")
    ratio(statistics.median(a / b for a, b in zip(*rates, strict=True)), wanted)


def over(*requests: bytes) -> Requests:
    """The same requests over and over."""
    return lambda: itertools.cycle(requests)


async def child(province: Province) -> None:
    """GET /v1/children/{id}, of children with an open case"""
    connection = await province.connected()
    rows = await connection.fetch(WITH_A_CASE)
    await connection.close()
    asked = over(*(get(f"/v1/children/{row[0]}") for row in rows))
    with both(province.dsn) as (ours, bare):
        await against((ours, asked), (bare, asked), "at least 0.6 x Starlette and asyncpg with the same statement")


async def page(province: Province) -> None:
    """GET /v1/children, fifty of a commune"""
    asked = over(get(f"/v1/children?on={DAY}&commune={COMMUNE}"))
    with both(province.dsn) as (ours, bare):
        await against((ours, asked), (bare, asked), "at least 0.7 x")


async def attainment(province: Province) -> None:
    """GET …/attainment by commune"""
    asked = over(get(f"/v1/indicators/special_rate/attainment?on={DAY}&by=commune"))
    with both(province.dsn) as (ours, bare):
        await against((ours, asked), (bare, asked), "at least 0.6 x the same SQL bare")


async def scoreboard(province: Province) -> None:
    """GET …/scoreboard"""
    asked = over(get(f"/v1/programmes/hung-yen-2016-2020/scoreboard?on={DAY}"))
    with both(province.dsn) as (ours, bare):
        await against((ours, asked), (bare, asked), "at least 0.6 x the same SQL bare")


async def unchanged(province: Province) -> None:
    """304 for an answer that the caller has, against an empty route"""
    for path in (
        f"/v1/indicators/special_rate/attainment?on={DAY}&by=commune",
        f"/v1/programmes/hung-yen-2016-2020/scoreboard?on={DAY}",
    ):
        with both(province.dsn) as (ours, bare):
            async with httpx.AsyncClient() as client:
                known = (await client.get(ours + path)).headers["etag"]
            asked = over(get(path, If_None_Match=known))
            await against(
                (ours, asked), (ours, over(get("/health/live"))), "at least 0.6 x an empty route of the service"
            )
            await against((ours, asked), (bare, over(get("/empty"))), "of bare Starlette")


@asynccontextmanager
async def cloned(province: Province) -> AsyncIterator[str]:
    """A copy of the database, to write to."""
    connection = await asyncpg.connect(province.dsn.replace("/child_protection?", "/postgres?"))
    await connection.execute(f"DROP DATABASE IF EXISTS {CLONE} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {CLONE} TEMPLATE child_protection STRATEGY file_copy")
    yield province.dsn.replace("/child_protection?", f"/{CLONE}?")
    await connection.execute(f"DROP DATABASE {CLONE} WITH (FORCE)")
    await connection.close()


async def newborn(province: Province) -> None:
    """POST /v1/children: a newborn, with history, posting and commit"""
    connection = await province.connected()
    communes = [row[0] for row in await connection.fetch(COMMUNES, DAY)]
    await connection.close()
    body = {"full_name": "Đỗ Thị Mận", "sex": "female", "date_of_birth": "2020-11-02"}
    bodies = [orjson.dumps(body | {"residence": {"commune": code, "from": "2020-11-02"}}) for code in communes]
    asked, inserted = (over(*(post(f"{prefix}/v1/children", b) for b in bodies)) for prefix in ("", "/insert"))
    async with cloned(province) as dsn:
        with both(dsn) as (ours, bare):
            await against((ours, asked), (bare, inserted), "at least 0.4 x the insert alone")


async def circumstance(province: Province) -> None:
    """POST /v1/children/{id}/circumstances of this year, with history, posting and commit"""
    connection = await province.connected()
    children = (row[0] for row in await connection.fetch(WELL))
    await connection.close()
    body = orjson.dumps({"category": "m.2", "from": "2020-11-02"})

    def asked(prefix: str) -> Requests:
        return lambda: (post(f"{prefix}/v1/children/{child}/circumstances", body) for child in children)

    async with cloned(province) as dsn:
        with both(dsn) as (ours, bare):
            await against((ours, asked("")), (bare, asked("/insert")), "at least 0.4 x the insert alone")
