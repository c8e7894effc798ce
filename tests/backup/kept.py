"""A cluster with one table, whose rows are the moments at which they were acknowledged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from service.backup.archive import archiving, behind
from service.backup.keys import public_keys
from service.backup.store import Store, owner_of
from service.backup.taking import take
from service.console import run
from service.embedded import Server, attached
from tests.embedded.processes import until
from tests.embedded.server import QUICK, ask


@dataclass(frozen=True)
class Key:
    file: Path
    public: str


@dataclass(frozen=True)
class Backups:
    """A folder of backups, its key, and the moments between which the rows 1, 2, 3, … were written."""

    store: Store
    key: Key
    moments: list[datetime]

    def elsewhere(self, path: Path) -> "Backups":
        return replace(self, store=Store(path))


def now() -> datetime:
    return datetime.now(UTC)


def write(server: Server, number: int) -> None:
    ask(server, f"INSERT INTO kept VALUES ({number})", "SELECT 1")


def rows(data_dir: Path) -> list[int]:
    with attached(data_dir, QUICK) as server:
        found = ask(server, "SELECT array_agg(n ORDER BY n) FROM kept")
    assert isinstance(found, list)
    return found


def settle(server: Server, data_dir: Path) -> None:
    """Let everything written so far be archived."""
    ask(server, "SELECT pg_switch_wal()")
    until(lambda: behind(data_dir).segments == 0)


@contextmanager
def archived(data_dir: Path, store: Store, key: Key, notices: list[str]) -> Iterator[Server]:
    with attached(data_dir, QUICK) as server, archiving(data_dir, store, public_keys(key.public), notices.append):
        yield server


def take_base(server: Server, store: Store, key: Key) -> None:
    run(server.dsn, lambda connection: take(connection, server.dsn, store, public_keys(key.public), "base"))


def made(data_dir: Path, folder: Path, key: Key) -> Backups:
    """Row 1, a base backup, rows 2 and 3, each in a segment of its own."""
    store, moments = Store(folder), [now()]
    notices: list[str] = []
    with attached(data_dir, QUICK):
        store.begin(owner_of(data_dir))
    with archived(data_dir, store, key, notices) as server:
        ask(server, "CREATE TABLE kept (n int)", "SELECT 1")
        write(server, 1)
        take_base(server, store, key)
        for number in (2, 3):
            moments.append(now())
            write(server, number)
            settle(server, data_dir)
    assert notices == []
    return Backups(store, key, [*moments, now()])
