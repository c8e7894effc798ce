"""The period of completeness, and the four answers that are not a number."""

from datetime import date

import pytest

from service.domain.completeness import Touched, days_of, state

FRESH, LATE, NEVER = (
    Touched(2, 1, ["12145"], date(2018, 6, 1)),
    Touched(2, 0, [], date(2018, 3, 31)),
    Touched(2, 0, [], None),
)


@pytest.mark.parametrize(
    ("on", "known", "first", "last"),
    [
        ("2018-06-30", "2020-12-31", "2018-04-01", "2018-06-30"),  # the whole quarter
        ("2018-04-01", "2020-12-31", "2018-04-01", "2018-06-30"),
        ("2018-03-31", "2018-04-01", "2018-01-01", "2018-03-31"),
        ("2018-06-30", "2018-06-30", "2018-04-01", "2018-06-30"),
        ("2018-06-30", "2018-06-29", "2018-04-01", "2018-06-29"),  # a day that comes: the quarter in which knowing ends
        ("2018-05-02", "2018-05-20", "2018-04-01", "2018-05-20"),
        ("2018-07-01", "2018-06-30", "2018-04-01", "2018-06-30"),
        ("2021-02-01", "2020-12-31", "2020-10-01", "2020-12-31"),
    ],
)
def test_the_period_is_the_quarter_of_the_day_as_far_as_it_is_known(on: str, known: str, first: str, last: str) -> None:
    expected = date.fromisoformat(first), date.fromisoformat(last)
    assert days_of(date.fromisoformat(on), date.fromisoformat(known)) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "of", "expected"),
    [
        (3, 5, FRESH, "counted"),
        (0, 5, FRESH, "zero"),
        (0, 0, FRESH, "none"),
        (0, None, FRESH, "zero"),
        (1, None, FRESH, "counted"),
        (3, 5, LATE, "late"),
        (0, 0, LATE, "late"),
        (3, 5, NEVER, "missing"),
        (0, 0, NEVER, "missing"),
    ],
)
def test_what_is_said_of_the_register_goes_before_the_number(
    numerator: int, denominator: int | None, of: Touched, expected: str
) -> None:
    assert state(numerator, denominator, of) == expected


def test_a_share_is_of_the_communes_that_the_register_covers() -> None:
    assert Touched(161, 159, [], None).share == "0.987578"
    assert Touched(0, 0, [], None).share is None
