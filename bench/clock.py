"""The clock of many open cases: tasks over HTTP against a child by its id, and what a step costs."""

import statistics
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

import httpx
import orjson

from bench.lists import against as page_against
from bench.load import post
from bench.measuring import ratio, told
from bench.over_http import UNHINDERED, WITH_A_CASE, against, both, cloned, served, signed_in
from bench.province import COMMUNE, Province, area_of
from service.domain.procedure.versions import FORMS

OPEN_CASES = 100_000
WANTED = 4  # times a child by its id
WEEK = {"due_from": "2020-12-28", "due_before": "2021-01-04"}
QUESTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (  # who asks what
    ("commune_worker", "mine, due this week", {"officer": "me", **WEEK}),
    ("district_officer", "overdue in my district", {"area": "329", "standing": "overdue"}),
    ("district_officer", "all that is open", {}),
    ("province_officer", "overdue in a district", {"area": "329", "standing": "overdue"}),
    ("province_officer", "overdue anywhere", {"standing": "overdue"}),
    ("commune_worker", "met late", {"standing": "met_late"}),
)
ASSIGNMENT = "SELECT a.id FROM assignment a JOIN account u ON u.id = a.account_id WHERE u.name = 'commune_worker'"
# Of a child at most one open case, of the officer of its commune: the demonstration's worker in one of them, and one
# made for each of the others. {mine}, {commune}: that worker, and where.
CASES = """
CREATE TEMPORARY TABLE of_commune AS
SELECT area_id, CASE WHEN area_id = {commune} THEN '{mine}'::uuid ELSE uuidv7() END AS officer
FROM (SELECT DISTINCT area_id FROM home) h;

INSERT INTO account (id, name, kind, full_name)
SELECT officer, 'worker-' || area_id, 'person', 'Cán bộ' FROM of_commune WHERE area_id <> {commune};

INSERT INTO assignment (id, account_id, role, area_id, during)
SELECT officer, officer, 'commune_worker', area_id, '[2016-01-01,)' FROM of_commune WHERE area_id <> {commune};

INSERT INTO case_file (child_id, kind, opened_on, stage, incident_area_id, residence_area_id, officer)
SELECT h.child_id, 'protection', date '2020-12-30' - abs(uuid_hash(h.child_id)) % 300, 'received', h.area_id, h.area_id,
       o.officer
FROM home h JOIN of_commune o USING (area_id)
WHERE NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = h.child_id)
ORDER BY uuid_hash_extended(h.child_id, 2) LIMIT {number};

INSERT INTO case_step (id, case_id, code, occurred_at, recorded_at, actor, content)
SELECT uuidv7(), id, 'report', moment, moment, officer,
       jsonb_build_object('incident', incident_area_id, 'residence', residence_area_id)
FROM case_file, LATERAL (SELECT (opened_on + time '10:00') AT TIME ZONE 'Asia/Ho_Chi_Minh' AS moment) m
WHERE stage IS NOT NULL
"""
# Of each case two that are open, one of them often overdue, and three that were met, some of them late.
DEADLINES = """
INSERT INTO deadline (case_id, code, nth, starts_at, due_at, met_at, area_id, officer, source, rule)
SELECT f.id, r.code, n, due.at - interval '12 hours', due.at,
       CASE WHEN n > 1 THEN due.at + (abs(uuid_hash(f.id)) % 20 - 15) * interval '1 hour' END,
       f.incident_area_id, f.officer, 'law', r.id
FROM case_file f
CROSS JOIN generate_series(0, 4) n
JOIN deadline_rule r ON r.code = (ARRAY['initial_assessment', 'plan', 'emergency', 'approval', 'plan'])[n + 1]
CROSS JOIN LATERAL (SELECT CASE
    WHEN n < 2 THEN timestamptz '2020-12-31 12:00+07'
                    + (abs(uuid_hash(f.id)) % 1200 - 500 + 100 * n) * '1 hour'::interval
    ELSE timestamptz '2020-12-01 12:00+07' - (abs(uuid_hash(f.id)) % 300 + 10 * n) * '1 day'::interval END AS at) due
WHERE f.stage IS NOT NULL
"""
# The one that began with the report.
FIRST_DEADLINE = """
INSERT INTO deadline (case_id, code, starts_at, due_at, area_id, officer, source, rule)
SELECT f.id, r.code, s.occurred_at, s.occurred_at + interval '12 hours', f.incident_area_id, f.officer, 'law', r.id
FROM case_file f JOIN case_step s ON s.case_id = f.id JOIN deadline_rule r ON r.code = 'initial_assessment'
"""
COUNTS = "SELECT (SELECT count(*) FROM case_file WHERE stage IS NOT NULL), (SELECT count(*) FROM deadline)"
BEGUN = "SELECT id FROM case_file WHERE stage = 'received' ORDER BY uuid_hash_extended(id, 3) LIMIT 50000"


