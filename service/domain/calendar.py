"""Days of the calendar that questions are asked for, and the day on which a moment falls."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")  # no summer time

Every = Literal["month", "quarter", "year"]
MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}
DAY = timedelta(days=1)
YEAR = timedelta(days=365)  # the look-back by which a trend is judged


def day_of(moment: datetime) -> date:
    """The day in Vietnam on which a moment falls."""
    return moment.astimezone(VIETNAM).date()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Vietnam, and the day before it ends."""
    return datetime.combine(day, time(), VIETNAM)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one where it is shorter.

    >>> str(months_later(date(2019, 1, 31), 1)), str(months_later(date(2019, 1, 31), 3))
    ('2019-02-28', '2019-04-30')
    """
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def closing_days(start: date, until: date, every: Every) -> Iterator[date]:
    """The last day of each month (quarter, year) that lies in [start, until).

    >>> [str(day) for day in closing_days(date(2020, 1, 15), date(2020, 4, 30), "month")]
    ['2020-01-31', '2020-02-29', '2020-03-31']
    """
    step = MONTHS[every]
    months = start.year * 12 + (start.month - 1) // step * step
    while True:
        months += step
        day = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
        if day >= until:
            return
        yield day


def quarter_end(day: date) -> date:
    """The last day of the quarter in which a day lies."""
    return next(closing_days(day, date.max, "quarter"))


def last_closed_quarter(today: date) -> date:
    """The last day of the quarter before today's."""
    return date(today.year, (today.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
