"""Files that are not what they should be, as a whole."""

from pathlib import Path

import asyncpg
import pytest

from service.importing import RefusedError
from tests.importing.folders import BY_HAND, A, faults, imported, written

CHILDREN = BY_HAND["children.csv"]
HEADER = CHILDREN.splitlines()[0]
LATIN = CHILDREN.replace("Đỗ Thị Mận", "Do Thi M\u00e2n").encode().replace("\u00e2".encode(), b"\xe2")

SPOILT = [
    (b"", None, None, "file_empty"),
    (CHILDREN.split("\n", 1)[1], 1, None, "header_missing"),
    (CHILDREN.replace(",", ";"), 1, None, "spreadsheet_separator"),
    (CHILDREN.replace(",", "\t"), 1, None, "spreadsheet_separator"),
    (CHILDREN.encode("utf-16"), None, None, "spreadsheet_utf16"),
    (CHILDREN.encode("utf-16-le"), None, None, "spreadsheet_utf16"),
    (CHILDREN.replace("full_name", "fullname"), 1, "fullname", "column_unknown"),
    (CHILDREN.replace("full_name", "id"), 1, "id", "column_twice"),
    (CHILDREN.replace("\n", ",,\n"), 1, None, "column_without_name"),
    (CHILDREN.replace("Đỗ Thị Mận", '"Đỗ Thị Mận'), 2, None, "quotation"),
    (CHILDREN.replace("Đỗ Thị Mận", '"Đỗ" Thị Mận'), 2, None, "quotation"),
    (CHILDREN.replace("Đỗ Thị Mận", "M" * 200_000), 2, None, "line_too_long"),
    (LATIN, 2, "full_name", "not_utf8"),
    (CHILDREN + ",,,,\n", 4, None, "row_empty"),
    (CHILDREN + "\n", 4, None, "row_empty"),
]


@pytest.mark.parametrize(("text", "line", "column", "code"), SPOILT)
async def test_a_spoilt_file_is_named(
    connection: asyncpg.Connection,
    tmp_path: Path,
    text: str | bytes,
    line: int | None,
    column: str | None,
    code: str,
) -> None:
    found = await faults(connection, written(tmp_path, BY_HAND | {"children.csv": text}))
    assert found[0] == ("children.csv", line, column, code)


async def test_every_missing_column_is_named(connection: asyncpg.Connection, tmp_path: Path) -> None:
    found = await faults(
        connection, written(tmp_path, BY_HAND | {"children.csv": f"id,full_name,sex\n{A},Mận,female\n"})
    )
    assert found == [
        ("children.csv", 1, "date_of_birth", "column_missing"),
        ("children.csv", 1, "date_of_birth_precision", "column_missing"),
    ]


async def test_a_byte_order_mark_is_told_and_is_no_fault(connection: asyncpg.Connection, tmp_path: Path) -> None:
    loaded = await imported(
        connection, written(tmp_path, BY_HAND | {"children.csv": b"\xef\xbb\xbf" + CHILDREN.encode()})
    )
    assert [line for line in loaded.lines() if "byte-order mark" in line and line.startswith("children.csv")]
    assert await connection.fetchval("SELECT count(*) FROM child") == 2


async def test_line_ends_of_windows_are_read(connection: asyncpg.Connection, tmp_path: Path) -> None:
    await imported(connection, written(tmp_path, {name: text.replace("\n", "\r\n") for name, text in BY_HAND.items()}))
    assert await connection.fetchval("SELECT count(*) FROM child") == 2


async def test_files_that_must_be_there_are_named(connection: asyncpg.Connection, tmp_path: Path) -> None:
    texts = {"Children.csv": CHILDREN, "cases.csv": BY_HAND["cases.csv"], "notes.txt": "read me"}
    assert await faults(connection, written(tmp_path, texts)) == [
        ("Children.csv", None, None, "file_unknown"),
        ("children.csv", None, None, "file_missing"),
        ("residences.csv", None, None, "file_missing"),
    ]


@pytest.mark.parametrize(("given", "missing"), [("spells.csv", "postings.csv"), ("postings.csv", "spells.csv")])
async def test_half_a_past_is_refused(connection: asyncpg.Connection, tmp_path: Path, given: str, missing: str) -> None:
    found = await faults(connection, written(tmp_path, BY_HAND | {given: ""}))
    assert found == [(missing, None, None, "past_incomplete")]


async def test_a_folder_that_is_not_there_is_named(connection: asyncpg.Connection, tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert await faults(connection, folder) == [(str(folder), None, None, "folder_unknown")]


async def test_a_register_lives_on_one_day(connection: asyncpg.Connection, tmp_path: Path) -> None:
    texts = BY_HAND | {"register.csv": "today\n2020-12-31\n2021-12-31\n"}
    assert await faults(connection, written(tmp_path, texts)) == [("register.csv", 3, None, "register_one_row")]


async def test_the_first_thousand_faults_are_listed_and_all_are_counted(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    bad = "".join(f"{A},99999,2014-01-01,2013-01-01\n" for _ in range(1500))
    texts = BY_HAND | {
        "children.csv": CHILDREN.replace("female", "F"),
        "residences.csv": f"child_id,commune,from,until\n{bad}",
    }
    with pytest.raises(RefusedError, match="3,001 faults") as refused:
        await imported(connection, written(tmp_path, texts))
    lines = list(refused.value.faults.lines())
    assert len(lines) == 1001
    assert lines[0].startswith("children.csv line 2, sex: not_one_of")
    assert lines[-2].startswith("residences.csv line 501")
    assert lines[-1] == "and 2,001 more"


async def test_no_sentence_repeats_what_stands_in_a_field(connection: asyncpg.Connection, tmp_path: Path) -> None:
    texts = BY_HAND | {"children.csv": CHILDREN.replace("Đỗ Thị Mận,female", " Secret Name,Secret Sex")}
    with pytest.raises(RefusedError) as refused:
        await imported(connection, written(tmp_path, texts))
    assert not any("Secret" in line for line in refused.value.faults.lines())
