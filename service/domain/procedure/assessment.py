"""What an assessment asks, what was answered, and what a person concluded from it. Nothing is concluded by a score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Level(StrEnum):
    """An answer. Of harm, high is bad; of capacity, high is good. An item without an answer has none."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Risk(StrEnum):
    """What a person judges the risk to be, comparing harm with capacity."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class Totals(NamedTuple):
    """How often each answer was given. Unanswered is counted as unanswered."""

    high: int
    medium: int
    low: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the decree (mẫu số), and the items that it asks, if it assesses."""

    number: str
    harm: tuple[str, ...] = ()
    capacity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`stable`: the child is safe and settled. `emergency`, `separation`: which measures cannot wait."""

    risk: Risk
    stable: bool = False
    emergency: bool = False
    separation: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """`harming`: the persons found to harm the child."""

    answers: Mapping[str, Level | None]
    conclusion: Conclusion
    harming: frozenset[UUID] = field(default=frozenset())

    def unanswered(self, form: Form) -> list[str]:
        return [item for item in (*form.harm, *form.capacity) if self.answers.get(item) is None]

    def totals(self, items: Iterable[str]) -> Totals:
        """Of the items of one side of a form.

        >>> Assessment({"a": Level.HIGH, "b": None}, Conclusion(Risk.LOW)).totals(["a", "b", "c"])
        Totals(high=1, medium=0, low=0, unanswered=2)
        """
        given = [self.answers.get(item) for item in items]
        return Totals(*(given.count(level) for level in (Level.HIGH, Level.MEDIUM, Level.LOW, None)))
