"""Figures as they were known at the close of an earlier day."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import LAM_SON, PHU_UNG, figures, opened, refusal, registered
from tests.signed_in import asked, made, served

ON, FIRST, BEFORE, CORRECTED = "2018-06-30", "2017-09-01", "2018-07-09", "2018-07-10"
INDICATORS, SCOREBOARD = "/v1/indicators", "/v1/programmes/hung-yen-2016-2020/scoreboard"
RATE, ASSISTED = "special_rate", "special_assisted_rate"


@pytest.fixture
async def first(empty_database: str) -> list[str]:
    """Three special children in Phù Ủng, of whom one is assisted, and two others in Lam Sơn; entered in 2017."""
    async with asked(served(empty_database, date.fromisoformat(FIRST))) as client:
        children = [await registered(client, commune=LAM_SON if n > 2 else PHU_UNG) for n in range(5)]
        for child in children[:3]:
            await client.post(f"{child}/circumstances", json={"category": "d", "from": "2017-07-01"})
        case = await opened(client, children[0], opened_on="2017-02-01")
        await client.post(f"{case}/interventions", json={"measure": "support.1", "started_on": "2017-02-01"})
        return children


@pytest.fixture
async def corrected(empty_database: str, first: list[str], client: httpx.AsyncClient) -> httpx.AsyncClient:
    """In 2018, the circumstance of the first proves wrong, the second an error, and another was special too."""
    async with asked(served(empty_database, date.fromisoformat(CORRECTED))) as clerk:
        (circumstance,) = (await clerk.get(first[0])).json()["circumstances"]
        wrong = [f"{first[0]}/circumstances/{circumstance['id']}", first[1]]
        for address in wrong:
            assert (await clerk.delete(address, headers={"If-Match": "*"})).status_code == 204
        late = await registered(clerk, commune=LAM_SON)
        await clerk.post(f"{late}/circumstances", json={"category": "d.2", "from": "2017-07-01"})
    return client


async def test_a_figure_is_what_was_known_at_the_close_of_the_day(corrected: httpx.AsyncClient) -> None:
    for known, rate, assisted in [
        (FIRST, (3, 5), (1, 3)),
        (BEFORE, (3, 5), (1, 3)),
        (CORRECTED, (2, 5), (0, 2)),
        ("2020-12-31", (2, 5), (0, 2)),
    ]:
        assert await figures(corrected, RATE, ON, known=known) == rate
        assert await figures(corrected, ASSISTED, ON, known=known) == assisted
    answer = (await corrected.get(f"{INDICATORS}/{RATE}/attainment?on={ON}&known={BEFORE}&by=commune")).json()
    assert (answer["known"], answer["map"], answer["exact"], answer["rounded"]) == (BEFORE, ON, True, False)
    rows = {row["area"]["code"]: (row["numerator"], row["denominator"]) for row in answer["by"]}
    assert (len(rows), rows[PHU_UNG], rows[LAM_SON]) == (161, (3, 3), (0, 2))


async def test_parts_of_the_children_have_a_past_too(corrected: httpx.AsyncClient) -> None:
    asked = {"known": BEFORE, "sex": "female", "age_band": "6-10", "category": "d"}
    assert await figures(corrected, RATE, ON, **asked) == (3, 5)
    assert await figures(corrected, RATE, ON, **asked | {"known": CORRECTED}) == (2, 5)
    assert await figures(corrected, RATE, ON, **asked | {"category": "d.2"}) == (0, 5)


async def test_a_later_day_is_what_was_then_expected_of_it(corrected: httpx.AsyncClient) -> None:
    assert await figures(corrected, RATE, "2019-12-31", known=BEFORE) == (3, 5)
    assert await figures(corrected, RATE, "2023-12-31", known=BEFORE) == (3, 5), "beyond the pages"


async def test_today_is_the_present(corrected: httpx.AsyncClient) -> None:
    path = f"{INDICATORS}/{RATE}/attainment?on={ON}&by=district"
    assert (await corrected.get(f"{path}&known=2020-12-31")).json() == (await corrected.get(path)).json()


async def test_series_and_scoreboard_say_what_the_single_figure_says(corrected: httpx.AsyncClient) -> None:
    board = (await corrected.get(f"{SCOREBOARD}?on={ON}&known={BEFORE}")).json()
    assert board["known"] == BEFORE
    for item in board["items"]:
        path = f"{INDICATORS}/{item['indicator']}/attainment?on={ON}&known={BEFORE}"
        assert (await corrected.get(path)).json() == item
    series = (await corrected.get(f"{INDICATORS}/{ASSISTED}/series?known={BEFORE}")).json()
    assert (series["known"], len(series["items"])) == (BEFORE, 60)
    for item in series["items"][11::12]:
        one = (await corrected.get(f"{INDICATORS}/{ASSISTED}/attainment?on={item['on']}&known={BEFORE}")).json()
        assert {name: one[name] for name in item} == item


async def test_an_etag_is_of_what_was_known_when(corrected: httpx.AsyncClient) -> None:
    path = f"{INDICATORS}/{RATE}/attainment?on={ON}"
    tags = [
        (await corrected.get(path + known)).headers["etag"] for known in ("", f"&known={BEFORE}", f"&known={FIRST}")
    ]
    assert len(set(tags)) == 3
    again = await corrected.get(f"{path}&known={BEFORE}", headers={"If-None-Match": tags[1]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("known", "code"), [("2017-08-31", "known_before_first_posting"), ("2021-01-01", "known_in_future")]
)
async def test_a_day_of_which_nothing_is_known_is_refused(corrected: httpx.AsyncClient, known: str, code: str) -> None:
    for path in (
        f"{INDICATORS}/{RATE}/attainment",
        f"{INDICATORS}/{RATE}/series",
        SCOREBOARD,
        f"{INDICATORS}/{RATE}/records",
    ):
        assert refusal(await corrected.get(f"{path}?known={known}")) == (422, code, ["/known"])


async def everything(client: httpx.AsyncClient, path: str, **more: Any) -> tuple[list[dict[str, Any]], int]:
    """All items of a list, two at a time, and how many more lie outside the caller's reach."""
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        page = (await client.get(f"{path}&limit=2{after}", **more)).json()
        items += page["items"]
        if page["next"] is None:
            return items, page["outside"]
        after = f"&cursor={page['next']}"


