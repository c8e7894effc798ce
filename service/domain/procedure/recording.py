"""Recording steps, in any order: the file is the fold of its steps in the order in which they occurred."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from service.domain.calendar import day_of
from service.domain.procedure.assessment import Assessment
from service.domain.procedure.case_file import CaseFile
from service.domain.procedure.conditions import WhyNot
from service.domain.procedure.step import RANK, Step, StepCode
from service.domain.procedure.versions import StepRule, procedure
from service.domain.refusal import Refusal

NOBODY, EVERYBODY = UUID(int=0), UUID(int=2**128 - 1)


def record(file: CaseFile, *new: Step) -> CaseFile:
    """The file with these steps, or the refusal of all of them. A step that it holds already changes nothing.

    What makes sense only together (a closing, and the reopening after it, both entered late) is recorded together.
    """
    steps = {step.id: step for step in file.steps}
    for step in new:
        if steps.setdefault(step.id, step) != step:
            raise Refusal("id_taken")
    ordered = sorted(steps.values(), key=lambda step: step.place)
    added = [step for step in ordered if step in new]
    _refuse_times(ordered, added)
    result = blank(file)
    for step in ordered:
        try:
            result = followed(result, step)
        except Refusal as refusal:
            raise _explained(file, step, added, refusal) from None
    return result


def withdraw(file: CaseFile, step_id: UUID) -> CaseFile:
    """The file without a step that was an error, if all that occurred after it still stands."""
    result = blank(file)
    for step in file.steps:
        if step.id != step_id:
            try:
                result = followed(result, step)
            except Refusal:
                raise Refusal("step_contradicts_later", later=str(step.code)) from None
    return result


def retold(file: CaseFile, steps: Iterable[Step]) -> Iterator[CaseFile]:
    """The file after each of its steps. They were taken: they are not judged again, though what they were judged by may
    have changed since (the day of birth was corrected)."""
    for step in sorted(steps, key=lambda step: step.place):
        rule = procedure(file.kind, day_of(step.occurred_at)).rule(step.code)
        file = file.after(step, (rule and rule.to) or file.stage)
        yield file


def allowed(file: CaseFile, at: datetime) -> tuple[StepCode, ...]:
    """The steps that can be taken at a moment, before whatever occurred later. What they must say is not asked."""
    return tuple(rule.code for rule in procedure(file.kind, day_of(at)).steps if _fits(file, rule, at))


def blank(file: CaseFile) -> CaseFile:
    """The case before its first step."""
    return CaseFile(file.kind, file.sixteen_on)


def _fits(file: CaseFile, rule: StepRule, at: datetime) -> bool:
    earlier = [step for step in file.steps if step.place < (at, RANK[rule.code], EVERYBODY)]
    before = fold(blank(file), earlier) if len(earlier) < len(file.steps) else file
    if _why_not(before, rule, at):
        return False
    try:
        fold(before.tried(rule.code, at, NOBODY, rule.to or before.stage), file.steps[len(earlier) :])
    except Refusal:
        return False
    return True


def fold(file: CaseFile, steps: Iterable[Step]) -> CaseFile:
    for step in steps:
        file = followed(file, step)
    return file


def followed(file: CaseFile, step: Step) -> CaseFile:
    """The file after a step that is later than all of its own."""
    rule = procedure(file.kind, day_of(step.occurred_at)).rule(step.code)
    if reason := _why_not(file, rule, step.occurred_at):
        raise Refusal("step_not_allowed", reason=reason)
    assert rule is not None
    if rule.form and isinstance(step.content, Assessment) and (gaps := step.content.unanswered(rule.form)):
        raise Refusal("assessment_incomplete", "/answers", unanswered=", ".join(gaps))
    for check in rule.checks:
        if refusal := check(file, step):
            raise refusal
    return file.after(step, rule.to or file.stage)


def _why_not(file: CaseFile, rule: StepRule | None, at: datetime) -> WhyNot | None:
    if rule is None or file.stage not in rule.after:
        return WhyNot.OUT_OF_ORDER
    return next((reason for condition in rule.when if (reason := condition(file, at))), None)


def _refuse_times(ordered: list[Step], added: list[Step]) -> None:
    opening = next((s for s in ordered if s.code in (StepCode.REPORT, StepCode.NEED)), None)
    for step in added:
        if step.occurred_at > step.recorded_at:
            raise Refusal("step_in_future", "/occurred_at")
        if opening is not None and step.occurred_at < opening.occurred_at:
            raise Refusal("step_before_report", "/occurred_at")


def _explained(file: CaseFile, step: Step, added: list[Step], refusal: Refusal) -> Refusal:
    """With the steps that are allowed; of a step that was recorded before, why the new one cannot go before it. What a
    step says is told only of one that could be taken."""
    at = added[0].occurred_at
    if step in added:
        at = step.occurred_at
        if len(added) == 1 and refusal.code != "step_not_allowed" and step.code not in allowed(file, at):
            refusal = Refusal("step_not_allowed", reason=WhyNot.LATER_STEPS)
    elif len(added) > 1 or added[0].code in allowed(file, at):
        refusal = Refusal("step_contradicts_later", later=str(step.code))
    else:
        refusal = Refusal("step_not_allowed", reason=WhyNot.LATER_STEPS)
    refusal.facts["allowed"] = [str(code) for code in allowed(file, at)]
    return refusal
