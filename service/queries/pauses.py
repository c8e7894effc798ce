"""The pauses of deadlines, which no step tells."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service import ledger
from service.domain.access import Permission
from service.domain.procedure import clock
from service.domain.refusal import Refusal
from service.doors import through
from service.queries import in_hand
from service.queries.deadlines import deadline_of
from service.queries.in_hand import InHand, Outcome

PAUSE = text("UPDATE deadline SET paused_at = :at, pause_reason = :reason, due_at = :due_at WHERE id = :id")
IN_CHARGE = "reaches_one({asking}, CAST(:areas AS integer[]))"
WRITTEN = "written_deadline({asking}, :id, :at, :language)"


async def pause(
    session: AsyncSession, case_id: UUID, deadline_id: UUID, at: datetime, reason: str, today: date
) -> None:
    """Stops the clock of a deadline, by who is in charge of it."""
    held, deadline = await _taken(session, case_id, deadline_id)
    await _write(session, held, deadline_id, deadline.paused(at, reason), today)


async def resume(session: AsyncSession, case_id: UUID, deadline_id: UUID, at: datetime, today: date) -> None:
    """Lets it go on with what was left, by the calendar as it is now."""
    held, deadline = await _taken(session, case_id, deadline_id)
    await _write(session, held, deadline_id, deadline.resumed(at, held.calendar), today)


async def written(session: AsyncSession, deadline_id: UUID, at: datetime, language: str) -> str:
    """A deadline as the transaction leaves it."""
    return str(await through(session, WRITTEN, id=deadline_id, at=at, language=language))


async def _taken(session: AsyncSession, case_id: UUID, deadline_id: UUID) -> tuple[InHand, clock.Deadline]:
    """A case that this transaction takes, and a deadline of it, if it is the law's and open, and the caller is in
    charge of it: what has ended is not made punctual by a pause."""
    held = await in_hand.take(session, case_id, Permission.TAKE_STEPS)
    row = next((row for row in held.deadlines if row["id"] == str(deadline_id)), None)
    if row is None:
        raise Refusal("deadline_unknown")
    if not await through(session, IN_CHARGE, areas=[row["area_id"]]):
        raise Refusal("not_in_charge")
    if row["source"] == "plan":
        raise Refusal("deadline_not_pausable")
    if row["met_at"] or row["lifted_at"]:
        raise Refusal("deadline_not_running")
    return held, deadline_of(row, held.rules[row["rule"]].rule)


async def _write(session: AsyncSession, held: InHand, deadline_id: UUID, deadline: clock.Deadline, today: date) -> None:
    """What stands still is not missed meanwhile, so that the child may count otherwise."""
    await in_hand.keep(session, held, Outcome())
    said = {"at": deadline.paused_at, "reason": deadline.reason, "due_at": deadline.due_at}
    await (await session.connection()).execute(PAUSE, {"id": deadline_id} | said)
    await ledger.post(session, [held.case.child_id], today)
