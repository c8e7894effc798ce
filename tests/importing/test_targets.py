"""Targets, their parts and official figures in the files: what a register has changed comes back."""

from pathlib import Path

import asyncpg
import pytest

from tests.conftest import TODAY
from tests.importing.folders import BY_HAND, UNKNOWN, exported, faults, imported, written
from tests.routers.test_populations import figure
from tests.routers.test_targets import TARGETS, first, target
from tests.signed_in import asked, served

A, B = "01434b35-0000-7000-8000-0000000000d1", "01434b35-0000-7000-8000-0000000000d2"
HEAD = "id,programme,indicator,area,area_since,direction,unit,value,due_on,legal_basis,revision,decided_on,from,until"
PROMISED = f"""{HEAD},allocated_from
{A},hung-yen-2016-2020,special_rate,329,,at_most,count,40,2019-12-31,QĐ 12,1,2018-01-03,2018-06-01,,
{B},hung-yen-2016-2020,special_rate,12145,,at_most,count,4,2019-12-31,QĐ 12,1,2018-01-03,2018-06-01,,{A}
"""
PEOPLE = f"""id,area,area_since,on,population,children_under_16,source
{A},33,,2018-07-01,1200000,270000,Niên giám
{B},33,,2018-07-01,1200000,,Báo
"""
GIVEN = BY_HAND | {"targets.csv": PROMISED, "populations.csv": PEOPLE}
WRONG = [
    (
        "targets.csv",
        "hung-yen-2016-2020,special_rate,329",
        "nothing,special_rate,329",
        2,
        "programme",
        "programme_unknown",
    ),
    ("targets.csv", "special_rate,329", "nothing,329", 2, "indicator", "indicator_unknown"),
    ("targets.csv", "329,,at_most", "329,2018-01-01,at_most", 2, "area", "area_unknown"),
    ("targets.csv", "count,40", "count,4.5", 2, "value", "target_value"),
    ("targets.csv", "count,40", 'count,"4,5"', 2, "value", "decimal_form"),
    ("targets.csv", "2018-06-01,,\n", "2018-06-01,2018-06-01,\n", 2, "until", "period_empty"),
    ("targets.csv", f",{A}\n", f",{UNKNOWN}\n", 3, "allocated_from", "target_unknown"),
    ("targets.csv", "12145,,", "329,,", 3, "from", "target_no_overlap"),
    ("targets.csv", f"\n{B}", f"\n{A}", 3, "id", "id_taken"),
    (
        "targets.csv",
        "special_rate,329,,at_most,count,40,2019",
        "special_rate,,,at_most,count,40,2020",
        2,
        "from",
        "target_no_overlap",
    ),
    ("populations.csv", "270000", "1200001", 2, "children_under_16", "children_of_population"),
    ("populations.csv", "Báo", "Niên giám", 3, "source", "population_taken"),
    ("populations.csv", "33,,2018-07-01,1200000,,", "34,,2018-07-01,1200000,,", 3, "area", "area_unknown"),
    ("populations.csv", f"\n{B}", f"\n{A}", 3, "id", "id_taken"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "column", "code"), WRONG)
async def test_a_bad_row_is_named(
    connection: asyncpg.Connection, tmp_path: Path, file: str, old: str, new: str, line: int, column: str, code: str
) -> None:
    assert old in GIVEN[file]
    texts = GIVEN | {file: GIVEN[file].replace(old, new, 1)}
    assert await faults(connection, written(tmp_path, texts)) == [(file, line, column, code)]


async def test_files_made_by_hand_add_to_what_ships(connection: asyncpg.Connection, tmp_path: Path) -> None:
    counted = "SELECT (SELECT count(*) FROM target), (SELECT count(*) FROM official_population)"
    before = await connection.fetchrow(counted)
    assert before is not None
    await imported(connection, written(tmp_path, GIVEN))
    assert await connection.fetchrow(counted) == (before[0] + 2, before[1] + 2)


async def test_what_a_register_has_promised_comes_back(
    empty_database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    async with asked(served(empty_database, TODAY)) as api:
        await api.post("/v1/populations", json=figure())
        await api.post(TARGETS, json=target(unit="count", value="9", supersedes=await first(api)))
        page = (await api.get(TARGETS, params={"indicator": "special_rate", "on": "2018-06-01"})).json()
        (revised,) = page["items"]
        body = {"level": "district", "method": "share", "on": "2018-06-30"}
        assert (await api.post(f"{TARGETS}/{revised['id']}/allocation", json=body)).status_code == 200
    own = await asyncpg.connect(empty_database)
    folder = await exported(own, tmp_path / "out")
    await own.close()
    await imported(connection, folder)
    rows = "SELECT md5(string_agg(r::text, '|' ORDER BY r.id)) FROM {} r"
    own = await asyncpg.connect(empty_database)
    for table in ("target", "official_population"):
        assert await connection.fetchval(rows.format(table)) == await own.fetchval(rows.format(table))
    await own.close()
