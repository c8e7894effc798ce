"""A file as rows with the lines that a person sees in an editor. What cannot be read is named, and ends the reading."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO

from service.importing.columns import Column, Needed
from service.importing.faults import Fault

LONGEST_LINE = 100_000  # letters: the longest row that can be right has fewer
LONGEST_EDITION = 20_000_000  # it holds the figures of every commune
csv.field_size_limit(LONGEST_EDITION)
UTF8_MARK, UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


class UnreadableError(Exception):
    """The file, or the rest of it, cannot be read."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass
class Sheet:
    """A file that is being read."""

    name: str
    size: int
    marked: bool  # it begins with a byte-order mark
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    raw: BinaryIO

    @property
    def position(self) -> int:
        return self.raw.tell()


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The header of a file, and its rows as they are asked for."""
    with path.open("rb") as raw:
        start = raw.read(4)
        if start[:2] in UTF16_MARKS or b"\x00" in start:
            raise UnreadableError(Fault(path.name, None, None, "spreadsheet_utf16"))
        marked = start.startswith(UTF8_MARK)
        raw.seek(len(UTF8_MARK) if marked else 0)
        # What is not UTF-8 becomes halves of letters, which no field may hold: so its line and column can be named.
        with TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", newline="") as text:
            rows = numbered(text, path.name)
            try:
                _, header = next(rows)
            except StopIteration:
                raise UnreadableError(Fault(path.name, None, None, "file_empty")) from None
            yield Sheet(path.name, path.stat().st_size, marked, header, rows, raw)


def numbered(text: TextIO, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins."""
    reader = csv.reader(lines(text, name), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise UnreadableError(Fault(name, line, None, "quotation")) from None


def lines(text: TextIO, name: str) -> Iterator[str]:
    number, longest = 0, LONGEST_EDITION if name == "editions.csv" else LONGEST_LINE
    while line := text.readline(longest):
        number += 1
        if len(line) == longest and not line.endswith(("\n", "\r")):
            raise UnreadableError(Fault(name, number, None, "line_too_long"))
        yield line


def check_header(sheet: Sheet, columns: Sequence[Column]) -> None:
    """Refuses a file whose columns are not those that are read."""
    name, header, found = sheet.name, sheet.header, []
    known = {column.name for column in columns}
    if not known & set(header):
        joined = len(header) == 1 and any(mark in header[0] for mark in ";\t")
        raise UnreadableError(Fault(name, 1, None, "spreadsheet_separator" if joined else "header_missing"))
    for place, title in enumerate(header):
        if not title:
            found.append(Fault(name, 1, None, "column_without_name", f"column {place + 1}"))
        elif title not in known:
            found.append(Fault(name, 1, printed(title), "column_unknown"))
        elif title in header[:place]:
            found.append(Fault(name, 1, title, "column_twice"))
    needed = [column.name for column in columns if column.needed is not Needed.NOTHING]
    found += [Fault(name, 1, title, "column_missing") for title in needed if title not in header]
    if found:
        raise UnreadableError(*found)


def printed(title: str) -> str:
    """A name from a file, safe and short on a terminal."""
    return title[:50] if title.isprintable() else ascii(title[:50])
