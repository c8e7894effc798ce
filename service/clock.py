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


Today = Annotated[date, Depends(today)]
