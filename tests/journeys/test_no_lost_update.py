"""Many write on the same few children, each on what they have read: whoever is late is told so, and nothing is lost."""

import asyncio
import ssl
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from service.embedded import attached
from tests.journeys.service import Running, asked, client, serving, signed_in
from tests.journeys.test_many_writers import faults
from tests.routers.api import child
from tests.soak import rounds, say, seeded

WRITERS, CHILDREN = 50, 10
SECONDS = rounds(3, 60)
FIELDS = ("full_name", "sex", "ethnicity", "date_of_birth")


@dataclass
class Applied:
    """What was acknowledged of a child, by the version that it made; and how many came too late."""

    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    late: int = 0


def version(answer: httpx.Response) -> int:
    return int(answer.headers["etag"].strip('"'))


def drawn(random: Random) -> dict[str, Any]:
    """A change to some of a child's fields, which hardly anybody else makes."""
    values = {
        "full_name": f"Đỗ Thị {''.join(random.choices('abcdeghik', k=8)).title()}",
        "sex": random.choice(["male", "female", "unknown"]),
        "ethnicity": random.choice(["Kinh", "Tày", "Mường", None]),
        "date_of_birth": f"201{random.randrange(4)}-02-{random.randrange(10, 29)}",
    }
    return {name: values[name] for name in random.sample(FIELDS, random.randrange(1, 3))}


async def write(api: httpx.AsyncClient, children: dict[str, Applied], random: Random, until: float) -> None:
    while time.monotonic() < until:
        address = random.choice(list(children))
        read = version(await api.get(address))
        change = drawn(random)
        answer = await api.patch(address, json=change, headers={"If-Match": f'"{read}"'})
        if answer.status_code == 412:
            children[address].late += 1
            continue
        assert answer.status_code == 200, answer.text
        made = version(answer)
        assert made == read + 1, "it was applied on another version than the one that it was based on"
        assert made not in children[address].changes, "two were acknowledged for the same version"
        children[address].changes[made] = change


async def load(running: Running, children: dict[str, Applied], random: Random) -> None:
    until, unused = time.monotonic() + SECONDS, ssl.create_default_context()
    known = await asyncio.to_thread(signed_in, running)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=running.address, timeout=60, verify=unused, headers=known)
            )
            for _ in range(WRITERS)
        ]
        await asyncio.gather(*(write(api, children, Random(random.random()), until) for api in clients))


def test_every_update_is_applied_on_the_version_that_was_read_or_refused_as_stale(folder: Path) -> None:
    data_dir, random = folder / "updates", seeded("no lost update")
    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
        made = [api.post("/v1/children", json=child()) for _ in range(CHILDREN)]
        children = {answer.headers["location"]: Applied() for answer in made}
        asyncio.run(load(running, children, random))
        for answer in made:
            address, state = answer.headers["location"], answer.json()
            applied = children[address].changes
            for number in sorted(applied):
                state |= applied[number]
            found = asked(api, address)
            assert sorted(applied) == list(range(2, version(found) + 1)), "not every version was acknowledged"
            assert {name: found.json()[name] for name in FIELDS} == {name: state[name] for name in FIELDS}
        written = sum(len(one.changes) for one in children.values())
        late = sum(one.late for one in children.values())
        say(
            f"no lost update: {WRITERS} writers on {CHILDREN} children for {SECONDS} s, {written:,} updates applied, "
            f"{late:,} answered 412, all replayed"
        )
        assert written
        assert late
        with attached(data_dir) as server:
            assert asyncio.run(faults(server.dsn)) == (0, [])
