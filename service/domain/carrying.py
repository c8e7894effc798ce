"""From the areas in which children were recorded to the areas of another day's map.

Forwards over a merger this is exact. Over a split, and backwards over a merger, it is not known who belongs where: the
children are apportioned, whole ones by largest remainder, so that sums are kept and nobody is called unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, reduce
from typing import NamedTuple

from service.domain.area_history import AreaChange
from service.domain.attainment import Measurement
from service.domain.period import Period


class Why(StrEnum):
    """What is not certain of a figure on another map."""

    SPLIT = "split"  # of an area divided since, nobody told which part every child lives in
    BACKWARDS = "backwards"  # of an area made of several, nobody told which of them every child would have lived in
    INFERRED = "inferred"  # no text was read that says into which area this one went


class Way(NamedTuple):
    """The part of an area's children who belong to an area of the map, and what is not certain of that."""

    weight: Fraction
    why: frozenset[Why] = frozenset()


class Settled(NamedTuple):
    """A change over which children may have been told where they live: from an area that ended to one that began."""

    predecessor: int
    successor: int
    on: date


Ways = dict[int, Way]
Told = Mapping[Settled, int]  # how many children were
HERE = Way(Fraction(1))


class Succession:
    """Which areas became which. `lives`: from when until when each area was on the map."""

    def __init__(self, lives: Mapping[int, Period], changes: Iterable[AreaChange]) -> None:
        self.lives = lives
        self.after: dict[int, list[AreaChange]] = defaultdict(list)
        self.before: dict[int, list[AreaChange]] = defaultdict(list)
        for change in changes:
            if change.successor is not None and change.successor != change.predecessor:
                self.after[change.predecessor].append(change)
                self.before[change.successor].append(change)

    def ways(self, area: int, on_map: date, told: Told) -> Ways:
        """To which areas of a map the children of an area belong, in which parts. The parts of all add up to one."""
        life = self.lives[area]
        if on_map in life:
            return {area: HERE}
        forwards = life.until is not None and life.until <= on_map
        found: Ways = {}
        for neighbour, step in _forwards(self.after[area], told) if forwards else _backwards(self.before[area], told):
            for target, way in self.ways(neighbour, on_map, told).items():
                known = found.get(target, Way(Fraction(0)))
                found[target] = Way(known.weight + step.weight * way.weight, known.why | step.why | way.why)
        if len(found) == 1:  # whichever way they went, they have come together again
            return {target: Way(way.weight, way.why & {Why.INFERRED}) for target, way in found.items()}
        return found

    def asked(self, area: int, on_map: date) -> set[Settled]:
        """The changes on the way to a map for which it matters how many children were told where they live."""
        life = self.lives[area]
        if on_map in life:
            return set()
        forwards = life.until is not None and life.until <= on_map
        steps = self.after[area] if forwards else self.before[area]
        undetermined = len(steps) > 1 and not (forwards and all(step.share is not None for step in steps))
        asked = {_settled(step) for step in steps} if undetermined else set()
        for step in steps:
            neighbour = step.successor if forwards else step.predecessor
            asked |= self.asked(neighbour, on_map) if neighbour is not None else set()
        return asked

    def on_the_way(self, area: int, on_map: date) -> set[AreaChange]:
        """Every change that the children of an area meet on the way to a map."""
        life = self.lives[area]
        if on_map in life:
            return set()
        forwards = life.until is not None and life.until <= on_map
        met = set(self.after[area] if forwards else self.before[area])
        neighbours = {step.successor if forwards else step.predecessor for step in met}
        return met.union(*(self.on_the_way(n, on_map) for n in neighbours if n is not None))


def _forwards(steps: list[AreaChange], told: Told) -> list[tuple[int, Way]]:
    """By the share that is known, else as the children who were told went, else equally."""
    shares = [step.share for step in steps]
    weights = [Fraction(share) for share in shares if share is not None]
    if len(weights) < len(steps):
        weights = _by_told(steps, told)
    return [
        (step.successor, Way(weight, _why(step, Why.SPLIT, weight)))
        for step, weight in zip(steps, weights, strict=True)
        if weight and step.successor is not None
    ]


def _backwards(steps: list[AreaChange], told: Told) -> list[tuple[int, Way]]:
    """As the children came who were told where they live, else equally."""
    return [
        (step.predecessor, Way(weight, _why(step, Why.BACKWARDS, weight)))
        for step, weight in zip(steps, _by_told(steps, told), strict=True)
        if weight
    ]


def _by_told(steps: list[AreaChange], told: Told) -> list[Fraction]:
    counts = [told.get(_settled(step), 0) for step in steps]
    whole = sum(counts)
    return [Fraction(count, whole) if whole else Fraction(1, len(steps)) for count in counts]


def _settled(step: AreaChange) -> Settled:
    assert step.successor is not None
    return Settled(step.predecessor, step.successor, step.effective_on)


def _why(step: AreaChange, uncertain: Why, weight: Fraction) -> frozenset[Why]:
    return frozenset(({uncertain} if weight != 1 else set()) | ({Why.INFERRED} if step.inferred else set()))


