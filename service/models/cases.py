"""Case files and what was given in them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, Range
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID


class CaseFile(SQLModel, table=True):
    """A file under which a child is managed, from opening to closure. Opened and closed on one day, it is empty."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index("case_file_child", "child_id"),
        Index("case_file_previous", "previous_case_id"),
        Index("case_file_opened", "opened_on", "id"),
        Index("case_file_officer", "officer", "id", postgresql_where=text("officer IS NOT NULL")),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    child_id: UUID = Field(foreign_key="child.id", ondelete="CASCADE")
    kind: str = Field(sa_type=Text)
    opened_on: date
    closed_on: date | None = None
    outcome: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    previous_case_id: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("case_file.id", name="case_previous"))
    )
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    officer: UUID | None = Field(default=None, foreign_key="assignment.id")


class Intervention(SQLModel, table=True):
    """A measure of prevention, support or intervention given to the child of a case."""

    __table_args__ = (
        Index("intervention_case", "case_id"),
        Index(
            "intervention_agency",
            "agency_id",
            postgresql_include=["case_id"],
            postgresql_where=text("agency_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    case_id: UUID = Field(foreign_key="case_file.id", ondelete="CASCADE")
    measure_code: str = Field(foreign_key="intervention_measure.code", sa_type=Text)
    started_on: date
    ended_on: date | None = None
    provider: str | None = Field(default=None, sa_type=Text)
    agency_id: UUID | None = Field(default=None, foreign_key="agency.id")


class Care(SQLModel, table=True):
    """By child, its birth and what its cases say: on which days one is open, on which something has begun in it, and
    since when something has been given in any (infinity: never). Derived."""

    child_id: UUID = Field(primary_key=True, foreign_key="child.id", ondelete="CASCADE")
    born: date
    open: list[Range[date]] = Field(sa_type=DATEMULTIRANGE)
    assisted: list[Range[date]] = Field(sa_type=DATEMULTIRANGE)
    given_on: date
