"""Whatever has happened to a register, it comes back as it was."""

import filecmp
import tempfile
from pathlib import Path

import asyncpg
from hypothesis import given

from service import ledger
from service.exporting import FILES
from tests.importing.folders import exported, imported
from tests.ledger.histories import profile, stories
from tests.ledger.tables import POSTED_ON, Step, enter

# The histories hold what the tables take; these are what the service would not have let in. Steps and deadlines at
# random make no file: how those of a file come back is told by test_steps and tests/deadlines.
UNLAWFUL = """
DELETE FROM deadline;
DELETE FROM case_step;
UPDATE case_file SET stage = NULL;
DELETE FROM circumstance c USING category k WHERE k.code = c.category_code AND NOT k.during @> lower(c.during);
DELETE FROM child WHERE date_of_birth > '2020-12-31';
DELETE FROM case_file WHERE opened_on > '2020-12-31' OR closed_on > '2020-12-31';
DELETE FROM residence r WHERE NOT EXISTS (
    SELECT FROM area_version v WHERE v.area_id = r.area_id AND v.during @> lower(r.during))
"""
EMPTIED = "TRUNCATE child, site, posting, cell, page, total_page, touch CASCADE"


@profile(20)
@given(story=stories())
async def test_any_history_comes_back_with_its_past(empty_database: str, story: list[Step]) -> None:
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute(EMPTIED)
        await enter(connection, story)
        await connection.execute(UNLAWFUL)
        await ledger.rebuild(connection, POSTED_ON)
        with tempfile.TemporaryDirectory() as folder:
            first = await exported(connection, Path(folder) / "first")
            await connection.execute(EMPTIED)
            await imported(connection, first)
            again = await exported(connection, Path(folder) / "again")
            assert filecmp.cmpfiles(first, again, FILES, shallow=False) == (list(FILES), [], [])
        assert await ledger.differences(connection) == []
    finally:
        await connection.close()
