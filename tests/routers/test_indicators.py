"""Programmes, indicators and their figures over HTTP."""

import httpx
import pytest

from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, opened, refusal, registered

PROGRAMME = "hung-yen-2016-2020"
DAY = "2018-06-30"


@pytest.fixture
async def province(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Three special children in Phù Ủng, of whom one is assisted; one at risk in Lam Sơn; one site completed."""
    for n in range(3):
        address = await registered(client, full_name=f"Trẻ Số {n}", date_of_birth="2010-01-01")
        begins = f"2017-0{7 + n}-01"
        await client.post(f"{address}/circumstances", json={"category": "d.2", "from": begins})
        if n == 1:
            case = await opened(client, address)
            await client.post(f"{case}/interventions", json={"measure": "support.1", "started_on": "2018-03-01"})
        if n == 2:
            await opened(client, address)
    at_risk = await registered(client, commune=LAM_SON, date_of_birth="2016-02-29")
    await client.post(f"{at_risk}/circumstances", json={"category": "poor_household", "from": "2016-03-01"})
    await registered(client, commune=LAM_SON)
    site = (await client.post("/v1/sites", json={"commune": BAC_SON})).headers["location"]
    await client.post(f"{site}/stages", json={"stage": "completed", "from": "2018-01-01"})
    return client


async def test_the_scoreboard_shows_every_indicator(province: httpx.AsyncClient) -> None:
    answer = (await province.get(f"/v1/programmes/{PROGRAMME}/scoreboard?on={DAY}")).json()
    assert (answer["on"], answer["map"], answer["known"]) == (DAY, DAY, "2020-12-31")
    assert answer["area"] == {"code": "33", "name": "Hưng Yên", "kind": "province"}
    shown = {
        i["indicator"]: (i["numerator"], i["denominator"], i["value"], i["status"], i["gap"]) for i in answer["items"]
    }
    assert shown == {
        "special_rate": (3, 5, "0.600000", "behind", 3),
        "at_risk_rate": (1, 5, "0.200000", "behind", 1),
        "special_assisted_rate": (1, 3, "0.333333", "behind", 2),
        "at_risk_assisted_rate": (0, 1, "0.000000", "behind", 1),
        "model_communes": (1, None, "1", "behind", 29),
    }
    assert "by" not in answer["items"][0]


async def test_attainment_names_every_area_and_its_rows_add_up(province: httpx.AsyncClient) -> None:
    answer = (await province.get(f"/v1/indicators/special_rate/attainment?on={DAY}&by=commune")).json()
    rows = answer["by"]
    assert len(rows) == 161
    assert [row["area"]["code"] for row in rows] == sorted(row["area"]["code"] for row in rows)
    assert (sum(r["numerator"] for r in rows), sum(r["denominator"] for r in rows)) == (3, 5)
    by_code = {row["area"]["code"]: row for row in rows}
    assert (by_code[PHU_UNG]["value"], by_code[PHU_UNG]["gap"]) == ("1.000000", 3)
    empty = by_code[BAC_SON]
    assert (empty["denominator"], empty["value"], empty["status"], empty["gap"]) == (0, None, "not_measurable", None)
    assert (answer["exact"], answer["counting_rule"]) == (True, f"{PROGRAMME}/1")
    assert answer["target"] == {"direction": "below", "value": "0.004", "due_on": "2020-12-31"}


async def test_rows_of_a_count_are_not_judged(province: httpx.AsyncClient) -> None:
    answer = (await province.get(f"/v1/indicators/model_communes/attainment?on={DAY}&by=commune&area=329")).json()
    (counted,) = [row for row in answer["by"] if row["numerator"]]
    assert counted["area"]["code"] == BAC_SON
    assert (counted["numerator"], counted["denominator"], counted["status"], counted["gap"]) == (1, None, None, None)
    assert (answer["numerator"], answer["denominator"], answer["unit"]) == (1, None, "count")


@pytest.mark.parametrize(
    ("by", "area", "rows"), [("district", "33", 10), ("province", "33", 1), ("commune", PHU_UNG, 1)]
)
async def test_an_area_is_split_by_its_own_or_a_lower_level(
    province: httpx.AsyncClient, by: str, area: str, rows: int
) -> None:
    answer = await province.get(f"/v1/indicators/special_rate/attainment?on={DAY}&by={by}&area={area}")
    assert len(answer.json()["by"]) == rows


async def test_a_series_has_the_last_day_of_each_month(province: httpx.AsyncClient) -> None:
    path = "/v1/indicators/special_assisted_rate/series?from=2018-01-01&until=2018-06-30"
    items = (await province.get(path)).json()["items"]
    assert [(i["on"], i["numerator"], i["denominator"]) for i in items] == [
        ("2018-01-31", 0, 3),
        ("2018-02-28", 0, 3),
        ("2018-03-31", 1, 3),
        ("2018-04-30", 1, 3),
        ("2018-05-31", 1, 3),
    ]
    assert (await province.get(path.replace("06-30", "01-15"))).json()["items"] == []  # no month closes
    whole = (await province.get("/v1/indicators/special_rate/series?every=year")).json()["items"]
    assert [i["on"] for i in whole] == [f"{year}-12-31" for year in range(2016, 2021)]
    for item in items:
        path = f"/v1/indicators/special_assisted_rate/attainment?on={item['on']}"
        one = (await province.get(path)).json()
        assert {key: one[key] for key in item} == item


async def test_records_are_the_children_of_a_number(province: httpx.AsyncClient) -> None:
    async def names(query: str, indicator: str = "special_assisted_rate") -> list[str]:
        answer = await province.get(f"/v1/indicators/{indicator}/records?on={DAY}&{query}")
        assert answer.status_code == 200, answer.text
        return [item["full_name"] for item in answer.json()["items"]]

    assert await names("side=numerator") == ["Trẻ Số 1"]
    assert await names("side=denominator") == ["Trẻ Số 0", "Trẻ Số 1", "Trẻ Số 2"]
    assert await names("side=gap") == ["Trẻ Số 2", "Trẻ Số 0"]  # the one with an open case comes first
    assert await names("side=gap", "special_rate") == ["Trẻ Số 1", "Trẻ Số 2", "Trẻ Số 0"]
    assert await names(f"side=denominator&area={LAM_SON}") == []
    gap = (await province.get(f"/v1/indicators/special_assisted_rate/records?on={DAY}&side=gap")).json()
    assert (gap["total"], gap["needed"]) == (2, 2)


async def test_pages_of_records_go_on_where_they_ended(province: httpx.AsyncClient) -> None:
    for indicator, side, number in [
        ("special_rate", "denominator", 5),
        ("special_assisted_rate", "gap", 2),
        ("model_communes", "numerator", 1),
        ("model_communes", "gap", 160),
    ]:
        seen: list[str] = []
        cursor = None
        while True:
            asked = {"on": DAY, "side": side, "limit": 100 if number > 100 else 1} | (
                {"cursor": cursor} if cursor else {}
            )
            answer = (await province.get(f"/v1/indicators/{indicator}/records", params=asked)).json()
            seen += [item.get("child_id") or item["commune"]["code"] for item in answer["items"]]
            cursor = answer["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == number


async def test_the_gap_of_a_count_is_communes_the_furthest_first(province: httpx.AsyncClient) -> None:
    site = (await province.post("/v1/sites", json={"commune": PHU_UNG})).headers["location"]
    await province.post(f"{site}/stages", json={"stage": "started", "from": "2018-01-01"})
    answer = (await province.get(f"/v1/indicators/model_communes/records?on={DAY}&side=gap&limit=2")).json()
    assert [(i["commune"]["code"], i["stage"]) for i in answer["items"]] == [(PHU_UNG, "started"), ("11950", None)]
    assert (answer["total"], answer["needed"]) == (160, 29)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"indicators/special_rate/attainment?on={DAY}&map=2013-08-05", (422, "map_before_first", ["/map"])),
        (
            f"indicators/special_rate/attainment?on={DAY}&compare_map=2013-08-05",
            (422, "map_before_first", ["/compare_map"]),
        ),
        (f"indicators/special_rate/attainment?on={DAY}&map=2025-07-01&area=12145", (422, "area_not_on_map", ["/area"])),
        (f"indicators/special_rate/attainment?on={DAY}&map=2025-07-01&by=district", (422, "level_not_on_map", ["/by"])),
        (f"indicators/special_rate/series?known={DAY}", (422, "known_before_first_posting", ["/known"])),
        (f"indicators/special_rate/attainment?on={DAY}&known=2021-01-01", (422, "known_in_future", ["/known"])),
        ("indicators/special_rate/series?from=2018-01-01&until=2018-01-01", (422, "period_empty", ["/until"])),
        (f"indicators/special_rate/attainment?on={DAY}&area=12160&by=district", (422, "by_above_area", ["/by"])),
        (f"indicators/special_rate/attainment?on={DAY}&area=00", (422, "area_not_on_map", ["/area"])),
        (
            f"indicators/special_rate/attainment?on={DAY}&category=poor_household",
            (422, "category_of_other_kind", ["/category"]),
        ),
        (f"indicators/special_rate/attainment?on={DAY}&category=zz", (422, "category_unknown", ["/category"])),
        (f"indicators/special_rate/attainment?on={DAY}&age_band=0-99", (422, "age_band_unknown", ["/age_band"])),
        (f"indicators/model_communes/attainment?on={DAY}&sex=male", (422, "filter_not_applicable", [])),
        (f"indicators/model_communes/records?on={DAY}&side=denominator", (422, "side_not_applicable", ["/side"])),
        (f"indicators/special_rate/attainment?on={DAY}&by=village", (422, "invalid", ["/by"])),
        ("indicators/special_rate/attainment?on=2018-6-30", (422, "invalid", ["/on"])),
        (f"indicators/nothing/attainment?on={DAY}", (404, "indicator_unknown", [])),
        (f"programmes/nothing/scoreboard?on={DAY}", (404, "programme_unknown", [])),
        ("programmes/nothing", (404, "programme_unknown", [])),
        ("indicators/nothing", (404, "indicator_unknown", [])),
    ],
)
async def test_a_question_without_an_answer_gets_the_reason(
    client: httpx.AsyncClient, path: str, expected: tuple[int, str, list[str]]
) -> None:
    assert refusal(await client.get(f"/v1/{path}")) == expected


async def test_days_beyond_the_last_page_are_counted_from_the_spells(province: httpx.AsyncClient) -> None:
    path = "/v1/indicators/special_rate/attainment?on=2023-12-31"
    answer = (await province.get(path)).json()
    assert (answer["numerator"], answer["denominator"]) == (3, 5)
    older = (await province.get(f"{path}&age_band=11-15&sex=female&category=d")).json()
    assert (older["numerator"], older["denominator"]) == (3, 4)


async def test_the_programme_and_its_indicators_are_described(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/programmes", headers={"Accept-Language": "en"})).json()["items"]
    (programme,) = [item for item in listed if item["level"] == "province"]
    assert programme == (await client.get(f"/v1/programmes/{PROGRAMME}", headers={"Accept-Language": "en"})).json()
    assert [(t["indicator"], t["direction"], t["value"]) for t in programme["targets"]] == [
        ("special_rate", "below", "0.004"),
        ("at_risk_rate", "below", "0.03"),
        ("special_assisted_rate", "at_least", "0.9"),
        ("at_risk_assisted_rate", "at_least", "0.75"),
        ("model_communes", "at_least", "30"),
    ]
    indicators = (await client.get("/v1/indicators")).json()["items"]
    measured = [i["code"] for i in indicators if i["numerator"]]
    assert measured == [*(t["indicator"] for t in programme["targets"]), "deadlines_kept_rate"]
    assert (await client.get("/v1/indicators/special_rate")).json() == indicators[0]
