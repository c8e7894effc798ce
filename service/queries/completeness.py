"""Which registers were touched in the period of a figure, and when last: in a whole area, or in each one of a level."""

from dataclasses import dataclass
from datetime import date

from service.database import Reader
from service.domain.completeness import Touched, days_of

# $1 area · $2 on · $3, $4 first and last day of the period · $5 known. Of communes that the register covers.
LAST = """
last_touches(ARRAY(
    SELECT w.area_id FROM area_within w JOIN area a ON a.id = w.area_id AND a.covered
    WHERE w.ancestor_id = $1 AND w.area_level = 'commune' AND w.during @> $2::date), $4, $5)
"""
PERIOD = "upper(daterange($3::date, $4::date, '[]'))"
WHOLE = f"""
WITH t AS MATERIALIZED (SELECT * FROM {LAST})
SELECT NULL AS code, count(*) AS communes, count(*) FILTER (WHERE t.in_period >= $3) AS touched,
       ARRAY(SELECT v.code FROM t l JOIN area_version v ON v.area_id = l.area_id AND v.during @> $2::date
             WHERE coalesce(l.in_period < $3, true) ORDER BY v.code COLLATE "C") AS late,
       max(t.by_day) AS last, {PERIOD} AS until
FROM t
"""
BY_LEVEL = f"""
SELECT v.code, count(*) AS communes, count(*) FILTER (WHERE t.in_period >= $3) AS touched,
       coalesce(array_agg(c.code) FILTER (WHERE coalesce(t.in_period < $3, true)), '{{}}') AS late,
       max(t.by_day) AS last, {PERIOD} AS until
FROM {LAST} t
JOIN area_within up ON up.area_id = t.area_id AND up.ancestor_level = $6 AND up.during @> $2::date
JOIN area_version v ON v.area_id = up.ancestor_id AND v.during @> $2::date
JOIN area_version c ON c.area_id = t.area_id AND c.during @> $2::date
GROUP BY v.code
"""
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


async def completeness(reader: Reader, area_id: int, on: date, known: date, level: str | None = None) -> Completeness:
    """Of the communes of an area on the map of a day, as known at the close of another; with a level, also by area."""
    start, last = days_of(on, known)
    asked = (area_id, on, start, last, known)
    rows = await (reader.fetch(BY_LEVEL, *asked, level) if level else reader.fetch(WHOLE, *asked))
    if not rows:  # nothing that the register covers
        rows = await reader.fetch(WHOLE, *asked)
    by = {row["code"]: Touched(row["communes"], row["touched"], row["late"], row["last"]) for row in rows}
    return Completeness(start, rows[0]["until"], together(list(by.values())), by)


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
