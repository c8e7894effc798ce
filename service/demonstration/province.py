"""The whole province, drawn: the same number of children and the same seed give the same province, to the last byte."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from random import Random
from uuid import UUID

from service.demonstration import days
from service.demonstration.communes import PHU_UNG, Commune, characters
from service.demonstration.course import Course
from service.demonstration.identifiers import drawn_uuid
from service.demonstration.people import People
from service.demonstration.sites import sites
from service.demonstration.steering import Years
from service.demonstration.story import KINDS, Kind

SHOWN: Mapping[Kind, int] = {"special": 2, "at_risk": 3}  # children in one commune, however small the province


class Province:
    """Who lives there, what befalls them, and where the model runs. Names and the like are drawn as rows are made."""

    def __init__(self, children: int, seed: int, communes: Sequence[Commune]) -> None:
        self.seed, self.communes = seed, communes
        rng = self.chance_of("lives")
        traits = characters(rng, communes)
        self.sites = sites(rng, communes)
        self.people = People(rng, children, traits)
        self.registered = array("q", (registration(rng, born) for born in self.people.born))
        self.ids: list[UUID] = [drawn_uuid(rng, moment) for moment in self.registered]
        years = Years(rng, self.people, traits, self.shown(rng))
        years.pass_by()
        self.courses: list[Course] = list(years.courses.values())

    def chance_of(self, subject: str) -> Random:
        """Chance of its own for each subject, so that none changes with another."""
        return Random(f"{self.seed} {subject}")  # noqa: S311 - made-up children, no secrets

    def shown(self, rng: Random) -> dict[Kind, list[int]]:
        """A few children who stay in Phù Ủng and are young enough to be children all along."""
        homes, born = self.people.home, self.people.born
        phu_ung = {n for n, commune in enumerate(self.communes) if commune.code == PHU_UNG}
        young = range(bisect_left(born, days.oldest_birth(days.UNTIL)), bisect_left(born, days.REGISTER_BEGINS))
        there = [child for child in young if homes[child] in phu_ung and child not in self.people.changed]
        rng.shuffle(there)
        return {kind: [there.pop() for _ in range(SHOWN[kind]) if there] for kind in KINDS}


def registration(rng: Random, born: int) -> int:
    """When the child was entered (milliseconds since 1970): in the first weeks of the register or of its life."""
    if born < days.REGISTER_BEGINS:
        return days.office_moment(rng, days.REGISTER_BEGINS + days.drawn_delay(rng, 6, 30))
    return days.office_moment(rng, min(born + days.drawn_delay(rng, 6, 45), days.UNTIL - 1))