async def filled(copy: Province, number: int, deadlines: str) -> None:
    """Open cases with a report and their deadlines, set-wise."""
    connection = await copy.connected()
    mine: UUID = await connection.fetchval(ASSIGNMENT)
    commune = await area_of(connection, COMMUNE)
    await connection.execute(CASES.format(mine=mine, commune=commune, number=number))
    await connection.execute(deadlines)
    # So that what was written just now is as what was written long ago.
    await connection.execute("VACUUM ANALYZE deadline, case_file, case_step")
    cases, kept = await connection.fetchrow(COUNTS)  # type: ignore[misc] # one row
    print(f"  {cases:,} open cases that follow the procedure, {kept:,} deadlines")
    await connection.close()


async def tasks(province: Province) -> None:
    """GET /v1/tasks of 100,000 open cases, signed in and put on record, against a child by its id; and their summary"""
    async with cloned(province) as copy:
        await filled(copy, OPEN_CASES, DEADLINES)
        connection = await copy.connected()
        by_id = f"/v1/children/{await connection.fetchval(WITH_A_CASE)}"
        await connection.close()
        officer = await signed_in(copy)
        with served(copy, **UNHINDERED) as address:
            for role, what, asked in QUESTIONS:
                with httpx.Client(base_url=address, headers=await signed_in(copy, role)) as client:
                    rounds = [page_against(client, f"/v1/tasks?{urlencode(asked)}", by_id, officer) for _ in range(5)]
                    told(f"{role}: {what}", [page for _, page, _ in rounds])
                    ratio(statistics.median(times for times, _, _ in rounds), f"at most {WANTED} x a child by its id")
            for role, by in (("district_officer", "commune"), ("province_officer", "district")):
                with httpx.Client(base_url=address, headers=await signed_in(copy, role)) as client:
                    rounds = [page_against(client, f"/v1/tasks/summary?by={by}", by_id, officer) for _ in range(3)]
                    told(f"{role}: summary by {by}", [page for _, page, _ in rounds])


async def step(province: Province) -> None:
    """POST …/initial-assessment, signed in, with its record, history, clock, tasks, ledger and commit"""
    items = (*FORMS["02"].harm, *FORMS["02"].capacity)
    concluded = {"risk": "high", "emergency": True}
    body = orjson.dumps({"answers": dict.fromkeys(items, "high"), "conclusion": concluded})
    async with cloned(province) as copy:
        await filled(copy, OPEN_CASES, FIRST_DEADLINE)
        connection = await copy.connected()
        begun = [row[0] for row in await connection.fetch(BEGUN)]
        await connection.close()
        caller = await signed_in(copy)
        # Each case once, through all rounds; and none of both, for what is inserted in it would be folded, too.
        ours, theirs = iter(begun[::2]), iter(begun[1::2])

        def asked() -> Iterator[bytes]:
            return (post(f"/v1/cases/{case}/initial-assessment", body, **caller) for case in ours)

        def inserted() -> Iterator[bytes]:
            return (post(f"/insert/v1/cases/{case}/initial-assessment", body) for case in theirs)

        with both(copy) as (address, bare):
            await against((address, asked), (bare, inserted), "at least 0.25 x the insert alone")
