"""A figure explained: what it means, by which rule, from what, why it has its status, and what was left out."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, ReaderDep
from service.domain.access import Permission
from service.domain.attainment import Measurement, attainment
from service.domain.calendar import YEAR
from service.domain.explanation import expected, six_places, steps
from service.domain.measure import CLOCKED, is_assisted, kind_of
from service.domain.refusal import Refusal
from service.domain.small_numbers import rounded
from service.explained import COUNTS, DIRECTION, LEFT_OUT, SOURCES, WHY
from service.problems import Language, language
from service.queries import explanations, stocks
from service.queries.attainment import Indicator, Question
from service.queries.completeness import completeness
from service.queries.stocks import Trend, measures_of
from service.routers.figures import FigureAsked, Heading, Moment, Status, decimal, figures, heading
from service.routers.ground import question
from service.routers.registers import standing
from service.wire import Code, Day, Internal, Public, json_answer

router = routing.router("/v1/indicators", "indicators")


class RuleShown(BaseModel):
    """By which rule it was counted, and who counts for what."""

    code: Public[str] = Field(examples=["hung-yen-2016-2020/1"])
    name: Public[str]
    counts: Public[list[str]]


class Source(BaseModel):
    """Records that the figure is counted from, and the law that they stand on."""

    records: Public[Literal["residences", "circumstances", "cases", "deadlines", "sites"]]
    words: Public[str]
    legal_basis: Public[list[str]]


class Posted(BaseModel):
    """The first and the last day, by `known`, on which a posting touched the area. Null where figures are rounded."""

    first: Internal[Day | None]
    last: Internal[Day | None]


class Measured(BaseModel):
    """What was measured on a day."""

    on: Internal[Day]
    numerator: Internal[int]
    denominator: Internal[int | None]
    value: Internal[str | None]


class Why(BaseModel):
    """The arithmetic behind the status, in numbers and in words."""

    status: Internal[Status]
    now: Measured
    a_year_before: Measured
    days_left: Internal[int] = Field(description="Until the target is due; 0 from then on")
    expected: Internal[str | None] = Field(
        description="The value on the due day, if the change of the last year goes on", examples=["0.003912"]
    )
    steps: Internal[list[str]]


class LeftOut(BaseModel):
    """Who does not count, and why."""

    reason: Internal[str] = Field(examples=["special_takes_precedence"])
    words: Public[str]
    count: Internal[int | None] = Field(
        description="Of the day and area. Null: not told of what was known then, or where figures are rounded"
    )


class Explanation(Heading):
    """A figure with all that it stands on."""

    name: Public[str]
    definition: Public[str]
    legal_basis: Public[str]
    promised_by: Public[str] = Field(description="The plan that set the target")
    rule: RuleShown
    sources: list[Source]
    postings: Posted
    why: Why
    left_out: list[LeftOut]


class ExplanationAsked(Moment):
    """Which figure to explain."""

    programme: Code | None = Field(None, examples=["hung-yen-2016-2020"])


@router.get("/{code}/explain", response_model=Explanation)
@permits(Permission.SEE_FIGURES)
async def explain_figure(
    code: Annotated[Code, Path()],
    asked: Annotated[ExplanationAsked, Query()],
    request: Request,
    reader: ReaderDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """Definition, rule, sources, why this status, completeness, and what was left out with reasons and counts."""
    spoken = language(request)
    q = await question(reader, caller, code, FigureAsked.model_construct(**asked.model_dump()), today)
    if q.indicator.numerator is None:
        raise Refusal("indicator_not_measured")
    trends = await stocks.over_time(reader, q, [q.indicator], [q.on])
    trend = trends[q.indicator.code, q.on]
    complete = await completeness(reader, q.view, q.on, q.known)
    words = await explanations.words(reader, q, spoken)
    posted = {"first": None, "last": None} if q.rounded else await explanations.posted(reader, q)
    left_out = await explanations.left_out(reader, q, trend.now)
    answer = heading(q) | standing(await figures(reader, q, trend), complete.whole, q.rounded)
    answer |= {name: words[name] for name in ("name", "definition", "legal_basis", "promised_by")}
    answer |= {
        "completeness": complete.shown(),
        "rule": {"code": q.programme.rule_name, "name": words["rule"], "counts": counts(q.indicator, spoken)},
        "sources": sources(q.indicator, words, spoken),
        "postings": posted,
        "why": why(q, trend, spoken),
        "left_out": [
            {"reason": reason, "words": LEFT_OUT[reason][spoken], "count": count} for reason, count in left_out.items()
        ],
    }
    return json_answer(orjson.dumps(answer), {"Vary": "Accept-Language, Authorization"})


def counts(indicator: Indicator, spoken: Language) -> list[str]:
    """Who counts for the measures of an indicator."""
    measures = {kind_of(m) or m for m in measures_of([indicator])}
    if is_assisted(indicator.counted):
        measures.add("assisted")
    return [COUNTS[m][spoken] for m in COUNTS if m in measures]


def sources(indicator: Indicator, words: dict[str, Any], spoken: Language) -> list[dict[str, Any]]:
    """Records and law."""
    if indicator.denominator is None:
        law = {"sites": [words["promised_by"]]}
    else:
        law = {"residences": ["Luật Trẻ em 102/2016/QH13, Điều 1"]}
        law |= (
            {"deadlines": [words["legal_basis"]]}
            if indicator.denominator == CLOCKED
            else {"circumstances": words["lists"]}
        )
        if is_assisted(indicator.counted):
            law["cases"] = ["Luật Trẻ em 102/2016/QH13, Điều 48–50", "Nghị định 56/2017/NĐ-CP"]
    return [{"records": name, "words": SOURCES[name][spoken], "legal_basis": basis} for name, basis in law.items()]


def why(q: Question, trend: Trend, spoken: Language) -> dict[str, Any]:
    """The arithmetic, of the numbers that the caller is told."""
    now, before = (rounded(trend.now), rounded(trend.before)) if q.rounded else (trend.now, trend.before)
    target = q.indicator.target
    meant = attainment(now, before, target, q.on)
    wanted = DIRECTION[target.direction][spoken].format(target=decimal(target.value))
    value = expected(now, before, target, q.on)
    return {
        "status": meant.status,
        "now": measured(now) | {"on": q.on},
        "a_year_before": measured(before) | {"on": q.on - YEAR},
        "days_left": max((target.due_on - q.on).days, 0),
        "expected": None if value is None else six_places(value),
        "steps": [
            WHY[step.words][spoken].format(**step.facts, wanted=wanted)
            for step in steps(now, before, q.on - YEAR, target, q.on, meant)
        ],
    }


def measured(of: Measurement) -> dict[str, Any]:
    return {"numerator": of.numerator, "denominator": of.denominator, "value": of.value}
