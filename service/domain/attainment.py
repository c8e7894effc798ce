"""What a number means against what was promised: the heart of the service."""

from collections.abc import Collection
from datetime import date
from typing import Literal, NamedTuple

from service.domain.target import Target

Unit = Literal["ratio", "per_1000", "per_100000", "count", "yearly_change"]
Status = Literal["attained", "on_track", "behind", "not_measurable"]


class Measurement(NamedTuple):
    """What an indicator measured on a day. A count has no denominator."""

    numerator: int
    denominator: int | None

    @property
    def whole(self) -> int:
        """What the numerator is divided by: 1 for a count."""
        return 1 if self.denominator is None else self.denominator

    @property
    def value(self) -> str | None:
        """The quotient as a decimal, rounded half to even to six places; a count as it is; None over zero.

        >>> Measurement(801, 1341).value, Measurement(14, None).value, Measurement(0, 0).value
        ('0.597315', '14', None)
        """
        if self.denominator is None:
            return str(self.numerator)
        if self.denominator == 0:
            return None
        millionths, rest = divmod(self.numerator * 10**6, self.denominator)
        half = 2 * rest - self.denominator
        millionths += half > 0 or (half == 0 and millionths % 2 == 1)
        digits = str(millionths).zfill(7)
        return f"{digits[:-6]}.{digits[-6:]}"

    def __add__(self, other: "Measurement") -> "Measurement":  # type: ignore[override] # of figures, not of tuples
        return Measurement(
            self.numerator + other.numerator, None if self.denominator is None else self.denominator + other.whole
        )

    @classmethod
    def together(cls, parts: Collection["Measurement"], unit: Unit) -> "Measurement":
        """What was measured in several areas at once."""
        numerator = sum(part.numerator for part in parts)
        return cls(numerator, None if unit == "count" else sum(part.whole for part in parts))


class Attainment(NamedTuple):
    """How far a measurement is from its target. `gap` counts whole children (or communes) still missing."""

    status: Status
    gap: int | None


NOT_MEASURABLE = Attainment("not_measurable", None)


def attainment(now: Measurement, a_year_before: Measurement, target: Target, on: date) -> Attainment:
    """Judge what was measured `on` a day.

    `a_year_before` is the same measurement 365 days earlier; before the due day, it tells whether the target is met if
    the change of that year goes on: v + (v - v0) * (due - on) / 365.

    A count that an area was given is held to its numerator alone. A yearly change is attained or not, and is not
    measurable where there was nothing a year before.
    """
    if now.whole == 0:
        return NOT_MEASURABLE
    if target.unit == "yearly_change":
        return _changed(now, a_year_before, target)
    if target.unit == "count" and now.denominator is not None:
        now, a_year_before = Measurement(now.numerator, None), Measurement(a_year_before.numerator, None)
    gap = target.gap(now.numerator, now.whole)
    if gap == 0:
        return Attainment("attained", 0)
    return Attainment("on_track" if _on_track(now, a_year_before, target, on) else "behind", gap)


def _changed(now: Measurement, before: Measurement, target: Target) -> Attainment:
    if before.whole == 0 or before.numerator == 0:
        return NOT_MEASURABLE
    gap = target.after(before.numerator, before.whole).gap(now.numerator, now.whole)
    return Attainment("behind" if gap else "attained", gap)


def _on_track(now: Measurement, before: Measurement, target: Target, on: date) -> bool:
    left = (target.due_on - on).days
    if left <= 0 or before.whole == 0:
        return False
    # v + (v - v0) * left / 365 over the common denominator, so that nothing is rounded.
    expected = now.numerator * before.whole * (365 + left) - before.numerator * now.whole * left
    return target.met_by(expected, 365 * now.whole * before.whole)
