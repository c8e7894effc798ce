"""Legal lists that ship with the service: categories of children, measures that may be given."""

from datetime import date

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlmodel import Field, SQLModel


class CategoryScheme(SQLModel, table=True):
    """A dated legal list of categories of one kind (special, at_risk)."""

    __tablename__ = "category_scheme"

    code: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    legal_basis: str = Field(sa_type=Text)


class Category(SQLModel, table=True):
    """A group of a scheme, or a sub-group. `during`: on which days a circumstance may begin in it. `section`: the
    sensitive part of a file to which it belongs, if it does."""

    code: str = Field(primary_key=True, sa_type=Text)
    position: int
    scheme_code: str = Field(foreign_key="category_scheme.code", sa_type=Text)
    parent_code: str | None = Field(default=None, foreign_key="category.code", sa_type=Text)
    kind: str = Field(sa_type=Text)
    section: str | None = Field(default=None, sa_type=Text)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    legal_basis: str = Field(sa_type=Text)
    during: Range[date] = Field(sa_type=DATERANGE)


class InterventionMeasure(SQLModel, table=True):
    """A level of protection (no parent) or one of its measures: Law on Children 102/2016/QH13, Art. 48-50."""

    __tablename__ = "intervention_measure"

    code: str = Field(primary_key=True, sa_type=Text)
    position: int
    parent_code: str | None = Field(default=None, foreign_key="intervention_measure.code", sa_type=Text)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    legal_basis: str = Field(sa_type=Text)
