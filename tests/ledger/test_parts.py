"""Every combination of parts at once is what the reference counts for each of them, now and as known then."""

from collections.abc import Callable
from datetime import date
from itertools import product

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.answers import ALL, COMMUNES, MEASURES, WITHIN, WITHOUT_CATEGORY, Cut, by_reference, days_of
from tests.ledger.answers import differences as ledger_differences
from tests.ledger.histories import CATEGORIES, DAYS, SEXES, profile, stories
from tests.ledger.records import History
from tests.ledger.reference import BANDS
from tests.ledger.tables import EMPTY, MAP, Step, enter, post, undone, write
from tests.ledger.test_known import BEFORE_ALL, dated_stories

Parts = dict[tuple[str, str, str, str, str, date], int]  # measure, category, sex, age band, commune, day; no zeros
SHOWN = f"""
SELECT p.measure, p.category, p.sex, p.age_band, v.code, p.day, p.stock
FROM {{0}} p JOIN area_version v ON v.area_id = p.area_id AND v.during @> date '{MAP}'
WHERE p.stock <> 0
"""
NOW = SHOWN.format(f"part_stocks(1::smallint, $1, $2, $3, $4, {WITHIN}, $5)")
THEN = SHOWN.format(f"known_part_stocks(1::smallint, $1, $2, $3, $4, {WITHIN}, $5, $6)")
EVERY = {"sex": [*SEXES], "age_band": [*BANDS], "category": [*sorted(CATEGORIES)]}
wanted = st.lists(st.sampled_from(sorted(EVERY)), max_size=2, unique=True)


def lists(by: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The values of each dimension: all of them where it is taken apart."""
    categories, sexes, bands = (EVERY[name] if name in by else ["all"] for name in ("category", "sex", "age_band"))
    return categories, sexes, bands


def parts_by_reference(history: History, by: list[str], days: list[date]) -> Parts:
    found: Parts = {}
    categories, sexes, bands = lists(by)
    for category, sex, band in product(categories, sexes, bands):
        for (measure, commune, day), stock in by_reference(history, days, Cut(category, sex, band)).items():
            found[measure, "all" if measure in WITHOUT_CATEGORY else category, sex, band, commune, day] = stock
    return found


async def parts_by_ledger(
    connection: asyncpg.Connection, by: list[str], days: list[date], known: date | None = None
) -> Parts:
    categories, sexes, bands = lists(by)
    pairs = {(m, "all" if m in WITHOUT_CATEGORY else category) for m in MEASURES for category in categories}
    measures, of = zip(*sorted(pairs), strict=True)
    asked = (measures, of, sexes, bands, days)
    rows = await (connection.fetch(THEN, *asked, known) if known else connection.fetch(NOW, *asked))
    parts = {tuple(row)[:-1]: row["stock"] for row in rows}
    assert len(parts) == len(rows), "each combination once"
    return parts  # type: ignore[return-value] # a row is of the width of the statement


def some_days(history: History, pick: Callable[[list[date]], list[date]]) -> list[date]:
    return pick(sorted({*DAYS, *days_of(history)}))


@profile(50)
@given(story=stories(), by=wanted, data=st.data())
async def test_every_combination_is_what_the_reference_counts(
    connection: asyncpg.Connection, story: list[Step], by: list[str], data: st.DataObject
) -> None:
    async with undone(connection):
        history = await enter(connection, story)
        days = some_days(
            history,
            lambda all_days: data.draw(st.lists(st.sampled_from(all_days), min_size=1, max_size=4, unique=True)),
        )
        assert await parts_by_ledger(connection, by, days) == parts_by_reference(history, by, days)


@profile(40)
@given(story=dated_stories(), by=wanted, data=st.data())
async def test_every_combination_is_what_it_was_at_the_close_of_a_day(
    connection: asyncpg.Connection, story: list[tuple[date, Step]], by: list[str], data: st.DataObject
) -> None:
    history, said = EMPTY, {BEFORE_ALL: EMPTY}
    async with undone(connection):
        for day, (_, step) in zip(sorted(day for day, _ in story), story, strict=True):
            await post(connection, await write(connection, history, *step), day)
            said[day] = history = step[-1]
        days = some_days(
            history,
            lambda all_days: data.draw(st.lists(st.sampled_from(all_days), min_size=1, max_size=3, unique=True)),
        )
        for known, then in said.items():
            assert await parts_by_ledger(connection, by, days, known) == parts_by_reference(then, by, days)


TOUCHES = f"""
SELECT v.code, t.day FROM touch t JOIN area_version v ON v.area_id = t.area_id AND v.during @> date '{MAP}'
"""


@profile(40)
@given(story=dated_stories())
async def test_a_register_is_touched_on_the_days_of_the_postings_that_change_its_count(
    connection: asyncpg.Connection, story: list[tuple[date, Step]]
) -> None:
    history, touched = EMPTY, set()
    days = sorted({*DAYS, *(day for _, step in story for after in step for day in days_of(after))})
    async with undone(connection):
        for posted_on, step in story:
            before, after = (by_reference(h, days, ALL) for h in (history, step[-1]))
            await post(connection, await write(connection, history, *step), posted_on)
            history = step[-1]
            touched |= {
                (c, posted_on)
                for c in COMMUNES
                if any(before.get(q) != after.get(q) for q in before | after if q[1] == c)
            }
        told = {tuple(row) for row in await connection.fetch(TOUCHES)}
        assert touched <= told, "whatever changes the count of a commune on any day touches it"
        assert await ledger_differences(connection) == []
        await connection.execute("DELETE FROM touch")
        assert len(await ledger_differences(connection)) == len(told)
        await connection.execute("SELECT remake_touches()")
        assert await ledger_differences(connection) == []
