"""Programmes, their indicators and targets, and the rule by which they count."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Computed, DateTime, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlmodel import Field, SQLModel

MADE_BY_THE_DATABASE = {"server_default": text("uuidv7()")}


class Programme(SQLModel, table=True):
    """A plan with numbers, for an area and a period.

    A national one is measured on the part that this register covers, by the rules of a provincial one (`rules_of`).
    `denominator_source`: whether rates of all children are of those in the register, or of the official population.
    """

    code: str = Field(primary_key=True, sa_type=Text)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    legal_basis: str = Field(sa_type=Text)
    area_code: str = Field(sa_type=Text)
    during: Range[date] = Field(sa_type=DATERANGE)
    level: str = Field(default="province", sa_type=Text, sa_column_kwargs={"server_default": "province"})
    rules_of: str | None = Field(default=None, foreign_key="programme.code", sa_type=Text)
    denominator_source: str = Field(default="register", sa_type=Text, sa_column_kwargs={"server_default": "register"})
    definition_vi: str | None = Field(default=None, sa_type=Text)
    definition_en: str | None = Field(default=None, sa_type=Text)


class CountingRule(SQLModel, table=True):
    """Which categories count and what "assisted" requires: null is every one, a group includes what it consists of.

    A draft, withdrawn, being posted for everyone, or adopted: then in force in its programme from a day, and known from
    its first posting on (null: as long as the ledger). The rules that ship with the service were drafted by nobody.
    """

    __tablename__ = "counting_rule"
    __table_args__ = (UniqueConstraint("programme_code", "number", name="counting_rule_number"),)

    id: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False})
    programme_code: str = Field(foreign_key="programme.code", sa_type=Text)
    number: int = Field(sa_type=SmallInteger)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    categories: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    case_kinds: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    assisting_measures: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    state: str = Field(default="draft", sa_type=Text, sa_column_kwargs={"server_default": "draft"})
    adopted_from: date | None = None
    first_posting: int | None = Field(default=None, sa_type=BigInteger)
    drafted_by: str | None = Field(default=None, sa_type=Text)
    drafted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class RulePosting(SQLModel, table=True):
    """A rule that is being posted for everyone, up to the last subject; and then its pages, up to the last area."""

    __tablename__ = "rule_posting"

    rule: int = Field(
        primary_key=True,
        foreign_key="counting_rule.id",
        sa_type=SmallInteger,
        sa_column_kwargs={"autoincrement": False},
    )
    actor: str = Field(sa_type=Text)
    last_subject: UUID | None = None
    last_area: int | None = None
    done: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    total: int


class AgeBand(SQLModel, table=True):
    """Completed years from `from_age` up to, but not including, `until_age`."""

    __tablename__ = "age_band"

    rule: int = Field(primary_key=True, foreign_key="counting_rule.id", sa_type=SmallInteger)
    code: str = Field(primary_key=True, sa_type=Text)
    from_age: int
    until_age: int


class Indicator(SQLModel, table=True):
    """A quotient of two measures, or a count. Without measures, it is one that this register cannot measure."""

    code: str = Field(primary_key=True, sa_type=Text)
    position: int
    numerator: str | None = Field(default=None, sa_type=Text)
    denominator: str | None = Field(default=None, sa_type=Text)
    unit: str = Field(sa_type=Text)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    definition_vi: str = Field(sa_type=Text)
    definition_en: str = Field(sa_type=Text)
    legal_basis: str = Field(sa_type=Text)


class Target(SQLModel, table=True):
    """A value that an indicator must reach by a day, in a programme's area or an area of its own.

    It is never edited: a revision supersedes it from a day on, and the days before keep it. `during`: from when until
    when it is the target; unbounded below, where it is the first.
    """

    __table_args__ = (
        UniqueConstraint("programme_code", "indicator_code", "place", "due_on", "during", name="target_no_overlap"),
        Index("target_indicator", "indicator_code", "programme_code", "area_id"),
        Index("target_allocated_from", "allocated_from"),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=MADE_BY_THE_DATABASE)
    programme_code: str = Field(foreign_key="programme.code", sa_type=Text)
    indicator_code: str = Field(foreign_key="indicator.code", sa_type=Text)
    area_id: int | None = Field(default=None, foreign_key="area.id")
    place: int | None = Field(default=None, sa_column_args=(Computed("coalesce(area_id, 0)", persisted=True),))
    direction: str = Field(sa_type=Text)
    unit: str = Field(sa_type=Text)
    value: Decimal
    baseline_value: Decimal | None = None
    baseline_on: date | None = None
    due_on: date
    legal_basis: str = Field(sa_type=Text)
    revision: int
    decided_on: date
    during: Range[date] = Field(sa_type=DATERANGE)
    allocated_from: UUID | None = Field(default=None, foreign_key="target.id")


class OfficialPopulation(SQLModel, table=True):
    """People, and children under 16, of an area on a day, as published; null where nothing was."""

    __tablename__ = "official_population"
    __table_args__ = (UniqueConstraint("area_id", "on_date", "source", name="population_taken"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=MADE_BY_THE_DATABASE)
    area_id: int = Field(foreign_key="area.id")
    on_date: date
    population: int
    children_under_16: int | None = None
    source: str = Field(sa_type=Text)
