from datetime import date

import pytest

from service.demonstration.story import Curve

CURVE = Curve({"2016-01-01": 0, "2016-01-11": 10, "2017-01-01": 10})


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2015, 1, 1), 0),
        (date(2016, 1, 1), 0),
        (date(2016, 1, 2), 1),
        (date(2016, 1, 11), 10),
        (date(2016, 6, 1), 10),
        (date(2020, 1, 1), 10),
    ],
)
def test_a_curve_runs_straight_between_its_points_and_level_outside(day: date, value: float) -> None:
    assert CURVE.at(day.toordinal()) == pytest.approx(value)


@pytest.mark.parametrize(("value", "day"), [(0, date(2016, 1, 1)), (5, date(2016, 1, 6)), (10, date(2016, 1, 11))])
def test_a_rising_curve_knows_when_it_reaches_a_value(value: float, day: date) -> None:
    assert CURVE.reached(value) == day.toordinal()


def test_a_value_above_the_curve_is_never_reached() -> None:
    assert CURVE.reached(11) is None
