"""What the routes about figures share: what may be asked, what is answered, what an answer says of itself."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from service.database import Reader
from service.domain.attainment import Measurement, Unit, attainment
from service.domain.calendar import YEAR
from service.domain.carrying import EXACT, Certainty
from service.domain.measure import EVERYONE, kind_of
from service.domain.refusal import Refusal
from service.domain.small_numbers import rounded
from service.domain.target import Direction, Target, TargetUnit, applicable
from service.queries import attainment as measured
from service.queries import populations
from service.queries.attainment import Indicator, Programme, Question, Split
from service.queries.populations import Official
from service.queries.stocks import AreaMeasured, Trend
from service.routers.registers import CompletenessShown, StateShown, TouchedOn
from service.wire import AreaCode, Code, Day, Input, Internal, Place, Public

OfChildren = tuple[int | None, int | None] | None
UNPUBLISHED: OfChildren = (None, None)
Level = Literal["province", "district", "commune"]
Status = Literal["attained", "on_track", "behind", "not_measurable"]
DenominatorSource = Annotated[
    Literal["register", "official"] | None,
    Field(description="Of which children a rate of all children is; null for what is no such rate"),
]
Value = Annotated[str, Field(pattern=r"^\d+(\.\d{6})?$", examples=["0.597315"])]


Rounded = Annotated[
    Internal[bool],
    Field(description="Counts are multiples of five, and rows need not add up: the caller does not see the records"),
]


class TargetShown(BaseModel):
    """What the indicator must reach. `below` is strict."""

    direction: Public[Direction]
    value: Public[str] = Field(examples=["0.9"])
    due_on: Public[Day]
    unit: Public[TargetUnit | None] = Field(None, description="Where it is not that of the indicator")
    revision: Public[int | None] = Field(None, description="Where it is not the first")
    own: Public[Literal[True] | None] = Field(None, description="Where the area has a target of its own")


class OfficialShown(BaseModel):
    """The latest official figure of the children up to the day, beside the register's."""

    value: Public[int | None] = Field(description="Children under 16; null where nothing was published")
    on: Public[Day | None]
    source: Public[str | None]
    difference: Internal[int | None] = Field(description="The official figure less the register's")


class Figures(BaseModel):
    """Numerator and denominator, and what they mean against the target. A count has no denominator.

    Both are null where the register cannot measure the indicator; the denominator alone, where none was published.
    """

    numerator: Internal[int | None]
    denominator: Internal[int | None]
    value: Internal[Value | None]
    status: Internal[Status | None]
    gap: Internal[int | None] = Field(description="Whole children (or communes) still missing")


Reasons = list[Literal["split", "backwards", "inferred"]]


class Certain(BaseModel):
    """Whether figures are exact on the map that they are shown on."""

    exact: Internal[bool] = Field(
        description="False: some of the children were apportioned, whole ones by known shares"
    )
    apportioned: Internal[int] = Field(description="How many children (of a count: communes) were apportioned")
    reasons: Internal[Reasons] = Field(
        description="`split`: an area was divided and nobody told who lives in which part; `backwards`: an area was "
        "made of several and nobody told of which; `inferred`: no text was read that says what an area went into"
    )


class Standing(Figures):
    """Figures, and how far they can be relied on: zero, none, missing and late are four different answers."""

    state: StateShown
    touched_on: TouchedOn


class AreaFigures(Standing, Certain):
    """The figures of one area."""

    area: Internal[Place]
    covered: Internal[bool] = Field(description="Whether the register has kept the children of this area")
    target: TargetShown | None = Field(None, description="Of a row, where the area has a target of its own")
    official: OfficialShown | None = Field(None, description="With `denominators=both`")


class ComparedFigures(Standing, Certain):
    """The same figures on another map."""

    map: Internal[Day]
    area: Internal[Place]
    official: OfficialShown | None = Field(None, description="With `denominators=both`")
    by: list[AreaFigures] | None = Field(None, description="Every area of the level asked for, by code")


