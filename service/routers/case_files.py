"""The file of a case: what its steps come to, and which of them can be taken now."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Now, Today
from service.database import AskingDep, CallerDep, ReaderDep
from service.domain.access import Permission
from service.domain.calendar import VIETNAM, day_of
from service.domain.procedure.assessment import Assessment
from service.domain.procedure.case_file import CaseFile as File
from service.domain.procedure.case_file import Stage
from service.domain.procedure.conditions import SEPARATION_DAYS
from service.domain.procedure.plans import Given, PlanVersion, given, plans
from service.domain.procedure.recording import allowed
from service.domain.procedure.step import Delivery, Placement, Plan, PlanItem, Separation, Step, StepCode
from service.domain.procedure.versions import procedure
from service.preconditions import read_answer, seen
from service.queries import steps
from service.queries.step_contents import step_of, stored
from service.wire import Confidential, Day, Identifier, Internal, Moment, OfCase, Place

router = routing.router("/v1/cases/{case_id}/file", "cases")

Answer = Literal["high", "medium", "low"]
RiskName = Literal["high", "medium", "low", "none"]


class RiskRecord(BaseModel):
    """What a person judged the risk to be, and when."""

    at: OfCase[Moment]
    risk: OfCase[RiskName]


class ConclusionRecord(BaseModel):
    """What a person concluded."""

    risk: OfCase[RiskName]
    stable: OfCase[bool]
    emergency: OfCase[bool]
    separation: OfCase[bool]


class AssessmentRecord(BaseModel):
    """What was answered, and concluded."""

    answers: OfCase[dict[str, Answer | None]]
    conclusion: ConclusionRecord
    harming: OfCase[list[Identifier]]


class SeparationRecord(BaseModel):
    """A decision to separate the child."""

    from_: OfCase[Day] = Field(alias="from")
    until: OfCase[Day]
    carer: OfCase[Identifier | None]
    ordered: OfCase[bool]


class PlanItemRecord(BaseModel):
    """A measure of a plan, and when it was given."""

    id: OfCase[Identifier]
    measure: OfCase[str]
    responsible: OfCase[str]
    provider: OfCase[str | None]
    agency: OfCase[Identifier | None]
    starts_on: OfCase[Day]
    ends_on: OfCase[Day | None]
    cost: OfCase[int | None]
    money: OfCase[str | None]
    began_at: OfCase[Moment | None]
    ended_at: OfCase[Moment | None]


class PlanRecord(BaseModel):
    """A version of the plan: in force since, until another came into force. `since` null: a draft."""

    number: OfCase[int]
    since: OfCase[Moment | None]
    until: OfCase[Moment | None]
    items: list[PlanItemRecord]


class StepRecord(BaseModel):
    """A step that was taken, and what it says: what a step of its kind does not say is null."""

    id: OfCase[Identifier]
    step: OfCase[StepCode]
    occurred_at: OfCase[Moment]
    recorded_at: OfCase[Moment]
    actor: OfCase[Identifier] = Field(description="The account that acted; after an import, of another installation")
    account: OfCase[str | None] = Field(description="Its name, where it is of this installation")
    in_place_of: OfCase[str | None] = Field(description="The account of the chair in whose place it acted")
    reason: OfCase[str | None]
    incident: OfCase[Place | None] = Field(description="As it was called on the day of the step")
    residence: OfCase[Place | None]
    assessment: AssessmentRecord | None
    separation: SeparationRecord | None
    items: list[PlanItemRecord] | None = Field(description="Of a plan")
    item: OfCase[Identifier | None] = Field(description="Of a measure that begins or ends")
    carer: OfCase[Identifier | None] = Field(description="Of a placement")


class SeparatedRecord(BaseModel):
    """A child that is separated: `days` of `limit` are decided, by decisions that are not ordered."""

    since: OfCase[Moment]
    days: OfCase[int]
    limit: OfCase[int]


class PlacedRecord(BaseModel):
    """A child in substitute care."""

    carer: OfCase[Identifier | None]


class CaseFileRecord(BaseModel):
    """The file of a case. Without a step it has no stage."""

    case_id: OfCase[Identifier]
    child_id: OfCase[Identifier]
    full_name: Confidential[str | None]
    date_of_birth: Confidential[Day | None]
    kind: OfCase[Literal["protection", "support"]]
    procedure: OfCase[str] = Field(description="The version that is in force today", examples=["protection-2017"])
    stage: OfCase[Stage | None]
    incident: OfCase[Place | None] = Field(description="Whose part intake and emergency are")
    residence: OfCase[Place | None] = Field(description="Whose part the plan is; null: not known yet")
    risk: OfCase[RiskName | None]
    risks: list[RiskRecord] = Field(description="Its history")
    conclusion: ConclusionRecord | None = Field(description="The last one since the case was opened")
    harming: OfCase[list[Identifier]] = Field(description="The persons who were ever found to harm the child")
    separated: SeparatedRecord | None
    placed: PlacedRecord | None
    plan: PlanRecord | None = Field(description="In force")
    draft: PlanRecord | None = Field(description="Not in force yet")
    plans: list[PlanRecord] = Field(description="All that ever came into force, the first one first")
    steps: list[StepRecord] = Field(description="In the order in which they occurred")
    allowed: OfCase[list[StepCode]] = Field(description="The steps that can be taken now")
    withheld: Internal[list[str]] = Field(description="What the caller's role does not receive")


Measures = Mapping[UUID, Given]
OWN_PART = frozenset(
    {"case_id", "child_id", "full_name", "date_of_birth", "kind", "procedure", "stage", "plan", "plans"}
)
FOR_AGENCIES: dict[str, list[str]] = {"risks": [], "harming": [], "steps": [], "allowed": []}


@router.get("", response_model=CaseFileRecord)
@permits(Permission.READ_CASES)
async def read_case_file(
    case_id: Identifier,
    request: Request,
    reader: ReaderDep,
    asking: AskingDep,
    caller: CallerDep,
    today: Today,
    now: Now,
) -> Response:
    """The file of a case: how far it has come, its plans, its steps, and which steps can be taken now."""
    told = orjson.loads(await steps.told(reader, asking, case_id))
    body = written(told, now)
    return read_answer(request, tag(told["version"], today) if caller.role.receives_everything else seen(body), body)


def tag(version: int, today: date) -> str:
    """Which steps can be taken depends on the day, too."""
    return f"{version}.{today}"


def written(told: dict[str, Any], now: datetime) -> str:
    """The file in JSON, from what it is folded from."""
    taken = [step_of(step) for step in told["steps"]]
    born = told["date_of_birth"] and date.fromisoformat(told["date_of_birth"])
    file = steps.folded(steps.begun(told["kind"], born), taken)
    places = {UUID(step["id"]): step for step in told["steps"]}
    record = shown(file, told, places, now)
    if told["agency"] is not None:
        record = own_part(record, told["agency"])
    return orjson.dumps(record).decode()


def shown(file: File, told: dict[str, Any], by_id: dict[UUID, dict[str, Any]], now: datetime) -> dict[str, Any]:
    measures = given(file)
    numbered = [plan_record(measures, number, version) for number, version in enumerate(plans(file), 1)]
    in_force = [plan for plan in numbered if plan["since"] is not None]
    residences = [place for step in file.steps if (place := by_id[step.id]["residence"]) is not None]
    incidents = [place for step in file.steps if (place := by_id[step.id]["incident"]) is not None]
    closed_without_steps = told["closed_on"] is not None and not file.steps
    return {
        **{name: told[name] for name in ("case_id", "child_id", "full_name", "date_of_birth", "kind")},
        "procedure": procedure(file.kind, day_of(now)).code,
        "stage": file.stage if file.steps else None,
        "incident": incidents[-1] if incidents else None,
        "residence": residences[-1] if residences else None,
        "risk": file.risks[-1][1] if file.risks else None,
        "risks": [{"at": local(at), "risk": risk} for at, risk in file.risks],
        "conclusion": file.conclusion,
        "harming": sorted(map(str, file.harming)),
        "separated": separated(file),
        "placed": {"carer": file.carer} if file.placed else None,
        "plan": in_force[-1] if file.plan is not None else None,
        "draft": numbered[-1] if file.draft is not None else None,
        "plans": in_force,
        "steps": [step_record(measures, step, by_id[step.id]) for step in file.steps],
        # After what was taken at this very moment.
        "allowed": [] if closed_without_steps else list(allowed(file, now + datetime.resolution)),
        "withheld": [],
    }


def separated(file: File) -> dict[str, Any] | None:
    if file.separated_at is None:
        return None
    return {"since": local(file.separated_at), "days": len(file.separation_days), "limit": SEPARATION_DAYS}


def plan_record(measures: Measures, number: int, version: PlanVersion) -> dict[str, Any]:
    return {
        "number": number,
        "since": version.since and local(version.since),
        "until": version.until and local(version.until),
        "items": items(measures, version.plan),
    }


def items(measures: Measures, plan: Plan) -> list[dict[str, Any]]:
    def item_record(item: PlanItem) -> dict[str, Any]:
        measure = measures.get(item.id)
        moments = {
            "began_at": local(measure.began_at) if measure else None,
            "ended_at": local(measure.ended_at) if measure and measure.ended_at else None,
        }
        return {name: getattr(item, name) for name in PlanItemRecord.model_fields if name not in moments} | moments

    return [item_record(item) for item in plan.items]


def step_record(measures: Measures, step: Step, told: dict[str, Any]) -> dict[str, Any]:
    said = step.content
    return {
        "id": step.id,
        "step": step.code,
        "occurred_at": local(step.occurred_at),
        "recorded_at": local(step.recorded_at),
        **{name: told[name] for name in ("actor", "account", "in_place_of", "reason", "incident", "residence")},
        "assessment": stored(said) if isinstance(said, Assessment) else None,
        "separation": stored(said) if isinstance(said, Separation) else None,
        "items": items(measures, said) if isinstance(said, Plan) else None,
        "item": said.item if isinstance(said, Delivery) else None,
        "carer": said.carer if isinstance(said, Placement) else None,
    }


def own_part(record: dict[str, Any], agency: str) -> dict[str, Any]:
    """What an agency receives: how far the case has come, and of the plans what it gives itself."""

    def own(plan: dict[str, Any] | None) -> dict[str, Any] | None:
        if plan is None:
            return None
        return plan | {"items": [item for item in plan["items"] if str(item["agency"]) == agency]}

    left_out = sorted(record.keys() - OWN_PART - {"withheld"})
    return (
        record
        | dict.fromkeys(left_out)
        | FOR_AGENCIES
        | {
            "plan": own(record["plan"]),
            "plans": [own(plan) for plan in record["plans"]],
            "withheld": [*left_out, "plan.items", "plans.items"],
        }
    )


def local(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)
