"""The archive loses nothing and holds up nobody, and says so when it is out of reach."""

from pathlib import Path

import pytest

from service.backup.archive import behind, put_aside
from service.backup.errors import BackupError
from service.backup.keys import identities, make_key, public_keys
from service.backup.restoring import restore_cluster
from service.backup.segments import following, segment_at, unbroken
from service.backup.store import Store, owner_of
from service.embedded import attached
from tests.backup.kept import Key, archived, rows, settle, take_base, write
from tests.embedded.processes import until
from tests.embedded.server import QUICK, ask


@pytest.mark.parametrize("trouble", ["unmounted", "unwritable"])
def test_writes_go_on_while_the_archive_is_out_of_reach(place: Path, key: Key, trouble: str) -> None:
    data_dir, store = place / f"data of the {trouble}", Store(place / f"backups, {trouble}")
    away, notices = place / f"away, {trouble}", list[str]()
    with attached(data_dir, QUICK) as server:
        store.begin(owner_of(data_dir))
        put_aside(data_dir)
        ask(server, "CREATE TABLE kept (n int)", "SELECT 1")
        take_base(server, store, key)
    if trouble == "unmounted":
        store.path.rename(away)
        store.path.mkdir()  # the empty mount point
    else:
        store.wal.touch()  # no folder, and so no room for a file
    with archived(data_dir, store, key, notices) as server:
        write(server, 1)
        ask(server, "SELECT pg_switch_wal()")
        write(server, 2)
        until(lambda: bool(notices))
        assert str(data_dir / "outgoing") in notices[0]
        until(lambda: behind(data_dir).segments >= 1)
        if trouble == "unmounted":
            store.path.rmdir()
            away.rename(store.path)
        else:
            store.wal.unlink()
        settle(server, data_dir)
        until(lambda: len(notices) == 2)
        assert "caught up" in notices[1]
    restore_cluster(store, restored := place / f"restored, {trouble}", identities(key.file), None, notices.append)
    assert rows(restored) == [1, 2]


def test_the_log_of_a_server_that_the_service_has_not_started_is_kept(place: Path, key: Key) -> None:
    data_dir, store = place / "data between", Store(place / "backups between")
    with attached(data_dir, QUICK) as server:
        store.begin(owner_of(data_dir))
        put_aside(data_dir)
        ask(server, "CREATE TABLE kept (n int)", "SELECT pg_switch_wal()")
        until(lambda: any((data_dir / "outgoing").iterdir()))
    with attached(data_dir, QUICK) as server:
        write(server, 1)
        ask(server, "SELECT pg_switch_wal()")
    waiting = behind(data_dir)
    assert waiting.segments >= 2
    assert waiting.seconds > 0
    with archived(data_dir, store, key, notices := list[str]()) as server:
        settle(server, data_dir)
    names = store.segments()
    assert names == unbroken(names[0], names, 16 << 20)
    assert notices == []


def test_a_folder_keeps_the_backups_of_one_data_folder(tmp_path: Path) -> None:
    first, second, store = tmp_path / "first", tmp_path / "second", Store(tmp_path / "backups")
    first.mkdir()
    second.mkdir()
    store.begin(owner_of(first))
    store.check_owner(owner_of(first))
    with pytest.raises(BackupError, match="another data folder"):
        store.check_owner(owner_of(second))
    with pytest.raises(BackupError, match="not empty"):
        store.begin(owner_of(second))


def test_old_backups_go_with_their_log(place: Path, key: Key) -> None:
    data_dir, store = place / "data of old", Store(place / "old backups")
    with attached(data_dir, QUICK):
        store.begin(owner_of(data_dir))
    with archived(data_dir, store, key, []) as server:
        ask(server, "CREATE TABLE kept (n int)", "SELECT 1")
        for number in (1, 2):
            take_base(server, store, key)
            write(server, number)
            settle(server, data_dir)
    second = store.manifests("base")[1]
    assert store.keep("base", 2) == 0
    assert store.keep("base", 1) == 1
    assert store.manifests("base") == [second]
    assert [file.name for file in store.path.glob("base-*.age")] == [second.file]
    assert second.log
    assert second.log.first == store.segments()[0]
    restore_cluster(store, restored := place / "restored from the second", identities(key.file), None, [].append)
    assert rows(restored) == [1, 2]


def test_a_key_is_not_written_over_and_nothing_is_encrypted_to_nobody(tmp_path: Path) -> None:
    public = make_key(file := tmp_path / "key")
    assert public in file.read_text()
    with pytest.raises(BackupError, match="never written over"):
        make_key(file)
    for keys in (None, " , "):
        with pytest.raises(BackupError, match="BACKUP_RECIPIENTS"):
            public_keys(keys)
    with pytest.raises(BackupError, match="not a public key"):
        public_keys(f"{public}, age1nobody")
    assert len(public_keys(f"{public}, {public}")) == 2


def test_segments_follow_one_another() -> None:
    assert segment_at("0/2000028", 1, 16 << 20) == "000000010000000000000002"
    assert segment_at("3/FF000000", 2, 16 << 20) == "0000000200000003000000FF"
    assert following("0000000200000003000000FF", 16 << 20) == "000000020000000400000000"
    assert following("000000010000000000000FFF", 1 << 20) == "000000010000000100000000"
