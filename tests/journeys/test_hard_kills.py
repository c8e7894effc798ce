"""kill -9 in the middle of a stream of writes: what was acknowledged is there, and the ledger is sound."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.journeys.service import Running, client, command, postmaster, serving
from tests.routers.api import child

WRITERS = 4
ENOUGH = 40  # acknowledged writes before the kill


def write_on(running: Running, acknowledged: list[str]) -> None:
    """Register children until the service is gone."""
    with client(running) as api:
        while True:
            try:
                answer = api.post("/v1/children", json=child())
            except httpx.TransportError:
                return
            if answer.status_code != 201:
                assert answer.status_code == 503, answer.text
                return
            acknowledged.append(answer.headers["location"])


@pytest.mark.parametrize("killed", ["service", "server", "both"])
def test_no_acknowledged_write_is_lost(folder: Path, killed: str) -> None:
    data_dir = folder / f"killed {killed}"
    acknowledged: list[str] = []
    with serving(data_dir, TODAY="2020-12-31") as running, ThreadPoolExecutor(WRITERS) as writers:
        streams = [writers.submit(write_on, running, acknowledged) for _ in range(WRITERS)]
        with client(running) as api:
            while len(acknowledged) < ENOUGH and not any(stream.done() for stream in streams):
                api.get("/health/live")
        if killed in ("server", "both"):
            os.kill(postmaster(data_dir), signal.SIGKILL)
        if killed in ("service", "both"):
            running.kill()
        for stream in streams:
            stream.result()
    assert len(acknowledged) >= ENOUGH
    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
        for address in acknowledged:
            assert api.get(address).status_code == 200
        total = api.get("/v1/children?count=true&limit=1").json()["total"]
        assert total >= len(acknowledged)
        answer = api.get("/v1/indicators/special_rate/attainment?on=2020-12-31").json()
        assert answer["denominator"] == total
        verified = command("ledger", "verify", "--data-dir", data_dir)
        assert verified.returncode == 0, verified.stdout


def test_the_service_outlives_its_server(folder: Path) -> None:
    data_dir = folder / "restarted"
    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:
        address = api.post("/v1/children", json=child()).headers["location"]
        os.kill(postmaster(data_dir), signal.SIGKILL)
        answers = [api.get(address) for _ in range(2000)]
        assert {answer.status_code for answer in answers} <= {200, 503}
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
