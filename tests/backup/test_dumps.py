"""A database given by its address goes into a dump and comes back the same."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from service.backup.errors import BackupError
from service.backup.keys import public_keys
from service.backup.programs import without_password
from service.backup.sealing import seal
from service.backup.store import DATABASE, Store
from service.backup.taking import take
from service.console import run
from service.embedded import Server, attached
from tests.backup.kept import Key
from tests.embedded.server import QUICK, ask
from tests.journeys.service import command

TABLES = "SELECT array_agg(tablename::text ORDER BY 1) FROM pg_tables WHERE schemaname = 'public'"
SHAPE = """
    SELECT array_agg(line) FROM (
        SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT format('%s %s %s %s', adrelid::regclass, attname, pg_get_expr(adbin, adrelid), attgenerated)
                  FROM pg_attrdef JOIN pg_attribute ON (attrelid, attnum) = (adrelid, adnum)
        UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = prolang
                  WHERE pronamespace = 'public'::regnamespace AND lanname <> 'c' AND prokind = 'f'
    ) lines (line)
"""


def contents(server: Server) -> dict[str, object]:
    """A digest of every table, but of the record that grows with every command."""
    tables = ask(server, TABLES)
    assert isinstance(tables, list)
    return {
        table: ask(server, f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) || count(*) FROM {table} t")
        for table in tables
        if table != "access"
    }


def shape(server: Server) -> set[str]:
    """Constraints, triggers, indexes, defaults and functions."""
    found = ask(server, SHAPE)
    assert isinstance(found, list)
    return set(found)


@pytest.fixture(scope="module")
def cluster(place: Path) -> Iterator[Server]:
    with attached(place / "a server of one's own", QUICK) as server:
        yield server


def test_a_dump_gives_back_the_same_database(cluster: Server, place: Path, key: Key) -> None:
    store, environment = place / "bản sao", {"BACKUP_RECIPIENTS": key.public}
    made = command("demo", "--children", 300, "--database-url", cluster.dsn)
    assert made.returncode == 0, made.stderr
    ask(cluster, "CREATE DATABASE restored", "SELECT 1")
    other = Server(cluster.socket, database="restored")
    taken = command("backup", "--new", store, "--database-url", cluster.dsn, **environment)
    assert taken.returncode == 0, taken.stderr
    words = ["restore", store, "--identity", key.file, "--database-url"]
    back = command(*words, other.dsn)
    assert back.returncode == 0, back.stderr
    assert "Records, spells and pages agree." in back.stdout
    assert contents(other) == contents(cluster)
    assert shape(other) == shape(cluster)
    again = command(*words, other.dsn)
    assert again.returncode == 1
    assert "holds tables already" in again.stderr


def test_a_backup_that_fails_leaves_nothing(cluster: Server, place: Path, key: Key) -> None:
    store, nowhere = Store(place / "nothing"), replace(cluster, database="nowhere").dsn
    store.begin(DATABASE)
    with pytest.raises(BackupError, match="pg_dump failed") as caught:
        run(cluster.dsn, lambda connection: take(connection, nowhere, store, public_keys(key.public), "dump"))
    assert 'database "nowhere" does not exist' in str(caught.value)
    assert list(store.path.iterdir()) == [store.mark]


def test_a_full_disk_is_said() -> None:
    key = Identity.generate().to_public()
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(BackupError, match="No space left"):
        seal(io.BytesIO(b"a backup"), full, [key])


def test_no_password_stands_on_a_command_line() -> None:
    given = "postgresql://an%40a:s%2Fecret@host:5433/db?sslmode=require"
    assert without_password(given) == ("postgresql://an%40a@host:5433/db?sslmode=require", "s/ecret")
    assert without_password("postgresql://host/db") == ("postgresql://host/db", None)
