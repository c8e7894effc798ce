"""Days that questions are asked for."""

from datetime import date

import pytest

from service.domain.calendar import Every, closing_days
from service.domain.names import folded
from service.domain.period import Period


@pytest.mark.parametrize(
    ("start", "until", "every", "days"),
    [
        ("2016-01-01", "2016-03-31", "month", ["2016-01-31", "2016-02-29"]),
        ("2016-01-31", "2016-02-29", "month", ["2016-01-31"]),
        ("2016-02-01", "2016-02-29", "month", []),
        ("2016-02-29", "2016-03-01", "month", ["2016-02-29"]),
        ("2016-05-17", "2017-01-01", "quarter", ["2016-06-30", "2016-09-30", "2016-12-31"]),
        ("2016-12-31", "2018-12-31", "year", ["2016-12-31", "2017-12-31"]),
    ],
)
def test_closing_days_lie_in_the_period(start: str, until: str, every: Every, days: list[str]) -> None:
    found = closing_days(date.fromisoformat(start), date.fromisoformat(until), every)
    assert [day.isoformat() for day in found] == days


def test_the_last_month_of_the_last_year_closes() -> None:
    assert list(closing_days(date(2100, 12, 1), date(2101, 1, 1), "month")) == [date(2100, 12, 31)]


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    period = Period(date(2018, 1, 1), date(2018, 1, 2))
    assert date(2018, 1, 1) in period
    assert date(2018, 1, 2) not in period
    assert date(1900, 1, 1) in Period()


def test_a_period_of_no_day_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period(date(2018, 1, 1), date(2018, 1, 1))


def test_periods_meet_in_the_days_of_both() -> None:
    year = Period(date(2018, 1, 1), date(2019, 1, 1))
    assert year & Period(date(2018, 6, 1), None) == Period(date(2018, 6, 1), date(2019, 1, 1))
    assert year & Period(None, date(2018, 1, 1)) is None


@pytest.mark.parametrize("name", ["Phù Ủng", "Phu\u0300 U\u0309ng", "PHÙ ỦNG", "phu ung"])
def test_names_fold_to_the_same_key(name: str) -> None:
    assert folded(name) == "phu ung"
