"""What has become known of the figures of a day between two closes: by cause, and by child."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from service.database import Reader
from service.doors import ASKING, Asking
from service.queries.attainment import Question
from service.queries.stocks import measures_of

CAUSES = "SELECT cause, measure, entered, gone FROM restated_causes($1::smallint, $2, $3, $4, $5, $6, $7, $8, $9)"
RECORDS = f"""
SELECT item, posting, subject_id, measure, area_id
FROM list_restated({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""
NUMBER = f"SELECT count_restated({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
OUTSIDE = f"SELECT count_restated_outside({ASKING}, $6, $7, $8, $9, $10, $11, $12, $13, $14)"

After = tuple[int, UUID, str, int]  # posting, subject, measure and area of the last record of the page before


def arguments(asked: Question, since: date) -> tuple[Any, ...]:
    """Of a question: from the close of a day until that as of which it is asked."""
    measures, split = measures_of([asked.indicator]), asked.split
    part = (measures, split.categories(*measures), split.sex, split.age_band)
    return (asked.programme.rule, *part, list(asked.view.carried.places), asked.on, since, asked.known)


async def causes(reader: Reader, asked: Question, since: date) -> list[asyncpg.Record]:
    """How many went in and out, by cause and measure."""
    return await reader.fetch(CAUSES, *arguments(asked, since))


async def records(
    reader: Reader, asking: Asking, asked: Question, since: date, after: After, limit: int
) -> tuple[list[asyncpg.Record], int]:
    """Who went in and out, in the order of postings (one row more than the limit); and how many live elsewhere now."""
    question = (*asking, *arguments(asked, since))
    rows = await reader.fetch(RECORDS, *question, *after, limit)
    return rows, await reader.fetchval(OUTSIDE, *question)


async def number_of_records(reader: Reader, asking: Asking, asked: Question, since: date) -> int:
    """On all pages together."""
    number: int = await reader.fetchval(NUMBER, *asking, *arguments(asked, since))
    return number
