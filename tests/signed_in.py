"""Callers of every role, and the application as they see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from service.app import create_app
from service.database import as_service
from service.domain.access import ROLES
from service.settings import Limits
from service.signing_in.keys import new_keys
from service.signing_in.tokens import Tokens
from tests.contract.declared import Declared

TOKENS = Tokens(new_keys())
PROVINCE, DISTRICT, COMMUNE = "33", "329", "12145"
OFTEN = Limits(rate=1e6, burst=1_000_000, unsigned_rate=1e6, unsigned_burst=1_000_000)
OFFICER = UUID(int=1)  # the account, the assignment and the sign-in of a province officer, in every database
MAKE = """
WITH place AS (SELECT area_id FROM area_version WHERE code = $4 AND during @> date '2020-12-31'),
made AS (INSERT INTO account (id, name, kind, full_name) VALUES ($1, $2, 'person', $2)),
assigned AS (
    INSERT INTO assignment (id, account_id, role, area_id, agency_id, during)
    SELECT $1, $1, $3, area_id, $5, '[2016-01-01,)' FROM place
),
reached AS (INSERT INTO assignment_area SELECT $1, reach_of(area_id) FROM place)
INSERT INTO sign_in (id, account_id, assignment_id, address) VALUES ($1, $1, $1, '')
"""


async def made(
    connection: asyncpg.Connection, key: UUID, role: str, area: str, agency: UUID | None = None, name: str | None = None
) -> dict[str, str]:
    """An account in a role: the headers of its requests."""
    assert role in ROLES
    await connection.execute(MAKE, key, name or f"{role}-{key.hex[-6:]}", role, area, agency)
    return headers(key, role)


def headers(key: UUID, role: str, tokens: Tokens = TOKENS) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.mint(key, key, key, role)[0]}"}


async def officer(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM account WHERE id = $1)", OFFICER):
        await made(connection, OFFICER, "province_officer", PROVINCE, name="officer")
    await connection.close()


def served(dsn: str, today: date | None = None, limits: Limits = OFTEN, *, sound: bool = True, **more: Any) -> FastAPI:
    """The application over a database, as the service's own role; a test may ask as often as it likes. Each answer is
    held against the document, unless the database is to be broken."""
    app = create_app(as_service(dsn), today, limits, tokens=TOKENS, **more)
    if sound:
        app.add_middleware(Declared)
    app.state.owner = dsn
    return app


@asynccontextmanager
async def asked(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A province officer's client of an application that runs for as long as the block. It takes answers as they are:
    the tags of compressed ones end otherwise."""
    await officer(app.state.owner)
    transport = httpx.ASGITransport(app)
    signed_in = headers(OFFICER, "province_officer") | {"Accept-Encoding": "identity"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://t", headers=signed_in) as client,
    ):
        yield client
