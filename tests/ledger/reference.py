"""What each measure means, counted the slow way: day by day, child by child, straight from the records."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.ledger.records import Case, Child, Circumstance, Deadline, History, Residence, Site, Stage

PARENT = {"a.1": "a", "d.2": "d"}
AT_RISK = {"poor_household", "parents_away"}
PART_OF = {f"{level}.{n}": level for level in ("support", "intervention") for n in (1, 2)}  # of measures
LEVELS = ("prevention", "support", "intervention")
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


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


def day_of(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def open_since(history: History, case: Case, day: date) -> list[date]:
    """From which openings on the case is open on the day; from the first, everything that is recorded in it counts."""
    turns = sorted((t for t in history.turns if t.case == case.id), key=lambda t: t.at)
    endings = [t.at for t in turns if t.code != "reopening"]

    def ends(after: datetime | None) -> date | None:
        return next((day_of(at) for at in endings if after is None or at > after), case.until)

    openings = [(case.start, date.min, ends(None))]
    openings += [(day_of(t.at), day_of(t.at), ends(t.at)) for t in turns if t.code == "reopening"]
    return [counted for start, counted, end in openings if start <= day and (end is None or day < end)]


def is_managed(history: History, child: Child, day: date, rule: Rule, help_given: str) -> bool:
    """`managed`: a case is open; `assisted`: and a measure of it has started; of a level: one of this level has."""
    of_child = [c for c in history.cases if c.child == child.id and chooses(rule.case_kinds, c.kind)]
    opened = [(c.id, since) for c in of_child for since in open_since(history, c, day)]
    if help_given == "managed":
        return bool(opened)
    given = [i for i in history.interventions if chooses(rule.measures, i.measure, PART_OF.get(i.measure))]
    if help_given in LEVELS:
        given = [i for i in given if PART_OF.get(i.measure, i.measure) == help_given]
    return any(i.case == case and since <= i.start <= day for i in given for case, since in opened)


def was_kept(deadline: Deadline, day: date) -> bool | None:
    """Whether a deadline was met in time, or missed, by the end of the day; None as long as it is neither."""
    end_of_day = datetime.combine(day + timedelta(days=1), time(0), VIETNAM)
    stopped = [at for at in (deadline.met, deadline.lifted, deadline.paused) if at is not None and at <= deadline.due]
    if not stopped:
        return False if deadline.due < end_of_day else None
    return True if deadline.met is not None and deadline.met < end_of_day else None


def is_in_time(history: History, child: Child, day: date) -> bool | None:
    """Whether every deadline of the law was kept so far; None where none has been kept or missed."""
    of_child = [c for c in history.cases if c.child == child.id and c.kind == "protection"]
    told = []
    for case in of_child:
        for since in open_since(history, case, day):
            of_law = [d for d in history.deadlines if d.case == case.id and d.source == "law"]
            before = since - timedelta(days=1) if since > date.min else None
            # What was kept or missed before the case was reopened is over.
            told += [was_kept(d, day) for d in of_law if before is None or was_kept(d, before) is None]
    told = [kept for kept in told if kept is not None]
    return all(told) if told else None


def counts(history: History, child: Child, measure: str, day: date, category: str, rule: Rule) -> bool:
    if measure == "children":
        return True
    if measure in ("clocked", "clocked_in_time"):
        in_time = is_in_time(history, child, day)
        return in_time is not None if measure == "clocked" else in_time is True
    kind = "at_risk" if measure.startswith("at_risk") else "special"
    help_given = measure.removeprefix(kind).removeprefix("_")
    if help_given and not is_managed(history, child, day, rule, help_given):
        return False
    categories = {c for c in categories_of(history, child, day, rule) if (c in AT_RISK) == (kind == "at_risk")}
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
