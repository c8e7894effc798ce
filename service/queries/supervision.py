"""What is said beside a case: notes of supervision, and flags with a day."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking
from service.models import CaseFlag

NOTE = "written({asking}, 'note', :id)"
FLAG = "written({asking}, 'flag', :id)"

LOOK = f"SELECT look_at_case({ASKING}, $6)"
NOTES = f"SELECT item, moment, id FROM list_notes({ASKING}, $6, $7, $8, $9)"
NUMBER_OF_NOTES = f"SELECT count_notes({ASKING}, $6)"
FLAGS = f"SELECT item, on_day, id FROM list_flags({ASKING}, $6, $7, $8, $9, $10, $11)"
NUMBER_OF_FLAGS = f"SELECT count_flags({ASKING}, $6, $7, $8)"


async def look(reader: Reader, asking: Asking, case_id: UUID) -> None:
    """Refuses a case that the caller does not meet."""
    if not await reader.fetchval(LOOK, *asking, case_id):
        raise Refusal("case_unknown")


async def notes(
    reader: Reader, asking: Asking, case_id: UUID, before: tuple[datetime | None, UUID | None], limit: int
) -> list[asyncpg.Record]:
    """Item, moment and id, the newest first; one row more than the limit."""
    return await reader.fetch(NOTES, *asking, case_id, *before, limit)


async def number_of_notes(reader: Reader, asking: Asking, case_id: UUID) -> int:
    number: int = await reader.fetchval(NUMBER_OF_NOTES, *asking, case_id)
    return number


async def flags(
    reader: Reader,
    asking: Asking,
    case_id: UUID | None,
    officer: UUID | None,
    until: date | None,
    after: tuple[date | None, UUID | None],
    limit: int,
) -> list[asyncpg.Record]:
    """Item, day and id, by day: those of a case, or of all cases those that are not cleared; one row more than the
    limit."""
    return await reader.fetch(FLAGS, *asking, case_id, officer, until, *after, limit)


async def number_of_flags(
    reader: Reader, asking: Asking, case_id: UUID | None, officer: UUID | None, until: date | None
) -> int:
    number: int = await reader.fetchval(NUMBER_OF_FLAGS, *asking, case_id, officer, until)
    return number


async def flag(session: AsyncSession, case_id: UUID, flag_id: UUID) -> CaseFlag:
    """A flag of a case that this transaction has taken."""
    record = await session.get(CaseFlag, flag_id)
    if record is None or record.case_id != case_id:
        raise Refusal("flag_unknown")
    return record
