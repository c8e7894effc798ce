"""A figure explained: what it means, what it stands on, why it has its status, and who was left out."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.explained import COUNTS, LEFT_OUT, SOURCES, WHY
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, opened, refusal, registered
from tests.routers.test_small_numbers import known_since
from tests.signed_in import PROVINCE, made

DAY = "2018-06-30"
ENGLISH = {"Accept-Language": "en"}


async def explained(client: httpx.AsyncClient, indicator: str, on: str = DAY, **more: Any) -> dict[str, Any]:
    headers = ENGLISH | more.pop("headers", {})
    answer = await client.get(f"/v1/indicators/{indicator}/explain", params={"on": on} | more, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def left_out(answer: dict[str, Any]) -> dict[str, int | None]:
    return {item["reason"]: item["count"] for item in answer["left_out"]}


async def circumstance(client: httpx.AsyncClient, child: str, category: str, since: str = "2017-07-01") -> str:
    answer = await client.post(f"{child}/circumstances", json={"category": category, "from": since})
    assert answer.status_code == 201, answer.text
    return answer.headers.get("location", "")


@pytest.fixture
async def province(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Whoever can be left out, once for each reason."""
    helped = await registered(client)
    await circumstance(client, helped, "d")
    case = await opened(client, helped)
    await client.post(f"{case}/interventions", json={"measure": "support.1", "started_on": "2018-06-30"})
    begun_late = await registered(client)
    await circumstance(client, begun_late, "d")
    case = await opened(client, begun_late)
    await client.post(f"{case}/interventions", json={"measure": "support.1", "started_on": "2018-07-01"})
    closed = await registered(client)
    await circumstance(client, closed, "d")
    case = await opened(client, closed)
    await client.post(f"{case}/close", json={"closed_on": "2018-06-30", "outcome": "child_safe"})
    both = await registered(client, commune=LAM_SON)
    await circumstance(client, both, "d")
    await circumstance(client, both, "poor_household")
    at_risk = await registered(client, commune=LAM_SON)
    await circumstance(client, at_risk, "poor_household")
    grown = await registered(client, date_of_birth="2002-06-30")
    await circumstance(client, grown, "d")
    nearly = await registered(client, date_of_birth="2002-07-01")
    await circumstance(client, nearly, "d")
    gone = await registered(client)
    await circumstance(client, gone, "d")
    (residence,) = (await client.get(gone)).json()["residences"]
    answer = await client.patch(
        f"{gone}/residences/{residence['id']}",
        json={"until": DAY, "reason": "left"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    return client


async def test_who_is_left_out_is_told_with_the_reason_and_the_number(province: httpx.AsyncClient) -> None:
    rate = await explained(province, "special_rate")
    assert (rate["numerator"], rate["denominator"]) == (5, 6)
    assert left_out(rate) == {
        "of_sixteen_or_older": 1,
        "circumstance_of_sixteen_or_older": 1,
        "circumstance_without_residence": 1,
        "withdrawn_or_corrected": 0,
        "communes_not_covered": 0,
    }
    day_before = left_out(await explained(province, "special_rate", on="2018-06-29"))
    assert (day_before["of_sixteen_or_older"], day_before["circumstance_without_residence"]) == (0, 0)
    day_after = left_out(await explained(province, "special_rate", on="2018-07-01"))
    assert (day_after["of_sixteen_or_older"], day_after["circumstance_of_sixteen_or_older"]) == (2, 2)
    assert left_out(await explained(province, "at_risk_rate"))["special_takes_precedence"] == 1


async def test_who_counted_at_an_earlier_close_and_no_longer_does_is_told(
    province: httpx.AsyncClient, empty_database: str
) -> None:
    connection = await asyncpg.connect(empty_database)
    await known_since(connection, date(2018, 7, 1))
    await connection.close()
    same_day = await registered(province)
    await circumstance(province, same_day, "d")
    first = (await province.get(f"/v1/indicators/special_rate/records?on={DAY}")).json()["items"][0]["child_id"]
    for child in (same_day, f"/v1/children/{first}"):
        assert (await province.delete(child, headers={"If-Match": "*"})).status_code == 204
    assert left_out(await explained(province, "special_rate"))["withdrawn_or_corrected"] == 1
    then = await explained(province, "special_rate", known="2020-12-30")
    assert left_out(then)["withdrawn_or_corrected"] == 0


async def test_of_the_denominator_those_without_help_are_told(province: httpx.AsyncClient) -> None:
    rate = await explained(province, "special_assisted_rate")
    told = left_out(rate)
    assert (rate["numerator"], rate["denominator"]) == (1, 5)
    assert (told["case_without_intervention"], told["without_open_case"]) == (1, 3)
    assert rate["numerator"] + told["case_without_intervention"] + told["without_open_case"] == rate["denominator"]
    own = left_out(await explained(province, "special_assisted_rate", area=LAM_SON))
    assert (own["case_without_intervention"], own["without_open_case"], own["withdrawn_or_corrected"]) == (0, 1, 0)


async def test_a_figure_is_explained_in_both_languages(province: httpx.AsyncClient) -> None:
    english = await explained(province, "special_assisted_rate")
    vietnamese = await explained(province, "special_assisted_rate", headers={"Accept-Language": "vi"})
    for name in ("name", "definition"):
        assert english[name] != vietnamese[name]
    assert english["rule"]["code"] == vietnamese["rule"]["code"] == "hung-yen-2016-2020/1"
    assert english["rule"]["counts"] == [COUNTS["special"]["en"], COUNTS["assisted"]["en"]]
    assert [source["records"] for source in english["sources"]] == ["residences", "circumstances", "cases"]
    assert any("102/2016/QH13" in law for law in english["sources"][1]["legal_basis"])
    assert english["postings"] == {"first": "2020-12-31", "last": "2020-12-31"}
    assert [item["count"] for item in english["left_out"]] == [item["count"] for item in vietnamese["left_out"]]
    assert english["why"]["steps"] == [
        "On 2018-06-30: 0.200000 (1 / 5).",
        "The target, due on 2020-12-31: at least 0.9.",
        "A year before nothing could be measured, so there is no trend to go by.",
        "Still missing: 4.",
    ]
    later = await explained(province, "special_assisted_rate", on="2019-06-30")
    assert later["why"]["a_year_before"] == {"on": DAY, "numerator": 1, "denominator": 5, "value": "0.200000"}
    assert (later["why"]["days_left"], later["why"]["expected"]) == (550, "0.952055")
    assert later["why"]["steps"][2:] == [
        "A year before, on 2018-06-30: 0.200000 (1 / 5).",
        "If the change of that year goes on for the 550 days left, on 2020-12-31: 0.952055.",
        "That would meet the target: on track.",
        "Still missing: 2.",
    ]


async def test_the_figure_is_that_of_attainment(province: httpx.AsyncClient) -> None:
    for indicator in (
        "special_rate",
        "at_risk_rate",
        "special_assisted_rate",
        "at_risk_assisted_rate",
        "model_communes",
    ):
        one = (await province.get(f"/v1/indicators/{indicator}/attainment?on={DAY}")).json()
        answer = await explained(province, indicator)
        assert {name: answer[name] for name in one} == one
        assert answer["why"]["status"] == one["status"]


async def test_a_count_of_communes_is_explained_by_its_sites(client: httpx.AsyncClient) -> None:
    for commune, stage in ((PHU_UNG, "completed"), (LAM_SON, "started"), (BAC_SON, "stopped")):
        site = (await client.post("/v1/sites", json={"commune": commune})).headers["location"]
        await client.post(f"{site}/stages", json={"stage": stage, "from": "2018-06-30"})
    answer = await explained(client, "model_communes")
    assert left_out(answer) == {"site_in_another_stage": 2, "withdrawn_or_corrected": 0, "communes_not_covered": 0}
    assert answer["sources"][0]["records"] == "sites"
    assert left_out(await explained(client, "model_communes", on="2018-06-29"))["site_in_another_stage"] == 0


async def test_what_was_known_then_tells_no_numbers_of_todays_records(
    province: httpx.AsyncClient, empty_database: str
) -> None:
    connection = await asyncpg.connect(empty_database)
    await known_since(connection, date(2018, 7, 1))
    await connection.close()
    answer = await explained(province, "special_rate", known="2018-07-02")
    assert left_out(answer)["communes_not_covered"] == 0
    assert left_out(answer)["of_sixteen_or_older"] is None


async def test_who_receives_aggregates_is_told_no_exact_number(
    province: httpx.AsyncClient, empty_database: str
) -> None:
    connection = await asyncpg.connect(empty_database)
    await known_since(connection, date(2016, 1, 1))
    analyst = await made(connection, UUID(int=2), "analyst", PROVINCE)
    await connection.close()
    answer = await explained(province, "special_assisted_rate", headers=analyst)
    assert (answer["rounded"], answer["numerator"], answer["denominator"]) == (True, 0, 5)
    assert {reason for reason, count in left_out(answer).items() if count is not None} == {"communes_not_covered"}
    assert answer["postings"] == {"first": None, "last": None}
    assert answer["why"]["now"]["denominator"] == 5
    assert not any("1 / 5" in step for step in answer["why"]["steps"])
    refused = await province.get("/v1/indicators/special_rate/explain?on=2018-06-29", headers=analyst)
    assert (refused.status_code, refused.json()["reason"]) == (403, "not_a_quarter_end")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("nothing/explain", (404, "indicator_unknown", [])),
        ("special_rate/explain?area=99999", (422, "area_not_on_map", ["/area"])),
        ("special_rate/explain?sex=male", (422, "invalid", ["/sex"])),
        ("special_rate/explain?known=2021-01-01", (422, "known_in_future", ["/known"])),
    ],
)
async def test_a_question_without_an_answer_gets_the_reason(
    client: httpx.AsyncClient, path: str, expected: tuple[int, str, list[str]]
) -> None:
    assert refusal(await client.get(f"/v1/indicators/{path}")) == expected


def test_everything_is_said_in_both_languages() -> None:
    for words in (*COUNTS.values(), *SOURCES.values(), *LEFT_OUT.values(), *WHY.values()):
        assert set(words) == {"vi", "en"}
        assert all(words.values())
