"""A value that an indicator must reach by a day."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

Direction = Literal["below", "at_least"]


@dataclass(frozen=True)
class Target:
    """`below` is strict: the plan says *dưới*. Ratios are given as ratios (0.004), counts as counts."""

    direction: Direction
    value: Fraction
    due_on: date

    @cached_property
    def terms(self) -> tuple[int, int]:
        """Numerator and denominator of the value, taken apart once for the many measurements that are held to it."""
        return self.value.as_integer_ratio()

    def met_by(self, numerator: int, denominator: int) -> bool:
        """Whether numerator / denominator reaches the target, compared exactly. The denominator is positive."""
        aim, of = self.terms
        reached, wanted = numerator * of, denominator * aim
        return reached < wanted if self.direction == "below" else reached >= wanted

    def gap(self, numerator: int, denominator: int) -> int:
        """How many whole ones are missing: the smallest number more (at least) or fewer (below) that meets the target.

        >>> Target("at_least", Fraction(9, 10), date(2020, 12, 31)).gap(801, 1341)
        406
        """
        aim, of = self.terms
        wanted = -(-denominator * aim // of)  # rounded up
        missing = numerator - (wanted - 1) if self.direction == "below" else wanted - numerator
        return missing if missing > 0 else 0
