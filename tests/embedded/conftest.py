"""A data folder for each test, on a memory file system where there is one.

As root the server runs under another account, as an ordinary user under ours; each test holds for both.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.embedded.processes import is_over, until


@pytest.fixture
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    place.chmod(0o711)
    yield place
    for left in place.rglob("postmaster.pid"):
        until(partial(is_over, left))
    shutil.rmtree(place)


@pytest.fixture
def data(folder: Path) -> Path:
    return folder / "data"
