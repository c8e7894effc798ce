"""What was promised: programmes with their targets and rules, indicators with their words."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from service.database import Reader
from service.domain.refusal import Refusal
from service.domain.target import Direction, TargetUnit
from service.wire import Dated, Public

# $1 language
TARGET = """
    'id', t.id, 'direction', t.direction, 'unit', t.unit, 'value', t.value::text, 'due_on', t.due_on,
    'baseline', CASE WHEN t.baseline_on IS NOT NULL
                     THEN json_build_object('value', t.baseline_value::text, 'on', t.baseline_on) END,
    'legal_basis', t.legal_basis, 'revision', t.revision, 'decided_on', t.decided_on,
    'valid', json_build_object('from', lower(t.during), 'until', upper(t.during))"""
PROGRAMME = f"""
SELECT p.code, json_build_object(
    'code', p.code, 'name', CASE $1 WHEN 'en' THEN p.name_en ELSE p.name_vi END, 'legal_basis', p.legal_basis,
    'area', p.area_code, 'period', json_build_object('from', lower(p.during), 'until', upper(p.during)),
    'level', p.level, 'definition', CASE $1 WHEN 'en' THEN p.definition_en ELSE p.definition_vi END,
    'denominator_source', p.denominator_source,
    'targets', (SELECT coalesce(json_agg(json_build_object('indicator', i.code, {TARGET})
                                         ORDER BY i.position, t.due_on, t.revision), '[]')
                FROM target t JOIN indicator i ON i.code = t.indicator_code
                WHERE t.programme_code = p.code AND t.area_id IS NULL),
    'counting_rules', (
        SELECT json_agg(json_build_object(
            'code', r.programme_code || '/' || r.number, 'name', CASE $1 WHEN 'en' THEN r.name_en ELSE r.name_vi END,
            'from', r.adopted_from,
            'age_bands', (SELECT coalesce(json_agg(b.code ORDER BY b.from_age), '[]')
                          FROM age_band b WHERE b.rule = r.id)
        ) ORDER BY r.number)
        FROM counting_rule r WHERE r.programme_code = coalesce(p.rules_of, p.code) AND r.state = 'adopted')) AS item
FROM programme p
"""
INDICATOR = f"""
SELECT i.code, i.position, json_build_object(
    'code', i.code, 'name', CASE $1 WHEN 'en' THEN i.name_en ELSE i.name_vi END,
    'definition', CASE $1 WHEN 'en' THEN i.definition_en ELSE i.definition_vi END,
    'numerator', i.numerator, 'denominator', i.denominator, 'unit', i.unit, 'legal_basis', i.legal_basis,
    'targets', (SELECT coalesce(json_agg(json_build_object('programme', t.programme_code, {TARGET})
                                         ORDER BY t.programme_code, t.due_on, t.revision), '[]')
                FROM target t WHERE t.indicator_code = i.code AND t.area_id IS NULL)) AS item
FROM indicator i
"""


class Baseline(BaseModel):
    """From where it sets out."""

    value: Public[str]
    on: Public[date]


class TargetRecord(BaseModel):
    """What must be reached by a day. `below` is strict. A revision supersedes it from a day on."""

    id: Public[UUID]
    direction: Public[Direction]
    unit: Public[TargetUnit]
    value: Public[str]
    due_on: Public[date]
    baseline: Baseline | None
    legal_basis: Public[str]
    revision: Public[int]
    decided_on: Public[date]
    valid: Dated


class TargetOfProgramme(TargetRecord):
    """A target of a programme."""

    programme: Public[str]


class TargetOfIndicator(TargetRecord):
    """A target for an indicator."""

    indicator: Public[str]


async def programmes(reader: Reader, language: str) -> str:
    found: str = await reader.fetchval(f"SELECT json_agg(item ORDER BY code) FROM ({PROGRAMME}) p", language)
    return found


async def programme(reader: Reader, code: str, language: str) -> str:
    found: str | None = await reader.fetchval(f"SELECT item FROM ({PROGRAMME}) p WHERE code = $2", language, code)
    if found is None:
        raise Refusal("programme_unknown")
    return found


async def indicators(reader: Reader, language: str) -> str:
    found: str = await reader.fetchval(f"SELECT json_agg(item ORDER BY position) FROM ({INDICATOR}) i", language)
    return found


async def indicator(reader: Reader, code: str, language: str) -> str:
    found: str | None = await reader.fetchval(f"SELECT item FROM ({INDICATOR}) i WHERE code = $2", language, code)
    if found is None:
        raise Refusal("indicator_unknown")
    return found
