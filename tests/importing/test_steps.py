"""The steps of cases go out and come back to the same files; what the rules forbid does not come in."""

import filecmp
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from service import ledger
from service.embedded import Server
from service.exporting import FILES
from tests.conftest import TODAY, clone
from tests.importing.folders import BY_HAND, CASE, exported, faults, imported, written
from tests.routers.api import BAC_SON, PHU_UNG
from tests.routers.case_steps import ORDINARY, at, led
from tests.signed_in import asked, served

STEP, LATER = "01434b35-0000-7000-8000-0000000000d1", "01434b35-0000-7000-8000-0000000000d2"
ACTOR = "01434b35-0000-7000-8000-0000000000e1"
HEAD = (
    "id,case_id,step,occurred_at,recorded_at,actor,content,reason,incident,incident_since,residence,residence_since\n"
)
NEED = f"{STEP},{CASE},need,2018-05-03 09:00:00+07,2018-05-03 09:00:00+07,{ACTOR},,,12145,,,\n"
UNFOUNDED = f"{LATER},{CASE},unfounded,2018-09-01 09:00:00+07,2018-09-01 09:00:00+07,{ACTOR},,Sai,,,,\n"
CASES = BY_HAND["cases.csv"].replace("until\n", "until,outcome\n").replace("2018-09-01\n", "2018-09-01,unfounded\n")
CASES = CASES.replace("2018-10-01,\n", "2018-10-01,,\n")
PLAN = '{""items"": [{""id"": ""x""}]}'


async def told(dsn: str, path: str) -> list[Any]:
    """The file and the case, without the names of accounts, which stay where they are."""
    async with asked(served(dsn, TODAY)) as client:
        file = (await client.get(f"{path}/file")).json()
        return [file | {"steps": [step | {"account": None} for step in file["steps"]]}, (await client.get(path)).json()]


async def test_files_of_cases_are_the_same_after_export_and_import(
    server: Server, template: str, empty_database: str, tmp_path: Path
) -> None:
    async with asked(served(empty_database, TODAY)) as client:
        case = await led(client, empty_database)
        for step, when, body in ORDINARY:
            await case.taken(step, when, **body)
        await case.taken("reopening", at("07-01"), reason="tái diễn")
        await case.taken("transfer", at("07-02"), commune=BAC_SON, reason="chuyển nhà")
        answer = await client.post(f"{case.path}/transfer", json={"commune": PHU_UNG, "reason": "nhầm"})
        wrong = answer.json()["steps"][-1]["id"]
        gone = await client.delete(f"{case.path}/steps/{wrong}", headers={"If-Match": "*"})
        assert gone.status_code == 204
    again = await clone(server, template, "with_steps_again")
    owners = [await asyncpg.connect(dsn) for dsn in (empty_database, again)]
    folder = await exported(owners[0], tmp_path / "once")
    await imported(owners[1], folder)
    assert await ledger.differences(owners[1]) == []
    assert filecmp.cmpfiles(folder, await exported(owners[1], tmp_path / "again"), FILES, shallow=False)[1:] == ([], [])
    for owner in owners:
        await owner.close()
    assert await told(again, case.path) == await told(empty_database, case.path)


async def test_steps_may_be_written_by_hand(empty_database: str, tmp_path: Path) -> None:
    owner = await asyncpg.connect(empty_database)
    texts = BY_HAND | {"cases.csv": CASES, "case_steps.csv": HEAD + NEED + UNFOUNDED}
    await imported(owner, written(tmp_path / "in", texts))
    await owner.close()
    file, case = await told(empty_database, f"/v1/cases/{CASE}")
    assert (file["stage"], file["incident"]["code"]) == ("unfounded", PHU_UNG)
    assert case["outcome"] == "unfounded"


@pytest.mark.parametrize(
    ("steps", "cases", "found"),
    [
        (UNFOUNDED, CASES, [("case_steps.csv", 2, "step", "step_not_allowed")]),
        (NEED + UNFOUNDED.replace("Sai", ""), CASES, [("case_steps.csv", 3, "step", "reason_missing")]),
        (NEED, CASES, [("cases.csv", 2, column, "case_not_as_its_steps") for column in ("until", "outcome")]),
        (NEED + UNFOUNDED, CASES.replace("2018-05-03", "2018-05-04"),
         [("cases.csv", 2, "from", "case_not_as_its_steps")]),
        (NEED.replace("12145", "12999"), CASES, [("case_steps.csv", 2, "incident", "area_unknown")]),
        (NEED.replace(CASE, ACTOR), CASES, [("case_steps.csv", 2, "case_id", "case_unknown")]),
        (NEED + UNFOUNDED.replace(LATER, STEP), CASES, [("case_steps.csv", 3, "id", "id_taken")]),
        (NEED.replace("05-03 09:00:00+07,2018", "05-03 10:00:00+07,2018", 1) + UNFOUNDED, CASES,
         [("case_steps.csv", 2, "occurred_at", "step_in_future")]),
        (NEED + UNFOUNDED.replace("unfounded", "plan").replace(",,Sai", f',"{PLAN}",'), CASES,
         [("case_steps.csv", 3, "content", "step_content")]),
        (NEED + UNFOUNDED.replace("unfounded", "plan").replace(",,Sai", ",[1],"), CASES,
         [("case_steps.csv", 3, "content", "step_content")]),
    ],
)  # fmt: skip
async def test_steps_that_the_rules_would_not_have_taken_are_named(
    empty_database: str, tmp_path: Path, steps: str, cases: str, found: list[Any]
) -> None:
    owner = await asyncpg.connect(empty_database)
    texts = BY_HAND | {"cases.csv": cases, "case_steps.csv": HEAD + steps}
    assert set(found) <= set(await faults(owner, written(tmp_path / "in", texts)))
    await owner.close()
