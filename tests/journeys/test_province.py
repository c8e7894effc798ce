"""A province as its people use it: filled, asked, changed, exported, counted again by hand."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import asyncpg
import httpx
import pytest

from service.embedded import attached
from tests.journeys.recount import recount, rows
from tests.journeys.service import Running, client, command, serving

PROGRAMME = "hung-yen-2016-2020"
CHILDREN = 1500
AREAS = Path(__file__).parents[2] / "service" / "reference" / "areas"


@pytest.fixture(scope="module")
def data_dir(folder: Path) -> Path:
    return folder / "a province"


@pytest.fixture(scope="module")
def province(data_dir: Path) -> Iterator[Running]:
    with serving(data_dir, "--demo", "--children", CHILDREN) as running:
        yield running


def scoreboard(api: httpx.Client, day: str, **asked: str) -> dict[str, tuple[int, int | None]]:
    answer = api.get(f"/v1/programmes/{PROGRAMME}/scoreboard", params={"on": day} | asked)
    assert answer.status_code == 200, answer.text
    return {item["indicator"]: (item["numerator"], item["denominator"]) for item in answer.json()["items"]}


def test_every_figure_equals_a_count_from_the_exported_files(province: Running, data_dir: Path, tmp_path: Path) -> None:
    exported = tmp_path / "out"
    done = command("export", exported, "--data-dir", data_dir)
    assert done.returncode == 0, done.stderr
    with client(province) as api:
        assert api.get("/v1/children?count=true&limit=1").json()["total"] == CHILDREN
        for day in ("2015-12-31", "2017-05-31", "2017-06-01", "2018-06-30", "2020-02-29", "2020-12-31"):
            assert scoreboard(api, day) == recount(exported, date.fromisoformat(day))
        for commune in ("12145", "12103"):
            assert scoreboard(api, "2019-06-30", area=commune) == recount(exported, date(2019, 6, 30), commune)


def made_of() -> dict[str, list[str]]:
    """Of which communes of 2016 each commune of 2025 is made, as the lists say; without those that took in a part of
    one, or of which no list says what went there."""
    changes = [row for row in rows(AREAS, "unit_changes") if row["effective_on"] in ("2024-12-01", "2025-07-01")]
    ways: dict[str, set[str]] = {}
    doubtful: set[str] = set()
    for unit in rows(AREAS, "units_2016"):
        codes = {unit["code"]}
        for day in ("2024-12-01", "2025-07-01"):
            lines = [row for row in changes if row["effective_on"] == day and row["old_code"] in codes]
            gone = {row["old_code"] for row in lines}
            codes = (codes - gone) | {row["new_code"] or "12205" for row in lines if row["share"] != "0"}
            if "" in {row["new_code"] for row in lines}:
                doubtful.add("12205")
        if len(unit["code"]) == 5:
            ways[unit["code"]] = codes
    doubtful |= {new for codes in ways.values() if len(codes) > 1 for new in codes}
    found: dict[str, list[str]] = {}
    for old, codes in ways.items():
        for new in codes - doubtful:
            found.setdefault(new, []).append(old)
    return found


def test_every_commune_of_2025_is_what_its_old_communes_come_to(
    province: Running, data_dir: Path, tmp_path: Path
) -> None:
    exported, parts = tmp_path / "out", made_of()
    assert len(parts) == 33, "of 39 that were made of Hưng Yên: five took in a part, one took in nobody knows whom"
    assert command("export", exported, "--data-dir", data_dir).returncode == 0
    day, figures = "2018-06-30", {}
    with client(province) as api:
        for indicator in ("special_rate", "at_risk_rate", "special_assisted_rate", "at_risk_assisted_rate"):
            asked = {"on": day, "map": "2025-07-01", "by": "commune"}
            answer = api.get(f"/v1/indicators/{indicator}/attainment", params=asked).json()
            assert len(answer["by"]) == 104
            assert (answer["numerator"], answer["denominator"]) == scoreboard(api, day)[indicator]
            figures[indicator] = {row["area"]["code"]: row for row in answer["by"]}
    for new, old in parts.items():
        by_hand = recount(exported, date.fromisoformat(day), *old)
        for indicator, found in figures.items():
            assert (found[new]["numerator"], found[new]["denominator"]) == by_hand[indicator], (new, indicator)
            assert found[new]["exact"]


def test_the_day_of_the_demonstration_is_the_last_of_the_programme(province: Running) -> None:
    with client(province) as api:
        assert api.get(f"/v1/programmes/{PROGRAMME}/scoreboard").json()["on"] == "2020-12-31"


def test_a_circumstance_added_by_post_changes_the_next_answer(province: Running, data_dir: Path) -> None:
    with client(province) as api:
        records = api.get("/v1/indicators/special_rate/records?on=2020-12-31&side=numerator&limit=500").json()["items"]
        counts_already = {item["child_id"] for item in records}
        children = api.get("/v1/children?on=2020-12-31&age_until=10&limit=50").json()["items"]
        child = next(c for c in children if c["id"] not in counts_already)
        before = scoreboard(api, "2020-12-31")["special_rate"]
        body = {"category": "d.2", "from": "2020-12-30"}
        assert api.post(f"/v1/children/{child['id']}/circumstances", json=body).status_code == 201
        numerator, denominator = before
        assert scoreboard(api, "2020-12-31")["special_rate"] == (numerator + 1, denominator)
        assert scoreboard(api, "2020-12-31", area=child["commune"]["code"])["special_rate"][0] >= 1
    verified = command("ledger", "verify", "--data-dir", data_dir)
    assert (verified.returncode, verified.stdout.strip()) == (0, "Records, spells and pages agree.")


def test_a_second_service_on_the_folder_says_that_the_first_is_running(province: Running, data_dir: Path) -> None:
    second = command("serve", "--port", 0, "--data-dir", data_dir)
    assert second.returncode == 1
    assert str(province.process.pid) in second.stderr


def test_a_filled_register_is_not_filled_again(province: Running, data_dir: Path) -> None:
    again = command("demo", "--children", 10, "--data-dir", data_dir)
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_the_service_does_not_open_itself_to_the_network(data_dir: Path) -> None:
    refused = command("serve", "--listen", "0.0.0.0", "--data-dir", data_dir)
    assert refused.returncode == 1
    assert "TLS_CERTIFICATE" in refused.stderr


def test_export_does_not_write_over_what_is_there(province: Running, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    refused = command("export", tmp_path, "--data-dir", data_dir)
    assert refused.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


SPOIL_A_PAGE = "UPDATE page SET opening = 1000 WHERE (cell_id, month) = (SELECT cell_id, month FROM page LIMIT 1)"
FORGET_A_RECORD = """
DELETE FROM circumstance WHERE child_id = (SELECT subject_id FROM spell WHERE measure = 'special' LIMIT 1)
"""


async def behind_the_back(dsn: str) -> None:
    """Change a page and the records without a posting, as no part of the service can."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(SPOIL_A_PAGE)
        await connection.execute(FORGET_A_RECORD)
    finally:
        await connection.close()


def test_verify_names_what_differs_and_rebuild_mends_it(province: Running, data_dir: Path) -> None:
    with attached(data_dir) as server:
        asyncio.run(behind_the_back(server.dsn))
    spoilt = command("ledger", "verify", "--data-dir", data_dir)
    assert spoilt.returncode == 1
    assert "difference=the page is not what the spells say" in spoilt.stdout
    assert "difference=in the ledger, not in the records" in spoilt.stdout
    mended = command("ledger", "rebuild", "--data-dir", data_dir)
    assert (mended.returncode, "posting" in mended.stdout) == (0, True)
    assert command("ledger", "verify", "--data-dir", data_dir).returncode == 0
