"""What has become known of a day's figures since: where, why, and by which children."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import LAM_SON, PHU_UNG, refusal
from tests.routers.test_known import ASSISTED, BEFORE, CORRECTED, FIRST, INDICATORS, ON, RATE, everything
from tests.routers.test_known import corrected as corrected
from tests.routers.test_known import first as first
from tests.signed_in import PROVINCE, made

ASKED = f"on={ON}&from_known={BEFORE}"
OF_RATE, OF_ASSISTED = (f"{INDICATORS}/{code}/restatements" for code in (RATE, ASSISTED))


async def test_communes_and_causes_add_up_to_the_difference_of_the_figures(corrected: httpx.AsyncClient) -> None:
    told = (await corrected.get(f"{OF_RATE}?{ASKED}")).json()
    assert (told["from_known"], told["until_known"], told["map"]) == (BEFORE, "2020-12-31", ON)
    sides = ("numerator", "denominator")
    assert [[told[when][side] for side in sides] for when in ("before", "after")] == [[3, 5], [2, 5]]
    assert [(row["area"]["code"], row["before"], row["after"]) for row in told["areas"]] == [
        (LAM_SON, {"numerator": 0, "denominator": 2}, {"numerator": 1, "denominator": 3}),
        (PHU_UNG, {"numerator": 3, "denominator": 3}, {"numerator": 1, "denominator": 2}),
    ]
    assert {(c["cause"], c["side"]): (c["in"], c["out"]) for c in told["causes"]} == {
        ("delete_circumstance", "numerator"): (0, 1),
        ("delete_child", "numerator"): (0, 1),
        ("delete_child", "denominator"): (0, 1),
        ("create_child", "denominator"): (1, 0),
        ("create_circumstance", "numerator"): (1, 0),
    }
    for indicator in (OF_RATE, OF_ASSISTED):
        told = (await corrected.get(f"{indicator}?{ASKED}")).json()
        for side in sides:
            difference = told["after"][side] - told["before"][side]
            assert sum(row["after"][side] - row["before"][side] for row in told["areas"]) == difference
            assert sum(c["in"] - c["out"] for c in told["causes"] if c["side"] == side) == difference


async def test_the_children_are_listed_with_the_posting(corrected: httpx.AsyncClient, first: list[str]) -> None:
    items, outside = await everything(corrected, f"{OF_RATE}/records?{ASKED}")
    assert outside == 0
    assert [(i["change"], i["side"], i["posting"]["cause"], i["withdrawn"]) for i in items] == [
        ("out", "numerator", "delete_circumstance", False),
        ("out", "denominator", "delete_child", True),
        ("out", "numerator", "delete_child", True),
        ("in", "denominator", "create_child", False),
        ("in", "numerator", "create_circumstance", False),
    ]
    assert [i["child_id"] for i in items[:2]] == [path.rpartition("/")[2] for path in first[:2]]
    assert {i["posting"]["day"] for i in items} == {CORRECTED}
    assert [i["full_name"] is None for i in items] == [False, True, True, False, False]
    assert await everything(corrected, f"{OF_RATE}/records?on={ON}&from_known={FIRST}&until_known={BEFORE}") == ([], 0)


async def test_children_who_live_elsewhere_now_are_a_number(
    corrected: httpx.AsyncClient, first: list[str], empty_database: str
) -> None:
    await corrected.post(f"{first[0]}/residences", json={"commune": LAM_SON, "from": "2019-01-01"})
    connection = await asyncpg.connect(empty_database)
    worker = await made(connection, UUID(int=5), "commune_worker", PHU_UNG)
    items, outside = await everything(corrected, f"{OF_RATE}/records?{ASKED}&area={PHU_UNG}", headers=worker)
    assert ([i["posting"]["cause"] for i in items], outside) == (["delete_child"] * 2, 1)
    looked = await connection.fetch(
        "SELECT DISTINCT unnest(subjects)::text FROM access WHERE assignment_id = $1", UUID(int=5)
    )
    assert looked == [(first[1].rpartition("/")[2],)]
    await connection.close()


async def test_sites_are_restated_too(corrected: httpx.AsyncClient) -> None:
    site = (await corrected.post("/v1/sites", json={"commune": PHU_UNG})).headers["location"]
    await corrected.post(f"{site}/stages", json={"stage": "completed", "from": "2018-01-01"})
    path = f"{INDICATORS}/model_communes/restatements"
    told = (await corrected.get(f"{path}?{ASKED}")).json()
    assert (told["before"]["numerator"], told["after"]["numerator"], told["after"]["denominator"]) == (0, 1, None)
    ((item,), _) = await everything(corrected, f"{path}/records?{ASKED}")
    assert (item["site_id"], item["change"], item["commune"]["code"]) == (site.rpartition("/")[2], "in", PHU_UNG)


async def test_only_who_sees_the_records_is_told(corrected: httpx.AsyncClient, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    analyst = await made(connection, UUID(int=6), "analyst", PROVINCE)
    worker = await made(connection, UUID(int=7), "commune_worker", PHU_UNG)
    for signed in (analyst, worker):
        answer = await corrected.get(f"{OF_RATE}?{ASKED}", headers=signed)
        assert (refusal(answer)[:2], answer.json()["reason"]) == ((403, "aggregates_only"), "restatements")
    assert refusal(await corrected.get(f"{OF_RATE}/records?{ASKED}", headers=analyst))[:2] == (403, "forbidden")
    assert (await corrected.get(f"{OF_RATE}?{ASKED}&area={PHU_UNG}", headers=worker)).status_code == 200
    await connection.close()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("from_known=2017-08-31", ("known_before_first_posting", ["/from_known"])),
        (f"from_known={FIRST}&until_known=2021-01-01", ("known_in_future", ["/until_known"])),
        (f"from_known={BEFORE}&until_known={BEFORE}", ("period_empty", ["/until_known"])),
        (f"until_known={BEFORE}", ("invalid", ["/from_known"])),
    ],
)
async def test_days_between_which_nothing_can_have_changed_are_refused(
    corrected: httpx.AsyncClient, asked: str, expected: tuple[str, list[str]]
) -> None:
    for path in (OF_RATE, f"{OF_RATE}/records"):
        assert refusal(await corrected.get(f"{path}?{asked}")) == (422, *expected)
