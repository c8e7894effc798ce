"""Who counted, as known at the close of a day, and who was put in or taken out since: child by child."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from uuid import UUID

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.answers import COMMUNES, MEASURES, WITHIN, Cut, days_of
from tests.ledger.histories import DAYS, cuts, profile
from tests.ledger.records import History
from tests.ledger.reference import count
from tests.ledger.tables import EMPTY, MAP, Step, post, undone, write
from tests.ledger.test_known import dated_stories

COUNTING = f"""
WITH within AS (
    SELECT array_agg(area_id ORDER BY area_id) AS areas
    FROM area_version WHERE code = ANY ($7) AND during @> date '{MAP}'
)
SELECT n.subject_id, w.measure, v.code
FROM within, unnest($1::text[], $2::text[]) AS w (measure, category),
     counting(ROW($8::smallint, w.measure, NULL::text, w.category, $3::text, $4::text, within.areas, within.areas,
                  array_fill(NULL::bigint, ARRAY[cardinality(within.areas)]), NULL::bigint[], date '{MAP}', $5::date,
                  $6::date)::number_asked) n
JOIN area_version v ON v.area_id = n.area_id AND v.during @> date '{MAP}'
"""
RESTATED = f"""
SELECT r.subject_id, r.measure, v.code, r.change
FROM restated($8::smallint, $1, $2, $3, $4, {WITHIN}, $5, $6, $7) r
JOIN area_version v ON v.area_id = r.area_id AND v.during @> date '{MAP}'
"""
Counted = Counter[tuple[UUID, str, str]]  # child or site, measure, commune


def by_reference(history: History, day: date, cut: Cut) -> Counted:
    """Everyone for themselves."""
    alone = [replace(history, children=(child,), sites=()) for child in history.children]
    alone += [replace(history, children=(), sites=(site,)) for site in history.sites]
    return Counter(
        ((one.children or one.sites)[0].id, measure, area)
        for one in alone
        for measure, category in cut.pairs().items()
        for area in COMMUNES
        for _ in range(count(one, measure, area, day, category, cut.sex, cut.age_band, cut.rule))
    )


async def counting(connection: asyncpg.Connection, day: date, known: date | None, cut: Cut) -> Counted:
    measures, categories = zip(*cut.pairs().items(), strict=True)
    part = (cut.sex, cut.age_band, day, known, COMMUNES, cut.rule.id)
    return Counter(map(tuple, await connection.fetch(COUNTING, measures, categories, *part)))


async def restated(connection: asyncpg.Connection, day: date, since: date, until: date, cut: Cut) -> Counted:
    """The sum of what postings changed."""
    categories = list(cut.pairs().values())
    rows = await connection.fetch(RESTATED, MEASURES, categories, cut.sex, cut.age_band, day, since, until, cut.rule.id)
    changes: Counted = Counter()
    for subject, measure, code, change in rows:
        changes[subject, measure, code] += change
    return changes


def nonzero(counted: Counted) -> dict[tuple[UUID, str, str], int]:
    return {key: number for key, number in counted.items() if number}


@profile(40)
@given(story=dated_stories(), cut=cuts(), data=st.data())
async def test_records_and_restatements_of_any_day_are_those_of_the_reference(
    connection: asyncpg.Connection, story: list[tuple[date, Step]], cut: Cut, data: st.DataObject
) -> None:
    history, said = EMPTY, {date(2000, 1, 1): EMPTY}
    days = {*DAYS, *(day for _, step in story for after in step for day in days_of(after))}
    on_this_map = sorted(day for day in days if date(2000, 1, 1) < day < date(2024, 12, 1))
    asked = data.draw(st.lists(st.sampled_from(on_this_map), min_size=1, max_size=4))
    async with undone(connection):
        for day, (_, step) in zip(sorted(day for day, _ in story), story, strict=True):
            await post(connection, await write(connection, history, *step), day)
            said[day] = history = step[-1]
        for on in asked:
            known = {day: by_reference(then, on, cut) for day, then in said.items()}
            for day, counted in known.items():
                assert await counting(connection, on, day, cut) == counted
            assert await counting(connection, on, None, cut) == known[max(known)]
            for since, until in [*pairwise(known), (min(known), max(known))]:
                change = Counter(known[until])
                change.subtract(known[since])
                assert nonzero(await restated(connection, on, since, until, cut)) == nonzero(change)
