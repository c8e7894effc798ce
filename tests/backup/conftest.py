"""A key, and a small cluster that was archived while it was written to. All names of folders are odd."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.backup.keys import make_key
from tests.backup.kept import Backups, Key, made
from tests.conftest import MEMORY


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A folder for whatever a test makes; the server's account may enter it."""
    path = Path(tempfile.mkdtemp(prefix="sao lưu ", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def key(place: Path) -> Key:
    file = place / "khóa bí mật"
    return Key(file, make_key(file))


@pytest.fixture(scope="session")
def taken(place: Path, key: Key) -> Backups:
    return made(place / '100% "tỉnh\'s" data', place / "the $backups", key)


@pytest.fixture
def backups(taken: Backups, tmp_path: Path) -> Backups:
    """The test's own copy of the backups, to be harmed."""
    copy = tmp_path / "a copy"
    shutil.copytree(taken.store.path, copy)
    return taken.elsewhere(copy)
