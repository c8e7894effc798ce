"""Refresh tokens: good for one use, and the sign-in ends when one is used twice."""

import asyncio

import asyncpg
import httpx
import pytest

from tests.signing_in.people import asked, employment, hired, refreshed, refusal


async def token_of(client: httpx.AsyncClient) -> str:
    return str((await asked(client)).json()["refresh_token"])


async def end_reasons(database: asyncpg.Connection) -> list[str | None]:
    return [
        row[0] for row in await database.fetch("SELECT end_reason FROM sign_in WHERE address <> '' ORDER BY begun_at")
    ]


async def test_a_refresh_token_gives_another_of_each(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    await hired(database)
    first = (await asked(client)).json()
    second = (await refreshed(client, first["refresh_token"])).json()
    third = (await refreshed(client, second["refresh_token"])).json()
    assert len({each[kind] for each in (first, second, third) for kind in ("access_token", "refresh_token")}) == 6
    assert {each["scope"] for each in (first, second, third)} == {first["scope"]}
    assert third["role"] == "commune_worker"
    assert len(third["assignments"]) == 1
    assert await end_reasons(database) == [None]


async def test_a_token_used_twice_ends_the_whole_sign_in_and_no_other(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    stolen, other = await token_of(client), await token_of(client)
    newer = (await refreshed(client, stolen)).json()["refresh_token"]
    assert refusal(await refreshed(client, stolen)) == (400, "invalid_grant")
    assert refusal(await refreshed(client, newer)) == (400, "invalid_grant")
    assert await end_reasons(database) == ["refresh token used twice", None]
    assert (await refreshed(client, other)).status_code == 200


async def test_of_several_uses_at_once_one_wins_and_the_sign_in_ends(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    token = await token_of(client)
    answers = await asyncio.gather(*(refreshed(client, token) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    (won,) = (answer for answer in answers if answer.status_code == 200)
    assert await end_reasons(database) == ["refresh token used twice"]
    assert refusal(await refreshed(client, won.json()["refresh_token"])) == (400, "invalid_grant")


async def test_staying_signed_in_and_a_token_used_twice_are_on_record(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    account = await hired(database)
    token = await token_of(client)
    for _ in range(2):
        await refreshed(client, token)
    await refreshed(client, "of nobody")
    rows = await database.fetch("SELECT action, account_id, role, refused FROM access ORDER BY number")
    assert [tuple(row) for row in rows] == [
        ("sign_in", account, "commune_worker", False),
        ("refresh", account, "commune_worker", False),
        ("refresh", account, "commune_worker", True),
    ]


@pytest.mark.parametrize(
    "happens",
    [
        "UPDATE refresh_token SET expires_at = now()",
        "UPDATE account SET disabled_at = now()",
        "UPDATE assignment SET during = '[2016-01-01,2020-01-01)'",
        "UPDATE sign_in SET ended_at = now()",
    ],
)
async def test_a_token_is_good_no_longer_when_it_the_account_the_assignment_or_the_sign_in_has_ended(
    client: httpx.AsyncClient, database: asyncpg.Connection, happens: str
) -> None:
    await hired(database)
    token = await token_of(client)
    await database.execute(happens)
    assert refusal(await refreshed(client, token)) == (400, "invalid_grant")


async def test_each_use_is_good_for_twelve_more_hours(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    await hired(database)
    token = await token_of(client)
    await database.execute("UPDATE refresh_token SET expires_at = expires_at - interval '11 hours'")
    await refreshed(client, token)
    left = await database.fetchval("SELECT max(expires_at) - now() FROM refresh_token")
    assert 11 * 3600 < left.total_seconds() <= 12 * 3600


async def test_staying_signed_in_is_staying_in_the_assignment(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    other = await employment(database, await hired(database), "health", since="2019-01-01")
    body = (await asked(client)).json()
    for scope in (f"assignment:{other}", body["scope"]):
        answer = await refreshed(client, body["refresh_token"], scope=scope)
        assert answer.status_code == (200 if scope == body["scope"] else 400)


async def test_signing_out_ends_the_sign_in_and_tells_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    token = await token_of(client)
    answers = [await client.post("/v1/auth/revoke", data={"token": each}) for each in (token, token, "unknown")]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 3
    assert refusal(await refreshed(client, token)) == (400, "invalid_grant")
    assert await end_reasons(database) == ["signed out"]


async def test_no_token_and_no_password_is_in_the_database(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    body = (await asked(client)).json()
    for table in ("refresh_token", "sign_in", "access", "credential", "account"):
        row = str(await database.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t"))
        for secret in (body["refresh_token"], body["access_token"], "mot mat khau"):
            assert secret not in row
            assert secret.encode().hex() not in row
