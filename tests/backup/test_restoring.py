"""What is restored is what was there at a moment; what cannot be restored is refused, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.backup.errors import BackupError
from service.backup.keys import identities, make_key
from service.backup.restoring import restore_cluster
from tests.backup.kept import Backups, rows
from tests.embedded.processes import until
from tests.journeys.service import ENVIRONMENT


def restore(backups: Backups, data_dir: Path, at: datetime | None = None, identity: Path | None = None) -> list[str]:
    said: list[str] = []
    restore_cluster(backups.store, data_dir, identities(identity or backups.key.file), at, said.append)
    return said


def refusal(backups: Backups, data_dir: Path, at: datetime | None = None, identity: Path | None = None) -> str:
    with pytest.raises(BackupError) as caught:
        restore(backups, data_dir, at, identity)
    assert all(left.suffix == ".lock" for left in data_dir.glob("*")), "something half-done is left"
    return str(caught.value)


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def base(backups: Backups) -> Path:
    return next(backups.store.path.glob("base-*.age"))


@pytest.mark.parametrize(("moment", "expected"), [(1, [1]), (2, [1, 2]), (None, [1, 2, 3])])
def test_a_cluster_comes_back_as_it_was_at_a_moment(
    taken: Backups, place: Path, moment: int | None, expected: list[int]
) -> None:
    data_dir = place / f'restored to {moment}, "so\'s" 100%'
    said = restore(taken, data_dir, None if moment is None else taken.moments[moment])
    assert str(data_dir) in said[-1]
    assert rows(data_dir) == expected
    assert rows(data_dir) == expected, "a second start finds the same"


def test_a_moment_out_of_reach_is_refused_with_what_there_is(taken: Backups, place: Path) -> None:
    early = refusal(taken, place / "early", taken.moments[0])
    assert "nothing is older" in early
    late = refusal(taken, place / "late", taken.moments[-1] + timedelta(days=1))
    assert "do not reach" in late
    last = datetime.fromisoformat(late.split("is of ")[1].split(". Leave")[0])
    assert taken.moments[2] <= last <= taken.moments[3]


@pytest.mark.parametrize("at", [0, 70_000, -1])
def test_a_flipped_byte_in_a_base_backup_is_noticed(backups: Backups, place: Path, at: int) -> None:
    flip(base(backups), at)
    assert f"{base(backups)} is damaged" in refusal(backups, place / "damaged")


def test_a_missing_base_backup_is_noticed(backups: Backups, place: Path) -> None:
    base(backups).unlink()
    assert "is missing" in refusal(backups, place / "missing")


def test_a_damaged_manifest_is_noticed(backups: Backups, place: Path) -> None:
    manifest = next(backups.store.path.glob("base-*.json"))
    manifest.write_text(manifest.read_text()[:100])
    assert f"{manifest} is damaged" in refusal(backups, place / "unlisted")


@pytest.mark.parametrize("at", [0, 300, -1])
def test_a_flipped_byte_in_the_log_is_noticed(backups: Backups, place: Path, at: int) -> None:
    segment = backups.store.segment(backups.store.segments()[-1])
    flip(segment, at)
    assert f"{segment} is damaged" in refusal(backups, place / "damaged log")


def test_a_gap_in_the_log_is_said_and_what_lies_before_it_is_restored(backups: Backups, place: Path) -> None:
    lost = backups.store.segments()[-2]
    backups.store.segment(lost).unlink()
    said = restore(backups, data_dir := place / "with a gap")
    assert any("a gap" in line for line in said)
    assert rows(data_dir) == [1]


def test_another_key_does_not_open_a_backup(taken: Backups, place: Path, tmp_path: Path) -> None:
    make_key(other := tmp_path / "another")
    assert "was not encrypted for this key" in refusal(taken, place / "wrong key", identity=other)
    other.write_text("not a key")
    assert f"{other} is not an identity file" in refusal(taken, place / "no key", identity=other)


def test_a_filled_folder_is_not_restored_into(taken: Backups, place: Path) -> None:
    (data_dir := place / "filled").mkdir()
    (data_dir / "a file").touch()
    with pytest.raises(BackupError, match="holds something already"):
        restore(taken, data_dir)
    assert [path.name for path in data_dir.iterdir() if path.suffix != ".lock"] == ["a file"]


def test_a_folder_without_its_mark_may_be_an_empty_mount_point(taken: Backups, place: Path, tmp_path: Path) -> None:
    assert "is its disk mounted" in refusal(taken.elsewhere(tmp_path), place / "unmounted")


def test_a_killed_restore_leaves_no_cluster_and_can_be_repeated(taken: Backups, place: Path) -> None:
    data_dir = place / "killed"
    words = ["restore", taken.store.path, "--identity", taken.key.file, "--data-dir", data_dir]
    with subprocess.Popen([sys.executable, "-m", "service", *map(str, words)], env=ENVIRONMENT) as process:
        until(lambda: any(data_dir.glob("*.new-*/cluster/base")))
        process.send_signal(signal.SIGKILL)
    assert not (data_dir / "cluster").exists()
    restore(taken, data_dir)
    assert rows(data_dir) == [1, 2, 3]
    assert not any(data_dir.glob("*.new-*"))


def test_nothing_in_a_backup_can_be_read_without_the_key(taken: Backups) -> None:
    for file in taken.store.path.rglob("*.age"):
        assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
        assert file.stat().st_mode & 0o077 == 0
    assert os.stat(taken.key.file).st_mode & 0o777 == 0o600
