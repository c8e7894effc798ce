"""The province that is measured: the demonstration, made once in a folder."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from secrets import token_urlsafe

import asyncpg

from service.demonstration import filling, users
from service.embedded import attached
from service.migrate import migrate
from service.progress import Progress
from service.register import vacuum

DAY = date(2018, 6, 30)
COMMUNE = "12145"
TODAY = date(2020, 12, 31)


@dataclass(frozen=True)
class Province:
    """A filled database whose server runs."""

    data_dir: Path
    dsn: str

    async def connected(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.dsn)


@asynccontextmanager
async def province(data_dir: Path, children: int) -> AsyncIterator[Province]:
    """Start the server of the folder, and fill it if it is empty."""
    with attached(data_dir) as server:
        await filled(server.dsn, children)
        yield Province(data_dir, server.dsn)


async def filled(dsn: str, children: int) -> None:
    await migrate(dsn, TODAY)
    connection = await asyncpg.connect(dsn)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM child)"):
        begun = time.perf_counter()
        with Progress() as progress:
            await filling.fill(connection, children, 1, progress)
        await vacuum(connection)
        print(f"the demonstration of {children:,} children: {time.perf_counter() - begun:.1f} s")
    if not await users.present(connection):
        await users.add(connection, token_urlsafe())
    number, version = await connection.fetchval("SELECT count(*) FROM child"), connection.get_server_version()
    print(f"{number:,} children, {os.cpu_count()} cores, PostgreSQL {version.major}.{version.micro}\n", flush=True)
    await connection.close()


async def area_of(connection: asyncpg.Connection, code: str) -> int:
    area_id: int = await connection.fetchval(
        "SELECT area_id FROM area_version WHERE code = $1 AND during @> $2::date", code, DAY
    )
    return area_id
