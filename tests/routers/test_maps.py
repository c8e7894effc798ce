"""The same children on the maps of other days, over HTTP."""

from typing import Any

import httpx
import pytest

from tests.routers.api import BAC_SON, PHU_UNG, opened, refusal, registered

DAY, REFORM = "2018-06-30", "2025-07-01"
LAC_DAO, DINH_DU, NGOC_THANH = "11989", "12004", "12322"  # divided in 2025
PHAM_NGU_LAO = "12148"  # of 2025: made of Phù Ủng, Bắc Sơn and two more
WHOLE = {"exact": True, "apportioned": 0, "reasons": []}


@pytest.fixture
async def province(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Two children in Phù Ủng, one in Bắc Sơn, five in Lạc Đạo; the first of each commune is special. Two sites of the
    model, in Phù Ủng and Bắc Sơn."""
    for commune, number in ((PHU_UNG, 2), (BAC_SON, 1), (LAC_DAO, 5)):
        for n in range(number):
            address = await registered(client, commune=commune, full_name=f"Trẻ Số {n}", date_of_birth="2017-01-01")
            if n == 0:
                await client.post(f"{address}/circumstances", json={"category": "d.2", "from": "2017-07-01"})
                await opened(client, address)
    for commune in (PHU_UNG, BAC_SON):
        site = (await client.post("/v1/sites", json={"commune": commune})).headers["location"]
        await client.post(f"{site}/stages", json={"stage": "completed", "from": "2018-01-01"})
    return client


async def attainment(client: httpx.AsyncClient, indicator: str = "special_rate", **asked: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/indicators/{indicator}/attainment", params={"on": DAY, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(answer: dict[str, Any]) -> dict[str, tuple[int, int | None]]:
    """Figures by code, without the zeros."""
    return {
        row["area"]["code"]: (row["numerator"], row["denominator"])
        for row in answer["by"]
        if row["numerator"] or row["denominator"]
    }


async def test_forwards_over_mergers_figures_are_exact(province: httpx.AsyncClient) -> None:
    told = await attainment(province, map=REFORM, by="commune", area="33")
    assert (told["on"], told["map"], told["area"]["code"]) == (DAY, REFORM, "33")
    assert len(told["by"]) == 104
    of = next(row for row in told["by"] if row["area"]["code"] == PHAM_NGU_LAO)
    assert of["area"] == {"code": PHAM_NGU_LAO, "name": "Phạm Ngũ Lão", "kind": "commune"}
    assert (of["numerator"], of["denominator"], of["covered"]) == (2, 3, True)
    assert {name: of[name] for name in WHOLE} == WHOLE
    alone = await attainment(province, map=REFORM, area=PHAM_NGU_LAO)
    assert (alone["numerator"], alone["denominator"], alone["exact"]) == (2, 3, True)


async def test_over_a_split_whole_children_are_apportioned_and_the_sum_is_kept(province: httpx.AsyncClient) -> None:
    told = await attainment(province, map=REFORM, by="commune")
    assert rows(told) == {PHAM_NGU_LAO: (2, 3), "11992": (1, 3), "11995": (0, 2)}
    assert (told["numerator"], told["denominator"]) == (3, 8)
    assert (told["exact"], told["apportioned"], told["reasons"]) == (False, 5, ["split"])
    parts = {row["area"]["code"]: row for row in told["by"] if not row["exact"]}
    assert {code: (row["apportioned"], row["reasons"]) for code, row in parts.items()} == {
        "11992": (3, ["split"]),
        "11995": (2, ["split"]),
    }
    whole = await attainment(province, map=REFORM)  # of the whole, nothing is uncertain
    assert (whole["numerator"], whole["denominator"], whole["exact"]) == (3, 8, True)
    board = await province.get(
        "/v1/programmes/hung-yen-2016-2020/scoreboard", params={"on": DAY, "map": REFORM, "area": "11992"}
    )
    assert {i["indicator"]: (i["numerator"], i["denominator"]) for i in board.json()["items"]}["special_rate"] == (1, 3)


async def test_areas_that_the_register_never_covered_say_so(province: httpx.AsyncClient) -> None:
    told = await attainment(province, map=REFORM, by="commune")
    uncovered = [row for row in told["by"] if not row["covered"]]
    assert len(uncovered) == 65
    assert {row["status"] for row in uncovered} == {"not_measurable"}


async def test_a_commune_counts_once_on_a_later_map(province: httpx.AsyncClient) -> None:
    assert (await attainment(province, "model_communes"))["numerator"] == 2
    later = await attainment(province, "model_communes", map=REFORM, by="commune")
    assert (later["numerator"], rows(later)) == (1, {PHAM_NGU_LAO: (1, None)})
    board = await province.get("/v1/programmes/hung-yen-2016-2020/scoreboard", params={"on": DAY, "map": REFORM})
    assert {i["indicator"]: i["numerator"] for i in board.json()["items"]}["model_communes"] == 1
    sites = await province.get(
        "/v1/indicators/model_communes/records", params={"on": DAY, "map": REFORM, "count": "true"}
    )
    assert [(item["commune"]["code"]) for item in sites.json()["items"]] == [PHAM_NGU_LAO]
    missing = await province.get(
        "/v1/indicators/model_communes/records", params={"on": DAY, "map": REFORM, "side": "gap", "limit": "500"}
    )
    assert missing.json()["total"] == len(missing.json()["items"]) == 103


async def test_two_maps_side_by_side(province: httpx.AsyncClient) -> None:
    told = await attainment(province, by="commune", compare_map=REFORM)
    assert (told["map"], len(told["by"]), told["exact"]) == (DAY, 161, True)
    other = told["compared"]
    assert (other["map"], len(other["by"]), other["exact"], other["apportioned"]) == (REFORM, 104, False, 5)
    assert (other["numerator"], other["denominator"]) == (told["numerator"], told["denominator"])


async def test_a_later_day_is_on_its_own_map_with_the_residences_that_have_followed(
    province: httpx.AsyncClient,
) -> None:
    told = await attainment(province, on="2025-08-01", by="commune")
    assert rows(told) == {PHAM_NGU_LAO: (2, 3), "11992": (1, 3), "11995": (0, 2)}
    back = await attainment(province, on="2025-08-01", map=DAY, by="commune")
    assert rows(back) == {PHU_UNG: (1, 2), BAC_SON: (1, 1), LAC_DAO: (1, 5)}
    assert back["exact"]


async def test_what_children_are_told_replaces_the_apportioning(province: httpx.AsyncClient) -> None:
    page = await province.get("/v1/children", params={"on": DAY, "commune": LAC_DAO})
    for child, commune in zip(page.json()["items"][:3], ("11995", "11995", "11992"), strict=True):
        moved = await province.post(
            f"/v1/children/{child['id']}/residences",
            json={"commune": commune, "from": REFORM},
            headers={"If-Match": "*"},
        )
        assert moved.status_code == 201, moved.text
    later = await attainment(province, on="2025-08-01", by="commune")
    # One and two who were told, and of the two who were not, a third each way: one whole child to the nearer remainder.
    assert {code: of for code, of in rows(later).items() if code in ("11992", "11995")} == {
        "11992": (0, 2),
        "11995": (1, 3),
    }
    assert later["apportioned"] == 2
    then = await attainment(province, map=REFORM, by="commune")  # in 2018 nobody had moved yet: in the same proportion
    assert {code: of[1] for code, of in rows(then).items() if code in ("11992", "11995")} == {"11992": 2, "11995": 3}
    back = await attainment(province, on="2025-08-01", map=DAY, by="commune")
    assert sum(of[1] or 0 for of in rows(back).values()) == 8
    assert (rows(back)[LAC_DAO][1] or 0) >= 4
    assert back["reasons"] == ["backwards"] or back["exact"]


@pytest.mark.parametrize("side", ["numerator", "denominator", "gap"])
async def test_the_records_of_a_figure_are_as_many_on_every_map_and_nobody_comes_twice(
    province: httpx.AsyncClient, side: str
) -> None:
    told = await attainment(province, "special_assisted_rate", map=REFORM, by="commune")
    met: list[str] = []
    for row in told["by"]:
        asked = {"on": DAY, "map": REFORM, "area": row["area"]["code"], "side": side, "count": "true"}
        page = (await province.get("/v1/indicators/special_assisted_rate/records", params=asked)).json()
        expected = {
            "numerator": row["numerator"],
            "denominator": row["denominator"],
            "gap": row["denominator"] - row["numerator"],
        }
        assert page["total"] == len(page["items"]) == expected[side]
        assert all(item["apportioned"] == (row["apportioned"] > 0) for item in page["items"])
        assert all(item["commune"]["code"] == row["area"]["code"] for item in page["items"])
        met += [item["child_id"] for item in page["items"]]
    assert len(met) == len(set(met)) == {"numerator": 0, "denominator": 3, "gap": 3}[side]


async def test_a_series_on_another_map(province: httpx.AsyncClient) -> None:
    asked = {"map": REFORM, "area": PHAM_NGU_LAO, "from": "2018-01-01", "until": "2018-07-01", "every": "quarter"}
    told = (await province.get("/v1/indicators/special_rate/series", params=asked)).json()
    assert (told["map"], [(item["on"], item["denominator"]) for item in told["items"]]) == (
        REFORM,
        [("2018-03-31", 3), ("2018-06-30", 3)],
    )


async def test_lists_by_commune_follow_the_map(province: httpx.AsyncClient) -> None:
    for address in ("children", "cases", "sites"):
        found = {}
        for commune, on in (
            (PHU_UNG, DAY),
            (PHAM_NGU_LAO, "2025-08-01"),
            ("11992", "2025-08-01"),
            ("11995", "2025-08-01"),
        ):
            answer = await province.get(f"/v1/{address}", params={"commune": commune, "on": on, "count": "true"})
            found[commune] = answer.json()["total"]
        assert (
            found
            == {
                "children": {PHU_UNG: 2, PHAM_NGU_LAO: 3, "11992": 5, "11995": 5},
                "cases": {PHU_UNG: 1, PHAM_NGU_LAO: 2, "11992": 1, "11995": 1},
                "sites": {PHU_UNG: 1, PHAM_NGU_LAO: 2, "11992": 0, "11995": 0},
            }[address]
        )
    listed = await province.get("/v1/children", params={"commune": PHAM_NGU_LAO, "on": "2025-08-01"})
    assert {item["commune"]["name"] for item in listed.json()["items"]} == {"Phạm Ngũ Lão"}
    divided = await province.get("/v1/children", params={"commune": "11992", "on": "2025-08-01"})
    assert {item["commune"]["code"] for item in divided.json()["items"]} == {LAC_DAO}  # nobody has told yet
    assert refusal(await province.get(f"/v1/children?commune={PHU_UNG}&on=2025-08-01"))[1] == "area_not_on_map"
