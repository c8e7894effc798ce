"""What the figures of the province are to do: the course of its indicators, as the demonstration tells it.

Each curve runs straight between points. A point says what holds on the day before its date: that of 2016-01-01 is the
figure for the end of 2015. Invented, in the orders of magnitude of the plan (Kế hoạch 55/KH-UBND, 5 April 2016).

Children in special circumstances become fewer than 0.4 % in time, children at risk fewer than 3 % early. Of those at
risk enough are assisted in the last year; of those in special circumstances never the 90 % that the plan promises.
"""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Literal

Kind = Literal["special", "at_risk"]
KINDS: tuple[Kind, Kind] = ("special", "at_risk")


class Curve:
    """A value over time, straight between dated points and level before the first and after the last."""

    def __init__(self, points: Mapping[str, float]) -> None:
        self.days = [date.fromisoformat(day).toordinal() for day in points]
        self.values = list(points.values())

    def at(self, day: int) -> float:
        n = bisect_left(self.days, day)
        if n in (0, len(self.days)):
            return self.values[min(n, len(self.days) - 1)]
        (start, end), (low, high) = self.days[n - 1 : n + 1], self.values[n - 1 : n + 1]
        return low + (high - low) * (day - start) / (end - start)

    def reached(self, value: float) -> int | None:
        """The first day on which a rising curve has reached a value; None if it never does."""
        if value <= self.values[0]:
            return self.days[0]
        for (start, low), (end, high) in pairwise(zip(self.days, self.values, strict=True)):
            if low < value <= high:
                return start + round((end - start) * (value - low) / (high - low))
        return None


RATE: Mapping[Kind, Curve] = {  # children of the kind, of all children
    "special": Curve({
        "2014-02-01": 0.0044, "2014-07-01": 0.0066, "2015-01-01": 0.0065, "2016-01-01": 0.0062, "2017-01-01": 0.00585,
        "2017-07-01": 0.0056, "2018-01-01": 0.00525, "2018-07-01": 0.0049, "2019-01-01": 0.00465, "2020-01-01": 0.0043,
        "2020-07-01": 0.00412, "2021-01-01": 0.00385,
    }),
    "at_risk": Curve({
        "2014-02-01": 0.022, "2014-07-01": 0.039, "2015-01-01": 0.040, "2016-01-01": 0.039, "2017-01-01": 0.0371,
        "2017-07-01": 0.0356, "2018-01-01": 0.0342, "2018-07-01": 0.0325, "2019-01-01": 0.0308, "2019-07-01": 0.0294,
        "2020-01-01": 0.0284, "2021-01-01": 0.0269,
    }),
}  # fmt: skip

ASSISTED: Mapping[Kind, Curve] = {  # of the children of the kind
    "special": Curve({
        "2014-02-01": 0.12, "2014-07-01": 0.30, "2015-01-01": 0.39, "2016-01-01": 0.45, "2017-01-01": 0.52,
        "2018-01-01": 0.61, "2018-07-01": 0.65, "2019-01-01": 0.695, "2020-01-01": 0.785, "2021-01-01": 0.86,
    }),
    "at_risk": Curve({
        "2014-02-01": 0.08, "2014-07-01": 0.25, "2015-01-01": 0.35, "2016-01-01": 0.40, "2017-01-01": 0.46,
        "2017-07-01": 0.495, "2018-01-01": 0.535, "2018-07-01": 0.58, "2019-01-01": 0.625, "2020-01-01": 0.705,
        "2020-07-01": 0.745, "2021-01-01": 0.77,
    }),
}  # fmt: skip

MODEL_COMMUNES = Curve({  # communes in which the protection model has been completed
    "2015-03-01": 0, "2016-01-01": 4, "2017-01-01": 7, "2017-07-01": 9, "2018-01-01": 11, "2018-07-01": 14,
    "2019-01-01": 18, "2020-01-01": 25, "2021-01-01": 32,
})  # fmt: skip
