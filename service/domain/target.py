"""A value that an indicator must reach by a day."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

Direction = Literal["below", "at_least"]


@dataclass(frozen=True, slots=True)
class Target:
    """`below` is strict: the plan says *dưới*. Ratios are given as ratios (0.004), counts as counts."""

    direction: Direction
    value: Fraction
    due_on: date

    def met_by(self, numerator: int, denominator: int) -> bool:
        """Whether numerator / denominator reaches the target, compared exactly. The denominator is positive."""
        reached, aim = numerator * self.value.denominator, denominator * self.value.numerator
        return reached < aim if self.direction == "below" else reached >= aim

    def gap(self, numerator: int, denominator: int) -> int:
        """How many whole ones are missing: the smallest number more (at least) or fewer (below) that meets the target.

        >>> Target("at_least", Fraction(9, 10), date(2020, 12, 31)).gap(801, 1341)
        406
        """
        aim = -(-denominator * self.value.numerator // self.value.denominator)  # rounded up
        return max(0, numerator - (aim - 1) if self.direction == "below" else aim - numerator)
