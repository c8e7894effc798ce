"""What a person is told when the server cannot be had."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ServerError(Exception):
    """What is wrong with the server and what to do about it, for a person to read."""


@contextmanager
def explained(folder: Path) -> Iterator[None]:
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
