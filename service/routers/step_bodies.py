"""What the steps of a case say on the wire, and what of it is looked up before it is believed."""

from datetime import date
from typing import ClassVar, Literal, NamedTuple
from uuid import UUID, uuid5

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from service.domain.procedure.assessment import Assessment, Conclusion, Form, Level, Risk
from service.domain.procedure.step import (
    Content,
    Delivery,
    Placement,
    Plan,
    PlanItem,
    Report,
    Separation,
    StepCode,
    Transfer,
)
from service.domain.procedure.versions import FORMS
from service.domain.refusal import Refusal
from service.pointers import pointer
from service.queries import areas, reference
from service.reference import rows
from service.wire import AreaCode, Code, Day, Identifier, Input, Line, Moment, Name, Note, absent, period

Answer = Literal["high", "medium", "low"]
COMMUNE_THEN = "The commune's code on the day of the step"


class Taken(NamedTuple):
    """Where a step is taken: in a transaction that has taken the child, on its day, under its id."""

    session: AsyncSession
    child_id: UUID
    day: date
    step_id: UUID


class StepInput(Input):
    """A step that says nothing but that it was taken."""

    id: Identifier = absent(description="The step's own: one that is sent again under it changes nothing")
    occurred_at: Moment = absent(
        description="When it was done, which may be long before it is recorded; now if absent",
        examples=["2020-05-04T08:30:00+07:00"],
    )
    reason: Note | None = Field(None, description="Why: asked for where the step needs one")

    async def content(self, taken: Taken) -> Content | None:  # noqa: ARG002 - what those look at that say more
        """What the step says, on its day; refuses what is not there to be named."""
        return None


class BeginningInput(StepInput):
    """With what a case begins: where it happened, and where the child lives."""

    incident: AreaCode = Field(description=COMMUNE_THEN, examples=["12145"])
    residence: AreaCode | None = Field(None, description=f"{COMMUNE_THEN}; null where it is not known yet")

    @override
    async def content(self, taken: Taken) -> Content:
        incident = await areas.commune_on(taken.session, self.incident, taken.day, "/incident")
        if self.residence is None:
            return Report(incident)
        return Report(incident, await areas.commune_on(taken.session, self.residence, taken.day, "/residence"))


class ConclusionInput(Input):
    """What a person concludes: never a score."""

    risk: Literal["high", "medium", "low", "none"]
    stable: bool = Field(False, strict=True, description="Whether the child is safe and settled")
    emergency: bool = Field(False, strict=True, description="Whether measures cannot wait")
    separation: bool = Field(False, strict=True, description="Whether the child has to be separated at once")


class AssessmentInput(StepInput):
    """An assessment: every item of the form answered, and what a person concluded."""

    form: ClassVar[Form] = FORMS["06"]

    answers: dict[Code, Answer | None] = Field(
        max_length=50,
        description="By item of the form. Of harm, high is bad; of capacity, high is good; null is unanswered",
        examples=[{"harm_now": "high", "self_protection": "low"}],
    )
    conclusion: ConclusionInput
    harming: list[Identifier] = Field([], max_length=50, description="The persons around the child found to harm it")

    @override
    async def content(self, taken: Taken) -> Content:
        for item in self.answers:
            if item not in (*self.form.harm, *self.form.capacity):
                raise Refusal("assessment_item_unknown", pointer("answers", item))
        answers = {item: level and Level(level) for item, level in self.answers.items()}
        said = self.conclusion
        conclusion = Conclusion(Risk(said.risk), said.stable, said.emergency, said.separation)
        return Assessment(answers, conclusion, frozenset(self.harming))


def told(form: str) -> str:
    """A form with its items, and what they are called.

    >>> told("06").split(",")[0]
    'Form 06. Its items of harm: `harm_now` (Mức độ tổn hại còn nghiêm trọng)'
    """
    items = [row for row in rows("assessment_items.csv") if row["form"] == form]
    of_side = {
        side: ", ".join(f"`{row['code']}` ({row['name_vi']})" for row in items if row["side"] == side)
        for side in ("harm", "capacity")
    }
    return f"Form {form}. Its items of harm: {of_side['harm']}; of capacity: {of_side['capacity']}."


