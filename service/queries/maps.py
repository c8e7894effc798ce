"""The maps of all days, remembered until a reform changes them; and how figures are carried from one to another."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from service.database import Reader
from service.domain.area_history import AreaChange
from service.domain.carrying import Carried, Settled, Succession, Told, Ways
from service.domain.period import Period
from service.domain.refusal import Refusal

FIRST_MAP = date(2013, 8, 6)
"""Nghị quyết 95/NQ-CP of this day moved five communes into the city: before it the list of 2016 is not the map."""

VERSIONS = """
SELECT a.id, a.level, a.covered, v.code,
       json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)::text AS shown,
       lower(v.during) AS since, upper(v.during) AS until
FROM area a JOIN area_version v ON v.area_id = a.id ORDER BY a.id, v.during
"""
WITHIN = """
SELECT w.area_id, w.area_level, w.ancestor_id, w.ancestor_level, lower(w.during) AS since, upper(w.during) AS until
FROM area_within w
"""
CHANGES = """
SELECT c.effective_on, c.predecessor_id, c.successor_id, c.change, c.share, c.inferred, c.legal_basis, c.source
FROM area_change c JOIN area a ON a.id = c.predecessor_id WHERE a.level = 'commune'
"""
COMMUNE = """
SELECT v.area_id, (SELECT reformed FROM register) AS reformed
FROM area_version v JOIN area a ON a.id = v.area_id AND a.level = 'commune' WHERE v.code = $1 AND v.during @> $2::date
"""
AREA = """
SELECT v.area_id, (SELECT reformed FROM register) AS reformed FROM area_version v
WHERE v.code = $1 AND v.during @> $2::date
"""
# $1 rule · $2, $3, $4 from which area into which, on which day · $5 the past day at whose close it was known, or
# $6 the posting
TOLD = "SELECT predecessor, successor, day, told FROM children_told($1::smallint, $2, $3, $4, $5, $6)"


class Place(NamedTuple):
    """An area of a map: its id, code, what is shown of it (JSON), and whether the register has kept its children."""

    area_id: int
    code: str
    shown: str
    covered: bool


class Version(NamedTuple):
    """What an area was called during a period."""

    area_id: int
    level: str
    covered: bool
    code: str
    shown: str
    during: Period


class Within(NamedTuple):
    """An area lay in an ancestor during a period."""

    area_id: int
    level: str
    ancestor_id: int
    ancestor_level: str
    during: Period


class Atlas:
    """Every area there was, when it was on the map, in what it lay and what became of it. The same for all days between
    two changes, and remembered by the first of them."""

    def __init__(self, versions: list[Version], within: list[Within], changes: list[AreaChange]) -> None:
        self.versions = versions
        self.within = within
        lives: dict[int, Period] = {}
        for version in versions:
            if version.level == "commune":
                begun = lives.get(version.area_id, version.during)
                lives[version.area_id] = Period(begun.start, version.during.until)
        self.succession = Succession(lives, changes)
        ends = (bound for version in versions for bound in (version.during.start, version.during.until))
        self.keys: dict[int, str] = {}
        for version in versions:
            if version.area_id in lives:
                self.keys.setdefault(version.area_id, key(version.code, version.during.start))
        self.turns = sorted({bound for bound in ends if bound is not None})
        self.places = lru_cache(256)(self._places)
        self.above = lru_cache(64)(self._above)
        self.asked = lru_cache(1024)(self._asked)
        self.untold = lru_cache(1024)(self._untold)

    def turn(self, day: date) -> date:
        """The first day of the map of a day (the last, of the first map)."""
        place = bisect_right(self.turns, day)
        return self.turns[place - 1] if place else date.min

    def _places(self, area_id: int, level: str, turn: date) -> list[Place]:
        inside = {w.area_id for w in self.within if w.ancestor_id == area_id and w.level == level and turn in w.during}
        found = [
            Place(v.area_id, v.code, v.shown, v.covered)
            for v in self.versions
            if v.area_id in inside and turn in v.during
        ]
        return sorted(found, key=lambda place: place.code)

    def _above(self, level: str, turn: date) -> dict[int, int]:
        """The area of a level in which each commune lies."""
        links = (w for w in self.within if w.level == "commune" and w.ancestor_level == level and turn in w.during)
        return {w.area_id: w.ancestor_id for w in links}

    def _sources(self, last: date) -> list[int]:
        """The areas in which children may be recorded by a day."""
        return [area for area, life in self.succession.lives.items() if life.start is None or life.start <= last]

    def _asked(self, area_id: int, turn: date, last: date) -> list[Settled]:
        """For which changes it matters how many were told where they live, for figures of an area."""
        inside = {place.area_id for place in self.places(area_id, "commune", turn)}
        return sorted(
            {
                change
                for source in self._sources(last)
                if not inside.isdisjoint(self.succession.ways(source, turn, {}))
                for change in self.succession.asked(source, turn)
            }
        )

    def carried(self, area_id: int, on_map: date, last: date, told: Told) -> Carried:
        """How what was recorded up to a day lies in an area, on a map."""
        turn, last = self.turn(on_map), self.turn(last)
        return self.untold(area_id, turn, last) if not told else self._carried(area_id, turn, last, told)

    def _untold(self, area_id: int, turn: date, last: date) -> Carried:
        return self._carried(area_id, turn, last, {})

    def _carried(self, area_id: int, turn: date, last: date, told: Told) -> Carried:
        inside = frozenset(place.area_id for place in self.places(area_id, "commune", turn))
        ways: dict[int, Ways] = {source: self.succession.ways(source, turn, told) for source in self._sources(last)}
        return Carried.of(ways, inside)


def key(code: str, since: date | None) -> str:
    """Of an area, anywhere and for ever: its first code, and the first day of that (none: before all records)."""
    return code if since is None else f"{code}@{since}"


_remembered: WeakKeyDictionary[Reader, tuple[int, Atlas]] = WeakKeyDictionary()


@dataclass(frozen=True)
class View:
    """An area on a map, and how the areas of the records lie in it."""

    atlas: Atlas
    area_id: int
    on_map: date
    carried: Carried

    def places(self, level: str) -> list[Place]:
        """The areas of a level within it, by code."""
        return self.atlas.places(self.area_id, level, self.atlas.turn(self.on_map))

    def above(self, level: str) -> dict[int, int]:
        """The area of a level in which each commune lies."""
        return self.atlas.above(level, self.atlas.turn(self.on_map))


async def atlas(reader: Reader, reformed: int) -> Atlas:
    """The maps as they are since the last reform."""
    known = _remembered.get(reader)
    if known is None or known[0] != reformed:
        known = _remembered[reader] = (reformed, await _read(reader))
    return known[1]


async def _read(reader: Reader) -> Atlas:
    versions, within, changes = [await reader.fetch(statement) for statement in (VERSIONS, WITHIN, CHANGES)]
    return Atlas(
        [Version._make((*row, Period(since, until))) for *row, since, until in map(tuple, versions)],
        [Within._make((*row, Period(since, until))) for *row, since, until in map(tuple, within)],
        [AreaChange(*row) for row in map(tuple, changes)],
    )


async def view(
    reader: Reader,
    reformed: int,
    rule: int,
    area_id: int,
    on_map: date,
    last: date,
    then: date | None,
    posting: int | None = None,
) -> View:
    """How what was recorded up to a day lies in an area, on a map: as far as children were told."""
    return await view_of(reader, await atlas(reader, reformed), rule, area_id, on_map, last, then, posting)


async def view_of(
    reader: Reader,
    maps: Atlas,
    rule: int,
    area_id: int,
    on_map: date,
    last: date,
    then: date | None,
    posting: int | None = None,
) -> View:
    """The same by given maps, which need not be those of now."""
    asked = maps.asked(area_id, maps.turn(on_map), maps.turn(last))
    told: Told = {}
    if asked:
        rows = await reader.fetch(TOLD, rule, *map(list, zip(*asked, strict=True)), then, posting)
        told = {Settled(*row[:3]): row[3] for row in map(tuple, rows)}
    return View(maps, area_id, on_map, maps.carried(area_id, on_map, last, told))


async def areas_of_commune(reader: Reader, code: str, on: date, pointer: str = "/commune") -> list[int]:
    """The areas of records that lie in a commune of the map of a day, at least in part: whoever was recorded in an area
    that has been divided since may live here until somebody tells."""
    return await _areas_in(reader, COMMUNE, code, on, pointer)


async def areas_asked(reader: Reader, commune: str | None, area: str | None, on: date) -> list[int] | None:
    """The same of a commune or an area of any level with all that lies in it; none where neither is asked for."""
    if commune is not None and area is not None:
        raise Refusal("area_beside_commune", "/area")
    if area is not None:
        return await _areas_in(reader, AREA, area, on, "/area")
    return None if commune is None else await areas_of_commune(reader, commune, on)


async def _areas_in(reader: Reader, found_by: str, code: str, on: date, pointer: str) -> list[int]:
    found = await reader.fetchrow(found_by, code, on)
    if found is None:
        raise Refusal("area_not_on_map", pointer)
    maps = await atlas(reader, found["reformed"])
    return list(maps.carried(found["area_id"], on, on, {}).places)
