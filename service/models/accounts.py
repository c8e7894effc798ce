"""Who signs in, for whom they act, in which role and where; and how signing in went."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID, NOW

MOMENT = DateTime(timezone=True)


class Agency(SQLModel, table=True):
    """A body that people act for. A reorganisation ends one and begins another."""

    __table_args__ = (UniqueConstraint("name", name="agency_name_taken"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    during: Range[date] = Field(sa_type=DATERANGE)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Account(SQLModel, table=True):
    """Someone (or a program) who signs in. The name is what is typed; it is never given to another."""

    __table_args__ = (UniqueConstraint("name", name="account_name_taken"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    full_name: str = Field(sa_type=Text)
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = Field(default=None, sa_type=MOMENT, sa_column_kwargs=NOW)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Credential(SQLModel, table=True):
    """How an account proves itself: argon2id of a password or a client's secret."""

    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    hash: str = Field(sa_type=Text)
    changed_at: datetime = Field(default=None, sa_type=MOMENT, sa_column_kwargs=NOW)


class Role(SQLModel, table=True):
    """The roles of service.domain.access, for the functions that guard the records."""

    code: str = Field(primary_key=True, sa_type=Text)
    reach: str = Field(sa_type=Text)
    permissions: list[str] = Field(sa_type=ARRAY(Text))
    sections: list[str] = Field(sa_type=ARRAY(Text))


class PurposeAllowed(SQLModel, table=True):
    """What a purpose needs (service/domain/access.py), for the functions that guard the records."""

    __tablename__ = "purpose"

    code: str = Field(primary_key=True, sa_type=Text)
    permissions: list[str] = Field(sa_type=ARRAY(Text))


class Assignment(SQLModel, table=True):
    """An account acts in a role, for an area and an agency, during a period."""

    __table_args__ = (Index("assignment_account", "account_id"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    account_id: UUID = Field(foreign_key="account.id")
    role: str = Field(foreign_key="role.code", sa_type=Text)
    area_id: int = Field(foreign_key="area.id")
    agency_id: UUID | None = Field(default=None, foreign_key="agency.id")
    during: Range[date] = Field(sa_type=DATERANGE)
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class StandIn(SQLModel, table=True):
    """Somebody acts in the place of a commune's chair for some days, in an assignment made for it (`deputy`).

    `during` is as it was appointed; whether it holds is said by the assignment's days."""

    __tablename__ = "stand_in"
    __table_args__ = (Index("stand_in_chair", "chair"), UniqueConstraint("deputy", name="stand_in_deputy"))

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    chair: UUID = Field(foreign_key="assignment.id")
    deputy: UUID = Field(foreign_key="assignment.id")
    during: Range[date] = Field(sa_type=DATERANGE)
    reason: str = Field(sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class AssignmentArea(SQLModel, table=True):
    """What an assignment reaches: its area, what lies or lay within it, and what these were made of and became."""

    __tablename__ = "assignment_area"

    assignment_id: UUID = Field(primary_key=True, foreign_key="assignment.id")
    area_id: int = Field(primary_key=True, foreign_key="area.id", sa_column_kwargs={"autoincrement": False})


class AssignmentChild(SQLModel, table=True):
    """A child on the own list of a collaborator."""

    __tablename__ = "assignment_child"
    __table_args__ = (Index("assignment_child_child", "child_id"),)

    assignment_id: UUID = Field(primary_key=True, foreign_key="assignment.id")
    child_id: UUID = Field(
        sa_column=Column(
            ForeignKey("child.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"), primary_key=True
        )
    )


class SignIn(SQLModel, table=True):
    """From signing in to signing out, in one assignment. Every token names one of these."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("sign_in_account", "account_id", postgresql_where=text("ended_at IS NULL")),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    account_id: UUID = Field(foreign_key="account.id")
    assignment_id: UUID = Field(foreign_key="assignment.id")
    address: str = Field(sa_type=Text)
    begun_at: datetime = Field(default=None, sa_type=MOMENT, sa_column_kwargs=NOW)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
    end_reason: str | None = Field(default=None, sa_type=Text)


class RefreshToken(SQLModel, table=True):
    """Good for one use; used twice, the sign-in ends. Only the digest is kept."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index("refresh_token_sign_in", "sign_in_id"),)

    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    sign_in_id: UUID = Field(foreign_key="sign_in.id")
    expires_at: datetime = Field(sa_type=MOMENT)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)


class SignInDelay(SQLModel, table=True):
    """Who must wait before the next attempt: an account's name or an address, as a digest, known or not."""

    __tablename__ = "sign_in_delay"

    subject: bytes = Field(primary_key=True, sa_type=LargeBinary)
    failures: int
    last_at: datetime = Field(sa_type=MOMENT)
    until: datetime = Field(sa_type=MOMENT)
