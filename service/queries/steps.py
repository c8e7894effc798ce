"""The steps of a case: the file is their fold, and what others read of a case follows from it.

Everything that changes the file of a case goes through `take` or `withdraw`, in a transaction that has taken the case
(`cases.lock`): nobody else changes the same file meanwhile.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service import ledger
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
from service.doors import ASKING, Asking, through
from service.models import CaseFile, CaseStep, Child, Intervention
from service.queries import cases, deadlines, persons
from service.queries.step_contents import restored, stored
from service.queries.written import posted

FILE = "written({asking}, 'file', :id)"
ONE = f"SELECT read_file({ASKING}, $6)"
REACHES_ONE = "reaches_one({asking}, CAST(:areas AS integer[]))"


async def file_of(session: AsyncSession, case: CaseFile) -> File:
    """The file of a case that this transaction has taken."""
    return await _file(session, case, await _rows(session, case))


async def take(session: AsyncSession, case: CaseFile, *steps: Step, today: date) -> File:
    """The file with these steps, or the refusal of all of them. A step that is repeated changes nothing."""
    file = await _take(session, case, *steps)
    await ledger.post(session, [case.child_id], today)
    return file


async def take_and_show(session: AsyncSession, case: CaseFile, step: Step, today: date) -> str:
    """The same of one step, and what the file is folded from then, in JSON."""
    await _take(session, case, step)
    return await posted(session, [case.child_id], today, FILE, case)


async def _take(session: AsyncSession, case: CaseFile, *steps: Step) -> File:
    if case.stage is None and case.closed_on is not None:
        raise Refusal("case_is_closed")
    rows = await _rows(session, case)
    before = await _file(session, case, rows)
    for step in steps:
        await _check_in_charge(session, before, step)
    new = [step for step in steps if not _repeated(before, step)]
    if not new:
        return before
    if {row.id for row in rows} & {step.id for step in new}:  # of one that was withdrawn
        raise Refusal("id_taken")
    file = recording.record(before, *new)
    check_signed(before, file, *new)
    await _check_items(session, case, rows, new)
    await persons.check_named(session, case.child_id, *new)
    made = [_row(case, step) for step in new]
    session.add_all(made)
    await _keep(session, case, file, [*rows, *made])
    return file


async def withdraw(session: AsyncSession, case: CaseFile, step_id: UUID, at: datetime, today: date) -> File:
    """The file without a step that was an error, if all that occurred after it still stands. Who might have taken the
    step may withdraw it."""
    rows = await _rows(session, case)
    before = await _file(session, case, rows)
    wrong = next((step for step in before.steps if step.id == step_id), None)
    if wrong is None:
        raise Refusal("step_unknown")
    session.info["caller"].check(permission_of(wrong.code))
    await _check_in_charge(session, before, wrong)
    file = recording.withdraw(before, step_id)
    check_signed(before, file, wrong)
    next(row for row in rows if row.id == step_id).withdrawn_at = at
    await _keep(session, case, file, rows)
    await ledger.post(session, [case.child_id], today)
    return file


async def told(reader: Reader, asking: Asking, case_id: UUID) -> str:
    """What the file of a case is folded from, in JSON, for whoever meets the case."""
    found: str | None = await reader.fetchval(ONE, *asking, case_id)
    if found is None:
        raise Refusal("case_unknown")
    return found


def begun(kind: Kind, born: date | None) -> File:
    """The file of a case before its first step; `born` tells when the child is sixteen."""
    return File(kind, None if born is None else months_later(born, 16 * 12))


def folded(file: File, steps: Collection[Step]) -> File:
    """The file that these steps come to, which were taken already."""
    for after in recording.retold(recording.blank(file), steps):
        file = after
    return file


def step_of(row: CaseStep) -> Step:
    code = StepCode(row.code)
    content = restored(code, row.content)
    return Step(row.id, code, row.occurred_at, row.recorded_at, row.actor, content, row.reason)


async def _rows(session: AsyncSession, case: CaseFile) -> list[CaseStep]:
    """Those that were withdrawn too. The case is written once, with what follows from them."""
    with session.no_autoflush:
        return list(await session.exec(select(CaseStep).where(CaseStep.case_id == case.id)))


async def _file(session: AsyncSession, case: CaseFile, rows: list[CaseStep]) -> File:
    child = await session.get_one(Child, case.child_id)
    kind: Kind = case.kind  # type: ignore[assignment] # the database lets it be no other
    return folded(begun(kind, child.date_of_birth), [step_of(row) for row in rows if row.withdrawn_at is None])


async def _check_in_charge(session: AsyncSession, file: File, step: Step) -> None:
    """A step is taken in a commune whose part it is, or was when it occurred."""
    rule = procedure(file.kind, day_of(step.occurred_at)).rule(step.code)
    if rule is None:  # which recording it tells of
        return
    then = folded(recording.blank(file), [taken for taken in file.steps if taken.place < step.place])
    areas = then.in_charge(rule.part) | file.in_charge(rule.part)
    if areas and not await through(session, REACHES_ONE, areas=sorted(areas)):
        raise Refusal("not_in_charge")


def _repeated(file: File, step: Step) -> bool:
    """Whether the file holds the step already, whoever says it again and when."""
    first = next((taken for taken in file.steps if taken.id == step.id), None)
    if first is not None and replace(step, recorded_at=first.recorded_at, by=first.by) != first:
        raise Refusal("id_taken")
    return first is not None


def _row(case: CaseFile, step: Step) -> CaseStep:
    return CaseStep(
        id=step.id,
        case_id=case.id,
        code=step.code,
        occurred_at=step.occurred_at,
        recorded_at=step.recorded_at,
        actor=step.by,
        content=stored(step.content),
        reason=step.reason,
    )


async def _keep(session: AsyncSession, case: CaseFile, file: File, rows: list[CaseStep]) -> None:
    """What follows from a file: how the case stands, what was given in it, and what is to be done."""
    before = case.opened_on, case.closed_on
    _derive(case, file)
    with session.no_autoflush:  # what is not allowed is not written, not even to be rolled back
        if before != (case.opened_on, case.closed_on):
            await cases.check_previous(session, case, "/occurred_at")
            await cases.check_next(session, case, "/occurred_at")
        await _keep_interventions(session, case, file, rows)
    await deadlines.keep(session, case, file)


def _derive(case: CaseFile, file: File) -> None:
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


async def _keep_interventions(session: AsyncSession, case: CaseFile, file: File, rows: list[CaseStep]) -> None:
    """Of each measure that was begun one intervention, which has the id of the plan's item. Those that were recorded
    before the case had steps stay as they are."""
    planned = _items(rows)
    if not planned:
        return
    present = {record.id: record for record in await _interventions(session, case)}
    wanted = given(file)
    for item_id, measure in wanted.items():
        says: dict[str, Any] = {
            "measure_code": measure.item.measure,
            "provider": measure.item.provider,
            "agency_id": measure.item.agency,
            "started_on": day_of(measure.began_at),
            "ended_on": day_of(measure.ended_at) if measure.ended_at else None,
        }
        if item_id in present:
            present[item_id].sqlmodel_update(says)
        else:
            session.add(Intervention(id=item_id, case_id=case.id, **says))
    for item_id in (planned & present.keys()) - wanted.keys():
        await session.delete(present[item_id])


async def _check_items(session: AsyncSession, case: CaseFile, rows: list[CaseStep], new: list[Step]) -> None:
    """A plan does not take the id of a measure that was recorded before the case had steps, or in another case of the
    child: it could not begin."""
    plans = [step.content for step in new if isinstance(step.content, Plan)]
    if plans:
        taken = col(Intervention.id).in_({item.id for plan in plans for item in plan.items})
        own = _items(rows)
        found = await session.exec(select(Intervention).where(taken))
        others = {record.id for record in found if record.case_id != case.id or record.id not in own}
        for plan in plans:
            for n, item in enumerate(plan.items):
                if item.id in others:
                    raise Refusal("id_taken", f"/items/{n}/id")


async def _interventions(session: AsyncSession, case: CaseFile) -> list[Intervention]:
    return list(await session.exec(select(Intervention).where(Intervention.case_id == case.id)))


def _items(rows: list[CaseStep]) -> set[UUID]:
    """Of every plan that the case ever had, withdrawn or not."""
    return {
        UUID(item["id"]) for row in rows if row.code == StepCode.PLAN and row.content for item in row.content["items"]
    }
