"""What a question about figures names: programme, indicator and target, area, part of the children."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from service.database import Reader
from service.domain.attainment import Unit
from service.domain.measure import kind_of
from service.domain.period import Period
from service.domain.refusal import Refusal
from service.domain.target import Direction, Target, TargetUnit, applicable
from service.queries.maps import View

# The programme asked for, else the province's in force on the day, else its latest; of an indicator that the province's
# does not promise, one that does. It may count by another's rules. By the rule whose number is asked for; else by the
# one in force on the day (of two from the same day, the one adopted last; before the first, the first), of those that
# were known at the close of $4, if that is asked.
RULE = """
SELECT c.*, (SELECT day FROM posting WHERE number = c.first_posting) AS known_from
FROM counting_rule c
WHERE c.programme_code = coalesce(p.rules_of, p.code)
  AND CASE WHEN $3::integer IS NOT NULL THEN c.number = $3 AND c.state <> 'withdrawn'
      ELSE c.state = 'adopted' AND ($4::date IS NULL OR c.first_posting IS NULL
           OR (SELECT day FROM posting WHERE number = c.first_posting) <= $4) END
ORDER BY c.adopted_from > $2, abs(c.adopted_from - $2), c.first_posting DESC NULLS LAST, c.number LIMIT 1
"""
PROGRAMME = f"""
SELECT p.code, p.area_code, lower(p.during) AS start, upper(p.during) AS until,
       r.id AS rule, r.programme_code || '/' || r.number AS rule_name, p.denominator_source,
       r.state AS rule_state, r.known_from AS rule_known_from,
       ARRAY(SELECT b.code FROM age_band b WHERE b.rule = r.id) AS age_bands,
       (SELECT page_horizon FROM register) AS page_horizon,
       (SELECT reformed FROM register) AS reformed
FROM programme p LEFT JOIN LATERAL ({RULE}) r ON true
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM target t WHERE t.programme_code = p.code AND t.indicator_code = $5::text)) i (promised)
WHERE CASE WHEN $1::text IS NULL THEN p.level = 'province' OR i.promised ELSE p.code = $1 END
ORDER BY i.promised DESC, p.level = 'province' DESC, p.during @> $2::date DESC, upper(p.during) DESC LIMIT 1
"""
PROGRESS = "SELECT done, total FROM rule_posting WHERE rule = $1"
# Each with every target of the programme, and of the area asked about.
INDICATORS = """
SELECT i.code, i.numerator, i.denominator, i.unit,
       t.direction, t.value, t.due_on, t.unit, lower(t.during), upper(t.during), t.revision, t.area_id IS NOT NULL
FROM indicator i JOIN target t ON t.indicator_code = i.code AND t.programme_code = $1
    AND (t.area_id IS NULL OR t.area_id = $3)
WHERE $2::text IS NULL OR i.code = $2
ORDER BY i.position
"""
# Of the areas of a level within an area, by the code that they have on the map. $5 map · $6 on
OWN_TARGETS = """
SELECT v.code, t.direction, t.value, t.due_on, t.unit, lower(t.during), upper(t.during), t.revision, true
FROM target t
JOIN area_within w ON w.area_id = t.area_id AND w.ancestor_id = $3 AND w.area_level = $4 AND w.during @> $5::date
JOIN area_version v ON v.area_id = t.area_id AND v.during @> $5::date
WHERE t.programme_code = $1 AND t.indicator_code = $2 AND t.during @> $6::date
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
    """What is counted over what, and the target it is held to. Without a numerator, it cannot be measured here.

    `target` is that of the day asked about, `targets` are those of every day.
    """

    code: str
    numerator: str | None
    denominator: str | None
    unit: Unit
    target: Target
    targets: tuple[Target, ...] = ()

    @property
    def counted(self) -> str:
        """The measure that is counted; refuses an indicator that has none."""
        if self.numerator is None:
            raise Refusal("indicator_not_measured")
        return self.numerator


@dataclass(frozen=True)
class Programme:
    """The programme that a question is about, and the rule by which it counts. `rule_known_from`: the day of the first
    posting by it; null as long as the ledger."""

    code: str
    area_code: str
    start: date
    until: date | None  # null of what is in force until it is repealed
    rule: int
    rule_name: str
    rule_state: str
    rule_known_from: date | None
    denominator_source: Literal["register", "official"]
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
        """The category to count for each measure: every one, where it is about no kind of them."""
        return ["all" if measure is None or kind_of(measure) is None else self.category for measure in measures]


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


async def programme(
    reader: Reader,
    code: str | None,
    on: date,
    rule: str | None = None,
    known: date | None = None,
    pointer: str | None = None,
    indicator: str | None = None,
) -> Programme:
    """The programme (of an `indicator`, one that promises it), by the rule named (`hung-yen-2016-2020/2`, or its
    number), or else by the one in force on a day.

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
    found = await reader.fetchrow(PROGRAMME, code, on, number, known, indicator)
    if found is None:
        raise Refusal("programme_unknown", pointer)
    if found["rule"] is None:
        raise Refusal("rule_unknown", "/rule")
    if found["rule_state"] == "draft":
        raise Refusal("rule_not_adopted", "/rule", rule=found["rule_name"])
    if found["rule_state"] == "posting":
        progress = await reader.fetchrow(PROGRESS, found["rule"])
        done = dict(progress) if progress else {}  # adopted since
        raise Refusal("rule_still_posting", "/rule", rule=found["rule_name"], **done)
    return Programme(**found)


async def indicators(
    reader: Reader, programme: Programme, on: date, code: str | None = None, area_id: int | None = None
) -> list[Indicator]:
    """The indicators of a programme (or the one of that code) with the target of a day, an area's own before others."""
    rows = await reader.fetch(INDICATORS, programme.code, code, area_id)
    if code is not None and not rows:
        raise Refusal("indicator_unknown")
    targets: dict[tuple[Any, ...], list[Target]] = {}
    for row in rows:
        targets.setdefault(tuple(row)[:4], []).append(dated_target(*tuple(row)[4:]))
    found = [
        Indicator(name, numerator, denominator, unit, target, tuple(every))
        for (name, numerator, denominator, unit), every in targets.items()
        if (target := applicable(every, on))
    ]
    if code is not None and not found:
        raise Refusal("target_not_yet", "/on")
    return found


def dated_target(
    direction: Direction,
    value: Decimal,
    due_on: date,
    unit: TargetUnit,
    start: date | None,
    until: date | None,
    revision: int,
    own: bool,
) -> Target:
    return Target(direction, Fraction(value), due_on, unit, Period(start, until), revision, own)


async def own_targets(reader: Reader, asked: "Question", level: str) -> dict[str, Target]:
    """The areas of a level that have a target of their own, and which it is on the day."""
    named = (asked.programme.code, asked.indicator.code)
    rows = await reader.fetch(OWN_TARGETS, *named, asked.area.area_id, level, asked.view.on_map, asked.on)
    targets: dict[str, list[Target]] = {}
    for code, *terms in rows:
        targets.setdefault(code, []).append(dated_target(*terms))
    return {code: target for code, every in targets.items() if (target := applicable(every, asked.on))}


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
