"""What a question about figures names: programme, indicator and target, area, part of the children."""

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from service.database import Reader
from service.domain.attainment import Unit
from service.domain.refusal import Refusal
from service.domain.target import Target
from service.queries.maps import View

# The programme asked for, else the one in force on the day, else the latest. By the rule whose number is asked for;
# else by the one in force on the day (of two from the same day, the one adopted last; before the first, the first), of
# those that were known at the close of $4, if that is asked.
RULE = """
SELECT c.*, (SELECT day FROM posting WHERE number = c.first_posting) AS known_from
FROM counting_rule c
WHERE c.programme_code = p.code
  AND CASE WHEN $3::integer IS NOT NULL THEN c.number = $3 AND c.state <> 'withdrawn'
      ELSE c.state = 'adopted' AND ($4::date IS NULL OR c.first_posting IS NULL
           OR (SELECT day FROM posting WHERE number = c.first_posting) <= $4) END
ORDER BY c.adopted_from > $2, abs(c.adopted_from - $2), c.first_posting DESC NULLS LAST, c.number LIMIT 1
"""
PROGRAMME = f"""
SELECT p.code, p.area_code, lower(p.during) AS start, upper(p.during) AS until,
       r.id AS rule, p.code || '/' || r.number AS rule_name, r.state AS rule_state, r.known_from AS rule_known_from,
       ARRAY(SELECT b.code FROM age_band b WHERE b.rule = r.id) AS age_bands,
       (SELECT page_horizon FROM register) AS page_horizon,
       (SELECT reformed FROM register) AS reformed
FROM programme p LEFT JOIN LATERAL ({RULE}) r ON true
WHERE $1::text IS NULL OR p.code = $1
ORDER BY p.during @> $2::date DESC, upper(p.during) DESC LIMIT 1
"""
PROGRESS = "SELECT done, total FROM rule_posting WHERE rule = $1"
INDICATORS = """
SELECT i.code, i.numerator, i.denominator, i.unit, t.direction, t.value, t.due_on
FROM indicator i
JOIN LATERAL (SELECT * FROM target t WHERE t.indicator_code = i.code AND t.programme_code = $1
              ORDER BY t.due_on < $2::date, abs(t.due_on - $2::date) LIMIT 1) t ON true
WHERE $3::text IS NULL OR i.code = $3
ORDER BY i.position
"""
# Whoever is assigned to the province reaches every area, also those that it was made of.
AREA = """
SELECT v.area_id, v.code, v.name, v.kind, a.level,
       EXISTS (SELECT FROM assignment_area r WHERE r.assignment_id = $3 AND r.area_id = v.area_id)
       OR EXISTS (SELECT FROM assignment g JOIN area p ON p.id = g.area_id
                  WHERE g.id = $3 AND p.level = 'province' AND p.covered) AS reached
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
    """The programme that a question is about, and the rule by which it counts. `rule_known_from`: the day of the first
    posting by it; null as long as the ledger."""

    code: str
    area_code: str
    start: date
    until: date
    rule: int
    rule_name: str
    rule_state: str
    rule_known_from: date | None
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

    `past`: known on an earlier day than today. `rounded`: to a caller without the records of the area, as known at the
    close of the day.
    """

    programme: Programme
    split: Split
    area: Area
    view: View
    known: date
    rounded: bool
    past: bool

    @property
    def then(self) -> date | None:
        """The past day at whose close it was known; None is now."""
        return self.known if self.past else None


@dataclass(frozen=True)
class Question(Asked):
    """Which indicator, on which day."""

    indicator: Indicator
    on: date


async def programme(
    reader: Reader, code: str | None, on: date, rule: str | None = None, known: date | None = None
) -> Programme:
    """The programme, by the rule named (`hung-yen-2016-2020/2`, or its number), or else by the one in force on a day.

    `known` leaves the choice to the rules that were known at the close of that day. Refuses rules by which nothing is
    counted, or not everything yet.
    """
    number = None
    if rule is not None:
        of_rule, _, text = rule.rpartition("/")
        code = code or of_rule or None
        if not re.fullmatch(r"[0-9]{1,4}", text) or of_rule not in ("", code):
            raise Refusal("rule_unknown", "/rule")
        number = int(text)
    found = await reader.fetchrow(PROGRAMME, code, on, number, known)
    if found is None:
        raise Refusal("programme_unknown")
    if found["rule"] is None:
        raise Refusal("rule_unknown", "/rule")
    if found["rule_state"] == "draft":
        raise Refusal("rule_not_adopted", "/rule", rule=found["rule_name"])
    if found["rule_state"] == "posting":
        progress = await reader.fetchrow(PROGRESS, found["rule"])
        done = dict(progress) if progress else {}  # adopted since
        raise Refusal("rule_still_posting", "/rule", rule=found["rule_name"], **done)
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
