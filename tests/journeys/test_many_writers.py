"""Hundreds write at once, also on the same children and communes: nobody fails, nobody waits in a circle."""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from itertools import count, product
from pathlib import Path
from random import Random
from statistics import quantiles

import asyncpg
import httpx

from service import ledger
from service.embedded import attached
from tests.journeys.service import Running, client, serving, signed_in
from tests.journeys.stream import Request, Writer
from tests.routers.api import child
from tests.soak import rounds, say, seeded

CHILDREN = rounds(2_000, 300_000)
WRITERS = rounds(60, 400)
SECONDS = rounds(4, 120)
SHARED = 20  # children on whom everybody writes
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


class Everybody:
    """Changes to the same few children, of which none forbids another."""

    def __init__(self, children: list[str], random: Random) -> None:
        self.children, self.random = children, random
        # A day for each circumstance of a child in a category.
        self.days: dict[tuple[str, str], Iterator[int]] = {
            key: count() for key in product(children, ("d", "d.2", "poor_household"))
        }

    def draw(self) -> Request:
        one = self.random.choice(self.children)
        kind = self.random.randrange(4)
        if kind == 0:
            return "PATCH", f"/v1/children/{one}", {"ethnicity": self.random.choice(["Kinh", "Tày", "Mường"])}
        if kind == 1:
            return "POST", "/v1/cases", {"child_id": one, "kind": "support", "opened_on": "2019-01-01"}
        category = self.random.choice(["d", "d.2", "poor_household"])
        begun = date(2018, 1, 1) + timedelta(next(self.days[one, category]) % 1000)
        period = {"from": begun.isoformat(), "until": (begun + timedelta(1)).isoformat()}
        return "POST", f"/v1/children/{one}/circumstances", {"category": category} | period


class Load:
    """What the writers did, and how long each write took."""

    def __init__(self, everybody: Everybody) -> None:
        self.everybody = everybody
        self.until = time.monotonic() + SECONDS
        self.answers: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()
        self.seconds: list[float] = []

    async def ask(self, api: httpx.AsyncClient, request: Request) -> bool:
        method, path, body = request
        begun = time.perf_counter()
        answer = await api.request(method, path, json=body, headers={"If-Match": "*"})
        self.seconds.append(time.perf_counter() - begun)
        self.answers[answer.status_code] += 1
        if not answer.is_success:
            self.refusals[answer.json()["type"]] += 1
        return answer.is_success

    async def write(self, api: httpx.AsyncClient, writer: Writer) -> None:
        while time.monotonic() < self.until:
            if writer.random.random() < 0.3:
                await self.ask(api, self.everybody.draw())
                continue
            child_id, before, after, request = writer.draw()
            writer.children[child_id] = [after if await self.ask(api, request) else before]


async def load(running: Running, shared: list[str], writers: list[Writer], random: Random) -> Load:
    """Each writer has a client of its own: one for all would spend the time in looking through its connections."""
    done, unused = Load(Everybody(shared, random)), ssl.create_default_context()
    known = await asyncio.to_thread(signed_in, running)
    async with AsyncExitStack() as stack:
        clients = [
            httpx.AsyncClient(base_url=running.address, timeout=120, verify=unused, headers=known) for _ in writers
        ]
        for api in clients:
            await stack.enter_async_context(api)
        await asyncio.gather(*(done.write(api, writer) for api, writer in zip(clients, writers, strict=True)))
    return done


async def faults(dsn: str) -> tuple[int, list[asyncpg.Record]]:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(DEADLOCKS), await ledger.differences(connection)
    finally:
        await connection.close()


def communes(api: httpx.Client) -> list[str]:
    """Those that were there all the time in which the writers' children live."""
    found = api.get("/v1/communes", params={"on": "2014-01-01", "limit": 500}).json()["items"]
    return [c["code"] for c in found if (c["valid"]["until"] or "2021") > "2020-12-31"]


def test_nobody_fails_however_many_write_at_once(folder: Path) -> None:
    data_dir, random = folder / "many", seeded("many writers")
    with serving(data_dir, "--demo", "--children", CHILDREN) as running, client(running) as api:
        shared = [api.post("/v1/children", json=child()).json()["id"] for _ in range(SHARED)]
        writers = [Writer(random.random(), communes(api)) for _ in range(WRITERS)]
        begun = time.monotonic()
        done = asyncio.run(load(running, shared, writers, random))
        taken = time.monotonic() - begun
        cuts = quantiles(done.seconds, n=100)
        say(
            f"many writers: {WRITERS} on {CHILDREN:,} children, {len(done.seconds):,} writes in {taken:.0f} s "
            f"({len(done.seconds) / taken:.0f}/s), p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, "
            f"longest {max(done.seconds) * 1000:.0f} ms, answers {dict(done.answers)} {dict(done.refusals)}"
        )
        assert all(200 <= status < 300 for status in done.answers), done.refusals
        for writer in random.sample(writers, 20):
            writer.check(api, set(writer.children))
        with attached(data_dir) as server:
            assert asyncio.run(faults(server.dsn)) == (0, [])
