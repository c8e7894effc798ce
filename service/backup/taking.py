"""Taking a backup: of a whole cluster, by pg_basebackup; of a database, by pg_dump."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
from pyrage.x25519 import Recipient

from service import __version__
from service.backup.errors import BackupError
from service.backup.programs import running
from service.backup.sealing import Counted, seal, whole
from service.backup.segments import segment_at
from service.backup.store import Kind, Log, Manifest, Store

PROGRAMS = {
    "base": ("tar", "pg_basebackup --pgdata=- --format=tar --wal-method=fetch --checkpoint=fast --verbose"),
    "dump": ("pgdump", "pg_dump --format=custom --compress=none"),
}
START = re.compile(r"write-ahead log start point: (\S+) on timeline (\d+)")
REVISION = "SELECT version_num FROM alembic_version"


async def take(
    connection: asyncpg.Connection,
    dsn: str,
    store: Store,
    recipients: Sequence[Recipient],
    kind: Kind,
) -> Manifest:
    """Take a backup while others write; it counts once its manifest is written."""
    store.sweep()
    if kind == "base":
        # A slot keeps the log that makes the copy consistent from being recycled; it ends with the connection.
        slot = f"backup_{connection.get_server_pid()}"
        await connection.execute("SELECT pg_create_physical_replication_slot($1, true, true)", slot)
    began = datetime.now(UTC)
    ending, command = PROGRAMS[kind]
    name = f"{kind}-{began:%Y%m%dT%H%M%SZ-%f}"
    sealed, said = await asyncio.to_thread(stream, command, dsn, store, f"{name}.{ending}.gz.age", recipients)
    migrated = await connection.fetchval("SELECT to_regclass('alembic_version')")
    manifest = Manifest(
        kind=kind,
        file=f"{name}.{ending}.gz.age",
        began=began,
        ended=datetime.now(UTC),
        service=__version__,
        postgresql=await connection.fetchval("SHOW server_version"),
        revision=await connection.fetchval(REVISION) if migrated else None,
        bytes=sealed.bytes,
        sha256=sealed.digest.hexdigest(),
        recipients=[str(recipient) for recipient in recipients],
        log=log(said, await connection.fetchval("SELECT pg_size_bytes(current_setting('wal_segment_size'))"))
        if kind == "base"
        else None,
    )
    store.add(manifest)
    return manifest


def stream(command: str, dsn: str, store: Store, name: str, recipients: Sequence[Recipient]) -> tuple[Counted, str]:
    program, *words = command.split()
    with whole(store.path / name) as file, running(program, [*words, "--no-password"], dsn) as source:
        sealed = seal(source.stream, file, recipients)
        return sealed, "\n".join(source.said())


def log(said: str, segment_size: int) -> Log:
    """Where the write-ahead log of a base backup starts, which pg_basebackup tells in words only."""
    if not (start := START.search(said)):
        raise BackupError("pg_basebackup did not say where the write-ahead log of the backup starts.")
    return Log(first=segment_at(start[1], int(start[2]), segment_size), segment_size=segment_size)
