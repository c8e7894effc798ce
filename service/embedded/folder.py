"""The data folder: what lies where, who may enter it, and where its server listens."""

import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from service.embedded.account import Account, account_name, first_blocked, server_account
from service.embedded.errors import ServerError, explained

# PostgreSQL cuts paths off at 1,023 bytes without a word, and those inside the folder need their part of it.
LONGEST = 800


@dataclass(frozen=True)
class Server:
    """Where a running server listens."""

    socket: Path
    port: int = 5432
    database: str = "child_protection"

    @property
    def dsn(self) -> str:
        """The address for asyncpg and for PostgreSQL's own programs."""
        place = urlencode({"host": str(self.socket), "port": self.port}, safe="/", quote_via=quote)
        return f"postgresql://postgres@/{quote(self.database)}?{place}"


@dataclass(frozen=True)
class DataFolder:
    """DATA_DIR, the account that its server runs as, and where that server listens."""

    path: Path
    account: Account
    server: Server

    @property
    def cluster(self) -> Path:
        return self.path / "cluster"

    @property
    def outgoing(self) -> Path:
        """Where finished segments of the write-ahead log wait to be archived, if they are to be."""
        return self.path / "outgoing"

    @property
    def log(self) -> Path:
        return self.path / "server.log"


def prepared(data_dir: Path) -> DataFolder:
    """The data folder, which is there from now on and which the server's account can enter."""
    path = Path(os.path.realpath(data_dir))
    if (length := len(os.fsencode(path))) > LONGEST:
        raise ServerError(f"The path of the data folder has {length} bytes, and PostgreSQL takes {LONGEST}: {path}")
    root = os.geteuid() == 0
    with explained(path):
        try:
            path.mkdir(mode := 0o711 if root else 0o700, parents=True)
            path.chmod(mode)
        except FileExistsError:
            if not path.is_dir():
                raise
        account = server_account(path / "cluster")
        if root and (blocker := first_blocked(path, account)):
            raise ServerError(
                f"The server runs as {account_name(account.uid)}, who cannot enter {blocker}.\n"
                f"Allow it (chmod o+x {blocker}), choose another DATA_DIR, or run as an ordinary user."
            )
    return DataFolder(path, account, Server(socket_folder(path)))


def socket_folder(folder: Path) -> Path:
    """A socket's address holds 107 bytes, and some characters mean something to PostgreSQL or to its clients."""
    inside = folder / "socket"
    plain = str(inside).isprintable() and not set(str(inside)) & set(',":\\$`')
    if plain and len(os.fsencode(inside / ".s.PGSQL.5432")) < 107:
        return inside
    # Not the temporary folder of the environment, which may be long, and another one for the next command.
    name = f"child-protection-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    return Path("/tmp", name)  # noqa: S108 - `make_private` refuses it unless it is the server's alone


def make_private(socket: Path, account: Account) -> None:
    """Make the socket's folder, or refuse one that others than the server's account may enter."""
    with suppress(FileExistsError):
        socket.mkdir(0o700)
    if socket.lstat().st_uid == os.geteuid():
        os.chown(socket, *account, follow_symlinks=False)
    found = socket.lstat()
    if (stat.filemode(found.st_mode), found.st_uid) != ("drwx------", account.uid):
        raise ServerError(f"{socket} is not a folder for {account_name(account.uid)} alone: remove it.")
