"""Random histories of a register, a few changes at a time, on days that often coincide."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.ledger.answers import AGES_OF_BIRTHDAYS, COMMUNES, Cut, days_of
from tests.ledger.records import (
    Case,
    Child,
    Circumstance,
    Deadline,
    History,
    Intervention,
    Record,
    Residence,
    Site,
    Stage,
    Turn,
)
from tests.ledger.reference import AT_RISK, BANDS, CHOOSING, EVERYTHING, VIETNAM, birthday
from tests.ledger.tables import EMPTY, Step
from tests.soak import SOAK, rounds

HORIZON = date(2022, 1, 1)  # the first day beyond the pages
DAYS = (
    date(2015, 12, 31),
    date(2016, 1, 1),
    date(2016, 2, 28),
    date(2016, 2, 29),
    date(2016, 3, 1),
    date(2017, 5, 31),
    date(2017, 6, 1),  # the category scheme of 2004 gave way to the one of 2016
    date(2018, 6, 30),
    date(2018, 7, 1),
    date(2020, 12, 31),
    date(2021, 12, 31),
    HORIZON,
    date(2022, 5, 5),
)
ANY_DAY = st.dates(date(2000, 1, 1), date(2024, 12, 31))
LEAP_DAYS = {date(2000, 2, 29), date(2004, 2, 29)}
BIRTHS = sorted({birthday(day, -age) for day in DAYS for age in AGES_OF_BIRTHDAYS} | LEAP_DAYS)
SEXES = ("male", "female", "unknown")
SPECIAL = ("1", "2", "d", "d.2", "a", "a.1")
CATEGORIES = (*SPECIAL, *sorted(AT_RISK))
KINDS = ("protection", "support")
HOURS = (time(0), time(11, 40), time(23, 59))  # the first is also 24:00 of the day before
GIVEN = ("support", "support.1", "support.2", "intervention.1", "intervention.2")
TURNS = ("closing", "unfounded", "ageing_out", "reopening", "reopening", "reopening")
STAGES = ("planned", "started", "completed", "replicated", "stopped")
CORRECTABLE = {
    Child: ("sex", "born"),
    Residence: ("area", "start", "until"),
    Circumstance: ("category", "start", "until"),
    Case: ("start", "until", "kind"),
    Turn: ("at", "code"),
    Intervention: ("start", "until", "measure"),
    Deadline: ("due", "met", "lifted", "paused", "source"),
    Site: ("area",),
    Stage: ("stage", "start", "until"),
}


def profile(examples: int) -> settings:
    """The same examples on every run; in a soak forty times as many, and always new ones."""
    return settings(
        max_examples=rounds(examples, examples * 40),
        derandomize=not SOAK,
        database=None,
        deadline=None,
        # Every example undoes what it does to the connection.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def overlap(one: Record, other: Record) -> bool:
    return one.start < (other.until or date.max) and other.start < (one.until or date.max)


def rivals(history: History, record: Record) -> list[Record]:
    """The other records with which this one may not overlap."""
    match record:
        case Residence():
            same = [r for r in history.residences if r.child == record.child]
        case Circumstance():
            same = [c for c in history.circumstances if (c.child, c.category) == (record.child, record.category)]
        case _:
            same = [s for s in history.stages if s.site == record.site]
    return [other for other in same if other.id != record.id]


def is_allowed(history: History, record: Record) -> bool:
    """Whether the tables take it."""
    match record:
        case Site():
            return all(site.area != record.area or site.id == record.id for site in history.sites)
        case Case() | Intervention():
            return record.until is None or record.start <= record.until
        case Deadline():
            return record.met is None or record.lifted is None
        case Residence() | Circumstance() | Stage():
            not_empty = record.until is None or record.start < record.until
            return not_empty and not any(overlap(record, other) for other in rivals(history, record))
    return True


def put(history: History, *records: Record) -> History:
    """With these records; as it was if the tables refuse one of them."""
    after = history
    for record in records:
        if not is_allowed(after, record):
            return history
        after = after.put(record)
    return after


class Pen:
    """Writes histories, and draws what happens."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.ids = (UUID(int=n) for n in count(1))

    def new_id(self) -> UUID:
        return next(self.ids)

    def one_of(self, options: Iterable[Any]) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def category(self) -> str:
        return self.one_of(self.one_of([SPECIAL, sorted(AT_RISK)]))

    def day(self, history: History, child: Child | None = None) -> date:
        """Mostly one on which something else happens too and, of a child, one of its childhood."""
        if self.rarely():
            return self.draw(ANY_DAY)
        days = sorted({*DAYS, *days_of(history)})
        if child is None or self.rarely():
            return self.one_of(days)
        childhood = [day for day in days if child.born <= day <= birthday(child.born, 16)]
        begun = [c.start for c in (*history.circumstances, *history.cases) if c.child == child.id]
        return self.one_of(self.one_of([childhood, begun or childhood]))

    def moment(self, history: History, child: Child) -> datetime:
        return datetime.combine(self.day(history, child), self.one_of(HOURS), VIETNAM)

    def rarely(self) -> bool:
        return self.one_of(range(8)) == 7

    def end(self, history: History, start: date) -> date | None:
        later = sorted(day for day in {*DAYS, *days_of(history)} if day > start)
        return self.one_of(later) if later and self.one_of(("ended", "open")) == "ended" else None


