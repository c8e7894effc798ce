"""A value that an indicator must reach by a day, and which of several is the one that a question is held to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from service.domain.period import Period

Direction = Literal["below", "at_most", "at_least"]
TargetUnit = Literal["ratio", "per_1000", "per_100000", "count", "yearly_change"]

PER: dict[TargetUnit, int] = {"per_1000": 1000, "per_100000": 100_000}
ALWAYS = Period()


@dataclass(frozen=True)
class Target:
    """`below` is strict: the plan says *dưới*. Ratios are given as ratios (0.004), counts as counts.

    A yearly change is a part of the value a year before: −0.02 is two in a hundred fewer. `valid`: on which days it is
    the target, before a revision supersedes it. `own`: of the area asked about, and not of the whole programme.
    """

    direction: Direction
    value: Fraction
    due_on: date
    unit: TargetUnit = "ratio"
    valid: Period = ALWAYS
    revision: int = 1
    own: bool = False

    @cached_property
    def terms(self) -> tuple[int, int]:
        """Numerator and denominator of the value as a quotient, taken apart once for the many that are held to it."""
        return (self.value / PER.get(self.unit, 1)).as_integer_ratio()

    def after(self, numerator: int, denominator: int) -> "Target":
        """What a yearly change comes to, after numerator / denominator a year before."""
        return Target(self.direction, (1 + self.value) * Fraction(numerator, denominator), self.due_on)

    def met_by(self, numerator: int, denominator: int) -> bool:
        """Whether numerator / denominator reaches the target, compared exactly. The denominator is positive."""
        aim, of = self.terms
        reached, wanted = numerator * of, denominator * aim
        if self.direction == "at_least":
            return reached >= wanted
        return reached < wanted if self.direction == "below" else reached <= wanted

    def whole(self, denominator: int) -> int:
        """The whole number that only just meets the target: the smallest (at least), else the largest.

        >>> Target("below", Fraction(4, 1000), date(2020, 12, 31)).whole(185_750)
        742
        """
        aim, of = self.terms
        if self.direction == "at_most":
            return denominator * aim // of
        rounded_up = -(-denominator * aim // of)
        return rounded_up - 1 if self.direction == "below" else rounded_up

    def gap(self, numerator: int, denominator: int) -> int:
        """How many whole ones are missing: the smallest number more (at least) or fewer (else) that meets the target.

        >>> Target("at_least", Fraction(9, 10), date(2020, 12, 31)).gap(801, 1341)
        406
        """
        wanted = self.whole(denominator)
        missing = wanted - numerator if self.direction == "at_least" else numerator - wanted
        return missing if missing > 0 else 0


def applicable(targets: Iterable[Target], on: date) -> Target | None:
    """The target of a day: among those valid on it, an area's own before the programme's, and of these the next one due
    (the last one, when all are past)."""
    valid = [target for target in targets if on in target.valid]
    nearest = [target for target in valid if target.own] or valid
    return min(nearest, key=lambda target: (target.due_on < on, abs((target.due_on - on).days)), default=None)
