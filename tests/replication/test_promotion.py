"""The primary is lost in the middle of writes, and its standby takes over: nothing acknowledged is lost."""

import asyncio
from pathlib import Path

from service.embedded import attached
from tests.embedded.server import ask
from tests.journeys.killing import faults, write_until_killed
from tests.journeys.service import client, serving
from tests.journeys.stream import Writer
from tests.replication.standby import standby
from tests.soak import rounds, say, seeded

WRITERS = 6


def test_the_standby_has_every_acknowledged_write_when_the_primary_is_lost(folder: Path) -> None:
    random = seeded("promotion")
    for number in range(rounds(1, 20)):
        first, second = folder / f"primary {number}", folder / f"standby {number}"
        writers = [Writer(random.random()) for _ in range(WRITERS)]
        with serving(first, TODAY="2020-12-31") as running, standby(first, second) as server:
            acknowledged = write_until_killed("both", running, first, writers, random)
            assert ask(server, "SELECT pg_promote()") is True
            with (
                serving(folder / "unused", DATABASE_URL=server.dsn, TODAY="2020-12-31") as promoted,
                client(promoted) as api,
            ):
                for writer in writers:
                    writer.check(api, set(writer.children))
                assert asyncio.run(faults(server.dsn)) == []
                _, _, after, (method, path, body) = Writer(random.random()).draw()
                assert api.request(method, path, json=body).status_code == 201
                assert api.get(f"{path}/{after['id']}").json()["full_name"] == after["full_name"]
        with attached(first):
            pass  # a last start clears away what the killed server left in shared memory
        say(f"promotion {number + 1}: at least {acknowledged} acknowledged writes, none lost")
