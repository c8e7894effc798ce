"""What can be told about a server from outside: whether its process lives, whether it answers, what it left behind."""

import os
import subprocess
from pathlib import Path

from service.embedded.binaries import package_folder
from service.embedded.errors import ServerError
from service.embedded.files import replace
from service.embedded.folder import DataFolder

PROCESS, SOCKET_FOLDER, STATE = 0, 4, 7  # lines of postmaster.pid


def posted(cluster: Path) -> list[bytes]:
    """The lines of postmaster.pid, empty ones if they are not there. A dead server leaves them behind."""
    try:
        lines = (cluster / "postmaster.pid").read_bytes().split(b"\n")
    except FileNotFoundError:
        lines = []
    return lines + [b""] * (STATE + 1 - len(lines))


def runs(cluster: Path) -> bool:
    """Whether the process in postmaster.pid is a living server of this folder, ready or not."""
    pid = posted(cluster)[PROCESS].lstrip(b"-").decode()
    if not pid.isdigit():
        return False
    try:
        if not os.path.exists("/proc/self/cmdline"):  # not Linux: believe in any living process
            os.kill(int(pid), 0)
            return True
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")  # a zombie has none
        if os.path.basename(words[0]) != b"postgres":
            return False
        return os.fsencode(cluster) in words or os.path.samefile(f"/proc/{pid}/cwd", cluster)
    except OSError:
        return False


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether this process has said that it is ready."""
    lines = posted(cluster)
    return lines[PROCESS] == b"%d" % pid and lines[STATE].strip() == b"ready"


def answers(data: DataFolder) -> bool:
    """Whether the server lets clients in. One that has just been told to stop still says `ready` in its file."""
    lines = posted(data.cluster)
    if lines[STATE].strip() != b"ready":
        return False
    if lines[SOCKET_FOLDER] != os.fsencode(data.server.socket):
        pid = lines[PROCESS].decode()
        raise ServerError(f"A server started by other means runs on {data.cluster} (process {pid}): stop it first.")
    program = f"{package_folder()}/pginstall/bin/pg_isready"
    question = [program, "--quiet", "--timeout=5", f"--dbname={data.server.dsn}"]
    return subprocess.call(question, env={}) == 0  # noqa: S603 - no command of anybody else


def clear_remains(data: DataFolder) -> None:
    """Let a new server pass what a dead one left behind; the caller knows that no server lives on this folder.

    The number in postmaster.pid may by now be a zombie's or a stranger's, and PostgreSQL would refuse to start. The
    file itself must stay: by its line 7 PostgreSQL finds out whether processes of the dead server still live.
    """
    file = data.cluster / "postmaster.pid"
    lines = posted(data.cluster)
    if lines[PROCESS]:
        replace(file, b"\n".join([b"2147483647", *lines[1:]]), data.account)
    else:
        file.unlink(missing_ok=True)  # cut short by a full disk or a power cut: it says nothing
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (data.server.socket / name).unlink(missing_ok=True)
