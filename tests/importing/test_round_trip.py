"""What export writes, import reads back to the same answers."""

import filecmp
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from service import ledger
from service.demonstration import fill
from service.demonstration.agencies import CENTRE
from service.embedded import Server
from service.exporting import FILES
from service.importing import load
from service.register import RegisterNotEmptyError
from tests.conftest import TODAY, clone
from tests.demonstration.test_filling import LEDGER
from tests.importing.folders import BY_HAND, exported, faults, imported, silent, written
from tests.routers.api import child
from tests.signed_in import asked, served

DAYS = ("2014-06-30", "2016-01-01", "2017-05-31", "2017-06-01", "2018-06-30", "2020-12-31")
KNOWN = ("2016-07-01", "2018-06-30", "2018-07-09", "2019-12-31")


@dataclass(frozen=True)
class Province:
    """A register with a past, and what it exported."""

    dsn: str
    folder: Path


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def serving(dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    async with asked(served(dsn)) as client:
        yield client


@pytest.fixture(scope="module")
async def province(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Province:
    dsn = await clone(server, template, "province_to_export")
    async with connected(dsn) as connection:
        await fill(connection, 1500, 1, silent)
    async with serving(dsn) as api:  # a few writes, so that versions differ
        address = (await api.get("/v1/children?limit=1")).json()["items"][0]["id"]
        for name in ("Đỗ Thị Mận", "Đỗ Thị Mơ"):
            answer = await api.patch(f"/v1/children/{address}", json={"full_name": name}, headers={"If-Match": "*"})
            assert answer.status_code == 200
    async with connected(dsn) as connection:
        return Province(dsn, await exported(connection, tmp_path_factory.mktemp("exported") / "out"))


async def answers(dsn: str) -> list[Any]:
    """What a client can ask: figures on several days, all children with their versions, cases and sites."""
    async with serving(dsn) as api:
        asked = [f"/v1/programmes/hung-yen-2016-2020/scoreboard?on={day}" for day in DAYS]
        asked += ["/v1/programmes/hung-yen-2016-2020/scoreboard", "/v1/cases?limit=500", "/v1/sites?limit=500"]
        asked += ["/v1/agencies?limit=500"]
        asked += [f"/v1/indicators/special_rate/attainment?by=commune&sex=female&on={day}" for day in DAYS]
        children = (await api.get("/v1/children?limit=100")).json()["items"]
        records = [f"/v1/children/{item['id']}" for item in children]
        found = {address: await api.get(address) for address in asked + records}
        assert all(answer.status_code == 200 for answer in found.values())
        # The ETag of a figure says when its pages were made, which is another moment in every register.
        return [(found[a].json(), found[a].headers["etag"] if a in records else None) for a in found]


async def answers_of_the_past(dsn: str) -> dict[str, Any]:
    """The same figures as they were known at the close of earlier days, and what has changed since, why, by whom."""
    rate, day = "/v1/indicators/special_rate", "on=2018-06-30"
    questions: list[str] = []
    for known in KNOWN:
        questions += [
            f"{rate}/attainment?by=commune&{day}&known={known}",
            f"{rate}/attainment?by=district&sex=female&age_band=6-10&category=d&{day}&known={known}",
            f"{rate}/series?known={known}",
            f"{rate}/records?{day}&side=numerator&limit=500&known={known}",
            f"/v1/programmes/hung-yen-2016-2020/scoreboard?{day}&known={known}",
            f"{rate}/restatements?{day}&from_known={known}",
            f"{rate}/restatements/records?{day}&from_known={known}&limit=500",
        ]
    async with serving(dsn) as api:
        found = {path: await api.get(path) for path in questions}
    assert {path: answer.status_code for path, answer in found.items() if answer.status_code != 200} == {}
    return {path: answer.json() for path, answer in found.items()}


async def test_files_of_a_register_that_was_imported_are_the_same_files(
    province: Province, empty_database: str, tmp_path: Path
) -> None:
    async with connected(empty_database) as connection:
        await load(connection, province.folder, None, silent)
        assert await ledger.differences(connection) == []
        again = await exported(connection, tmp_path / "again")
    assert filecmp.cmpfiles(province.folder, again, FILES, shallow=False) == (list(FILES), [], [])


async def test_files_do_not_depend_on_the_settings_of_the_session(province: Province, tmp_path: Path) -> None:
    async with connected(province.dsn) as connection:
        await connection.execute("SET DateStyle = 'German'; SET TimeZone = 'Asia/Tokyo'")
        again = await exported(connection, tmp_path / "again")
    assert filecmp.cmpfiles(province.folder, again, FILES, shallow=False) == (list(FILES), [], [])


async def test_every_answer_is_the_same(province: Province, empty_database: str) -> None:
    async with connected(province.dsn) as source, connected(empty_database) as connection:
        await load(connection, province.folder, None, silent)
        for rows in LEDGER.values():
            digest = f"SELECT count(*), md5(string_agg(r::text, '|' ORDER BY r::text)) FROM ({rows}) r"
            assert await connection.fetchrow(digest) == await source.fetchrow(digest)
        carried = "SELECT fixed_today, page_horizon, demonstration FROM register"
        assert await connection.fetchrow(carried) == await source.fetchrow(carried)
    given = (province.folder / "interventions.csv").read_text()
    assert str(CENTRE.id) in given  # so that agencies are among the answers
    assert await answers(empty_database) == await answers(province.dsn)
    past = await answers_of_the_past(province.dsn)
    restated = [past[f"/v1/indicators/special_rate/restatements?on=2018-06-30&from_known={known}"] for known in KNOWN]
    assert restated[0]["before"] != restated[0]["after"]  # so that there is a past to compare
    assert await answers_of_the_past(empty_database) == past


async def test_writing_goes_on_after_an_import(province: Province, empty_database: str) -> None:
    async with connected(empty_database) as connection:
        await load(connection, province.folder, None, silent)
        last = await connection.fetchval("SELECT max(number) FROM posting")
        async with serving(empty_database) as api:
            assert (await api.post("/v1/children", json=child())).status_code == 201
        assert await connection.fetchval("SELECT max(number) FROM posting") == last + 1
        assert await ledger.differences(connection) == []


def without_past(answer: Any) -> Any:
    """Without what an answer says of when the registers were touched."""
    if isinstance(answer, dict):
        of_past = ("completeness", "state", "touched_on")
        return {name: without_past(part) for name, part in answer.items() if name not in of_past}
    return [without_past(part) for part in answer] if isinstance(answer, (list, tuple)) else answer


async def test_without_spells_and_postings_a_new_past_begins(
    province: Province, empty_database: str, tmp_path: Path
) -> None:
    names = [name for name in FILES if name not in ("spells.csv", "postings.csv")]
    folder = written(tmp_path / "records", {name: (province.folder / name).read_bytes() for name in names})
    async with connected(empty_database) as connection:
        loaded = await load(connection, folder, None, silent)
        assert not loaded.has_past
        posting = await connection.fetchrow("SELECT count(*), min(day), min(cause), min(actor) FROM posting")
        assert tuple(posting or ()) == (1, TODAY, "import", "operator")
        assert await ledger.differences(connection) == []
    new, old = await answers(empty_database), await answers(province.dsn)
    assert without_past(new) == without_past(old)
    assert new != old, "in which quarters the registers were touched is of the past"


async def test_a_dry_run_keeps_nothing(province: Province, empty_database: str) -> None:
    async with connected(empty_database) as connection:
        loaded = await load(connection, province.folder, None, silent, keep=False)
        assert loaded.rows["children.csv"] == 1500
        for table in ("child", "site", "posting", "spell", "page", "total_page"):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
        assert await connection.fetchval("SELECT fixed_today FROM register") is None
        await load(connection, province.folder, None, silent)


async def test_a_register_that_is_not_empty_is_left_alone(connection: asyncpg.Connection, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", BY_HAND)
    await imported(connection, folder)
    before = await connection.fetch("SELECT * FROM child")
    with pytest.raises(RegisterNotEmptyError, match="another DATA_DIR"):
        await imported(connection, folder)
    assert await connection.fetch("SELECT * FROM child") == before


async def test_while_it_runs_readers_and_writers_wait(
    empty_database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    folder = written(tmp_path / "in", BY_HAND)
    async with connected(empty_database) as importer, connected(empty_database) as other:
        async with importer.transaction():
            await imported(importer, folder)
            await other.execute("SET lock_timeout = '50ms'")
            for statement in ("SELECT count(*) FROM child", "INSERT INTO site (area_id) SELECT min(id) FROM area"):
                with pytest.raises(asyncpg.LockNotAvailableError):
                    await other.execute(statement)
        assert await other.fetchval("SELECT count(*) FROM child") == 2


async def test_files_made_by_hand_need_only_the_named_columns(empty_database: str, tmp_path: Path) -> None:
    async with connected(empty_database) as connection:
        loaded = await imported(connection, written(tmp_path / "in", BY_HAND))
        assert "spells.csv: not there" in loaded.lines()
        assert await ledger.differences(connection) == []
        counted = await connection.fetch(
            "SELECT measure, count(*) FROM spell WHERE category = 'all' GROUP BY 1 ORDER BY 1"
        )
        again = await exported(connection, tmp_path / "again")
    assert dict(counted) == {
        **{"at_risk": 1, "children": 3, "model": 1, "special": 1},
        **{"special_managed": 2, "special_assisted": 1, "special_support": 1},
    }
    assert len((again / "interventions.csv").read_text().splitlines()) == 2


async def test_children_and_residences_are_enough(connection: asyncpg.Connection, tmp_path: Path) -> None:
    texts = {name: BY_HAND[name] for name in ("children.csv", "residences.csv")}
    await imported(connection, written(tmp_path, texts))
    assert await connection.fetchval("SELECT count(*) FROM spell") == 3


async def test_a_register_of_nothing_comes_back(empty_database: str, tmp_path: Path) -> None:
    async with connected(empty_database) as connection:
        folder = await exported(connection, tmp_path / "empty")
        await imported(connection, folder)
        assert await connection.fetchval("SELECT count(*) FROM posting") == 0


async def test_a_site_whose_stage_began_off_the_map_comes_back(empty_database: str, tmp_path: Path) -> None:
    async with connected(empty_database) as connection:
        await imported(connection, written(tmp_path / "in", BY_HAND))
        await connection.execute("UPDATE site_stage SET during = '[2099-01-01,)' WHERE stage = 'completed'")
        await connection.execute("INSERT INTO site (area_id) SELECT area_id FROM area_version WHERE code = '12148'")
        await ledger.rebuild(connection, TODAY)
        folder = await exported(connection, tmp_path / "out")
        await connection.execute("TRUNCATE child, site, posting, cell, page, total_page, touch CASCADE")
        await imported(connection, folder)
        again = await exported(connection, tmp_path / "again")
    assert filecmp.cmpfiles(folder, again, FILES, shallow=False) == (list(FILES), [], [])


PAST = [
    ("spells.csv", "hung-yen-2016-2020/1", "hung-yen-2016-2020/9", "rule", "rule_unknown"),
    ("spells.csv", ",children,", ",adults,", "measure", "counted_unknown"),
    ("spells.csv", ",all,", ",every,", "category", "category_unknown"),
    ("spells.csv", ",1,\n", ",7,\n", "posted", "posting_unknown"),
    ("spells.csv", ",1,\n", ",1,1\n", "withdrawn", "spell_withdrawn_later"),
    ("spells.csv", ",12145,,", ",12145,2001-01-01,", "commune", "area_not_on_map"),
    ("spells.csv", ",12145,,", ",99999,,", "commune", "area_unknown"),
    ("postings.csv", "operator", "", "actor", "missing"),
]


@pytest.mark.parametrize(("file", "old", "new", "column", "code"), PAST)
async def test_a_bad_row_of_the_past_is_named(
    empty_database: str, tmp_path: Path, file: str, old: str, new: str, column: str, code: str
) -> None:
    async with connected(empty_database) as connection:
        await imported(connection, written(tmp_path / "in", BY_HAND))
        folder = await exported(connection, tmp_path / "out")
        await connection.execute("TRUNCATE child, site, posting, cell, page, total_page, touch CASCADE")
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
        (found,) = await faults(connection, folder)
    assert found == (file, found[1], column, code)


async def test_where_records_and_spells_disagree_both_are_named(
    province: Province, empty_database: str, tmp_path: Path
) -> None:
    folder = written(tmp_path / "in", {name: (province.folder / name).read_bytes() for name in FILES})
    spells = (folder / "spells.csv").read_text().splitlines(keepends=True)
    forgotten = next(n for n, row in enumerate(spells) if ",children,all," in row and row.endswith(",\n"))
    subject = spells.pop(forgotten).split(",")[0]
    children = (folder / "children.csv").read_text().splitlines()
    line = next(n for n, row in enumerate(children, 1) if row.startswith(subject))
    (folder / "spells.csv").write_text("".join(spells))
    stages = (folder / "sites.csv").read_text().splitlines(keepends=True)
    counted = next(n for n, row in enumerate(stages) if ",completed," in row)
    (folder / "sites.csv").write_text("".join(stages[:counted] + stages[counted + 1 :]))
    async with connected(empty_database) as connection:
        found = await faults(connection, folder)
    assert ("children.csv", line, None, "spell_missing") in found
    assert any((file, code) == ("spells.csv", "spell_not_in_records") for file, _, _, code in found)


async def test_what_a_later_version_counts_becomes_known_with_the_import(
    province: Province, empty_database: str, tmp_path: Path
) -> None:
    folder = written(tmp_path / "in", {name: (province.folder / name).read_bytes() for name in FILES})
    spells = (folder / "spells.csv").read_text().splitlines(keepends=True)
    told = [row for row in spells if "_managed," not in row]
    managed = [row for row in spells if "_managed," in row and row.endswith(",\n")]
    (folder / "spells.csv").write_text("".join(told))
    async with connected(empty_database) as connection:
        await imported(connection, folder)
        assert await ledger.differences(connection) == []
        since = await connection.fetch("""
            SELECT count(*), min(posted) = max(posted), min(posted) = (SELECT max(number) FROM posting)
            FROM spell WHERE measure LIKE '%\\_managed'
        """)
    assert [tuple(row) for row in since] == [(len(managed), True, True)]


async def test_a_spell_that_was_known_twice_is_named(province: Province, empty_database: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", {name: (province.folder / name).read_bytes() for name in FILES})
    with (folder / "spells.csv").open("a") as file:
        file.write((province.folder / "spells.csv").read_text().splitlines()[1] + "\n")
    async with connected(empty_database) as connection:
        (found,) = await faults(connection, folder)
    last = len((folder / "spells.csv").read_text().splitlines())
    assert found == ("spells.csv", last, None, "spell_known_twice")
