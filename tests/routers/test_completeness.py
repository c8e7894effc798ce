"""Which registers were touched in the quarter: beside every figure, and zero, none, missing and late told apart."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service import ledger
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, registered
from tests.signed_in import PROVINCE, asked, made, served

RATE, BOARD = "/v1/indicators/special_rate/attainment", "/v1/programmes/hung-yen-2016-2020/scoreboard"
BREAKDOWN = "/v1/indicators/special_rate/breakdown?by=commune&by=sex"


async def on_a_day(dsn: str, day: str, **child: Any) -> str:
    """A child that is registered on a day."""
    async with asked(served(dsn, date.fromisoformat(day))) as client:
        return await registered(client, **child)


@pytest.fixture
async def province(empty_database: str, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Phù Ủng is touched on the last day of one quarter and the first day of the next but one; in the middle of the
    quarter between them, Lam Sơn, and Bắc Sơn (by somebody who is sixteen)."""
    child = await on_a_day(empty_database, "2018-03-31", commune=PHU_UNG)
    async with asked(served(empty_database, date(2018, 3, 31))) as clerk:
        await clerk.post(f"{child}/circumstances", json={"category": "d", "from": "2018-01-01"})
    await on_a_day(empty_database, "2018-05-15", commune=LAM_SON)
    await on_a_day(empty_database, "2018-05-15", commune=BAC_SON, date_of_birth="2002-05-01")
    await on_a_day(empty_database, "2018-07-01", commune=PHU_UNG)
    return client


@pytest.fixture
async def connected(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


async def told(client: httpx.AsyncClient, path: str, **more: Any) -> dict[str, Any]:
    answer = await client.get(path, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("on", "known", "until", "touched", "rows"),
    [
        # The day before anything was posted in the quarter, the first of it, the last, the day after.
        ("2018-03-31", "2018-03-31", "2018-04-01", 1, {PHU_UNG: "counted", LAM_SON: "missing", BAC_SON: "missing"}),
        ("2018-04-01", "2018-04-01", "2018-04-02", 0, {PHU_UNG: "late", LAM_SON: "missing", BAC_SON: "missing"}),
        ("2018-05-15", "2018-05-14", "2018-05-15", 0, {PHU_UNG: "late", LAM_SON: "missing", BAC_SON: "missing"}),
        ("2018-05-15", "2018-05-15", "2018-05-16", 2, {PHU_UNG: "late", LAM_SON: "zero", BAC_SON: "none"}),
        ("2018-06-30", "2018-06-30", "2018-07-01", 2, {PHU_UNG: "late", LAM_SON: "zero", BAC_SON: "none"}),
        ("2018-06-30", "2018-07-01", "2018-07-01", 2, {PHU_UNG: "late", LAM_SON: "zero", BAC_SON: "none"}),
        ("2018-07-01", "2018-07-01", "2018-07-02", 1, {PHU_UNG: "counted", LAM_SON: "late", BAC_SON: "late"}),
        ("2018-07-01", "2018-06-30", "2018-07-01", 2, {PHU_UNG: "late", LAM_SON: "zero", BAC_SON: "none"}),
    ],
)
async def test_zero_none_missing_and_late_are_told_apart(
    province: httpx.AsyncClient, on: str, known: str, until: str, touched: int, rows: dict[str, str]
) -> None:
    answer = await told(province, f"{RATE}?on={on}&known={known}&by=commune")
    complete = answer["completeness"]
    assert (complete["touched"], complete["communes"], complete["period"]["until"]) == (touched, 161, until)
    states = {row["area"]["code"]: row["state"] for row in answer["by"]}
    assert {code: states[code] for code in rows} == rows
    assert sorted(set(states.values()) - set(rows.values())) in ([], ["missing"])
    assert complete["late"] == sorted(code for code, state in states.items() if state in ("late", "missing"))
    assert len(complete["late"]) == 161 - touched
    whole = await told(province, f"{RATE}?on={on}&known={known}")
    assert whole["completeness"] == complete
    assert whole == {name: value for name, value in answer.items() if name != "by"}
    board = await told(province, f"{BOARD}?on={on}&known={known}")
    assert {str(item["completeness"]) for item in board["items"]} == {str(complete)}
    assert board["completeness"] == complete


async def test_a_late_number_is_as_old_as_the_last_touch_or_came_after_the_period(province: httpx.AsyncClient) -> None:
    async def row(on: str, known: str) -> tuple[str, str | None]:
        rows = (await told(province, f"{RATE}?on={on}&known={known}&by=commune"))["by"]
        return next((r["state"], r["touched_on"]) for r in rows if r["area"]["code"] == PHU_UNG)

    assert await row("2018-05-15", "2018-05-15") == ("late", "2018-03-31")
    assert await row("2018-05-15", "2018-07-01") == ("late", "2018-07-01")


async def test_an_area_is_late_when_none_of_its_communes_was_touched(province: httpx.AsyncClient) -> None:
    rows = (await told(province, f"{RATE}?on=2018-06-30&known=2018-06-30&by=district"))["by"]
    states = {row["area"]["code"]: (row["state"], row["touched_on"]) for row in rows}
    assert states["329"] == ("counted", "2018-05-15"), "Bắc Sơn was touched, Phù Ủng was not"
    assert sorted({state for state, _ in states.values()}) == ["counted", "missing", "zero"]


async def test_parts_of_an_area_stand_on_its_register(province: httpx.AsyncClient) -> None:
    answer = await told(province, f"{BREAKDOWN}&on=2018-06-30&known=2018-06-30")
    states = {(item["area"]["code"], item["sex"]): item["state"] for item in answer["items"]}
    assert {states[PHU_UNG, sex] for sex in ("female", "male")} == {"late"}
    assert (states[LAM_SON, "female"], states[LAM_SON, "male"]) == ("zero", "none")
    assert answer["completeness"]["share"] == "0.012422"


async def test_what_is_rounded_is_judged_as_it_is_told(
    province: httpx.AsyncClient, connected: asyncpg.Connection
) -> None:
    analyst = await made(connected, UUID(int=2), "analyst", PROVINCE)
    answer = await told(province, f"{RATE}?on=2018-06-30&by=commune", headers=analyst)
    rows = {row["area"]["code"]: (row["state"], row["touched_on"]) for row in answer["by"]}
    assert (rows[LAM_SON], rows[PHU_UNG], rows[BAC_SON]) == (("none", None), ("late", None), ("none", None))
    assert (answer["touched_on"], answer["completeness"]["touched"]) == (None, 2)


async def test_rebuilding_and_migrating_again_keep_the_touches(
    province: httpx.AsyncClient, connected: asyncpg.Connection
) -> None:
    before = await connected.fetch("SELECT * FROM touch ORDER BY 1, 2")
    assert len(before) == 4
    await connected.execute("DELETE FROM touch")
    await connected.execute("SELECT remake_touches()")
    assert await connected.fetch("SELECT * FROM touch ORDER BY 1, 2") == before
    await ledger.rebuild(connected, date(2020, 12, 31))
    assert await connected.fetch("SELECT * FROM touch ORDER BY 1, 2") == before
    assert await ledger.differences(connected) == []
