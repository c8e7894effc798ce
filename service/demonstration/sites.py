"""The protection model in the communes: planned, started, completed, replicated, at times stopped.

It begins in 16 key communes of four districts, as in the province's earlier scheme. Which communes is invented.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random
from uuid import UUID

from service.demonstration import days
from service.demonstration.communes import PHU_UNG, Commune
from service.demonstration.identifiers import drawn_uuid
from service.demonstration.story import MODEL_COMMUNES

KEY_DISTRICTS = ("328", "329", "332", "333")  # Mỹ Hào, Ân Thi, Tiên Lữ, Phù Cừ
KEY_COMMUNES = 4  # of each
KEY_START, KEY_STARTED = date(2014, 3, 1).toordinal(), date(2016, 12, 31).toordinal()
COMPLETED, NOT_YET = 32, 6  # communes by the end of 2020, and those that are still on their way
LOST, GIVEN_UP = 11, 2  # the position of one that is stopped after its completion; how many are stopped before
REPLICATED = 0.6  # of those completed


@dataclass(frozen=True, slots=True)
class Site:
    """The model in one commune: its stages with their first days, each lasting until the next."""

    id: UUID
    commune: Commune
    stages: list[tuple[str, int]]

    def periods(self) -> Iterator[tuple[str, int, int | None]]:
        ends: list[int | None] = [start for _, start in self.stages[1:]]
        return ((stage, start, end) for (stage, start), end in zip(self.stages, [*ends, None], strict=True))


def sites(rng: Random, communes: Sequence[Commune]) -> list[Site]:
    key = key_communes(rng, communes)
    others = rng.sample([c for c in communes if c not in key], COMPLETED + NOT_YET - len(key))
    starts = sorted(days.drawn_day(rng, KEY_START, KEY_STARTED) for _ in key)
    return [site(rng, commune, n, starts[n] if n < len(starts) else None) for n, commune in enumerate([*key, *others])]


def key_communes(rng: Random, communes: Sequence[Commune]) -> list[Commune]:
    """Phù Ủng among them; in the order in which they complete the model."""
    chosen = []
    for district in KEY_DISTRICTS:
        there = [c for c in communes if c.district == district]
        fixed = [c for c in there if c.code == PHU_UNG]
        chosen += fixed + rng.sample([c for c in there if c not in fixed], KEY_COMMUNES - len(fixed))
    rng.shuffle(chosen)
    return chosen


def site(rng: Random, commune: Commune, position: int, start: int | None) -> Site:
    stages = finished(rng, position, start) if position < COMPLETED else unfinished(rng, position - COMPLETED)
    assert all(before < after for (_, before), (_, after) in pairwise(stages))
    return Site(drawn_uuid(rng, days.office_moment(rng, stages[0][1])), commune, stages)


def finished(rng: Random, position: int, start: int | None) -> list[tuple[str, int]]:
    completed = MODEL_COMMUNES.reached(position + 1)
    assert completed is not None
    completed -= rng.randint(1, 25)
    started = min(start or days.UNTIL, completed - rng.randint(200, 450))
    stages = [("planned", planned(rng, started)), ("started", started), ("completed", completed)]
    if position == LOST:
        return [*stages, ("stopped", completed + 500)]
    replicated = completed + rng.randint(180, 500)
    return [*stages, ("replicated", replicated)] if replicated < days.UNTIL and rng.random() < REPLICATED else stages


def unfinished(rng: Random, position: int) -> list[tuple[str, int]]:
    started = days.UNTIL - rng.randint(60, 300)
    if position < GIVEN_UP:
        started -= 700
        return [("planned", planned(rng, started)), ("started", started), ("stopped", started + rng.randint(200, 500))]
    return [("planned", planned(rng, started)), ("started", started)][: 1 + position % 2]


def planned(rng: Random, started: int) -> int:
    return max(days.REGISTER_BEGINS, started - rng.randint(40, 150))
