"""The server is durable, private and sized, and its log holds no values."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from service.embedded import Server, attached
from tests.embedded.processes import until
from tests.embedded.server import QUICK, ROOT, answers, ask, mode, postmaster

SECRET = "Nguyễn Thị Thanh Xuân"


def test_the_server_is_durable_private_and_sized(data: Path) -> None:
    with attached(data) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert ask(server, f"SHOW {name}") == "on"
        assert ask(server, "SHOW listen_addresses") == ""
        assert ask(server, "SHOW timezone") == "Asia/Ho_Chi_Minh"
        assert ask(server, "SELECT string_agg(type || ' ' || auth_method, ',') FROM pg_hba_file_rules") == "local trust"
        assert ask(server, "SELECT lower('ĐẶNG')") == "đặng"
        buffers = ask(server, "SELECT pg_size_bytes(current_setting('shared_buffers')) / 1048576")
        assert isinstance(buffers, int)
        assert 128 <= buffers <= 4096
        assert mode(data / "cluster") == mode(data / "socket") == 0o700
        assert mode(data / "server.log") == 0o600
        assert mode(data) == (0o711 if ROOT else 0o700)
        account = Path(f"/proc/{postmaster(data)}").stat().st_uid
        assert account != 0
        assert account == (data / "cluster").stat().st_uid == (data / "socket").stat().st_uid


def test_the_log_holds_no_values(data: Path) -> None:
    async def violate(server: Server) -> None:
        connection = await asyncpg.connect(server.dsn)
        try:
            await connection.execute("CREATE TABLE child (name text PRIMARY KEY, born date)")
            await connection.execute("INSERT INTO child VALUES ($1)", SECRET)
            with pytest.raises(asyncpg.UniqueViolationError, match="already exists"):
                await connection.execute("INSERT INTO child VALUES ($1)", SECRET)
            with pytest.raises(asyncpg.UniqueViolationError):
                await connection.execute(f"INSERT INTO child VALUES ('{SECRET}')")
            with pytest.raises(asyncpg.InvalidDatetimeFormatError, match=SECRET):
                await connection.execute(f"UPDATE child SET born = CAST('{SECRET}' AS date)")
            with pytest.raises(asyncpg.RaiseError, match=SECRET):
                await connection.execute(f"DO $$ BEGIN RAISE '{SECRET}'; END $$")
            victim = await connection.fetchval("SELECT pg_backend_pid()")
            working = asyncio.create_task(connection.execute(f"SELECT '{SECRET}', pg_sleep(600)"))
            other = await asyncpg.connect(server.dsn)
            asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            for _ in range(10_000):
                if await other.fetchval(asleep):
                    break
            os.kill(victim, signal.SIGKILL)  # PostgreSQL reports what a crashed process was doing
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await working
            other.terminate()
        finally:
            connection.terminate()

    with attached(data, QUICK) as server:
        asyncio.run(violate(server))
        until(lambda: "reinitializing" in (data / "server.log").read_text())  # before that it may still let us in
        until(lambda: answers(server, "SELECT 1"))
        assert ask(server, "SELECT name FROM child") == SECRET
    log = (data / "server.log").read_text()
    assert "was terminated by signal 9" in log
    assert not any(word in log for word in (SECRET, *SECRET.split()))
