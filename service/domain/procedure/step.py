"""A step of a case: what was done, when, by whom, and what it says."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from service.domain.period import Period
from service.domain.procedure.assessment import Assessment


class StepCode(StrEnum):
    """Every step that any version of the procedure knows, in the order in which steps of one moment are taken."""

    REPORT = "report"
    NEED = "need"
    PASSING_ON = "passing_on"
    INITIAL_ASSESSMENT = "initial_assessment"
    EMERGENCY_MEASURES = "emergency_measures"
    SEPARATION = "separation"
    SPECIFIC_ASSESSMENT = "specific_assessment"
    MEETING = "meeting"
    PLAN = "plan"
    SUBMISSION = "submission"
    APPROVAL = "approval"
    RETURN = "return"
    MEASURE_START = "measure_start"
    MEASURE_END = "measure_end"
    PLACEMENT = "placement"
    FOLLOW_UP = "follow_up"
    REVIEW = "review"
    SEPARATION_END = "separation_end"
    PLACEMENT_END = "placement_end"
    TRANSFER = "transfer"
    CLOSING = "closing"
    UNFOUNDED = "unfounded"
    AGEING_OUT = "ageing_out"
    REOPENING = "reopening"


@dataclass(frozen=True, slots=True)
class Report:
    """Where it happened and where the child lives (areas). An unknown residence is in the hands of the first."""

    incident: int
    residence: int | None = None


@dataclass(frozen=True, slots=True)
class Separation:
    """The days of a decision, half-open. `ordered`: by an authority that may go beyond the commune's limit."""

    during: Period
    carer: UUID | None = None
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A measure of the plan. `agency`: which gives it, and so meets the child. `cost` in đồng, `money` is where it
    comes from."""

    id: UUID
    measure: str
    responsible: str
    starts_on: date
    provider: str | None = None
    ends_on: date | None = None
    cost: int | None = None
    money: str | None = None
    agency: UUID | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    items: tuple[PlanItem, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Of which item of the plan the measure begins or ends."""

    item: UUID


@dataclass(frozen=True, slots=True)
class Placement:
    """Into whose care the child is given."""

    carer: UUID


@dataclass(frozen=True, slots=True)
class Transfer:
    """The commune in which the child lives from now on."""

    residence: int


Content = Report | Assessment | Separation | Plan | Delivery | Placement | Transfer

SAYS: dict[StepCode, type[Content]] = {
    StepCode.REPORT: Report,
    StepCode.NEED: Report,
    StepCode.INITIAL_ASSESSMENT: Assessment,
    StepCode.SPECIFIC_ASSESSMENT: Assessment,
    StepCode.REVIEW: Assessment,
    StepCode.SEPARATION: Separation,
    StepCode.PLAN: Plan,
    StepCode.MEASURE_START: Delivery,
    StepCode.MEASURE_END: Delivery,
    StepCode.PLACEMENT: Placement,
    StepCode.TRANSFER: Transfer,
}


@dataclass(frozen=True, slots=True)
class Step:
    """`by` is the account that acted. A step is often recorded later than it occurred."""

    id: UUID
    code: StepCode
    occurred_at: datetime
    recorded_at: datetime
    by: UUID
    content: Content | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is None or self.recorded_at.tzinfo is None:
            raise ValueError("a moment has an offset")
        if not isinstance(self.content, SAYS.get(self.code, type(None))):
            raise TypeError(f"not what the step says: {self.code}")

    @property
    def place(self) -> tuple[datetime, int, UUID]:
        """Where it stands in the file, whatever the order in which steps were recorded."""
        return self.occurred_at, RANK[self.code], self.id


RANK = {code: n for n, code in enumerate(StepCode)}
