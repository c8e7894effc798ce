"""Accounts: who they are, how they prove it, and what becomes of their sign-ins."""

from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.names import search
from service.domain.refusal import Refusal
from service.preconditions import IfMatch
from service.queries.assignments import ASSIGNMENT_JSON, REAL_DAY, administrators, check_administrator_remains

HEAD = """'id', a.id, 'name', a.name, 'kind', a.kind, 'full_name', a.full_name,
    'disabled', a.disabled_at IS NOT NULL, 'created_at', a.created_at"""
ASSIGNMENTS = f"""coalesce((
    SELECT json_agg({ASSIGNMENT_JSON} ORDER BY lower(m.during), m.id)
    FROM assignment m WHERE m.account_id = a.id), '[]')"""
ONE = f"""
SELECT a.version, json_build_object({HEAD}, 'assignments', {ASSIGNMENTS}) AS record FROM account a WHERE a.id = :id
"""
# $1 has a role today · $2 words of both names · $3 whether disabled
MATCHING = f"""
FROM account a
WHERE ($1::text IS NULL OR EXISTS (
      SELECT FROM assignment m WHERE m.account_id = a.id AND m.role = $1 AND m.during @> {REAL_DAY}))
  AND ($2::text IS NULL OR name_words(a.name || ' ' || a.full_name) @@ $2::tsquery)
  AND ($3::boolean IS NULL OR (a.disabled_at IS NOT NULL) = $3)
"""
LIST = f"""
SELECT json_build_object({HEAD}, 'assignments', {ASSIGNMENTS}), a.id {MATCHING}
AND ($4::uuid IS NULL OR a.id > $4) ORDER BY a.id LIMIT $5
"""
COUNT = f"SELECT count(*) {MATCHING}"

LINES = text(f"""
    SELECT a.name || CASE WHEN a.disabled_at IS NULL THEN '' ELSE ' (disabled)' END || ': ' || a.full_name
        || coalesce((SELECT string_agg(format(', %s in %s', m.role, m.area ->> 'name'), '' ORDER BY m.role) FROM (
            SELECT m.role, {ASSIGNMENT_JSON} -> 'area' AS area FROM assignment m
            WHERE m.account_id = a.id AND m.during @> {REAL_DAY}) m), '')
    FROM account a ORDER BY a.name
""")
OWN = f"""
SELECT json_build_object('id', a.id, 'name', a.name, 'kind', a.kind, 'full_name', a.full_name, 'assignment', own.id,
    'role', own.role, 'area', own.record -> 'area', 'agency', own.record -> 'agency', 'assignments', (
        SELECT json_agg({ASSIGNMENT_JSON} ORDER BY lower(m.during), m.id) FROM assignment m
        WHERE m.account_id = a.id AND m.during @> {REAL_DAY}))
FROM account a, LATERAL (
    SELECT m.id, m.role, {ASSIGNMENT_JSON} AS record FROM assignment m WHERE m.account_id = a.id AND m.id = $2) own
WHERE a.id = $1
"""
DISABLE = text("UPDATE account SET disabled_at = now() WHERE id = :id AND disabled_at IS NULL")
ENABLE = text("UPDATE account SET disabled_at = NULL WHERE id = :id")
RENAME = text("UPDATE account SET full_name = :full_name WHERE id = :id")
CALLED = text("SELECT name, kind FROM account WHERE id = :id")
NEW_ID = text("SELECT uuidv7()")
FIND = text("SELECT id FROM account WHERE name = :name")
LOCK = text("UPDATE account SET version = version + 1 WHERE id = :id RETURNING version")
PROVE = text("""
    INSERT INTO credential (account_id, hash) VALUES (:account, :hash)
    ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, changed_at = now()
""")
END_SIGN_INS = text("""
    UPDATE sign_in SET ended_at = now(), end_reason = :reason
    WHERE account_id = :account AND ended_at IS NULL AND id IS DISTINCT FROM CAST(:but AS uuid)
""")


async def accounts(
    reader: Reader, role: str | None, q: str | None, disabled: bool | None, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Item and id, by id; one row more than the limit."""
    return await reader.fetch(LIST, role, search(q).widest if q else None, disabled, after, limit + 1)


async def number_of_accounts(reader: Reader, role: str | None, q: str | None, disabled: bool | None) -> int:
    number: int = await reader.fetchval(COUNT, role, search(q).widest if q else None, disabled)
    return number


async def account(reader: Reader, account_id: UUID) -> tuple[int, str]:
    """Version and record."""
    found = await reader.fetchrow(ONE.replace(":id", "$1"), account_id)
    if found is None:
        raise Refusal("account_unknown")
    return found[0], found[1]


async def new_id(session: AsyncSession) -> UUID:
    """An id for what is to be put on record before it is made."""
    made: UUID = await only(session, NEW_ID)
    return made


async def named(session: AsyncSession, name: str) -> UUID:
    found: UUID | None = await only(session, FIND, name=name)
    if found is None:
        raise Refusal("account_unknown")
    return found


async def lock(session: AsyncSession, account_id: UUID, precondition: IfMatch | None = None) -> int:
    """Take the account for this transaction, which changes it: the new version."""
    version: int | None = await only(session, LOCK, id=account_id)
    if version is None:
        raise Refusal("account_unknown")
    if precondition is not None:
        precondition.check(version - 1)
    return version


async def set_proof(session: AsyncSession, account_id: UUID, proof: str) -> None:
    """What the account proves itself with from now on: the hash of a password, or of a client's secret."""
    await session.flush()
    await (await session.connection()).execute(PROVE, {"account": account_id, "hash": proof})


async def reset_proof(session: AsyncSession, account_id: UUID, proof: str, present: UUID | None = None) -> None:
    """Another proof, after which everyone signs in anew but the sign-in that is present."""
    await set_proof(session, account_id, proof)
    await end_sign_ins(session, account_id, "password changed", but=present)


async def disable(session: AsyncSession, account_id: UUID) -> None:
    """Nobody signs in by this account, and nobody stays so. Not the last administrator's."""
    administers = account_id in await administrators(session)
    await (await session.connection()).execute(DISABLE, {"id": account_id})
    await end_sign_ins(session, account_id, "account disabled")
    if administers:
        await check_administrator_remains(session)


async def enable(session: AsyncSession, account_id: UUID) -> None:
    await (await session.connection()).execute(ENABLE, {"id": account_id})


async def rename(session: AsyncSession, account_id: UUID, full_name: str) -> None:
    await (await session.connection()).execute(RENAME, {"id": account_id, "full_name": full_name})


async def name_and_kind(session: AsyncSession, account_id: UUID) -> tuple[str, Any]:
    found = (await (await session.connection()).execute(CALLED, {"id": account_id})).one_or_none()
    if found is None:
        raise Refusal("account_unknown")
    return found.name, found.kind


async def own(reader: Reader, account_id: UUID, assignment_id: UUID) -> str:
    """An account as it acts in one of its assignments."""
    record: str = await reader.fetchval(OWN, account_id, assignment_id)
    return record


async def lines(session: AsyncSession) -> list[str]:
    """Every account in a line for a person."""
    return list((await (await session.connection()).execute(LINES)).scalars())


async def end_sign_ins(session: AsyncSession, account_id: UUID, reason: str, but: UUID | None = None) -> None:
    connection = await session.connection()
    await connection.execute(END_SIGN_INS, {"account": account_id, "reason": reason, "but": but})


async def only(session: AsyncSession, statement: TextClause, **values: object) -> Any:
    return (await (await session.connection()).execute(statement, values)).scalar_one_or_none()
