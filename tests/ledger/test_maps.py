"""Figures on the map of any day, known at the close of any other, after random reforms: as counted by hand."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from uuid import UUID

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from service.domain.area_history import AreaHistory, containment
from service.domain.attainment import Measurement
from service.domain.reform import Line, Reform, Unit, reformed
from service.domain.target import Target
from service.queries import stocks
from service.queries.attainment import Area, Indicator, Programme, Question, Split
from service.queries.maps import Atlas, Version, View, Within
from service.reference import hung_yen
from tests.ledger.answers import COMMUNES, Cut, days_of
from tests.ledger.histories import DAYS, cuts, profile
from tests.ledger.records import History
from tests.ledger.reference import count
from tests.ledger.tables import EMPTY, MAP, Step, post, undone, write
from tests.ledger.test_known import dated_stories

KNOWN = hung_yen()
MAP_DAYS = [date(2016, 1, 1), date(2018, 6, 30), date(2018, 7, 1), date(2020, 1, 1), date(2025, 1, 1), date(2025, 7, 1)]
RATE = Indicator("special_rate", "special", "children", "ratio", Target("below", Fraction(4, 1000), date(2020, 12, 31)))
PROVINCE = next(v.area for v in KNOWN.versions if v.code == "33" and MAP in v.during)


@st.composite
def reforms(draw: st.DrawFn) -> AreaHistory:
    """The real map after a commune of the records was divided, or two of them made one, or neither."""
    history = KNOWN
    if draw(st.booleans()):
        old, share = draw(st.sampled_from(COMMUNES)), draw(st.sampled_from([None, "0", "0.25", "0.5"]))
        shares = [None, None] if share is None else [Decimal(share), 1 - Decimal(share)]
        lines = tuple(Line("split_into", old, new, part) for new, part in zip(("11902", "11903"), shares, strict=True))
        units = (Unit("11902", "Trên", "commune", "329"), Unit("11903", "Dưới", "commune", "329"))
        history = reformed(history, Reform(UUID(int=1), date(2018, 7, 1), "1", units, lines))
    if draw(st.booleans()):
        standing = {v.code for v in history.versions if date(2019, 12, 31) in v.during}
        codes = [code for code in COMMUNES if code in standing][:2]
        lines = tuple(Line("merged_into", code, "11901") for code in codes)
        unit = (Unit("11901", "Chung", "commune", "329"),)
        history = reformed(history, Reform(UUID(int=2), date(2020, 1, 1), "2", unit, lines))
    return history


def atlas(history: AreaHistory) -> Atlas:
    level = {area.key: (area.level, area.covered) for area in history.areas}
    return Atlas(
        [Version(v.area, *level[v.area], v.code, v.code, v.during) for v in history.versions],
        [Within(c.area, level[c.area][0], c.ancestor, c.level, c.during) for c in containment(history.versions)],
        [change for change in history.changes if level[change.predecessor][0] == "commune"],
    )


@dataclass(frozen=True)
class Places:
    """Where the people of an area are, walked from change to change in the order of days."""

    history: AreaHistory

    def of(self, area: int, on_map: date) -> dict[int, Fraction]:
        lives = [v.during for v in self.history.versions if v.area == area]
        starts = min(life.start or date.min for life in lives)
        ends = max(life.until or date.max for life in lives)
        people = {area: Fraction(1)}
        for day in sorted({c.effective_on for c in self.history.changes}):
            if ends <= day <= on_map:
                people = self.moved(people, day, forwards=True)
        for day in sorted({c.effective_on for c in self.history.changes}, reverse=True):
            if on_map < day <= starts:
                people = self.moved(people, day, forwards=False)
        return people

    def moved(self, people: Mapping[int, Fraction], day: date, *, forwards: bool) -> dict[int, Fraction]:
        after: dict[int, Fraction] = defaultdict(Fraction)
        for area, part in people.items():
            lines = [
                c
                for c in self.history.changes
                if c.effective_on == day
                and c.successor not in (None, c.predecessor)
                and (c.predecessor if forwards else c.successor) == area
            ]
            known = forwards and all(c.share is not None for c in lines)
            for c in lines:
                to = c.successor if forwards else c.predecessor
                assert to is not None
                after[to] += part * (Fraction(c.share or 0) if known else Fraction(1, len(lines)))
            if not lines:
                after[area] += part
        return {area: part for area, part in after.items() if part}


def divided(number: int, parts: Mapping[int, Fraction], room: Mapping[int, int] | None = None) -> dict[int, int]:
    """Seat by seat: the whole ones first, then one each by the largest remainder, as long as there is room."""
    given = {area: int(number * part) for area, part in parts.items()}
    while sum(given.values()) < number:
        free = [area for area in parts if room is None or given[area] < room[area]]
        best = max(free, key=lambda area: (number * parts[area] - given[area], -area))
        given[best] += 1
    return given


def by_hand(history: History, places: Places, on: date, on_map: date, part: Cut) -> dict[str, tuple[int, int]]:
    """Special children and all children by commune of the map, without the zeros."""
    figures: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for code in COMMUNES:
        area = next(v.area for v in KNOWN.versions if v.code == code and MAP in v.during)
        special, children = (
            count(history, measure, code, on, category, part.sex, part.age_band, part.rule)
            for measure, category in (("special", part.category), ("children", "all"))
        )
        to = places.of(area, on_map)
        everyone = divided(children, to)
        counted = divided(special, to, everyone)
        for target in to:
            figures[target][0] += counted[target]
            figures[target][1] += everyone[target]
    name = {v.area: v.code for v in places.history.versions if on_map in v.during}
    return {name[area]: (n, d) for area, (n, d) in figures.items() if n or d}


def province_on(history: AreaHistory, on_map: date) -> int:
    return next(v.area for v in history.versions if v.code == "33" and on_map in v.during)


@profile(40)
@given(story=dated_stories(), history=reforms(), cut=cuts(), data=st.data())
async def test_figures_on_every_map_as_known_on_every_day_are_those_counted_by_hand(
    connection: asyncpg.Connection, story: list[tuple[date, Step]], history: AreaHistory, cut: Cut, data: st.DataObject
) -> None:
    if cut.category not in ("all", "a", "a.1", "d", "d.2"):
        cut = Cut("all", cut.sex, cut.age_band, cut.rule)
    maps, places, records, said = atlas(history), Places(history), EMPTY, {date(2000, 1, 1): EMPTY}
    days = sorted(
        {day for day in {*DAYS, *(d for _, step in story for h in step for d in days_of(h))} if day.year > 1999}
    )
    asked_days = data.draw(st.lists(st.sampled_from(days), min_size=1, max_size=3))
    horizon = await connection.fetchval("SELECT page_horizon FROM register")
    counting = (cut.rule.id, "p/1", "adopted", None, "register", [code for code, _ in cut.rule.age_bands])
    programme = Programme("p", "33", date(2016, 1, 1), date(2021, 1, 1), *counting, horizon, 0)
    async with undone(connection):
        for day, (_, step) in zip(sorted(day for day, _ in story), story, strict=True):
            await post(connection, await write(connection, records, *step), day)
            said[day] = records = step[-1]
        for on, on_map, (known, then) in product(asked_days, MAP_DAYS, [*said.items(), (date.max, records)]):
            province = province_on(history, on_map)
            view = View(maps, province, on_map, maps.carried(province, on_map, on, {}))
            area = Area(province, "33", "", "province", "province", True)
            split = Split(cut.category, cut.sex, cut.age_band)
            past = known != date.max
            asked = Question(programme, split, area, view, known, False, past, RATE, on)
            rows = await stocks.by_area(connection, asked, "commune")
            found = {row.area: row.trend.now for row in rows if row.trend.now != Measurement(0, 0)}
            wanted = by_hand(then, places, on, on_map, cut)
            assert found == wanted
            whole = (await stocks.over_time(connection, asked, [RATE], [on]))["special_rate", on]
            assert whole.now == tuple(map(sum, zip((0, 0), *wanted.values(), strict=True)))
            assert whole.certainty.exact
