"""On what the figures of an answer stand: the programme, the area, the day, and how much of it the caller receives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from service.access import Caller
from service.database import Reader
from service.domain.access import Permission
from service.domain.calendar import Every, last_closed_quarter
from service.domain.refusal import Refusal
from service.domain.small_numbers import Reason, too_much
from service.queries import attainment as measured
from service.queries import maps
from service.queries.attainment import Area, Asked, Indicator, Programme, Question, Split
from service.routers.figures import FigureAsked, Level, Moment, check_split

WHOLE = Split()
LEVELS = ["province", "district", "commune"]


@dataclass(frozen=True)
class Ground(Asked):
    """What every figure of an answer about one day has in common."""

    on: date

    def question(self, indicator: Indicator) -> Question:
        return Question(**vars(self), indicator=indicator)


def receives_exact(caller: Caller, area: Area) -> bool:
    """Who may see the records of an area is told its figures as they are; everybody else, rounded aggregates."""
    return Permission.SEE_RECORDS in caller.role.permissions and area.reached


async def ground(
    reader: Reader,
    caller: Caller,
    code: str | None,
    asked: Moment,
    today: date,
    split: Split = WHOLE,
    by: Level | None = None,
    exact_only: Reason | None = None,
    more: int = 0,
    indicator: str | None = None,
) -> Ground:
    """The ground of figures of one day; refuses what has no answer, or none for this caller.

    `more`: by how many things they are broken down beside areas and the filters. `indicator`: the one asked about.
    No day means today, or to whoever receives rounded aggregates the end of the last closed quarter: with `exact_only`,
    they are refused for this reason.
    """
    on = asked.on or today
    programme = await measured.programme(reader, code, on, asked.rule, indicator=indicator)
    on_map = map_of(asked.map, on)
    area = await measured.area(reader, asked.area or programme.area_code, on_map, caller.assignment_id)
    exact = receives_exact(caller, area)
    if exact:
        known = await known_on(reader, asked.known, today)
    elif exact_only:
        raise aggregates_only(exact_only)
    elif asked.on is None:
        at_close = asked.model_copy(update={"on": last_closed_quarter(today)})
        return await ground(reader, caller, code, at_close, today, split, by, more=more, indicator=indicator)
    else:
        # By the rule of which one knew then.
        programme = await measured.programme(reader, programme.code, on, asked.rule, known=on)
        parts = breakdowns(programme, area, split, by, asked.rule) + more
        check_aggregates([on], asked.map, asked.known, parts, today)
        known = on
    check_rule(programme, known)
    past = not exact or known < today
    view = await maps.view(
        reader, programme.reformed, programme.rule, area.area_id, on_map, on, known if past else None
    )
    return Ground(programme, split, area, view, known, rounded=not exact, past=past, on=on)


async def on_another_map(reader: Reader, q: Question, area: Area, on_map: date) -> Question:
    """The same question about an area of another map."""
    programme = q.programme
    view = await maps.view(reader, programme.reformed, programme.rule, area.area_id, on_map, q.on, q.then)
    return replace(q, area=area, view=view)


async def question(
    reader: Reader,
    caller: Caller,
    code: str,
    asked: FigureAsked,
    today: date,
    by: Level | None = None,
    exact_only: Reason | None = None,
    more: int = 0,
) -> Question:
    """What is asked of an indicator on a day; refuses what has no answer, or none for this caller."""
    found = await ground(reader, caller, asked.programme, asked, today, asked.split, by, exact_only, more, code)
    (indicator,) = await measured.indicators(reader, found.programme, found.on, code, found.area.area_id)
    if exact_only and indicator.numerator is None:
        raise Refusal("indicator_not_measured")
    await check_split(reader, found.programme, indicator, asked.split)
    return found.question(indicator)


def map_of(asked: date | None, on: date, pointer: str = "/map") -> date:
    """The map asked for, else that of the day; refuses maps of days before the first that is known."""
    if asked is not None and asked < maps.FIRST_MAP:
        raise Refusal("map_before_first", pointer, first=str(maps.FIRST_MAP))
    return asked or on


def check_level(q: Question, level: Level, pointer: str = "/by") -> None:
    """Refuses a level of areas that lies above the area, or that the map does not have."""
    if LEVELS.index(level) < LEVELS.index(q.area.level):
        raise Refusal("by_above_area", pointer)
    if not q.view.places(level):
        raise Refusal("level_not_on_map", pointer)


async def known_on(reader: Reader, known: date | None, today: date, pointer: str = "/known") -> date:
    """The day at whose close figures are as known; refuses days that come, or of which nothing is known."""
    if known is None or known == today:
        return today
    if known > today:
        raise Refusal("known_in_future", pointer)
    first = await measured.first_posting(reader)
    if first is None or known < first:
        raise Refusal("known_before_first_posting", pointer)
    return known


def check_rule(programme: Programme, known: date, pointer: str = "/known") -> None:
    """Refuses what was known on a day before the rule was posted: nothing was counted by it then."""
    since = programme.rule_known_from
    if since is not None and known < since:
        raise Refusal("rule_not_known_then", pointer, rule=programme.rule_name, known_from=since.isoformat())


def check_aggregates(
    days: Sequence[date],
    on_map: date | None,
    known: date | None,
    breakdowns: int,
    today: date,
    every: Every = "quarter",
) -> None:
    """Refuses what goes beyond rounded aggregates."""
    for day in days:
        if reason := too_much(day, on_map, known, breakdowns, today, every):
            raise aggregates_only(reason)


def breakdowns(programme: Programme, area: Area, split: Split, by: Level | None = None, rule: str | None = None) -> int:
    """By how many things at once figures are broken down. An area within an area is one, and so is a rule by name: what
    it leaves out is a part of the children."""
    by_area = by is not None or area.code != programme.area_code
    return by_area + (rule is not None) + sum(part != "all" for part in (split.sex, split.age_band, split.category))


def aggregates_only(reason: Reason) -> Refusal:
    return Refusal("aggregates_only", reason=reason)
