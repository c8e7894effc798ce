"""What a transaction has written, as it leaves it."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


async def written(session: AsyncSession, statement: str, record_id: UUID) -> str:
    """A record in JSON: the column `record` of a statement with `:id`."""
    connection = await session.connection()
    wrapped = text(f"SELECT CAST(record AS text) FROM ({statement}) one")
    row: str = (await connection.execute(wrapped, {"id": record_id})).scalar_one()
    return row
