"""Lines over HTTP: the service, to which a caller is signed in, against the bare thing, round by round."""

import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from urllib.parse import quote

import asyncpg
import httpx
import orjson

from bench.load import get, load, post
from bench.measuring import ratio, told
from bench.province import COMMUNE, DAY, Province
from service.database import as_service
from service.domain.names import folded
from service.signing_in.keys import signing_keys
from service.signing_in.tokens import Tokens

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
ROLE = "province_officer"
SIGN_IN = """
INSERT INTO sign_in (account_id, assignment_id, address)
SELECT a.account_id, a.id, '' FROM assignment a JOIN account u ON u.id = a.account_id WHERE u.name = $1
RETURNING account_id, id, assignment_id
"""
UNHINDERED = dict.fromkeys(("RATE", "BURST", "UNSIGNED_RATE", "UNSIGNED_BURST"), "1000000")

Requests = Callable[[], Iterator[bytes]]


@contextmanager
def process(*command: str, **environment: str) -> Iterator[str]:
    """A server of its own; its address."""
    with tempfile.TemporaryFile("w+") as said:
        started = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
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
def served(province: Province, **environment: str) -> Iterator[str]:
    """The service as it is run, in a role of its own."""
    command = ("serve", "--port", "0", "--data-dir", str(province.data_dir), "--database-url", province.dsn)
    with process("service", *command, SERVICE_DATABASE_URL=as_service(province.dsn), **environment) as address:
        yield address


@contextmanager
def both(province: Province) -> Iterator[tuple[str, str]]:
    """The service and its opponents over the same database."""
    with served(province, **UNHINDERED) as ours, process("bench.bare", province.dsn) as bare:
        yield ours, bare


async def signed_in(province: Province, role: str = ROLE) -> dict[str, str]:
    """The headers of the demonstration's user of a role, good for ten minutes."""
    connection = await province.connected()
    account, sign_in, assignment = await connection.fetchrow(SIGN_IN, role)  # type: ignore[misc] # one row
    await connection.close()
    keys = signing_keys(province.data_dir / "signing-keys.json")
    token, _ = Tokens(keys).mint(account, sign_in, assignment, role)
    return {"Authorization": f"Bearer {token}"}


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


async def reading(province: Province, paths: list[str], wanted: str) -> None:
    """What the caller reads, against what the bare thing tells everyone."""
    caller = await signed_in(province)
    asked, told_everyone = (over(*(get(path, **headers) for path in paths)) for headers in (caller, {}))
    with both(province) as (ours, bare):
        await against((ours, asked), (bare, told_everyone), wanted)


async def child(province: Province) -> None:
    """GET /v1/children/{id}, signed in and put on record, of children with an open case"""
    connection = await province.connected()
    paths = [f"/v1/children/{row[0]}" for row in await connection.fetch(WITH_A_CASE)]
    await connection.close()
    await reading(province, paths, "at least 0.3 x Starlette and asyncpg with a statement for it, and no record")


async def page(province: Province) -> None:
    """GET /v1/children, signed in and put on record, fifty of a commune"""
    await reading(province, [f"/v1/children?on={DAY}&commune={COMMUNE}"], "at least 0.4 x")


async def attainment(province: Province) -> None:
    """GET …/attainment by commune, signed in"""
    asked = f"/v1/indicators/special_rate/attainment?on={DAY}&by=commune"
    await reading(province, [asked], "at least 0.45 x the same SQL bare")


async def scoreboard(province: Province) -> None:
    """GET …/scoreboard, signed in"""
    asked = f"/v1/programmes/hung-yen-2016-2020/scoreboard?on={DAY}"
    await reading(province, [asked], "at least 0.45 x the same SQL bare")


async def let_through(province: Province) -> None:
    """What the rate limit of the demonstration lets through of one who is signed in"""
    asked = over(get("/v1/categories", **await signed_in(province)))
    with served(province) as address:
        rates = [(await load(address, asked())).rate_let_through for _ in range(ROUNDS + 1)]
    told("let through", rates[1:], "/s")
    print("  (at least 600 /s)\n")


async def unchanged(province: Province) -> None:
    """304 for an answer that the caller has, signed in, against an empty route"""
    for path in (
        f"/v1/indicators/special_rate/attainment?on={DAY}&by=commune",
        f"/v1/programmes/hung-yen-2016-2020/scoreboard?on={DAY}",
    ):
        caller = await signed_in(province)
        with both(province) as (ours, bare):
            async with httpx.AsyncClient() as client:
                known = (await client.get(ours + path, headers=caller)).headers["etag"]
            asked = over(get(path, If_None_Match=known, **caller))
            await against(
                (ours, asked), (ours, over(get("/.well-known/jwks.json"))), "at least 0.6 x a route without a statement"
            )
            await against((ours, asked), (bare, over(get("/empty"))), "of bare Starlette")


