"""Signing in, staying so, and signing out."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Literal
from uuid import UUID

from fastapi import Request
from sqlalchemy import CursorResult, TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import session
from service.domain.refusal import Refusal
from service.queries import assignments
from service.signing_in import delays, passwords

REFRESH_LIFETIME = "interval '12 hours'"  # from one use to the next
Kind = Literal["person", "client"]

ACCOUNT = text("""
    SELECT a.id, a.kind, a.disabled_at IS NULL AS enabled, c.hash
    FROM account a JOIN credential c ON c.account_id = a.id WHERE a.name = :name
""")
REHASH = text("UPDATE credential SET hash = :hash WHERE account_id = :account AND hash = :old")
BEGIN = text("""
    INSERT INTO sign_in (account_id, assignment_id, address) VALUES (:account, :assignment, :address) RETURNING id
""")
KEEP = text(f"""
    INSERT INTO refresh_token (digest, sign_in_id, expires_at) VALUES (:digest, :sign_in, now() + {REFRESH_LIFETIME})
""")
USE = text(f"""
    UPDATE refresh_token t SET used_at = now()
    FROM sign_in s
    JOIN account a ON a.id = s.account_id AND a.disabled_at IS NULL
    JOIN assignment m ON m.id = s.assignment_id AND m.during @> {assignments.REAL_DAY}
    WHERE t.digest = :digest AND t.used_at IS NULL AND t.expires_at > now()
      AND s.id = t.sign_in_id AND s.ended_at IS NULL
      AND (CAST(:assignment AS uuid) IS NULL OR s.assignment_id = :assignment)
    RETURNING s.id, s.account_id, s.assignment_id, m.role
""")
END_IF_USED_TWICE = text("""
    UPDATE sign_in s SET ended_at = now(), end_reason = 'refresh token used twice'
    FROM refresh_token t
    WHERE t.digest = :digest AND t.used_at IS NOT NULL AND s.id = t.sign_in_id AND s.ended_at IS NULL
""")
END = text("""
    UPDATE sign_in s SET ended_at = now(), end_reason = 'signed out'
    FROM refresh_token t WHERE t.digest = :digest AND s.id = t.sign_in_id AND s.ended_at IS NULL
""")
WHOSE = text("""
    SELECT s.account_id, s.assignment_id, m.role
    FROM refresh_token t JOIN sign_in s ON s.id = t.sign_in_id JOIN assignment m ON m.id = s.assignment_id
    WHERE t.digest = :digest
""")
RECORD = text("SELECT record_sign_in(:action, :account, :assignment, :role, :address, :request, :refused)")
FORGET = "DELETE FROM refresh_token WHERE expires_at < now()"


@dataclass(frozen=True)
class SignedIn:
    """Who has signed in, in which assignment, and what keeps them so."""

    account_id: UUID
    sign_in_id: UUID
    assignment_id: UUID
    role: str
    refresh_token: str | None
    assignments: list[str]  # of the account today, in JSON


@dataclass(frozen=True)
class Entrance:
    """Where somebody from an address, on a request, may sign in. No transaction lasts while a password is checked."""

    transaction: Callable[[], AbstractAsyncContextManager[AsyncSession]]
    address: str
    request_id: str

    async def proved(self, kind: Kind, name: str, secret: str) -> Any:
        """The account whose name and secret these are."""
        async with self.transaction() as session:
            refusal = await delays.attempt(session, name, self.address)
            account = None if refusal else (await run(session, ACCOUNT, name=name)).one_or_none()
        if refusal:
            raise refusal
        right = await passwords.verified(account.hash if account else None, secret)
        # A program may also type its secret as a password; a person is no program.
        if not (account and right and account.enabled and account.kind in ("client", kind)):
            wrong = "invalid_grant" if kind == "person" else "invalid_client"
            raise await self.refused(account.id if account else None, wrong)
        return account

    async def sign_in(self, kind: Kind, name: str, secret: str, wanted: UUID | None) -> SignedIn:
        """By a name and a secret, in the assignment that is wanted or the first of today."""
        name = typed(name)
        account = await self.proved(kind, name, secret)
        better = await passwords.hashed(secret) if passwords.is_outdated(account.hash) else None
        async with self.transaction() as session:
            current = await assignments.current(session, account.id)
            chosen = next((one for one in current if wanted in (None, one.id)), None)
            if chosen:
                await delays.succeeded(session, name, self.address)
                if better:
                    await run(session, REHASH, account=account.id, old=account.hash, hash=better)
                who = {"account": account.id, "assignment": chosen.id}
                sign_in = (await run(session, BEGIN, **who, address=self.address)).scalar_one()
                refresh = await kept(session, sign_in) if kind == "person" else None
                await self.record(session, **who, role=chosen.role, refused=False)
        if not chosen:
            raise await self.refused(account.id, "invalid_scope")
        return SignedIn(account.id, sign_in, chosen.id, chosen.role, refresh, [one.record for one in current])

    async def stay(self, token: str, wanted: UUID | None) -> SignedIn:
        """By a refresh token, which is used up. Used once more, by whomever, it ends the sign-in."""
        async with self.transaction() as session:
            used = (await run(session, USE, digest=digest(token), assignment=wanted)).one_or_none()
            whose = (await run(session, WHOSE, digest=digest(token))).one_or_none()
            if whose:
                who = {"account": whose.account_id, "assignment": whose.assignment_id, "role": whose.role}
                await self.record(session, action="refresh", **who, refused=used is None)
            if used:
                current = await assignments.current(session, used.account_id)
                refresh = await kept(session, used.id)
            else:
                await run(session, END_IF_USED_TWICE, digest=digest(token))
        if not used:
            raise Refusal("invalid_grant")
        records = [one.record for one in current]
        return SignedIn(used.account_id, used.id, used.assignment_id, used.role, refresh, records)

    async def leave(self, token: str) -> None:
        """Ends the sign-in of a refresh token, used or not."""
        async with self.transaction() as session:
            await run(session, END, digest=digest(token))

    async def refused(self, account_id: UUID | None, code: str) -> Refusal:
        async with self.transaction() as session:
            await self.record(session, account=account_id, assignment=None, role="", refused=True)
        return Refusal(code)

    async def record(self, session: AsyncSession, action: str = "sign_in", **facts: object) -> None:
        await run(session, RECORD, action=action, address=self.address, request=self.request_id, **facts)


def entrance(request: Request) -> Entrance:
    """The way in for whoever makes this request."""
    address = request.client.host if request.client else ""
    return Entrance(partial(asynccontextmanager(session), request), address, request.state.request_id)


def typed(name: str) -> str:
    """The name that somebody means. What a database cannot hold is in no name."""
    return name.strip().lower().replace("\0", "?")


def digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def kept(session: AsyncSession, sign_in_id: UUID) -> str:
    """A new refresh token, of which the database learns the digest."""
    token = token_urlsafe(32)
    await run(session, KEEP, digest=digest(token), sign_in=sign_in_id)
    return token


async def run(session: AsyncSession, statement: TextClause, **values: object) -> CursorResult[Any]:
    connection = await session.connection()
    return await connection.execute(statement, values)
