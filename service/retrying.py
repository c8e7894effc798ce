"""A transaction that lost against another one is tried again before anybody hears of it."""

import asyncio
from random import uniform

import asyncpg
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.failures import cause_of, unavailable

TRIES = 4  # what is not through by then waits for the client
PAUSE = 0.02  # seconds at most, drawn, so that those who met once do not meet again


class Retrying:
    """Deadlocks and failures to serialize: PostgreSQL took one of two back whole, and it may simply begin anew.

    The transaction ends before the answer begins, so that nothing of the failed try has left the house.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        heard: list[Message] = []
        repeated: list[Message] = []

        async def receive_again() -> Message:
            if repeated:
                return repeated.pop(0)
            heard.append(await receive())
            return heard[-1]

        for left in reversed(range(TRIES)):
            try:
                await self.app(scope, receive_again, send)
                break
            except Exception as error:
                if not isinstance(cause_of(error), asyncpg.TransactionRollbackError):
                    raise
                if not left:
                    await (await unavailable(Request(scope), error))(scope, receive, send)
            repeated[:] = heard
            await asyncio.sleep(uniform(0, PAUSE))  # noqa: S311 - nothing secret
