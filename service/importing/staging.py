"""The files as temporary tables: a table a file, a column a column, and the line on which each row begins."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path

import asyncpg

from service.importing.columns import FILES, PAST, REQUIRED, Needed
from service.importing.faults import Fault, Faults
from service.importing.reading import Sheet, UnreadableError, check_header, opened

Notify = Callable[[str, int, int], None]
CHUNK = 2000  # rows that are sent at once
NAMES = ("id", "number")  # by which other rows refer to a row
NOTHING = r"\N"


class Staged:
    """What was found in the folder."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}  # of each file that is there
        self.marked: list[str] = []  # files that begin with a byte-order mark
        self.faults = Faults()
        self.readable = True  # every file to its end

    @property
    def has_past(self) -> bool:
        return all(name in self.rows for name in PAST)


def table(name: str) -> str:
    return f"staged_{name.removesuffix('.csv')}"


async def stage(connection: asyncpg.Connection, folder: Path, notify: Notify) -> Staged:
    """Reads every file of the folder."""
    staged = Staged()
    staged.faults.add(*folder_faults(folder))
    if staged.faults.number:
        staged.readable = False
        return staged
    for name, columns in FILES.items():
        types = ", ".join(f'"{column.name}" {column.form.sql}' for column in columns)
        await connection.execute(f"CREATE TEMPORARY TABLE {table(name)} (line integer, {types}) ON COMMIT DROP")
        if (folder / name).exists():
            await stage_file(connection, folder / name, staged, notify)
    await connection.execute(f"ANALYZE {', '.join(map(table, FILES))}")
    return staged


def folder_faults(folder: Path) -> Iterator[Fault]:
    """Whether all files are there that must be, and no other."""
    if not folder.is_dir():
        yield Fault(str(folder), None, None, "folder_unknown")
        return
    present = {path.name for path in folder.iterdir()}
    for name in sorted(name for name in present if name.lower().endswith(".csv") and name not in FILES):
        yield Fault(name, None, None, "file_unknown")
    for name in REQUIRED:
        if name not in present:
            yield Fault(name, None, None, "file_missing")
    if len(present & set(PAST)) == 1:
        (missing,) = set(PAST) - present
        yield Fault(missing, None, None, "past_incomplete")


async def stage_file(connection: asyncpg.Connection, path: Path, staged: Staged, notify: Notify) -> None:
    faults = Faults()  # of this file: the first thousand of each
    try:
        with opened(path) as sheet:
            if sheet.marked:
                staged.marked.append(path.name)
            check_header(sheet, FILES[path.name])
            rows = Rows(sheet, faults, notify)
            await connection.copy_to_table(table(path.name), source=rows, columns=["line", *sheet.header])
            staged.rows[path.name] = rows.number
            staged.readable &= rows.readable
    except UnreadableError as error:
        faults.add(*error.faults)
        staged.readable = False
    staged.faults.extend(faults)


class Rows:
    """The rows of a file in the text format of COPY, each of its fields looked at."""

    def __init__(self, sheet: Sheet, faults: Faults, notify: Notify) -> None:
        self.sheet, self.faults, self.notify = sheet, faults, notify
        self.number, self.readable = 0, True
        by_name = {column.name: column for column in FILES[sheet.name]}
        self.columns = [by_name[name] for name in sheet.header]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        doing, chunk = f"{self.sheet.name}, bytes", []
        try:
            for row in self.sheet.rows:
                chunk.append(row)
                if len(chunk) == CHUNK:
                    self.notify(doing, min(self.sheet.position, self.sheet.size - 1), self.sheet.size)
                    yield self.text(chunk)
                    chunk.clear()
        except UnreadableError as error:  # not raised: it would end the transaction, and there are other files to read
            self.faults.add(*error.faults)
            self.readable = False
        yield self.text(chunk)
        self.notify(doing, self.sheet.size, self.sheet.size)

    def text(self, chunk: list[tuple[int, list[str]]]) -> bytes:
        """Looked at by columns, which is fast, as long as nothing is wrong; else row by row, which tells what."""
        lines = self.sound(chunk)
        if lines is None:
            lines = [joined((str(line), *self.fields(line, row))) for line, row in chunk if self.is_row(line, row)]
        self.number += len(lines)
        return "".join(lines).encode()

    def sound(self, chunk: list[tuple[int, list[str]]]) -> list[str] | None:
        """The rows, unless there is something wrong in one. What stands there often is looked at once."""
        rows = [row for _, row in chunk]
        if not all(map(any, rows)) or {*map(len, rows)} - {len(self.columns)}:
            return None
        columns: list[Sequence[str]] = [[str(line) for line, _ in chunk]]
        for column, fields in zip(self.columns, zip(*rows, strict=True), strict=False):
            different = {*fields}
            empty = "" in different
            different.discard("")
            if (empty and column.needed is Needed.VALUE) or any(map(column.form.check, different)):
                return None
            plain = not empty and "\\" not in "".join(different)
            columns.append(fields if plain else [copied(field) for field in fields])
        return [joined(fields) for fields in zip(*columns, strict=True)]

    def is_row(self, line: int, row: list[str]) -> bool:
        if not any(row):
            self.faults.add(Fault(self.sheet.name, line, None, "row_empty"))
            return False
        if len(row) != len(self.columns):
            self.faults.add(Fault(self.sheet.name, line, None, "row_fields", f"{len(row)}, not {len(self.columns)}"))
            return False
        return True

    def fields(self, line: int, row: list[str]) -> list[str]:
        """Of a row with a fault nothing but its name: others may refer to it, and nothing else is said about it."""
        before, fields = self.faults.number, []
        for column, field in zip(self.columns, row, strict=True):
            code = column.form.check(field) if field else "missing" if column.needed is Needed.VALUE else None
            if code is not None:
                self.faults.add(Fault(self.sheet.name, line, column.name, code, ", ".join(column.form.values) or None))
            fields.append(copied(field) if code is None else NOTHING)
        if self.faults.number > before:
            return [
                field if column.name in NAMES else NOTHING for column, field in zip(self.columns, fields, strict=True)
            ]
        return fields


def joined(fields: Iterable[str]) -> str:
    return "\t".join(fields) + "\n"


def copied(field: str) -> str:
    return field.replace("\\", r"\\") or NOTHING
