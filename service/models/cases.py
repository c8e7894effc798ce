"""Case files, the steps taken in them, and what was given."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, JSONB, Range
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID

OPEN = "{} IS NOT NULL AND closed_on IS NULL"


class CaseFile(SQLModel, table=True):
    """A file under which a child is managed, from opening to closure. Opened and closed on one day, it is empty.

    Where it has steps, its stage, areas, risk, days and outcome are what these come to (service.queries.steps).
    """

    __tablename__ = "case_file"
    __table_args__ = (
        Index("case_file_child", "child_id"),
        Index("case_file_previous", "previous_case_id"),
        Index("case_file_opened", "opened_on", "id"),
        Index("case_file_open", "id", postgresql_include=["child_id"], postgresql_where=text("closed_on IS NULL")),
        Index("case_file_submitted", "id", postgresql_where=text("stage = 'submitted'")),
        Index("case_file_officer", "officer", "id", postgresql_where=text("officer IS NOT NULL")),
        Index("case_file_incident", "incident_area_id", postgresql_where=text(OPEN.format("incident_area_id"))),
        Index("case_file_residence", "residence_area_id", postgresql_where=text(OPEN.format("residence_area_id"))),
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
    stage: str | None = Field(default=None, sa_type=Text)
    incident_area_id: int | None = Field(default=None, foreign_key="area.id")
    residence_area_id: int | None = Field(default=None, foreign_key="area.id")
    risk: str | None = Field(default=None, sa_type=Text)  # concluded last


class CaseStep(SQLModel, table=True):
    """A step taken in a case: never changed, and withdrawn if it was an error. `actor` is an account, which may be of
    another installation. `content` is what the step says (service.queries.step_contents)."""

    __tablename__ = "case_step"
    __table_args__ = (Index("case_step_case", "case_id", "occurred_at"),)

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", ondelete="CASCADE")
    code: str = Field(sa_type=Text)
    occurred_at: datetime = Field(sa_type=DateTime(timezone=True))
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    actor: UUID
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    reason: str | None = Field(default=None, sa_type=Text)
    withdrawn_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    in_place_of: UUID | None = None  # the account of the chair for whom a stand-in acted: the database says it


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
    born: date | None = None
    open: list[Range[date]] = Field(sa_type=DATEMULTIRANGE)
    assisted: list[Range[date]] = Field(sa_type=DATEMULTIRANGE)
    given_on: date
