"""What a number means against its target."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.attainment import Measurement, attainment
from service.domain.target import Target

DUE = date(2020, 12, 31)
BELOW = Target("below", Fraction("0.004"), DUE)
AT_LEAST = Target("at_least", Fraction("0.9"), DUE)
THIRTY = Target("at_least", Fraction(30), DUE)
NEVER = Measurement(0, 0)


@pytest.mark.parametrize(
    ("target", "numerator", "denominator", "status", "gap"),
    [
        (BELOW, 3, 1000, "attained", 0),
        (BELOW, 4, 1000, "behind", 1),  # the plan says below: 0.4 % is not below 0.4 %
        (BELOW, 3961, 1_000_000, "attained", 0),  # rounds to 0.4 %, and is below it
        (BELOW, 63, 1000, "behind", 60),
        (AT_LEAST, 9, 10, "attained", 0),
        (AT_LEAST, 8, 10, "behind", 1),
        (AT_LEAST, 801, 1341, "behind", 406),
        (AT_LEAST, 4, 7, "behind", 3),
        (AT_LEAST, 0, 0, "not_measurable", None),
        (BELOW, 0, 0, "not_measurable", None),
        (THIRTY, 29, None, "behind", 1),
        (THIRTY, 30, None, "attained", 0),
    ],
)
def test_status_and_gap_on_the_due_day(
    target: Target, numerator: int, denominator: int | None, status: str, gap: int | None
) -> None:
    found = attainment(Measurement(numerator, denominator), NEVER, target, DUE)
    assert (found.status, found.gap) == (status, gap)


@pytest.mark.parametrize(
    ("before", "on", "status"),
    [
        (Measurement(50, 100), date(2019, 12, 31), "on_track"),  # 20 more a year, and 366 days left
        (Measurement(50, 100), date(2020, 1, 1), "on_track"),  # exactly one more year of +20 reaches 90 %
        (Measurement(50, 100), date(2020, 1, 2), "behind"),
        (Measurement(70, 100), date(2019, 12, 31), "behind"),
        (NEVER, date(2019, 12, 31), "behind"),  # no trend can be measured
        (Measurement(0, 100), date(2020, 12, 31), "behind"),  # the due day itself: no time is left
        (Measurement(0, 100), date(2021, 6, 30), "behind"),
    ],
)
def test_on_track_is_when_the_change_of_a_year_going_on_meets_the_target(
    before: Measurement, on: date, status: str
) -> None:
    assert attainment(Measurement(70, 100), before, AT_LEAST, on).status == status


def test_on_track_is_strict_for_below() -> None:
    on = date(2020, 1, 1)  # 365 days left
    assert attainment(Measurement(6, 1000), Measurement(8, 1000), BELOW, on).status == "behind"  # would be 0.4 %
    assert attainment(Measurement(6, 1000), Measurement(9, 1000), BELOW, on).status == "on_track"


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [
        (801, 1341, "0.597315"),
        (1, 3, "0.333333"),
        (2, 3, "0.666667"),
        (5, 5, "1.000000"),
        (14, None, "14"),
        (1, 0, None),
        (1, 2_000_000, "0.000000"),  # halves go to even
        (3, 2_000_000, "0.000002"),
        (5, 2_000_000, "0.000002"),
    ],
)
def test_a_value_is_rounded_half_to_even_to_six_places(
    numerator: int, denominator: int | None, value: str | None
) -> None:
    assert Measurement(numerator, denominator).value == value


@given(st.integers(0, 500), st.integers(1, 500), st.sampled_from([BELOW, AT_LEAST]))
def test_the_gap_is_the_smallest_number_that_meets_the_target(numerator: int, denominator: int, target: Target) -> None:
    gap = target.gap(numerator, denominator)
    sign = -1 if target.direction == "below" else 1

    def met(change: int) -> bool:
        value = Fraction(numerator + sign * change, denominator)
        return value < target.value if target.direction == "below" else value >= target.value

    assert met(gap)
    assert gap == 0 or not met(gap - 1)


@given(
    *(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50)),
    st.dates(date(2016, 1, 1), date(2020, 12, 30)),
    st.sampled_from([BELOW, AT_LEAST]),
)
def test_on_track_agrees_with_exact_fractions(n: int, d: int, n0: int, d0: int, on: date, target: Target) -> None:
    v, v0 = Fraction(n, d), Fraction(n0, d0)
    expected = v + (v - v0) * Fraction((DUE - on).days, 365)
    reaches = expected < target.value if target.direction == "below" else expected >= target.value
    found = attainment(Measurement(n, d), Measurement(n0, d0), target, on).status
    assert found == ("attained" if target.met_by(n, d) else "on_track" if reaches else "behind")
