"""The archive of the write-ahead log: what PostgreSQL has put aside is encrypted and moved to the backups.

PostgreSQL's `archive_command` (service.embedded.configuration) copies each finished segment to DATA_DIR/outgoing, at
least once a minute while there are writes; from there this thread of the service moves them on. While the backups are
out of reach segments wait, writes go on, and that is said.
"""

import gzip
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyrage
from pyrage.x25519 import Recipient

from service.backup.errors import BackupError
from service.backup.sealing import whole
from service.backup.segments import NAME
from service.backup.store import Store, owner_of
from service.embedded.folder import DataFolder, make_private, prepared

PAUSE = 0.5  # seconds between two looks
REMIND = 600  # seconds between two lines about the same trouble
Notify = Callable[[str], None]
warn: Notify = logging.getLogger(__name__).warning


class Behind(NamedTuple):
    """How far the archive is behind: finished segments that are not in it, and the age of the oldest in seconds."""

    segments: int
    seconds: float


def behind(data_dir: Path) -> Behind:
    """What waits, be it for us (copied to `outgoing`) or for the copy itself (named `ready` by PostgreSQL)."""
    files = [*(data_dir / "outgoing").glob("*"), *(data_dir / "cluster/pg_wal/archive_status").glob("*.ready")]
    ages: dict[str, float] = {}
    for file in files:
        name = file.name.partition(".")[0]
        try:
            ages[name] = max(ages.get(name, 0), time.time() - file.stat().st_mtime)
        except FileNotFoundError:  # moved on at this moment
            continue
    return Behind(len(ages), max(ages.values(), default=0))


class Archive:
    """What moves the segments of one data folder to its backups."""

    def __init__(self, data: DataFolder, store: Store, recipients: Sequence[Recipient], notify: Notify = warn) -> None:
        self.data, self.store, self.recipients, self.notify = data, store, recipients, notify
        self.owner = owner_of(data.path)
        self.leaving = threading.Event()
        self.thread = threading.Thread(target=self.work, name="archive", daemon=True)

    def work(self) -> None:
        """Move what is there, until we leave and once more then; say when it fails and when it works again."""
        told = None
        while True:
            last = self.leaving.wait(PAUSE)
            try:
                self.store.check_owner(self.owner)
                for segment in sorted(self.data.outgoing.iterdir()):
                    if NAME.fullmatch(segment.name):
                        self.move(segment)
                if told:
                    self.notify("The archive of the write-ahead log has caught up.")
                told = None
            except (OSError, BackupError) as error:
                if told is None or time.monotonic() - told > REMIND:
                    told = time.monotonic()
                    self.notify(self.trouble(error))
            if last:
                return

    def move(self, segment: Path) -> None:
        """Encrypt a segment into the archive; it goes only when it is there. Zeros at its end are not written."""
        packed = gzip.compress(segment.read_bytes().rstrip(b"\0"), 1)
        self.store.wal.mkdir(mode=0o700, exist_ok=True)
        with whole(self.store.segment(segment.name)) as file:
            file.write(pyrage.encrypt(packed, self.recipients))
        segment.unlink()

    def trouble(self, error: Exception) -> str:
        waiting = behind(self.data.path)
        return (
            f"The write-ahead log cannot be archived: {waiting.segments} segments wait in {self.data.outgoing}, "
            f"the oldest for {waiting.seconds:.0f} s. Writes go on; a lost disk would cost what waits. {error}"
        )


def put_aside(data_dir: Path) -> DataFolder:
    """From now on PostgreSQL puts finished segments aside, whoever starts it."""
    data = prepared(data_dir)
    make_private(data.outgoing, data.account)
    return data


@contextmanager
def archiving(data_dir: Path, store: Store, recipients: Sequence[Recipient], notify: Notify = warn) -> Iterator[None]:
    """Archive the write-ahead log of this folder during the block."""
    archive = Archive(put_aside(data_dir), store, recipients, notify)
    archive.thread.start()
    try:
        yield
    finally:
        archive.leaving.set()
        archive.thread.join(10)  # no longer: a share that hangs does not hold up the end
