"""Any folder will do that can be written to; another one is refused with what to do about it."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from service.database import engine
from service.embedded import Server, ServerError, attached
from tests.embedded.server import QUICK, ask, mode, refusal


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


def test_a_cluster_of_another_major_version_is_refused(data: Path) -> None:
    with attached(data, QUICK):
        pass
    (data / "cluster" / "PG_VERSION").write_text("17\n")
    assert "pg_dumpall of 17" in refusal(data)
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
