"""Half-open periods of days. No code ever adds one day to make a bound inclusive."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The days from `start` up to, but not including, `until`. None is an open bound.

    >>> date(2020, 12, 31) in Period(date(2020, 1, 1), date(2020, 12, 31))
    False
    """

    start: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.until is not None and self.until <= self.start:
            raise ValueError("a period must hold at least one day")

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)

    def __and__(self, other: "Period") -> "Period | None":
        """The days of both, or None where they share no day."""
        start = max((d for d in (self.start, other.start) if d is not None), default=None)
        until = min((d for d in (self.until, other.until) if d is not None), default=None)
        return None if start is not None and until is not None and until <= start else Period(start, until)
