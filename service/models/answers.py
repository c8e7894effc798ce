"""What a repeated request is answered with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from service.models.children import NOW


class FirstAnswer(SQLModel, table=True):
    """The answer to a request that carried an Idempotency-Key, kept for a day in the transaction of its change."""

    __tablename__ = "first_answer"
    __table_args__ = (Index("first_answer_at", "at"),)

    assignment_id: UUID = Field(primary_key=True, foreign_key="assignment.id")
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    request: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)
    status: int | None = None
    headers: dict[str, str] | None = Field(default=None, sa_type=JSONB)
    body: str | None = Field(default=None, sa_type=Text)
    children: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid))
