"""The Vietnamese lunar calendar, computed from new moons and the sun's longitude at UTC+7 (after Meeus)."""

from datetime import date
from math import floor, radians, sin


def first_day(k: int) -> date:
    """The day of the k-th new moon since January 2000."""
    t = k / 1236.85
    m, mm, f = (
        radians(a + b * k) for a, b in ((2.5534, 29.10535670), (201.5643, 385.81693528), (160.7108, 390.67050284))
    )
    terms = (
        (-0.40720, mm), (0.17241, m), (0.01608, 2 * mm), (0.01039, 2 * f), (0.00739, mm - m), (-0.00514, mm + m),
        (0.00208, 2 * m), (-0.00111, mm - 2 * f), (-0.00057, mm + 2 * f), (0.00056, 2 * mm + m), (-0.00042, 3 * mm),
        (0.00042, m + 2 * f), (0.00038, m - 2 * f), (-0.00024, 2 * mm - m),
    )  # fmt: skip
    moment = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t + sum(size * sin(angle) for size, angle in terms)
    return date.fromordinal(floor(moment + 0.5 + 7 / 24 - 69 / 86400) - 1721425)


def twelfth_of_the_sun(day: date) -> int:
    """In which twelfth of its way the sun stands when a day begins."""
    t = (day.toordinal() + 1721424.5 - 7 / 24 - 2451545) / 36525
    m = radians(357.52911 + 35999.05029 * t)
    centre = 1.914602 * sin(m) + 0.019993 * sin(2 * m) + 0.000289 * sin(3 * m)
    longitude = 280.46646 + 36000.76983 * t + centre - 0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * t))
    return floor(longitude % 360 / 30)


def month_begins(year: int, month: int) -> date:
    """The first day of a lunar month of a year's spring: the month in which the sun enters its twelfth."""
    for k in range((year - 2000) * 12 + (year - 2000) // 3, (year - 2000) * 13 + 13):
        first, following = first_day(k), first_day(k + 1)
        entered = twelfth_of_the_sun(following)
        if following.year == year and entered != twelfth_of_the_sun(first) and (entered + 1) % 12 + 1 == month:
            return first
    raise AssertionError("every month is in its year")
