"""Answers that change with the ledger, the map, the targets and official figures alone: each carries an ETag, and who
has the present one gets 304.

The ETag of exact figures is the state of the whole ledger, which costs nothing to ask. It also moves when nothing of a
rounded answer does: whoever receives those is given a digest of the answer instead, and learns no more than it says."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from zlib import crc32

from fastapi import Request, Response

from service.database import Reader, caller_of
from service.digests import VARYING, of_body, question, unchanged
from service.domain.access import Permission
from service.preconditions import holds, names
from service.routing import Read

# Targets and official figures are only ever added, so their numbers tell of every change.
STATE = """
SELECT remade + reformed + (SELECT coalesce(sum(moment), 0) FROM page_turn)::bigint + (SELECT count(*) FROM target)
       + (SELECT count(*) FROM official_population)
FROM register
"""


class LedgerState:
    """The sum of the moments at which pages were turned and the map redrawn: another one after every posting and every
    reform that is committed."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.asking: asyncio.Task[int] | None = None
        self.next: asyncio.Task[int] | None = None

    async def read(self) -> int:
        """As it is at some moment after the call.

        Whoever calls while the database is being asked shares the next answer with all others who do: many callers cost
        no more than one.
        """
        if self.next is None:
            self.next = asyncio.create_task(self.ask(self.asking))
        return await asyncio.shield(self.next)

    async def ask(self, before: "asyncio.Task[int] | None") -> int:
        if before is not None:
            await asyncio.wait([before])
        self.asking, self.next = self.next, None
        state: int = await self.reader.fetchval(STATE)
        return state


async def of_state(request: Request) -> str:
    """The ETag of an exact answer: of the state of the ledger, and the question."""
    return f'"{await request.app.state.ledger_state.read():x}-{crc32(question(request)):08x}"'


class OfLedger(Read):
    """A route that looks at If-None-Match before anything else: whoever has an ETag once asked a sound question.

    `*` is no ETag that anybody was given: it waits for the answer.

    The ETag is read before the answer. If the ledger moves between the two, the answer is newer than its tag says, and
    the caller is merely given it once more.
    """

    @property
    def tagged(self) -> bool:
        """Its lists too."""
        return self.methods == {"GET"}

    def answering(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().answering()

        async def unless_unchanged(request: Request) -> Response:
            sees_records = Permission.SEE_RECORDS in caller_of(request).role.permissions
            present = await of_state(request) if sees_records else None
            if present is not None and names(request, present):
                return unchanged(present)
            response = await answer(request)
            if present is None or b'"rounded":true' in response.body:
                present = of_body(request, response)
            if holds(request, present):
                return unchanged(present)
            response.headers.update(VARYING | {"ETag": present})
            return response

        return unless_unchanged
