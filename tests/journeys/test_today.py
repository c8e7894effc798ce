"""TODAY fixes the day of a command; else the register's own day counts, and else the calendar's."""

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import ValidationError

from service.clock import calendar_day
from service.embedded import attached
from service.settings import Settings
from tests.journeys.service import client, command, serving
from tests.routers.api import child

ATTAINMENT = "/v1/indicators/special_rate/attainment"
NOT_POSTED = """
WITH added AS (
    INSERT INTO child (full_name, sex, date_of_birth) VALUES ('A', 'male', '2012-01-01') RETURNING id
)
INSERT INTO residence (child_id, area_id, during)
SELECT added.id, v.area_id, '[2013-01-01,)' FROM added, area_version v
WHERE v.code = '12145' AND v.during @> date '2013-01-01'
RETURNING id
"""
LAST_POSTING = "SELECT day FROM posting ORDER BY number DESC LIMIT 1"


@pytest.fixture(scope="module")
def demonstration(folder: Path) -> Path:
    """Filled on another day than its own."""
    data_dir = folder / "demonstration"
    filled = command("demo", "--children", 300, "--data-dir", data_dir, TODAY="2019-05-05")
    assert filled.returncode == 0, filled.stderr
    return data_dir


def asked(data_dir: Path, statement: str) -> Any:
    """The first value that the statement answers."""

    async def run(dsn: str) -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    with attached(data_dir) as server:
        return asyncio.run(run(server.dsn))


def day_of(data_dir: Path, **environment: str) -> str:
    """The day that the service takes for a question that names none."""
    with serving(data_dir, **environment) as running, client(running) as api:
        return str(api.get(ATTAINMENT).json()["on"])


def rebuilt_on(data_dir: Path, **environment: str) -> date:
    """The day of the posting that a rebuild makes of a child whom nobody has posted."""
    asked(data_dir, NOT_POSTED)
    rebuilt = command("ledger", "rebuild", "--data-dir", data_dir, **environment)
    assert (rebuilt.returncode, "posting" in rebuilt.stdout) == (0, True), rebuilt.stderr
    posted: date = asked(data_dir, LAST_POSTING)
    return posted


def test_the_demonstration_carries_its_own_day_whatever_day_it_was_filled_on(demonstration: Path) -> None:
    assert day_of(demonstration) == "2020-12-31"
    assert day_of(demonstration, TODAY="") == "2020-12-31"
    assert rebuilt_on(demonstration) == date(2020, 12, 31)


def test_today_goes_before_the_day_of_the_register(demonstration: Path) -> None:
    with serving(demonstration, TODAY="2019-05-05") as running, client(running) as api:
        assert api.get(ATTAINMENT).json()["on"] == "2019-05-05"
        late = api.post("/v1/children", json=child(date_of_birth="2019-05-06", since="2019-05-06"))
        assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "date_in_future")
        assert api.post("/v1/children", json=child(date_of_birth="2019-05-05", since="2019-05-05")).status_code == 201
    assert asked(demonstration, LAST_POSTING) == date(2019, 5, 5)
    assert rebuilt_on(demonstration, TODAY="2019-06-06") == date(2019, 6, 6)
    assert command("ledger", "verify", "--data-dir", demonstration).returncode == 0


def test_a_register_without_a_day_lives_on_the_calendars(folder: Path) -> None:
    data_dir, before = folder / "new", calendar_day()
    with serving(data_dir) as running, client(running) as api:
        late = api.post("/v1/children", json=child(date_of_birth=(before + timedelta(2)).isoformat()))
        assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "date_in_future")
        assert api.post("/v1/children", json=child(date_of_birth="2022-01-01", since="2022-01-01")).status_code == 201
    assert before <= rebuilt_on(data_dir) <= calendar_day()


@pytest.mark.parametrize("words", [("serve", "--port", 0), ("demo", "--children", 10), ("ledger", "rebuild")])
def test_a_day_that_cannot_be_is_refused_before_anything_is_done(folder: Path, words: tuple[object, ...]) -> None:
    refused = command(*words, "--data-dir", folder / "no such day", TODAY="31.12.2020")
    assert refused.returncode == 1
    assert "TODAY: A day is written YYYY-MM-DD" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (folder / "no such day").exists()


@pytest.mark.parametrize("day", ["2020-02-30", "0", "2020-12-31T00:00", "9999-12-31", "1899-12-31", "today"])
def test_what_is_no_day_of_a_register_is_no_today(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setenv("TODAY", day)
    with pytest.raises(ValidationError, match="A day"):
        Settings()
