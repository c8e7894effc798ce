"""The story that the figures tell, as a client of the service reads it, at a size that tests can afford."""

from datetime import date

import asyncpg
import httpx
import pytest

from service.demonstration import fill

PROGRAMME = "hung-yen-2016-2020"
YEAR_ENDS = [date(year, 12, 31) for year in range(2015, 2021)]
HALF_WAY, THE_END = date(2018, 6, 30), date(2020, 12, 31)


async def fill_with(database: str, children: int) -> None:
    connection = await asyncpg.connect(database)
    await fill(connection, children, 1, lambda *_: None)
    await connection.close()


async def scoreboard(client: httpx.AsyncClient, on: date) -> dict[str, tuple[str, float]]:
    """Status and value of each indicator."""
    answer = await client.get(f"/v1/programmes/{PROGRAMME}/scoreboard", params={"on": str(on)})
    assert answer.status_code == 200, answer.text
    return {item["indicator"]: (item["status"], float(item["value"])) for item in answer.json()["items"]}


async def test_four_of_the_five_promises_are_kept(empty_database: str, client: httpx.AsyncClient) -> None:
    await fill_with(empty_database, 20_000)
    years = [await scoreboard(client, day) for day in YEAR_ENDS]
    course = {code: [year[code][1] for year in years] for code in years[0]}

    assert {code: status for code, (status, _) in (await scoreboard(client, HALF_WAY)).items()} == {
        "special_rate": "on_track",
        "at_risk_rate": "on_track",
        "special_assisted_rate": "behind",
        "at_risk_assisted_rate": "on_track",
        "model_communes": "behind",
    }
    assert {code: status for code, (status, _) in (await scoreboard(client, THE_END)).items()} == {
        "special_rate": "attained",
        "at_risk_rate": "attained",
        "special_assisted_rate": "behind",
        "at_risk_assisted_rate": "attained",
        "model_communes": "attained",
    }
    assert years[-2]["at_risk_rate"][0] == "attained"  # a year before it was due

    for code, values in course.items():
        assert values == sorted(values, reverse=code in ("special_rate", "at_risk_rate"))
    for code, first, last in (
        ("special_rate", 0.0062, 0.0039),
        ("at_risk_rate", 0.039, 0.027),
        ("special_assisted_rate", 0.45, 0.86),
        ("at_risk_assisted_rate", 0.40, 0.77),
    ):
        assert (course[code][0], course[code][-1]) == pytest.approx((first, last), rel=0.03)
    assert course["model_communes"][0] <= 5
    assert course["model_communes"][-1] == 31


async def test_communes_differ_and_phu_ung_has_children_of_both_kinds(
    empty_database: str, client: httpx.AsyncClient
) -> None:
    await fill_with(empty_database, 2000)
    for code in ("special_assisted_rate", "at_risk_assisted_rate"):
        asked = {"programme": PROGRAMME, "on": str(HALF_WAY), "by": "commune"}
        answer = await client.get(f"/v1/indicators/{code}/attainment", params=asked)
        communes = {row["area"]["code"]: row for row in answer.json()["by"]}
        assert len(communes) == 161
        assert communes["12145"]["denominator"] >= 2
        assert {row["status"] for row in communes.values()} >= {"attained", "behind", "not_measurable"}