def child_of(history: History, record: Residence | Case) -> Child:
    return next(child for child in history.children if child.id == record.child)


def a_child_is_born(pen: Pen, history: History) -> History:
    child = Child(pen.new_id(), pen.one_of(SEXES), pen.one_of(BIRTHS))
    return put(history, child, Residence(pen.new_id(), child.id, pen.one_of(COMMUNES), child.born))


def a_child_is_entered_with_circumstances_and_case(pen: Pen, history: History) -> History:
    history = a_child_is_born(pen, history)
    history = a_circumstance_begins(pen, history, history.children[-1])
    history = a_case_is_opened(pen, history, history.children[-1])
    history = a_deadline_begins(pen, history, history.cases[-1])
    return an_intervention_starts(pen, history, history.cases[-1])


def split_residence(pen: Pen, history: History, old: Residence, day: date) -> History:
    if day <= old.start or (old.until is not None and old.until <= day):
        return history
    new = Residence(pen.new_id(), old.child, pen.one_of(COMMUNES), day, old.until)
    return put(history, replace(old, until=day), new)


def a_child_moves(pen: Pen, history: History) -> History:
    old = pen.one_of(history.residences)
    return split_residence(pen, history, old, pen.day(history, child_of(history, old)))


def a_child_moves_on_a_birthday(pen: Pen, history: History) -> History:
    old = pen.one_of(history.residences)
    born = child_of(history, old).born
    return split_residence(pen, history, old, birthday(born, pen.one_of(AGES_OF_BIRTHDAYS)))


def a_move_is_put_on_another_day(pen: Pen, history: History) -> History:
    old = pen.one_of(history.residences)
    day = pen.day(history)
    for new in history.residences:
        if new.child == old.child and new.start == old.until:
            earlier, later = replace(old, until=day), replace(new, start=day)
            return put(history, *((earlier, later) if day < new.start else (later, earlier)))
    return history


def a_child_returns(pen: Pen, history: History) -> History:
    child, start = pen.one_of(history.children), pen.day(history)
    return put(history, Residence(pen.new_id(), child.id, pen.one_of(COMMUNES), start, pen.end(history, start)))


def a_circumstance_begins(pen: Pen, history: History, child: Child | None = None) -> History:
    child = child or pen.one_of(history.children)
    start = pen.day(history, child)
    return put(history, Circumstance(pen.new_id(), child.id, pen.category(), start, pen.end(history, start)))


def a_case_is_opened(pen: Pen, history: History, child: Child | None = None) -> History:
    child = child or pen.one_of(history.children)
    start = pen.day(history, child)
    return put(history, Case(pen.new_id(), child.id, start, pen.end(history, start), pen.one_of(KINDS)))


def a_case_is_closed(pen: Pen, history: History) -> History:
    case = pen.one_of(history.cases)
    return put(history, replace(case, until=pen.day(history, child_of(history, case))))


def a_case_is_closed_on_the_day_of_an_intervention(pen: Pen, history: History) -> History:
    intervention = pen.one_of(history.interventions)
    (case,) = (c for c in history.cases if c.id == intervention.case)
    return put(history, replace(case, until=intervention.start))


def a_case_is_closed_and_reopened_the_same_day(pen: Pen, history: History) -> History:
    old = pen.one_of(history.cases)
    day = pen.day(history, child_of(history, old))
    return put(history, replace(old, until=day), Case(pen.new_id(), old.child, day, old.until, old.kind))


def a_case_ends_or_is_reopened_by_a_step(pen: Pen, history: History) -> History:
    case = pen.one_of(history.cases)
    at = pen.moment(history, child_of(history, case))
    return put(history, Turn(pen.new_id(), case.id, at, pen.one_of(TURNS)))


def a_case_ends_and_is_reopened_by_steps(pen: Pen, history: History) -> History:
    case = pen.one_of(history.cases)
    first, second = sorted(pen.moment(history, child_of(history, case)) for _ in range(2))
    closing, reopening = Turn(pen.new_id(), case.id, first, "closing"), Turn(pen.new_id(), case.id, second, "reopening")
    return put(history, closing, reopening)


def an_intervention_starts(pen: Pen, history: History, case: Case | None = None) -> History:
    case = case or pen.one_of(history.cases)
    start = pen.one_of([case.start, pen.day(history, child_of(history, case))])
    return put(history, Intervention(pen.new_id(), case.id, start, pen.end(history, start), pen.one_of(GIVEN)))


def a_deadline_begins(pen: Pen, history: History, case: Case | None = None) -> History:
    case = case or pen.one_of([c for c in history.cases if c.kind == "protection"] or history.cases)
    child = child_of(history, case)
    due = pen.one_of([datetime.combine(case.start, pen.one_of(HOURS), VIETNAM), pen.moment(history, child)])
    at = pen.one_of([due, pen.moment(history, child)])
    begun = Deadline(pen.new_id(), case.id, due, source=pen.one_of(("law", "law", "plan")))
    return put(history, pen.one_of((begun, *what_becomes_of(begun, at))))


