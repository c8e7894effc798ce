"""The ledger: postings, spells, cells and pages; and the one row that says what this register is."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlmodel import Field, SQLModel

from service.models.children import NOW


class Posting(SQLModel, table=True):
    """A change of the ledger: a number, a day, who, why."""

    __table_args__ = (Index("posting_day", "day", "number"),)

    number: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    day: date
    at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)
    actor: str = Field(sa_type=Text)
    cause: str = Field(sa_type=Text)


class Spell(SQLModel, table=True):
    """A child (or site) counts for one measure in one area during one period, as known from a posting to another."""

    __table_args__ = (
        Index("spell_subject", "subject_id"),
        Index(
            "spell_place",
            "rule",
            "measure",
            "category",
            "area_id",
            "subject_id",
            postgresql_include=["sex", "born", "during"],
            postgresql_where=text("withdrawn IS NULL"),
        ),
        Index(
            "spell_order",
            *("rule", "measure", "category", "subject_id"),
            postgresql_include=["area_id", "sex", "born", "during"],
            postgresql_where=text("withdrawn IS NULL AND measure <> 'children'"),
        ),
        Index(
            "spell_sex_unknown",
            *("rule", "measure", "category", "subject_id"),
            postgresql_where=text("withdrawn IS NULL AND sex = 'unknown'"),
        ),
        Index(
            "spell_child",
            *("rule", "subject_id"),
            postgresql_include=["area_id", "sex", "born", "during"],
            postgresql_where=text("withdrawn IS NULL AND measure = 'children' AND category = 'all'"),
        ),
        Index(
            "spell_born",
            *("rule", text("(extract(year FROM born)::smallint)"), "subject_id"),
            postgresql_include=["area_id", "sex", "born", "during"],
            postgresql_where=text("withdrawn IS NULL AND measure = 'children' AND category = 'all'"),
        ),
        Index("spell_posted", "posted"),
        Index("spell_withdrawn", "withdrawn", postgresql_where=text("withdrawn IS NOT NULL")),
        Index(
            "spell_since",
            *("rule", "measure", "category", "posted"),
            postgresql_include=["area_id", "sex", "born", "during"],
            postgresql_where=text("withdrawn IS NULL"),
        ),
        Index(
            "spell_gone",
            *("rule", "measure", "category", "withdrawn"),
            postgresql_include=["area_id", "sex", "born", "during", "posted"],
            postgresql_where=text("withdrawn IS NOT NULL"),
        ),
        Index("spell_begun", "area_id", text("lower(during)"), postgresql_where=text("measure = 'children'")),
    )

    id: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    subject_id: UUID
    area_id: int = Field(foreign_key="area.id")
    rule: int = Field(foreign_key="counting_rule.id", sa_type=SmallInteger)
    measure: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    sex: str | None = Field(default=None, sa_type=Text)
    born: date | None = None
    during: Range[date] = Field(sa_type=DATERANGE)
    posted: int = Field(sa_column=Column(BigInteger, ForeignKey("posting.number"), nullable=False))
    withdrawn: int | None = Field(default=None, sa_column=Column(BigInteger, ForeignKey("posting.number")))


class TotalPage(SQLModel, table=True):
    """One month of a measure in an area, everyone together: the stock before it, and the running change by day."""

    __tablename__ = "total_page"

    rule: int = Field(primary_key=True, foreign_key="counting_rule.id", sa_type=SmallInteger)
    measure: str = Field(primary_key=True, sa_type=Text)
    month: date = Field(primary_key=True)
    area_id: int = Field(primary_key=True, foreign_key="area.id")
    opening: int
    running: list[int] = Field(sa_type=ARRAY(Integer))


class Cell(SQLModel, table=True):
    """A part of what is counted: by category, sex or age band, each of them also as `all`, but not all three."""

    __table_args__ = (UniqueConstraint("rule", "measure", "category", "sex", "age_band", "area_id", name="cell_key"),)

    id: int = Field(default=None, primary_key=True, sa_column_args=(Identity(always=True),))
    area_id: int = Field(foreign_key="area.id")
    rule: int = Field(foreign_key="counting_rule.id", sa_type=SmallInteger)
    measure: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    sex: str = Field(sa_type=Text)
    age_band: str = Field(sa_type=Text)


class Page(SQLModel, table=True):
    """One month of one cell in which something moved."""

    cell_id: int = Field(primary_key=True, foreign_key="cell.id")
    month: date = Field(primary_key=True)
    opening: int
    running: list[int] = Field(sa_type=ARRAY(Integer))


class PageTurn(SQLModel, table=True):
    """The moment, in microseconds, at which the pages of an area were last turned."""

    __tablename__ = "page_turn"

    area_id: int = Field(primary_key=True, foreign_key="area.id", sa_column_kwargs={"autoincrement": False})
    moment: int = Field(sa_type=BigInteger)


class Touch(SQLModel, table=True):
    """A day on which a posting touched the register of an area: for how complete a figure is."""

    area_id: int = Field(primary_key=True, foreign_key="area.id", sa_column_kwargs={"autoincrement": False})
    day: date = Field(primary_key=True)


class Register(SQLModel, table=True):
    """The day that the register carries (null: the calendar's), how far its pages reach, when they were remade, when
    the map was last redrawn here, and whether its children are made up."""

    one: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    fixed_today: date | None = None
    page_horizon: date
    remade: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    reformed: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    demonstration: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
