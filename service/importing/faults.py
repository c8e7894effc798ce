"""What is wrong with the files: where, against which rule, and in a sentence for whoever mends them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.importing.columns import FILES
from service.problems import PROBLEMS

SHOWN = 1000  # faults that are listed; the others are counted

# Rules that only files can break, or that a sentence about a request would explain badly. No sentence repeats a value.
SENTENCES = {
    "folder_unknown": "There is no such folder.",
    "file_missing": "The file must be there.",
    "file_unknown": "No file of this name is read: a misspelt one would be lost.",
    "past_incomplete": "postings.csv and spells.csv belong together: give both (the past comes back) or neither (a new "
    "one begins).",
    "file_empty": "The file is empty; its first line must name the columns.",
    "header_missing": "The first line must name the columns.",
    "spreadsheet_utf16": 'The file is UTF-16 ("Unicode text"): save it as "CSV UTF-8".',
    "spreadsheet_separator": "The columns are separated by semicolons or tabs: separate them by commas.",
    "column_missing": "The column must be there.",
    "column_unknown": "No column of this name is read: a misspelt one would be lost.",
    "column_twice": "Two columns have this name.",
    "column_without_name": "A column has no name: a spreadsheet writes such empty columns beside its table.",
    "quotation": "A quotation mark is opened and not closed, or stands inside a field without being doubled: the rest "
    "of the file cannot be read.",
    "line_too_long": "The line is too long to be a row: the rest of the file cannot be read.",
    "row_empty": "The row is empty: a spreadsheet writes such rows below its table.",
    "row_fields": "The row has more or fewer fields than the header has columns.",
    "missing": "The field must not be empty.",
    "not_utf8": 'The text is not UTF-8: save the file as "CSV UTF-8".',
    "date_form": "A day is written YYYY-MM-DD.",
    "date_not_existing": "The calendar has no such day.",
    "date_out_of_range": "A day lies between 1900-01-01 and 2100-12-31.",
    "date_with_time": "A day is written YYYY-MM-DD, without a time.",
    "spreadsheet_date": "A spreadsheet has written the day in a local form, in which day and month can be mistaken for "
    "one another: write YYYY-MM-DD.",
    "spreadsheet_day_number": "A spreadsheet has written the day as a number of days: write YYYY-MM-DD.",
    "spreadsheet_truth": "A spreadsheet has written TRUE or FALSE.",
    "spreadsheet_scientific": "A spreadsheet has rounded a long number to powers of ten: make the column text and "
    "enter it anew.",
    "spreadsheet_decimal": "A spreadsheet has written the code or number with a decimal point.",
    "spreadsheet_leading_zeros": "The number is too short: a spreadsheet drops zeros at the front. It has 12 digits.",
    "spreadsheet_error": "A spreadsheet has written an error instead of a value.",
    "moment_form": "A moment is written YYYY-MM-DD HH:MM:SS+07, with its offset.",
    "number_form": "A number is written in digits alone and begins at 1.",
    "hash_form": "A hash is written in 64 digits and letters from a to f.",
    "key_form": "A public key is a JWK: a JSON object of short texts.",
    "decimal_form": "A value is written in digits, with a point before its decimals.",
    "whole_form": "A number is written in digits alone and begins at 0.",
    "identifier_form": "An id is a UUID, written with hyphens.",
    "commune_form": "The code of a commune has five digits.",
    "commune_short": "The code of a commune has five digits: a spreadsheet drops zeros at the front, and shorter codes "
    "are those of districts and provinces.",
    "child_personal_id_form": "A personal number has 12 digits.",
    "not_one_of": "The column takes these values",
    "text_unprintable": "The text holds control or unknown characters (a line break, a tab).",
    "text_not_composed": "Marks are separate from their letters (Unicode NFD): save the text composed (NFC).",
    "text_not_trimmed": "There are spaces before or after the text.",
    "text_too_long": "The text is too long.",
    "kind_of_other_category": "The category is not of this kind.",
    "outcome_of_an_open_case": "A case that is not closed has no outcome.",
    "step_content": "It is not what a step of this kind says: JSON as export writes it.",
    "case_not_as_its_steps": "The steps of the case come to something else.",
    "amounts_form": "One whole number or several, with spaces between.",
    "steps_form": "Codes of steps, with spaces between.",
    "deadline_twice": "The case has the deadline already: of one code, start and item.",
    "deadline_not_of_steps": "The steps of the case make no such deadline.",
    "stage_incomplete": "A stage needs the day `from`, and days need a stage.",
    "site_in_two_communes": "Every row of a site names the same commune.",
    "site_of_two_versions": "Every row of a site has the same version.",
    "register_one_row": "The register lives on one day: there is one row, or none.",
    "reform_form": "The document is not a resolution as POST /v1/areas/reforms takes it, with the same day and basis.",
    "posting_taken": "Two postings have this number.",
    "posting_unknown": "There is no such posting.",
    "spell_withdrawn_later": "A spell is withdrawn by a later posting than the one that it was posted by.",
    "edition_hash": "The hash is not that of the content: it was altered since it was sealed.",
    "edition_taken": "Another edition of the same programme, area, day and map has this number.",
    "edition_previous": "It names the edition before: of the same programme, area, day and map, with the number "
    "before. The first names none.",
    "report_number_taken": "Another report of the same receiving place and year has this number.",
    "report_without_child": "No row of reported_children.csv is of this report: each tells of at least one child.",
    "reported_child_twice": "Another child of the report has this number.",
    "rule_taken": "There is a counting rule of this number already.",
    "rule_form": "A counting rule is named by the code of a programme and a number: hung-yen-2016-2020/2.",
    "rule_in_force": "A rule is in force from a day, and a draft is not.",
    "rule_unknown": "There is no such counting rule.",
    "counted_unknown": "Nothing is counted under this name.",
    "spell_known_twice": "The same was known already: the subject would be counted twice",
    "spell_not_in_records": "The records do not say so (without spells.csv and postings.csv a new past begins)",
    "spell_missing": "The records say that this counts, and spells.csv does not (without it and postings.csv a new "
    "past begins)",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. Line and column are empty where it is not of a line or a column."""

    file: str
    line: int | None
    column: str | None
    code: str
    detail: str | None = None

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f" line {self.line}"
        if self.column is not None:
            where += f", {self.column}"
        sentence = SENTENCES.get(self.code) or PROBLEMS[self.code].title["en"]
        return f"{where}: {self.code}: {sentence.rstrip('.')}{f': {self.detail}' if self.detail else ''}."


@dataclass
class Faults:
    """The first faults that were found, and the number of all."""

    first: list[Fault] = field(default_factory=list)
    number: int = 0

    def add(self, *faults: Fault) -> None:
        self.number += len(faults)
        self.first += faults[: max(SHOWN - len(self.first), 0)]

    def extend(self, others: "Faults") -> None:
        """With those of another file, or of another kind."""
        self.first += others.first
        self.number += others.number

    def lines(self) -> Iterator[str]:
        """The report, in the order of files and lines."""
        order = {name: place for place, name in enumerate(FILES)}
        found = sorted(self.first, key=lambda f: (order.get(f.file, -1), f.file, f.line or 0, f.column or ""))
        yield from map(str, found[:SHOWN])
        if self.number > SHOWN:
            yield f"and {self.number - SHOWN:,} more"
