"""A target is allocated in whole children that add up, and each area is held to its part."""

from typing import Any

import httpx
import pytest

from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, refusal, registered
from tests.routers.test_targets import TARGETS, first

DAY = "2018-06-30"
DISTRICT_OF_PHU_UNG, CITY = "329", "323"


@pytest.fixture
async def province(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Of ten children each in Phù Ủng and Lam Sơn, four and one are special; of five in Bắc Sơn, none."""
    for commune, number, special in ((PHU_UNG, 10, 4), (LAM_SON, 10, 1), (BAC_SON, 5, 0)):
        for n in range(number):
            address = await registered(client, full_name=f"Trẻ Số {n}", commune=commune)
            if n < special:
                await client.post(f"{address}/circumstances", json={"category": "d.2", "from": "2017-07-01"})
    return client


@pytest.fixture
async def promised(province: httpx.AsyncClient) -> str:
    """The address of a target of at most 12 %: 3 of 25 children."""
    revision = {
        "indicator": "special_rate",
        "direction": "at_most",
        "unit": "ratio",
        "value": "0.12",
        "due_on": "2020-12-31",
        "legal_basis": "Quyết định 12/QĐ-UBND",
        "decided_on": "2018-01-03",
        "from": "2018-01-01",
        "supersedes": await first(province),
    }
    answer = await province.post(TARGETS, json=revision)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def allocated(client: httpx.AsyncClient, address: str, dry_run: bool = True, **body: Any) -> dict[str, Any]:
    asked = {"level": "commune", "method": "share", "on": DAY} | body
    answer = await client.post(f"{address}/allocation", params={"dry_run": str(dry_run).lower()}, json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def parts(answer: dict[str, Any], level: str) -> dict[str, int]:
    """The parts of a level that are not zero."""
    return {p["area"]["code"]: p["value"] for p in answer["parts"] if p["level"] == level and p["value"]}


async def test_by_share_the_parts_of_both_levels_add_up(province: httpx.AsyncClient, promised: str) -> None:
    answer = await allocated(province, promised)
    assert (answer["total"], answer["direction"]) == (3, "at_most")
    assert len(answer["parts"]) == 171
    assert parts(answer, "district") == {DISTRICT_OF_PHU_UNG: 2, CITY: 1}  # of 15 and 10 children: 1.8 and 1.2
    assert parts(answer, "commune") == {PHU_UNG: 1, BAC_SON: 1, LAM_SON: 1}  # 1.33 and 0.67 of 2
    districts = await allocated(province, promised, level="district")
    assert len(districts["parts"]) == 10
    assert parts(districts, "district") == parts(answer, "district")


async def test_by_need_the_way_is_where_the_gap_lies(province: httpx.AsyncClient, promised: str) -> None:
    answer = await allocated(province, promised, method="need")
    assert parts(answer, "district") == {DISTRICT_OF_PHU_UNG: 2, CITY: 1}  # two of four to leave, and none of one
    assert parts(answer, "commune") == {PHU_UNG: 2, LAM_SON: 1}  # Bắc Sơn keeps none
    whole = {p["area"]["code"]: (p["present"], p["share"]) for p in answer["parts"]}
    assert (whole[DISTRICT_OF_PHU_UNG], whole[PHU_UNG], whole[BAC_SON]) == ((4, 15), (4, 10), (0, 5))


async def test_a_strict_target_allows_the_largest_number_below_it(province: httpx.AsyncClient) -> None:
    answer = await allocated(province, f"{TARGETS}/{await first(province)}")
    assert (answer["total"], parts(answer, "commune")) == (0, {})  # 0.4 % of 25 is a tenth of a child


async def test_a_count_of_communes_is_allocated_by_communes(province: httpx.AsyncClient) -> None:
    answer = await allocated(province, f"{TARGETS}/{await first(province, 'model_communes')}", level="district")
    assert (answer["total"], answer["direction"]) == (30, "at_least")
    assert sum(parts(answer, "district").values()) == 30
    assert {p["area"]["code"]: p["share"] for p in answer["parts"]}[DISTRICT_OF_PHU_UNG] == 21


async def test_a_dry_run_writes_nothing(province: httpx.AsyncClient, promised: str) -> None:
    before = (await province.get(TARGETS, params={"limit": 500})).json()
    answer = await allocated(province, promised)
    assert {p["target_id"] for p in answer["parts"]} == {None}
    assert (await province.get(TARGETS, params={"limit": 500})).json() == before


async def test_each_area_is_held_to_its_part(province: httpx.AsyncClient, promised: str) -> None:
    answer = await allocated(province, promised, dry_run=False, method="need")
    ids = {p["area"]["code"]: p["target_id"] for p in answer["parts"]}
    made = (await province.get(f"{TARGETS}/{ids[PHU_UNG]}")).json()
    assert (made["value"], made["unit"], made["direction"]) == ("2", "count", "at_most")
    assert (made["allocated_from"], made["revision"]) == (promised.rpartition("/")[2], 1)
    shown = {}
    for level in ("commune", "district"):
        path = f"/v1/indicators/special_rate/attainment?on={DAY}&by={level}"
        rows = (await province.get(path)).json()["by"]
        assert all(row["target"]["own"] for row in rows)
        shown |= {row["area"]["code"]: (row["target"]["value"], row["status"], row["gap"]) for row in rows}
    assert (shown[PHU_UNG], shown[LAM_SON], shown[BAC_SON]) == (
        ("2", "behind", 2),
        ("1", "attained", 0),
        ("0", "attained", 0),
    )
    assert (shown[DISTRICT_OF_PHU_UNG], shown[CITY]) == (("2", "behind", 2), ("1", "attained", 0))
    gap = (await province.get(f"/v1/indicators/special_rate/records?on={DAY}&area={PHU_UNG}&side=gap")).json()
    assert (gap["needed"], gap["total"]) == (2, 4)


async def test_allocated_anew_the_parts_are_revisions_and_the_days_before_keep_the_former(
    province: httpx.AsyncClient, promised: str
) -> None:
    await allocated(province, promised, dry_run=False)
    again = {"level": "commune", "method": "need", "on": DAY}
    repeated = await province.post(f"{promised}/allocation", json=again)
    assert refusal(repeated)[:2] == (409, "target_no_overlap")  # on the same day
    await allocated(province, promised, dry_run=False, method="need", on="2018-09-30")
    found = (await province.get(TARGETS, params={"area": PHU_UNG})).json()["items"]
    assert sorted((t["revision"], t["value"], t["valid"]["from"], t["valid"]["until"]) for t in found) == [
        (1, "1", DAY, "2018-09-30"),
        (2, "2", "2018-09-30", None),
    ]


async def test_the_part_of_a_district_is_allocated_to_its_communes(province: httpx.AsyncClient, promised: str) -> None:
    districts = await allocated(province, promised, dry_run=False, level="district")
    (part,) = [p["target_id"] for p in districts["parts"] if p["area"]["code"] == DISTRICT_OF_PHU_UNG]
    answer = await allocated(province, f"{TARGETS}/{part}", method="need")
    assert (answer["total"], len(answer["parts"])) == (2, 21)
    assert parts(answer, "commune") == {PHU_UNG: 2}


async def test_by_hand_the_parts_must_add_up(province: httpx.AsyncClient, promised: str) -> None:
    given = [{"area": PHU_UNG, "value": 2}, {"area": LAM_SON, "value": 1}]
    answer = await allocated(province, promised, method="hand", parts=given)
    assert parts(answer, "commune") == {PHU_UNG: 2, LAM_SON: 1}
    assert parts(answer, "district") == {DISTRICT_OF_PHU_UNG: 2, CITY: 1}
    body = {"level": "commune", "method": "hand", "on": DAY, "parts": given[:1]}
    wrong = await province.post(f"{promised}/allocation", json=body)
    assert refusal(wrong) == (422, "allocation_does_not_add_up", ["/parts"])
    assert (wrong.json()["total"], wrong.json()["given"]) == ("3", "2")


@pytest.mark.parametrize(
    ("fields", "status", "code", "pointers"),
    [
        ({"method": "hand"}, 422, "allocation_parts", ["/parts"]),
        ({"parts": []}, 422, "allocation_parts", ["/parts"]),
        (
            {"method": "hand", "parts": [{"area": "329", "value": 3}]},
            *(422, "allocation_area_unknown", ["/parts/0/area"]),
        ),
        (
            {"method": "hand", "parts": [{"area": PHU_UNG, "value": 1}, {"area": PHU_UNG, "value": 2}]},
            *(422, "allocation_area_twice", ["/parts/1/area"]),
        ),
        ({"method": "hand", "parts": [{"area": PHU_UNG, "value": -3}]}, 422, "invalid", ["/parts/0/value"]),
        ({"level": "province"}, 422, "invalid", ["/level"]),
        ({"on": "2017-12-31"}, 422, "target_superseded", ["/on"]),  # the target is not yet one
        ({"on": "2013-06-30"}, 422, "target_superseded", ["/on"]),
    ],
)
async def test_what_cannot_be_allocated_is_refused_with_its_own_code(
    province: httpx.AsyncClient, promised: str, fields: dict[str, Any], status: int, code: str, pointers: list[str]
) -> None:
    body = {"level": "commune", "method": "share", "on": DAY} | fields
    found = refusal(await province.post(f"{promised}/allocation", json=body))
    assert found[1:] == (code, pointers)


async def test_a_target_of_what_is_not_there_is_not_allocated(client: httpx.AsyncClient) -> None:
    body = {"level": "commune", "method": "share", "on": DAY}
    nobody = await client.post(f"{TARGETS}/{await first(client)}/allocation", json=body)
    assert refusal(nobody)[:2] == (409, "target_not_measurable")
    listed = (await client.get("/v1/programmes/national-2021-2030/targets?indicator=injury_rate")).json()["items"]
    path = f"/v1/programmes/national-2021-2030/targets/{listed[0]['id']}/allocation"
    assert refusal(await client.post(path, json=body))[:2] == (422, "indicator_not_measured")
    part = await client.post(f"{TARGETS}/01434b35-0000-7000-8000-00000000000a/allocation", json=body)
    assert refusal(part)[:2] == (404, "target_unknown")
