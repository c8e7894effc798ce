"""The days between which the demonstration lives, as ordinals of `datetime.date`: cheap to draw, compare and add.

Periods are half-open. A month ends with the first day of the next: what holds until then counts on its last day.
"""

from collections.abc import Iterator
from datetime import date
from random import Random

CHILDHOOD = 16  # years, Law on Children 102/2016/QH13 Art. 1

FIRST_BIRTH = date(1998, 1, 2).toordinal()  # still a child on the register's first day
REGISTER_BEGINS = date(2014, 1, 1).toordinal()
GROUPS_IN_FORCE = date(2017, 6, 1).toordinal()  # the 14 groups of the Law replace the 10 of 2004
SUB_GROUPS_IN_FORCE = date(2017, 7, 1).toordinal()  # Decree 56/2017 divides them
REVIEW_ENDS = date(2018, 1, 1).toordinal()  # by then the files of 2004's list have been looked through
TODAY = date(2020, 12, 31)
UNTIL = date(2021, 1, 1).toordinal()  # nothing happens from this day on
PAGE_HORIZON = date(2022, 1, 1)

EPOCH = date(1970, 1, 1).toordinal()
OFFICE_OPENS = (7 * 60 + 30 - 7 * 60) * 60_000  # 07:30 in UTC+7, as milliseconds of a UTC day
OFFICE_HOURS = 9 * 60 * 60_000  # milliseconds


def sixteenth_birthday(born: int) -> int:
    """16 is a multiple of 4: someone born on 29 February has one, as long as no century year comes between."""
    day = date.fromordinal(born)
    return day.replace(year=day.year + CHILDHOOD).toordinal()


def oldest_birth(until: int) -> int:
    """The earliest birth of a child on the day before `until`, the first day of a month."""
    day = date.fromordinal(until)
    return day.replace(year=day.year - CHILDHOOD).toordinal()


def months() -> Iterator[tuple[int, int]]:
    """First day and end of every month that the register lives through."""
    firsts = [date(year, month, 1).toordinal() for year in range(2014, 2021) for month in range(1, 13)]
    return zip(firsts, [*firsts[1:], UNTIL], strict=True)


def drawn_day(rng: Random, start: int, until: int) -> int:
    """A day of the period, each as likely; its first day where the period holds none."""
    return start + int(rng.random() * (until - start)) if start < until else start


def drawn_delay(rng: Random, mean: float, longest: int) -> int:
    """Days until something is done: mostly few, at times many."""
    return min(int(rng.expovariate(1 / mean)), longest)


def office_moment(rng: Random, day: int) -> int:
    """Milliseconds since 1970 of a moment in the office hours of a day."""
    return (day - EPOCH) * 86_400_000 + OFFICE_OPENS + int(rng.random() * OFFICE_HOURS)
