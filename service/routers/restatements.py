"""What has become known since: how the figures of a day were restated, where, why, and by which children."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import Caller, permits
from service.clock import Today
from service.database import AskingDep, CallerDep, Reader, ReaderDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.domain.small_numbers import Reason
from service.queries import restatements, stocks
from service.queries.attainment import Question
from service.queries.stocks import AreaMeasured
from service.routers.figures import FigureAsked, Figures, PartAsked, heading, of_all, shown
from service.routers.ground import check_rule, known_on, question
from service.routers.records import PostingShown
from service.wire import AreaCode, Code, Confidential, Day, Internal, Page, Place, json_answer

router = routing.router("/v1/indicators", "indicators")


class Counts(BaseModel):
    """Numerator and denominator."""

    numerator: Internal[int]
    denominator: Internal[int | None]


class RestatedArea(BaseModel):
    """A commune whose figures are others now."""

    area: Internal[Place]
    before: Counts
    after: Counts


class RestatedCause(BaseModel):
    """How many went in and out by postings of one cause (the operation that made them)."""

    cause: Internal[str]
    side: Internal[Literal["numerator", "denominator"]]
    in_: Internal[int] = Field(alias="in")
    out: Internal[int]


class Restatements(BaseModel):
    """The figures of a day as known at two closes, and what changed between them."""

    indicator: Internal[str]
    programme: Internal[str]
    counting_rule: Internal[str]
    on: Internal[Day]
    map: Internal[Day]
    from_known: Internal[Day]
    until_known: Internal[Day]
    area: Internal[Place]
    before: Figures
    after: Figures
    areas: list[RestatedArea] = Field(description="The communes that changed, by code")
    causes: list[RestatedCause]


class RestatedRecord(BaseModel):
    """A child (or site) that a posting put into the figure, or took out of it."""

    child_id: Confidential[UUID | None] = None
    site_id: Internal[UUID | None] = None
    full_name: Confidential[str | None] = None
    withdrawn: Internal[bool | None] = Field(None, description="The child's record was an error: only its id is left")
    commune: Confidential[Place] = Field(description="In which it was recorded")
    side: Internal[Literal["numerator", "denominator"]]
    change: Internal[Literal["in", "out"]]
    posting: PostingShown


class RestatedPage(BaseModel):
    """A page of who went in and out, in the order of postings."""

    items: list[RestatedRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None
    outside: Internal[int] = Field(description="How many more there are, who live outside the caller's reach now")


class RestatementsAsked(PartAsked):
    """The figures of which day, where; between what was known at which closes."""

    from_known: Day
    until_known: Day | None = Field(None, description="Today if absent")
    on: Day | None = Field(None, description="Today if absent")
    map: Day | None = Field(None, description="Which day's communes; those of `on` if absent")
    area: AreaCode | None = Field(None, description="The programme's area if absent", examples=["33"])


class RestatedRecordsAsked(RestatementsAsked, Page):
    """And which page of it."""


@router.get("/{code}/restatements", response_model=Restatements)
@permits(Permission.SEE_FIGURES)
async def read_restatements(
    code: Annotated[Code, Path()],
    asked: Annotated[RestatementsAsked, Query()],
    reader: ReaderDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """What has become known of an indicator on a day between two closes: by commune, and by cause."""
    then, now = await both(reader, caller, code, asked, today)
    rows = [await stocks.by_area(reader, q, "commune") for q in (then, now)]
    answer = heading(now) | {"from_known": then.known, "until_known": now.known}
    answer |= {name: whole(q, areas) for name, q, areas in zip(("before", "after"), (then, now), rows, strict=True)}
    answer["areas"] = [
        {"area": orjson.Fragment(a.area), "before": a.trend.now._asdict(), "after": b.trend.now._asdict()}
        for a, b in zip(*rows, strict=True)
        if a.trend.now != b.trend.now
    ]
    answer["causes"] = [
        {"cause": cause, "side": side_of(measure, now), "in": entered, "out": gone}
        for cause, measure, entered, gone in await restatements.causes(reader, now, then.known)
    ]
    return json_answer(orjson.dumps({name: answer[name] for name in NAMES}))


NAMES = [field.alias or name for name, field in Restatements.model_fields.items()]


@router.get("/{code}/restatements/records", response_model=RestatedPage)
@permits(Permission.SEE_RECORDS)
async def list_restatement_records(
    code: Annotated[Code, Path()],
    asked: Annotated[RestatedRecordsAsked, Query()],
    reader: ReaderDep,
    asking: AskingDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """The children (or sites) that postings put into the figure between two closes, or took out of it."""
    then, now = await both(reader, caller, code, asked, today)
    posting, subject, measure, area_id = asked.after(int, UUID, str, int)
    after = (posting, subject, measure, area_id)
    rows, outside = await restatements.records(reader, asking, now, then.known, after, asked.limit)
    number = await restatements.number_of_records(reader, asking, now, then.known) if asked.count else None
    return asked.answer(rows, number, outside=outside)


async def both(
    reader: Reader, caller: Caller, code: str, asked: RestatementsAsked, today: date
) -> tuple[Question, Question]:
    """The question as known at the first close, and at the last."""
    figure = FigureAsked.model_construct(
        **asked.model_dump(include={"on", "map", "area", "programme", "rule", "sex", "age_band", "category"})
    )
    q = await question(reader, caller, code, figure, today, exact_only=Reason.RESTATEMENTS)
    since = await known_on(reader, asked.from_known, today, "/from_known")
    check_rule(q.programme, since, "/from_known")
    until = await known_on(reader, asked.until_known, today, "/until_known")
    if until <= since:
        raise Refusal("period_empty", "/until_known")
    return replace(q, known=since, past=True), replace(q, known=until, past=until < today)


def whole(q: Question, areas: list[AreaMeasured]) -> dict[str, Any]:
    """The figures of all of them together."""
    return shown(of_all(areas, q), q, q.on)


def side_of(measure: str, q: Question) -> str:
    return "numerator" if measure == q.indicator.numerator else "denominator"
