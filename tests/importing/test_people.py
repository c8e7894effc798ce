"""Whoever is around a child, notes and flags go out and come back; what the API would refuse does not come in."""

import filecmp
from pathlib import Path

import asyncpg
import pytest

from service.embedded import Server
from service.exporting import FILES
from tests.conftest import TODAY, clone
from tests.importing.folders import BY_HAND, CASE, UNKNOWN, A, B, exported, faults, imported, written
from tests.routers.case_steps import AUNT, MOTHER, assessed, at, led
from tests.signed_in import asked, served

PERSON, OTHER = "01434b35-0000-7000-8000-0000000000b1", "01434b35-0000-7000-8000-0000000000b2"
STEP, ACTOR = "01434b35-0000-7000-8000-0000000000d1", "01434b35-0000-7000-8000-0000000000e1"
GIVEN = BY_HAND | {
    "persons.csv": f"""id,child_id,full_name,relation,sibling_id,phone,birth_year
{PERSON},{A},Đỗ Văn Chanh,father,,0912 345 678,1985
{OTHER},{A},Trần Văn Ổi,sibling,{B},,
""",
    "notes.csv": f"""case_id,written_at,author,role,content
{CASE},2018-06-01 08:00:00+07,chair,commune_chair,Đề nghị thăm.
""",
    "flags.csv": f"""case_id,label,on,author,made_at,cleared_at,cleared_by
{CASE},khám,2018-06-01,worker,2018-05-20 08:00:00+07,,
""",
}
WRONG = [
    ("persons.csv", f"{PERSON},{A}", f"{PERSON},{UNKNOWN}", 2, "child_id", "child_unknown"),
    ("persons.csv", OTHER, PERSON, 3, "id", "id_taken"),
    ("persons.csv", "father", "friend", 2, "relation", "not_one_of"),
    ("persons.csv", "0912 345 678", "gọi", 2, "phone", "phone_form"),
    ("persons.csv", "1985", "85", 2, "birth_year", "year_form"),
    ("persons.csv", "sibling,", "other,", 3, "sibling_id", "relation_not_sibling"),
    ("persons.csv", f"sibling,{B}", f"sibling,{A}", 3, "sibling_id", "sibling_of_itself"),
    ("persons.csv", f"sibling,{B}", f"sibling,{UNKNOWN}", 3, "sibling_id", "child_unknown"),
    ("notes.csv", CASE, UNKNOWN, 2, "case_id", "case_unknown"),
    ("notes.csv", "chair,", ",", 2, "author", "missing"),
    ("flags.csv", CASE, UNKNOWN, 2, "case_id", "case_unknown"),
    ("flags.csv", "+07,,", "+07,2018-06-02 08:00:00+07,", 2, "cleared_by", "cleared_by_nobody"),
]


async def test_files_are_the_same_after_export_and_import(
    server: Server, template: str, empty_database: str, tmp_path: Path
) -> None:
    async with asked(served(empty_database, TODAY)) as client:
        case = await led(client, empty_database)
        await case.up_to("report")
        await case.taken("initial-assessment", at("03-03"), harming=[MOTHER], **assessed("02", separation=True))
        days = {"from": "2020-03-03", "until": "2020-03-10"}
        await case.taken("separation", at("03-03", "10:00"), carer=AUNT, **days)
        await client.post(f"{case.path}/notes", json={"content": "Đề nghị thăm."})
        flags = [(await client.post(f"{case.path}/flags", json={"label": x, "on": "2020-04-01"})).json() for x in "ab"]
        path = f"{case.path}/flags/{flags[0]['id']}"
        assert (await client.patch(path, json={"cleared": True}, headers={"If-Match": "*"})).status_code == 200
        household = (await client.get(f"{case.child}/household")).json()
    again = await clone(server, template, "with_people_again")
    owners = [await asyncpg.connect(dsn) for dsn in (empty_database, again)]
    await owners[0].execute("UPDATE case_step SET in_place_of = uuidv7() WHERE code = 'separation'")
    folder = await exported(owners[0], tmp_path / "once")
    await imported(owners[1], folder)
    assert filecmp.cmpfiles(folder, await exported(owners[1], tmp_path / "again"), FILES, shallow=False)[1:] == ([], [])
    for owner in owners:
        await owner.close()
    assert len((folder / "flags.csv").read_text().splitlines()) == 3
    async with asked(served(again, TODAY)) as client:
        assert (await client.get(f"{case.child}/household")).json() == household


@pytest.mark.parametrize(("file", "old", "new", "line", "column", "code"), WRONG)
async def test_a_bad_row_is_named(
    connection: asyncpg.Connection, tmp_path: Path, file: str, old: str, new: str, line: int, column: str, code: str
) -> None:
    assert old in GIVEN[file]
    texts = GIVEN | {file: GIVEN[file].replace(old, new, 1)}
    assert await faults(connection, written(tmp_path, texts)) == [(file, line, column, code)]


async def test_files_made_by_hand_come_in(connection: asyncpg.Connection, tmp_path: Path) -> None:
    await imported(connection, written(tmp_path, GIVEN))
    assert await connection.fetchval("SELECT count(*) FROM person WHERE sibling_id IS NOT NULL") == 1
    assert await connection.fetchval("SELECT count(*) FROM case_note, case_flag") == 1


async def test_whom_a_step_names_is_around_the_child(connection: asyncpg.Connection, tmp_path: Path) -> None:
    moment = "2018-10-02 09:00:00+07"
    head = "id,case_id,step,occurred_at,recorded_at,actor,content,incident,incident_since,residence,residence_since\n"
    later = CASE.replace("c1", "c2")
    report = f"{ACTOR},{later},report,2018-10-01 09:00:00+07,{moment},{ACTOR},,12145,,12145,\n"
    placed = f'{STEP},{later},placement,{moment},{moment},{ACTOR},"{{""carer"": ""{UNKNOWN}""}}",,,,\n'
    texts = {name: text for name, text in GIVEN.items() if name != "interventions.csv"}
    found = await faults(connection, written(tmp_path, texts | {"case_steps.csv": head + report + placed}))
    assert ("case_steps.csv", 3, "content", "person_unknown") in found
