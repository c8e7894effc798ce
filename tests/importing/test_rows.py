"""Every rule that a row can break: named with its file, its line, its column and its code."""

from pathlib import Path

import asyncpg
import pytest

from tests.importing.folders import BY_HAND, CASE, LATER_CASE, SITE, UNKNOWN, A, B, faults, with_column, written

# File, what stands in it, what is put in its place, and the line, column and code that are named.
REPLACED = [
    ("children.csv", "Đỗ Thị Mận", "", 2, "full_name", "missing"),
    ("children.csv", "Đỗ Thị Mận", "Đo\u0302\u0303 Thị Mận", 2, "full_name", "text_not_composed"),
    ("children.csv", "Đỗ Thị Mận", " Đỗ Thị Mận", 2, "full_name", "text_not_trimmed"),
    ("children.csv", "Đỗ Thị Mận", '"Đỗ\tMận"', 2, "full_name", "text_unprintable"),
    ("children.csv", "Đỗ Thị Mận", '"Đỗ\nMận"', 2, "full_name", "text_unprintable"),
    ("children.csv", "Đỗ Thị Mận", "Đỗ\0Mận", 2, "full_name", "text_unprintable"),
    ("children.csv", "Đỗ Thị Mận", "M" * 201, 2, "full_name", "text_too_long"),
    ("children.csv", "Đỗ Thị Mận", "#N/A", 2, "full_name", "spreadsheet_error"),
    ("children.csv", A, A[:-1], 2, "id", "identifier_form"),
    ("children.csv", f"{B},", f"{A.upper()},", 3, "id", "id_taken"),
    ("children.csv", "female", "F", 2, "sex", "not_one_of"),
    ("children.csv", "female", "TRUE", 2, "sex", "spreadsheet_truth"),
    ("children.csv", "2010-02-28", "2010-02-29", 2, "date_of_birth", "date_not_existing"),
    ("children.csv", "2010-02-28", "1899-12-31", 2, "date_of_birth", "date_out_of_range"),
    ("children.csv", "2010-02-28", "2021-01-01", 2, "date_of_birth", "date_in_future"),
    ("children.csv", "2010-02-28", "28/2/2010", 2, "date_of_birth", "spreadsheet_date"),
    ("children.csv", "2010-02-28", "28/02/2010", 2, "date_of_birth", "spreadsheet_date"),
    ("children.csv", "2010-02-28", "40237", 2, "date_of_birth", "spreadsheet_day_number"),
    ("children.csv", "2010-02-28", "2010-02-28 00:00:00", 2, "date_of_birth", "date_with_time"),
    ("children.csv", "2010-02-28", "February", 2, "date_of_birth", "date_form"),
    ("children.csv", "2010-02-28,day", "2010-02-28", 2, None, "row_fields"),
    ("children.csv", "2010-02-28,day", "2010-02-28,day,", 2, None, "row_fields"),
    ("residences.csv", f"{A},12145", f"{UNKNOWN},12145", 2, "child_id", "child_unknown"),
    ("residences.csv", "11950", "1950", 4, "commune", "commune_short"),
    ("residences.csv", "11950", "11950.0", 4, "commune", "spreadsheet_decimal"),
    ("residences.csv", "11950", "Lam Sơn", 4, "commune", "commune_form"),
    ("residences.csv", "11950", "99999", 4, "commune", "area_unknown"),
    ("residences.csv", "12145,2014-01-01,\n", "12145,2100-12-31,\n", 2, "commune", "area_not_on_map"),
    ("residences.csv", "2014-01-01,2016-01-01", "2016-01-01,2016-01-01", 3, "until", "period_empty"),
    ("residences.csv", "2014-01-01,2016-01-01", "2014-01-01,", 4, "from", "residence_no_overlap"),
    ("circumstances.csv", f"{A},d.2", f"{UNKNOWN},d.2", 2, "child_id", "child_unknown"),
    ("circumstances.csv", "d.2", "d.9", 2, "category", "category_unknown"),
    ("circumstances.csv", "2018-05-02", "2016-05-02", 2, "category", "category_not_in_force"),
    ("circumstances.csv", "d.2,special", "d.2,at_risk", 2, "kind", "kind_of_other_category"),
    ("circumstances.csv", "2018-01-01,2019-01-01", "2018-01-01,2017-12-31", 3, "until", "period_empty"),
    (
        "circumstances.csv",
        f"{B},poor_household,at_risk,2018-01-01",
        f"{A},d.2,special,2018-06-01",
        3,
        "from",
        "circumstance_no_overlap",
    ),
    ("cases.csv", f"{CASE},{A}", f"{CASE},{UNKNOWN}", 2, "child_id", "child_unknown"),
    ("cases.csv", CASE, LATER_CASE, 3, "id", "id_taken"),
    ("cases.csv", "2018-05-03,2018-09-01", "2018-05-03,2018-05-02", 2, "until", "case_closed_before_opening"),
    ("cases.csv", "2018-10-01", "2021-01-01", 3, "from", "date_in_future"),
    ("cases.csv", "2018-09-01", "2021-01-01", 2, "until", "date_in_future"),
    ("interventions.csv", LATER_CASE, UNKNOWN, 2, "case_id", "case_unknown"),
    ("interventions.csv", "support.3", "support.99", 2, "measure", "measure_unknown"),
    ("interventions.csv", "2018-10-20,", "2018-10-20,2018-10-19", 2, "until", "intervention_ended_before_start"),
    ("sites.csv", f"{SITE},12145,completed", f"{SITE},11950,completed", 3, "commune", "site_in_two_communes"),
    ("sites.csv", f"{SITE},12145,completed", f"{UNKNOWN},12145,completed", 3, "commune", "site_once_in_commune"),
    ("sites.csv", "2016-01-01,2017-01-01", "2016-01-01,2017-02-01", 3, "from", "site_stage_no_overlap"),
    ("sites.csv", "2016-01-01,2017-01-01", "2017-01-01,2017-01-01", 2, "until", "period_empty"),
    ("sites.csv", "completed,2017-01-01", "completed,", 3, "from", "stage_incomplete"),
]

