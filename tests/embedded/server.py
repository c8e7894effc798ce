"""What a test asks of a server and of its folder."""

import asyncio
import os
import stat
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from service.embedded import Server, ServerError, attached
from tests.embedded.processes import lives

ROOT = os.geteuid() == 0
QUICK = {"fsync": "off", "shared_buffers": "16MB"}
KEEP = ("CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42)", "SELECT 1")
KEPT = "SELECT n FROM kept"


def ask(server: Server, *statements: str) -> object:
    """Run the statements; the first value of the last."""

    async def run() -> object:
        connection = await asyncpg.connect(server.dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def answers(server: Server, *statements: str) -> bool:
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        ask(server, *statements)
        return True
    return False


def refusal(data: Path, settings: dict[str, str] | None = None) -> str:
    with pytest.raises(ServerError) as caught, attached(data, settings or QUICK):
        pass
    return str(caught.value)


def postmaster(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().split()[0])


def is_new(data: Path, before: int) -> bool:
    """Whether a server other than the one before is ready."""
    with suppress(OSError, IndexError):
        lines = (data / "cluster" / "postmaster.pid").read_text().splitlines()
        return int(lines[0]) != before and lives(int(lines[0])) and lines[7].strip() == "ready"
    return False


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
