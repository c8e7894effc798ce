"""What stands in the way of a command is said in one sentence, and leaves nothing half-done."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from service import console
from service.embedded import attached
from tests.embedded.server import QUICK
from tests.journeys.service import ENVIRONMENT, command, serving
from tests.ledger.reference import CHOOSING
from tests.ledger.tables import draft


@pytest.fixture(scope="module")
def data_dir(folder: Path) -> Iterator[Path]:
    data_dir = folder / "commands"
    with serving(data_dir, "--demo", "--children", "300"):
        yield data_dir


def test_an_export_to_where_nothing_can_be_written_says_so(data_dir: Path) -> None:
    refused = command("export", "/sys/out", "--data-dir", data_dir)
    assert refused.returncode == 1
    assert refused.stderr.startswith("/sys/out cannot be written (")
    assert refused.stderr.count("\n") == 1


def test_an_export_that_finds_no_room_leaves_nothing(data_dir: Path, tmp_path: Path) -> None:
    export = [sys.executable, "-m", "service", "export", str(tmp_path / "out"), "--data-dir", str(data_dir)]
    small = ["sh", "-c", 'ulimit -f 16 && exec "$@"', "sh", *export]  # no file may be larger than 8 kB
    refused = subprocess.run(small, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert refused.stderr == f"{tmp_path / 'out'} cannot be written (File too large), and nothing was.\n"
    assert not list(tmp_path.iterdir())


def test_what_an_adopted_rule_has_left_to_be_posted_is_finished_by_a_command(data_dir: Path) -> None:
    async def adopt(connection: asyncpg.Connection) -> None:
        await draft(connection, CHOOSING)
        await connection.execute("SELECT begin_rule($1, '2018-01-01', 'officer')", CHOOSING.id)

    with attached(data_dir) as server:
        console.run(server.dsn, adopt)
    finished = command("ledger", "post-rules", "--data-dir", data_dir)
    assert (finished.returncode, finished.stdout) == (0, "Posted for everyone: hung-yen-2016-2020/200.\n")
    again = command("ledger", "post-rules", "--data-dir", data_dir)
    assert again.stdout == "Every adopted rule is posted for everyone.\n"
    assert command("ledger", "verify", "--data-dir", data_dir).returncode == 0


def test_a_command_ends_when_its_server_does(folder: Path) -> None:
    async def fill(connection: asyncpg.Connection) -> None:
        server = await connection.fetchval("SELECT pg_backend_pid()")
        await connection.execute("CREATE TABLE numbers (n int)")
        os.kill(server, signal.SIGSTOP)  # it takes no more rows: soon the driver waits
        asyncio.get_running_loop().call_soon(os.kill, server, signal.SIGKILL)
        await connection.copy_records_to_table("numbers", records=((n,) for n in count()))

    with attached(folder / "ended", QUICK) as server, pytest.raises(ConnectionError, match="ended the connection"):
        console.run(server.dsn, fill)
