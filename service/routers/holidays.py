"""The calendar of working days: what each year takes off the week from Monday to Friday, and what it swaps in."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from service import preconditions, routing
from service.access import permits
from service.database import CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.doors import begin_change
from service.models import Holiday
from service.preconditions import etag, read_answer
from service.queries import accounts, deadline_rules
from service.queries.written import read_back
from service.wire import Day, Identifier, Input, Internal, Name, Note, Page, Public, absent, json_answer

router = routing.router("/v1/holidays", "reference")

Kind = Literal["holiday", "substitute", "swapped_off", "swapped_on"]


class HolidayInput(Input):
    """A day to be put into the calendar. A year is known when it has a holiday: enter all of its days."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    day: Day = Field(examples=["2027-02-05"])
    kind: Kind = Field(description="`swapped_on`: a day of the weekend that is worked")
    name_vi: Name = Field(examples=["Tết Âm lịch"])
    name_en: Name = Field(examples=["Lunar New Year"])
    source: Note = Field(examples=["Thông báo nghỉ Tết của Thủ tướng Chính phủ"])


class HolidayRecord(BaseModel):
    """A day that is not worked, or one of the weekend that is."""

    id: Public[Identifier]
    day: Public[Day]
    kind: Public[Kind]
    name_vi: Public[str]
    name_en: Public[str]
    source: Public[str]


class HolidayPage(BaseModel):
    """A page of the calendar, by day."""

    items: list[HolidayRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class HolidayFilter(Page):
    """Which days."""

    year: int | None = Field(None, ge=1900, le=2100)


@router.get("", response_model=HolidayPage)
@permits(Permission.SEE_MAP)
async def list_holidays(asked: Annotated[HolidayFilter, Query()], reader: ReaderDep) -> Response:
    """The calendar of a year, or of all years that are known."""
    (after,) = asked.after(date.fromisoformat)
    rows = await deadline_rules.holidays(reader, asked.year, after, asked.limit)
    return asked.answer(rows, await deadline_rules.number_of_holidays(reader, asked.year) if asked.count else None)


@router.post("", status_code=201, response_model=HolidayRecord)
@permits(Permission.WRITE_RULES)
async def create_holiday(body: HolidayInput, reader: ReaderDep, session: SessionDep, caller: CallerDep) -> Response:
    """Put a day into the calendar. What has begun stays due when it was."""
    await deadline_rules.check_everywhere(reader, caller.assignment_id)
    holiday_id = body.id or await accounts.new_id(session)
    await begin_change(session, Permission.WRITE_RULES, [holiday_id])
    session.add(Holiday(**body.model_dump() | {"id": holiday_id}))
    headers = {"ETag": etag(1), "Location": f"/v1/holidays/{body.day}"}
    return json_answer(await read_back(session, deadline_rules.MADE_HOLIDAY, holiday_id), headers, 201)


@router.get("/{day}", response_model=HolidayRecord)
@permits(Permission.SEE_MAP)
async def read_holiday(day: Day, request: Request, reader: ReaderDep) -> Response:
    """A day of the calendar."""
    return read_answer(request, *await deadline_rules.holiday(reader, day))


@router.delete("/{day}", status_code=204)
@permits(Permission.WRITE_RULES)
async def delete_holiday(
    day: Day, precondition: preconditions.Required, reader: ReaderDep, session: SessionDep, caller: CallerDep
) -> None:
    """Take a day out of the calendar: it is as any other of its week. What has begun stays due when it was."""
    await deadline_rules.check_everywhere(reader, caller.assignment_id)
    record = await deadline_rules.lock_holiday(session, day, precondition)
    await begin_change(session, Permission.WRITE_RULES, [record.id])
    await session.delete(record)
