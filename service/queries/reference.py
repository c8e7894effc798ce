"""The legal lists that ship with the service."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.refusal import Refusal
from service.models import Agency

CATEGORIES = """
SELECT coalesce(json_agg(json_build_object(
    'code', c.code, 'scheme', c.scheme_code, 'parent', c.parent_code, 'kind', c.kind,
    'name', CASE $3 WHEN 'en' THEN c.name_en ELSE c.name_vi END, 'legal_basis', c.legal_basis,
    'in_force', json_build_object('from', lower(c.during), 'until', upper(c.during))) ORDER BY c.position), '[]')
FROM category c WHERE ($1::date IS NULL OR c.during @> $1) AND ($2::text IS NULL OR c.kind = $2)
"""
MEASURES = """
SELECT json_agg(json_build_object(
    'code', code, 'level', coalesce(parent_code, code),
    'name', CASE $1 WHEN 'en' THEN name_en ELSE name_vi END, 'legal_basis', legal_basis) ORDER BY position)
FROM intervention_measure
"""


async def categories(reader: Reader, on: date | None, kind: str | None, language: str) -> str:
    found: str = await reader.fetchval(CATEGORIES, on, kind, language)
    return found


async def intervention_measures(reader: Reader, language: str) -> str:
    found: str = await reader.fetchval(MEASURES, language)
    return found


SECTION = "SELECT section FROM category WHERE code = $1"


async def check_received(reader: Reader, code: str, sections: Collection[str]) -> None:
    """Refuses to look for a category that the caller does not receive."""
    section = await reader.fetchval(SECTION, code)
    if section is not None and section not in sections:
        raise Refusal("category_restricted", "/category")


IN_FORCE = text(
    "SELECT during @> CAST(:day AS date) AS in_force, section FROM category WHERE code = CAST(:code AS text)"
)
MEASURE = text("SELECT EXISTS (SELECT FROM intervention_measure WHERE code = CAST(:code AS text))")


async def check_category(session: AsyncSession, code: str, begins: date) -> None:
    """A circumstance begins only in a category that is in force on its first day, and that the caller receives."""
    connection = await session.connection()
    found = (await connection.execute(IN_FORCE, {"code": code, "day": begins})).one_or_none()
    if found is None:
        raise Refusal("category_unknown", "/category")
    if found.section is not None and found.section not in session.info["caller"].role.sections:
        raise Refusal("category_restricted", "/category")
    if not found.in_force:
        raise Refusal("category_not_in_force", "/category")


async def check_measure(session: AsyncSession, code: str, pointer: str = "/measure") -> None:
    connection = await session.connection()
    if not await connection.scalar(MEASURE, {"code": code}):
        raise Refusal("measure_unknown", pointer)


async def check_agency(session: AsyncSession, agency_id: UUID | None, pointer: str = "/agency") -> None:
    if agency_id is not None and await session.get(Agency, agency_id) is None:
        raise Refusal("agency_unknown", pointer)
