"""The way back: a base backup, the write-ahead log since, up to a moment; into a folder that holds nothing yet."""

import asyncio
import fcntl
import os
import re
import shlex
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from pyrage.x25519 import Identity

from service.backup.errors import BackupError
from service.backup.programs import running
from service.backup.sealing import unsealed
from service.backup.segments import unbroken
from service.backup.store import Kind, Manifest, Store
from service.clock import VIETNAM
from service.embedded import ServerError, attached
from service.embedded.errors import explained
from service.embedded.files import locks, opened, sync
from service.embedded.folder import DataFolder, prepared

Notify = Callable[[str], None]
UNREACHED = "recovery ended before configured recovery target was reached"
LAST = re.compile(r"last completed transaction was at log time (\S+ \S+)")


def shown(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).isoformat(" ", "milliseconds")


def chosen(store: Store, kind: Kind, moment: datetime | None) -> Manifest:
    """The latest backup that had ended by the moment."""
    manifests = store.manifests(kind)
    if not manifests:
        raise BackupError(f"{store.path} holds no {kind} backup.")
    suitable = [manifest for manifest in manifests if moment is None or manifest.ended <= moment]
    if not suitable:
        raise BackupError(f"The first backup in {store.path} ended at {shown(manifests[0].ended)}: nothing is older.")
    return suitable[-1]


def restore_cluster(
    store: Store, data_dir: Path, identities: Sequence[Identity], moment: datetime | None, notify: Notify
) -> None:
    """Make DATA_DIR/cluster what the cluster was at a moment, or at the end of the archive."""
    manifest = chosen(store, "base", moment)
    with vacant(data_dir) as data:
        notify(f"Checking and unpacking the base backup of {shown(manifest.ended)}.")
        unpack(store.check(manifest), identities, data)
        with running("pg_verifybackup", ["--quiet", "--no-parse-wal", str(data.cluster)]):
            pass
        incoming = data.path / "incoming"
        incoming.mkdir(0o700)
        fetch_log(store, manifest, identities, incoming, notify)
        (data.cluster / "recovery.signal").touch()
        for file in (incoming, *incoming.iterdir(), data.cluster, *data.cluster.rglob("*")):
            os.chown(file, *data.account, follow_symlinks=False)
        notify("Replaying the write-ahead log.")
        reached = replay(data, incoming, moment) or manifest.ended
    notify(f"Restored to {data_dir}: what was committed until {shown(reached)} is there.")


@contextmanager
def vacant(data_dir: Path) -> Iterator[DataFolder]:
    """A data folder to work in within a new or empty one, whose cluster moves there if the block succeeds.

    Nothing else uses the outer folder meanwhile, and the next command there removes what a killed one left.
    """
    outer = prepared(data_dir)
    ours = re.compile(r".*\.lock|.*\.new-.*")
    with explained(outer.path), opened(outer.path / "start.lock") as start:
        if found := [path.name for path in outer.path.iterdir() if not ours.fullmatch(path.name)]:
            raise BackupError(f"{outer.path} holds something already ({found[0]}): name a new or an empty folder.")
        if not locks(start, fcntl.LOCK_EX):
            raise BackupError(f"Another command is at work in {outer.path}.")
        for left in outer.path.glob("*.new-*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix="restoring.new-", dir=outer.path) as inner:
            Path(inner).chmod(0o711 if os.geteuid() == 0 else 0o700)
            data = prepared(Path(inner))
            try:
                yield data
            finally:
                shutil.rmtree(data.server.socket, ignore_errors=True)  # it may lie elsewhere
            data.cluster.rename(outer.cluster)
            sync(outer.path)


def unpack(path: Path, identities: Sequence[Identity], data: DataFolder) -> None:
    """Unpack a base backup as the data folder's cluster."""
    data.cluster.mkdir(0o700)
    with unsealed(path, identities) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        archive.extractall(data.cluster, filter="data")


def fetch_log(store: Store, manifest: Manifest, identities: Sequence[Identity], incoming: Path, notify: Notify) -> None:
    """Decrypt what the archive holds since the base backup, before anything is replayed."""
    assert manifest.log
    size = manifest.log.segment_size
    later = [name for name in store.segments() if name >= manifest.log.first]
    run = unbroken(manifest.log.first, later, size)
    if len(run) < len(later):
        missing = next(name for name in later if name not in run)
        notify(
            f"WARNING: the archive has a gap before {missing}: what was written after the gap is not restored. "
            "A later base backup would lie beyond it."
        )
    for name in run:
        with unsealed(store.segment(name), identities) as segment, (incoming / name).open("wb") as file:
            shutil.copyfileobj(segment, file)
            file.truncate(size)  # the zeros that were not archived


def replay(data: DataFolder, incoming: Path, moment: datetime | None) -> datetime | None:
    """Let a server replay the log and stop it; answer when the last transaction replayed was committed."""
    folder = shlex.quote(str(incoming).replace("%", "%%"))
    settings = {
        "restore_command": f"test -f {folder}/%f && cp {folder}/%f %p",
        "hot_standby": "off",  # a machine with fewer cores would be refused
        "recovery_target_action": "promote",
    }
    if moment:
        settings["recovery_target_time"] = moment.astimezone(UTC).isoformat(" ")
    try:
        with attached(data.path, settings) as server:
            return asyncio.run(last_transaction(server.dsn))
    except ServerError as error:
        log = data.log.read_text(errors="replace")
        if moment and UNREACHED in log:
            last = LAST.findall(log)
            raise BackupError(
                f"The backups do not reach to {shown(moment)}: the last transaction in them is "
                + (f"of {last[-1]}." if last else "older than the end of the base backup.")
                + " Leave --at away to restore all there is."
            ) from error
        raise


async def last_transaction(dsn: str) -> datetime | None:
    connection = await asyncpg.connect(dsn)
    try:
        moment: datetime | None = await connection.fetchval("SELECT pg_last_xact_replay_timestamp()")
        return moment
    finally:
        await connection.close()
