"""Steps of a case, written short: moments in Vietnam, and only what matters."""

from datetime import date, datetime
from uuid import UUID, uuid5

from service.domain.calendar import VIETNAM
from service.domain.procedure.assessment import Assessment, Conclusion, Risk
from service.domain.procedure.step import Content, Delivery, Plan, PlanItem, Report, Step, StepCode

ACTOR = UUID(int=1)
INCIDENT, RESIDENCE = 1, 2  # areas


def moment(text: str) -> datetime:
    """
    >>> moment("2018-02-15 23:40").isoformat()
    '2018-02-15T23:40:00+07:00'
    """
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def step(code: StepCode, at: str, content: Content | None = None, reason: str | None = None) -> Step:
    """Its id is that of the step at this moment, always the same."""
    return Step(uuid5(ACTOR, f"{code} {at}"), code, moment(at), moment("2020-12-31 12:00"), ACTOR, content, reason)


def report(at: str, incident: int = INCIDENT, residence: int | None = RESIDENCE) -> Step:
    return step(StepCode.REPORT, at, Report(incident, residence))


def assessment(at: str, code: StepCode = StepCode.INITIAL_ASSESSMENT, **found: bool) -> Step:
    return step(code, at, Assessment({}, Conclusion(Risk.HIGH, **found)))


def item(number: int, starts_on: str, ends_on: str | None = None) -> PlanItem:
    ends = date.fromisoformat(ends_on) if ends_on else None
    return PlanItem(UUID(int=number), "support.3", "Xã", date.fromisoformat(starts_on), ends_on=ends)


def plan(at: str, *items: PlanItem) -> Step:
    return step(StepCode.PLAN, at, Plan(items))


def begun(at: str, number: int) -> Step:
    return step(StepCode.MEASURE_START, at, Delivery(UUID(int=number)))


def ended(at: str, number: int) -> Step:
    return step(StepCode.MEASURE_END, at, Delivery(UUID(int=number)))
