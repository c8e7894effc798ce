"""What is drawn is what a register could hold. Without a database."""

from datetime import date
from itertools import pairwise

import pytest

from service import reference
from service.demonstration.categories import is_of_2004
from tests.demonstration.drawn import FIRST_DAY, Record, by, communes, province, records

LAST_DAY = date(2020, 12, 31)
NEW_GROUPS = date(2017, 6, 1)
SMALL = [1, 7, 200]


def starts(row: Record) -> date:
    first: date = row["during"].lower
    return first


def end(row: Record) -> date:
    return row["during"].upper or date.max


@pytest.mark.parametrize("children", [*SMALL, 3000])
def test_there_are_as_many_children_as_asked_for(children: int) -> None:
    assert len(records(children)["child"]) == children


@pytest.mark.parametrize("children", SMALL)
def test_the_same_number_and_seed_draw_the_same_rows(children: int) -> None:
    first = records(children)
    province.cache_clear()
    records.cache_clear()
    assert records(children) == first


def test_another_seed_draws_other_rows() -> None:
    one, other = records(200, 1), records(200, 2)
    assert all(one[table] != other[table] for table in one)


def test_identifiers_are_unique_and_of_version_7() -> None:
    for table, rows in records().items():
        ids = {row["id"] for row in rows}
        assert len(ids) == len(rows), table
        assert {identifier.version for identifier in ids} == {7}


def test_personal_numbers_are_unique_and_commoner_since_2016() -> None:
    children = records()["child"]
    numbers = [row["personal_id"] for row in children if row["personal_id"]]
    assert len(set(numbers)) == len(numbers)
    born_since = [row["personal_id"] is not None for row in children if row["date_of_birth"] >= date(2016, 1, 1)]
    born_before = [row["personal_id"] is not None for row in children if row["date_of_birth"] < date(2016, 1, 1)]
    assert sum(born_since) / len(born_since) > 0.9 > 0.5 > sum(born_before) / len(born_before) > 0


def test_births_lie_in_range_and_spread_over_the_years() -> None:
    born = [row["date_of_birth"] for row in records()["child"]]
    assert date(1998, 1, 2) <= min(born) <= max(born) <= LAST_DAY
    by_year = [sum(day.year == year for day in born) for year in range(1998, 2021)]
    assert max(by_year) < 2 * min(by_year)


def test_everyone_lives_in_the_province_from_birth_or_the_first_day() -> None:
    stays = by("child_id", records()["residence"])
    for child in records()["child"]:
        assert min(map(starts, stays[child["id"]])) == max(child["date_of_birth"], FIRST_DAY)


def test_residences_do_not_overlap_and_moves_leave_no_gap() -> None:
    for rows in by("child_id", records()["residence"]).values():
        for before, after in pairwise(sorted(rows, key=starts)):
            assert end(before) <= starts(after)
            assert before["end_reason"] in ("moved", "left")
            assert (before["end_reason"] == "moved") == (end(before) == starts(after))
        assert all((row["end_reason"] is None) == (row["during"].upper is None) for row in rows)


def test_residences_and_sites_lie_in_communes_that_exist_all_the_time() -> None:
    assert len(communes()) == 161
    there = {commune.area for commune in communes()}
    lasting = {v.area for v in reference.hung_yen().versions if LAST_DAY in v.during}
    assert there <= lasting
    assert {row["area_id"] for row in records()["residence"]} <= there
    assert {row["area_id"] for row in records()["site"]} <= there


def test_some_children_move_and_few_leave_or_die() -> None:
    reasons = by("end_reason", records(20_000)["residence"])
    assert 0.03 < len(reasons["moved"]) / 20_000 < 0.09
    assert 0 < len(reasons["died"]) < len(reasons["left"]) < 0.02 * 20_000


def test_every_category_is_in_force_on_the_first_day_of_the_circumstance() -> None:
    listed = {row["code"]: row for row in reference.rows("categories.csv")}
    for row in records(20_000)["circumstance"]:
        category = listed[row["category_code"]]
        assert (category["from"] or "0001-01-01") <= str(starts(row)) < (category["until"] or "9999-12-31")


