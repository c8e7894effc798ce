"""What a figure stands on, and who is left out of it."""

from dataclasses import replace
from typing import Any

from service.database import Reader
from service.domain.attainment import Measurement
from service.domain.measure import CLOCKED, helped, is_assisted, kind_of
from service.queries import stocks
from service.queries.attainment import Question

COMMUNES = "$1::integer[]"
WORDS = """
SELECT CASE $3 WHEN 'en' THEN i.name_en ELSE i.name_vi END AS name,
       CASE $3 WHEN 'en' THEN i.definition_en ELSE i.definition_vi END AS definition, i.legal_basis,
       CASE $3 WHEN 'en' THEN r.name_en ELSE r.name_vi END AS rule, p.legal_basis AS promised_by,
       ARRAY(SELECT s.legal_basis FROM category_scheme s WHERE s.kind = $4 ORDER BY s.code) AS lists
FROM indicator i, counting_rule r, programme p
WHERE i.code = $1 AND r.id = $2 AND p.code = $5
"""
POSTED = f"SELECT min(day) AS first, max(day) AS last FROM touch WHERE area_id = ANY ({COMMUNES}) AND day <= $2"
OF_RECORDS = f"SELECT reason, children FROM left_out_of_records($3, {COMMUNES}, $2)"
OF_CLOCK = f"SELECT reason, children FROM left_out_of_clock($3::smallint, {COMMUNES}, $2)"
OF_LEDGER = f"SELECT left_out_of_ledger($3::smallint, $4, {COMMUNES}, $2, $5)"
IN_ANOTHER_STAGE = f"""
SELECT count(*) FROM site s JOIN site_stage g ON g.site_id = s.id AND g.during @> $2::date
WHERE s.area_id = ANY ({COMMUNES}) AND g.stage NOT IN ('completed', 'replicated')
"""


async def words(reader: Reader, asked: Question, language: str) -> dict[str, Any]:
    """Name, definition, rule, and on what law they stand."""
    indicator, programme = asked.indicator, asked.programme
    kind = kind_of(indicator.counted)
    row = await reader.fetchrow(WORDS, indicator.code, programme.rule, language, kind, programme.code)
    assert row is not None
    return dict(row)


async def posted(reader: Reader, asked: Question) -> dict[str, Any]:
    """The first and the last day on which a posting touched the area, as known."""
    row = await reader.fetchrow(POSTED, list(asked.view.carried.places), asked.known)
    assert row is not None
    return dict(row)


def reasons(asked: Question) -> list[str]:
    """Why somebody (or something) may be left out of the figure."""
    indicator = asked.indicator
    if indicator.denominator is None:
        return ["site_in_another_stage", "withdrawn_or_corrected", "communes_not_covered"]
    if indicator.denominator == CLOCKED:
        return [
            *("deadline_missed", "no_deadline_yet", "case_without_procedure"),
            *("withdrawn_or_corrected", "communes_not_covered"),
        ]
    found = ["circumstance_of_sixteen_or_older", "circumstance_without_residence"]
    if kind_of(indicator.counted) == "at_risk":
        found.append("special_takes_precedence")
    if is_assisted(indicator.counted):
        found += ["case_without_intervention", "without_open_case"]
    else:
        found.insert(0, "of_sixteen_or_older")
    return [*found, "withdrawn_or_corrected", "communes_not_covered"]


async def left_out(reader: Reader, asked: Question, now: Measurement) -> dict[str, int | None]:
    """How many are left out of what was measured, for each reason; None where that is not told.

    What the records say, they say of now, so not of what was known then; and who was managed came into the ledger after
    who was assisted. Whoever receives rounded figures is told of communes alone: exact numbers beside rounded ones
    could be subtracted.
    """
    indicator, numerator, rule = asked.indicator, asked.indicator.counted, asked.programme.rule
    place = (list(asked.view.carried.places), asked.on)
    told: dict[str, int | None] = dict.fromkeys(reasons(asked))
    told["communes_not_covered"] = sum(not commune.covered for commune in asked.view.places("commune"))
    if asked.rounded:
        return told
    told["withdrawn_or_corrected"] = await reader.fetchval(OF_LEDGER, *place, rule, numerator, asked.known)
    if indicator.denominator == CLOCKED:
        told["deadline_missed"] = now.whole - now.numerator
    if asked.past:
        return told
    if is_assisted(numerator):
        managed = replace(indicator, numerator=helped(numerator, "managed"))
        trends = await stocks.over_time(reader, asked, [managed], [asked.on])
        in_open_cases = trends[indicator.code, asked.on].now.numerator
        told["without_open_case"] = now.whole - in_open_cases
        told["case_without_intervention"] = in_open_cases - now.numerator
    if indicator.denominator is None:
        told["site_in_another_stage"] = await reader.fetchval(IN_ANOTHER_STAGE, *place)
        return told
    of_clock = indicator.denominator == CLOCKED
    rows = await reader.fetch(*((OF_CLOCK, *place, rule) if of_clock else (OF_RECORDS, *place, kind_of(numerator))))
    found = {row["reason"]: row["children"] for row in rows}
    return {reason: found.get(reason, 0) if count is None else count for reason, count in told.items()}
