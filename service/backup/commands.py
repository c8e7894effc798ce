"""The commands backup, backup-key and restore, and what `serve` archives."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from service import ledger, operator
from service.backup.archive import archiving, put_aside
from service.backup.dumps import check_empty, restore_dump
from service.backup.errors import BackupError
from service.backup.keys import identities, make_key, public_keys
from service.backup.restoring import chosen, restore_cluster, shown
from service.backup.store import DATABASE, Kind, Store, owner_of
from service.backup.taking import take
from service.clock import VIETNAM
from service.console import SETTINGS, DatabaseUrl, DataDir, fail, prepare, reached, run, say
from service.embedded import ServerError

Folder = Annotated[Path | None, typer.Argument(help="The folder of backups (BACKUP_DIR).", show_default=False)]


@contextmanager
def told() -> Iterator[None]:
    """Tell a person what is wrong, and no more."""
    try:
        yield
    except (BackupError, ServerError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or ''}: {error.strerror}".lstrip(": "))


def backup_key(file: Annotated[Path, typer.Argument(help="A new file, to be moved to a safe.")]) -> None:
    """Make a key for backups: the identity, which restores, in FILE; the public key, which encrypts, on the screen."""
    with told():
        public = make_key(file)
    say(f"The identity is in {file}: keep it, and a copy on paper, away from this machine.")
    say(f"BACKUP_RECIPIENTS={public}")


def backup(
    folder: Folder = SETTINGS.backup_dir,
    new: Annotated[bool, typer.Option("--new", help="Begin a new folder of backups.")] = False,
    keep: Annotated[int | None, typer.Option(min=1, help="Then remove all but so many.", show_default=False)] = None,
    recipients: Annotated[
        str | None, typer.Option(help="Public keys (age1…) to encrypt to (BACKUP_RECIPIENTS).")
    ] = SETTINGS.backup_recipients,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Take an encrypted backup while the service runs: of the whole embedded server, or a dump of DATABASE_URL."""
    begun = time.monotonic()
    with told():
        store, keys = Store(chosen_folder(folder)), public_keys(recipients)
        with reached(data_dir, database_url) as dsn, told():  # what fails within is not the database
            kind, owner = backed_up(data_dir, database_url)
            if new:
                store.begin(owner)
            store.check_owner(owner)
            if kind == "base" and SETTINGS.backup_dir:
                put_aside(data_dir)  # before the service does, so that nothing is missing between
            run(dsn, record_backup)
            manifest = run(dsn, lambda connection: take(connection, dsn, store, keys, kind))
        seconds = time.monotonic() - begun
        say(f"{store.path / manifest.file}: {manifest.bytes / 1e6:,.1f} MB in {seconds:.1f} s.")
        if keep and (removed := store.keep(kind, keep)):
            say(f"Removed {removed} older.")


def restore(
    identity: Annotated[Path, typer.Option(help="The file with the key that backup-key has made.")],
    folder: Folder = SETTINGS.backup_dir,
    at: Annotated[
        str | None, typer.Option(help="A moment, such as '2026-11-24 09:30:00+07:00'. Else: all there is.")
    ] = None,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Restore into a new or an empty data folder (or an empty database, by DATABASE_URL), and verify the ledger."""
    begun = time.monotonic()
    with told():
        store, keys = Store(chosen_folder(folder)), identities(identity)
        if database_url:
            if at:
                fail("A dump has one moment, its own: --at is for backups of the embedded server.")
            manifest = chosen(store, "dump", None)
            path = store.check(manifest)
            with reached(data_dir, database_url) as dsn, told():
                run(dsn, check_empty)
                restore_dump(path, dsn, keys)
            say(f"Restored the dump of {shown(manifest.began)}.")
        else:
            restore_cluster(store, data_dir, keys, moment(at) if at else None, say)
    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        run(dsn, lambda connection: operator.record(connection, "restore"))
        run(dsn, lambda connection: connection.execute("ANALYZE"))
        found = run(dsn, ledger.differences)
    if found:
        fail(f"Restored, but {len(found)} differences are in the ledger: see `ledger verify`.")
    say(f"Records, spells and pages agree. It took {time.monotonic() - begun:.1f} s.")


async def record_backup(connection: asyncpg.Connection) -> None:
    """What is backed up before its migration may have no place for it yet."""
    if await connection.fetchval("SELECT to_regclass('access')"):
        await operator.record(connection, "backup")


def backed_up(data_dir: Path, database_url: str | None) -> tuple[Kind, str]:
    """Which kind of backup is taken, and whose it is."""
    return ("dump", DATABASE) if database_url else ("base", owner_of(data_dir))


def chosen_folder(folder: Path | None) -> Path:
    if folder is None:
        raise BackupError("Name the folder of backups, or set BACKUP_DIR.")
    return folder.absolute()


def moment(text: str) -> datetime:
    """A moment as a person writes it."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise BackupError(f"{text} is not a moment: write it like '2026-11-24 09:30:00+07:00'.") from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=VIETNAM)
        say(f"Taken as {shown(parsed)} (Asia/Ho_Chi_Minh).")
    return parsed


def archived(data_dir: Path, database_url: str | None) -> AbstractContextManager[None]:
    """What `serve` does beside: archive the write-ahead log, if BACKUP_DIR is set."""
    if SETTINGS.backup_dir is None or database_url:
        outgoing = data_dir / "outgoing"
        if not database_url and outgoing.exists():
            say(f"WARNING: the write-ahead log piles up in {outgoing}: set BACKUP_DIR, or remove that folder.")
        return nullcontext()
    with told():
        return archiving(data_dir, Store(SETTINGS.backup_dir.absolute()), public_keys(SETTINGS.backup_recipients))
