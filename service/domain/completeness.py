"""How complete a figure is: which registers were touched in its period; and whether zero is zero."""

from datetime import date
from typing import Literal, NamedTuple

from service.domain.attainment import Measurement
from service.domain.calendar import quarter_end

State = Literal["counted", "zero", "none", "missing", "late"]


class Touched(NamedTuple):
    """Of an area: how many communes there are, in how many the register was touched in the period, in which it was not;
    and when any of them was last touched at all."""

    communes: int
    touched: int
    late: list[str]
    last: date | None

    @property
    def share(self) -> str | None:
        """Touched out of all, as a decimal; None of an area that the register does not cover.

        >>> Touched(161, 159, ["12145", "12148"], date(2018, 6, 30)).share
        '0.987578'
        """
        return Measurement(self.touched, self.communes).value


def days_of(on: date, known: date) -> tuple[date, date]:
    """First and last day of the period that completeness is of: the quarter of the day, as far as it is known.

    Of a day that comes after what is known, the quarter in which knowing ended.

    >>> [str(day) for day in days_of(date(2018, 6, 30), date(2020, 12, 31))]
    ['2018-04-01', '2018-06-30']
    >>> [str(day) for day in days_of(date(2018, 5, 2), date(2018, 5, 20))]
    ['2018-04-01', '2018-05-20']
    """
    day = min(on, known)
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1), min(quarter_end(day), known)


def state(numerator: int | None, denominator: int | None, of: Touched) -> State:
    """Zero, none, missing and late are four different answers. What is said of the register goes before the number.

    >>> state(0, 12, Touched(1, 1, [], date(2018, 6, 1))), state(0, 0, Touched(1, 1, [], date(2018, 6, 1)))
    ('zero', 'none')
    """
    if of.last is None or numerator is None:  # or an indicator that this register cannot measure
        return "missing"
    if of.touched == 0:
        return "late"
    if denominator == 0:
        return "none"
    return "counted" if numerator else "zero"
