"""Reports and children whom nobody knows yet go out and come back; who informed goes nowhere."""

import filecmp
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from service import ledger
from service.embedded import Server
from service.exporting import FILES
from tests.conftest import TODAY, clone
from tests.importing.folders import BY_HAND, CASE, A, B, exported, faults, imported, with_column, written
from tests.routers.api import BAC_SON, registered
from tests.routers.case_reports import INFORMANT, reported, taken_up, told
from tests.signed_in import asked, served

REPORT, SENDER = "01434b35-0000-7000-8000-0000000000e1", "01434b35-0000-7000-8000-0000000000e2"
COLUMNS = "id,commune,commune_since,sender,reference,receiving_code,year,number,source,channel,received_at,concern"
REPORTS = f"""{COLUMNS},anonymous
{REPORT},12145,,{SENDER},111-1,33,2018,1,hotline_111,phone,2018-10-01 08:00:00+07,abused,true
"""
CHILDREN = f"""report_id,number,child_id,case_id,sex
{REPORT},1,{A},{CASE},female
{REPORT},2,,,unknown
"""
SOUND = BY_HAND | {"case_reports.csv": REPORTS, "reported_children.csv": CHILDREN}


@pytest.fixture
async def other(server: Server, template: str) -> AsyncIterator[str]:
    """A second register, empty."""
    yield await clone(server, template, "reports_back")
    administrator = await asyncpg.connect(server.dsn)
    await administrator.execute("DROP DATABASE reports_back WITH (FORCE)")
    await administrator.close()


async def test_reports_go_out_and_come_back_without_who_informed(
    client: httpx.AsyncClient, empty_database: str, other: str, tmp_path: Path
) -> None:
    known = await registered(client)
    children = [
        {"sex": "male", "estimated_age": 8, "commune": BAC_SON, "mother": "Lê Thị Hoa"},
        {"sex": "female", "child_id": known.rpartition("/")[2]},
    ]
    body = told(reference="111-1", informant=INFORMANT, children=children, place="Nhà trọ")
    first = await client.post("/v1/case-reports", json=body)
    report = first.headers["location"].removesuffix("/receipt")
    part = await taken_up(client, report)
    await taken_up(client, report, 2)
    unfounded = await reported(client)
    await client.post(f"{unfounded}/unfounded", json={"reason": "Nhầm"})
    connection = await asyncpg.connect(empty_database)
    folder = await exported(connection, tmp_path / "out")
    await connection.close()
    for file in folder.iterdir():
        text = file.read_text()
        assert not any(word in text for word in INFORMANT.values()), file.name
    owner = await asyncpg.connect(other)
    await imported(owner, folder)
    again = await exported(owner, tmp_path / "again")
    assert filecmp.cmpfiles(folder, again, FILES, shallow=False) == (list(FILES), [], [])
    assert await ledger.differences(owner) == []
    assert await owner.fetchval("SELECT count(*) FROM informant") == 0
    async with asked(served(other, TODAY)) as there:
        assert (await there.get(report)).json() == (await client.get(report)).json()
        stranger = f"/v1/children/{part['child_id']}"
        assert (await there.get(stranger)).json() == (await client.get(stranger)).json()
        file = f"/v1/cases/{part['case_id']}/file"
        assert [s["step"] for s in (await there.get(file)).json()["steps"]] == ["report"]
        repeated = await there.post("/v1/case-reports", json=body)  # by the same sender, an account of both
        assert (repeated.status_code, repeated.json()["id"]) == (201, first.json()["id"])
        assert (await there.post("/v1/case-reports", json=told())).json()["receipt"] == "3/2020/BC-33"
    await owner.close()


async def test_reports_made_by_hand_come_in(empty_database: str, tmp_path: Path) -> None:
    owner = await asyncpg.connect(empty_database)
    await imported(owner, written(tmp_path / "in", SOUND))
    rows = await owner.fetch("SELECT n, child_id::text, case_id::text FROM case_report_child ORDER BY n")
    assert [tuple(row) for row in rows] == [(1, A, CASE), (2, None, None)]
    await owner.close()


@pytest.mark.parametrize(
    ("file", "before", "after", "fault"),
    [
        ("case_reports.csv", "12145,,", "99999,,", (2, "commune", "area_unknown")),
        ("case_reports.csv", "2018-10-01 08", "2021-10-01 08", (2, "received_at", "report_in_future")),
        ("case_reports.csv", "hotline_111", "hotline", (2, "source", "not_one_of")),
        ("reported_children.csv", f"{A},{CASE}", f"{B},{CASE}", (2, "case_id", "case_unknown")),
        ("reported_children.csv", f"{REPORT},2", f"{SENDER},2", (3, "report_id", "report_unknown")),
        ("reported_children.csv", f"{REPORT},2", f"{REPORT},1", (3, "number", "reported_child_twice")),
        ("reported_children.csv", f"{A},{CASE}", f"{SENDER},", (2, "child_id", "child_unknown")),
    ],
)
async def test_a_report_that_does_not_go_together_is_named(
    empty_database: str, tmp_path: Path, file: str, before: str, after: str, fault: tuple[int, str, str]
) -> None:
    wrong = SOUND | {file: SOUND[file].replace(before, after)}
    owner = await asyncpg.connect(empty_database)
    assert await faults(owner, written(tmp_path / "in", wrong)) == [(file, *fault)]
    await owner.close()


async def test_a_report_without_children_or_twice_is_named(empty_database: str, tmp_path: Path) -> None:
    twice = REPORTS + REPORTS.splitlines()[1] + "\n"
    owner = await asyncpg.connect(empty_database)
    assert await faults(owner, written(tmp_path / "in", SOUND | {"case_reports.csv": twice})) == [
        ("case_reports.csv", 3, "id", "id_taken"),
        ("case_reports.csv", 3, "number", "report_number_taken"),
        ("case_reports.csv", 3, "reference", "case_report_reference_taken"),
    ]
    alone = {name: text for name, text in SOUND.items() if name != "reported_children.csv"}
    folder = written(tmp_path / "alone", alone)
    assert await faults(owner, folder) == [("case_reports.csv", 2, None, "report_without_child")]
    await owner.close()


async def test_of_a_child_that_is_known_name_and_birth_are_known(empty_database: str, tmp_path: Path) -> None:
    children = BY_HAND["children.csv"].replace("Đỗ Thị Mận", "").replace("2010-02-28", "")
    owner = await asyncpg.connect(empty_database)
    assert await faults(owner, written(tmp_path / "in", BY_HAND | {"children.csv": children})) == [
        ("children.csv", 2, "date_of_birth", "missing"),
        ("children.csv", 2, "full_name", "missing"),
    ]
    unknown = BY_HAND | {"children.csv": with_column(children, "identified", 2, "false")}
    await imported(owner, written(tmp_path / "unknown", unknown))
    assert await owner.fetchval("SELECT count(*) FROM spell WHERE subject_id = $1", A) == 0
    await owner.close()
