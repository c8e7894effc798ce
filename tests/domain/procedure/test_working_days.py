"""The calendar that ships: computed again from the law, the week and the moon."""

from datetime import date, timedelta

import pytest

from service.domain.procedure.working_days import WorkingDays
from service.domain.refusal import Refusal
from service.reference import rows
from tests.domain.procedure.lunar import month_begins

ROWS = rows("holidays.csv")
CALENDAR = WorkingDays.of(ROWS)
BY_KIND = {
    kind: {date.fromisoformat(r["date"]): r["name_vi"] for r in ROWS if r["kind"] == kind}
    for kind in ("holiday", "substitute", "swapped_off", "swapped_on")
}
YEARS = range(2016, 2027)


def holidays(year: int, name: str) -> list[date]:
    return [day for day, called in BY_KIND["holiday"].items() if day.year == year and called == name]


@pytest.mark.parametrize("year", YEARS)
def test_the_lunar_holidays_are_where_the_moon_puts_them(year: int) -> None:
    tet = month_begins(year, 1)
    days = holidays(year, "Tết Âm lịch")
    assert len(days) == 5
    assert {tet, tet + timedelta(days=1), tet + timedelta(days=2)} <= set(days)
    assert days == [days[0] + timedelta(days=n) for n in range(5)]
    assert tet - days[0] in (timedelta(days=1), timedelta(days=2))
    assert holidays(year, "Giỗ Tổ Hùng Vương") == [month_begins(year, 3) + timedelta(days=9)]


@pytest.mark.parametrize("year", YEARS)
def test_the_other_holidays_are_those_of_the_labour_code(year: int) -> None:
    assert holidays(year, "Tết Dương lịch") == [date(year, 1, 1)]
    assert holidays(year, "Ngày Chiến thắng") == [date(year, 4, 30)]
    assert holidays(year, "Ngày Quốc tế lao động") == [date(year, 5, 1)]
    assert holidays(year, "Quốc khánh") == [date(year, 9, 2)]
    beside = holidays(year, "Quốc khánh (ngày liền kề)")
    assert len(beside) == (year >= 2021)
    assert all(day in (date(year, 9, 1), date(year, 9, 3)) for day in beside)
    assert sum(day.year == year for day in BY_KIND["holiday"]) == (11 if year >= 2021 else 10)


def test_each_holiday_on_a_weekend_is_given_back_on_the_next_working_day() -> None:
    off = set(BY_KIND["holiday"])
    expected = set()
    for day in sorted(day for day in BY_KIND["holiday"] if day.weekday() >= 5):
        while day in off or day.weekday() >= 5:
            day += timedelta(days=1)
        off.add(day)
        expected.add(day)
    assert set(BY_KIND["substitute"]) == expected


def test_a_swap_takes_a_weekday_and_gives_a_saturday_within_a_fortnight() -> None:
    off, on = list(BY_KIND["swapped_off"]), list(BY_KIND["swapped_on"])
    assert len(off) == len(on)
    assert all(day.weekday() < 5 for day in off)
    assert all(day.weekday() == 5 for day in on)
    for day in off:
        assert min(abs((day - other).days) for other in on) <= 14


def test_every_row_says_how_sure_it_is_and_stands_once() -> None:
    assert {row["sure"] for row in ROWS} == {"computed", "read", "memory"}
    assert len({row["date"] for row in ROWS}) == len(ROWS)
    assert all(row["sure"] == "memory" for row in ROWS if row["kind"].startswith("swapped"))


@pytest.mark.parametrize("day", [date(2015, 12, 31), date(2027, 1, 1)])
def test_a_year_that_the_calendar_does_not_know_is_refused_by_name(day: date) -> None:
    with pytest.raises(Refusal) as refused:
        CALENDAR.nth(day, 1)
    assert (refused.value.code, refused.value.facts) == ("working_days_unknown", {"year": day.year})
