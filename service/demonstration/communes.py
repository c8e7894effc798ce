"""The communes in which the children live, and in what they differ: real communes, made-up characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from service.demonstration.story import Kind

PHU_UNG = "12145"  # where the demonstration's commune officers work: large, and in some need
PHU_UNG_SIZE, PHU_UNG_NEED = 3500, 1.2
FEWEST_CHILDREN, MOST_CHILDREN = 600, 3500  # orders of magnitude of 161 communes, 2016
WIDEST = 2.5  # no commune has more than this many times the usual share of children of a kind


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune as the register knows it: the key of the area, its code and that of its district."""

    area: int
    code: str
    district: str


@dataclass(frozen=True, slots=True)
class Character:
    """How many children a commune has beside others; from 0 to 1, how often they are in need, how readily helped."""

    size: float
    need: dict[Kind, float]
    readiness: float


def characters(rng: Random, communes: Sequence[Commune]) -> list[Character]:
    return [character(rng, commune) for commune in communes]


def character(rng: Random, commune: Commune) -> Character:
    size: float = rng.triangular(FEWEST_CHILDREN, MOST_CHILDREN, 1500)
    special, at_risk = (min(WIDEST, rng.lognormvariate(0, spread)) for spread in (0.5, 0.4))
    readiness = rng.uniform(0.12, 1)
    if commune.code == PHU_UNG:
        size, special, at_risk = PHU_UNG_SIZE, PHU_UNG_NEED, PHU_UNG_NEED
    return Character(size, {"special": special / WIDEST, "at_risk": at_risk / WIDEST}, readiness)
