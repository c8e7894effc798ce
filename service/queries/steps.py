"""The steps of a case: the file is their fold, and what others read of a case follows from it.

Everything that changes the file of a case goes through `take` or `withdraw`, in a transaction that has the case in
hand (`in_hand.take`): nobody else changes the same file meanwhile.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.calendar import day_of, months_later
from service.domain.procedure import recording
from service.domain.procedure.case_file import CaseFile as File
from service.domain.procedure.case_file import Kind
from service.domain.procedure.clock import ENDINGS
from service.domain.procedure.plans import check_signed, given
from service.domain.procedure.rights import permission_of
from service.domain.procedure.step import Plan, Step, StepCode
from service.domain.procedure.versions import ENDS, procedure
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking
from service.models import Intervention
from service.queries import cases, deadlines, in_hand, persons
from service.queries.deadlines import Row
from service.queries.in_hand import Case, InHand, Outcome
from service.queries.step_contents import step_of, stored

ONE = f"SELECT read_file({ASKING}, $6)"


async def take(session: AsyncSession, held: InHand, *steps: Step, today: date) -> None:
    """Records these steps, or refuses all of them. A step that is repeated changes nothing."""
    await in_hand.keep_and_post(session, held, await _taken(session, held, *steps), today)


async def take_and_show(session: AsyncSession, held: InHand, step: Step, today: date) -> str:
    """The same of one step, and what the file is folded from then, in JSON."""
    return await in_hand.keep_post_and_show(session, held, await _taken(session, held, step), today)


async def _taken(session: AsyncSession, held: InHand, *steps: Step) -> Outcome:
    case = held.case
    if case.stage is None and case.closed_on is not None:
        raise Refusal("case_is_closed")
    before = file_of(held)
    for step in steps:
        _check_in_charge(held, before, step)
    new = [step for step in steps if not _repeated(before, step)]
    if not new:
        return Outcome()
    if {row["id"] for row in held.steps} & {str(step.id) for step in new}:  # of one that was withdrawn
        raise Refusal("id_taken")
    file = recording.record(before, *new)
    check_signed(before, file, *new)
    await _check_items(session, held, new)
    await persons.check_named(session, case.child_id, *new)
    made = [_row(step) for step in new]
    return await _outcome(session, held, file, Outcome(steps=made, planned=_items([*held.steps, *made])))


async def withdraw(session: AsyncSession, held: InHand, step_id: UUID, at: datetime, today: date) -> None:
    """Takes out a step that was an error, if all that occurred after it still stands. Who might have taken the step may
    withdraw it."""
    before = file_of(held)
    wrong = next((step for step in before.steps if step.id == step_id), None)
    if wrong is None:
        raise Refusal("step_unknown")
    session.info["caller"].check(permission_of(wrong.code))
    _check_in_charge(held, before, wrong)
    file = recording.withdraw(before, step_id)
    check_signed(before, file, wrong)
    withdrawn = Outcome(withdrawn=step_id, withdrawn_at=at, planned=_items(held.steps))
    await in_hand.keep_and_post(session, held, await _outcome(session, held, file, withdrawn), today)


async def told(reader: Reader, asking: Asking, case_id: UUID) -> str:
    """What the file of a case is folded from, in JSON, for whoever meets the case."""
    found: str | None = await reader.fetchval(ONE, *asking, case_id)
    if found is None:
        raise Refusal("case_unknown")
    return found


def file_of(held: InHand) -> File:
    """The file of a case in hand."""
    taken = [step_of(row) for row in held.steps if row["withdrawn_at"] is None]
    return folded(begun(held.case.kind, held.born), taken)


def begun(kind: Kind, born: date | None) -> File:
    """The file of a case before its first step; `born` tells when the child is sixteen."""
    return File(kind, None if born is None else months_later(born, 16 * 12))


def folded(file: File, steps: Collection[Step]) -> File:
    """The file that these steps come to, which were taken already."""
    for after in recording.retold(recording.blank(file), steps):
        file = after
    return file


def _check_in_charge(held: InHand, file: File, step: Step) -> None:
    """A step is taken in a commune whose part it is, or was when it occurred."""
    rule = procedure(file.kind, day_of(step.occurred_at)).rule(step.code)
    if rule is None:  # which recording it tells of
        return
    then = folded(recording.blank(file), [taken for taken in file.steps if taken.place < step.place])
    areas = then.in_charge(rule.part) | file.in_charge(rule.part)
    if areas and not areas & held.reached:
        raise Refusal("not_in_charge")


def _repeated(file: File, step: Step) -> bool:
    """Whether the file holds the step already, whoever says it again and when."""
    first = next((taken for taken in file.steps if taken.id == step.id), None)
    if first is not None and replace(step, recorded_at=first.recorded_at, by=first.by) != first:
        raise Refusal("id_taken")
    return first is not None


def _row(step: Step) -> Row:
    return {
        "id": str(step.id),
        "code": step.code,
        "occurred_at": step.occurred_at,
        "recorded_at": step.recorded_at,
        "actor": step.by,
        "content": stored(step.content),
        "reason": step.reason,
    }


async def _outcome(session: AsyncSession, held: InHand, file: File, outcome: Outcome) -> Outcome:
    """What follows from a file: how the case stands, what was given in it, and what is to be done."""
    case = held.case
    before = case.opened_on, case.closed_on
    _derive(case, file)
    if before != (case.opened_on, case.closed_on):
        await cases.check_previous(session, case, "/occurred_at")
        await cases.check_next(session, case, "/occurred_at")
    if outcome.planned:
        outcome.given = _interventions(file)
    outcome.deadlines, outcome.gone = deadlines.changes(file, case.officer, held.rules, held.deadlines, held.calendar)
    return outcome


def _derive(case: Case, file: File) -> None:
    """Without a step, the case is open since the day it was said to be."""
    case.stage = file.stage if file.steps else None
    case.incident_area_id, case.residence_area_id = file.incident, file.residence
    case.risk = file.risks[-1][1] if file.risks else None
    if file.steps:
        case.opened_on = day_of(file.steps[0].occurred_at)
    case.closed_on = case.outcome = case.reason = None
    if file.stage in ENDS:
        ending = next(step for step in reversed(file.steps) if step.code in ENDINGS)
        case.closed_on = day_of(ending.occurred_at)
        case.outcome, case.reason = file.stage, ending.reason


def _interventions(file: File) -> list[Row]:
    """Of each measure that was begun one intervention, which has the id of the plan's item."""
    return [
        {
            "id": item_id,
            "measure_code": measure.item.measure,
            "provider": measure.item.provider,
            "agency_id": measure.item.agency,
            "started_on": day_of(measure.began_at),
            "ended_on": day_of(measure.ended_at) if measure.ended_at else None,
        }
        for item_id, measure in given(file).items()
    ]


async def _check_items(session: AsyncSession, held: InHand, new: list[Step]) -> None:
    """A plan does not take the id of a measure that was recorded before the case had steps, or in another case of the
    child: it could not begin."""
    plans = [step.content for step in new if isinstance(step.content, Plan)]
    if plans:
        taken = col(Intervention.id).in_({item.id for plan in plans for item in plan.items})
        own = _items(held.steps)
        found = await session.exec(select(Intervention).where(taken))
        others = {record.id for record in found if record.case_id != held.case.id or record.id not in own}
        for plan in plans:
            for n, item in enumerate(plan.items):
                if item.id in others:
                    raise Refusal("id_taken", f"/items/{n}/id")


def _items(rows: list[Row]) -> list[UUID]:
    """Of every plan that the case ever had, withdrawn or not."""
    return [
        UUID(item["id"])
        for row in rows
        if row["code"] == StepCode.PLAN and row["content"]
        for item in row["content"]["items"]
    ]
