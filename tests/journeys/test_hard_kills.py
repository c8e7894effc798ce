"""kill -9 at random moments in a stream of writes: what was acknowledged is there, nothing is half, all agrees."""

import asyncio
from pathlib import Path

import httpx

from service.embedded import attached
from tests.journeys.killing import faults, write_until_killed
from tests.journeys.service import asked, client, serving
from tests.journeys.stream import Writer
from tests.soak import rounds, say, seeded

WRITERS = 6
KILLS = rounds(6, 200)
KILLED = ("service", "server", "both", "a process of the server")


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
                asked(api, "/health/ready")  # it comes back by itself
                check(api, data_dir, writers)
    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
        check(api, data_dir, writers, all_of_them=True)
    children = sum(len(writer.children) for writer in writers)
    say(f"hard kills: {total}, at least {acknowledged:,} acknowledged writes on {children:,} children, none lost")
