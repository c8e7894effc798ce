"""The file of a case: what its steps, taken in the order in which they occurred, come to."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from service.domain.calendar import day_of
from service.domain.procedure.assessment import Assessment, Conclusion, Risk
from service.domain.procedure.step import Delivery, Placement, Plan, Report, Separation, Step, StepCode, Transfer

Kind = Literal["protection", "support"]


class Stage(StrEnum):
    """How far a case has come."""

    UNOPENED = "unopened"
    RECEIVED = "received"
    INITIALLY_ASSESSED = "initially_assessed"
    SPECIFICALLY_ASSESSED = "specifically_assessed"
    NEEDS_AGREED = "needs_agreed"
    PLANNED = "planned"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CARRYING_OUT = "carrying_out"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    UNFOUNDED = "unfounded"
    AGED_OUT = "aged_out"


class Part(StrEnum):
    """Whose part a step is: intake and emergency where it happened, the plan where the child lives."""

    RECEIVING_PLACE = "receiving_place"
    INCIDENT = "incident"
    RESIDENCE = "residence"
    EITHER = "either"


@dataclass(frozen=True)
class CaseFile:
    """A case as its steps left it. `sixteen_on`: the first day on which the child is none, where it is known."""

    kind: Kind
    sixteen_on: date | None = None
    steps: tuple[Step, ...] = ()
    stage: Stage = Stage.UNOPENED
    incident: int | None = None
    residence: int | None = None
    risks: tuple[tuple[datetime, Risk], ...] = ()  # the history of the risk
    conclusion: Conclusion | None = None
    harming: frozenset[UUID] = field(default=frozenset())
    separated_at: datetime | None = None
    reassessed: bool = False  # since the child was separated
    separation_days: frozenset[date] = field(default=frozenset())  # by decision of a commune, since the case was opened
    draft: Plan | None = None
    drafted_by: frozenset[UUID] = field(default=frozenset())
    plan: Plan | None = None  # in force
    started: frozenset[UUID] = field(default=frozenset())
    ended: frozenset[UUID] = field(default=frozenset())
    placed: bool = False
    carer: UUID | None = None

    @property
    def open_items(self) -> frozenset[UUID]:
        """Measures that are planned or begun, and not ended."""
        planned = frozenset(item.id for item in self.plan.items) if self.plan else frozenset()
        return (planned | self.started) - self.ended

    def in_charge(self, part: Part) -> frozenset[int]:
        """The communes whose part it is; none of what is the receiving place's."""
        residence = self.incident if self.residence is None else self.residence
        communes: dict[Part, tuple[int | None, ...]] = {
            Part.RECEIVING_PLACE: (),
            Part.INCIDENT: (self.incident,),
            Part.RESIDENCE: (residence,),
            Part.EITHER: (self.incident, residence),
        }
        return frozenset(commune for commune in communes[part] if commune is not None)

    def after(self, step: Step, stage: Stage) -> "CaseFile":
        """The file with one more step, which leads to a stage. Whether it may be taken is decided elsewhere.

        A plan comes into force when carrying it out begins; from then on the one before is history.
        """
        said = self._done(step.code, step.occurred_at, step.by)._said(step)
        return said._led(stage)._with(steps=(*self.steps, step))

    def tried(self, code: StepCode, at: datetime, by: UUID, stage: Stage) -> "CaseFile":
        """The file as if the step were taken, whatever it says."""
        return self._done(code, at, by)._led(stage)

    def _led(self, stage: Stage) -> "CaseFile":
        file = self._with(stage=stage)
        if stage is Stage.CARRYING_OUT and file.draft is not None:
            file = file._with(plan=file.draft, draft=None)
        return file

    def _done(self, code: StepCode, at: datetime, by: UUID) -> "CaseFile":
        """What a step does, whatever it says."""
        match code:
            case StepCode.SEPARATION:
                return self._with(separated_at=self.separated_at or at, reassessed=False)
            case StepCode.SEPARATION_END:  # the day of the return was one of separation
                day = day_of(at)
                kept = frozenset(d for d in self.separation_days if d <= day)
                return self._with(separated_at=None, separation_days=kept)
            case StepCode.SPECIFIC_ASSESSMENT | StepCode.REVIEW:
                return self._with(reassessed=True, draft=None, drafted_by=frozenset())
            case StepCode.PLAN:
                return self._with(drafted_by=frozenset({by}))
            case StepCode.SUBMISSION:
                return self._with(drafted_by=self.drafted_by | {by})
            case StepCode.PLACEMENT:
                return self._with(placed=True)
            case StepCode.PLACEMENT_END:
                return self._with(placed=False, carer=None)
            case StepCode.REOPENING:
                return self._with(conclusion=None, plan=None, draft=None, separation_days=frozenset())
        return self

    def _said(self, step: Step) -> "CaseFile":
        match step.content:
            case Report(incident, residence):
                return self._with(incident=incident, residence=residence)
            case Assessment(_, conclusion, harming):
                return self._with(
                    risks=(*self.risks, (step.occurred_at, conclusion.risk)),
                    conclusion=conclusion,
                    harming=self.harming | harming,
                )
            case Separation() as separation if not separation.ordered:
                return self._with(separation_days=self.separation_days | days_of(separation))
            case Plan() as plan:
                return self._with(draft=plan)
            case Delivery(item):
                started = step.code is StepCode.MEASURE_START
                return self._with(started=self.started | {item}) if started else self._with(ended=self.ended | {item})
            case Placement(carer):
                return self._with(carer=carer)
            case Transfer(residence):
                return self._with(residence=residence)
        return self

    def _with(self, **changed: Any) -> "CaseFile":
        """As `dataclasses.replace`, at a fraction of its cost: a fold makes several files of each step."""
        assert changed.keys() <= CaseFile.__dataclass_fields__.keys(), changed.keys()
        file = object.__new__(CaseFile)
        vars(file).update(vars(self), **changed)
        return file


def days_of(separation: Separation) -> frozenset[date]:
    """The days of a decision that has a first and an end."""
    start, until = separation.during.start, separation.during.until
    assert start is not None
    assert until is not None
    return frozenset(start + timedelta(days=n) for n in range((until - start).days))
