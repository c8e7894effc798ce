"""Which days the authorities work: Monday to Friday, less what the year's calendar takes off, plus what it swaps in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.refusal import Refusal

OFF = frozenset({"holiday", "substitute", "swapped_off"})
ON = frozenset({"swapped_on"})


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar of the years that it knows. Of another year nothing is guessed."""

    years: frozenset[int]
    off: frozenset[date]
    on: frozenset[date]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> "WorkingDays":
        """From rows of `date` and `kind`. A year is known when it has a holiday."""
        kinds = {date.fromisoformat(row["date"]): row["kind"] for row in rows}
        return cls(
            frozenset(day.year for day, kind in kinds.items() if kind == "holiday"),
            frozenset(day for day, kind in kinds.items() if kind in OFF),
            frozenset(day for day, kind in kinds.items() if kind in ON),
        )

    def __contains__(self, day: date) -> bool:
        if day.year not in self.years:
            raise Refusal("working_days_unknown", year=day.year)
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def nth(self, first: date, amount: int) -> date:
        """The `amount`-th working day, counted from `first` on and with it."""
        day = first
        while (amount := amount - (day in self)) > 0:
            day += timedelta(days=1)
        return day

    def count(self, first: date, until: date) -> int:
        """How many working days there are from `first` up to, but not including, `until`."""
        return sum(first + timedelta(days=n) in self for n in range((until - first).days))
