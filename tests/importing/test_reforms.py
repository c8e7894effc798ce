"""Reforms go out and come in: the same map, so that the codes of new communes are read as they were."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from service import ledger
from service.embedded import Server
from tests.conftest import TODAY, clone, run
from tests.importing.folders import BY_HAND, UNKNOWN, A, B, exported, faults, imported, written
from tests.routers.test_reforms import MERGER, NEW, PARTS, UNIT, applied
from tests.signed_in import asked, served

RESOLUTION = (
    '{""effective_on"": ""2018-07-01"", ""legal_basis"": ""NQ"", ""units"": [{""code"": ""12999"", ""name"": ""Sơn"", '
    '""kind"": ""commune""}], ""changes"": [{""change"": ""merged_into"", ""from"": ""12145"", ""to"": ""12999""}, '
    '{""change"": ""merged_into"", ""from"": ""12148"", ""to"": ""12999""}]}'
)
REFORMS = f"""id,effective_on,legal_basis,document
{UNKNOWN},2018-07-01,NQ,"{RESOLUTION}"
"""
MOVED = BY_HAND["residences.csv"].replace(f"{B},11950,2016-01-01", f"{B},12999,2019-01-01")
GIVEN = BY_HAND | {"reforms.csv": REFORMS, "residences.csv": MOVED}
MAP = """
SELECT (SELECT json_agg(json_build_array(v.code, v.name, v.kind, v.during, p.code) ORDER BY v.code, v.during)
        FROM area_version v LEFT JOIN area_version p ON p.area_id = v.parent_id AND p.during && v.during)::text,
       (SELECT json_agg(json_build_array(effective_on, change, share, inferred, legal_basis, reform_id)
                        ORDER BY effective_on, change, share, legal_basis, inferred, reform_id) FROM area_change)::text
"""
WRONG = [
    ("merged_into", "swallowed_by", "document", "reform_form"),
    ('""2018-07-01""', '""2018-07-02""', "document", "reform_form"),
    ("{", "[", "document", "reform_form"),
    ('""12148""', '""12000""', "document", "area_not_on_map"),
    ("2018-07-01,NQ", "1/7/2018,NQ", "effective_on", "spreadsheet_date"),
]


@pytest.fixture
async def own(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection outside a transaction, in which alone there is an export."""
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


async def test_a_commune_that_a_reform_has_made_is_known_to_the_residences(
    own: asyncpg.Connection, tmp_path: Path
) -> None:
    await imported(own, written(tmp_path, GIVEN))
    code = "SELECT v.code FROM residence r JOIN area_version v ON v.area_id = r.area_id WHERE upper_inf(r.during)"
    assert {row[0] for row in await own.fetch(code)} == {"12145", NEW}
    assert await own.fetchval("SELECT account FROM reform") == "operator"


async def test_without_it_the_commune_is_not(connection: asyncpg.Connection, tmp_path: Path) -> None:
    found = await faults(connection, written(tmp_path, BY_HAND | {"residences.csv": MOVED}))
    assert found == [("residences.csv", 4, "commune", "area_unknown")]


@pytest.mark.parametrize(("old", "new", "column", "code"), WRONG)
async def test_a_bad_reform_is_named_and_nothing_is_kept(
    connection: asyncpg.Connection, tmp_path: Path, old: str, new: str, column: str, code: str
) -> None:
    texts = GIVEN | {"reforms.csv": REFORMS.replace(old, new, 1)}
    found = await faults(connection, written(tmp_path, texts))
    assert ("reforms.csv", 2, column, code) in found


async def test_what_reforms_have_made_of_the_map_comes_back(
    server: Server, template: str, empty_database: str, own: asyncpg.Connection, tmp_path: Path
) -> None:
    await imported(own, written(tmp_path / "in", BY_HAND))
    async with asked(served(empty_database, TODAY)) as client:
        await applied(client, MERGER | {"effective_on": "2015-07-01"})
        lines = [line | {"from": NEW, "to": code} for line, code in zip(PARTS, (NEW, "12998"), strict=True)]
        units = [UNIT, UNIT | {"code": "12998"}]
        await applied(client, MERGER | {"effective_on": "2017-01-01", "units": units, "changes": lines})
        settled = await client.post(f"/v1/children/{A}/settle", json={"commune": "12998"}, headers={"If-Match": "*"})
        assert settled.status_code == 200, settled.text
        late = {"commune": NEW, "from": "2018-01-01"}
        assert (await client.post(f"/v1/children/{B}/residences", json=late)).status_code == 201
        await applied(
            client,
            MERGER
            | {
                "effective_on": "2017-06-01",
                "units": [UNIT | {"code": "12990"}],
                "changes": [{"change": "merged_into", "from": code, "to": "12990"} for code in (NEW, "12151")],
            },
        )
    before = await own.fetchrow(MAP)
    folder = await exported(own, tmp_path / "out")
    assert (folder / "residences.csv").read_text().count("2017-01-01\n") == 1  # the day on which the code was read
    fresh = await asyncpg.connect(await clone(server, template, "reforms_to_import"))
    await imported(fresh, folder)
    again = await exported(fresh, tmp_path / "again")
    assert await fresh.fetchrow(MAP) == before
    for name in ("reforms.csv", "residences.csv", "spells.csv", "children.csv", "sites.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
    assert await ledger.differences(fresh) == []
    await fresh.close()
    await run(server, "DROP DATABASE reforms_to_import WITH (FORCE)")
