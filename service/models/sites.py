"""Sites of the protection model."""

from datetime import date
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID


class Site(SQLModel, table=True):
    """The protection model in a commune."""

    __table_args__ = (UniqueConstraint("area_id", name="site_once_in_commune"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    area_id: int = Field(foreign_key="area.id")
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class SiteStage(SQLModel, table=True):
    """A stage of a site, during a period."""

    __tablename__ = "site_stage"
    __table_args__ = (UniqueConstraint("site_id", "during", name="site_stage_no_overlap"),)

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    site_id: UUID = Field(foreign_key="site.id", ondelete="CASCADE")
    stage: str = Field(sa_type=Text)
    during: Range[date] = Field(sa_type=DATERANGE)
