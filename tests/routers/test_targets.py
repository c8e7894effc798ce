"""Targets over HTTP: revisions, areas with their own, what cannot be measured, and programmes of the nation."""

from typing import Any

import httpx
import pytest

from tests.routers.api import LAM_SON, PHU_UNG, refusal, registered

PROGRAMME = "/v1/programmes/hung-yen-2016-2020"
TARGETS = f"{PROGRAMME}/targets"


def target(**fields: Any) -> dict[str, Any]:
    """A target to add; the test names only what matters."""
    usual = {
        "indicator": "special_rate",
        "direction": "below",
        "unit": "ratio",
        "value": "0.0035",
        "due_on": "2020-12-31",
        "legal_basis": "Quyết định 12/QĐ-UBND, 3/1/2018",
        "decided_on": "2018-01-03",
        "from": "2018-06-01",
    }
    return {name: value for name, value in (usual | fields).items() if value is not None}


async def first(client: httpx.AsyncClient, indicator: str = "special_rate") -> str:
    """The id of the shipped target of an indicator."""
    (found,) = (await client.get(TARGETS, params={"indicator": indicator, "on": "2016-01-01"})).json()["items"]
    return str(found["id"])


async def judged(client: httpx.AsyncClient, on: str, **asked: str) -> dict[str, Any]:
    answer = await client.get("/v1/indicators/special_rate/attainment", params={"on": on} | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def special(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Two of four children of Phù Ủng are special since 2017; in Lam Sơn there is one child."""
    for n in range(4):
        address = await registered(client, full_name=f"Trẻ Số {n}")
        if n < 2:
            await client.post(f"{address}/circumstances", json={"category": "d.2", "from": "2017-07-01"})
    await registered(client, commune=LAM_SON)
    return client


async def test_a_revision_is_the_target_from_its_day_on_and_the_former_answers_before(
    client: httpx.AsyncClient,
) -> None:
    former = await first(client)
    answer = await client.post(TARGETS, json=target(supersedes=former))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["revision"], made["valid"]) == (2, {"from": "2018-06-01", "until": None})
    assert (await client.get(answer.headers["location"])).json() == made
    ended = (await client.get(f"{TARGETS}/{former}")).json()
    assert (ended["revision"], ended["valid"]) == (1, {"from": None, "until": "2018-06-01"})
    shown = [(await judged(client, day))["target"] for day in ("2018-05-31", "2018-06-01")]
    assert shown == [
        {"direction": "below", "value": "0.004", "due_on": "2020-12-31"},
        {"direction": "below", "value": "0.0035", "due_on": "2020-12-31", "revision": 2},
    ]
    every = (await client.get(TARGETS, params={"indicator": "special_rate", "count": "true"})).json()
    assert (every["total"], len(every["items"])) == (2, 2)
    (programme,) = [p for p in (await client.get("/v1/programmes")).json()["items"] if p["level"] == "province"]
    assert [t["value"] for t in programme["targets"] if t["indicator"] == "special_rate"] == ["0.004", "0.0035"]


async def test_each_day_of_a_series_is_held_to_its_own_target(special: httpx.AsyncClient) -> None:
    eased = target(value="0.5", direction="at_most", supersedes=await first(special))
    assert (await special.post(TARGETS, json=eased)).status_code == 201
    path = "/v1/indicators/special_rate/series?from=2018-05-01&until=2018-07-01&area=12145"
    items = (await special.get(path)).json()["items"]
    assert [(i["on"], i["status"], i["gap"]) for i in items] == [
        ("2018-05-31", "behind", 2),
        ("2018-06-30", "attained", 0),
    ]


async def test_a_figure_asked_again_after_a_revision_is_not_unchanged(client: httpx.AsyncClient) -> None:
    path = "/v1/indicators/special_rate/attainment?on=2018-07-01"
    tag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    await client.post(TARGETS, json=target(supersedes=await first(client)))
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_an_area_with_a_target_of_its_own_is_held_to_that(special: httpx.AsyncClient) -> None:
    own = target(area=PHU_UNG, direction="at_most", unit="count", value="1", **{"from": "2018-01-01"})
    made = (await special.post(TARGETS, json=own)).json()
    assert made["area"] == {"code": PHU_UNG, "name": "Phù Ủng", "kind": "commune"}
    shown = {"direction": "at_most", "value": "1", "due_on": "2020-12-31", "unit": "count", "own": True}
    alone = await judged(special, "2018-06-30", area=PHU_UNG)
    assert (alone["target"], alone["status"], alone["gap"]) == (shown, "behind", 1)
    whole = await judged(special, "2018-06-30", by="commune")
    rows = {row["area"]["code"]: row for row in whole["by"]}
    assert (rows[PHU_UNG]["target"], rows[PHU_UNG]["gap"]) == (shown, 1)
    assert (rows[LAM_SON]["gap"], "target" in rows[LAM_SON]) == (0, False)
    assert whole["target"] == {"direction": "below", "value": "0.004", "due_on": "2020-12-31"}
    earlier = await judged(special, "2017-12-31", area=PHU_UNG)
    assert (earlier["target"]["value"], earlier["gap"]) == ("0.004", 2)
    found = (await special.get(TARGETS, params={"area": PHU_UNG})).json()["items"]
    assert found == [made]


WRONG = [
    (target(), 409, "target_no_overlap", []),  # the first is there, and not superseded
    (target(indicator="nothing"), 422, "indicator_unknown", ["/indicator"]),
    (target(area="00"), 422, "area_not_on_map", ["/area"]),
    (target(supersedes="01434b35-0000-7000-8000-00000000000a"), 422, "target_unknown", ["/supersedes"]),
    (target(value="0"), 422, "target_value", ["/value"]),
    (target(value="-0.1"), 422, "target_value", ["/value"]),
    (target(value="1.5", unit="count"), 422, "target_value", ["/value"]),
    (target(value="-1", unit="yearly_change", direction="at_most"), 422, "target_value", ["/value"]),
    (target(value="0,35"), 422, "invalid", ["/value"]),
    (target(value=0.35), 422, "invalid", ["/value"]),
    (target(indicator="model_communes", unit="ratio"), 422, "target_unit_of_a_count", ["/unit"]),
    (target(decided_on="2021-01-01"), 422, "date_in_future", ["/decided_on"]),
    (target(legal_basis=None), 422, "invalid", ["/legal_basis"]),
    (target(direction="above"), 422, "invalid", ["/direction"]),
]


@pytest.mark.parametrize(("body", "status", "code", "pointers"), WRONG)
async def test_what_is_no_target_is_refused_with_its_own_code(
    client: httpx.AsyncClient, body: dict[str, Any], status: int, code: str, pointers: list[str]
) -> None:
    before = (await client.get(TARGETS)).json()
    assert refusal(await client.post(TARGETS, json=body)) == (status, code, pointers)
    assert (await client.get(TARGETS)).json() == before


async def test_a_target_is_superseded_once_and_by_its_own_kind(client: httpx.AsyncClient) -> None:
    former = await first(client)
    other = target(indicator="at_risk_rate", supersedes=former)
    assert refusal(await client.post(TARGETS, json=other))[1] == "target_of_another_indicator"
    endless = target(supersedes=former) | {"from": None}
    assert refusal(await client.post(TARGETS, json=endless))[1] == "target_superseded"
    made = (await client.post(TARGETS, json=target(supersedes=former))).json()
    assert refusal(await client.post(TARGETS, json=target(supersedes=former)))[:2] == (409, "target_superseded")
    same_day = target(supersedes=made["id"])
    assert refusal(await client.post(TARGETS, json=same_day))[:2] == (409, "target_superseded")
    assert refusal(await client.get(f"{TARGETS}/01434b35-0000-7000-8000-00000000000a"))[:2] == (404, "target_unknown")
    elsewhere = await client.get(f"/v1/programmes/national-2011-2015/targets/{former}")
    assert refusal(elsewhere)[:2] == (404, "target_unknown")


async def test_before_its_first_target_an_indicator_is_not_in_the_programme(client: httpx.AsyncClient) -> None:
    new = target(indicator="injury_rate", unit="per_100000", value="500", direction="at_most")
    assert (await client.post(TARGETS, json=new)).status_code == 201
    path = "/v1/indicators/injury_rate/attainment?on="
    assert refusal(await client.get(f"{path}2018-05-31")) == (422, "target_not_yet", ["/on"])
    assert (await client.get(f"{path}2018-06-01")).json()["status"] == "not_measurable"


@pytest.mark.parametrize(
    ("code", "on", "promised"),
    [
        (
            "national-2011-2015",
            "2015-06-30",
            {("special_rate", "below", "0.055"), ("special_assisted_rate", "at_least", "0.8")},
        ),
        (
            "national-2016-2020",
            "2018-06-30",
            {("special_rate", "at_most", "0.05"), ("special_assisted_rate", "at_least", "0.9")},
        ),
    ],
)
async def test_programmes_of_the_nation_are_measured_on_the_part_that_the_register_covers(
    special: httpx.AsyncClient, code: str, on: str, promised: set[tuple[str, str, str]]
) -> None:
    board = (await special.get(f"/v1/programmes/{code}/scoreboard?on={on}")).json()
    assert {(i["indicator"], i["target"]["direction"], i["target"]["value"]) for i in board["items"]} == promised
    assert board["items"][0]["denominator"] == 5
    described = (await special.get(f"/v1/programmes/{code}", headers={"Accept-Language": "en"})).json()
    assert described["level"] == "national"
    assert "only the part that this register covers" in described["definition"]
    assert all(t["legal_basis"] and t["decided_on"] for t in described["targets"])


async def test_without_a_name_the_provinces_programme_is_meant(client: httpx.AsyncClient) -> None:
    for day in ("2012-06-30", "2018-06-30", "2024-06-30"):
        assert (await judged(client, day))["programme"] == "hung-yen-2016-2020"


async def test_what_the_register_cannot_measure_is_told_so_and_never_zero(special: httpx.AsyncClient) -> None:
    asked = {"programme": "national-2021-2030", "on": "2022-06-30"}
    unknown = {"numerator": None, "denominator": None, "value": None, "status": "not_measurable", "gap": None}
    for indicator in ("injury_rate", "child_labour_rate", "child_marriages"):
        path = f"/v1/indicators/{indicator}"
        answer = (await special.get(f"{path}/attainment", params=asked | {"by": "district"})).json()
        assert {name: answer[name] for name in unknown} == unknown
        assert all({name: row[name] for name in unknown} == unknown for row in answer["by"])
        series = {"programme": "national-2021-2030", "from": "2021-01-01", "until": "2022-01-01", "every": "year"}
        (item,) = (await special.get(f"{path}/series", params=series)).json()["items"]
        assert item == {"on": "2021-12-31", "exact": True, "apportioned": 0, "reasons": []} | unknown
        assert refusal(await special.get(f"{path}/records", params=asked))[:2] == (422, "indicator_not_measured")
        parts = await special.get(f"{path}/attainment", params=asked | {"sex": "male"})
        assert refusal(parts)[:2] == (422, "filter_not_applicable")
    board = (await special.get("/v1/programmes/national-2021-2030/scoreboard?on=2022-06-30")).json()
    assert [i["target"]["value"] for i in board["items"]][:2] == ["0.065", "0.9"]
    assert sum(i["status"] == "not_measurable" and i["numerator"] is None for i in board["items"]) == 7