class InitialAssessmentInput(AssessmentInput):
    __doc__ = told("02")

    form: ClassVar[Form] = FORMS["02"]


class SpecificAssessmentInput(AssessmentInput):
    __doc__ = told("03")

    form: ClassVar[Form] = FORMS["03"]


class ReviewInput(AssessmentInput):
    __doc__ = told("06")


class SeparationInput(StepInput):
    """A decision to separate the child: for 15 days in sum at most, unless it is ordered."""

    from_: Day = Field(alias="from", description="The first day", examples=["2020-05-04"])
    until: Day | None = Field(None, description="The first day that is none any more", examples=["2020-05-10"])
    carer: Identifier | None = Field(None, description="The person who takes the child in")
    ordered: bool = Field(False, strict=True, description="By an authority that may go beyond the commune's limit")

    @override
    async def content(self, taken: Taken) -> Content:
        return Separation(period(self.from_, self.until), self.carer, self.ordered)


class PlanItemInput(Input):
    """A measure of the plan."""

    id: Identifier = absent(description="By which it is begun, ended, and kept in a later version of the plan")
    measure: Code = Field(description="A code of /v1/intervention-measures", examples=["support.3"])
    responsible: Name = Field(description="Who answers for it", examples=["UBND xã Phù Ủng"])
    provider: Name | None = None
    agency: Identifier | None = Field(None, description="The agency that gives it, which then meets child and case")
    starts_on: Day = Field(examples=["2020-05-20"])
    ends_on: Day | None = None
    cost: int | None = Field(None, ge=0, le=10**12, strict=True, description="In đồng")
    money: Line | None = Field(None, description="Where the money comes from")


class PlanInput(StepInput):
    """A plan: all of its measures, also those of the version before that go on."""

    items: list[PlanItemInput] = Field(max_length=100)

    @override
    async def content(self, taken: Taken) -> Content:
        known: set[str | UUID] = set()
        for n, item in enumerate(self.items):
            at = f"/items/{n}"
            if item.measure not in known:
                await reference.check_measure(taken.session, item.measure, f"{at}/measure")
            await reference.check_agency(taken.session, item.agency, f"{at}/agency")
            if item.ends_on is not None and item.ends_on < item.starts_on:
                raise Refusal("intervention_ended_before_start", f"{at}/ends_on")
            if item.id is not None and item.id in known:
                raise Refusal("plan_item_twice", f"{at}/id")
            known |= {item.measure, *([item.id] if item.id else [])}
        # An id that the client leaves out is the same when the step is sent again.
        return Plan(
            tuple(
                PlanItem(**item.model_dump(exclude={"id"}), id=item.id or uuid5(taken.step_id, str(n)))
                for n, item in enumerate(self.items)
            )
        )


class DeliveryInput(StepInput):
    """Which measure begins or ends."""

    item: Identifier = Field(description="Of the plan in force")

    @override
    async def content(self, taken: Taken) -> Content:
        return Delivery(self.item)


class PlacementInput(StepInput):
    """Into whose care the child is given."""

    carer: Identifier = Field(description="The person who takes the child into substitute care")

    @override
    async def content(self, taken: Taken) -> Content:
        return Placement(self.carer)


class TransferInput(StepInput):
    """Where the child lives from now on: the plan is that commune's part."""

    commune: AreaCode = Field(description=COMMUNE_THEN, examples=["11950"])

    @override
    async def content(self, taken: Taken) -> Content:
        return Transfer(await areas.commune_on(taken.session, self.commune, taken.day, "/commune"))


BODIES: dict[StepCode, type[StepInput]] = {
    StepCode.REPORT: BeginningInput,
    StepCode.NEED: BeginningInput,
    StepCode.INITIAL_ASSESSMENT: InitialAssessmentInput,
    StepCode.SPECIFIC_ASSESSMENT: SpecificAssessmentInput,
    StepCode.REVIEW: ReviewInput,
    StepCode.SEPARATION: SeparationInput,
    StepCode.PLAN: PlanInput,
    StepCode.MEASURE_START: DeliveryInput,
    StepCode.MEASURE_END: DeliveryInput,
    StepCode.PLACEMENT: PlacementInput,
    StepCode.TRANSFER: TransferInput,
}
