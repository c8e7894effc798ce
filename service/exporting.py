"""The records as CSV files: UTF-8, a header row, ISO days; empty means open or unknown. See docs/exchange.md."""

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from service import operator
from service.domain.access import Purpose

# The commune's code is the one on the day `from`.
CODE_THEN = "(SELECT v.code FROM area_version v WHERE v.area_id = {0}.area_id AND v.during @> lower({0}.during))"
AREA_THEN = "v.code AS area, lower(v.during) AS area_since"
FIRST_CODE = """
LEFT JOIN LATERAL (SELECT code, during FROM area_version
                   WHERE area_id = {1} ORDER BY lower(during) NULLS FIRST LIMIT 1) {0} ON true
"""
FIRST_VERSION = FIRST_CODE.format("v", "{0}.area_id")
FILES = {
    "register.csv": """
        SELECT fixed_today AS today, demonstration::text FROM register WHERE fixed_today IS NOT NULL OR demonstration
    """,
    "agencies.csv": """
        SELECT id, name, kind, lower(during) AS "from", upper(during) AS until, version FROM agency ORDER BY id
    """,
    "reforms.csv": """
        SELECT id, effective_on, legal_basis, document, applied_at, account FROM reform ORDER BY applied_at, id
    """,
    # The rules that this register has drafted; the others ship with the service.
    "rules.csv": """
        SELECT programme_code || '/' || number AS rule, name_vi, name_en,
               array_to_string(categories, ' ') AS categories, array_to_string(case_kinds, ' ') AS case_kinds,
               array_to_string(assisting_measures, ' ') AS assisting_measures, state, adopted_from AS "from",
               first_posting, drafted_by, drafted_at, version
        FROM counting_rule WHERE drafted_by IS NOT NULL AND state <> 'withdrawn' ORDER BY id
    """,
    "age_bands.csv": """
        SELECT r.programme_code || '/' || r.number AS rule, b.code, b.from_age, b.until_age
        FROM age_band b JOIN counting_rule r ON r.id = b.rule
        WHERE r.drafted_by IS NOT NULL AND r.state <> 'withdrawn' ORDER BY b.rule, b.from_age
    """,
    "deadline_rules.csv": """
        SELECT id, code AS deadline, name_vi, name_en, kind, part, lower(during) AS "from", upper(during) AS until,
               array_to_string(amounts, ' ') AS amounts, every, unit, array_to_string(starts, ' ') AS starts,
               array_to_string(met_by, ' ') AS met_by, receipt, concluded, legal_basis
        FROM deadline_rule ORDER BY code, lower(during) NULLS FIRST
    """,
    "holidays.csv": "SELECT id, day, kind, name_vi, name_en, source, version FROM holiday ORDER BY day",
    # An area's identity is its code and the first day of that code (empty: before all records).
    "targets.csv": f"""
        SELECT t.id, programme_code AS programme, indicator_code AS indicator, {AREA_THEN},
               direction, unit, value, baseline_value, baseline_on, due_on, legal_basis, revision, decided_on,
               lower(t.during) AS "from", upper(t.during) AS until, allocated_from
        FROM target t {FIRST_VERSION.format("t")} ORDER BY allocated_from NULLS FIRST, t.id
    """,
    "populations.csv": f"""
        SELECT o.id, {AREA_THEN}, on_date AS "on", population, children_under_16, source
        FROM official_population o {FIRST_VERSION.format("o")} ORDER BY o.id
    """,
    "children.csv": """
        SELECT id, full_name, sex, date_of_birth, date_of_birth_precision, identified::text, personal_id, ethnicity,
               version, created_at, updated_at
        FROM child ORDER BY id
    """,
    # Of a residence that begins when its area was no more (a reform came to be known later), `on` is a day on which the
    # area had this code.
    "residences.csv": f"""
        SELECT id, child_id, coalesce({CODE_THEN.format("r")}, v.code) AS commune, lower(r.during) AS "from",
               upper(r.during) AS until, end_reason,
               CASE WHEN {CODE_THEN.format("r")} IS NULL THEN coalesce(lower(v.during), '1900-01-01') END AS "on"
        FROM residence r
        CROSS JOIN LATERAL (SELECT code, during FROM area_version
                            WHERE area_id = r.area_id ORDER BY during DESC LIMIT 1) v
        ORDER BY child_id, lower(r.during)
    """,
    "circumstances.csv": """
        SELECT c.id, child_id, category_code AS category, k.kind, lower(c.during) AS "from", upper(c.during) AS until,
               evidence
        FROM circumstance c JOIN category k ON k.code = c.category_code ORDER BY child_id, lower(c.during), c.id
    """,
    "cases.csv": """
        SELECT id, child_id, kind, opened_on AS "from", closed_on AS until, outcome, reason, previous_case_id, version
        FROM case_file ORDER BY child_id, opened_on, id
    """,
    # What a step says, but for the areas that it names: those are their first code and the first day of that.
    "case_steps.csv": f"""
        SELECT s.id, case_id, s.code AS step, occurred_at, recorded_at, actor,
               nullif(content - 'incident' - 'residence', '{{}}') AS content, reason, withdrawn_at,
               i.code AS incident, lower(i.during) AS incident_since, r.code AS residence,
               lower(r.during) AS residence_since
        FROM (SELECT *, (content ->> 'incident')::integer AS incident_area,
                     (content ->> 'residence')::integer AS residence_area FROM case_step) s
        {FIRST_CODE.format("i", "s.incident_area")}
        {FIRST_CODE.format("r", "s.residence_area")}
        ORDER BY case_id, occurred_at, s.id
    """,
    # What the steps do not tell: due moments as they were when they began, and pauses.
    "deadlines.csv": """
        SELECT id, case_id, code AS deadline, nth, starts_at, due_at, paused_at, pause_reason, item, rule
        FROM deadline ORDER BY case_id, due_at, id
    """,
    "interventions.csv": """
        SELECT id, case_id, measure_code AS measure, started_on AS "from", ended_on AS until, provider,
               agency_id AS agency
        FROM intervention ORDER BY case_id, started_on, id
    """,
    # Who informed is written nowhere.
    "case_reports.csv": f"""
        SELECT r.id, v.code AS commune, lower(v.during) AS commune_since, place, sender, reference,
               encode(said, 'hex') AS said, receiving_code, year, number, receiving_place, source, channel, received_at,
               recorded_at, concern, condition, likely_harm, steps_taken, anonymous::text, passed_on_at, unfounded_at,
               unfounded_reason, version
        FROM case_report r {FIRST_VERSION.format("r")} ORDER BY received_at, r.id
    """,
    "reported_children.csv": f"""
        SELECT x.id, report_id, n AS number, child_id, case_id, full_name, sex, date_of_birth, estimated_age,
               v.code AS commune, lower(v.during) AS commune_since, father, mother, carer
        FROM case_report_child x {FIRST_CODE.format("v", "x.residence_area_id")} ORDER BY report_id, n
    """,
    # One row a stage; a site without a stage has one row that names none. Where the commune was not on the map on the
    # day `from`, `on` is a day on which it had this code.
    "sites.csv": f"""
        SELECT s.id, coalesce({CODE_THEN.format("g")}, v.code) AS commune, g.stage, lower(g.during) AS "from",
               upper(g.during) AS until, g.stage_id, s.version,
               CASE WHEN {CODE_THEN.format("g")} IS NULL THEN coalesce(lower(v.during), '1900-01-01') END AS "on"
        FROM site s
        CROSS JOIN LATERAL (SELECT code, during FROM area_version
                            WHERE area_id = s.area_id ORDER BY during LIMIT 1) v
        LEFT JOIN (
            SELECT g.site_id, g.id AS stage_id, g.stage, g.during, s.area_id
            FROM site_stage g JOIN site s ON s.id = g.site_id
        ) g ON g.site_id = s.id ORDER BY s.id, lower(g.during)
    """,
    # An area's identity is its code and the first day of that code (empty: before all records).
    "spells.csv": """
        SELECT s.subject_id, v.code AS commune, v.since AS commune_since, r.programme_code || '/' || r.number AS rule,
               s.measure, s.category, s.sex, s.born, lower(s.during) AS "from", upper(s.during) AS until,
               s.posted, s.withdrawn
        FROM spell s
        JOIN counting_rule r ON r.id = s.rule
        JOIN (SELECT DISTINCT ON (area_id) area_id, code, lower(during) AS since FROM area_version
              ORDER BY area_id, lower(during) NULLS FIRST) v ON v.area_id = s.area_id
        ORDER BY s.id
    """,
    "postings.csv": "SELECT number, day, at, actor, cause FROM posting ORDER BY number",
    "editions.csv": """
        SELECT id, number, programme, area, "on", map, posting, sealed_at, sealed_by, note, previous, content, hash,
               signature, key
        FROM edition ORDER BY sealed_at, id
    """,
}


