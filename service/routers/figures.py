"""What the routes about figures share: what may be asked, what is answered, what an answer says of itself."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from service.database import Reader
from service.domain.attainment import attainment
from service.domain.refusal import Refusal
from service.domain.small_numbers import rounded
from service.queries import attainment as measured
from service.queries.attainment import Indicator, Programme, Question, Split
from service.queries.stocks import Trend
from service.routers.registers import CompletenessShown, StateShown, TouchedOn
from service.wire import AreaCode, Code, Day, Input, Internal, Place, Public

Level = Literal["province", "district", "commune"]
Status = Literal["attained", "on_track", "behind", "not_measurable"]
Value = Annotated[str, Field(pattern=r"^\d+(\.\d{6})?$", examples=["0.597315"])]


Rounded = Annotated[
    Internal[bool],
    Field(description="Counts are multiples of five, and rows need not add up: the caller does not see the records"),
]


class TargetShown(BaseModel):
    """What the indicator must reach. `below` is strict."""

    direction: Public[Literal["below", "at_least"]]
    value: Public[str] = Field(examples=["0.9"])
    due_on: Public[Day]


class Figures(BaseModel):
    """Numerator and denominator, always, and what they mean against the target. A count has no denominator."""

    numerator: Internal[int]
    denominator: Internal[int | None]
    value: Internal[Value | None]
    status: Internal[Status | None]
    gap: Internal[int | None] = Field(description="Whole children (or communes) still missing")


class Standing(Figures):
    """Figures, and how far they can be relied on: zero, none, missing and late are four different answers."""

    state: StateShown
    touched_on: TouchedOn


class AreaFigures(Standing):
    """The figures of one area."""

    area: Internal[Place]


class Heading(AreaFigures):
    """The figures of an indicator on a day, and all that they stand on."""

    indicator: Internal[str]
    programme: Internal[str]
    counting_rule: Internal[str]
    on: Internal[Day]
    map: Internal[Day]
    known: Internal[Day]
    exact: Internal[bool]
    rounded: Rounded
    unit: Internal[Literal["ratio", "count"]]
    target: TargetShown
    completeness: CompletenessShown


class AttainmentRecord(Heading):
    """Numerator, denominator, value, target, status and gap of an indicator, on a day."""

    by: list[AreaFigures] | None = Field(None, description="Every area of the level asked for, by code")


class Moment(Input):
    """Of which day, on which map, as known when. Another map is not available yet.

    Callers without the records of the area receive rounded figures of the ends of closed quarters, as known then.
    """

    on: Day | None = Field(
        None, description="Which day's children; today (the last closed quarter) if absent", examples=["2018-06-30"]
    )
    map: Day | None = Field(None, description="Which day's communes; that of `on` if absent")
    known: Day | None = Field(
        None,
        description="As known at the close of which day; today (where figures are rounded, `on`) if absent",
    )
    area: AreaCode | None = Field(None, description="The programme's area if absent", examples=["33"])


class PartAsked(Input):
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
        kind = await measured.kind_of_category(reader, split.category)
        if kind != indicator.numerator.removesuffix("_assisted"):
            raise Refusal("category_of_other_kind", "/category")


def heading(q: Question) -> dict[str, Any]:
    """What every answer says of itself: which indicator, by which rule, of which day, and how exactly."""
    target = q.indicator.target
    return {
        "indicator": q.indicator.code,
        "programme": q.programme.code,
        "counting_rule": q.programme.rule_name,
        "on": q.on,
        "map": q.on,
        "known": q.known,
        "exact": True,
        "rounded": q.rounded,
        "area": q.area.shown(),
        "unit": q.indicator.unit,
        "target": {"direction": target.direction, "value": decimal(target.value), "due_on": target.due_on},
    }


def decimal(value: Fraction) -> str:
    """A target's value as it was promised: 0.004, 30."""
    return format(Decimal(value.numerator) / value.denominator, "f")


def shown(trend: Trend, q: Question, on: date, judged: bool = True) -> dict[str, Any]:
    """The figures, and what they mean against the target. One commune is not held to a count of communes."""
    now, before = (rounded(trend.now), rounded(trend.before)) if q.rounded else trend
    meant = attainment(now, before, q.indicator.target, on) if judged else None
    return {
        "numerator": now.numerator,
        "denominator": now.denominator,
        "value": now.value,
        "status": meant and meant.status,
        "gap": meant and meant.gap,
    }
