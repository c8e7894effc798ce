"""The children (or communes) that a number consists of."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import AskingDep, CallerDep, Reader, ReaderDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.domain.small_numbers import Reason
from service.doors import Asking
from service.queries import records, stocks
from service.queries.attainment import Question
from service.queries.stocks import Trend
from service.routers.figures import FigureAsked, figures
from service.routers.ground import question
from service.wire import Code, Confidential, Day, Internal, Page, Place

router = routing.router("/v1/indicators", "indicators")


class PostingShown(BaseModel):
    """A change of the ledger: its number, its day, and the operation that made it."""

    number: Internal[int]
    day: Internal[Day]
    cause: Internal[str]


class Entry(BaseModel):
    """What put it there: the spell, the rule, the posting; and the posting that has withdrawn it since."""

    spell: Internal[int]
    rule: Internal[str]
    posted: PostingShown
    withdrawn: PostingShown | None


class CountedRecord(BaseModel):
    """A child, or a commune with its site, that a number consists of."""

    child_id: Confidential[UUID | None] = None
    site_id: Internal[UUID | None] = None
    full_name: Confidential[str | None] = None
    sex: Confidential[str | None] = None
    date_of_birth: Confidential[Day | None] = None
    withdrawn: Internal[bool | None] = Field(None, description="The child's record was an error: only its id is left")
    stage: Internal[str | None] = None
    commune: Confidential[Place] = Field(description="On the map that was asked for")
    apportioned: Internal[bool | None] = Field(
        None, description="Of an area that was divided: nobody told in which part this child lives"
    )
    counts: Confidential[dict[str, Day | None] | None] = Field(None, description="The period in which it counts")
    entry: Entry | None = None


class RecordPage(BaseModel):
    """A page of what a number consists of."""

    items: list[CountedRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None
    needed: Internal[int | None] = Field(None, description="How many of the candidates are missing: the gap")
    outside: Internal[int] = Field(0, description="How many more there are, who live outside the caller's reach now")


class RecordsAsked(FigureAsked, Page):
    """Which number, and which page of it."""

    side: Literal["numerator", "denominator", "gap"] = "numerator"


@router.get("/{code}/records", response_model=RecordPage)
@permits(Permission.SEE_RECORDS)
async def list_records(
    code: Annotated[Code, Path()],
    asked: Annotated[RecordsAsked, Query()],
    reader: ReaderDep,
    asking: AskingDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """The children (or sites) that a number consists of; `side=gap`: those that the rest of the way consists of."""
    q = await question(reader, caller, code, asked, today, exact_only=Reason.RECORDS_OF_ANOTHER_AREA)
    if asked.side == "denominator" and q.indicator.denominator is None:
        raise Refusal("side_not_applicable", "/side")
    number = await records.asked_number(reader, q, asked.side)
    if asked.side == "gap":
        return await candidates(asked, reader, asking, q, number)
    if q.indicator.denominator is None:
        (after_code,) = asked.after(str)
        rows, outside = await records.sites(reader, number, after_code, asked.limit), 0
    else:
        area_id, child_id = asked.after(int, UUID)
        rows = await records.children(reader, asking, number, (area_id, child_id), asked.limit)
        outside = await records.outside(reader, asking, number)
    if not asked.count:
        return asked.answer(rows, outside=outside)
    now = (await trend(reader, q)).now
    return asked.answer(rows, now.numerator if asked.side == "numerator" else now.whole, outside=outside)


async def candidates(
    asked: RecordsAsked, reader: Reader, asking: Asking, q: Question, number: records.Number
) -> Response:
    """Who could close the gap, nearest first, with how many are needed."""
    needed = (await figures(reader, q, await trend(reader, q)))["gap"]
    if q.indicator.denominator is None:
        rank, code = asked.after(int, str)
        rows, total = await records.communes_without(reader, q, number, (rank, code), asked.limit)
        return asked.answer(rows, needed=needed, total=total, outside=0)
    rank, since, child_id = asked.after(int, date.fromisoformat, UUID)
    rows, total = await records.candidates(reader, asking, number, (rank, since, child_id), asked.limit)
    return asked.answer(rows, needed=needed, total=total, outside=await records.outside(reader, asking, number))


async def trend(reader: Reader, q: Question) -> Trend:
    """The figure that the records belong to."""
    trends = await stocks.over_time(reader, q, [q.indicator], [q.on])
    return trends[q.indicator.code, q.on]
