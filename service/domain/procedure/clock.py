"""The clock of the law: rules as data, due moments that are frozen when they begin, and how each of them stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from service.domain.calendar import day_of, midnight, months_later
from service.domain.period import Period
from service.domain.procedure.assessment import Assessment
from service.domain.procedure.case_file import CaseFile, Kind
from service.domain.procedure.step import Separation, Step, StepCode
from service.domain.procedure.working_days import WorkingDays
from service.domain.refusal import Refusal

Unit = Literal["hours", "working_days", "days", "months"]
Receipt = Literal["first", "commune"]
Standing = Literal["due", "paused", "overdue", "met", "met_late", "lifted"]

ENDINGS = frozenset({StepCode.CLOSING, StepCode.UNFOUNDED, StepCode.AGEING_OUT})
OBJECT_LOST: dict[StepCode, frozenset[StepCode]] = {  # by the step that began it
    StepCode.PLACEMENT: frozenset({StepCode.PLACEMENT_END}),
    StepCode.SUBMISSION: frozenset({StepCode.REVIEW, StepCode.SPECIFIC_ASSESSMENT}),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A deadline of the law. `amounts`: one, or one after the other, from the same start; then `every` so many more.

    `receipt`: whether "from receipt" means the first place that received the report, or the commune.
    `concluded`: only if the initial assessment says so (`emergency`, `separation`).
    """

    code: str
    kind: Kind
    during: Period
    amounts: tuple[int, ...]
    unit: Unit
    starts: frozenset[StepCode]
    met_by: frozenset[StepCode]
    every: int | None = None
    receipt: Receipt = "first"
    concluded: Literal["emergency", "separation"] | None = None

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "Rule":
        """From a row of `reference/deadlines.csv`."""
        start, until = (date.fromisoformat(row[end]) if row[end] else None for end in ("from", "until"))
        fields: dict[str, str | None] = {name: row[name] or None for name in ("receipt", "concluded")}
        return cls(
            row["code"],
            row["kind"],  # type: ignore[arg-type] # the columns hold these words, as a test of the file shows
            Period(start, until),
            tuple(int(amount) for amount in row["amount"].split()),
            row["unit"],  # type: ignore[arg-type] # likewise
            frozenset(StepCode(code) for code in row["starts"].split()),
            frozenset(StepCode(code) for code in row["met_by"].split()),
            int(row["every"]) if row["every"] else None,
            fields["receipt"] or "first",  # type: ignore[arg-type] # likewise
            fields["concluded"],  # type: ignore[arg-type] # likewise
        )

    def amount(self, nth: int) -> int | None:
        """Of the first (0), second … deadline; None where there is no other."""
        if nth < len(self.amounts):
            return self.amounts[nth]
        return None if self.every is None else self.amounts[-1] + self.every * (nth - len(self.amounts) + 1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline that began. In time is what is done at the very moment `due_at`, or while the clock stands still."""

    rule: Rule
    nth: int
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    lifted_at: datetime | None = None  # the case ended, or the deadline lost its object
    paused_at: datetime | None = None
    reason: str | None = None

    def standing(self, at: datetime) -> Standing:
        """How it stands at a moment, by what had happened until then."""
        if self.met_at is not None and self.met_at <= at:
            in_pause = self.paused_at is not None and self.met_at >= self.paused_at
            return "met" if in_pause or self.met_at <= self.due_at else "met_late"
        if self.lifted_at is not None and self.lifted_at <= at:
            return "lifted"
        if self.paused_at is not None and self.paused_at <= at:
            return "paused"
        return "due" if at <= self.due_at else "overdue"

    def paused(self, at: datetime, reason: str) -> "Deadline":
        """Stopped for a reason. Days and months of the calendar cannot be stopped."""
        if self.rule.unit not in ("hours", "working_days"):
            raise Refusal("deadline_not_pausable")
        if not reason.strip():
            raise Refusal("reason_missing", "/reason")
        if self.standing(at) != "due" or at < self.starts_at:
            raise Refusal("deadline_not_running")
        return replace(self, paused_at=at, reason=reason)

    def resumed(self, at: datetime, calendar: WorkingDays) -> "Deadline":
        """Going on with what was left: the hours, or the working days, the day of the pause being given back."""
        if self.paused_at is None or at < self.paused_at:
            raise Refusal("deadline_not_paused")
        if self.rule.unit == "hours":
            due_at = self.due_at + (at - self.paused_at)
        else:
            left = calendar.count(day_of(self.paused_at), day_of(self.due_at))
            due_at = midnight(calendar.nth(day_of(at), max(left, 1)) + timedelta(days=1))
        return replace(self, due_at=due_at, paused_at=None, reason=None)


def due(rule: Rule, starts_at: datetime, calendar: WorkingDays, nth: int = 0) -> datetime:
    """The moment until which it must be done.

    Hours are hours, day and night. Of working days the first is the one after the start; the last counts to its end.
    Of days the first is the day of the start, since they limit what is done to a child. Months end with the same day of
    the month, or its last one.
    """
    amount = rule.amount(nth)
    assert amount is not None
    day = day_of(starts_at)
    match rule.unit:
        case "hours":
            return starts_at + timedelta(hours=amount)
        case "working_days":
            return midnight(calendar.nth(day + timedelta(days=1), amount) + timedelta(days=1))
        case "days":
            return midnight(day + timedelta(days=amount))
        case "months":
            return midnight(months_later(day, amount) + timedelta(days=1))


def deadlines(
    file: CaseFile, rules: Iterable[Rule], calendar: WorkingDays, known: Iterable[Deadline] = ()
) -> list[Deadline]:
    """Every deadline of a file. Those `known` from before keep their due moment, whatever the calendar became.

    Of the versions of a rule, the one counts that is in force on the day of the step by which the deadline begins.
    """
    frozen = {(d.rule.code, d.nth, d.starts_at): d for d in known}
    versions: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.kind == file.kind:
            versions.setdefault(rule.code, []).append(rule)
    return [
        replace(frozen[key], met_at=found.met_at, lifted_at=found.lifted_at)
        if (key := (found.rule.code, found.nth, found.starts_at)) in frozen
        else found
        for of_code in versions.values()
        for found in _of_versions(file.steps, of_code, calendar)
    ]


def _of_versions(steps: tuple[Step, ...], versions: list[Rule], calendar: WorkingDays) -> Iterator[Deadline]:
    running: Deadline | None = None
    before: datetime | None = None  # the due moment of the one before, from which on a visit counts for the next
    for n, step in enumerate(steps):
        at = step.occurred_at
        if running and step.code in running.rule.met_by and (before is None or at > before):
            yield replace(running, met_at=at)
            before, running = running.due_at, _next(running, calendar)
        elif running and step.code in _lifting(running.rule):
            yield replace(running, lifted_at=at)
            running = None
        if running is None and (begun := _begun(steps, n, versions, calendar)) is not None:
            running, before = begun, None
    if running:
        yield running


def _begun(steps: tuple[Step, ...], n: int, versions: list[Rule], calendar: WorkingDays) -> Deadline | None:
    """What begins with a step, by the version that is in force then."""
    step = steps[n]
    for rule in versions:
        if step.code in rule.starts and (start := _start(steps, n, rule)) is not None:
            due_at = due(rule, start, calendar)
            if isinstance(step.content, Separation) and step.content.during.until is not None:
                until = midnight(step.content.during.until)
                due_at = until if step.content.ordered else min(due_at, until)
            return Deadline(rule, 0, start, due_at)
    return None


def _lifting(rule: Rule) -> frozenset[StepCode]:
    return ENDINGS.union(*(OBJECT_LOST[start] for start in rule.starts if start in OBJECT_LOST))


def _next(met: Deadline, calendar: WorkingDays) -> Deadline | None:
    nth = met.nth + 1
    if met.rule.amount(nth) is None:
        return None
    return Deadline(met.rule, nth, met.starts_at, due(met.rule, met.starts_at, calendar, nth))


def _start(steps: tuple[Step, ...], n: int, rule: Rule) -> datetime | None:
    """The moment from which a rule counts, if it is in force on the day of the step and its object was concluded."""
    later = steps[n + 1 :]
    start = steps[n].occurred_at
    if day_of(start) not in rule.during:
        return None
    if rule.receipt == "commune":
        start = next((s.occurred_at for s in later if s.code is StepCode.PASSING_ON), start)
    if rule.concluded:
        assessed = (s.content for s in later if s.code is StepCode.INITIAL_ASSESSMENT)
        if not any(isinstance(a, Assessment) and getattr(a.conclusion, rule.concluded) for a in assessed):
            return None
    return start
