"""A data folder for each test, on a memory file system where there is one.

As root the server runs under another account, as an ordinary user under ours; each test holds for both.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.processes import lives, until


@pytest.fixture
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    place.chmod(0o711)
    yield place
    for left in place.rglob("postmaster.pid"):
        until(lambda left=left: not left.exists() or not lives(int(left.read_text().split()[0])))  # type: ignore[misc] # a lambda with a default has no type
    shutil.rmtree(place)


@pytest.fixture
def data(folder: Path) -> Path:
    return folder / "data"
