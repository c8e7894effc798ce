"""Two provinces on one machine: two folders, two ports, and nothing in common."""

import os
import signal
from pathlib import Path

from tests.journeys.service import asked, client, command, postmaster, serving
from tests.routers.api import child


def test_two_provinces_are_served_at_once(folder: Path) -> None:
    first, second = folder / "tỉnh Hưng Yên", folder / "tỉnh Thái Bình"
    with (
        serving(first, TODAY="2020-12-31") as one,
        serving(second, TODAY="2019-12-31") as other,
        client(one) as here,
        client(other) as there,
    ):
        mine = here.post("/v1/children", json=child()).headers["location"]
        for _ in range(2):
            there.post("/v1/children", json=child())
        assert here.get("/v1/indicators/special_rate/attainment").json()["denominator"] == 1
        assert there.get("/v1/indicators/special_rate/attainment").json()["denominator"] == 2
        assert there.get("/v1/indicators/special_rate/attainment").json()["on"] == "2019-12-31"
        assert there.get(mine).status_code == 404

        os.kill(postmaster(first), signal.SIGKILL)
        assert there.get("/v1/children?count=true").json()["total"] == 2, "the other province does not notice"
        assert asked(here, mine).status_code == 200
        for data_dir in (first, second):
            assert command("ledger", "verify", "--data-dir", data_dir).returncode == 0
