"""What the contract costs over HTTP: the document that clients begin with, and a key that makes a repeat harmless."""

import itertools
import statistics
import time
from collections.abc import Iterator

import httpx
import orjson

from bench.load import post
from bench.measuring import told
from bench.over_http import COMMUNES, UNHINDERED, Requests, against, cloned, served, signed_in
from bench.province import DAY, Province

ASKED = 50  # times, one after another


async def document(province: Province) -> None:
    """GET /openapi.json: the first after the start, the whole of it again, and 304 where it is unchanged"""
    with served(province, **UNHINDERED) as address:
        async with httpx.AsyncClient(base_url=address, headers={"Accept-Encoding": "gzip"}) as client:
            first, known = await taken(client, {})
            whole = [(await taken(client, {}))[0] for _ in range(ASKED)]
            unchanged = [(await taken(client, {"If-None-Match": known}, 304))[0] for _ in range(ASKED)]
    told("the first", [first])
    for name, seconds in (("the whole", whole), ("304", unchanged)):
        told(name, seconds)
        print(f"  p95 {statistics.quantiles(seconds, n=20)[-1] * 1000:.1f} ms")
    print("  (at most 50 ms)\n")


async def taken(client: httpx.AsyncClient, headers: dict[str, str], status: int = 200) -> tuple[float, str]:
    """Seconds until the document is there, and its tag."""
    begun = time.perf_counter()
    answer = await client.get("/openapi.json", headers=headers)
    seconds = time.perf_counter() - begun
    assert answer.status_code == status
    return seconds, answer.headers["etag"]


async def key(province: Province) -> None:
    """POST /v1/children with an Idempotency-Key (its answer is kept beside the change), against without one"""
    connection = await province.connected()
    communes = [row[0] for row in await connection.fetch(COMMUNES, DAY)]
    await connection.close()
    body = {"full_name": "Đỗ Thị Mận", "sex": "female", "date_of_birth": "2020-11-02"}
    bodies = [orjson.dumps(body | {"residence": {"commune": code, "from": "2020-11-02"}}) for code in communes]
    numbers = itertools.count()

    def posts(caller: dict[str, str], keyed: bool) -> Requests:
        def asked() -> Iterator[bytes]:
            for one in itertools.cycle(bodies):
                key = {"Idempotency-Key": f"bench-{next(numbers)}"} if keyed else {}
                yield post("/v1/children", one, **caller, **key)

        return asked

    async with cloned(province) as copy:
        caller = await signed_in(copy)
        with served(copy, **UNHINDERED) as address:
            await against(
                (address, posts(caller, True)), (address, posts(caller, False)), "at least 0.8 x without a key"
            )