async def test_records_are_the_children_of_the_number_as_known_then(
    corrected: httpx.AsyncClient, first: list[str]
) -> None:
    asked = f"{INDICATORS}/{RATE}/records?on={ON}&side=numerator"
    then, outside = await everything(corrected, f"{asked}&known={BEFORE}")
    assert ({item["child_id"] for item in then}, outside) == ({path.rpartition("/")[2] for path in first[:3]}, 0)
    by_id = {item["child_id"]: item for item in then}
    wrong, error, still = (by_id[path.rpartition("/")[2]] for path in first[:3])
    assert (wrong["full_name"], wrong["withdrawn"], still["withdrawn"]) == ("Đỗ Thị Mận", False, False)
    assert (error["full_name"], error["date_of_birth"], error["withdrawn"]) == (None, None, True)
    for entry in (wrong["entry"], error["entry"], still["entry"]):
        assert (entry["rule"], entry["posted"]["day"]) == ("hung-yen-2016-2020/1", FIRST)
        assert entry["posted"]["cause"] == "create_circumstance"
    assert wrong["entry"]["withdrawn"]["day"] == error["entry"]["withdrawn"]["day"] == CORRECTED
    assert (error["entry"]["withdrawn"]["cause"], still["entry"]["withdrawn"]) == ("delete_child", None)
    now, _ = await everything(corrected, asked)
    assert sorted(item["entry"]["posted"]["day"] for item in now) == [FIRST, CORRECTED]
    assert all(item["entry"]["withdrawn"] is None for item in now)


async def test_candidates_are_those_of_the_day_of_knowing(corrected: httpx.AsyncClient, first: list[str]) -> None:
    asked = f"{INDICATORS}/{ASSISTED}/records?on={ON}&side=gap&known={BEFORE}"
    items, _ = await everything(corrected, asked)
    assert {item["child_id"] for item in items} == {path.rpartition("/")[2] for path in first[1:3]}
    page = (await corrected.get(asked)).json()
    assert (page["total"], page["needed"], page["outside"]) == (2, 2, 0)


async def test_children_who_live_elsewhere_now_are_counted_and_not_shown(
    corrected: httpx.AsyncClient, first: list[str], empty_database: str
) -> None:
    await corrected.post(f"{first[2]}/residences", json={"commune": LAM_SON, "from": "2019-01-01"})
    connection = await asyncpg.connect(empty_database)
    worker = await made(connection, UUID(int=5), "commune_worker", PHU_UNG)
    for known, (shown, outside) in {BEFORE: (2, 1), "2020-12-31": (0, 1)}.items():
        path = f"{INDICATORS}/{RATE}/records?on={ON}&area={PHU_UNG}&known={known}"
        items, more = await everything(corrected, path, headers=worker)
        assert (len(items), more) == (shown, outside)
        number, _ = await figures(corrected, RATE, ON, area=PHU_UNG, known=known)
        assert len(items) + more == number
    gap = f"{INDICATORS}/{ASSISTED}/records?on={ON}&area={PHU_UNG}&known={BEFORE}&side=gap"
    items, more = await everything(corrected, gap, headers=worker)
    assert (len(items), more) == (1, 1)
    subjects = await connection.fetch("SELECT unnest(subjects)::text FROM access WHERE assignment_id = $1", UUID(int=5))
    assert {child for (child,) in subjects} == {path.rpartition("/")[2] for path in first[:2]}
    await connection.close()


async def test_sites_have_a_past_too(corrected: httpx.AsyncClient, empty_database: str) -> None:
    site = (await corrected.post("/v1/sites", json={"commune": PHU_UNG})).headers["location"]
    await corrected.post(f"{site}/stages", json={"stage": "completed", "from": "2018-01-01"})
    asked = f"{INDICATORS}/model_communes/records?on={ON}"
    (item,) = (await corrected.get(asked)).json()["items"]
    assert (item["commune"]["code"], item["entry"]["posted"]["cause"]) == (PHU_UNG, "create_stage")
    assert (await corrected.get(f"{asked}&known={BEFORE}")).json()["items"] == []
    gap = (await corrected.get(f"{asked}&known={BEFORE}&side=gap")).json()
    assert (gap["total"], gap["needed"]) == (161, 30)
