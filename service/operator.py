"""Whoever runs a command operates the service: let in by the operating system, without signing in, and on record."""

import os
from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.domain.access import Purpose
from service.embedded.account import account_name

RECORD = """
INSERT INTO access (role, purpose, action, address, subjects) VALUES ('operator', $1, $2, $3, $4) RETURNING number
"""


def recorded(command: str, purpose: Purpose, subjects: Sequence[UUID] | None) -> tuple[object, ...]:
    """What a command leaves on record. Its address is the account of the operating system."""
    return purpose, command, f"os-user:{account_name(os.getuid())}", subjects


async def record(connection: asyncpg.Connection, command: str, purpose: Purpose = Purpose.ADMINISTRATION) -> None:
    """A command reads or writes the records of everyone. What it loads refers to nothing in the history."""
    await connection.execute(RECORD, *recorded(command, purpose, None))


async def begin_operation(session: AsyncSession, command: str, subjects: Sequence[UUID]) -> None:
    """The transaction changes these accounts, and its history refers to this."""
    connection = await session.connection()
    given = recorded(command, Purpose.ADMINISTRATION, list(subjects))
    number: int = (await connection.exec_driver_sql(RECORD, given)).scalar_one()
    await connection.execute(text(f"SET LOCAL service.access = '{number}'"))
