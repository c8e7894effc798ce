"""The persons around a child."""

from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from service.models.children import NEW_ID


class Person(SQLModel, table=True):
    """Somebody of a child's family or near it. A sibling may be a child of the register too."""

    __table_args__ = (Index("person_child", "child_id"), Index("person_sibling", "sibling_id"))

    id: UUID = Field(default=None, primary_key=True, sa_column_kwargs=NEW_ID)
    child_id: UUID = Field(foreign_key="child.id", ondelete="CASCADE")
    full_name: str = Field(sa_type=Text)
    relation: str = Field(sa_type=Text)
    birth_year: int | None = None
    phone: str | None = Field(default=None, sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    sibling_id: UUID | None = Field(default=None, foreign_key="child.id")
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
