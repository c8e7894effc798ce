"""Files and folders that are whole or not there, belong to the right account, and can be locked."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.embedded.account import Account
from service.embedded.errors import explained


@contextmanager
def opened(path: Path, flags: int = 0) -> Iterator[int]:
    """One of our files, for the folder's owner alone. Root follows no link that somebody else may have put."""
    with explained(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | flags, 0o600)
        if os.geteuid() == 0:
            os.fchown(descriptor, (owner := path.parent.stat()).st_uid, owner.st_gid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def locks(descriptor: int, mode: int) -> bool:
    """Take the lock of this file, unless that would mean to wait for somebody."""
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def building(target: Path) -> Iterator[Path]:
    """A new folder beside `target`, which becomes `target` if the block succeeds."""
    with tempfile.TemporaryDirectory(
        prefix=f"{target.name}.new-", dir=target.parent, ignore_cleanup_errors=True
    ) as name:
        yield Path(name)
        Path(name).rename(target)
    sync(target.parent)


def replace(path: Path, content: bytes, account: Account) -> None:
    """Give a file of the account new content. The file there is not opened: it may be a link by now."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        os.fchown(descriptor, *account)
        file.write(content)
    sync(new)
    new.replace(path)


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