class Heading(Standing, Certain):
    """The figures of an indicator on a day, and all that they stand on."""

    indicator: Internal[str]
    programme: Internal[str]
    counting_rule: Internal[str]
    on: Internal[Day]
    map: Internal[Day]
    known: Internal[Day]
    rounded: Rounded
    area: Internal[Place]
    unit: Internal[Unit]
    denominator_source: Internal[DenominatorSource]
    target: TargetShown
    completeness: CompletenessShown


class AttainmentRecord(Heading):
    """Numerator, denominator, value, target, status and gap of an indicator, on a day."""

    official: OfficialShown | None = Field(None, description="With `denominators=both`")
    by: list[AreaFigures] | None = Field(None, description="Every area of the level asked for, by code")
    compared: ComparedFigures | None = Field(None, description="The same on the map of `compare_map`")


class ByRule(Input):
    """By which rule to count."""

    rule: Code | None = Field(
        None,
        description="A counting rule of the programme, by its code or number; the one in force on `on` (of a series: "
        "on the last day asked) if absent",
        examples=["hung-yen-2016-2020/1"],
    )


class Moment(ByRule):
    """Of which day, on which map, as known when.

    Callers without the records of the area receive rounded figures of the ends of closed quarters, as known then.
    """

    on: Day | None = Field(
        None, description="Which day's children; today (the last closed quarter) if absent", examples=["2018-06-30"]
    )
    map: Day | None = Field(
        None,
        description="Which day's communes, and what the code of `area` means; those of `on` if absent",
        examples=["2025-07-01"],
    )
    known: Day | None = Field(
        None,
        description="As known at the close of which day; today (where figures are rounded, `on`) if absent",
    )
    area: AreaCode | None = Field(None, description="The programme's area if absent", examples=["33"])


class PartAsked(ByRule):
    """Which programme, and which part of the children."""

    programme: Code | None = Field(None, examples=["hung-yen-2016-2020"])
    sex: Literal["male", "female", "unknown"] | None = None
    age_band: Code | None = Field(None, examples=["6-10"])
    category: Code | None = Field(None, examples=["d"])

    @property
    def split(self) -> Split:
        return Split(self.category or "all", self.sex or "all", self.age_band or "all")


class FigureAsked(Moment, PartAsked):
    """One figure: of which day, where, of which part of the children."""


async def check_split(reader: Reader, programme: Programme, indicator: Indicator, split: Split) -> None:
    """Refuses a part of the children that the indicator, or the counting rule, does not know."""
    if split != Split() and indicator.denominator is None:
        raise Refusal("filter_not_applicable")
    if split.age_band not in ("all", *programme.age_bands):
        raise Refusal("age_band_unknown", "/age_band")
    if split.category != "all":
        of_kind = kind_of(indicator.counted)
        if of_kind is None:
            raise Refusal("filter_not_applicable", "/category")
        if await measured.kind_of_category(reader, split.category) != of_kind:
            raise Refusal("category_of_other_kind", "/category")


def heading(q: Question) -> dict[str, Any]:
    """What every answer says of itself: which indicator, by which rule, of which day, and how exactly."""
    of_children = q.indicator.denominator == EVERYONE
    return {
        "indicator": q.indicator.code,
        "programme": q.programme.code,
        "counting_rule": q.programme.rule_name,
        "on": q.on,
        "map": q.view.on_map,
        "known": q.known,
        "rounded": q.rounded,
        "area": q.area.shown(),
        "unit": q.indicator.unit,
        "denominator_source": q.programme.denominator_source if of_children else None,
        "target": target_shown(q.indicator.target, q.indicator.unit),
    }


