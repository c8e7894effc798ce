"""Reforms that were made here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID


class Reform(SQLModel, table=True):
    """A resolution as it was applied. All of them, applied again in this order, give the same map."""

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    effective_on: date
    legal_basis: str = Field(sa_type=Text)
    document: dict[str, Any] = Field(sa_type=JSONB)
    applied_at: datetime = Field(
        default=None, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("clock_timestamp()")}
    )
    account: str = Field(sa_type=Text)