class NotEmptyError(Exception):
    """The folder to export to holds something already."""


class NotWrittenError(Exception):
    """The folder to export to takes no files, or no more of them."""


NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOTDIR}


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder to write in, which becomes `folder` when all is written, and nothing otherwise."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise NotEmptyError(f"{folder} is not an empty folder: name a new or an empty one.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            yield making
            making.rename(folder)
        except BaseException:
            shutil.rmtree(making)
            raise
    except OSError as error:
        if error.errno not in NOT_WRITABLE:
            raise
        raise NotWrittenError(f"{folder} cannot be written ({error.strerror}), and nothing was.") from error


async def export(connection: asyncpg.Connection, folder: Path, notify: Callable[[str], None]) -> None:
    """Write all files as the records stand at one moment, while others write on. That is on record before it begins."""
    await operator.record(connection, "export", Purpose.EXCHANGE)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC'")
        for name, query in FILES.items():
            done = await copied(connection, query, folder / name)
            notify(f"{name}: {done.removeprefix('COPY ')} rows")


async def copied(connection: asyncpg.Connection, query: str, path: Path) -> str:
    """Write one file, all of it or an error. The driver waits for ever when what it writes to fails: it never does."""
    failed: list[OSError] = []
    with path.open("wb") as file:

        async def write(data: bytes) -> None:
            if not failed:
                try:
                    file.write(data)
                except OSError as error:
                    failed.append(error)

        done: str = await connection.copy_from_query(query, output=write, format="csv", header=True)
    if failed:
        raise failed[0]
    return done
