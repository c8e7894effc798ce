"""What must be so before a step may be taken (conditions), and what the step itself must say (checks)."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.domain.calendar import day_of
from service.domain.procedure.assessment import Risk
from service.domain.procedure.case_file import CaseFile, days_of
from service.domain.procedure.step import Delivery, Placement, Plan, Separation, Step
from service.domain.refusal import Refusal


class WhyNot(StrEnum):
    """Why a step cannot be taken, whatever it says."""

    OUT_OF_ORDER = "out_of_order"
    LATER_STEPS = "later_steps"
    RISK_REMAINS = "risk_remains"
    MEASURES_OPEN = "measures_open"
    SEPARATION_RUNNING = "separation_running"
    NOT_SEPARATED = "not_separated"
    NOT_REASSESSED = "not_reassessed"
    NOT_PLACED = "not_placed"
    PLACED_ALREADY = "placed_already"
    NO_PLAN_IN_FORCE = "no_plan_in_force"
    NOTHING_TO_START = "nothing_to_start"
    NOTHING_TO_END = "nothing_to_end"
    NOT_YET_SIXTEEN = "not_yet_sixteen"


Condition = Callable[[CaseFile, datetime], WhyNot | None]
"""Of the file at a moment: why the step may not be taken, whatever it says."""

Check = Callable[[CaseFile, Step], Refusal | None]
"""Of a step that may be taken now: what is wrong with it."""

SEPARATION_DAYS = 15  # in sum, with every extension (Decree 56/2017 Art. 32)


def risk_is_over(file: CaseFile, at: datetime) -> WhyNot | None:
    """No more risk, *and* the child is stable (Art. 30); a conclusion of a person, and nobody harming in care."""
    concluded = file.conclusion
    over = concluded is not None and concluded.risk is Risk.NONE and concluded.stable
    return None if over and not (file.placed and file.carer in file.harming) else WhyNot.RISK_REMAINS


def nothing_is_open(file: CaseFile, at: datetime) -> WhyNot | None:
    return WhyNot.MEASURES_OPEN if file.open_items else None


def is_not_separated(file: CaseFile, at: datetime) -> WhyNot | None:
    return WhyNot.SEPARATION_RUNNING if file.separated_at else None


def is_separated(file: CaseFile, at: datetime) -> WhyNot | None:
    return None if file.separated_at else WhyNot.NOT_SEPARATED


def is_reassessed(file: CaseFile, at: datetime) -> WhyNot | None:
    return None if file.reassessed else WhyNot.NOT_REASSESSED


def is_placed(file: CaseFile, at: datetime) -> WhyNot | None:
    return None if file.placed else WhyNot.NOT_PLACED


def is_not_placed(file: CaseFile, at: datetime) -> WhyNot | None:
    return WhyNot.PLACED_ALREADY if file.placed else None


def plan_is_in_force(file: CaseFile, at: datetime) -> WhyNot | None:
    return None if file.plan else WhyNot.NO_PLAN_IN_FORCE


def something_is_to_start(file: CaseFile, at: datetime) -> WhyNot | None:
    return None if file.open_items - file.started else WhyNot.NOTHING_TO_START


def something_is_open(file: CaseFile, at: datetime) -> WhyNot | None:
    return None if file.open_items else WhyNot.NOTHING_TO_END


def is_sixteen(file: CaseFile, at: datetime) -> WhyNot | None:
    return None if file.sixteen_on is not None and file.sixteen_on <= day_of(at) else WhyNot.NOT_YET_SIXTEEN


def has_reason(file: CaseFile, step: Step) -> Refusal | None:
    return None if step.reason and step.reason.strip() else Refusal("reason_missing", "/reason")


def plan_has_items(file: CaseFile, step: Step) -> Refusal | None:
    return Refusal("plan_empty", "/items") if isinstance(step.content, Plan) and not step.content.items else None


def four_eyes(file: CaseFile, step: Step) -> Refusal | None:
    return Refusal("approved_by_drafter") if step.by in file.drafted_by else None


def carer_does_no_harm(file: CaseFile, step: Step) -> Refusal | None:
    match step.content:
        case Separation(carer=carer) | Placement(carer) if carer in file.harming:
            return Refusal("carer_is_harming", "/carer")
    return None


def separation_is_bounded(file: CaseFile, step: Step) -> Refusal | None:
    separation = step.content
    assert isinstance(separation, Separation)
    if separation.during.start is None or separation.during.until is None:
        return Refusal("separation_unbounded", "/until")
    days = len(file.separation_days | days_of(separation))
    if separation.ordered or days <= SEPARATION_DAYS:
        return None
    return Refusal("separation_too_long", "/until", days=days, limit=SEPARATION_DAYS)


def item_is_to_start(file: CaseFile, step: Step) -> Refusal | None:
    return _of_the_plan(step, file.open_items - file.started)


def item_is_open(file: CaseFile, step: Step) -> Refusal | None:
    return _of_the_plan(step, file.open_items)


def _of_the_plan(step: Step, items: frozenset[UUID]) -> Refusal | None:
    assert isinstance(step.content, Delivery)
    return None if step.content.item in items else Refusal("measure_not_of_plan", "/item")
