"""What was changed or withdrawn, as it was before and as it was left."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.models.children import NOW


class History(SQLModel, table=True):
    """Written by a trigger on every tracked table, so that no write can forget it."""

    __table_args__ = (Index("history_record", "record_id"), Index("history_child", "child_id"))

    number: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)
    record: str = Field(sa_type=Text)
    record_id: UUID
    child_id: UUID | None = None
    before: dict[str, Any] = Field(sa_type=JSONB)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
