"""What an adoption leaves to be done: the rule is posted for everyone, in the background, however often that stops."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import asyncpg

from service import ledger
from service.database import Reader

LOG = logging.getLogger(__name__)
ANY_LEFT = "SELECT EXISTS (SELECT FROM rule_posting)"
UPKEEP = 60  # seconds between two looks: another process may have left something


class RulePostings:
    """Finishes what is unfinished when it starts, when it is woken, and once a minute. Several may work at one rule."""

    def __init__(self, dsn: str, reader: Reader, day: Callable[[], date]) -> None:
        self.dsn, self.reader, self.day = dsn, reader, day
        self.wanted = asyncio.Event()

    async def wake(self) -> None:
        self.wanted.set()

    async def run(self) -> None:
        while True:
            self.wanted.clear()
            try:
                await self.finish()
            except Exception as error:  # the next look may find the database back
                LOG.warning("posting a counting rule failed", exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(UPKEEP):
                    await self.wanted.wait()

    async def finish(self) -> None:
        if not await self.reader.fetchval(ANY_LEFT):
            return
        connection = await asyncpg.connect(self.dsn)  # its own: this takes longer than a request may
        try:
            await ledger.post_rules(connection, self.day)
        finally:
            await connection.close()
