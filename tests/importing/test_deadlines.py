"""Deadlines go out and come back as they were frozen, with the rules and the calendar that a department has changed."""

import filecmp
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from service.embedded import Server
from service.exporting import FILES
from service.importing import load
from tests.conftest import TODAY, clone
from tests.importing.folders import BY_HAND, CASE, exported, faults, imported, silent, written
from tests.importing.test_steps import CASES, HEAD, NEED, UNFOUNDED
from tests.routers.case_steps import at, led
from tests.signed_in import asked, served

RULE = {"code": "plan", "from": "2021-07-01", "amounts": [7], "legal_basis": "Quyết định 12/QĐ-UBND"}
DAY = {"day": "2020-03-11", "kind": "holiday", "name_vi": "Nghỉ", "name_en": "Off", "source": "Quyết định"}
OF_CLOCK = ("deadline_rules.csv", "holidays.csv", "deadlines.csv")


async def told(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await client.get(path, params={"limit": 500})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_due_moments_stay_frozen_and_pauses_stay_in_another_register(
    client: httpx.AsyncClient, empty_database: str, server: Server, template: str, tmp_path: Path
) -> None:
    case = await led(client, empty_database)
    await case.up_to("submission")
    deadlines = await told(client, f"{case.path}/deadlines")
    approval = next(item["id"] for item in deadlines if item["code"] == "approval")
    paused = await client.post(
        f"{case.path}/deadlines/{approval}/pause", json={"at": at("03-09"), "reason": "chờ ý kiến"}
    )
    assert paused.status_code == 200, paused.text
    assert (await client.post("/v1/holidays", json=DAY)).status_code == 201  # after what it would have moved had begun
    assert (await client.delete("/v1/holidays/2020-01-01", headers={"If-Match": "*"})).status_code == 204
    assert (await client.post("/v1/deadline-rules", json=RULE)).status_code == 201
    paths = (f"{case.path}/deadlines", "/v1/deadline-rules", "/v1/holidays")
    before = [await told(client, path) for path in paths]
    connection = await asyncpg.connect(empty_database)
    folder = await exported(connection, tmp_path / "out")
    await connection.close()
    dsn = await clone(server, template, "another_clock")
    connection = await asyncpg.connect(dsn)
    await load(connection, folder, TODAY, silent)
    again = await exported(connection, tmp_path / "again")
    await connection.close()
    assert filecmp.cmpfiles(folder, again, FILES, shallow=False) == (list(FILES), [], [])
    async with asked(served(dsn, TODAY)) as other:
        assert [await told(other, path) for path in paths] == before


async def test_without_their_file_deadlines_begin_by_the_rules_of_the_register(
    empty_database: str, client: httpx.AsyncClient, server: Server, template: str, tmp_path: Path
) -> None:
    case = await led(client, empty_database)
    await case.up_to("submission")
    connection = await asyncpg.connect(empty_database)
    folder = await exported(connection, tmp_path / "out")
    await connection.close()
    kept = [(i["code"], i["due_at"], i["met_at"]) for i in await told(client, f"{case.path}/deadlines")]
    for name in OF_CLOCK:
        (folder / name).unlink()
    dsn = await clone(server, template, "a_new_clock")
    connection = await asyncpg.connect(dsn)
    await load(connection, folder, TODAY, silent)
    await connection.close()
    async with asked(served(dsn, TODAY)) as other:
        found = await told(other, f"{case.path}/deadlines")
    assert [(i["code"], i["due_at"], i["met_at"]) for i in found] == kept


ID, OTHER = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"
DEADLINES = "id,case_id,deadline,nth,starts_at,due_at,paused_at,pause_reason,item,rule\n"
RULES = (
    "id,deadline,name_vi,name_en,kind,part,from,until,amounts,every,unit,starts,met_by,receipt,concluded,legal_basis\n"
    f"{ID},plan,Kế hoạch,Plan,support,residence,2017-07-01,,5,,working_days,need,plan,,,Luật\n"
)
HOLIDAYS = "day,kind,name_vi,name_en,source\n2018-01-01,holiday,Nghỉ,Off,Luật\n"
BEGUN = f"{ID},%s,plan,0,2018-03-01 02:00:00+00,2018-03-08 17:00:00+00,,,,%s\n"


def row(case: str, rule: str = ID) -> str:
    return BEGUN % (case, rule)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"deadline_rules.csv": RULES + RULES.splitlines()[1] + "\n"}, ("deadline_rules.csv", 3, "id", "id_taken")),
        (
            {"deadline_rules.csv": RULES + RULES.splitlines()[1].replace(ID, OTHER) + "\n"},
            ("deadline_rules.csv", 3, "from", "deadline_rule_no_overlap"),
        ),
        ({"deadline_rules.csv": RULES.replace(",5,", ",5 0,")}, ("deadline_rules.csv", 2, "amounts", "amounts_form")),
        ({"deadline_rules.csv": RULES.replace(",need,", ",walk,")}, ("deadline_rules.csv", 2, "starts", "steps_form")),
        ({"holidays.csv": HOLIDAYS + HOLIDAYS.splitlines()[1]}, ("holidays.csv", 3, "day", "holiday_once")),
        ({"deadlines.csv": DEADLINES + row(OTHER)}, ("deadlines.csv", 2, "case_id", "case_unknown")),
        ({"deadlines.csv": DEADLINES + row(CASE, OTHER)}, ("deadlines.csv", 2, "rule", "deadline_rule_unknown")),
        ({"deadlines.csv": DEADLINES + row(CASE)}, ("deadlines.csv", 2, None, "deadline_not_of_steps")),
    ],
)
async def test_what_cannot_be_of_the_clock_is_named(
    empty_database: str, tmp_path: Path, texts: dict[str, str], expected: tuple[str, int, str | None, str]
) -> None:
    connection = await asyncpg.connect(empty_database)
    sound = {
        "cases.csv": CASES,
        "case_steps.csv": HEAD + NEED + UNFOUNDED,
        "deadline_rules.csv": RULES.replace(",need,", ",report,"),
    }
    assert expected in await faults(connection, written(tmp_path / "in", BY_HAND | sound | texts))
    whole = written(tmp_path / "sound", BY_HAND | sound | {"deadline_rules.csv": RULES, "holidays.csv": HOLIDAYS})
    await imported(connection, whole)
    assert await connection.fetchval("SELECT count(*) FROM deadline_rule") == 1
    assert await connection.fetchval("SELECT count(*) FROM deadline") == 1
    await connection.close()
