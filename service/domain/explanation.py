"""Why a figure has its status: the arithmetic, step by step."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import NamedTuple

from service.domain.attainment import Attainment, Measurement
from service.domain.target import Target


class Step(NamedTuple):
    """One step: which words tell it, and the numbers in them."""

    words: str
    facts: dict[str, str]


def expected(now: Measurement, before: Measurement, target: Target, on: date) -> Fraction | None:
    """The value on the due day if the change of the last year goes on; None where there is no trend, or it is due.

    >>> target = Target("below", Fraction(3, 100), date(2020, 1, 1))
    >>> expected(Measurement(4, 100), Measurement(5, 100), target, date(2019, 1, 1))
    Fraction(3, 100)
    """
    left = (target.due_on - on).days
    if left <= 0 or now.whole == 0 or before.whole == 0:
        return None
    value, earlier = Fraction(now.numerator, now.whole), Fraction(before.numerator, before.whole)
    return value + (value - earlier) * left / 365


def six_places(value: Fraction) -> str:
    """As a decimal, rounded half to even."""
    millionths = Decimal(round(value * 10**6))  # Python rounds fractions half to even
    return format((millionths / 10**6).quantize(Decimal("0.000001"), ROUND_HALF_EVEN), "f")


def steps(
    now: Measurement, before: Measurement, a_year_ago: date, target: Target, on: date, meant: Attainment
) -> list[Step]:
    """From the measurement to the status."""
    if meant.status == "not_measurable":
        return [Step("not_measurable", {})]
    due_on = target.due_on.isoformat()
    told = [Step("now", measured(now, on)), Step("target", {"due_on": due_on})]
    if meant.status == "attained":
        return [*told, Step("holds", {})]
    if on >= target.due_on:
        told.append(Step("due", {}))
    elif (value := expected(now, before, target, on)) is None:
        told.append(Step("no_year_before", {}))
    else:
        days = str((target.due_on - on).days)
        told.append(Step("before", measured(before, a_year_ago)))
        told.append(Step("expected", {"days": days, "due_on": due_on, "expected": six_places(value)}))
        told.append(Step("would_hold" if meant.status == "on_track" else "would_not_hold", {}))
    return [*told, Step("gap", {"gap": str(meant.gap)})]


def measured(of: Measurement, on: date) -> dict[str, str]:
    counts = str(of.numerator) if of.denominator is None else f"{of.numerator} / {of.denominator}"
    return {"on": on.isoformat(), "value": of.value or "–", "counts": counts}