# File, column that may be left out, line, value, column that is named (or the same), code.
ADDED = [
    ("children.csv", "personal_id", 2, "33210000001", "spreadsheet_leading_zeros"),
    ("children.csv", "personal_id", 2, "3.3210000001E+10", "spreadsheet_scientific"),
    ("children.csv", "personal_id", 2, "033210 000001", "child_personal_id_form"),
    ("children.csv", "version", 2, "1.0", "spreadsheet_decimal"),
    ("children.csv", "version", 2, "0", "number_form"),
    ("children.csv", "created_at", 2, "2014-01-01 08:00", "moment_form"),
    ("children.csv", "ethnicity", 2, "Kinh ", "text_not_trimmed"),
    ("residences.csv", "end_reason", 2, "died", "residence_reason_of_an_end"),
    ("residences.csv", "end_reason", 3, "unknown", "not_one_of"),
    ("circumstances.csv", "evidence", 2, "x" * 2001, "text_too_long"),
    ("cases.csv", "outcome", 3, "child_safe", "outcome_of_an_open_case"),
    ("cases.csv", "previous_case_id", 3, UNKNOWN, "previous_case_of_another_child"),
    ("cases.csv", "previous_case_id", 2, LATER_CASE, "previous_case_open"),
    ("cases.csv", "previous_case_id", 3, LATER_CASE, "previous_case_of_itself"),
    ("sites.csv", "version", 3, "2", "site_of_two_versions"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "column", "code"), REPLACED)
async def test_a_bad_row_is_named(
    connection: asyncpg.Connection,
    tmp_path: Path,
    file: str,
    old: str,
    new: str,
    line: int,
    column: str | None,
    code: str,
) -> None:
    texts = BY_HAND | {file: BY_HAND[file].replace(old, new, 1)}
    if (file, column) == ("children.csv", "id"):  # whoever refers to the child would be named as well
        texts = {"residences.csv": "child_id,commune,from,until\n"} | {file: texts[file]}
    found = await faults(connection, written(tmp_path, texts))
    assert found[0] == (file, line, column, code)
    if code not in ("id_taken", "row_fields", "area_not_on_map"):
        assert len(found) == 1


@pytest.mark.parametrize(("file", "column", "line", "value", "code"), ADDED)
async def test_a_bad_field_of_an_optional_column_is_named(
    connection: asyncpg.Connection, tmp_path: Path, file: str, column: str, line: int, value: str, code: str
) -> None:
    texts = BY_HAND | {file: with_column(BY_HAND[file], column, line, value)}
    assert await faults(connection, written(tmp_path, texts)) == [(file, line, column, code)]


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("children.csv", "personal_id"),
        ("residences.csv", "id"),
        ("circumstances.csv", "id"),
        ("sites.csv", "stage_id"),
    ],
)
async def test_what_is_given_twice_is_named_the_second_time(
    connection: asyncpg.Connection, tmp_path: Path, file: str, column: str
) -> None:
    value = "033210000001" if column == "personal_id" else UNKNOWN
    twice = "\n".join(
        f"{row},{column if number == 0 else value}" for number, row in enumerate(BY_HAND[file].splitlines()[:3])
    )
    code = "child_personal_id_taken" if column == "personal_id" else "id_taken"
    found = await faults(connection, written(tmp_path, BY_HAND | {file: twice}))
    assert found == [(file, 3, column, code)]


async def test_cases_that_continue_one_another_in_a_circle_are_named(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    circle = f"""id,child_id,kind,from,until,previous_case_id
{CASE},{A},support,2018-05-03,2018-05-03,{LATER_CASE}
{LATER_CASE},{A},support,2018-05-03,2018-05-03,{CASE}
"""
    texts = {name: BY_HAND[name] for name in ("children.csv", "residences.csv")} | {"cases.csv": circle}
    named = ("previous_case_id", "previous_case_of_itself")
    assert await faults(connection, written(tmp_path, texts)) == [("cases.csv", 2, *named), ("cases.csv", 3, *named)]


async def test_lines_are_counted_as_an_editor_counts_them(connection: asyncpg.Connection, tmp_path: Path) -> None:
    head, first, second, *_ = BY_HAND["children.csv"].replace("Mận", '"Mận"').split("\n")
    text = "\r\n".join([head, first.replace('Đỗ Thị "Mận"', '"Đỗ\r\nThị\r\nMận"'), second.replace("male", "boy"), ""])
    found = await faults(connection, written(tmp_path, BY_HAND | {"children.csv": text}))
    assert found == [
        ("children.csv", 2, "full_name", "text_unprintable"),
        ("children.csv", 5, "sex", "not_one_of"),
    ]


async def test_one_row_can_break_several_rules(connection: asyncpg.Connection, tmp_path: Path) -> None:
    text = BY_HAND["children.csv"].replace("female,2010-02-28", "woman,2010-02-30")
    found = await faults(connection, written(tmp_path, BY_HAND | {"children.csv": text}))
    assert found == [
        ("children.csv", 2, "sex", "not_one_of"),
        ("children.csv", 2, "date_of_birth", "date_not_existing"),
    ]
