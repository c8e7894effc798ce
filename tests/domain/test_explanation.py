"""The arithmetic in an explanation is that of the status."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.attainment import Measurement, attainment
from service.domain.calendar import YEAR
from service.domain.explanation import expected, six_places, steps
from service.domain.target import Target
from service.explained import WHY

DUE = date(2020, 12, 31)
BELOW, AT_LEAST = Target("below", Fraction(1, 4), DUE), Target("at_least", Fraction(3, 4), DUE)
counts = st.integers(0, 40)


@given(counts, counts, counts, counts, st.integers(-400, 1500), st.sampled_from([BELOW, AT_LEAST]))
def test_on_track_is_what_the_expected_value_says(n: int, d: int, n0: int, d0: int, left: int, target: Target) -> None:
    now, before, on = Measurement(n, d), Measurement(n0, d0), DUE - timedelta(days=left)
    meant, value = attainment(now, before, target, on), expected(now, before, target, on)
    if meant.status == "on_track":
        assert value is not None
    if value is not None and meant.status in ("on_track", "behind"):
        meets = value < target.value if target.direction == "below" else value >= target.value
        assert meets == (meant.status == "on_track")
    told = [step.words for step in steps(now, before, on - YEAR, target, on, meant)]
    assert set(told) <= set(WHY)
    assert ("would_hold" in told) == (meant.status == "on_track")
    assert ("holds" in told) == (meant.status == "attained")
    assert ("gap" in told) == (meant.status in ("on_track", "behind"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(1, 3), "0.333333"),
        (Fraction(1, 2_000_000), "0.000000"),
        (Fraction(3, 2_000_000), "0.000002"),
        (Fraction(-1, 8), "-0.125000"),
        (Fraction(30), "30.000000"),
    ],
)
def test_what_is_expected_is_rounded_half_to_even(value: Fraction, shown: str) -> None:
    assert six_places(value) == shown
