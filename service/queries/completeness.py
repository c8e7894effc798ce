"""Which registers were touched in the period of a figure, and when last: in a whole area, or in each one of a level."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from service.database import Reader
from service.domain.completeness import Touched, days_of
from service.queries.maps import View

# $1 areas of records · $2, $3 first and last day of the period · $4 known
LAST = """
SELECT t.area_id, t.in_period >= $2 AS touched, t.by_day, upper(daterange($2::date, $3::date, '[]')) AS until
FROM (SELECT) one LEFT JOIN last_touches($1::integer[], $3, $4) t ON true
"""
LAST_AT = LAST.replace("last_touches($1::integer[], $3, $4)", "last_touches_at($1::integer[], $3, $4, $5)")
UNCOVERED = Touched(0, 0, [], None)


@dataclass(frozen=True)
class Completeness:
    """Of a period (half-open): of the area asked about, and of those of a level within it, by code."""

    start: date
    until: date
    whole: Touched
    by: dict[str, Touched]

    def of(self, code: str) -> Touched:
        return self.by.get(code, UNCOVERED)

    def shown(self) -> dict[str, object]:
        of = self.whole
        return {
            "period": {"from": self.start, "until": self.until},
            "touched": of.touched,
            "communes": of.communes,
            "share": of.share,
            "late": of.late,
        }


async def completeness(
    reader: Reader, view: View, on: date, known: date, level: str | None = None, posting: int | None = None
) -> Completeness:
    """Of the communes of an area on a map, for a day, as known at the close of another (or up to a posting of it);
    with a level, also by area."""
    start, last = days_of(on, known)
    asked = (list(view.carried.places), start, last, known)
    found = await (reader.fetch(LAST, *asked) if posting is None else reader.fetch(LAST_AT, *asked, posting))
    rows = [tuple(row) for row in found]
    communes = touched_communes(
        view, {area: (touched, by_day) for area, touched, by_day, _ in rows if area is not None}
    )
    by: dict[str, Touched] = {}
    if level is not None:
        above = view.above(level)
        within: dict[int, list[Touched]] = defaultdict(list)
        for commune, of in communes.items():
            within[above[commune]].append(of)
        by = {place.code: together(within[place.area_id]) for place in view.places(level) if within[place.area_id]}
    return Completeness(start, rows[0][-1], together(list(communes.values())), by)


def touched_communes(view: View, last: dict[int, tuple[bool | None, date | None]]) -> dict[int, Touched]:
    """By commune of the map that the register covers: whether any of the areas that lie in it, whole or in part, was
    touched in the period, and when one of them was last."""
    sources: dict[int, list[int]] = defaultdict(list)
    for source, target in view.carried.whole.items():
        sources[target].append(source)
    for source, ways in view.carried.parted.items():
        for target in ways:
            sources[target].append(source)
    communes = {}
    for place in view.places("commune"):
        if place.covered:
            found = [last[source] for source in sources[place.area_id] if source in last]
            touched = any(in_period for in_period, _ in found)
            day = max((by_day for _, by_day in found if by_day is not None), default=None)
            communes[place.area_id] = Touched(1, int(touched), [] if touched else [place.code], day)
    return communes


def together(parts: list[Touched]) -> Touched:
    """Several areas at once."""
    if len(parts) == 1:
        return parts[0]
    touched = [part.last for part in parts if part.last is not None]
    return Touched(
        sum(part.communes for part in parts),
        sum(part.touched for part in parts),
        sorted(code for part in parts for code in part.late),
        max(touched, default=None),
    )
