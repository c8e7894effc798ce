"""The types of the wire: days, periods, texts, lists. Input is strict: nothing is converted or ignored."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqlalchemy.dialects.postgresql import Range

from service.cursors import PAGING
from service.domain.access import DataClass, Section
from service.domain.calendar import midnight
from service.domain.period import Period
from service.domain.refusal import Refusal

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
MOMENT_FORM = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})"


def _day(value: object) -> date:
    try:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date_form", "A day is written YYYY-MM-DD and must exist") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("date_out_of_range", "A day lies between 1900-01-01 and 2100-12-31")
    return day


def _text(value: str) -> str:
    # Characters that this Python does not know yet may be composed otherwise by the database; those that nobody sees
    # (joiners, marks of direction) make two names of what is read as one.
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cn", "Cs") for letter in value):
        raise PydanticCustomError("text_unprintable", "The text holds control, invisible, half or unknown characters")
    return unicodedata.normalize("NFC", value)


def _named(value: str) -> str:
    # Of signs and marks alone nothing is left to sort or to find.
    if not any(letter.isalnum() for letter in value):
        raise PydanticCustomError("text_without_letter", "It must hold a letter or a digit")
    return value


def _identifier(value: object) -> UUID:
    try:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
            raise ValueError
        return UUID(value)
    except ValueError:
        raise PydanticCustomError("identifier_form", "An id is a UUID, written with hyphens") from None


def _moment(value: object) -> datetime:
    try:
        if not isinstance(value, str) or not re.fullmatch(MOMENT_FORM, value, re.ASCII):
            raise ValueError
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("moment_form", "A moment is YYYY-MM-DDTHH:MM:SS with Z or an offset") from None
    if not FIRST_DAY.year < moment.year < LAST_DAY.year:  # so that it is one of these years in every zone
        raise PydanticCustomError("date_out_of_range", "A moment lies between 1901 and 2099")
    return moment


def _bound(value: object) -> datetime:
    return midnight(_day(value)) if isinstance(value, str) and "T" not in value else _moment(value)


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Bound = Annotated[  # a moment, or the beginning of a day
    datetime, BeforeValidator(_bound), WithJsonSchema({"type": "string", "examples": ["2018-06-30"]})
]
Identifier = Annotated[UUID, BeforeValidator(_identifier), WithJsonSchema({"type": "string", "format": "uuid"})]
Printable = AfterValidator(_text)
Line = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200), Printable]
Name = Annotated[Line, AfterValidator(_named)]
Note = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000), Printable]
Code = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=50), Printable]
AreaCode = Annotated[str, StringConstraints(strict=True, pattern=r"^([0-9]{2}|[0-9]{3}|[0-9]{5})$")]


Value = TypeVar("Value")


def _of(data_class: DataClass, section: Section | None = None) -> Any:
    """How confidential a field is, told in the document of the API."""
    told: dict[str, Any] = {"x-data-class": data_class.name.lower()} | (
        {"x-data-section": section.value} if section else {}
    )
    return Field(json_schema_extra=told)


Public = Annotated[Value, _of(DataClass.PUBLIC)]
Internal = Annotated[Value, _of(DataClass.INTERNAL)]
Confidential = Annotated[Value, _of(DataClass.CONFIDENTIAL)]
Sensitive = Annotated[Value, _of(DataClass.SENSITIVE)]
Ethnicity = Annotated[Value, _of(DataClass.SENSITIVE, Section.ETHNICITY)]
Evidence = Annotated[Value, _of(DataClass.SENSITIVE, Section.EVIDENCE)]
OfCase = Annotated[Value, _of(DataClass.SENSITIVE, Section.CASE)]


class Input(BaseModel):
    """What a client sends: unknown fields are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid")


class Dated(BaseModel):
    """A half-open period: `until` is the first day on which it no longer holds, null while it is open."""

    from_: Public[date | None] = Field(alias="from")
    until: Public[date | None]


class Place(BaseModel):
    """An area as it was called. Public by itself; where it tells of a child, its place in the answer is classed."""

    code: Public[str] = Field(examples=["12145"])
    name: Public[str] = Field(examples=["Phù Ủng"])
    kind: Public[Literal["province", "city", "town", "district", "ward", "township", "commune"]]


def absent(**more: Any) -> Any:
    """A field of a merge patch that may be left out but not be null."""
    return Field(default_factory=lambda: None, **more)


def period(start: date, until: date | None, pointer: str = "/until") -> Period:
    """The period of an input; refuses one without a day."""
    if until is not None and until <= start:
        raise Refusal("period_empty", pointer)
    return Period(start, until)


def first_day(days: Range[date]) -> date:
    """The day on which a record begins: the database lets none begin at no day."""
    assert days.lower is not None
    return days.lower


def changed_days(patch: Any, present: Range[date]) -> Range[date]:
    """A period after a merge patch of its `from` and `until`."""
    given = patch.model_fields_set
    days = period(
        patch.from_ if "from_" in given else first_day(present), patch.until if "until" in given else present.upper
    )
    return Range(days.start, days.until)


class Page(Input):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(None, max_length=500, description="`next` of the page before")
    count: bool = Field(False, description="Whether to add `total`")

    def after(self, *types: Callable[[Any], Any]) -> list[Any]:
        """Where the page before ended, or nulls on the first page. Each part must be of the type given."""
        place = PAGING.get().place
        if place is None:
            return [None] * len(types)
        try:
            return [convert(part) for convert, part in zip(types, place, strict=True)]
        except (ValueError, TypeError, AttributeError):
            raise Refusal("cursor_invalid", "/cursor") from None

    def answer(self, rows: Iterable[Any], total: int | None = None, **more: Any) -> Response:
        """A page from rows whose first column is the item in JSON and whose others are its place in the list.

        The statement fetches one row more than the limit: so we know whether there is a next page.
        """
        rows = list(rows)
        shown = rows[: self.limit]
        cursor = PAGING.get().sealed(shown[-1][1:]) if len(rows) > self.limit else None
        rest = {"next": cursor, **more} | ({} if total is None else {"total": total})
        items = ",".join(row[0] for row in shown)
        return Response(f'{{"items":[{items}],'.encode() + orjson.dumps(rest)[1:], media_type="application/json")


def json_answer(body: str | bytes, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    """An answer that PostgreSQL (or orjson) has written already."""
    return Response(body, status, headers, "application/json")
