"""Official figures, and rates of the children that they tell of."""

from typing import Any

import asyncpg
import httpx
import pytest

from tests.routers.api import LAM_SON, PHU_UNG, refusal, registered

DAY = "2018-06-30"
OFFICIAL = "UPDATE programme SET denominator_source = 'official' WHERE code = 'hung-yen-2016-2020'"
UNKNOWN = {"value": None, "on": None, "source": None, "difference": None}


def figure(**fields: Any) -> dict[str, Any]:
    """An official figure to enter; the test names only what matters."""
    usual = {
        "area": "33",
        "on": "2016-07-01",
        "population": 1_000_000,
        "children_under_16": 1000,
        "source": "Niên giám",
    }
    return usual | fields


async def special_rate(client: httpx.AsyncClient, on: str = DAY, **asked: str) -> dict[str, Any]:
    answer = await client.get("/v1/indicators/special_rate/attainment", params={"on": on} | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def special(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Three children in the register, of whom one of Phù Ủng is special."""
    address = await registered(client)
    await client.post(f"{address}/circumstances", json={"category": "d.2", "from": "2017-07-01"})
    await registered(client, full_name="Trẻ Số 1")
    await registered(client, commune=LAM_SON)
    return client


@pytest.fixture
async def over_official(special: httpx.AsyncClient, empty_database: str) -> httpx.AsyncClient:
    """The same, where the programme divides by official figures."""
    connection = await asyncpg.connect(empty_database)
    await connection.execute(OFFICIAL)
    await connection.close()
    return special


async def test_published_figures_ship_with_where_they_were_published(client: httpx.AsyncClient) -> None:
    page = (await client.get("/v1/populations?area=33&count=true")).json()
    assert [(f["on"], f["population"], f["children_under_16"]) for f in page["items"]] == [
        ("2015-07-01", 1164368, None),
        ("2019-07-01", 1255839, None),
        ("2020-07-01", 1269090, None),
    ]
    assert page["total"] == 3
    assert all("hungyen" in f["source"] or "Niên giám" in f["source"] for f in page["items"])
    assert len((await client.get("/v1/populations?area=33&on=2019-06-30")).json()["items"]) == 1
    first = (await client.get("/v1/populations?limit=39")).json()
    last = (await client.get("/v1/populations", params={"limit": 39, "cursor": first["next"]})).json()
    assert (len(first["items"]), len(last["items"]), last["next"]) == (39, 1, None)


async def test_a_figure_is_entered_with_its_source(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/populations", json=figure(area="12145", population=9000))
    assert answer.status_code == 201, answer.text
    made = (await client.get(answer.headers["location"])).json()
    assert made == answer.json()
    assert made["area"] == {"code": "12145", "name": "Phù Ủng", "kind": "commune"}
    assert refusal(await client.post("/v1/populations", json=figure(area="12145", population=9100)))[:2] == (
        *(409, "population_taken"),
    )
    unknown = await client.get("/v1/populations/01434b35-0000-7000-8000-00000000000a")
    assert refusal(unknown)[:2] == (404, "population_unknown")


@pytest.mark.parametrize(
    ("fields", "code", "pointers"),
    [
        ({"source": ""}, "invalid", ["/source"]),
        ({"population": 0}, "invalid", ["/population"]),
        ({"population": "9000"}, "invalid", ["/population"]),
        ({"population": 10**10}, "invalid", ["/population"]),
        ({"children_under_16": 1_000_001}, "children_of_population", ["/children_under_16"]),
        ({"on": "2021-01-01"}, "date_in_future", ["/on"]),
        ({"area": "00"}, "area_not_on_map", ["/area"]),
    ],
)
async def test_what_is_no_figure_is_refused(
    client: httpx.AsyncClient, fields: dict[str, Any], code: str, pointers: list[str]
) -> None:
    assert refusal(await client.post("/v1/populations", json=figure(**fields))) == (422, code, pointers)


async def test_every_rate_says_of_which_children_it_is(special: httpx.AsyncClient) -> None:
    board = (await special.get(f"/v1/programmes/hung-yen-2016-2020/scoreboard?on={DAY}")).json()["items"]
    assert [i["denominator_source"] for i in board] == ["register", "register", None, None, None]
    assert "official" not in await special_rate(special)


async def test_both_denominators_and_their_difference_are_told_on_request(special: httpx.AsyncClient) -> None:
    assert (await special_rate(special, denominators="both"))["official"] == UNKNOWN  # no children were published
    for on, children in (("2016-07-01", 1000), ("2018-06-30", 5), ("2018-07-01", 7)):
        await special.post("/v1/populations", json=figure(on=on, children_under_16=children))
    await special.post("/v1/populations", json=figure(on="2018-06-30", children_under_16=None, source="Báo"))
    answer = await special_rate(special, denominators="both")
    assert (answer["denominator"], answer["denominator_source"]) == (3, "register")
    assert answer["official"] == {"value": 5, "on": "2018-06-30", "source": "Niên giám", "difference": 2}
    earlier = await special_rate(special, "2018-06-29", denominators="both")
    assert earlier["official"]["value"] == 1000
    part = await special_rate(special, denominators="both", sex="female")
    assert part["official"] == UNKNOWN  # nothing is published of girls alone
    await special.post("/v1/populations", json=figure(area=PHU_UNG, on="2017-01-01", children_under_16=4))
    rows = (await special_rate(special, denominators="both", by="commune"))["by"]
    official = {row["area"]["code"]: row["official"] for row in rows}
    assert (official[PHU_UNG]["value"], official[PHU_UNG]["difference"], official[LAM_SON]) == (4, 2, UNKNOWN)
    other = await special.get(f"/v1/indicators/special_assisted_rate/attainment?on={DAY}&denominators=both")
    assert refusal(other) == (422, "filter_not_applicable", ["/denominators"])


async def test_of_two_figures_for_one_day_the_later_counts(special: httpx.AsyncClient) -> None:
    for children, source in ((1000, "Sơ bộ"), (1100, "Chính thức")):
        await special.post("/v1/populations", json=figure(children_under_16=children, source=source))
    assert (await special_rate(special, denominators="both"))["official"]["value"] == 1100


async def test_what_was_not_published_is_not_measurable_and_never_estimated(over_official: httpx.AsyncClient) -> None:
    answer = await special_rate(over_official, by="commune")
    figures = ("numerator", "denominator", "value", "status", "gap")
    assert [answer[name] for name in figures] == [1, None, None, "not_measurable", None]
    assert answer["denominator_source"] == "official"
    assert all(row["denominator"] is None and row["status"] == "not_measurable" for row in answer["by"])
    records = await over_official.get(f"/v1/indicators/special_rate/records?on={DAY}&side=gap")
    assert records.json()["needed"] is None


async def test_a_programme_can_divide_by_official_figures(over_official: httpx.AsyncClient) -> None:
    await over_official.post("/v1/populations", json=figure(on="2018-01-01", children_under_16=200))
    await over_official.post("/v1/populations", json=figure(area=PHU_UNG, on="2018-01-01", children_under_16=300))
    answer = await special_rate(over_official, by="commune")
    shown = {
        row["area"]["code"]: (row["numerator"], row["denominator"], row["status"]) for row in [answer, *answer["by"]]
    }
    assert (shown["33"], shown[PHU_UNG]) == ((1, 200, "behind"), (1, 300, "attained"))
    assert shown[LAM_SON] == (0, None, "not_measurable")
    assert (answer["value"], answer["gap"]) == ("0.005000", 1)
    series = "/v1/indicators/special_rate/series?from=2017-12-01&until=2018-02-01"
    items = (await over_official.get(series)).json()["items"]
    assert [(i["on"], i["denominator"]) for i in items] == [("2017-12-31", None), ("2018-01-31", 200)]
    board = (await over_official.get(f"/v1/programmes/hung-yen-2016-2020/scoreboard?on={DAY}")).json()["items"]
    assert [i["denominator"] for i in board][:3] == [200, 200, 1]
    part = await special_rate(over_official, sex="female")
    assert (part["numerator"], part["denominator"]) == (1, None)