def test_circumstances_begin_after_birth_and_do_not_overlap_in_a_category() -> None:
    born = {row["id"]: row["date_of_birth"] for row in records(20_000)["child"]}
    for child, rows in by("child_id", records(20_000)["circumstance"]).items():
        assert all(born[child] <= starts(row) < end(row) for row in rows)
        for same in by("category_code", rows).values():
            assert all(end(before) <= starts(after) for before, after in pairwise(sorted(same, key=starts)))


def test_circumstances_of_every_sort_occur() -> None:
    rows = records(20_000)["circumstance"]
    kind = {row["code"]: row["kind"] for row in reference.rows("categories.csv")}
    assert any(starts(row) < NEW_GROUPS < end(row) for row in rows if is_of_2004(row["category_code"]))
    assert any("." in row["category_code"] for row in rows)
    assert any(row["during"].upper is None for row in rows)
    assert any(row["during"].upper is not None for row in rows)
    by_child = by("child_id", rows).values()
    assert any({kind[row["category_code"]] for row in several} == {"special", "at_risk"} for several in by_child)


def test_cases_are_opened_in_the_years_of_the_register_and_closed_after() -> None:
    for row in records(20_000)["case_file"]:
        assert FIRST_DAY <= row["opened_on"] <= (row["closed_on"] or LAST_DAY) <= LAST_DAY
        assert (row["closed_on"] is None) == (row["outcome"] is None)


def test_a_reopened_case_follows_a_closed_one_of_the_same_child() -> None:
    cases = {row["id"]: row for row in records(20_000)["case_file"]}
    reopened = [row for row in cases.values() if row["previous_case_id"]]
    assert reopened
    for row in reopened:
        before = cases[row["previous_case_id"]]
        assert before["child_id"] == row["child_id"]
        assert before["closed_on"] <= row["opened_on"]


def test_cases_of_every_sort_occur() -> None:
    cases, given = records(20_000)["case_file"], by("case_id", records(20_000)["intervention"])
    assert {row["kind"] for row in cases} == {"protection", "support"}
    assert any(row["id"] not in given for row in cases)
    assert any(row["opened_on"] == row["closed_on"] for row in cases)
    assert any(
        row["id"] in given and min(i["started_on"] for i in given[row["id"]]) > row["opened_on"] for row in cases
    )


def test_interventions_are_measures_given_before_the_case_is_closed() -> None:
    measures = {row["code"] for row in reference.rows("intervention_measures.csv") if row["parent"]}
    closed = {row["id"]: row["closed_on"] or date.max for row in records(20_000)["case_file"]}
    rows = records(20_000)["intervention"]
    assert {row["measure_code"] for row in rows} == measures
    for row in rows:
        assert row["started_on"] <= min(LAST_DAY, closed[row["case_id"]])
        assert row["ended_on"] is None or row["started_on"] <= row["ended_on"] <= LAST_DAY


def test_the_model_begins_in_sixteen_communes_of_four_districts() -> None:
    district = {commune.area: commune.district for commune in communes()}
    started = {
        row["site_id"] for row in records()["site_stage"] if row["stage"] == "started" and starts(row).year < 2017
    }
    areas = [row["area_id"] for row in records()["site"] if row["id"] in started]
    assert sorted(district[area] for area in areas) == sorted(["328", "329", "332", "333"] * 4)


def test_the_stages_of_a_site_follow_each_other() -> None:
    stages = by("site_id", records()["site_stage"])
    assert len(stages) == len(records()["site"])
    for rows in stages.values():
        assert rows[0]["stage"] == "planned"
        assert all(end(before) == starts(after) for before, after in pairwise(rows))
        assert rows[-1]["during"].upper is None
    assert {row["stage"] for row in records()["site_stage"]} == {
        "planned",
        "started",
        "completed",
        "replicated",
        "stopped",
    }
