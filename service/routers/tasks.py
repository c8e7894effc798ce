"""What is to be done by whom and until when: the deadlines of a case, with their pauses, and the tasks of all cases."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Now, Today
from service.database import AskingDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.problems import language
from service.queries import maps, pauses, tasks
from service.queries.tasks import Standing
from service.routers.cases import Officer, officer_asked
from service.wire import (
    AreaCode,
    Bound,
    Code,
    Confidential,
    Day,
    Identifier,
    Input,
    Internal,
    Moment,
    Note,
    OfCase,
    Page,
    Place,
    json_answer,
)

router = routing.router("/v1", "tasks")


class TaskChild(BaseModel):
    """For whom it is done. The name is null as long as nobody knows who the child is."""

    id: Confidential[Identifier]
    full_name: Confidential[str | None]


class Task(BaseModel):
    """What is to be done in a case until a moment, by the law or by the plan that is in force.

    `nth` counts the deadlines that follow one another from the same start. `item` is the item of the plan.
    """

    id: OfCase[Identifier]
    case_id: OfCase[Identifier]
    child: TaskChild
    code: OfCase[str] = Field(examples=["initial_assessment"])
    nth: OfCase[int]
    name: OfCase[str] = Field(examples=["Đánh giá nguy cơ ban đầu"])
    source: OfCase[Literal["law", "plan"]]
    item: OfCase[Identifier | None]
    measure: OfCase[str | None] = Field(description="What is to be begun or ended: a code of /v1/intervention-measures")
    starts_at: OfCase[datetime]
    due_at: OfCase[datetime] = Field(description="What is done at this very moment is in time")
    met_at: OfCase[datetime | None]
    lifted_at: OfCase[datetime | None] = Field(description="When the case ended, or there was nothing more to be done")
    paused_at: OfCase[datetime | None]
    pause_reason: OfCase[str | None]
    standing: OfCase[Literal["due", "overdue", "paused", "met", "met_late", "lifted"]]
    commune: OfCase[Place] = Field(description="The commune in charge, or that was when it was met")
    officer: OfCase[Identifier | None] = Field(description="Who works on the case: an assignment")
    legal_basis: OfCase[str]


class TaskPage(BaseModel):
    """A page of tasks, the first due first."""

    items: list[Task]
    next: Internal[str | None]
    total: Internal[int | None] = None


class DeadlinePause(Input):
    """Why the clock stands still, and since when: now, if that is not said."""

    at: Moment | None = Field(None, examples=["2018-06-06T12:00:00+07:00"])
    reason: Note = Field(examples=["Chờ kết luận giám định"])


class DeadlineResumption(Input):
    """When the clock goes on: now, if that is not said."""

    at: Moment | None = Field(None, examples=["2018-06-13T12:00:00+07:00"])


class TaskFilter(Page):
    """Which tasks. Without `standing`: all that are open."""

    officer: Officer | None = Field(
        None, description="Whose cases they are of (an assignment); `me` is the caller's own"
    )
    commune: AreaCode | None = Field(None, description="The commune in charge")
    area: AreaCode | None = Field(None, description="The same of an area of any level; not with `commune`")
    standing: Standing | None = Field(None, description="`met`, `met_late`: what was done, in time or late")
    code: Code | None = Field(None, description="Only this deadline: /v1/deadline-rules, measure_start, measure_end")
    due_from: Bound | None = Field(None, description="Due after this moment, or on this day or later")
    due_before: Bound | None = Field(None, description="Due at this moment or before, or before this day")


class SummaryAsked(Input):
    """Of which area, by whom or where, and which period what was met was due in: from, until."""

    area: AreaCode | None = Field(None, description="All that the caller meets if absent")
    by: tasks.By = Field("commune", description="Of whom, or of which areas, there is to be a row each")
    from_: Day | None = Field(None, alias="from", description="The first day of the year if absent")
    until: Day | None = Field(None, description="The first day that is no longer asked for; tomorrow if absent")


class TaskCounts(BaseModel):
    """How many are open, and how many of those that were due in the period were met."""

    due: Internal[int] = Field(description="Running, and not due yet")
    due_this_week: Internal[int] = Field(description="Of these, by the end of Sunday")
    overdue: Internal[int]
    paused: Internal[int]
    met: Internal[int] = Field(description="Due in the period, and met in time")
    met_late: Internal[int] = Field(description="Due in the period, and met later")


class TaskOfficer(BaseModel):
    """Who works on the cases."""

    assignment: Internal[Identifier]
    account: Internal[str]
    name: Internal[str]


class TasksOf(TaskCounts):
    """Those of one officer, or of one area; both null: of nobody, or of no area of that level."""

    officer: TaskOfficer | None
    area: Internal[Place | None]


class TaskSummary(BaseModel):
    """Numbers of tasks, in all and by officer, commune or district."""

    by: Internal[tasks.By]
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day]
    total: TaskCounts
    items: list[TasksOf]


@router.get("/cases/{case_id}/deadlines", response_model=TaskPage)
@permits(Permission.READ_CASES)
async def list_deadlines(
    case_id: Identifier,
    asked: Annotated[Page, Query()],
    request: Request,
    reader: ReaderDep,
    asking: AskingDep,
    now: Now,
) -> Response:
    """All deadlines of a case, by their due moment: open ones, those that were met, those that were lifted."""
    due_at, last = asked.after(datetime.fromisoformat, UUID)
    rows = await tasks.deadlines_of(reader, asking, case_id, now, language(request), (due_at, last), asked.limit)
    return asked.answer(rows, await tasks.number_of_deadlines(reader, asking, case_id) if asked.count else None)


@router.post("/cases/{case_id}/deadlines/{deadline_id}/pause", response_model=Task)
@permits(Permission.TAKE_STEPS)
async def pause_deadline(
    case_id: Identifier,
    deadline_id: Identifier,
    body: DeadlinePause,
    request: Request,
    session: SessionDep,
    today: Today,
    now: Now,
) -> Response:
    """Let the clock of a deadline stand still, for a reason. What is counted by the calendar (days, months) cannot."""
    at = past(body.at, now)
    await pauses.pause(session, case_id, deadline_id, at, body.reason, today)
    return json_answer(await pauses.written(session, deadline_id, now, language(request)))


@router.post("/cases/{case_id}/deadlines/{deadline_id}/resume", response_model=Task)
@permits(Permission.TAKE_STEPS)
async def resume_deadline(
    case_id: Identifier,
    deadline_id: Identifier,
    body: DeadlineResumption,
    request: Request,
    session: SessionDep,
    today: Today,
    now: Now,
) -> Response:
    """Let the clock go on with what was left: hours, or working days with the day on which it was stopped."""
    at = past(body.at, now)
    await pauses.resume(session, case_id, deadline_id, at, today)
    return json_answer(await pauses.written(session, deadline_id, now, language(request)))


@router.get("/tasks", response_model=TaskPage)
@permits(Permission.READ_CASES)
async def list_tasks(
    asked: Annotated[TaskFilter, Query()],
    request: Request,
    reader: ReaderDep,
    asking: AskingDep,
    today: Today,
    now: Now,
) -> Response:
    """What is to be done, the first due first: mine, those of an area, what is overdue."""
    where = await maps.areas_asked(reader, asked.commune, asked.area, today)
    officer = officer_asked(asked.officer, asking.assignment_id)
    wanted = tasks.Filter(officer, where, asked.standing, asked.code, asked.due_from, asked.due_before)
    due_at, last = asked.after(datetime.fromisoformat, UUID)
    rows = await tasks.tasks(reader, asking, wanted, now, language(request), (due_at, last), asked.limit)
    return asked.answer(rows, await tasks.number_of_tasks(reader, asking, wanted, now) if asked.count else None)


@router.get("/tasks/summary", response_model=TaskSummary)
@permits(Permission.READ_CASES)
async def read_task_summary(
    asked: Annotated[SummaryAsked, Query()], reader: ReaderDep, asking: AskingDep, today: Today, now: Now
) -> Response:
    """How many tasks there are, how many of them are overdue, and how many were met in time."""
    since = asked.from_ or date(today.year, 1, 1)
    until = asked.until or today + timedelta(days=1)
    if until <= since:
        raise Refusal("period_empty", "/until")
    where = await maps.areas_asked(reader, None, asked.area, today)
    total, groups = await tasks.summary(reader, asking, where, asked.by, now, since, until)
    named = "officer" if asked.by == "officer" else "area"
    items = [
        {"officer": None, "area": None} | {named: orjson.Fragment(shown) if shown else None} | asdict(counts)
        for shown, counts in groups
    ]
    return json_answer(orjson.dumps({"by": asked.by, "from": since, "until": until, "total": total, "items": items}))


def past(at: datetime | None, now: datetime) -> datetime:
    """The moment of what was done: it has come."""
    if at is not None and at > now:
        raise Refusal("date_in_future", "/at")
    return at or now
