"""The children: when each was born and in which communes it has lived. Everything else is drawn from there."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from random import Random

from service.demonstration import days
from service.demonstration.communes import Character

MONTH_OF_BIRTH = (1.02, 0.93, 0.96, 0.94, 0.97, 0.98, 1.00, 1.04, 1.06, 1.07, 1.03, 1.00)  # more in autumn
YEAR_OF_BIRTH = {2000: 1.04, 2003: 0.96, 2007: 1.06, 2012: 1.07}  # a dragon's or a pig's year is thought lucky

MOVED, MOVED_AGAIN = 0.06, 0.15  # share of the children; and of those who moved
LEFT, CAME_BACK = 0.015, 0.06  # the same for leaving the province
DIED, DIED_AS_INFANT = 0.0012, 0.004  # the second of the children born into the register, in their first year


@dataclass(frozen=True, slots=True)
class Stay:
    """A residence: the position of the commune, first day, end (None: open) and why it ended."""

    commune: int
    start: int
    until: int | None = None
    reason: str | None = None


class People:
    """All children in the order of their births. Few ever change their commune, so stays are kept for those alone."""

    def __init__(self, rng: Random, count: int, characters: Sequence[Character]) -> None:
        self.born = births(rng, count)
        self.sizes = list(accumulate(c.size for c in characters))
        self.home = array("H", rng.choices(range(len(characters)), cum_weights=self.sizes, k=count))
        self.changed = {child: stays for child in range(count) if (stays := self.life(rng, child))}
        self.away = [period for child in self.changed for period in self.absences(child)]

    def __len__(self) -> int:
        return len(self.born)

    def came(self, child: int) -> int:
        """The first day in the register: the day of birth, or the register's first."""
        return max(self.born[child], days.REGISTER_BEGINS)

    def end(self, child: int) -> tuple[int, str]:
        """The first day on which it is not counted, and why: aged out, died or left. A few of these come back later."""
        ends = [(s.until, s.reason) for s in self.stays(child) if s.until and s.reason and s.reason != "moved"]
        return min([*ends, (days.sixteenth_birthday(self.born[child]), "aged_out")])

    def stays(self, child: int) -> Sequence[Stay]:
        return self.changed.get(child) or (Stay(self.home[child], self.came(child)),)

    def aged_under_16(self, until: int) -> range:
        """The children on the day before `until`, the first day of a month, wherever they live."""
        return range(bisect_left(self.born, days.oldest_birth(until)), bisect_left(self.born, until))

    def counted(self, until: int) -> int:
        """How many children live in the province on the day before `until`."""
        young = self.aged_under_16(until)
        return len(young) - sum(1 for child, left, back in self.away if left < until <= back and child in young)

    def absences(self, child: int) -> Iterator[tuple[int, int, int]]:
        """The child, and from when until when (for good: the end of days) it did not live in the province."""
        for stay, after in pairwise([*self.changed[child], None]):
            assert stay is not None
            if stay.until is not None and stay.reason != "moved":
                yield child, stay.until, after.start if after else days.UNTIL

    def life(self, rng: Random, child: int) -> list[Stay]:
        """The stays of a child that moved, left or died; nothing for all others."""
        chance = rng.random()
        if chance < MOVED:
            return self.moves(rng, child)
        if chance < MOVED + LEFT:
            return self.departure(rng, child)
        if chance < MOVED + LEFT + DIED:
            return self.death(rng, child, days.UNTIL)
        if chance < MOVED + LEFT + DIED + DIED_AS_INFANT and self.born[child] >= days.REGISTER_BEGINS:
            return self.death(rng, child, self.born[child] + 365)
        return []

    def moves(self, rng: Random, child: int) -> list[Stay]:
        stays = [Stay(self.home[child], self.came(child))]
        for _ in range(2 if rng.random() < MOVED_AGAIN else 1):
            last = stays.pop()
            day = self.some_day_after(rng, child, last.start, days.UNTIL)
            to = rng.choices(range(len(self.sizes)), cum_weights=self.sizes)[0]
            if day is None or to == last.commune:
                return [*stays, last] if stays else []
            stays += [Stay(last.commune, last.start, day, "moved"), Stay(to, day)]
        return stays

    def departure(self, rng: Random, child: int) -> list[Stay]:
        stays = self.death(rng, child, days.UNTIL, "left")
        if stays and rng.random() < CAME_BACK:
            left = stays[0].until
            assert left is not None
            back = self.some_day_after(rng, child, left + 60, days.UNTIL)
            stays += [Stay(self.home[child], back)] if back else []
        return stays

    def death(self, rng: Random, child: int, latest: int, reason: str = "died") -> list[Stay]:
        came = self.came(child)
        day = self.some_day_after(rng, child, came, latest)
        return [Stay(self.home[child], came, day, reason)] if day else []

    def some_day_after(self, rng: Random, child: int, day: int, latest: int) -> int | None:
        """A day on which it is still a child and the register's present has not passed, if there is one."""
        until = min(latest, days.UNTIL, days.sixteenth_birthday(self.born[child]))
        return days.drawn_day(rng, day + 1, until) if day + 1 < until else None


def births(rng: Random, count: int) -> "array[int]":
    """Days of birth in order, nearly constant over the years."""
    possible = list(birthdays())
    weights = accumulate(MONTH_OF_BIRTH[d.month - 1] * YEAR_OF_BIRTH.get(d.year, 1) for d in possible)
    ordinals = [d.toordinal() for d in possible]
    return array("i", sorted(rng.choices(ordinals, cum_weights=list(weights), k=count)))


def birthdays() -> Iterator[date]:
    first = date.fromordinal(days.FIRST_BIRTH)
    return (first + timedelta(n) for n in range(days.UNTIL - days.FIRST_BIRTH))
