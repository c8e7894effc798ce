"""On what the figures of an answer stand: the programme, the area, the day, and how much of it the caller receives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.access import Caller
from service.database import Reader
from service.domain.access import Permission
from service.domain.calendar import Every, last_closed_quarter
from service.domain.refusal import Refusal
from service.domain.small_numbers import Reason, too_much
from service.queries import attainment as measured
from service.queries.attainment import Area, Indicator, Programme, Question, Split
from service.routers.figures import FigureAsked, Level, Moment, check_split

WHOLE = Split()


@dataclass(frozen=True)
class Ground:
    """What every figure of an answer has in common."""

    programme: Programme
    area: Area
    on: date
    known: date
    rounded: bool
    past: bool

    def question(self, indicator: Indicator, split: Split) -> Question:
        return Question(self.programme, indicator, split, self.area, self.on, self.known, self.rounded, self.past)


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
) -> Ground:
    """The ground of figures of one day; refuses what has no answer, or none for this caller.

    No day means today, or to whoever receives rounded aggregates the end of the last closed quarter: with `exact_only`,
    they are refused for this reason.
    """
    on = asked.on or today
    programme = await measured.programme(reader, code, on)
    check_days(programme, [on])
    area = await measured.area(reader, asked.area or programme.area_code, on, caller.assignment_id)
    if receives_exact(caller, area):
        check_view([on], asked.map)
        known = await known_on(reader, asked.known, today)
        return Ground(programme, area, on, known, rounded=False, past=known < today)
    if exact_only:
        raise aggregates_only(exact_only)
    if asked.on is None:
        at_close = asked.model_copy(update={"on": last_closed_quarter(today)})
        return await ground(reader, caller, code, at_close, today, split, by)
    check_aggregates([on], asked.map, asked.known, breakdowns(programme, area, split, by), today)
    return Ground(programme, area, on, on, rounded=True, past=True)


async def question(
    reader: Reader,
    caller: Caller,
    code: str,
    asked: FigureAsked,
    today: date,
    by: Level | None = None,
    exact_only: Reason | None = None,
) -> Question:
    """What is asked of an indicator on a day; refuses what has no answer, or none for this caller."""
    found = await ground(reader, caller, asked.programme, asked, today, asked.split, by, exact_only)
    (indicator,) = await measured.indicators(reader, found.programme, found.on, code)
    await check_split(reader, found.programme, indicator, asked.split)
    return found.question(indicator, asked.split)


def check_days(programme: Programme, days: Sequence[date], pointer: str = "/on") -> None:
    """Refuses days that the ledger cannot answer for yet."""
    if any(day >= programme.answers_until for day in days):
        raise Refusal("not_available_yet", pointer)


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


def check_view(days: Sequence[date], on_map: date | None) -> None:
    """Refuses maps that the ledger cannot answer for yet."""
    if on_map is not None and any(day != on_map for day in days):
        raise Refusal("not_available_yet", "/map")


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


def breakdowns(programme: Programme, area: Area, split: Split, by: Level | None = None) -> int:
    """By how many things at once figures are broken down. An area within an area is one."""
    by_area = by is not None or area.code != programme.area_code
    return by_area + sum(part != "all" for part in (split.sex, split.age_band, split.category))


def aggregates_only(reason: Reason) -> Refusal:
    return Refusal("aggregates_only", reason=reason)
