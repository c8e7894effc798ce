"""What is told instead of a small number, and which questions are too much."""

from datetime import date
from fractions import Fraction

import pytest

from service.domain.attainment import Measurement, attainment
from service.domain.calendar import Every, last_closed_quarter, quarter_end
from service.domain.small_numbers import Reason, rounded, too_much
from service.domain.target import Target

CLOSE = date(2018, 6, 30)
TODAY = date(2020, 12, 31)


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, 0), (1, 0), (2, 0), (3, 5), (4, 5), (5, 5), (7, 5), (8, 10), (802, 800), (803, 805), (1_000_001, 1_000_000)],
)
def test_a_count_is_told_to_the_nearest_five(count: int, told: int) -> None:
    assert rounded(Measurement(count, None)) == Measurement(told, None)
    assert rounded(Measurement(0, count)) == Measurement(0, told)


@pytest.mark.parametrize("count", range(60))
def test_what_is_told_is_at_most_two_away_and_never_more_than_the_whole(count: int) -> None:
    told = [rounded(Measurement(part, count)) for part in range(count + 1)]
    assert all(number.numerator % 5 == 0 and number.whole % 5 == 0 for number in told)
    assert all(abs(number.numerator - part) <= 2 for part, number in enumerate(told))
    assert all(number.numerator <= number.whole for number in told)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ((2, 2), (0, 0), (None, "not_measurable", None)),  # 0 of 0
        ((8, 9), (0, 0), ("1.000000", "attained", 0)),  # 10 of 10
        ((17, 22), (0, 0), ("0.750000", "behind", 3)),  # 15 of 20
        ((17, 22), (11, 22), ("0.750000", "on_track", 3)),  # a year before, 10 of 20
    ],
)
def test_value_status_and_gap_follow_from_what_is_told(
    now: tuple[int, int], before: tuple[int, int], expected: tuple[str | None, str, int | None]
) -> None:
    target = Target("at_least", Fraction(9, 10), date(2020, 6, 29))
    told = rounded(Measurement(*now))
    assert (told.value, *attainment(told, rounded(Measurement(*before)), target, CLOSE)) == expected


@pytest.mark.parametrize(
    ("today", "close"),
    [
        ("2020-12-31", "2020-09-30"),  # the last day of a quarter has not passed yet
        ("2021-01-01", "2020-12-31"),
        ("2020-04-01", "2020-03-31"),
        ("2020-06-30", "2020-03-31"),
        ("2020-08-15", "2020-06-30"),
    ],
)
def test_the_last_closed_quarter_lies_wholly_in_the_past(today: str, close: str) -> None:
    assert last_closed_quarter(date.fromisoformat(today)) == date.fromisoformat(close)
    assert quarter_end(last_closed_quarter(date.fromisoformat(today))) == date.fromisoformat(close)


@pytest.mark.parametrize(
    ("on", "on_map", "known", "breakdowns", "every", "reason"),
    [
        (CLOSE, None, None, 0, "quarter", None),
        (CLOSE, CLOSE, CLOSE, 1, "year", None),
        (date(2020, 9, 30), None, None, 1, "quarter", None),
        (date(2018, 6, 29), None, None, 0, "quarter", Reason.NOT_A_QUARTER_END),
        (date(2018, 5, 31), None, None, 0, "quarter", Reason.NOT_A_QUARTER_END),
        (TODAY, None, None, 0, "quarter", Reason.QUARTER_NOT_CLOSED),
        (date(2021, 3, 31), None, None, 0, "quarter", Reason.QUARTER_NOT_CLOSED),
        (CLOSE, date(2018, 7, 1), None, 0, "quarter", Reason.OTHER_MAP),
        (CLOSE, None, date(2018, 7, 1), 0, "quarter", Reason.KNOWN_OTHERWISE),
        (CLOSE, None, TODAY, 0, "quarter", Reason.KNOWN_OTHERWISE),
        (CLOSE, None, None, 2, "quarter", Reason.TWO_BREAKDOWNS),
        (CLOSE, None, None, 0, "month", Reason.NOT_QUARTERLY),
    ],
)
def test_what_goes_beyond_aggregates_is_told_by_its_reason(
    on: date, on_map: date | None, known: date | None, breakdowns: int, every: Every, reason: Reason | None
) -> None:
    assert too_much(on, on_map, known, breakdowns, TODAY, every) == reason
