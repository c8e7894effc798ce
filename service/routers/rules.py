"""Counting rules of a programme: which categories count, and what makes a child assisted. Data, and never edited once
they are adopted: figures have been told by them."""

from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.background import BackgroundTask

from service import preconditions, routing
from service.access import Caller, permits
from service.clock import VIETNAM, Today
from service.database import CallerDep, Reader, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.attainment import Measurement
from service.domain.refusal import Refusal
from service.doors import begin_change
from service.models import AgeBand, CountingRule
from service.preconditions import etag, read_answer
from service.queries import attainment as measured
from service.queries import maps, rules, stocks
from service.queries.attainment import Indicator, Question, Split
from service.queries.stocks import Stocks
from service.routers.figures import Figures, Level, shown
from service.routers.ground import Ground, check_level
from service.wire import Code, Day, Input, Internal, Name, Place, Public, absent, json_answer

router = routing.router("/v1/programmes", "programmes")

Each = dict[int, Stocks]  # by area of records
CaseKind = Literal["protection", "support"]
Number = Annotated[int, Path(ge=1, le=9999)]


def _each_once(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise PydanticCustomError("item_twice", "The list names something twice")
    return values


Codes = Annotated[list[Code], Field(min_length=1, max_length=200), AfterValidator(_each_once)]
CaseKinds = Annotated[list[CaseKind], Field(min_length=1), AfterValidator(_each_once)]


class AgeBandInput(Input):
    """Completed years from `from_age` up to, but not including, `until_age`."""

    code: Code = Field(examples=["6-10"])
    from_age: int = Field(ge=0, le=15, strict=True)
    until_age: int = Field(ge=1, le=16, strict=True)


AgeBands = Annotated[list[AgeBandInput], Field(max_length=16)]


class RuleInput(Input):
    """A rule to be drafted. What is left out, or null, is everything: every category, kind of case, measure."""

    name_vi: Name = Field(examples=["Chỉ tính trẻ em khuyết tật nặng"])
    name_en: Name = Field(examples=["Of disabled children, the severe"])
    categories: Codes | None = Field(
        None,
        description="Codes of categories, special and at risk; a group includes its sub-groups",
        examples=[["a", "d.2"]],
    )
    case_kinds: CaseKinds | None = Field(None, description="The kinds of case that make a child assisted")
    assisting_measures: Codes | None = Field(
        None, description="The measures that make a child assisted; a level includes all of its measures"
    )
    age_bands: AgeBands | None = Field(None, description="Those of the rule adopted last if absent")


class RulePatch(Input):
    """What to change: JSON Merge Patch."""

    name_vi: Name = absent()
    name_en: Name = absent()
    categories: Codes | None = None
    case_kinds: CaseKinds | None = None
    assisting_measures: Codes | None = None
    age_bands: AgeBands = absent()


class Adoption(Input):
    """From which day on the rule is in force in its programme."""

    from_: Day = Field(alias="from", examples=["2018-01-01"])


class AgeBandRecord(BaseModel):
    """Completed years from `from_age` up to, but not including, `until_age`."""

    code: Public[str]
    from_age: Public[int]
    until_age: Public[int]


class RuleProgress(BaseModel):
    """How many children, sites and communes have been posted, of how many."""

    done: Internal[int]
    total: Internal[int]


class RuleRecord(BaseModel):
    """A counting rule. Null categories, kinds of case and measures are every one."""

    code: Public[str] = Field(examples=["hung-yen-2016-2020/2"])
    programme: Public[str]
    number: Public[int]
    name_vi: Public[str]
    name_en: Public[str]
    categories: Public[list[str] | None]
    case_kinds: Public[list[str] | None]
    assisting_measures: Public[list[str] | None]
    age_bands: list[AgeBandRecord]
    state: Public[Literal["draft", "posting", "adopted"]]
    from_: Public[Day | None] = Field(alias="from", description="In force in the programme from this day on")
    known_from: Internal[Day | None] = Field(description="The day of its first posting; null: as long as the ledger")
    drafted_by: Internal[str | None] = Field(description="Null of the rules that ship with the service")
    drafted_at: Internal[datetime | None]
    progress: RuleProgress | None = Field(description="While it is being posted")


class Rules(BaseModel):
    """All rules of a programme."""

    items: list[RuleRecord]
    next: Public[None] = None


class Difference(BaseModel):
    """How many more (or, negative, fewer) children the rule counts than the present one."""

    numerator: Internal[int]
    denominator: Internal[int | None]


class Compared(BaseModel):
    """Figures by the rule, and by the present one."""

    rule: Figures
    present: Figures
    difference: Difference


class ComparedArea(Compared):
    """The figures of one area."""

    area: Internal[Place]


class ComparedIndicator(Compared):
    """The figures of an indicator."""

    indicator: Internal[str]
    by: list[ComparedArea] | None = None


class RulePreview(BaseModel):
    """What a rule would count on a day, beside the rule in force on that day, as the records are now."""

    rule: Internal[str]
    present: Internal[str]
    on: Internal[Day]
    area: Internal[Place]
    items: list[ComparedIndicator]


class PreviewAsked(Input):
    """Of which day, split by which areas."""

    on: Day | None = Field(None, description="Today if absent")
    by: Level | None = None


@router.get("/{code}/rules", response_model=Rules)
@permits(Permission.SEE_MAP)
async def list_rules(code: Annotated[Code, Path()], reader: ReaderDep) -> Response:
    """The rules of a programme, by number: adopted ones, those being posted, drafts."""
    return json_answer(f'{{"items":{await rules.rules(reader, code)},"next":null}}')


@router.post("/{code}/rules", status_code=201, response_model=RuleRecord)
@permits(Permission.WRITE_RULES)
async def draft_rule(
    code: Annotated[Code, Path()],
    body: RuleInput,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
) -> Response:
    """Draft a rule. Nothing is counted by it before it is adopted."""
    await check_reach(reader, caller, code)
    await begin_change(session, Permission.WRITE_RULES, [])
    rule = CountingRule(
        **body.model_dump(exclude={"age_bands"}),
        programme_code=code,
        drafted_by=session.info["caller"].account_name,
        drafted_at=datetime.now(VIETNAM),
    )
    await rules.draft(session, rule, bands(body.age_bands))
    headers = {"ETag": etag(rule.version), "Location": f"/v1/programmes/{code}/rules/{rule.number}"}
    return json_answer(await rules.as_left(session, rule), headers, 201)


@router.get("/{code}/rules/{number}", response_model=RuleRecord)
@permits(Permission.SEE_MAP)
async def read_rule(code: Annotated[Code, Path()], number: Number, request: Request, reader: ReaderDep) -> Response:
    """A rule; while it is being posted, how far that has come."""
    version, record = await rules.rule(reader, code, number)
    if orjson.loads(record)["state"] == "posting":  # the progress changes, and the version does not
        return json_answer(record)
    return read_answer(request, version, record)


@router.patch("/{code}/rules/{number}", response_model=RuleRecord)
@permits(Permission.WRITE_RULES)
async def update_rule(
    code: Annotated[Code, Path()],
    number: Number,
    precondition: preconditions.Required,
    body: RulePatch,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
) -> Response:
    """Change a draft."""
    rule = await taken(session, reader, caller, code, number, precondition)
    rule.sqlmodel_update(body.model_dump(exclude_unset=True, exclude={"age_bands"}))
    rule.version += 1
    await rules.change(session, rule, bands(body.age_bands))
    return json_answer(await rules.as_left(session, rule), {"ETag": etag(rule.version)})


@router.delete("/{code}/rules/{number}", status_code=204)
@permits(Permission.WRITE_RULES)
async def delete_rule(
    code: Annotated[Code, Path()],
    number: Number,
    precondition: preconditions.Required,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
) -> None:
    """Withdraw a draft. Its number is not given again."""
    rule = await taken(session, reader, caller, code, number, precondition)
    rule.state = "withdrawn"


@router.post("/{code}/rules/{number}/adopt", status_code=202, response_model=RuleRecord)
@permits(Permission.WRITE_RULES)
async def adopt_rule(
    code: Annotated[Code, Path()],
    number: Number,
    precondition: preconditions.Optional,
    body: Adoption,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
    request: Request,
) -> Response:
    """Adopt a draft from a day on, for good. It is posted for everyone in the background, while others write; when that
    is done, figures of that day and later are by this rule."""
    rule = await taken(session, reader, caller, code, number, precondition)
    await rules.adopt(session, rule, body.from_)
    answer = json_answer(await rules.as_left(session, rule), {"ETag": etag(rule.version)}, 202)
    answer.background = BackgroundTask(request.app.state.rule_postings.wake)
    return answer


@router.get("/{code}/rules/{number}/preview", response_model=RulePreview)
@permits(Permission.WRITE_RULES)
async def preview_rule(
    code: Annotated[Code, Path()],
    number: Number,
    asked: Annotated[PreviewAsked, Query()],
    reader: ReaderDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """What a rule would count, beside the one in force: every indicator, from the records as they are now."""
    on = asked.on or today
    await check_reach(reader, caller, code)
    rule_id, rule_code = await rules.number_to_id(reader, code, number)
    programme = await measured.programme(reader, code, on)
    area = await measured.area(reader, programme.area_code, on, caller.assignment_id)
    wanted = await measured.indicators(reader, programme, on)
    measures = stocks.measures_of(wanted)
    view = await maps.view(reader, programme.reformed, programme.rule, area.area_id, on, on, None)
    counted = await rules.preview(reader, rule_id, programme.rule, measures, list(view.carried.places), on)
    found = Ground(programme, Split(), area, view, today, rounded=False, past=False, on=on)
    items = []
    for q in map(found.question, wanted):
        (whole,) = compared(q, counted, area.level)
        items.append({"indicator": q.indicator.code, **{side: whole[side] for side in Compared.model_fields}})
        if asked.by:
            check_level(q, asked.by)
            items[-1]["by"] = compared(q, counted, asked.by)
    answer = {"rule": rule_code, "present": programme.rule_name, "on": on, "area": area.shown(), "items": items}
    return json_answer(orjson.dumps(answer))


def compared(q: Question, counted: tuple[Each, Each], level: str) -> list[dict[str, Any]]:
    """The figures of an indicator by both rules in every area of a level, and by how many children they differ."""
    judged = q.indicator.denominator is not None or level == q.area.level
    return [
        {
            "area": orjson.Fragment(rule.area),
            "rule": shown(rule.trend, q, q.on, judged),
            "present": shown(present.trend, q, q.on, judged),
            "difference": difference(rule.trend.now, present.trend.now, q.indicator),
        }
        for rule, present in zip(
            *(stocks.of_each(q.view, q.indicator, level, each, q.on) for each in counted), strict=True
        )
    ]


def difference(rule: Measurement, present: Measurement, indicator: Indicator) -> dict[str, int | None]:
    of = None if indicator.denominator is None else rule.whole - present.whole
    return {"numerator": rule.numerator - present.numerator, "denominator": of}


async def taken(
    session: AsyncSession,
    reader: Reader,
    caller: Caller,
    code: str,
    number: int,
    precondition: preconditions.IfMatch,
) -> CountingRule:
    """A rule to be changed by this transaction, by who reaches the whole programme; the change is on record."""
    await check_reach(reader, caller, code)
    await begin_change(session, Permission.WRITE_RULES, [])
    return await rules.lock(session, code, number, precondition)


async def check_reach(reader: Reader, caller: Caller, code: str) -> None:
    """A rule is of a whole programme: who drafts, previews and adopts it reaches all of the programme's area."""
    area = await measured.area(reader, *await rules.place(reader, code), caller.assignment_id)
    if not area.reached:
        raise Refusal("area_out_of_reach")


def bands(given: list[AgeBandInput] | None) -> list[AgeBand] | None:
    """Age bands to be written; refuses those that overlap or go by the same code."""
    if given is None:
        return None
    in_order = sorted(given, key=lambda band: band.from_age)
    ends = [0, *(band.until_age for band in in_order)]
    apart = all(end <= band.from_age < band.until_age for end, band in zip(ends, in_order, strict=False))
    if not apart or len({band.code for band in given} - {"all"}) < len(given):
        raise Refusal("age_bands_overlap", "/age_bands")
    return [AgeBand(rule=0, **band.model_dump()) for band in given]
