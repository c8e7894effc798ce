"""What the system refuses is told to a person with what to do about it; the rest in the system's own words."""

import errno
import os
from pathlib import Path

import pytest

from service.embedded.account import Account
from service.embedded.binaries import refused, run
from service.embedded.errors import ServerError, explained
from service.embedded.folder import DataFolder, Server

MEANINGS = [
    (errno.EACCES, "this user may not do that: run as the owner of the folder"),
    (errno.EPERM, "this user may not do that: run as the owner of the folder"),
    (errno.EROFS, "the file system is read-only: choose another DATA_DIR"),
    (errno.ENOSPC, "the disk is full: free some space"),
    (errno.EEXIST, "a file is where a folder is needed"),
    (errno.ENOTDIR, "a file is where a folder is needed"),
    (errno.EIO, os.strerror(errno.EIO)),
]
FULL = Path("/proc")  # a file system on which nothing is free


def folder_at(path: Path) -> DataFolder:
    return DataFolder(path, Account(os.geteuid(), os.getegid()), Server(path / "socket"))


@pytest.mark.parametrize(("number", "meaning"), MEANINGS)
@pytest.mark.parametrize("named", ["start.lock", None])
def test_an_error_of_the_system_names_the_folder_the_file_and_the_remedy(
    folder: Path, number: int, meaning: str, named: str | None
) -> None:
    file = folder / named if named else None
    error = OSError(number, os.strerror(number), *([str(file)] if file else []))
    with pytest.raises(ServerError) as caught, explained(folder):
        raise error
    assert str(caught.value).startswith(f"The data folder {folder} cannot be used. {file or folder}: {meaning}")
    assert caught.value.__cause__ is error


def test_a_write_without_room_says_that_the_disk_is_full(folder: Path) -> None:
    with pytest.raises(ServerError, match="the disk is full"), explained(folder):
        Path("/dev/full").write_text("a line")


def test_a_program_that_fails_on_a_full_disk_says_so() -> None:
    said = "".join(f"line {n}\n" for n in range(9)).encode()
    lines = str(refused(folder_at(FULL), "initdb failed", said)).splitlines()
    assert lines == [
        f"initdb failed. The disk of {FULL} is full: free some space.",
        *(f"line {n}" for n in range(4, 9)),
    ]


def test_a_program_that_fails_with_room_left_says_its_last_words(folder: Path) -> None:
    with pytest.raises(ServerError) as caught:
        run(folder_at(folder), ["/bin/sh", "-c", "echo no luck; exit 3"])
    assert str(caught.value).splitlines() == ["sh failed. Its last words:", "no luck"]
