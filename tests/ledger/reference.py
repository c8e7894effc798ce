"""What each measure means, counted the slow way: day by day, child by child, straight from the records."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date

from tests.ledger.records import Case, Child, Circumstance, History, Residence, Site, Stage

PARENT = {"a.1": "a", "d.2": "d"}
AT_RISK = {"poor_household", "parents_away"}
PART_OF = {f"{level}.{n}": level for level in ("support", "intervention") for n in (1, 2)}  # of measures


@dataclass(frozen=True)
class Rule:
    """What counts, and makes a child assisted; None is everything, and a group includes what it consists of."""

    id: int
    age_bands: tuple[tuple[str, range], ...]
    categories: frozenset[str] | None = None
    case_kinds: frozenset[str] | None = None
    measures: frozenset[str] | None = None


def chooses(chosen: frozenset[str] | None, code: str, group: str | None = None) -> bool:
    return chosen is None or code in chosen or group in chosen


BANDS = ("0-2", "3-5", "6-10", "11-15")
EVERYTHING = Rule(1, tuple(zip(BANDS, (range(3), range(3, 6), range(6, 11), range(11, 16)), strict=True)))
CHOOSING = Rule(
    200,
    tuple(zip(BANDS, (range(3), range(3, 6), range(6, 9), range(9, 16)), strict=True)),  # the words of the first
    categories=frozenset({"1", "d.2", "a", "poor_household"}),
    case_kinds=frozenset({"protection"}),
    measures=frozenset({"support", "intervention.1"}),
)


def birthday(born: date, age: int) -> date:
    year = born.year + age
    on_leap_day = (born.month, born.day) == (2, 29)
    return date(year, 2, 28) if on_leap_day and not isleap(year) else born.replace(year=year)


def completed_years(born: date, day: date) -> int:
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1


def holds(record: Residence | Circumstance | Case | Stage, day: date) -> bool:
    return record.start <= day and (record.until is None or day < record.until)


def lives_in(history: History, child: Child, area: str, day: date) -> bool:
    return any(r.child == child.id and r.area == area and holds(r, day) for r in history.residences)


def categories_of(history: History, child: Child, day: date, rule: Rule) -> set[str]:
    """Those that hold on the day, as far as they count: beside a special one that counts, no risk does."""
    holding = {c.category for c in history.circumstances if c.child == child.id and holds(c, day)}
    holding = {c for c in holding if chooses(rule.categories, c, PARENT.get(c))}
    return holding - AT_RISK or holding


def is_assisted(history: History, child: Child, day: date, rule: Rule) -> bool:
    of_child = [c for c in history.cases if c.child == child.id and chooses(rule.case_kinds, c.kind)]
    open_cases = [c.id for c in of_child if holds(c, day)]
    given = [i for i in history.interventions if chooses(rule.measures, i.measure, PART_OF.get(i.measure))]
    return any(i.case in open_cases and i.start <= day for i in given)


def counts(history: History, child: Child, measure: str, day: date, category: str, rule: Rule) -> bool:
    if measure == "children":
        return True
    if measure.endswith("_assisted") and not is_assisted(history, child, day, rule):
        return False
    at_risk = measure.removesuffix("_assisted") == "at_risk"
    categories = {c for c in categories_of(history, child, day, rule) if (c in AT_RISK) == at_risk}
    return any(category in ("all", c, PARENT.get(c)) for c in categories)


def is_model(history: History, site: Site, day: date) -> bool:
    return any(s.site == site.id and s.stage in ("completed", "replicated") and holds(s, day) for s in history.stages)


def count(
    history: History,
    measure: str,
    area: str,
    day: date,
    category: str = "all",
    sex: str = "all",
    age_band: str = "all",
    rule: Rule = EVERYTHING,
) -> int:
    """How many children (of `model`: sites, which have neither sex nor age) count in the area on the day."""
    if measure == "model":
        asked = (sex, age_band) == ("all", "all")
        return sum(asked and site.area == area and is_model(history, site, day) for site in history.sites)
    total = 0
    for child in history.children:
        age = completed_years(child.born, day)
        if not 0 <= age < 16 or sex not in ("all", child.sex):
            continue
        if age_band != "all" and age not in dict(rule.age_bands)[age_band]:
            continue
        total += lives_in(history, child, area, day) and counts(history, child, measure, day, category, rule)
    return total
