"""Whoever operates the service reads and writes without signing in: every command leaves that on record."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import asyncpg
import httpx
import pytest

from service.demonstration import fill
from tests.importing.folders import BY_HAND, written
from tests.journeys.service import ENVIRONMENT, command, serving

WHO = "os-user:" + subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
ON_RECORD = (
    "SELECT action, purpose, role, address, request, subjects FROM access WHERE role = 'operator' ORDER BY number"
)
Operate = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def operate(empty_database: str) -> Operate:
    def operated(*words: object, **environment: str) -> "CompletedProcess[str]":
        return command(*words, DATABASE_URL=empty_database, **environment)

    return operated


def export_without_room(dsn: str, folder: Path) -> int:
    export = [sys.executable, "-m", "service", "export", str(folder)]
    small = ["sh", "-c", 'ulimit -f 16 && exec "$@"', "sh", *export]  # no file may be larger than 8 kB
    environment = ENVIRONMENT | {"DATABASE_URL": dsn}
    return subprocess.run(small, env=environment, capture_output=True, timeout=60, check=False).returncode


async def on_record(dsn: str) -> list[tuple[object, ...]]:
    """Action and purpose of what operators did: all by us, and about everyone."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(ON_RECORD)
    await connection.close()
    assert {tuple(row)[2:] for row in rows} <= {("operator", WHO, None, None)}
    return [tuple(row)[:2] for row in rows]


async def test_what_commands_read_and_write_is_on_record(empty_database: str, operate: Operate, tmp_path: Path) -> None:
    key = operate("backup-key", tmp_path / "key").stdout.splitlines()[1].partition("=")[2]
    files, backups = written(tmp_path / "in", BY_HAND), tmp_path / "backups"
    assert operate("import", files, "--dry-run").returncode == 0
    assert await on_record(empty_database) == []  # it kept nothing, and read no records
    done = [
        operate("import", files),
        operate("import", files),  # refused
        operate("export", tmp_path / "out"),
        operate("ledger", "verify"),
        operate("ledger", "rebuild"),
        operate("backup", "--new", backups, BACKUP_RECIPIENTS=key),
    ]
    assert [each.returncode for each in done] == [0, 1, 0, 0, 0, 0]
    assert await on_record(empty_database) == [
        ("import", "exchange"),
        ("export", "exchange"),
        ("ledger verify", "administration"),
        ("ledger rebuild", "administration"),
        ("backup", "administration"),
    ]


async def test_filling_is_on_record_and_makes_no_history(empty_database: str, operate: Operate) -> None:
    assert operate("demo", "--children", 200).returncode == 0
    assert await on_record(empty_database) == [("demo", "administration")]
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT count(*) FROM history") == 0
    await connection.close()


async def test_an_export_that_fails_was_a_look(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    await fill(connection, 300, 1, lambda *_: None)
    await connection.close()
    assert export_without_room(empty_database, tmp_path / "out") == 1
    assert await on_record(empty_database) == [("export", "exchange")]


async def test_an_export_is_among_the_accesses_to_every_child(
    operate: Operate, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    assert operate("import", written(tmp_path / "in", BY_HAND)).returncode == 0
    assert operate("export", tmp_path / "out").returncode == 0
    for item in (await client.get("/v1/children")).json()["items"]:
        looks = (await client.get(f"/v1/children/{item['id']}/accesses")).json()["items"]
        (export,) = [look for look in looks if look["action"] == "export"]
        assert (export["role"], export["address"], export["account"]) == ("operator", WHO, None)


async def test_only_a_demonstration_is_served_as_the_owner_of_its_tables(
    empty_database: str, operate: Operate, tmp_path: Path
) -> None:
    serve = ("serve", "--port", "0", "--data-dir", tmp_path)
    for given, said in (("", "not set"), (empty_database, "the address of the owner of the tables")):
        refused = operate(*serve, SERVICE_DATABASE_URL=given)
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"SERVICE_DATABASE_URL is {said}: ")
        assert "ALTER ROLE postgres_service LOGIN PASSWORD" in refused.stderr
    connection = await asyncpg.connect(empty_database)
    await connection.execute("UPDATE register SET demonstration = true")
    await connection.close()
    with serving(tmp_path, DATABASE_URL=empty_database, SERVICE_DATABASE_URL="") as running:
        assert "WARNING: SERVICE_DATABASE_URL is not set" in running.said
