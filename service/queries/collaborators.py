"""Collaborators of the villages, and the lists of children that they look after."""

from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.doors import through

# $1 the caller's assignment
AROUND = """
FROM assignment a
JOIN role r ON r.code = a.role AND r.reach = 'list'
JOIN account u ON u.id = a.account_id AND u.disabled_at IS NULL
WHERE a.during @> (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
  AND a.area_id IN (SELECT area_id FROM assignment_area WHERE assignment_id = $1)
"""
# $2 after
LIST = f"""
SELECT json_build_object(
    'assignment_id', a.id, 'account', u.name, 'name', u.full_name,
    'area', (SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind) FROM area_version v
             WHERE v.area_id = a.area_id ORDER BY lower(v.during) DESC NULLS LAST LIMIT 1),
    'from', lower(a.during), 'until', upper(a.during))::text, a.id
{AROUND} AND ($2::uuid IS NULL OR a.id > $2)
ORDER BY a.id LIMIT $3
"""
NUMBER = f"SELECT count(*) {AROUND}"
PUT = "list_child({asking}, :child, :collaborator, :listed)"


async def collaborators(reader: Reader, assignment_id: UUID, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Item and id of those in the areas of an assignment; one row more than the limit."""
    return await reader.fetch(LIST, assignment_id, after, limit + 1)


async def number_of_collaborators(reader: Reader, assignment_id: UUID) -> int:
    number: int = await reader.fetchval(NUMBER, assignment_id)
    return number


async def put(session: AsyncSession, child_id: UUID, collaborator: UUID, *, listed: bool) -> bool:
    """Put a child on a list, or take it off. False where the caller meets not both of them."""
    return bool(await through(session, PUT, child=child_id, collaborator=collaborator, listed=listed))
