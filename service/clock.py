"""The service's day: in Vietnam, unless a setting or the register fixes it. Moments of history are always real."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request

from service.domain.calendar import VIETNAM as VIETNAM


def calendar_day() -> date:
    return datetime.now(VIETNAM).date()


def day_of(request: Request) -> date:
    """The day that a question takes when it names none, and the day of a posting. A page has its first page's."""
    begun: date | None = getattr(request.state, "day", None)
    if begun is not None:
        return begun
    fixed: date | None = request.app.state.fixed_today
    return fixed or calendar_day()


async def today(request: Request) -> date:  # a plain function would be sent to another thread
    return day_of(request)


def moment_of(request: Request) -> datetime:
    """The service's now: the real moment, or the same time of the day on which the service is fixed."""
    now = datetime.now(VIETNAM)
    fixed: date | None = request.app.state.fixed_today
    return now if fixed is None else datetime.combine(fixed, now.timetz())


async def now(request: Request) -> datetime:  # a plain function would be sent to another thread
    return moment_of(request)


Today = Annotated[date, Depends(today)]
Now = Annotated[datetime, Depends(now)]
