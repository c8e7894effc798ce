"""A child, where it lived, and in which circumstances it was."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Computed, DateTime, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, TSVECTOR, Range
from sqlmodel import Field, SQLModel

NEW_ID = {"server_default": text("uuidv7()")}
NOW = {"server_default": text("now()")}


def of_name(function: str) -> Computed:
    """A column made of the name, which may be unknown."""
    return Computed(f"{function}(COALESCE(full_name, ''::text))", persisted=True)


class Child(SQLModel, table=True):
    """A person in the register. Whether it is a child on a day is always computed from the date of birth.

    Of one who is not `identified` name and birth may be unknown; it counts nowhere."""

    __table_args__ = (
        UniqueConstraint("personal_id", name="child_personal_id_taken"),
        Index("child_changed", "updated_at", "id", postgresql_include=["sex", "date_of_birth"]),
        Index("child_sex_unknown", "id", postgresql_where=text("sex = 'unknown'")),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    full_name: str | None = Field(default=None, sa_type=Text)
    sex: str = Field(sa_type=Text)
    date_of_birth: date | None = None
    date_of_birth_precision: str = Field(default="day", sa_type=Text, sa_column_kwargs={"server_default": "day"})
    identified: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    personal_id: str | None = Field(default=None, sa_type=Text)
    ethnicity: str | None = Field(default=None, sa_type=Text)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    created_at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)
    updated_at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)


class Residence(SQLModel, table=True):
    """A child in an area, during a period."""

    __table_args__ = (
        UniqueConstraint("child_id", "during", name="residence_no_overlap"),
        Index("residence_child", "child_id", postgresql_using="hash"),
        Index("residence_area", "area_id", "child_id", postgresql_include=["during"]),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    child_id: UUID = Field(foreign_key="child.id", ondelete="CASCADE")
    area_id: int = Field(foreign_key="area.id")
    during: Range[date] = Field(sa_type=DATERANGE)
    end_reason: str | None = Field(default=None, sa_type=Text)


class Circumstance(SQLModel, table=True):
    """A child in a category, during a period, on some evidence."""

    __table_args__ = (
        UniqueConstraint("child_id", "category_code", "during", name="circumstance_no_overlap"),
        Index("circumstance_child", "child_id"),
        Index("circumstance_category", "category_code"),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    child_id: UUID = Field(foreign_key="child.id", ondelete="CASCADE")
    category_code: str = Field(foreign_key="category.code", sa_type=Text)
    during: Range[date] = Field(sa_type=DATERANGE)
    evidence: str | None = Field(default=None, sa_type=Text)


class ChildName(SQLModel, table=True):
    """What a child is found by: the words of its name, its place in the order of names, and the areas that it lived in.
    Apart from the child, whose row changes with every change of its file. Derived."""

    __tablename__ = "child_name"
    __table_args__ = (
        Index("child_name_words", "words", "areas", postgresql_using="gin"),
        Index("child_name_place", "place", "child_id", postgresql_include=["words"]),
    )

    child_id: UUID = Field(primary_key=True, foreign_key="child.id", ondelete="CASCADE")
    full_name: str | None = Field(default=None, sa_type=Text)
    areas: list[int] = Field(sa_type=ARRAY(Integer))
    words: str = Field(default=None, sa_type=TSVECTOR, sa_column_args=(of_name("name_words"),))
    place: str = Field(default=None, sa_type=Text(collation="C"), sa_column_args=(of_name("name_order"),))


class Home(SQLModel, table=True):
    """Where a child lives, or lived last (of whom nobody knows that, where it happened that its case began with): who
    is responsible for this area meets the child. With its birth and its last change. Derived."""

    __table_args__ = (Index("home_area", "area_id", "child_id", postgresql_include=["born", "changed"]),)

    child_id: UUID = Field(primary_key=True, foreign_key="child.id", ondelete="CASCADE")
    area_id: int = Field(foreign_key="area.id")
    born: date | None = None
    changed: datetime = Field(sa_type=DateTime(timezone=True))
