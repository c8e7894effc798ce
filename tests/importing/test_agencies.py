"""Agencies in the files, and what the register says of itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args
from uuid import UUID

import asyncpg
import pytest

from service.importing.columns import AGENCY_KIND
from service.routers.agencies import Kind
from tests.importing.folders import BY_HAND, UNKNOWN, exported, faults, imported, with_column, written

CENTRE, POLICE = "01434b35-0000-7000-8000-0000000000a1", "01434b35-0000-7000-8000-0000000000a2"
AGENCIES = f"""id,name,kind,from,until
{CENTRE},Trung tâm Công tác xã hội,service_provider,2014-01-01,
{POLICE},Công an xã,police,2014-01-01,2020-01-01
"""
GIVEN = BY_HAND | {
    "agencies.csv": AGENCIES,
    "interventions.csv": with_column(BY_HAND["interventions.csv"], "agency", 2, CENTRE),
}
ADD = "INSERT INTO agency (id, name, kind, during) VALUES ($1, $2, 'other', '[2010-01-01,)')"
REGISTER = "SELECT fixed_today::text, demonstration FROM register"

WRONG = [
    ("agencies.csv", "service_provider", "charity", 2, "kind", "not_one_of"),
    ("agencies.csv", "Công an xã", "", 3, "name", "missing"),
    ("agencies.csv", "Công an xã", "Trung tâm Công tác xã hội", 3, "name", "agency_name_taken"),
    ("agencies.csv", POLICE, CENTRE, 3, "id", "id_taken"),
    ("agencies.csv", "2014-01-01,2020-01-01", "2020-01-01,2020-01-01", 3, "until", "period_empty"),
    ("agencies.csv", "2014-01-01,\n", ",\n", 2, "from", "missing"),
    ("interventions.csv", CENTRE, UNKNOWN, 2, "agency", "agency_unknown"),
    ("interventions.csv", CENTRE, "Trung tâm", 2, "agency", "identifier_form"),
]


@pytest.fixture
async def own(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection outside a transaction, in which alone there is an export."""
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


@pytest.mark.parametrize(("file", "old", "new", "line", "column", "code"), WRONG)
async def test_a_bad_row_is_named(
    connection: asyncpg.Connection, tmp_path: Path, file: str, old: str, new: str, line: int, column: str, code: str
) -> None:
    texts = GIVEN | {file: GIVEN[file].replace(old, new, 1)}
    assert await faults(connection, written(tmp_path, texts)) == [(file, line, column, code)]
    assert await connection.fetchval("SELECT count(*) FROM agency") == 0


async def test_an_agency_that_the_files_do_not_hold_is_unknown(connection: asyncpg.Connection, tmp_path: Path) -> None:
    await connection.execute(ADD, UUID(CENTRE), "Trung tâm")
    texts = {name: text for name, text in GIVEN.items() if name != "agencies.csv"}
    assert await faults(connection, written(tmp_path, texts)) == [("interventions.csv", 2, "agency", "agency_unknown")]


async def test_agencies_come_back_with_what_they_give(own: asyncpg.Connection, tmp_path: Path) -> None:
    await imported(own, written(tmp_path / "in", GIVEN))
    await own.execute("UPDATE agency SET version = 3 WHERE kind = 'police'")
    folder = await exported(own, tmp_path / "out")
    assert (
        (folder / "agencies.csv").read_text()
        == f"""id,name,kind,from,until,version
{CENTRE},Trung tâm Công tác xã hội,service_provider,2014-01-01,,1
{POLICE},Công an xã,police,2014-01-01,2020-01-01,3
"""
    )
    assert (folder / "interventions.csv").read_text().splitlines()[1].endswith(f",{CENTRE}")


async def test_an_agency_that_is_there_already_stays_as_it_is(connection: asyncpg.Connection, tmp_path: Path) -> None:
    await connection.execute(ADD, UUID(CENTRE), "Trung tâm mới")
    await imported(connection, written(tmp_path, GIVEN))
    names = await connection.fetch("SELECT name FROM agency ORDER BY id")
    assert [row["name"] for row in names] == ["Trung tâm mới", "Công an xã"]
    assert await connection.fetchval("SELECT agency_id FROM intervention") == UUID(CENTRE)


async def test_the_name_of_another_agency_that_is_there_is_taken(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    await connection.execute(ADD, UUID(UNKNOWN), "Công an xã")
    with_taken = await faults(connection, written(tmp_path, GIVEN))
    assert with_taken == [("agencies.csv", 3, "name", "agency_name_taken")]


def test_the_kinds_are_those_of_the_api() -> None:
    assert get_args(Kind) == AGENCY_KIND.values


@pytest.mark.parametrize(
    ("text", "day", "demonstration"),
    [
        ("today\n2020-12-31\n", "2020-12-31", False),
        ("today,demonstration\n2020-12-31,true\n", "2020-12-31", True),
        ("today,demonstration\n,true\n", None, True),
        ("demonstration,today\nfalse,2020-12-31\n", "2020-12-31", False),
    ],
)
async def test_a_register_is_a_demonstration_or_not(
    own: asyncpg.Connection, tmp_path: Path, text: str, day: str | None, demonstration: bool
) -> None:
    loaded = await imported(own, written(tmp_path / "in", BY_HAND | {"register.csv": text}))
    assert tuple(await own.fetchrow(REGISTER) or ()) == (day, demonstration)
    assert any("demonstration" in line for line in loaded.lines()) == demonstration
    again = await exported(own, tmp_path / "again")
    word = str(demonstration).lower()
    assert (again / "register.csv").read_text() == f"today,demonstration\n{day or ''},{word}\n"


async def test_a_spreadsheets_truth_is_named(connection: asyncpg.Connection, tmp_path: Path) -> None:
    texts = BY_HAND | {"register.csv": "today,demonstration\n,TRUE\n"}
    found = await faults(connection, written(tmp_path, texts))
    assert found == [("register.csv", 2, "demonstration", "spreadsheet_truth")]
