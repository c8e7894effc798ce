"""Folders of files, as export writes them or as a person makes them by hand."""

from pathlib import Path

import asyncpg
import pytest

from service.exporting import export, whole
from service.importing import Loaded, RefusedError, load
from tests.conftest import TODAY

A, B = "01434b35-0000-7000-8000-00000000000a", "01434b35-0000-7000-8000-00000000000b"
CASE, LATER_CASE = "01434b35-0000-7000-8000-0000000000c1", "01434b35-0000-7000-8000-0000000000c2"
SITE, UNKNOWN = "01434b35-0000-7000-8000-0000000000f1", "01434b35-0000-7000-8000-0000000000ff"

# The columns that a file must have, and no other.
BY_HAND = {
    "children.csv": f"""id,full_name,sex,date_of_birth,date_of_birth_precision
{A},Đỗ Thị Mận,female,2010-02-28,day
{B},Trần Văn Ổi,male,2012-05-01,year
""",
    "residences.csv": f"""child_id,commune,from,until
{A},12145,2014-01-01,
{B},12145,2014-01-01,2016-01-01
{B},11950,2016-01-01,
""",
    "circumstances.csv": f"""child_id,category,kind,from,until
{A},d.2,special,2018-05-02,
{B},poor_household,at_risk,2018-01-01,2019-01-01
""",
    "cases.csv": f"""id,child_id,kind,from,until
{CASE},{A},support,2018-05-03,2018-09-01
{LATER_CASE},{A},protection,2018-10-01,
""",
    "interventions.csv": f"""case_id,measure,from,until
{LATER_CASE},support.3,2018-10-20,
""",
    "sites.csv": f"""id,commune,stage,from,until
{SITE},12145,started,2016-01-01,2017-01-01
{SITE},12145,completed,2017-01-01,
""",
}


def with_column(text: str, name: str, line: int, value: str) -> str:
    """A file with one column more, which has a value on one line and none on the others."""
    rows = text.splitlines()
    fields = [name] + [value if number == line else "" for number in range(2, len(rows) + 1)]
    return "".join(f"{row},{field}\n" for row, field in zip(rows, fields, strict=True))


def written(folder: Path, texts: dict[str, str | bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def silent(_doing: str, _done: int, _total: int) -> None:
    pass


async def exported(connection: asyncpg.Connection, folder: Path) -> Path:
    with whole(folder) as making:
        await export(connection, making, lambda _line: None)
    return folder


async def imported(connection: asyncpg.Connection, folder: Path, *, keep: bool = True) -> Loaded:
    return await load(connection, folder, TODAY, silent, keep=keep)


async def faults(connection: asyncpg.Connection, folder: Path) -> list[tuple[str, int | None, str | None, str]]:
    """What the import names: file, line, column and rule. Nothing has come into the register."""
    with pytest.raises(RefusedError) as refused:
        await imported(connection, folder)
    assert len(list(refused.value.faults.lines())) == refused.value.faults.number
    assert await connection.fetchval("SELECT count(*) FROM child") == 0
    assert await connection.fetchval("SELECT count(*) FROM site") == 0
    return [(fault.file, fault.line, fault.column, fault.code) for fault in refused.value.faults.first]
