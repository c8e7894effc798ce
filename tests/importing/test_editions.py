"""Editions go out with the past on which they stand, and verify where they come in."""

from pathlib import Path

import pytest

from service.embedded import Server
from service.exporting import FILES
from service.importing.columns import PAST
from tests.conftest import TODAY, clone
from tests.importing.folders import UNKNOWN, exported, faults, imported, written
from tests.importing.test_round_trip import connected
from tests.routers.api import LAM_SON, PHU_UNG, registered
from tests.routers.test_editions import EDITIONS, bytes_of, sealed, verified
from tests.routers.test_reforms import SPLIT, applied
from tests.signed_in import asked, served

ROW = 2  # the line of the first edition


@pytest.fixture(scope="module")
async def published(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a register with two editions of one day, between which a child was added, and one of a later map."""
    dsn = await clone(server, template, "editions_to_export")
    async with asked(served(dsn, TODAY)) as client:
        await registered(client, commune=PHU_UNG)
        await sealed(client, note="Bản đầu")
        await client.post(
            f"{await registered(client, commune=LAM_SON)}/circumstances", json={"category": "d", "from": "2018-01-01"}
        )
        await sealed(client)
        # A reform that redraws the map, and divides children of whom nobody has told where they live.
        parts = [{name: line[name] for name in ("change", "from", "to")} for line in SPLIT["changes"]]
        await applied(client, SPLIT | {"changes": parts})
        await sealed(client, on="2020-12-31")
    async with connected(dsn) as connection:
        folder = await exported(connection, tmp_path_factory.mktemp("editions") / "out")
    return {name: (folder / name).read_bytes() for name in FILES}


async def test_an_edition_verifies_where_it_is_imported_byte_for_byte(
    empty_database: str, published: dict[str, bytes], tmp_path: Path
) -> None:
    async with connected(empty_database) as connection:
        await imported(connection, written(tmp_path / "in", published))
        again = await exported(connection, tmp_path / "again")
    assert (again / "editions.csv").read_bytes() == published["editions.csv"]
    async with asked(served(empty_database, TODAY)) as client:
        of_split, two, one = (await client.get(EDITIONS)).json()["items"]
        assert (one["number"], one["note"], two["number"], two["previous"]) == (1, "Bản đầu", 2, one["id"])
        for edition in (one, two, of_split):
            assert (await verified(client, edition))["verified"]
            assert len(await bytes_of(client, edition)) > 100_000
        await registered(client)
        three = await sealed(client)
        assert (three["number"], three["previous"]) == (3, two["id"])
        assert (await verified(client, two))["verified"]


WRONG = [
    ('""numerator"":0', '""numerator"":1', ROW, "hash", "edition_hash"),
    (",hung-yen-2016-2020,33,", ",hung-yen,33,", ROW, "programme", "programme_unknown"),
    (",2018-06-30,2018-06-30,1,", ",2018-06-30,2018-06-30,9,", ROW, "posting", "posting_unknown"),
    (",2,hung-yen-2016-2020", ",1,hung-yen-2016-2020", ROW + 1, "number", "edition_taken"),
    (",2,hung-yen-2016-2020", ",3,hung-yen-2016-2020", ROW + 1, "previous", "edition_previous"),
    (",Bản đầu,,", f",Bản đầu,{UNKNOWN},", ROW, "previous", "edition_previous"),
    ('""kty"": ""EC""', '""kty"": [""EC""]', ROW, "key", "key_form"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "code"), WRONG)
async def test_a_bad_edition_is_named(
    empty_database: str,
    published: dict[str, bytes],
    tmp_path: Path,
    old: str,
    new: str,
    line: int,
    column: str,
    code: str,
) -> None:
    text = published["editions.csv"].decode()
    assert old in text
    files = published | {"editions.csv": text.replace(old, new, 1)}
    async with connected(empty_database) as connection:
        found = await faults(connection, written(tmp_path / "in", files))
    assert ("editions.csv", line, column, code) in found


async def test_without_its_past_an_edition_is_refused(
    empty_database: str, published: dict[str, bytes], tmp_path: Path
) -> None:
    files = {name: text for name, text in published.items() if name not in PAST}
    async with connected(empty_database) as connection:
        found = await faults(connection, written(tmp_path / "in", files))
    assert {code for *_, code in found} == {"posting_unknown"}
