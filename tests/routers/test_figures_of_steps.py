"""The figures move with the steps of a case: who is managed, who is assisted, and of whom every deadline was kept."""

from datetime import date
from typing import Any

import asyncpg
import httpx
import pytest

from tests.routers.api import LAM_SON, PHU_UNG, figures, refusal, registered
from tests.routers.case_steps import FIRST, ORDINARY, Led, assessed, at, led
from tests.routers.test_small_numbers import known_since

KEPT, ASSISTED = "deadlines_kept_rate", "special_assisted_rate"
PROGRAMME = "decree-56-2017"


@pytest.fixture
async def case(client: httpx.AsyncClient, empty_database: str) -> Led:
    return await led(client, empty_database)


async def explained(client: httpx.AsyncClient, indicator: str, on: str, **more: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/indicators/{indicator}/explain", params={"on": on} | more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told | {"left_out": {item["reason"]: item["count"] for item in told["left_out"]}}


async def managed(client: httpx.AsyncClient, on: str) -> int:
    told = await explained(client, ASSISTED, on)
    count: int = told["denominator"] - told["left_out"]["without_open_case"]
    return count


async def listed(client: httpx.AsyncClient, on: str, **asked: bool) -> int:
    answer = await client.get("/v1/children", params={"on": on} | asked)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


async def deadline(case: Led, code: str) -> str:
    """The path of a deadline of the case."""
    items = (await case.client.get(f"{case.path}/deadlines", headers=case.worker)).json()["items"]
    (found,) = (item["id"] for item in items if item["code"] == code)
    return f"{case.path}/deadlines/{found}"


# After each step: of its own day and of some day after all of it, who is managed, who is assisted, and who is in time.
EXPECTED = {
    "report": [("2020-03-01", 0, 0, (0, 0)), ("2020-03-02", 1, 0, (0, 0)), ("2020-03-03", 1, 0, (0, 1))],
    "initial-assessment": [("2020-03-02", 1, 0, (0, 0)), ("2020-03-03", 1, 0, (1, 1)), ("2020-12-31", 1, 0, (1, 1))],
    "specific-assessment": [("2020-03-12", 1, 0, (1, 1)), ("2020-03-13", 1, 0, (0, 1)), ("2020-12-31", 1, 0, (0, 1))],
    "plan": [("2020-03-12", 1, 0, (1, 1)), ("2020-03-13", 1, 0, (0, 1))],
    "submission": [("2020-03-10", 1, 0, (1, 1)), ("2020-03-11", 1, 0, (0, 1))],
    "approval": [("2020-03-11", 1, 0, (1, 1)), ("2020-12-31", 1, 0, (1, 1))],
    "measure-start": [("2020-03-09", 1, 0, (1, 1)), ("2020-03-10", 1, 1, (1, 1)), ("2020-12-31", 1, 1, (1, 1))],
    "measure-end": [("2020-03-10", 1, 1, (1, 1)), ("2020-12-31", 1, 1, (1, 1))],
    "closing": [("2020-06-11", 1, 1, (1, 1)), ("2020-06-12", 0, 0, (0, 0)), ("2020-12-31", 0, 0, (0, 0))],
}


async def test_each_step_moves_the_figures_when_it_should(client: httpx.AsyncClient, case: Led) -> None:
    for step, when, body in ORDINARY:
        await case.taken(step, when, **body)
        for on, open_cases, assisted, in_time in EXPECTED.get(step, []):
            assert (step, on, await managed(client, on)) == (step, on, open_cases)
            assert (step, on, await figures(client, ASSISTED, on)) == (step, on, (assisted, 1))
            assert (step, on, await figures(client, KEPT, on)) == (step, on, in_time)


async def test_a_case_that_is_reopened_counts_since_then_and_not_meanwhile(
    client: httpx.AsyncClient, case: Led
) -> None:
    await case.up_to("closing")
    await case.taken("reopening", at("07-01"), reason="tái phạm")
    for on, open_cases, assisted in [
        ("2020-06-11", 1, 1),
        ("2020-06-12", 0, 0),
        ("2020-06-30", 0, 0),
        ("2020-07-01", 1, 0),
    ]:
        assert (on, await managed(client, on), await figures(client, ASSISTED, on)) == (on, open_cases, (assisted, 1))
        assert (on, await listed(client, on, assisted=True)) == (on, assisted)
        assert (on, await listed(client, on, without_case=False)) == (on, open_cases)
    assert await figures(client, KEPT, "2020-06-11") == (1, 1)
    assert await figures(client, KEPT, "2020-07-01") == (0, 1), (
        "twelve hours after the reopening, by the end of the day"
    )
    await case.taken("initial-assessment", at("07-01", "15:00"), **assessed("02"))
    assert await figures(client, KEPT, "2020-07-01") == (1, 1)


async def test_what_is_withdrawn_no_longer_counts(client: httpx.AsyncClient, case: Led) -> None:
    file = await case.up_to("initial-assessment")
    assert await figures(client, KEPT, "2020-03-04") == (1, 1)
    wrong = file["steps"][-1]["id"]
    headers = case.worker | {"If-Match": "*"}
    assert (await client.delete(f"{case.path}/steps/{wrong}", headers=headers)).status_code == 204
    assert await figures(client, KEPT, "2020-03-04") == (0, 1)
    await case.taken("initial-assessment", at("03-03", "12:00"), **assessed("02"))
    assert await figures(client, KEPT, "2020-03-04") == (0, 1), "twenty minutes late stays late"


async def test_what_stands_still_is_not_missed(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("specific-assessment")
    assert await figures(client, KEPT, "2020-03-13") == (0, 1)
    path = await deadline(case, "plan")
    paused = {"at": at("03-10"), "reason": "chờ kết luận giám định"}
    assert (await client.post(f"{path}/pause", json=paused, headers=case.worker)).status_code == 200
    assert await figures(client, KEPT, "2020-12-31") == (1, 1)
    resumed = await client.post(f"{path}/resume", json={"at": at("03-16")}, headers=case.worker)
    assert resumed.status_code == 200, resumed.text
    due = resumed.json()["due_at"]
    assert due.startswith("2020-03-19T00:00")
    assert await figures(client, KEPT, "2020-03-18") == (1, 1)
    assert await figures(client, KEPT, "2020-03-19") == (0, 1)


async def test_the_share_is_told_like_every_other_figure(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("approval")
    late = await led_late(client, case)
    without = await registered(client, commune=LAM_SON)
    await client.post(
        "/v1/cases", json={"child_id": without.rpartition("/")[2], "kind": "protection", "opened_on": "2020-03-01"}
    )
    on = "2020-06-30"
    answer = (await client.get(f"/v1/indicators/{KEPT}/attainment", params={"on": on, "by": "commune"})).json()
    assert (answer["programme"], answer["counting_rule"]) == (PROGRAMME, "hung-yen-2016-2020/1")
    assert (answer["numerator"], answer["denominator"], answer["value"]) == (1, 2, "0.500000")
    assert (answer["status"], answer["gap"]) == ("behind", 1)
    rows = {row["area"]["code"]: (row["numerator"], row["denominator"]) for row in answer["by"]}
    assert {code: row for code, row in rows.items() if row[1]} == {PHU_UNG: (1, 2)}
    gap = (await client.get(f"/v1/indicators/{KEPT}/records", params={"on": on, "side": "gap", "count": True})).json()
    assert ([item["child_id"] for item in gap["items"]], gap["needed"]) == ([late.child.rpartition("/")[2]], 1)
    whole = (await client.get(f"/v1/indicators/{KEPT}/records", params={"on": on, "side": "denominator"})).json()
    assert len(whole["items"]) == 2
    told = await explained(client, KEPT, on, **{"programme": PROGRAMME})
    assert told["left_out"] == {
        "deadline_missed": 1,
        "no_deadline_yet": 0,
        "case_without_procedure": 1,
        "withdrawn_or_corrected": 0,
        "communes_not_covered": 0,
    }
    assert told["promised_by"] == "Nghị định 56/2017/NĐ-CP, 9/5/2017"
    assert [source["records"] for source in told["sources"]] == ["residences", "deadlines"]
    assert len(told["rule"]["counts"]) == 2
    before = await explained(client, KEPT, "2020-03-02")
    assert (before["left_out"]["no_deadline_yet"], before["status"]) == (2, "not_measurable")
    series = (await client.get(f"/v1/indicators/{KEPT}/series?from=2020-02-01")).json()["items"]
    assert [(item["on"], item["numerator"], item["denominator"]) for item in series[:2]] == [
        ("2020-02-29", 0, 0),
        ("2020-03-31", 1, 2),
    ]
    assert series[-1]["on"] == "2020-12-31", "a programme without an end goes on until today"
    by_sex = (await client.get(f"/v1/indicators/{KEPT}/breakdown?on={on}&by=sex&by=age_band")).json()
    assert by_sex["adds_up"]
    assert {(i["sex"], i["age_band"]) for i in by_sex["items"] if i["denominator"]} == {("female", "6-10")}
    moved = {"on": on, "map": "2025-07-01", "by": "commune"}
    later = (await client.get(f"/v1/indicators/{KEPT}/attainment", params=moved)).json()
    assert [(r["numerator"], r["denominator"]) for r in later["by"] if r["denominator"]] == [(1, 2)]


async def led_late(client: httpx.AsyncClient, case: Led) -> Led:
    """Another case of the same commune, assessed twenty minutes late."""
    child = await registered(client)
    opened = await client.post(
        "/v1/cases", json={"child_id": child.rpartition("/")[2], "kind": "protection", "opened_on": "2020-03-02"}
    )
    other = Led(client, opened.headers["location"], child, case.worker, case.chair)
    await other.taken("report", at("03-02", "23:40"), incident=PHU_UNG, residence=PHU_UNG)
    await other.taken("initial-assessment", at("03-03", "12:00"), **assessed("02"))
    return other


async def test_the_decree_has_a_scoreboard_and_editions(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("approval")
    (item,) = (await client.get(f"/v1/programmes/{PROGRAMME}/scoreboard?on=2020-06-30")).json()["items"]
    assert (item["indicator"], item["numerator"], item["denominator"], item["status"]) == (KEPT, 1, 1, "attained")
    programme = (await client.get(f"/v1/programmes/{PROGRAMME}")).json()
    assert programme["period"] == {"from": "2017-07-01", "until": None}
    sealed = await client.post("/v1/reports/editions", json={"programme": PROGRAMME, "on": "2020-06-30"})
    assert sealed.status_code == 201, sealed.text
    edition = sealed.json()
    assert edition["content"]["programme"]["until"] is None
    await case.taken("measure-start", at("03-10"), item=FIRST)
    proved = (await client.get(f"/v1/reports/editions/{edition['id']}/verify")).json()
    assert proved["verified"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("attainment?category=d", (422, "filter_not_applicable", ["/category"])),
        ("breakdown?by=category", (422, "breakdown_not_applicable", ["/by"])),
        ("breakdown?by=measure_level", (422, "breakdown_not_applicable", ["/by"])),
    ],
)
async def test_it_is_of_no_category(client: httpx.AsyncClient, path: str, told: tuple[int, str, list[str]]) -> None:
    assert refusal(await client.get(f"/v1/indicators/{KEPT}/{path}")) == told


async def test_what_was_known_then_is_told_of_deadlines_and_of_cases_it_is_not(
    client: httpx.AsyncClient, case: Led, empty_database: str
) -> None:
    await case.up_to("submission")
    connection = await asyncpg.connect(empty_database)
    await known_since(connection, date(2020, 7, 1))
    await connection.close()
    await case.taken("approval", at("03-09"))
    on, then = "2020-06-30", {"known": "2020-07-02"}
    assert (await figures(client, KEPT, on, **then), await figures(client, KEPT, on)) == ((0, 1), (1, 1))
    assert (await explained(client, KEPT, on, **then))["left_out"]["deadline_missed"] == 1
    assert (await explained(client, ASSISTED, on, **then))["left_out"]["without_open_case"] is None
    assert (await explained(client, ASSISTED, on))["left_out"]["case_without_intervention"] == 1
    restated = (await client.get(f"/v1/indicators/{KEPT}/restatements?on={on}&from_known=2020-07-02")).json()
    assert [item["in"] for item in restated["causes"] if item["side"] == "numerator"] == [1]


async def test_help_is_told_by_level_of_measures(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("approval")
    path = f"/v1/indicators/{ASSISTED}/breakdown?on=2020-06-30&by=measure_level"
    await case.taken("measure-start", at("03-10"), item=FIRST)
    whole = (await client.get(path)).json()
    assert (whole["adds_up"], whole["because"]) == (False, ["several_levels"])
    assert {i["measure_level"]: (i["numerator"], i["denominator"]) for i in whole["items"]} == {
        "prevention": (0, 1),
        "support": (0, 1),
        "intervention": (1, 1),
    }
    rows = (await client.get(f"{path}&by=commune")).json()["items"]
    helped = [(i["area"]["code"], i["measure_level"]) for i in rows if i["numerator"]]
    assert helped == [(PHU_UNG, "intervention")]
    for more in ("&by=category", "&category=d"):
        assert refusal(await client.get(path + more)) == (422, "breakdown_not_applicable", ["/by"])