def target_shown(target: Target, unit: Unit) -> dict[str, Any]:
    """A target, with what is not usual about it."""
    usual = {"direction": target.direction, "value": decimal(target.value), "due_on": target.due_on}
    unusual = {
        "unit": target.unit if target.unit != unit else None,
        "revision": target.revision if target.revision > 1 else None,
        "own": target.own or None,
    }
    return usual | {name: value for name, value in unusual.items() if value is not None}


def decimal(value: Fraction) -> str:
    """A target's value as it was promised: 0.004, 30."""
    return format(Decimal(value.numerator) / value.denominator, "f")


NOT_MEASURED = {"numerator": None, "denominator": None, "value": None, "status": "not_measurable", "gap": None}


def shown(
    trend: Trend, q: Question, on: date, judged: bool = True, target: Target | None = None, of: OfChildren = None
) -> dict[str, Any]:
    """The figures, and what they mean against the target: that of the day, unless another is given.

    One commune is not held to a count of communes. `of`: how many children there are by official figures on the day and
    a year before, where those in the register are not what the programme divides by.
    """
    if q.indicator.numerator is None:
        return NOT_MEASURED
    now, before = (rounded(trend.now), rounded(trend.before)) if q.rounded else (trend.now, trend.before)
    if of is not None:
        if of[0] is None:
            return NOT_MEASURED | {"numerator": now.numerator}
        now, before = now._replace(denominator=of[0]), before._replace(denominator=of[1] or 0)
    target = target or applicable(q.indicator.targets, on)
    meant = attainment(now, before, target, on) if judged and target else None
    return {
        "numerator": now.numerator,
        "denominator": now.denominator,
        "value": now.value,
        "status": meant and meant.status,
        "gap": meant and meant.gap,
    }


def certain(certainty: Certainty, q: Question) -> dict[str, Any]:
    """How exact figures are; how many were apportioned is rounded as they are."""
    if certainty is EXACT:
        return OF_ITSELF
    number = rounded(Measurement(certainty.apportioned, None)).numerator if q.rounded else certainty.apportioned
    return {"exact": certainty.exact, "apportioned": number, "reasons": sorted(certainty.reasons)}


OF_ITSELF: dict[str, Any] = {"exact": True, "apportioned": 0, "reasons": []}


def of_all(rows: list[AreaMeasured], q: Question) -> Trend:
    """What was measured in all areas together."""
    trends, unit = [row.trend for row in rows], q.indicator.unit
    now = Measurement.together([trend.now for trend in trends], unit)
    before = Measurement.together([trend.before for trend in trends], unit)
    uncertain = (trend.certainty for trend in trends if trend.certainty is not EXACT)
    return Trend(now, before, reduce(Certainty.__or__, uncertain, EXACT))


async def figures(reader: Reader, q: Question, trend: Trend, day: date | None = None) -> dict[str, Any]:
    """The figures of the area asked about, of the children that the programme divides by."""
    on = day or q.on
    of = (await of_children(reader, q, [on]))[on]
    return shown(trend, q, on, of=of) | certain(trend.certainty, q)


async def of_children(reader: Reader, q: Question, days: Sequence[date]) -> dict[date, OfChildren]:
    """By day, how many children there are by official figures, on it and a year before; None is the register."""
    if not populations.wanted(q.programme, q.indicator):
        return dict.fromkeys(days)
    if not populations.published(q.split):
        return dict.fromkeys(days, UNPUBLISHED)
    found = await populations.of_area(reader, q.area.area_id, {*days, *(day - YEAR for day in days)})
    return {day: (children(found.get(day)), children(found.get(day - YEAR))) for day in days}


def children(official: Official | None) -> int | None:
    return official and official.children


def official_shown(official: Official | None, now: Measurement) -> dict[str, Any]:
    """The official figure beside the register's."""
    if official is None:
        return {"value": None, "on": None, "source": None, "difference": None}
    return {
        "value": official.children,
        "on": official.on,
        "source": official.source,
        "difference": official.children - now.whole,
    }
