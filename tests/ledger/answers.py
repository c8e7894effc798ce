"""The same questions put to the reference and to the ledger."""

from collections.abc import Iterable
from dataclasses import astuple
from datetime import date, datetime, timedelta
from typing import NamedTuple

import asyncpg

from tests.ledger.records import History
from tests.ledger.reference import CHOOSING, EVERYTHING, Rule, birthday, count, day_of
from tests.ledger.tables import MAP

COMMUNES = ("12145", "11950", "12205")
PROVINCE = "33"
BY_CATEGORY = ("special", "at_risk", "special_assisted", "at_risk_assisted")
WITHOUT_CATEGORY = (
    *("children", "model", "clocked", "clocked_in_time"),
    *("special_managed", "at_risk_managed", "special_support", "at_risk_support", "special_intervention"),
)
MEASURES = (*BY_CATEGORY, *WITHOUT_CATEGORY)
AGES_OF_BIRTHDAYS = (0, 3, 6, 9, 11, 16)
DAY = timedelta(days=1)
Answers = dict[tuple[str, str, date], int]  # how many, by measure, commune and day; without the zeros


class Cut(NamedTuple):
    """Which of the children: of one category, one sex, one age band, or all. By which rule."""

    category: str = "all"
    sex: str = "all"
    age_band: str = "all"
    rule: Rule = EVERYTHING

    def pairs(self) -> dict[str, str]:
        """The category in which to count each measure."""
        return {measure: "all" if measure in WITHOUT_CATEGORY else self.category for measure in MEASURES}


ALL = Cut()
ALL_CHOSEN = Cut(rule=CHOOSING)


def days_of(history: History) -> set[date]:
    """The days that the records name, and the birthdays that matter."""
    named = [value for kind in astuple(history) for record in kind for value in record if isinstance(value, date)]
    days = {day_of(at) if isinstance(at, datetime) else at for at in named}
    return days | {birthday(child.born, age) for child in history.children for age in AGES_OF_BIRTHDAYS}


def with_neighbours(days: Iterable[date]) -> list[date]:
    return sorted({near for day in days for near in (day - DAY, day, day + DAY)})


def by_reference(history: History, days: Iterable[date], cut: Cut = ALL) -> Answers:
    every = {
        (measure, area, day): count(history, measure, area, day, category, cut.sex, cut.age_band, cut.rule)
        for measure, category in cut.pairs().items()
        for area in COMMUNES
        for day in days
    }
    return {question: stock for question, stock in every.items() if stock}


WITHIN = f"""communes_within(
    (SELECT area_id FROM area_version WHERE code = '{PROVINCE}' AND during @> date '{MAP}'), date '{MAP}')"""
NAMED = f"JOIN area_version v ON v.area_id = c.area_id AND v.during @> date '{MAP}'"
STOCKS = f"""
SELECT c.measure, v.code, c.day, c.stock
FROM stocks($6::smallint, $1, $2, $3, $4, {WITHIN}, $5) c {NAMED}
WHERE c.stock <> 0
"""
KNOWN_STOCKS = f"""
SELECT c.measure, v.code, c.day, c.stock
FROM known_stocks($8::smallint, $1, $2, $3, $4, {WITHIN}, $5, $6, $7) c {NAMED}
WHERE c.stock <> 0
"""
TOTALS = f"""
SELECT measure, day, stock
FROM total_stocks($3::smallint, $1, {WITHIN}, $2)
"""
SPELLS_KNOWN = f"""
SELECT c.measure, v.code, d.day, count(*) AS stock
FROM spell c {NAMED}
JOIN unnest($1::text[], $2::text[]) AS w (measure, category) ON (w.measure, w.category) = (c.measure, c.category)
JOIN unnest($4::date[]) AS d (day) ON c.during @> d.day
WHERE c.rule = $6 AND $3 IN ('all', c.sex) AND c.posted <= $5 AND (c.withdrawn IS NULL OR c.withdrawn > $5)
GROUP BY c.measure, v.code, d.day
"""
SPELLS_KNOWN_ON = f"""
SELECT c.measure, v.code, d.day, count(*) AS stock
FROM spell c {NAMED}
JOIN posting p ON p.number = c.posted
LEFT JOIN posting w ON w.number = c.withdrawn
JOIN unnest($1::text[], $2::text[]) AS x (measure, category) ON (x.measure, x.category) = (c.measure, c.category)
JOIN unnest($4::date[]) AS d (day) ON c.during @> d.day
WHERE c.rule = $6 AND $3 IN ('all', c.sex) AND p.day <= $5 AND (w.day IS NULL OR w.day > $5)
GROUP BY c.measure, v.code, d.day
"""


def answers(rows: list[asyncpg.Record]) -> Answers:
    return {(row["measure"], row["code"], row["day"]): row["stock"] for row in rows}


async def by_ledger(connection: asyncpg.Connection, days: Iterable[date], cut: Cut = ALL) -> Answers:
    measures, categories = zip(*cut.pairs().items(), strict=True)
    asked = (measures, categories, cut.sex, cut.age_band, list(days), cut.rule.id)
    return answers(await connection.fetch(STOCKS, *asked))


async def totals_by_ledger(
    connection: asyncpg.Connection, days: Iterable[date], rule: Rule
) -> dict[tuple[str, date], int]:
    """Of the whole province, as far as pages reach; with the zeros."""
    rows = await connection.fetch(TOTALS, MEASURES, list(days), rule.id)
    return {(row["measure"], row["day"]): row["stock"] for row in rows}


async def as_known(connection: asyncpg.Connection, number: int, days: Iterable[date], cut: Cut = ALL) -> Answers:
    """What the ledger said when this was its last posting, in whatever age."""
    measures, categories = zip(*cut.pairs().items(), strict=True)
    return answers(await connection.fetch(SPELLS_KNOWN, measures, categories, cut.sex, list(days), number, cut.rule.id))


async def known_on(connection: asyncpg.Connection, known: date, days: Iterable[date], cut: Cut = ALL) -> Answers:
    """What the ledger said at the end of a day."""
    measures, categories = zip(*cut.pairs().items(), strict=True)
    arguments = (measures, categories, cut.sex, cut.age_band, list(days), known, None, cut.rule.id)
    return answers(await connection.fetch(KNOWN_STOCKS, *arguments))


async def known_at(connection: asyncpg.Connection, number: int, days: Iterable[date], cut: Cut = ALL) -> Answers:
    """What the ledger said when this was its last posting, in every age."""
    measures, categories = zip(*cut.pairs().items(), strict=True)
    arguments = (measures, categories, cut.sex, cut.age_band, list(days), None, number, cut.rule.id)
    return answers(await connection.fetch(KNOWN_STOCKS, *arguments))


async def spells_known_on(connection: asyncpg.Connection, known: date, days: Iterable[date], cut: Cut) -> Answers:
    """What the spells posted by the end of a day, and not withdrawn by then, come to; in whatever age."""
    measures, categories = zip(*cut.pairs().items(), strict=True)
    return answers(
        await connection.fetch(SPELLS_KNOWN_ON, measures, categories, cut.sex, list(days), known, cut.rule.id)
    )


async def differences(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return await connection.fetch("SELECT * FROM ledger_differences()")