@asynccontextmanager
async def cloned(province: Province) -> AsyncIterator[Province]:
    """A copy of the database, to write to."""
    connection = await asyncpg.connect(province.dsn.replace("/child_protection?", "/postgres?"))
    await connection.execute(f"DROP DATABASE IF EXISTS {CLONE} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {CLONE} TEMPLATE child_protection STRATEGY file_copy")
    yield replace(province, dsn=province.dsn.replace("/child_protection?", f"/{CLONE}?"))
    await connection.execute(f"DROP DATABASE {CLONE} WITH (FORCE)")
    await connection.close()


async def writing(province: Province, posts: Callable[[str, dict[str, str]], Requests]) -> None:
    """What the caller writes, against a route of the service that does only the insert."""
    async with cloned(province) as copy:
        asked, inserted = posts("", await signed_in(copy)), posts("/insert", {})
        with both(copy) as (ours, bare):
            await against((ours, asked), (bare, inserted), "at least 0.3 x the insert alone")


async def newborn(province: Province) -> None:
    """POST /v1/children, signed in: a newborn, with its record, history, posting and commit"""
    connection = await province.connected()
    communes = [row[0] for row in await connection.fetch(COMMUNES, DAY)]
    await connection.close()
    body = {"full_name": "Đỗ Thị Mận", "sex": "female", "date_of_birth": "2020-11-02"}
    bodies = [orjson.dumps(body | {"residence": {"commune": code, "from": "2020-11-02"}}) for code in communes]
    await writing(
        province,
        lambda prefix, headers: over(*(post(f"{prefix}/v1/children", body, **headers) for body in bodies)),
    )


async def circumstance(province: Province) -> None:
    """POST /v1/children/{id}/circumstances of this year, signed in, with its record, history, posting and commit"""
    connection = await province.connected()
    children = (row[0] for row in await connection.fetch(WELL))
    await connection.close()
    body = orjson.dumps({"category": "m.2", "from": "2020-11-02"})

    def posts(prefix: str, headers: dict[str, str]) -> Requests:
        return lambda: (post(f"{prefix}/v1/children/{child}/circumstances", body, **headers) for child in children)

    await writing(province, posts)


SEARCHED = {
    "rare": "SELECT full_name FROM child ORDER BY uuid_hash_extended(id, 1) LIMIT 300",
    "frequent": """
        SELECT split_part(full_name, ' ', 1) || ' ' || split_part(full_name, ' ', 2) FROM child
        GROUP BY 1 ORDER BY count(*) DESC LIMIT 30
    """,
    "given": """
        SELECT regexp_replace(full_name, '^.* ', '') FROM child GROUP BY 1 ORDER BY count(*) DESC LIMIT 60
    """,
}


async def search(province: Province) -> None:
    """GET /v1/children?q=, signed in and put on record: names without marks, against a child by id"""
    connection = await province.connected()
    sought = {
        kind: [quote(folded(row[0])) for row in await connection.fetch(statement)]
        for kind, statement in SEARCHED.items()
    }
    ids = [f"/v1/children/{row[0]}" for row in await connection.fetch(WITH_A_CASE)][:300]
    await connection.close()
    caller = await signed_in(province)
    within = f"&on={DAY}&commune={COMMUNE}"
    asked = {f"{kind} names": [f"/v1/children?q={q}" for q in found] for kind, found in sought.items()}
    asked["frequent names in a commune"] = [path + within for path in asked["frequent names"]]
    asked["words begun"] = [path[: max(path.rindex("%20") + 4, len(path) - 2)] for path in asked["rare names"]]
    with served(province, **UNHINDERED) as address:
        async with httpx.AsyncClient(base_url=address, headers=caller) as client:
            for name, paths in asked.items():
                slow: list[float] = []
                for _ in range(3):
                    by_id, by_name = await p95(client, ids), await p95(client, paths)
                    slow.append(by_name / by_id)
                print(f"  {name}: p95 {by_name * 1000:.1f} ms, by id {by_id * 1000:.1f} ms")
                ratio(statistics.median(slow), "at most 4 x a child by id")


async def p95(client: httpx.AsyncClient, paths: list[str]) -> float:
    """Seconds within which 95 of 100 answers are there, one after another."""
    taken = []
    for path in paths:
        begun = time.perf_counter()
        answer = await client.get(path)
        taken.append(time.perf_counter() - begun)
        assert answer.status_code == 200, answer.text
    return statistics.quantiles(taken, n=20)[-1]
