"""What a plan that is in force has somebody do: begin and end its measures, each until the end of its day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service.domain.calendar import midnight
from service.domain.procedure.case_file import CaseFile, Part
from service.domain.procedure.clock import ENDINGS
from service.domain.procedure.plans import moments, plans
from service.domain.procedure.step import Report, StepCode, Transfer


@dataclass(frozen=True, slots=True)
class Task:
    """A measure of the plan that is to be begun or ended (`code`), since the plan that says so is in force."""

    code: StepCode
    item: UUID
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    lifted_at: datetime | None = None  # another plan says otherwise, or the case ended


@dataclass(frozen=True, slots=True)
class _Said:
    """For how long plans, one after the other, said the same of a measure."""

    since: datetime
    until: datetime | None
    due_at: datetime


def tasks(file: CaseFile) -> list[Task]:
    """The tasks of all plans that were in force. What was done before a plan said so is no task of it."""
    began, ended = moments(file, StepCode.MEASURE_START), moments(file, StepCode.MEASURE_END)
    return [
        *_of(file, StepCode.MEASURE_START, _said(file, StepCode.MEASURE_START), began, given_up=ended),
        *_of(file, StepCode.MEASURE_END, _said(file, StepCode.MEASURE_END), ended, begun=began),
    ]


def commune_in_charge(file: CaseFile, part: Part, at: datetime | None = None) -> int:
    """Whose part it was at a moment (None: is now). An unknown residence is in the hands of the other commune."""
    incident: int | None = None
    residence: int | None = None
    for step in file.steps:
        if at is not None and step.occurred_at > at:
            break
        match step.content:
            case Report(happened, lives):
                incident, residence = happened, lives
            case Transfer(lives):
                residence = lives
    found = incident if part is Part.INCIDENT or residence is None else residence
    assert found is not None  # a case begins with a report (or a need), which says where
    return found


def _said(file: CaseFile, code: StepCode) -> dict[UUID, list[_Said]]:
    found: dict[UUID, list[_Said]] = {}
    for version in plans(file):
        for item in version.plan.items if version.since else ():
            day = item.starts_on if code is StepCode.MEASURE_START else item.ends_on
            if day is None or version.since is None:
                continue
            said = _Said(version.since, version.until, midnight(day + timedelta(days=1)))
            before = found.setdefault(item.id, [])
            if before and (before[-1].until, before[-1].due_at) == (said.since, said.due_at):
                before[-1] = replace(before[-1], until=said.until)
            else:
                before.append(said)
    return found


def _of(
    file: CaseFile,
    code: StepCode,
    said: dict[UUID, list[_Said]],
    done: dict[UUID, datetime],
    begun: dict[UUID, datetime] | None = None,
    given_up: dict[UUID, datetime] | None = None,
) -> Iterator[Task]:
    """`begun`: what began goes on until it is ended, also where a later plan is silent of it. `given_up`: what was
    ended without having begun begins no more."""
    endings = [step.occurred_at for step in file.steps if step.code in ENDINGS]
    for item, spans in said.items():
        for n, span in enumerate(spans):
            met_at, until = done.get(item), span.until
            if met_at is not None and met_at < span.since:
                continue
            if begun and until and n == len(spans) - 1 and begun.get(item, until) < until:
                until = None
            bounds = (until, (given_up or {}).get(item), next((at for at in endings if at >= span.since), None))
            end = min((at for at in bounds if at is not None), default=None)
            if met_at is not None and (end is None or met_at <= end):
                yield Task(code, item, span.since, span.due_at, met_at=met_at)
            else:
                yield Task(code, item, span.since, span.due_at, lifted_at=end)
