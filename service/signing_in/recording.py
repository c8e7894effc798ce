"""What an operator does at the command line is on record before anything changes, and the history refers to it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

ACCESS = text("""
    INSERT INTO access (role, purpose, action, subjects) VALUES ('operator', 'administration', :action, :subjects)
    RETURNING number
""")


async def begin_operation(session: AsyncSession, command: str, subjects: Sequence[UUID]) -> None:
    """The transaction changes these accounts for whoever operates the service, and whom the computer let in."""
    connection = await session.connection()
    number: int = (await connection.execute(ACCESS, {"action": command, "subjects": list(subjects)})).scalar_one()
    await connection.execute(text(f"SET LOCAL service.access = '{number}'"))
