"""Who signs in, in the tests: accounts made by statements, and the words of OAuth."""

from typing import Any
from uuid import UUID
from warnings import catch_warnings

import asyncpg
import httpx
from argon2 import PasswordHasher

with catch_warnings(record=True):  # that httpx has a successor
    from authlib.integrations.httpx_client import AsyncOAuth2Client as AsyncOAuth2Client

PASSWORD = "mot mat khau du dai"
HASH = PasswordHasher().hash(PASSWORD)
ACCOUNT = "INSERT INTO account (name, kind, full_name) VALUES ($1, $2, 'Phạm Thị Hoa') RETURNING id"
ASSIGNMENT = """
INSERT INTO assignment (account_id, role, area_id, during)
SELECT $1, $2, area_id, daterange($4::text::date, $5::text::date) FROM area_version
WHERE code = $3 AND during @> '2020-12-31'::date
RETURNING id
"""


async def hired(connection: asyncpg.Connection, name: str = "hoa", *, kind: str = "person", **employed: Any) -> UUID:
    """A new account, employed as `employment` says."""
    account: UUID = await connection.fetchval(ACCOUNT, name, kind)
    await connection.execute("INSERT INTO credential (account_id, hash) VALUES ($1, $2)", account, HASH)
    await employment(connection, account, **employed)
    return account


async def employment(
    connection: asyncpg.Connection,
    account: UUID,
    role: str = "commune_worker",
    area: str = "12145",
    since: str = "2016-01-01",
    until: str | None = None,
) -> UUID:
    """A new assignment of an account."""
    assignment: UUID = await connection.fetchval(ASSIGNMENT, account, role, area, since, until)
    return assignment


async def asked(client: httpx.AsyncClient, grant: str = "password", **words: Any) -> httpx.Response:
    """What comes of asking for a token."""
    mine = {"username": "hoa", "password": PASSWORD} if grant == "password" else {}
    return await client.post("/v1/auth/token", data={"grant_type": grant} | mine | words)


async def refreshed(client: httpx.AsyncClient, token: str, **words: Any) -> httpx.Response:
    return await asked(client, "refresh_token", refresh_token=token, **words)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document that an OAuth client understands too."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["type"] == f"/problems/{body['error']}"
    assert body["error_description"].isascii()
    return answer.status_code, body["error"]


async def signed_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.AsyncClient:
    """A client that signs in by a password and asks as the one who did."""
    token = (await asked(client, username=name, password=password)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=client._transport, base_url="http://t", headers=headers)
