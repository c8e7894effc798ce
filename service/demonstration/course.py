"""What befalls one child of whom there is something to tell: its circumstances and its cases. Days are ordinals."""

from dataclasses import dataclass, field
from uuid import UUID

from service.demonstration.story import Kind


@dataclass(slots=True)
class Circumstance:
    kind: Kind
    category: str
    start: int
    until: int | None = None
    evidence: str | None = None


@dataclass(slots=True)
class Intervention:
    measure: str
    started: int
    ended: int | None = None
    provider: str | None = None


@dataclass(slots=True)
class Case:
    """`previous`: the case of the child that this one reopens."""

    id: UUID
    kind: str
    opened: int
    closed: int | None = None
    outcome: str | None = None
    reason: str | None = None
    previous: UUID | None = None
    interventions: list[Intervention] = field(default_factory=list)

    @property
    def helped(self) -> int | None:
        """Since when the child is managed and given a measure."""
        first = min((i.started for i in self.interventions), default=None)
        return None if first is None else max(first, self.opened)

    def close(self, day: int, outcome: str) -> None:
        self.closed, self.outcome = day, outcome


@dataclass(slots=True)
class Course:
    """Of the child at this position among `People`, there from `came` until `gone`, when it aged out, left or died."""

    child: int
    born: int
    came: int
    gone: int
    ending: str
    circumstances: list[Circumstance] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def of_kind(self, kind: Kind) -> list[Circumstance]:
        return [c for c in self.circumstances if c.kind == kind and c.until is None]

    def leave(self, kind: Kind, day: int) -> None:
        """Ends every circumstance of the kind; one that would have begun later never begins."""
        self.circumstances = [c for c in self.circumstances if c.kind != kind or c.start < day]
        for circumstance in self.circumstances:
            if circumstance.kind == kind and (circumstance.until is None or circumstance.until > day):
                circumstance.until = day

    @property
    def case(self) -> Case | None:
        """The present or latest case."""
        return self.cases[-1] if self.cases else None

    def assisted(self, until: int) -> bool:
        """Whether it is managed and given a measure on the day before `until`."""
        case = self.case
        if case is None or case.helped is None or case.helped >= until:
            return False
        return case.closed is None or until <= case.closed
