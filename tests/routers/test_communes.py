"""Areas on the map of a day over HTTP."""

import httpx
import pytest

from tests.routers.api import refusal


async def items(client: httpx.AsyncClient, path: str) -> list[dict[str, object]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def test_a_commune_is_found_without_marks(client: httpx.AsyncClient) -> None:
    (found,) = await items(client, "/v1/communes?on=2018-06-30&q=phu ung")
    assert found.pop("area_id")
    assert found == {
        "code": "12145",
        "name": "Phù Ủng",
        "kind": "commune",
        "parent": {"code": "329", "name": "Ân Thi", "kind": "district"},
        "valid": {"from": None, "until": "2025-07-01"},
    }
    assert [c["code"] for c in await items(client, "/v1/communes?on=2018-06-30&q=đặng lễ")] == ["12178"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("on=2018-06-30", 161),
        ("on=2018-06-30&parent=329", 21),
        ("on=2018-06-30&parent=33", 161),
        ("on=2024-12-01", 139),
        ("on=2025-07-01", 104),
    ],
)
async def test_the_map_of_a_day_has_its_communes(client: httpx.AsyncClient, query: str, number: int) -> None:
    answer = await client.get(f"/v1/communes?{query}&limit=500&count=true")
    assert len(answer.json()["items"]) == answer.json()["total"] == number


async def test_areas_of_every_level(client: httpx.AsyncClient) -> None:
    districts = await items(client, "/v1/areas?on=2018-06-30&parent=33")
    assert [d["code"] for d in districts] == ["323", "325", "326", "327", "328", "329", "330", "331", "332", "333"]
    assert len(await items(client, "/v1/areas?on=2018-06-30&kind=ward")) == 7
    assert len(await items(client, "/v1/areas?on=2019-05-01&kind=ward")) == 14
    assert [a["code"] for a in await items(client, "/v1/areas?on=2018-06-30&level=province")] == ["33"]


async def test_pages_of_communes_go_on_where_they_ended(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/communes?on=2018-06-30&limit=100")).json()
    second = (
        await client.get("/v1/communes", params={"on": "2018-06-30", "limit": 100, "cursor": first["next"]})
    ).json()
    codes = [c["code"] for c in first["items"] + second["items"]]
    assert (len(codes), codes, second["next"]) == (161, sorted(set(codes)), None)


async def test_a_code_means_another_place_on_another_day(client: httpx.AsyncClient) -> None:
    names = {}
    for day in ("2018-06-30", "2024-12-01", "2025-07-01"):
        names[day] = (await client.get(f"/v1/communes/11977?on={day}")).json()["name"]
    assert list(names.values()) == ["Hồng Nam", "Phương Nam", "Tân Hưng"]
    gone = await client.get("/v1/communes/12145?on=2025-07-01")
    assert refusal(gone)[:2] == (404, "area_not_on_map")
    assert refusal(await client.get("/v1/communes/329?on=2018-06-30"))[0] == 404
    assert refusal(await client.get("/v1/communes/%00?on=2018-06-30"))[0] == 422


async def test_the_lineage_of_a_commune(client: httpx.AsyncClient) -> None:
    (merged,) = (await client.get("/v1/communes/12145/lineage?on=2018-06-30")).json()["changes"]
    assert (merged["effective_on"], merged["change"], merged["to"]["code"]) == ("2025-07-01", "merged_into", "12148")
    whole = (await client.get("/v1/communes/11983/lineage?on=2025-07-01")).json()["changes"]
    split = [c for c in whole if c["change"] == "split_into"]
    assert [(c["from"]["code"], c["from"]["name"], c["share"]) for c in split] == [("12322", "Ngọc Thanh", None)]
    assert refusal(await client.get("/v1/communes/00000/lineage"))[0] == 404


async def test_the_days_on_which_the_map_changed(client: httpx.AsyncClient) -> None:
    maps = await items(client, "/v1/maps")
    assert [m["on"] for m in maps] == ["2019-05-01", "2024-12-01", "2025-07-01"]


async def test_the_legal_lists(client: httpx.AsyncClient) -> None:
    old = await items(client, "/v1/categories?on=2017-05-31&kind=special")
    new = await items(client, "/v1/categories?on=2017-07-01&kind=special")
    assert (len(old), len([c for c in new if c["parent"] is None]), len(new)) == (10, 14, 14 + 48)
    english = await client.get("/v1/categories?kind=at_risk", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert english.json()["items"][0]["name"] == "poor household"
    measures = await items(client, "/v1/intervention-measures")
    assert len([m for m in measures if m["code"] != m["level"]]) == 5 + 4 + 8
