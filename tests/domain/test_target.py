"""Which target applies to a day, and what each unit asks for: tables of rows, with their boundaries."""

from datetime import date
from fractions import Fraction

import pytest

from service.domain.attainment import Attainment, Measurement, attainment
from service.domain.period import Period
from service.domain.target import Direction, Target, TargetUnit, applicable

DUE = date(2020, 12, 31)
ON = date(2020, 12, 31)  # the due day: nothing is on its way any more
NEVER = Measurement(0, 0)

# direction, unit, value, numerator, denominator, status, gap
UNITS: list[tuple[Direction, TargetUnit, str, int, int | None, str, int]] = [
    ("below", "ratio", "0.004", 7, 2000, "attained", 0),
    ("below", "ratio", "0.004", 8, 2000, "behind", 1),  # strictly below
    ("at_most", "ratio", "0.004", 8, 2000, "attained", 0),  # and here the bound itself will do
    ("at_most", "ratio", "0.004", 9, 2000, "behind", 1),
    ("at_least", "ratio", "0.9", 9, 10, "attained", 0),
    ("at_least", "ratio", "0.9", 8, 10, "behind", 1),
    ("at_most", "per_1000", "4", 8, 2000, "attained", 0),
    ("at_most", "per_1000", "4", 10, 2000, "behind", 2),
    ("below", "per_1000", "4", 8, 2000, "behind", 1),
    ("at_most", "per_100000", "550", 5, 1000, "attained", 0),  # 5.5 would be allowed
    ("at_most", "per_100000", "550", 6, 1000, "behind", 1),
    ("at_least", "per_100000", "550", 5, 1000, "behind", 1),
    ("at_least", "count", "30", 29, None, "behind", 1),
    ("at_least", "count", "30", 30, None, "attained", 0),
    ("at_most", "count", "4", 4, 900, "attained", 0),  # an area's own count, of a rate
    ("at_most", "count", "4", 6, 900, "behind", 2),
    ("at_most", "count", "0", 0, 900, "attained", 0),
]


@pytest.mark.parametrize(("direction", "unit", "value", "numerator", "denominator", "status", "gap"), UNITS)
def test_a_target_is_compared_exactly_in_its_own_unit(
    direction: Direction, unit: TargetUnit, value: str, numerator: int, denominator: int | None, status: str, gap: int
) -> None:
    target = Target(direction, Fraction(value), DUE, unit)
    assert attainment(Measurement(numerator, denominator), NEVER, target, ON) == Attainment(status, gap)


@pytest.mark.parametrize(
    ("now", "before", "status", "gap"),
    [
        (Measurement(98, None), Measurement(100, None), "attained", 0),  # exactly two in a hundred fewer
        (Measurement(99, None), Measurement(100, None), "behind", 1),
        (Measurement(100, None), Measurement(101, None), "behind", 2),  # 98.98 would do: 98 children
        (Measurement(49, None), Measurement(50, None), "attained", 0),
        (Measurement(0, None), Measurement(0, None), "not_measurable", None),  # nothing to be fewer than
        (Measurement(98, 1000), Measurement(100, 1000), "attained", 0),
        (Measurement(98, 900), Measurement(100, 1000), "behind", 10),  # fewer, of fewer still: 88.2 would do
        (Measurement(98, 900), Measurement(0, 1000), "not_measurable", None),
        (Measurement(98, 900), Measurement(0, 0), "not_measurable", None),
        (Measurement(0, 0), Measurement(100, 1000), "not_measurable", None),
    ],
)
def test_a_yearly_change_is_judged_against_the_year_before(
    now: Measurement, before: Measurement, status: str, gap: int | None
) -> None:
    target = Target("at_most", Fraction(-2, 100), DUE, "yearly_change")
    assert attainment(now, before, target, date(2019, 12, 31)) == Attainment(status, gap)


def test_a_count_that_an_area_was_given_is_on_track_by_its_numerator_alone() -> None:
    target = Target("at_most", Fraction(4), DUE, "count")
    on = date(2020, 1, 1)  # 365 days left
    assert attainment(Measurement(6, 10), Measurement(8, 1000), target, on) == Attainment("on_track", 2)
    assert attainment(Measurement(6, 1000), Measurement(7, 10), target, on) == Attainment("behind", 2)


FIRST = Target("below", Fraction("0.065"), date(2025, 12, 31))
SECOND = Target("below", Fraction("0.06"), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2021, 1, 1), FIRST),
        (date(2025, 12, 31), FIRST),
        (date(2026, 1, 1), SECOND),
        (date(2030, 12, 31), SECOND),
        (date(2031, 1, 1), SECOND),  # all are past: the last one
    ],
)
def test_the_next_milestone_is_the_target_of_a_day(on: date, found: Target) -> None:
    assert applicable([SECOND, FIRST], on) is found


BEFORE = Target("below", Fraction("0.004"), DUE, valid=Period(None, date(2018, 6, 1)))
AFTER = Target("below", Fraction("0.0035"), DUE, valid=Period(date(2018, 6, 1), None), revision=2)
OWN = Target("at_most", Fraction(4), DUE, "count", Period(date(2018, 7, 1), date(2019, 7, 1)), own=True)


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2016, 1, 1), BEFORE),
        (date(2018, 5, 31), BEFORE),
        (date(2018, 6, 1), AFTER),
        (date(2018, 6, 30), AFTER),
        (date(2018, 7, 1), OWN),  # an area's own goes before the programme's
        (date(2019, 6, 30), OWN),
        (date(2019, 7, 1), AFTER),
    ],
)
def test_a_revision_is_the_target_from_its_day_on_and_the_former_before(on: date, found: Target) -> None:
    assert applicable([AFTER, OWN, BEFORE], on) is found


def test_where_no_target_is_valid_there_is_none() -> None:
    assert applicable([AFTER], date(2018, 5, 31)) is None
    assert applicable([], DUE) is None


@pytest.mark.parametrize(
    ("direction", "value", "denominator", "whole"),
    [
        ("below", "0.004", 185_716, 742),
        ("below", "0.004", 250, 0),  # one would be 0.4 %
        ("below", "0.004", 251, 1),
        ("at_most", "0.004", 250, 1),
        ("at_least", "0.9", 11, 10),
        ("at_least", "0.9", 10, 9),
    ],
)
def test_the_whole_number_only_just_meets_the_target(
    direction: Direction, value: str, denominator: int, whole: int
) -> None:
    target = Target(direction, Fraction(value), DUE)
    assert target.whole(denominator) == whole
    assert target.met_by(whole, denominator)
    assert not target.met_by(whole + (-1 if direction == "at_least" else 1), denominator)
