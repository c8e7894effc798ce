"""The clock of the law: its rules and its calendar as data, and the deadlines that began."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Computed, DateTime, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID

MOMENT = DateTime(timezone=True)
OPEN = text("met_at IS NULL AND lifted_at IS NULL")
OPEN_OF_OFFICER = text("met_at IS NULL AND lifted_at IS NULL AND officer IS NOT NULL")
MET, MET_BY_OFFICER = text("met_at IS NOT NULL"), text("met_at IS NOT NULL AND officer IS NOT NULL")


class DeadlineRule(SQLModel, table=True):
    """A deadline of the law, in force for what begins during a period: the rules of service.domain.procedure.clock.

    `part`: whose it is, that of the commune where it happened or of the one where the child lives. A change is another
    version, from a later day on.
    """

    __tablename__ = "deadline_rule"
    __table_args__ = (UniqueConstraint("code", "during", name="deadline_rule_no_overlap"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    code: str = Field(sa_type=Text)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    part: str = Field(sa_type=Text)
    during: Range[date] = Field(sa_type=DATERANGE)
    amounts: list[int] = Field(sa_type=ARRAY(Integer))
    every: int | None = None
    unit: str = Field(sa_type=Text)
    starts: list[str] = Field(sa_type=ARRAY(Text))
    met_by: list[str] = Field(sa_type=ARRAY(Text))
    receipt: str | None = Field(default=None, sa_type=Text)
    concluded: str | None = Field(default=None, sa_type=Text)
    legal_basis: str = Field(sa_type=Text)


class Holiday(SQLModel, table=True):
    """A day that a year's calendar takes off the working week (or swaps in)."""

    __table_args__ = (UniqueConstraint("day", name="holiday_once"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    day: date
    kind: str = Field(sa_type=Text)
    name_vi: str = Field(sa_type=Text)
    name_en: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Deadline(SQLModel, table=True):
    """What is to be done in a case, and until when, by the law (`rule`) or by its plan (`item`). Derived from the
    steps, but for pauses (service.queries.deadlines). Who is in charge: the commune, and while it is open, the officer
    of the case."""

    __table_args__ = (
        UniqueConstraint(
            *("case_id", "code", "nth", "starts_at", "item"), name="deadline_once", postgresql_nulls_not_distinct=True
        ),
        Index("deadline_open", "due_at", "id", postgresql_where=OPEN),
        Index(
            "deadline_open_of_area",
            *("area_id", "due_at", "id"),
            postgresql_include=["case_id", "officer", "paused_at"],
            postgresql_where=OPEN,
        ),
        Index(
            "deadline_open_of_officer",
            *("officer", "due_at", "id"),
            postgresql_include=["case_id", "area_id", "paused_at"],
            postgresql_where=OPEN_OF_OFFICER,
        ),
        Index(
            "deadline_met_in_area",
            *("area_id", "due_at", "id"),
            postgresql_include=["case_id", "officer", "in_time"],
            postgresql_where=MET,
        ),
        Index(
            "deadline_met_by_officer",
            *("officer", "due_at", "id"),
            postgresql_include=["case_id", "area_id", "in_time"],
            postgresql_where=MET_BY_OFFICER,
        ),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    case_id: UUID = Field(foreign_key="case_file.id", ondelete="CASCADE")
    code: str = Field(sa_type=Text)
    nth: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    starts_at: datetime = Field(sa_type=MOMENT)
    due_at: datetime = Field(sa_type=MOMENT)
    met_at: datetime | None = Field(default=None, sa_type=MOMENT)
    lifted_at: datetime | None = Field(default=None, sa_type=MOMENT)
    paused_at: datetime | None = Field(default=None, sa_type=MOMENT)
    pause_reason: str | None = Field(default=None, sa_type=Text)
    in_time: bool | None = Field(
        default=None,
        sa_type=Boolean,
        sa_column_args=(Computed("met_at <= due_at OR coalesce(met_at >= paused_at, false)", persisted=True),),
    )
    area_id: int = Field(foreign_key="area.id")
    officer: UUID | None = Field(default=None, foreign_key="assignment.id")
    source: str = Field(sa_type=Text)
    item: UUID | None = None
    rule: UUID | None = Field(default=None, foreign_key="deadline_rule.id")
