"""The forms of fields: what may stand in one, which rule it breaks else, and what spreadsheets make of it."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from service.domain.procedure.step import StepCode
from service.wire import FIRST_DAY, LAST_DAY

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LOCAL_DAY = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{4}[/.][0-9]{1,2}[/.][0-9]{1,2}")
IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
)
SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
DECIMAL = re.compile(r"[0-9]+[.,]0*")
ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|#+)")
Check = Callable[[str], str | None]  # of a field that is not empty: the code of the rule that it breaks


@dataclass(frozen=True)
class Form:
    """The type of the database's column and the check that a field is one."""

    sql: str
    check: Check
    values: tuple[str, ...] = ()


def spreadsheet_habit(field: str) -> str | None:
    """What a spreadsheet has made of a field that should be a code or a number."""
    if field in ("TRUE", "FALSE"):
        return "spreadsheet_truth"
    if SCIENTIFIC.fullmatch(field):
        return "spreadsheet_scientific"
    if DECIMAL.fullmatch(field):
        return "spreadsheet_decimal"
    return "spreadsheet_error" if ERROR.match(field) else None


def not_of_form(field: str, code: str) -> str:
    """Why a field is not what it should be, as nearly as it can be told."""
    if any("\ud800" <= letter <= "\udfff" for letter in field):
        return "not_utf8"
    return spreadsheet_habit(field) or code


def not_a_day(field: str) -> str | None:
    if DAY.fullmatch(field):
        try:
            day = date.fromisoformat(field)
        except ValueError:
            return "date_not_existing"
        return None if FIRST_DAY <= day <= LAST_DAY else "date_out_of_range"
    if LOCAL_DAY.fullmatch(field):
        return "spreadsheet_date"
    if re.fullmatch(r"[0-9]{5}", field):
        return "spreadsheet_day_number"
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]", field):
        return "date_with_time"
    return not_of_form(field, "date_form")


def not_a_moment(field: str) -> str | None:
    try:
        if MOMENT.fullmatch(field) and FIRST_DAY <= datetime.fromisoformat(field).date() <= LAST_DAY:
            return None
    except ValueError:
        pass
    return not_of_form(field, "moment_form")


def not_an_identifier(field: str) -> str | None:
    return None if IDENTIFIER.fullmatch(field) else not_of_form(field, "identifier_form")


def not_a_commune(field: str) -> str | None:
    if re.fullmatch(r"[0-9]{5}", field):
        return None
    return "commune_short" if re.fullmatch(r"[0-9]{1,4}", field) else not_of_form(field, "commune_form")


def not_a_personal_id(field: str) -> str | None:
    if re.fullmatch(r"[0-9]{12}", field):
        return None
    short = re.fullmatch(r"[0-9]{1,11}", field)
    return "spreadsheet_leading_zeros" if short else not_of_form(field, "child_personal_id_form")


def not_a_key(field: str) -> str | None:
    """A public key is a JWK: names and texts of letters, digits, hyphens and underscores."""
    text = r'"[A-Za-z0-9_-]*"'
    member = rf"{text}: ?{text}"
    return None if re.fullmatch(rf"\{{{member}(, ?{member})*\}}", field) else not_of_form(field, "key_form")


def number(sql: str, digits: int) -> Form:
    """A whole number from 1 on."""
    pattern = re.compile(f"[1-9][0-9]{{0,{digits - 1}}}")
    return Form(sql, lru_cache(lambda field: None if pattern.fullmatch(field) else not_of_form(field, "number_form")))


def not_a_decimal(field: str) -> str | None:
    return None if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,10})?", field) else not_of_form(field, "decimal_form")


def not_whole(field: str) -> str | None:
    return None if re.fullmatch(r"0|[1-9][0-9]{0,8}", field) else not_of_form(field, "whole_form")


def not_amounts(field: str) -> str | None:
    return (
        None if re.fullmatch(r"[1-9][0-9]{0,2}( [1-9][0-9]{0,2}){0,11}", field) else not_of_form(field, "amounts_form")
    )


def not_steps(field: str) -> str | None:
    return None if set(field.split(" ")) <= set(StepCode) else not_of_form(field, "steps_form")


def choice(*values: str, sql: str = "text") -> Form:
    return Form(sql, lambda field: None if field in values else not_of_form(field, "not_one_of"), values)


def printable(longest: int) -> Check:
    """Text as it may be stored: named, and never mended, where it is not."""

    def not_printable(field: str) -> str | None:
        if not field.isprintable():
            kinds = {unicodedata.category(letter) for letter in field}
            if "Cs" in kinds:
                return "not_utf8"
            if kinds & {"Cc", "Cn"}:  # letters that this Python does not know may be composed otherwise elsewhere
                return "text_unprintable"
        if not unicodedata.is_normalized("NFC", field):
            return "text_not_composed"
        if field != field.strip():
            return "text_not_trimmed"
        if ERROR.fullmatch(field):
            return "spreadsheet_error"
        return None if len(field) <= longest else "text_too_long"

    return not_printable


def not_a_code(field: str) -> str | None:
    return printable(50)(field) or spreadsheet_habit(field)


def not_a_document(field: str) -> str | None:
    try:
        sound = isinstance(json.loads(field), dict)
    except (ValueError, RecursionError):
        sound = False
    return printable(100_000)(field) if sound else not_of_form(field, "reform_form")


def not_content(field: str) -> str | None:
    """What a step says, but for its areas: how its parts must be, its kind tells."""
    try:
        sound = isinstance(json.loads(field), dict)
    except (ValueError, RecursionError):
        sound = False
    return printable(100_000)(field) if sound else not_of_form(field, "step_content")


DAY_FORM = Form("date", lru_cache(100_000)(not_a_day))
MOMENT_FORM = Form("timestamptz", not_a_moment)
IDENTIFIER_FORM = Form("uuid", not_an_identifier)
COMMUNE = Form("text", lru_cache(not_a_commune))
PERSONAL_ID = Form("text", not_a_personal_id)
DECIMAL_NUMBER, WHOLE = Form("numeric", not_a_decimal), Form("integer", not_whole)
VERSION, NUMBER = number("integer", 9), number("bigint", 18)
CODE = Form("text", lru_cache(not_a_code))
AMOUNTS, STEPS = Form("text", not_amounts), Form("text", not_steps)
TRUTH = choice("true", "false", sql="boolean")
CONTENT = Form("text", printable(10_000_000))
HASH = Form("text", lambda field: None if re.fullmatch(r"[0-9a-f]{64}", field) else not_of_form(field, "hash_form"))
PUBLIC_KEY = Form("jsonb", not_a_key)
DOCUMENT, STEP_CONTENT = Form("text", not_a_document), Form("jsonb", not_content)
NAME, NOTE = Form("text", printable(200)), Form("text", printable(2000))
