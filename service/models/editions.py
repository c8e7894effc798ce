"""Editions: figures as they were published."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID


class Edition(SQLModel, table=True):
    """The figures of a programme in an area on a day, sealed: the `number`th of them. Neither altered nor deleted.

    `content` is what was sealed, in the canonical form of RFC 8785; `hash` its SHA-256; `signature` a JWS without its
    payload, which is the content; `key` the public key that verifies it.
    """

    __table_args__ = (
        UniqueConstraint("programme", "area", "on", "map", "number", name="edition_chain"),
        Index("edition_sealed", "sealed_at", "id"),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    number: int
    programme: str = Field(foreign_key="programme.code", sa_type=Text)
    area: str = Field(sa_type=Text)  # its code, on the map
    on: date
    map: date
    posting: int = Field(sa_column=Column(BigInteger, ForeignKey("posting.number"), nullable=False))
    sealed_at: datetime = Field(sa_type=DateTime(timezone=True))
    sealed_by: str = Field(sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    previous: UUID | None = Field(default=None, foreign_key="edition.id")
    content: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)
    signature: str = Field(sa_type=Text)
    key: dict[str, Any] = Field(sa_type=JSONB)
