"""What officers have to do: how much it is, and handing all of it to another."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.doors import ASKING, ASKING_NAMED, Asking

LIST = f"SELECT item, id FROM list_officers({ASKING}, $6, $7)"
COUNT = f"SELECT count_officers({ASKING})"
CASELOAD = f"SELECT caseload({ASKING}, $6, $7)"
HAND_OVER = text(f"SELECT * FROM hand_over({ASKING_NAMED}, :officer, :other)")
LEAVES_OPEN = text("SELECT has_open_cases(:assignment)")


async def officers(reader: Reader, asking: Asking, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Item and id, by assignment; one row more than the limit."""
    return await reader.fetch(LIST, *asking, after, limit)


async def number_of_officers(reader: Reader, asking: Asking) -> int:
    number: int = await reader.fetchval(COUNT, *asking)
    return number


async def caseload(reader: Reader, asking: Asking, assignment_id: UUID, at: datetime) -> str:
    """Counts, as they stand at a moment."""
    found: str | None = await reader.fetchval(CASELOAD, *asking, assignment_id, at)
    if found is None:
        raise Refusal("assignment_unknown")
    return found


async def hand_over(session: AsyncSession, officer: UUID, other: UUID) -> int:
    """All open cases of an officer are another's, with what is due in them: how many."""
    connection = await session.connection()
    asked = session.info["asking"]._asdict() | {"officer": officer, "other": other}
    done: Any = (await connection.execute(HAND_OVER, asked)).one()
    match done.problem:
        case None:
            return int(done.handed)
        case "officer_unsuitable":
            raise Refusal(done.problem, "/to")
        case "hand_over_out_of_reach":
            raise Refusal(done.problem, cases=done.handed, out_of_reach=done.out_of_reach)
    raise Refusal(done.problem)


async def leaves_open_cases(session: AsyncSession, assignment_id: UUID) -> bool:
    """Whether somebody still has open cases: told to who ends the assignment."""
    connection = await session.connection()
    found: bool = (await connection.execute(LEAVES_OPEN, {"assignment": assignment_id})).scalar_one()
    return found
