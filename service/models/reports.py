"""Reports that a child may be harmed, and who informed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID, NOW

MOMENT = DateTime(timezone=True)


class CaseReport(SQLModel, table=True):
    """What a receiving place was told (form 01 of Decree 56/2017). `area_id` is the commune where it happened; `sender`
    is the agency, or the account, that reported; `said` is a digest of what was sent, but for the informant."""

    __tablename__ = "case_report"
    __table_args__ = (
        UniqueConstraint("sender", "reference", name="case_report_reference_taken"),
        UniqueConstraint("receiving_code", "year", "number", name="case_report_number"),
        Index("case_report_received", "received_at", "id"),
        Index("case_report_area", "area_id", "received_at", "id"),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    area_id: int = Field(foreign_key="area.id")
    place: str | None = Field(default=None, sa_type=Text)
    sender: UUID
    reference: str | None = Field(default=None, sa_type=Text)
    said: bytes = Field(sa_type=LargeBinary)
    receiving_code: str = Field(sa_type=Text)
    year: int
    number: int
    receiving_place: str | None = Field(default=None, sa_type=Text)
    source: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    received_at: datetime = Field(sa_type=MOMENT)
    recorded_at: datetime = Field(default=None, sa_type=MOMENT, sa_column_kwargs=NOW)
    concern: str = Field(sa_type=Text)
    condition: str | None = Field(default=None, sa_type=Text)
    likely_harm: str | None = Field(default=None, sa_type=Text)
    steps_taken: str | None = Field(default=None, sa_type=Text)
    anonymous: bool
    passed_on_at: datetime | None = Field(default=None, sa_type=MOMENT)
    unfounded_at: datetime | None = Field(default=None, sa_type=MOMENT)
    unfounded_reason: str | None = Field(default=None, sa_type=Text)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class ReportSeries(SQLModel, table=True):
    """The last number of each series of receipts."""

    __tablename__ = "report_series"

    code: str = Field(primary_key=True, sa_type=Text)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int


class CaseReportChild(SQLModel, table=True):
    """A child of a report, as it was told; who it is, and the case that came of it."""

    __tablename__ = "case_report_child"
    __table_args__ = (
        UniqueConstraint("report_id", "n", name="case_report_child_n"),
        Index("case_report_child_child", "child_id"),
        Index("case_report_child_case", "case_id"),
        Index("case_report_child_residence", "residence_area_id"),
    )

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    report_id: UUID = Field(foreign_key="case_report.id")
    n: int
    child_id: UUID | None = Field(default=None, foreign_key="child.id")
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id")
    full_name: str | None = Field(default=None, sa_type=Text)
    sex: str = Field(sa_type=Text)
    date_of_birth: date | None = None
    estimated_age: int | None = None
    residence_area_id: int | None = Field(default=None, foreign_key="area.id")
    father: str | None = Field(default=None, sa_type=Text)
    mother: str | None = Field(default=None, sa_type=Text)
    carer: str | None = Field(default=None, sa_type=Text)


class Informant(SQLModel, table=True):
    """Who informed, if they agreed to be named."""

    report_id: UUID = Field(primary_key=True, foreign_key="case_report.id")
    full_name: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
