"""What is said beside a case: notes of who supervises, and flags with a day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, Text, text
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID, NOW


class CaseNote(SQLModel, table=True):
    """A note of whoever supervises a case. It is added, and never edited. `author` is the account's name."""

    __tablename__ = "case_note"
    __table_args__ = (Index("case_note_case", "case_id", "written_at", "id"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    case_id: UUID = Field(foreign_key="case_file.id", ondelete="CASCADE")
    written_at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)
    author: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)


class CaseFlag(SQLModel, table=True):
    """Something to be looked at on a day, until it is cleared."""

    __tablename__ = "case_flag"
    __table_args__ = (
        Index("case_flag_case", "case_id"),
        Index("case_flag_day", "on_day", "id", postgresql_where=text("cleared_at IS NULL")),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    case_id: UUID = Field(foreign_key="case_file.id", ondelete="CASCADE")
    label: str = Field(sa_type=Text)
    on_day: date
    note: str | None = Field(default=None, sa_type=Text)
    author: str = Field(sa_type=Text)
    made_at: datetime = Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=NOW)
    cleared_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    cleared_by: str | None = Field(default=None, sa_type=Text)
