"""Figures by one thing or two: every combination, and the whole that counts each child once."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import LAM_SON, PHU_UNG, opened, refusal, registered
from tests.routers.test_small_numbers import known_since
from tests.signed_in import PROVINCE, made

DAY = "2018-06-30"
RATE, ASSISTED, AT_RISK, MODEL = (
    f"/v1/indicators/{name}/breakdown?on={DAY}"
    for name in ("special_rate", "special_assisted_rate", "at_risk_rate", "model_communes")
)


@pytest.fixture
async def province(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """In Phù Ủng a girl of 8 (disabled, by the list of 2004 as well) and a boy of 8 (disabled, orphaned, assisted).

    In Lam Sơn a girl of 2 (disabled and at risk), a boy of 11 (at risk in two ways), and a newborn of no known sex.
    """
    first = await registered(client, sex="female", date_of_birth="2010-01-01")
    second = await registered(client, sex="male", date_of_birth="2010-02-28")
    third = await registered(client, sex="female", date_of_birth="2016-02-29", since="2016-02-29", commune=LAM_SON)
    fourth = await registered(client, sex="male", date_of_birth="2007-06-30", commune=LAM_SON)
    await registered(client, sex="unknown", date_of_birth="2018-06-30", since="2018-06-30", commune=LAM_SON)
    for child, category, since in [
        (first, "2", "2015-01-01"),
        (first, "d.2", "2017-07-01"),
        (second, "d", "2017-07-01"),
        (second, "a.1", "2017-07-01"),
        (third, "d.3", "2017-07-01"),
        (third, "poor_household", "2017-07-01"),
        (fourth, "poor_household", "2017-07-01"),
        (fourth, "parents_away", "2017-07-01"),
    ]:
        answer = await client.post(f"{child}/circumstances", json={"category": category, "from": since})
        assert answer.status_code == 201, answer.text
    case = await opened(client, second)
    await client.post(f"{case}/interventions", json={"measure": "support.1", "started_on": "2018-03-01"})
    return client


async def told(client: httpx.AsyncClient, path: str, **more: Any) -> dict[str, Any]:
    answer = await client.get(path, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def cells(answer: dict[str, Any], *names: str, zeros: bool = False) -> dict[Any, tuple[int, int | None]]:
    """Numerator and denominator by combination."""

    def name(item: dict[str, Any]) -> Any:
        of = tuple(item[n]["code"] if n == "area" else item[n] for n in names)
        return of if len(of) > 1 else of[0]

    every = {name(item): (item["numerator"], item["denominator"]) for item in answer["items"]}
    assert len(every) == len(answer["items"])
    return {key: pair for key, pair in every.items() if zeros or pair[0] or pair[1]}


async def test_two_things_at_once_are_every_combination_also_where_nothing_counts(province: httpx.AsyncClient) -> None:
    answer = await told(province, f"{RATE}&by=sex&by=age_band")
    assert (answer["numerator"], answer["denominator"], answer["by"]) == (3, 5, ["sex", "age_band"])
    assert (answer["adds_up"], answer["because"]) == (True, [])
    assert len(answer["items"]) == 3 * 4
    assert cells(answer, "sex", "age_band") == {
        ("female", "0-2"): (1, 1),
        ("female", "6-10"): (1, 1),
        ("male", "6-10"): (1, 1),
        ("male", "11-15"): (0, 1),
        ("unknown", "0-2"): (0, 1),
    }
    assert [(i["sex"], i["age_band"]) for i in answer["items"][:5]] == [
        *(("female", band) for band in ("0-2", "3-5", "6-10", "11-15")),
        ("male", "0-2"),
    ]


async def test_a_child_in_several_categories_counts_in_each_and_once_in_the_whole(province: httpx.AsyncClient) -> None:
    answer = await told(province, f"{ASSISTED}&by=category&by=sex")
    assert (answer["numerator"], answer["denominator"]) == (1, 3)
    assert (answer["adds_up"], answer["because"]) == (False, ["several_categories"])
    assert cells(answer, "category", "sex") == {
        ("2", "female"): (0, 1),  # of the list of 2004, in which she still counts
        ("a", "male"): (1, 1),
        ("d", "female"): (0, 2),
        ("d", "male"): (1, 1),
    }
    groups = {item["category"] for item in answer["items"]}
    assert groups == {"2", *"abcdđeghiklmno"}, "every group of the list in force, and of the other one who counts"
    of_all = await told(province, f"{RATE}&by=category")
    assert of_all["because"] == ["several_categories", "denominator_of_everyone"]
    assert cells(of_all, "category")["d"] == (3, 5)


async def test_of_a_category_its_subgroups_are_told(province: httpx.AsyncClient) -> None:
    answer = await told(province, f"{ASSISTED}&category=d&by=category")
    assert (answer["numerator"], answer["denominator"]) == (1, 3)
    assert cells(answer, "category", zeros=True) == {"d.1": (0, 0), "d.2": (0, 1), "d.3": (0, 1)}
    assert (answer["adds_up"], answer["because"]) == (False, ["not_in_a_subgroup"])
    single = await told(province, f"{ASSISTED}&category=2&by=category")
    assert cells(single, "category", zeros=True) == {"2": (0, 1)}, "without sub-groups, itself"


async def test_distinct_children_are_counted_after_precedence(province: httpx.AsyncClient) -> None:
    answer = await told(province, f"{AT_RISK}&by=category&by=commune")
    assert (answer["numerator"], answer["denominator"]) == (1, 5)
    counted = {key: pair[0] for key, pair in cells(answer, "category", "area").items() if pair[0]}
    assert counted == {("poor_household", LAM_SON): 1, ("parents_away", LAM_SON): 1}, "the disabled girl is special"
    assert "several_categories" in answer["because"]


async def test_areas_are_all_named_and_add_up(province: httpx.AsyncClient) -> None:
    answer = await told(province, f"{RATE}&by=commune&by=sex")
    assert len(answer["items"]) == 161 * 3
    assert cells(answer, "area", "sex") == {
        (PHU_UNG, "female"): (1, 1),
        (PHU_UNG, "male"): (1, 1),
        (LAM_SON, "female"): (1, 1),
        (LAM_SON, "male"): (0, 1),
        (LAM_SON, "unknown"): (0, 1),
    }
    assert answer["adds_up"]
    districts = await told(province, f"{RATE}&by=district")
    assert (len(districts["items"]), sum(i["numerator"] for i in districts["items"])) == (10, 3)
    sites = await told(province, f"{MODEL}&by=commune&area=329")
    assert {i["numerator"] for i in sites["items"]} == {0}
    assert {i["status"] for i in sites["items"]} == {None}


@pytest.mark.parametrize("by", ["sex", "age_band", "category", "commune", "district"])
@pytest.mark.parametrize("known", ["", "&known=2020-12-31"])
async def test_each_row_is_the_attainment_of_that_part(province: httpx.AsyncClient, by: str, known: str) -> None:
    answer = await told(province, f"{ASSISTED}&by={by}{known}")
    name = "area" if by in ("commune", "district") else by
    for item in answer["items"]:
        if not item["denominator"]:
            continue
        value = item["area"]["code"] if name == "area" else item[name]
        one = await told(province, f"{ASSISTED.replace('breakdown', 'attainment')}&{name}={value}{known}")
        assert {key: one[key] for key in item if key not in ("area", by)} == {
            key: item[key] for key in item if key not in ("area", by)
        }
    whole = await told(province, f"{ASSISTED.replace('breakdown', 'attainment')}")
    assert {key: answer[key] for key in whole} == whole


async def test_a_filter_leaves_its_part_alone(province: httpx.AsyncClient) -> None:
    answer = await told(province, f"{RATE}&by=sex&by=age_band&sex=female&area={PHU_UNG}")
    assert len(answer["items"]) == 4
    assert cells(answer, "sex", "age_band") == {("female", "6-10"): (1, 1)}


async def test_what_was_known_then_is_taken_apart_as_it_was(province: httpx.AsyncClient, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await known_since(connection, date(2018, 7, 1))
    await connection.close()
    late = await registered(province, sex="male", commune=LAM_SON)
    await province.post(f"{late}/circumstances", json={"category": "d.1", "from": "2018-01-01"})
    now = await told(province, f"{RATE}&by=sex&by=category")
    then = await told(province, f"{RATE}&by=sex&by=category&known=2018-07-01")
    assert (cells(now, "sex", "category")["male", "d"], cells(then, "sex", "category")["male", "d"]) == ((2, 3), (1, 2))
    assert (now["numerator"], then["numerator"], then["known"]) == (4, 3, "2018-07-01")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{RATE}&by=sex&by=age_band&by=category", (422, "breakdowns_too_many", ["/by"])),
        (f"{RATE}&by=sex&by=sex", (422, "breakdown_repeated", ["/by"])),
        (f"{RATE}&by=commune&by=district", (422, "breakdown_repeated", ["/by"])),
        (RATE, (422, "invalid", ["/by"])),
        (f"{RATE}&by=village", (422, "invalid", ["/by/0"])),
        (f"{RATE}&by=province&area={PHU_UNG}", (422, "by_above_area", ["/by"])),
        (f"{MODEL}&by=sex", (422, "breakdown_not_applicable", ["/by"])),
        (f"{MODEL}&by=commune&by=sex", (422, "breakdown_not_applicable", ["/by"])),
        (f"{MODEL}&by=commune&sex=male", (422, "filter_not_applicable", [])),
        (f"{RATE}&by=sex&age_band=0-99", (422, "age_band_unknown", ["/age_band"])),
        (f"{RATE}&by=sex&category=poor_household", (422, "category_of_other_kind", ["/category"])),
        (f"{RATE}&by=sex&known=2021-01-01", (422, "known_in_future", ["/known"])),
    ],
)
async def test_a_question_without_an_answer_gets_the_reason(
    client: httpx.AsyncClient, path: str, expected: tuple[int, str, list[str]]
) -> None:
    assert refusal(await client.get(path)) == expected


async def test_who_receives_aggregates_gets_one_breakdown_rounded(
    province: httpx.AsyncClient, empty_database: str
) -> None:
    connection = await asyncpg.connect(empty_database)
    await known_since(connection, date(2016, 1, 1))
    analyst = await made(connection, UUID(int=2), "analyst", PROVINCE)
    await connection.close()
    for _ in range(4):
        await registered(province, sex="male", commune=LAM_SON)  # known later
    answer = await told(province, f"{RATE}&by=sex", headers=analyst)
    assert (answer["rounded"], answer["adds_up"], answer["because"]) == (True, False, ["rounded"])
    assert (answer["numerator"], answer["denominator"], answer["known"]) == (5, 5, DAY)
    assert cells(answer, "sex", zeros=True) == {"female": (0, 0), "male": (0, 0), "unknown": (0, 0)}
    groups = await told(province, f"{ASSISTED}&by=category", headers=analyst)
    assert cells(groups, "category") == {"d": (0, 5)}, "a group of an earlier list that rounds to nothing is not told"
    assert {item["touched_on"] for item in groups["items"]} == {None}
    for two in ("by=sex&by=age_band", "by=sex&sex=male", f"by=sex&area={PHU_UNG}", "by=category&category=d"):
        refused = await province.get(f"{RATE}&{two}", headers=analyst)
        assert (refused.status_code, refused.json()["reason"]) == (403, "two_breakdowns"), two
    latest = await told(province, RATE.replace(f"on={DAY}", "by=sex"), headers=analyst)
    assert latest["on"] == "2020-09-30"


async def test_an_unchanged_breakdown_is_304(province: httpx.AsyncClient) -> None:
    etag = (await province.get(f"{RATE}&by=sex&by=commune")).headers["etag"]
    assert (await province.get(f"{RATE}&by=sex&by=commune", headers={"If-None-Match": etag})).status_code == 304
