"""Counting rules go out and come in: drafts, adopted ones with their past, and those that are still being posted."""

from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from service import ledger
from service.embedded import Server
from tests.conftest import TODAY, clone, run
from tests.importing.folders import BY_HAND, exported, faults, imported, written
from tests.ledger.reference import CHOOSING
from tests.ledger.tables import draft

ADOPTED_ON = date(2019, 3, 1)
RULES = """
SELECT programme_code, number, name_vi, categories, case_kinds, assisting_measures, state, adopted_from, first_posting,
       drafted_by, drafted_at, version,
       ARRAY(SELECT (code, from_age, until_age)::text FROM age_band b WHERE b.rule = r.id ORDER BY from_age) AS bands
FROM counting_rule r WHERE state <> 'withdrawn' ORDER BY number
"""
SPELLS = """
SELECT r.number, s.subject_id, s.measure, s.category, s.during, s.posted, s.withdrawn
FROM spell s JOIN counting_rule r ON r.id = s.rule ORDER BY 1, 2, 3, 4, 5, 6
"""
HEADER = (
    "rule,name_vi,name_en,state,from,drafted_by,drafted_at,categories,case_kinds,assisting_measures,first_posting\n"
)
SOUND = "hung-yen-2016-2020/2,Hai,Two,adopted,2018-01-01,officer,2020-01-01 00:00:00+07,d.2 a,protection,support,\n"


async def state(connection: asyncpg.Connection) -> list[Any]:
    return [[tuple(row) for row in await connection.fetch(question)] for question in (RULES, SPELLS)]


@pytest.fixture
async def register(empty_database: str, tmp_path: Path) -> Any:
    """A register with a rule that chooses, about to be adopted."""
    connection = await asyncpg.connect(empty_database)
    await imported(connection, written(tmp_path / "by hand", BY_HAND))
    await draft(connection, CHOOSING)
    yield connection
    await connection.close()


@pytest.fixture
async def another(server: Server, template: str) -> Any:
    connection = await asyncpg.connect(await clone(server, template, "another_register"))
    yield connection
    await connection.close()
    await run(server, "DROP DATABASE another_register WITH (FORCE)")


@pytest.mark.parametrize("steps", [None, 0, 1, 100])
async def test_what_is_exported_of_rules_comes_back(
    register: asyncpg.Connection, another: asyncpg.Connection, tmp_path: Path, steps: int | None
) -> None:
    if steps is not None:
        await register.execute("SELECT begin_rule(200::smallint, '2018-01-01', 'officer')")
        for _ in range(steps):
            await register.fetchval("SELECT post_rule(200::smallint, $1, 2, 100)", ADOPTED_ON)
    before = await state(register)
    await imported(another, await exported(register, tmp_path / "out"))
    assert await state(another) == before
    assert await ledger.differences(another) == []
    await ledger.post_rules(another, lambda: TODAY)
    assert await ledger.differences(another) == []
    (_, rule), spells = await state(another)
    assert rule[6] == ("draft" if steps is None else "adopted")
    assert {spell[0] for spell in spells} == ({1} if steps is None else {1, 200})


async def test_without_a_past_a_rule_is_known_as_long_as_the_rest(another: asyncpg.Connection, tmp_path: Path) -> None:
    bands = "rule,code,from_age,until_age\nhung-yen-2016-2020/2,0-15,0,16\n"
    rules = {"rules.csv": HEADER + SOUND, "age_bands.csv": bands}
    await imported(another, written(tmp_path / "files", BY_HAND | rules))
    (_, rule), spells = await state(another)
    assert rule[3:9] == (["d.2", "a"], ["protection"], ["support"], "adopted", date(2018, 1, 1), None)
    assert {spell[0] for spell in spells} == {1, 2}
    assert await ledger.differences(another) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (SOUND.replace("2020/2", "2020/1"), ("rule", "rule_taken")),
        (SOUND.replace("2020/2", "2030/2"), ("rule", "rule_form")),
        (SOUND.replace("2020/2", "2020"), ("rule", "rule_form")),
        (SOUND.replace("adopted", "draft"), ("from", "rule_in_force")),
        (SOUND.replace("2018-01-01", ""), ("from", "rule_in_force")),
        (SOUND.replace("d.2 a", "d.2 x"), ("categories", "category_unknown")),
        (SOUND.replace("protection", "care"), ("case_kinds", "not_one_of")),
        (SOUND.replace(",support,", ",care,"), ("assisting_measures", "measure_unknown")),
    ],
)
async def test_a_rule_is_refused_that(
    another: asyncpg.Connection, tmp_path: Path, row: str, expected: tuple[str, str]
) -> None:
    folder = written(tmp_path / "files", BY_HAND | {"rules.csv": HEADER + row})
    assert await faults(another, folder) == [("rules.csv", 2, *expected)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("hung-yen-2016-2020/3,a,0,16\n", [("age_bands.csv", 2, "rule", "rule_unknown")]),
        ("hung-yen-2016-2020/2,a,3,3\n", [("age_bands.csv", 2, "until_age", "age_bands_overlap")]),
        (
            "hung-yen-2016-2020/2,a,0,4\nhung-yen-2016-2020/2,b,3,6\n",
            [("age_bands.csv", 3, "until_age", "age_bands_overlap")],
        ),
    ],
)
async def test_age_bands_are_refused_that(
    another: asyncpg.Connection, tmp_path: Path, rows: str, expected: list[tuple[str, int, str, str]]
) -> None:
    bands = "rule,code,from_age,until_age\n" + rows
    folder = written(tmp_path / "files", BY_HAND | {"rules.csv": HEADER + SOUND, "age_bands.csv": bands})
    assert await faults(another, folder) == expected
