"""Tasks are read from the indexes of what is open (or was met), however much there is that is neither."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

OFFICER, PROVINCE = UUID(int=1007), UUID(int=2001)  # the officer of area 7, whose assignment reaches the areas 1 to 20
# Forty thousand deadlines of a thousand cases in forty areas: a quarter was met, half of them were lifted.
FILL = f"""
INSERT INTO account (id, name, kind, full_name)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'officer-' || n, 'person', 'x' FROM unnest('{{{PROVINCE.int}}}' || ARRAY(
    SELECT generate_series(1001, 1040))) n;
INSERT INTO assignment (id, account_id, role, area_id, during)
SELECT id, id, 'district_officer', 1, '[2016-01-01,)' FROM account WHERE name LIKE 'officer-%' AND id <> '{PROVINCE}';
INSERT INTO assignment (id, account_id, role, area_id, during)
SELECT '{PROVINCE}', '{PROVINCE}', 'province_officer', id, '[2016-01-01,)'
FROM area WHERE level = 'province' AND covered ORDER BY id LIMIT 1;
INSERT INTO assignment_area SELECT '{OFFICER}', generate_series(1, 20);
INSERT INTO child (id, full_name, sex, date_of_birth)
SELECT md5('child ' || n)::uuid, 'Đỗ Thị Mận', 'female', '2010-02-28' FROM generate_series(1, 1000) n;
INSERT INTO case_file (id, child_id, kind, opened_on, incident_area_id, residence_area_id)
SELECT md5('case ' || n)::uuid, md5('child ' || n)::uuid, 'protection', '2018-01-01', 1 + n % 40, 1 + n % 40
FROM generate_series(1, 1000) n;
INSERT INTO deadline (case_id, code, nth, starts_at, due_at, met_at, lifted_at, area_id, officer, source, rule)
SELECT md5('case ' || n)::uuid, 'plan', k, '2018-01-01',
       timestamptz '2018-01-01' + (n * 7 + k) % 1000 * interval '1 day',
       CASE WHEN k % 4 = 0 THEN timestamptz '2018-06-01' END, CASE WHEN k % 4 > 1 THEN timestamptz '2018-06-01' END,
       1 + n % 40, lpad(to_hex(1001 + n % 40), 32, '0')::uuid, 'law', (SELECT id FROM deadline_rule WHERE code = 'plan')
FROM generate_series(1, 1000) n, generate_series(1, 40) k
"""
# What this transaction has read of the table one by one, and of its indexes.
READ = """
SELECT pg_stat_get_xact_numscans('deadline'::regclass) AS scans,
       (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index
        WHERE indrelid = 'deadline'::regclass)::integer AS entries
"""
ASKING = "ROW($1::uuid, 'supervision', '', 'r', 'a')::asking"
LIST = f"SELECT due_at FROM list_tasks({ASKING}, $2, $3, $4, NULL, $5, $6, '2019-01-01', 'vi', NULL, NULL, 50)"


QUESTIONS = [  # who asks, for whose, where, how they stand; and how much of the indexes is read at most
    (OFFICER, OFFICER, None, None, 200),  # mine
    (OFFICER, None, None, "overdue", 20 * 55 + 200),  # of twenty areas the first of each
    (OFFICER, None, [3, 4], "due", 2 * 55 + 200),
    (PROVINCE, None, None, "overdue", 200),  # of everywhere, in one order
]


@pytest.fixture
async def filled(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    """Written long ago: the planner looks at what was not committed yet, too."""
    connection = await asyncpg.connect(empty_database)
    await connection.execute(FILL)
    await connection.execute("VACUUM ANALYZE deadline, case_file, child, assignment_area")
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_a_page_reads_little_more_than_it_shows(filled: asyncpg.Connection) -> None:
    for who, officer, areas, standing, entries in QUESTIONS:
        before = await filled.fetchrow(READ)
        rows = await filled.fetch(LIST, who, officer, areas, standing, None, None)
        after = await filled.fetchrow(READ)
        assert len(rows) == 51
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
        assert after["scans"] == before["scans"]
        assert 51 <= after["entries"] - before["entries"] <= entries, standing


async def test_a_summary_reads_what_is_open_and_what_was_met_in_the_period(filled: asyncpg.Connection) -> None:
    summary = f"SELECT * FROM summarise_tasks({ASKING}, $2, '2019-01-01', '2019-01-07', '2018-12-01', '2019-01-01')"
    before = await filled.fetchrow(READ)
    rows = await filled.fetch(summary, OFFICER, [3, 4])
    after = await filled.fetchrow(READ)
    found = sum(row[name] for row in rows for name in ("due", "overdue", "paused", "met", "met_late"))
    assert found > 400
    assert after["scans"] == before["scans"]
    assert found <= after["entries"] - before["entries"] < found + 50
