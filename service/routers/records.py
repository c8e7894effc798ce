"""The children (or communes) that a number consists of."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from service.clock import Today
from service.database import Reader, ReaderDep
from service.domain.refusal import Refusal
from service.queries import attainment as measured
from service.queries import records
from service.queries.attainment import Indicator
from service.routers.figures import SplitAsked, check_split, programme_of
from service.wire import Code, Day, Page, Place

router = APIRouter(prefix="/v1/indicators", tags=["indicators"])


class CountedRecord(BaseModel):
    """A child, or a commune with its site, that a number consists of."""

    child_id: UUID | None = None
    site_id: UUID | None = None
    full_name: str | None = None
    sex: str | None = None
    date_of_birth: Day | None = None
    stage: str | None = None
    commune: Place
    counts: dict[str, Day | None] | None = Field(None, description="The period in which it counts")


class RecordPage(BaseModel):
    """A page of what a number consists of."""

    items: list[CountedRecord]
    next: str | None
    total: int | None = None
    needed: int | None = Field(None, description="How many of the candidates are missing: the gap")


class RecordsAsked(SplitAsked, Page):
    """Which number, and which page of it."""

    side: Literal["numerator", "denominator", "gap"] = "numerator"


@router.get("/{code}/records", response_model=RecordPage)
async def list_records(
    code: Annotated[Code, Path()], asked: Annotated[RecordsAsked, Query()], reader: ReaderDep, today: Today
) -> Response:
    """The children (or sites) that a number consists of; `side=gap`: those that the rest of the way consists of."""
    on = asked.on or today
    programme = await programme_of(reader, asked.programme, [on], asked.map, asked.known, today)
    (indicator,) = await measured.indicators(reader, programme, on, code)
    await check_split(reader, programme, indicator, asked.split)
    area = await measured.area(reader, asked.area or programme.area_code, on)
    question = records.Question(programme, asked.split, area, on)
    if asked.side == "gap":
        return await candidates(asked, reader, question, indicator)
    measure = indicator.numerator if asked.side == "numerator" else indicator.denominator
    if measure is None:
        raise Refusal("side_not_applicable", "/side")
    if indicator.denominator is None:
        (after_code,) = asked.after(str)
        rows = await records.sites(reader, question, measure, after_code, asked.limit)
    else:
        area_id, child_id = asked.after(int, UUID)
        rows = await records.children(reader, question, measure, (area_id, child_id), asked.limit)
    total = (await now_of(reader, question, indicator, measure)) if asked.count else None
    return asked.answer(rows, total)


async def candidates(asked: RecordsAsked, reader: Reader, question: records.Question, indicator: Indicator) -> Response:
    """Who could close the gap, nearest first, with how many are needed."""
    on = question.on
    figures = await measured.over_time(
        reader, question.programme, [indicator], question.split, question.within, on, [on]
    )
    now = figures[indicator.code, on]
    needed = indicator.target.gap(now.numerator, now.whole) if now.whole else None
    if indicator.denominator is None:
        rank, code = asked.after(int, str)
        rows, total = await records.communes_without(reader, question, indicator.numerator, (rank, code), asked.limit)
    else:
        keys = asked.after(int, date.fromisoformat, UUID)
        to_leave = indicator.target.direction == "below"
        measure, without = (
            (indicator.numerator, "nothing") if to_leave else (indicator.denominator, indicator.numerator)
        )
        rows, total = await records.candidates(
            reader, question, measure, without, (keys[0], keys[1], keys[2]), asked.limit
        )
    return asked.answer(rows, needed=needed, total=total)


async def now_of(reader: Reader, question: records.Question, indicator: Indicator, measure: str) -> int:
    on = question.on
    figures = await measured.over_time(
        reader, question.programme, [indicator], question.split, question.within, on, [on]
    )
    now = figures[indicator.code, on]
    return now.numerator if measure == indicator.numerator else now.whole
