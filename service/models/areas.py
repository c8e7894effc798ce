"""Areas, what they were called, what became of them, and what lies within what."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Computed, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import DATERANGE, TSVECTOR, Range
from sqlmodel import Field, SQLModel


class Area(SQLModel, table=True):
    """A territory whose boundary never changes."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    level: str = Field(sa_type=Text)
    covered: bool


class AreaVersion(SQLModel, table=True):
    """Code, name, kind and parent of an area during a period."""

    __tablename__ = "area_version"
    __table_args__ = (UniqueConstraint("code", "during", name="area_code_no_overlap"),)

    area_id: int = Field(primary_key=True, foreign_key="area.id")
    during: Range[date] = Field(primary_key=True, sa_type=DATERANGE)
    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    name_words: str = Field(sa_type=TSVECTOR, sa_column_args=(Computed("name_words(name)", persisted=True),))
    kind: str = Field(sa_type=Text)
    parent_id: int | None = Field(default=None, foreign_key="area.id")


class AreaChange(SQLModel, table=True):
    """One line of a resolution: what became of an area on a day. `reform_id`: of a resolution that was applied here."""

    __tablename__ = "area_change"
    __table_args__ = (
        Index("area_change_predecessor", "predecessor_id"),
        Index("area_change_successor", "successor_id"),
    )

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    effective_on: date
    predecessor_id: int = Field(foreign_key="area.id")
    successor_id: int | None = Field(default=None, foreign_key="area.id")
    change: str = Field(sa_type=Text)
    share: Decimal | None = None
    inferred: bool
    legal_basis: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    reform_id: UUID | None = Field(default=None, foreign_key="reform.id")


class AreaWithin(SQLModel, table=True):
    """An area within itself or within an ancestor, while every link between them holds."""

    __tablename__ = "area_within"
    __table_args__ = (
        Index("area_within_ancestor", "ancestor_id", "area_level"),
        Index("area_within_area", "area_id", "ancestor_level"),
    )

    area_id: int = Field(primary_key=True, foreign_key="area.id")
    ancestor_id: int = Field(primary_key=True, foreign_key="area.id")
    during: Range[date] = Field(primary_key=True, sa_type=DATERANGE)
    area_level: str = Field(sa_type=Text)
    ancestor_level: str = Field(sa_type=Text)
