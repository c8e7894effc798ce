"""Who changes accounts is on record before anything changes, and the history of what changes refers to it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.access import Caller
from service.domain.access import Permission, Purpose

ACCESS = text("""
    INSERT INTO access (account_id, assignment_id, role, agency_id, purpose, address, request, action, subjects)
    VALUES (:account, :assignment, :role, (SELECT agency_id FROM assignment WHERE id = :assignment), :purpose,
            :address, :request, :action, :subjects)
    RETURNING number
""")


async def begin_change(session: AsyncSession, caller: Caller, permission: Permission, subjects: Sequence[UUID]) -> None:
    """The transaction changes these accounts (or agencies) for the caller."""
    facts = {
        "account": caller.account_id,
        "assignment": caller.assignment_id,
        "role": caller.role_code,
        "purpose": caller.purpose.value,
        "address": caller.address,
        "request": caller.request_id,
        "action": permission.value,
    }
    await declare(session, facts, subjects)


async def begin_operation(session: AsyncSession, command: str, subjects: Sequence[UUID]) -> None:
    """The transaction changes these accounts for whoever operates the service, and whom the computer let in."""
    nobody = dict.fromkeys(("account", "assignment", "address", "request"))
    facts = nobody | {"role": "operator", "purpose": Purpose.ADMINISTRATION.value, "action": command}
    await declare(session, facts, subjects)


async def declare(session: AsyncSession, facts: dict[str, object], subjects: Sequence[UUID]) -> None:
    connection = await session.connection()
    number: int = (await connection.execute(ACCESS, facts | {"subjects": list(subjects)})).scalar_one()
    await connection.execute(text(f"SET LOCAL service.access = '{number}'"))
