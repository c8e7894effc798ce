"""The account that the server runs as: which it is, and where it may go."""

import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from service.embedded.errors import ServerError


class Account(NamedTuple):
    uid: int
    gid: int


def server_account(cluster: Path) -> Account:
    """Ourselves, or in the place of root the owner of the cluster or an account without rights."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    chosen = os.environ.get("POSTGRES_ACCOUNT")
    for name in [chosen] if chosen else ["postgres", "nobody"]:
        with suppress(KeyError):
            if (account := pwd.getpwnam(name)).pw_uid != 0:
                return Account(account.pw_uid, account.pw_gid)
    raise ServerError("PostgreSQL does not run as root: name an ordinary account in POSTGRES_ACCOUNT, or run as one.")


def account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def first_blocked(path: Path, account: Account) -> Path | None:
    """The first folder on the way that this account may not enter, or the file itself if it may not run it."""
    for way in (path, path.resolve()):
        for step in (*reversed(way.parents), way):
            found = step.stat()
            rights = found.st_mode >> (6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0)
            needed = 0o1 if stat.S_ISDIR(found.st_mode) else 0o5
            if rights & needed != needed:
                return step
    return None
