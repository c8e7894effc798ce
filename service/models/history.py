"""What is on record for good: every change, as it was before and as it was left, and every look."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from service.models.children import NOW


class History(SQLModel, table=True):
    """Written by a trigger on every tracked table, so that no write can forget it."""

    __table_args__ = (
        Index("history_record", "record_id"),
        Index("history_child", "child_id"),
        Index("history_file", "file_id", postgresql_where=text("file_id IS NOT NULL")),
    )

    number: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)
    record: str = Field(sa_type=Text)
    record_id: UUID
    child_id: UUID | None = None
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    access: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("access.number")))
    file_id: UUID | None = None  # the case, site or account that the record is a part of
    version: int | None = None  # that this change made of the file (or of the record itself)
    child_version: int | None = None  # and of the child


class Access(SQLModel, table=True):
    """A look or a change: who, in which role, from where, on which request, for what. `subjects`: null is everyone."""

    __table_args__ = (
        Index("access_subjects", "subjects", postgresql_using="gin"),
        Index("access_account", "account_id", "number"),
        Index("access_everyone", "number", postgresql_where=text("action IN ('export', 'backup', 'restore')")),
    )

    number: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("clock_timestamp()")}
    )
    account_id: UUID | None = None
    assignment_id: UUID | None = None
    role: str = Field(sa_type=Text)
    agency_id: UUID | None = None
    purpose: str = Field(sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    request: str | None = Field(default=None, sa_type=Text)
    action: str = Field(sa_type=Text)
    refused: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    subjects: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid))