def apportion(count: int, weights: Mapping[int, Fraction], most: Mapping[int, int] | None = None) -> dict[int, int]:
    """Divide whole children by weights that add up to one: largest remainder first, of equal ones the lower area.

    `most` bounds each part (as many children as there are bound those of them in a category); together the bounds leave
    room for all.

    >>> apportion(5, {1: Fraction(1, 2), 2: Fraction(1, 2)})
    {1: 3, 2: 2}
    """
    parts = {area: count * weight.numerator // weight.denominator for area, weight in sorted(weights.items())}
    if most is not None:
        parts = {area: min(part, most[area]) for area, part in parts.items()}
    by_remainder = sorted(parts, key=lambda area: (parts[area] - count * weights[area], area))
    rest = count - sum(parts.values())
    while rest:
        for area in by_remainder:
            if rest and (most is None or parts[area] < most[area]):
                parts[area] += 1
                rest -= 1
    return parts


class Certainty(NamedTuple):
    """Whether a figure is exact, of how many of its children that is not known, and why."""

    exact: bool = True
    apportioned: int = 0
    reasons: frozenset[Why] = frozenset()

    def __or__(self, other: "Certainty") -> "Certainty":
        """Of two figures together."""
        return Certainty(self.exact and other.exact, self.apportioned + other.apportioned, self.reasons | other.reasons)


EXACT = Certainty()


class Found(NamedTuple):
    """What was measured in a place of a map, and how certain that is."""

    measured: Measurement
    certainty: Certainty = EXACT

    def __add__(self, other: "Found") -> "Found":  # type: ignore[override] # of figures, not of tuples
        return Found(self.measured + other.measured, self.certainty | other.certainty)


@dataclass(frozen=True)
class Carried:
    """How the areas of records lie in an area, on a map: each `whole` one goes to one commune, each `parted` one to
    several, of which some may lie outside. `inferred`: communes of which no text says that something went there."""

    whole: Mapping[int, int]
    parted: Mapping[int, Ways]
    within: frozenset[int]
    inferred: frozenset[int]

    @classmethod
    def of(cls, ways: Mapping[int, Ways], within: frozenset[int]) -> "Carried":
        """From the ways of every area that may hold children, those that lead into these communes."""
        leading = {source: to for source, to in ways.items() if not within.isdisjoint(to)}
        whole = {source: next(iter(to)) for source, to in leading.items() if len(to) == 1}
        inferred = frozenset(target for source, target in whole.items() if leading[source][target].why)
        return cls(whole, {source: to for source, to in leading.items() if len(to) > 1}, within, inferred)

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each area of records goes: to a commune, or, where it is parted, to itself (as a negative number)."""
        return {**self.whole, **{source: -source for source in self.parted}}

    @cached_property
    def joined(self) -> bool:
        """Whether any commune is made of several."""
        return len(set(self.whole.values())) < len(self.whole)

    def parts(self, source: int, measured: Measurement) -> dict[int, Found]:
        """How the figures of a parted source are divided, over communes within and outside. Of no part it is certain,
        not even that it is nothing."""
        ways = self.parted[source]
        weights = {target: way.weight for target, way in ways.items()}
        if measured.denominator is None:
            of = apportion(measured.numerator, weights)
            return {t: Found(Measurement(n, None), Certainty(False, n, ways[t].why)) for t, n in of.items()}
        all_of = apportion(measured.denominator, weights)
        of = apportion(measured.numerator, weights, all_of)
        return {t: Found(Measurement(of[t], n), Certainty(False, n, ways[t].why)) for t, n in all_of.items()}

    def inside(self, source: int, measured: Measurement) -> Found:
        """What of a parted source lies within: exact where all of it does."""
        if self.within.issuperset(self.parted[source]):
            return Found(measured)
        parts = [part for target, part in self.parts(source, measured).items() if target in self.within]
        return reduce(Found.__add__, parts)

    def spread(self, found: Mapping[int, Measurement], above: Mapping[int, int]) -> dict[int, Found]:
        """By area of the map, from what was found by `places`; `above`: the area in which each commune lies. What is
        parted within one of these areas is exact. Where communes are counted, each counts once."""
        by_commune: dict[int, Found] = {}
        for place, measured in found.items():
            if place > 0:
                parts = {place: Found(measured, INFERRED if place in self.inferred else EXACT)}
            elif len({above.get(target) for target in self.parted[-place]}) == 1:
                parts = {min(self.parted[-place]): Found(measured)}
            elif measured.numerator or measured.denominator:
                parts = self.parts(-place, measured)
            else:
                continue
            for target, part in parts.items():
                if target in self.within:
                    by_commune[target] = by_commune[target] + part if target in by_commune else part
        by_area: dict[int, Found] = {}
        for commune, (measured, certainty) in by_commune.items():
            area, of = above[commune], Found(once(measured), certainty)
            by_area[area] = by_area[area] + of if area in by_area else of
        return by_area


INFERRED = Certainty(reasons=frozenset({Why.INFERRED}))


def once(measured: Measurement) -> Measurement:
    """A commune made of several in which the model was completed is still one commune."""
    return measured if measured.denominator is not None else Measurement(min(measured.numerator, 1), None)
