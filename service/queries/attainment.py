"""What a question about figures names: programme, indicator and target, area, part of the children."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from uuid import UUID

from service.database import Reader
from service.domain.attainment import Unit
from service.domain.refusal import Refusal
from service.domain.target import Target
from service.queries.maps import View

# The programme asked for, else the one in force on the day, else the latest.
PROGRAMME = """
SELECT p.code, p.area_code, lower(p.during) AS start, upper(p.during) AS until,
       r.id AS rule, p.code || '/' || r.number AS rule_name,
       ARRAY(SELECT b.code FROM age_band b WHERE b.rule = r.id) AS age_bands,
       (SELECT page_horizon FROM register) AS page_horizon,
       0::bigint AS reformed
FROM programme p JOIN counting_rule r ON r.programme_code = p.code
WHERE $1::text IS NULL OR p.code = $1
ORDER BY p.during @> $2::date DESC, upper(p.during) DESC, r.number DESC LIMIT 1
"""
INDICATORS = """
SELECT i.code, i.numerator, i.denominator, i.unit, t.direction, t.value, t.due_on
FROM indicator i
JOIN LATERAL (SELECT * FROM target t WHERE t.indicator_code = i.code AND t.programme_code = $1
              ORDER BY t.due_on < $2::date, abs(t.due_on - $2::date) LIMIT 1) t ON true
WHERE $3::text IS NULL OR i.code = $3
ORDER BY i.position
"""
# Whoever is assigned to the province reaches every area, also those that it was made of.
REACHED = """(
       EXISTS (SELECT FROM assignment_area r WHERE r.assignment_id = $3 AND r.area_id = v.area_id)
       OR EXISTS (SELECT FROM assignment g JOIN area p ON p.id = g.area_id
                  WHERE g.id = $3 AND p.level = 'province' AND p.covered))"""
AREA = f"""
SELECT v.area_id, v.code, v.name, v.kind, a.level, {REACHED} AS reached
FROM area_version v JOIN area a ON a.id = v.area_id WHERE v.code = $1 AND v.during @> $2::date
"""


@dataclass(frozen=True)
class Area:
    """The area asked about, as it was called on the day. `reached`: by the caller's assignment."""

    area_id: int
    code: str
    name: str
    kind: str
    level: str
    reached: bool

    def shown(self) -> dict[str, str]:
        return {"code": self.code, "name": self.name, "kind": self.kind}


@dataclass(frozen=True)
class Indicator:
    """What is counted over what, and the target it is held to."""

    code: str
    numerator: str
    denominator: str | None
    unit: Unit
    target: Target


@dataclass(frozen=True)
class Programme:
    """The programme that a question is about, and the rule by which it counts."""

    code: str
    area_code: str
    start: date
    until: date
    rule: int
    rule_name: str
    age_bands: list[str]
    page_horizon: date
    reformed: int  # when maps were last changed


@dataclass(frozen=True)
class Split:
    """Which part of the children: `all` is no split."""

    category: str = "all"
    sex: str = "all"
    age_band: str = "all"

    def categories(self, *measures: str | None) -> list[str]:
        """The category to count for each measure: of all children, every category."""
        return ["all" if measure in ("children", None) else self.category for measure in measures]


@dataclass(frozen=True)
class Asked:
    """In which programme, of which part of the children, in which area of which map, as known when.

    `past`: known on an earlier day than today, or up to a `posting`. `rounded`: to a caller without the records of the
    area, as known at the close of the day.
    """

    programme: Programme
    split: Split
    area: Area
    view: View
    known: date
    rounded: bool
    past: bool
    posting: int | None = field(default=None, kw_only=True)

    @property
    def then(self) -> date | None:
        """The past day at whose close it was known; None is now."""
        return self.known if self.past else None


@dataclass(frozen=True)
class Question(Asked):
    """Which indicator, on which day."""

    indicator: Indicator
    on: date


async def programme(reader: Reader, code: str | None, on: date, pointer: str | None = None) -> Programme:
    found = await reader.fetchrow(PROGRAMME, code, on)
    if found is None:
        raise Refusal("programme_unknown", pointer)
    return Programme(**found)


async def indicators(reader: Reader, programme: Programme, on: date, code: str | None = None) -> list[Indicator]:
    """The indicators of a programme (or the one of that code) with the target that is next on a day."""
    rows = await reader.fetch(INDICATORS, programme.code, on, code)
    if code is not None and not rows:
        raise Refusal("indicator_unknown")
    return [
        Indicator(
            r["code"],
            r["numerator"],
            r["denominator"],
            r["unit"],
            Target(r["direction"], Fraction(r["value"]), r["due_on"]),
        )
        for r in rows
    ]


async def area(reader: Reader, code: str, on: date, assignment_id: UUID, pointer: str = "/area") -> Area:
    found = await reader.fetchrow(AREA, code, on, assignment_id)
    if found is None:
        raise Refusal("area_not_on_map", pointer)
    return Area(**found)


async def first_posting(reader: Reader) -> date | None:
    """The day from which on something is known."""
    day: date | None = await reader.fetchval("SELECT min(day) FROM posting")
    return day


async def kind_of_category(reader: Reader, code: str) -> str:
    kind: str | None = await reader.fetchval("SELECT kind FROM category WHERE code = $1", code)
    if kind is None:
        raise Refusal("category_unknown", "/category")
    return kind
