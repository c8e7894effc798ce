"""The machine dies: what was acknowledged by a moment is there again on another one, and nothing later."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from service.embedded import attached
from tests.backup.kept import Key, now, settle
from tests.embedded.server import QUICK, ask
from tests.journeys.service import Running, client, command, postmaster, serving
from tests.routers.api import child

DAY = "2020-12-31"


def register(api: httpx.Client, acknowledged: list[str], number: int) -> None:
    for _ in range(number):
        answer = api.post("/v1/children", json=child())
        assert answer.status_code == 201, answer.text
        acknowledged.append(answer.headers["location"].rpartition("/")[2])


@contextmanager
def writing(running: Running, acknowledged: list[str]) -> Iterator[None]:
    """Somebody who registers children all the time."""
    enough = threading.Event()

    def write() -> None:
        with client(running) as api:
            while not enough.is_set():
                register(api, acknowledged, 1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        enough.set()
        writer.join()


def children(data_dir: Path) -> set[str]:
    with attached(data_dir, QUICK) as server:
        found = ask(server, "SELECT array_agg(id::text) FROM child")
    assert isinstance(found, list)
    return set(found)


def done(*words: object, **environment: str) -> str:
    finished = command(*words, **environment)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def restored(place: Path, store: Path, key: Key, at: datetime | None) -> Path:
    data_dir = place / f"the machine after {at}"
    words = ["--at", at.isoformat()] if at else []
    said = done("restore", store, "--identity", key.file, "--data-dir", data_dir, *words, TODAY=DAY)
    assert "Records, spells and pages agree." in said
    return data_dir


def test_a_province_comes_back_after_a_disaster(place: Path, key: Key, capsys: pytest.CaptureFixture[str]) -> None:
    data_dir, store = place / "máy chủ của tỉnh", place / "đĩa sao lưu"
    settings = {"BACKUP_DIR": str(store), "BACKUP_RECIPIENTS": key.public, "DATA_DIR": str(data_dir), "TODAY": DAY}
    acknowledged: list[str] = []
    with serving(data_dir, **settings) as running, client(running) as api:
        register(api, acknowledged, 5)
        with writing(running, acknowledged):
            took = -time.monotonic()
            done("backup", "--new", **settings)
            took += time.monotonic()
        register(api, acknowledged, 5)
        moment, by_then = now(), set(acknowledged)
        register(api, acknowledged, 5)
        with attached(data_dir) as server:
            settle(server, data_dir)
        os.kill(running.process.pid, signal.SIGSTOP)  # so that it cannot start the server again in between
        os.kill(postmaster(data_dir), signal.SIGKILL)
        running.kill()
    back = -time.monotonic()
    then = restored(place, store, key, moment)
    back += time.monotonic()
    latest = restored(place, store, key, None)
    assert children(then) == by_then
    assert children(latest) == set(acknowledged)
    with serving(then, TODAY=DAY) as running, client(running) as api:
        assert api.get(f"/v1/children/{acknowledged[0]}").status_code == 200
        register(api, acknowledged, 1)
    with capsys.disabled():
        print(f"\nbackup {took:.1f} s, restore to a moment {back:.1f} s")  # noqa: T201 - what it costs, to be seen
