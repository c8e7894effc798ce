"""The plans of a case: those that came into force, each a version of its own, and the draft of the next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.procedure.case_file import CaseFile
from service.domain.procedure.recording import blank, retold
from service.domain.procedure.step import Delivery, Plan, PlanItem, Step, StepCode
from service.domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan, since when it is in force (None: never) and until when (None: still, or never)."""

    plan: Plan
    since: datetime | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A measure that was given: what the plan that was in force last says of it, and when it began and ended."""

    item: PlanItem
    began_at: datetime
    ended_at: datetime | None = None


def plans(file: CaseFile) -> list[PlanVersion]:
    """The versions in their order: a change of a plan in force is another version, which has to come into force itself.
    A draft that may still become one stands last."""
    found: list[PlanVersion] = []
    before = blank(file)
    for after in retold(before, file.steps):
        if after.plan is not before.plan:
            at = after.steps[-1].occurred_at
            found = [
                *(_ended(version, at) for version in found),
                *([PlanVersion(after.plan, at)] if after.plan else []),
            ]
        before = after
    return [*found, *([PlanVersion(file.draft, None)] if file.draft else [])]


def check_signed(before: CaseFile, after: CaseFile, *changed: Step) -> None:
    """What was signed stays as it was signed: no late entry and no withdrawal puts another plan before an approval.
    `changed`: the steps in which the files differ."""
    if all(step.code is not StepCode.PLAN for step in changed):
        return
    then, now = _signed(before), _signed(after)
    if any(now.get(approval, plan) != plan for approval, plan in then.items()):
        raise Refusal("step_contradicts_later", later=str(StepCode.APPROVAL))


def _signed(file: CaseFile) -> dict[UUID, Plan | None]:
    """Which plan each approval brought into force, by the approval."""
    stages = [file for file in retold(blank(file), file.steps) if file.steps[-1].code is StepCode.APPROVAL]
    return {file.steps[-1].id: file.plan for file in stages}


def given(file: CaseFile) -> dict[UUID, Given]:
    """The measures that were begun, by item: of each, what the latest plan that names it and was in force says."""
    items = {item.id: item for version in plans(file) if version.since for item in version.plan.items}
    began = moments(file, StepCode.MEASURE_START)
    ended = moments(file, StepCode.MEASURE_END)
    return {item: Given(items[item], at, ended.get(item)) for item, at in began.items()}


def moments(file: CaseFile, code: StepCode) -> dict[UUID, datetime]:
    """When the measures of a plan began (or ended), by item."""
    return {
        step.content.item: step.occurred_at
        for step in file.steps
        if step.code is code and isinstance(step.content, Delivery)
    }


def _ended(version: PlanVersion, at: datetime) -> PlanVersion:
    return version if version.until else PlanVersion(version.plan, version.since, at)
