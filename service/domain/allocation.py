"""How a whole number is divided among areas: no part negative, nothing lost, nothing made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Counts = Mapping[str, int]  # whole numbers, by the code of the area


@dataclass(frozen=True)
class Divided:
    """An area with its part, and what it holds: the areas that its part is divided among in turn."""

    code: str
    share: int  # how much of the whole it stands for: children, or communes
    present: int  # what was counted in it
    within: Sequence["Divided"] = ()


def by_largest_remainder(total: int, weights: Counts) -> dict[str, int]:
    """Each area's whole part of its quota; what is left, one each, to the largest remainders (to the lower code, where
    they are equal). Areas without weight have no part; if none has weight, all weigh alike.

    >>> by_largest_remainder(10, {"a": 1, "b": 1, "c": 1})
    {'a': 4, 'b': 3, 'c': 3}
    """
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("a negative number cannot be divided into parts")
    whole = sum(weights.values())
    if whole == 0:
        weights, whole = dict.fromkeys(weights, 1), len(weights)
    quotas = {code: divmod(total * weight, whole) for code, weight in weights.items()}
    parts = {code: quota for code, (quota, _) in quotas.items()}
    left = total - sum(parts.values())
    for code in sorted(quotas, key=lambda code: (-quotas[code][1], code))[:left]:
        parts[code] += 1
    return parts


def by_need(total: int, shares: Counts, present: Counts) -> dict[str, int]:
    """What is there now, moved towards the total where the way lies: whoever is farther from its share of the total
    carries more of the way, and whoever has passed it keeps what it has.

    >>> by_need(12, {"a": 1, "b": 1}, {"a": 5, "b": 15})
    {'a': 5, 'b': 7}
    """
    fair = by_largest_remainder(total, shares)
    way = sum(present.values()) - total
    if way > 0:
        fewer = by_largest_remainder(way, {code: max(present[code] - fair[code], 0) for code in fair})
        return {code: present[code] - fewer[code] for code in fair}
    more = by_largest_remainder(-way, {code: max(fair[code] - present[code], 0) for code in fair})
    return {code: present[code] + more[code] for code in fair}


def divide(total: int, areas: Sequence[Divided], need: bool) -> dict[str, int]:
    """The parts of all areas and of the areas within them: the parts within one add up to its own."""
    shares = {area.code: area.share for area in areas}
    parts = (
        by_need(total, shares, {area.code: area.present for area in areas})
        if need
        else by_largest_remainder(total, shares)
    )
    for area in areas:
        if area.within:
            parts |= divide(parts[area.code], area.within, need)
    return parts