def what_becomes_of(deadline: Deadline, at: datetime) -> tuple[Deadline, ...]:
    """Met, lifted, or paused."""
    unmet = replace(deadline, met=None, lifted=None)
    return replace(unmet, met=at), replace(unmet, lifted=at), replace(unmet, paused=at)


def a_deadline_is_met_lifted_or_paused(pen: Pen, history: History) -> History:
    deadline = pen.one_of(history.deadlines)
    (case,) = (c for c in history.cases if c.id == deadline.case)
    at = pen.one_of([deadline.due, pen.moment(history, child_of(history, case))])
    return put(history, pen.one_of(what_becomes_of(deadline, at)))


def a_site_is_planned(pen: Pen, history: History) -> History:
    site = Site(pen.new_id(), pen.one_of(COMMUNES))
    return put(history, site, Stage(pen.new_id(), site.id, pen.one_of(STAGES), pen.day(history)))


def a_site_enters_another_stage(pen: Pen, history: History) -> History:
    site, day = pen.one_of(history.sites), pen.day(history)
    present = [s for s in history.stages if s.site == site.id and s.start < day and (s.until or date.max) > day]
    ended = [replace(stage, until=day) for stage in present]
    later = [s.start for s in history.stages if s.site == site.id and s.start > day]
    return put(history, *ended, Stage(pen.new_id(), site.id, pen.one_of(STAGES), day, min(later, default=None)))


def a_record_is_corrected(pen: Pen, history: History) -> History:
    record = pen.one_of(history.records().values())
    name = pen.one_of(CORRECTABLE[type(record)])
    moments = (datetime.combine(pen.day(history), pen.one_of(HOURS), VIETNAM),)
    options = {
        **dict.fromkeys(("due", "at"), moments),
        "code": TURNS,
        **dict.fromkeys(("met", "lifted", "paused"), (None, *moments)),
        "source": ("law", "plan"),
        "sex": SEXES,
        "born": BIRTHS,
        "area": COMMUNES,
        "category": CATEGORIES,
        "stage": STAGES,
        "kind": KINDS,
        "measure": GIVEN,
        "until": (None, pen.day(history)),
    }
    return put(history, replace(record, **{name: pen.one_of(options.get(name) or [pen.day(history)])}))


def a_record_is_deleted(pen: Pen, history: History) -> History:
    return history.drop(pen.one_of(history.records().values()))


# What may happen, each with the kind of record that must be there for it.
EVENTS = {
    a_child_is_born: None,
    a_child_is_entered_with_circumstances_and_case: None,
    a_site_is_planned: None,
    a_child_returns: "children",
    a_circumstance_begins: "children",
    a_case_is_opened: "children",
    a_child_moves: "residences",
    a_child_moves_on_a_birthday: "residences",
    a_move_is_put_on_another_day: "residences",
    a_case_is_closed: "cases",
    a_case_is_closed_and_reopened_the_same_day: "cases",
    a_case_ends_or_is_reopened_by_a_step: "cases",
    a_case_ends_and_is_reopened_by_steps: "cases",
    an_intervention_starts: "cases",
    a_deadline_begins: "cases",
    a_deadline_is_met_lifted_or_paused: "deadlines",
    a_case_is_closed_on_the_day_of_an_intervention: "interventions",
    a_site_enters_another_stage: "sites",
    a_record_is_corrected: "children",
    a_record_is_deleted: "children",
}
OFTEN = (
    *(a_circumstance_begins, a_case_is_closed, an_intervention_starts, a_record_is_corrected),
    *(a_deadline_begins, a_deadline_is_met_lifted_or_paused, a_deadline_is_met_lifted_or_paused),
)


def something_happens(pen: Pen, history: History) -> History:
    possible = [event for event, needed in EVENTS.items() if needed is None or getattr(history, needed)]
    return pen.one_of([*possible, *(event for event in OFTEN if event in possible)])(pen, history)


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """A register that begins with a child and a site, in the steps in which it is posted."""
    pen = Pen(draw)
    history = a_site_is_planned(pen, a_child_is_entered_with_circumstances_and_case(pen, EMPTY))
    story = [[history]]
    for changes in draw(st.lists(st.integers(1, 5), min_size=1, max_size=6)):
        step = []
        for _ in range(changes):
            history = something_happens(pen, history)
            step.append(history)
        story.append(step)
    return story


def cuts() -> st.SearchStrategy[Cut]:
    """Half of them of any category, half of any sex, half of any age, half by the rule that chooses."""
    kinds = (st.sampled_from(SPECIAL) | st.sampled_from(sorted(AT_RISK)), st.sampled_from(SEXES))
    parts = (st.just("all") | kind for kind in (*kinds, st.sampled_from(BANDS)))
    return st.builds(Cut, *parts, st.sampled_from((EVERYTHING, CHOOSING)))
