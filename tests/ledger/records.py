"""The records of a register in plain Python, as the reference counts them and as the tables hold them."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Self
from uuid import UUID


@dataclass(frozen=True)
class Child:
    id: UUID
    sex: str
    born: date


@dataclass(frozen=True)
class Residence:
    id: UUID
    child: UUID
    area: str
    start: date
    until: date | None = None


@dataclass(frozen=True)
class Circumstance:
    id: UUID
    child: UUID
    category: str
    start: date
    until: date | None = None


@dataclass(frozen=True)
class Case:
    id: UUID
    child: UUID
    start: date
    until: date | None = None
    kind: str = "support"


@dataclass(frozen=True)
class Turn:
    """A step by which a case ends or is reopened."""

    id: UUID
    case: UUID
    at: datetime
    code: str


@dataclass(frozen=True)
class Intervention:
    id: UUID
    case: UUID
    start: date
    until: date | None = None
    measure: str = "support"


@dataclass(frozen=True)
class Deadline:
    id: UUID
    case: UUID
    due: datetime
    met: datetime | None = None
    lifted: datetime | None = None
    paused: datetime | None = None
    source: str = "law"


@dataclass(frozen=True)
class Site:
    id: UUID
    area: str


@dataclass(frozen=True)
class Stage:
    id: UUID
    site: UUID
    stage: str
    start: date
    until: date | None = None


Record = Child | Residence | Circumstance | Case | Turn | Intervention | Deadline | Site | Stage


FIELD: dict[type[Record], str] = {
    Child: "children",
    Residence: "residences",
    Circumstance: "circumstances",
    Case: "cases",
    Turn: "turns",
    Intervention: "interventions",
    Deadline: "deadlines",
    Site: "sites",
    Stage: "stages",
}
OWNER = {
    Residence: "child",
    Circumstance: "child",
    Case: "child",
    Turn: "case",
    Intervention: "case",
    Deadline: "case",
    Stage: "site",
}


def owner(record: Record) -> UUID | None:
    """What the record belongs to and is deleted with."""
    return getattr(record, OWNER[type(record)]) if type(record) in OWNER else None


@dataclass(frozen=True)
class History:
    """All records, as they stand after some change."""

    children: tuple[Child, ...] = ()
    residences: tuple[Residence, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    cases: tuple[Case, ...] = ()
    turns: tuple[Turn, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    sites: tuple[Site, ...] = ()
    stages: tuple[Stage, ...] = ()

    def records(self) -> dict[UUID, Record]:
        """All of them by id, each after the record that it belongs to."""
        return {record.id: record for field in fields(self) for record in getattr(self, field.name)}

    def put(self, *records: Record) -> Self:
        """With these records, new or in the place of those with their ids."""
        history = self
        for record in records:
            kind = FIELD[type(record)]
            others = {other.id: other for other in getattr(history, kind)}
            history = replace(history, **{kind: tuple((others | {record.id: record}).values())})
        return history

    def drop(self, record: Record) -> Self:
        """Without this record and without what belongs to it."""
        history = self
        for other in self.records().values():
            if owner(other) == record.id:
                history = history.drop(other)
        kind = FIELD[type(record)]
        return replace(history, **{kind: tuple(r for r in getattr(history, kind) if r.id != record.id)})

    def subject(self, record: Record) -> UUID:
        """The child or site that the record says something about."""
        belongs_to = owner(record)
        return record.id if belongs_to is None else self.subject(self.records()[belongs_to])
