"""Signing in over HTTP: what comes of it, and what stands in its way."""

from base64 import b64encode

import asyncpg
import httpx
import jwt as pyjwt
import pytest
from argon2 import PasswordHasher

from tests.signing_in.people import PASSWORD, AsyncOAuth2Client, asked, employment, hired, refusal

OLDER = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)


async def attempts(database: asyncpg.Connection) -> list[tuple[object, ...]]:
    rows = await database.fetch("SELECT account_id, role, refused, subjects FROM access ORDER BY number")
    return [tuple(row) for row in rows]


async def test_a_password_gives_a_token_of_the_first_assignment_of_today(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    account = await hired(database, since="2019-01-01")
    earlier = await employment(database, account, "health", "33", "2018-01-01")
    await employment(database, account, "police", "33", "2016-01-01", "2017-01-01")
    answer = await asked(client)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["role"]) == ("Bearer", 600, "health")
    assert body["scope"] == f"assignment:{earlier}"
    assert [one["role"] for one in body["assignments"]] == ["health", "commune_worker"]
    assert body["assignments"][1] == {
        "id": body["assignments"][1]["id"],
        "role": "commune_worker",
        "area": {"code": "12145", "name": "Phù Ủng", "kind": "commune"},
        "agency": None,
        "from": "2019-01-01",
        "until": None,
    }
    keys = pyjwt.PyJWKSet.from_dict((await client.get("/.well-known/jwks.json")).json())
    kid = pyjwt.get_unverified_header(body["access_token"])["kid"]
    claims = pyjwt.decode(body["access_token"], keys[kid], algorithms=["ES256"], options={"verify_aud": False})
    assert (claims["sub"], claims["asg"], claims["role"]) == (str(account), str(earlier), "health")
    assert await attempts(database) == [(account, "health", False, [account])]


async def test_a_scope_names_the_assignment(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    account = await hired(database)
    other = await employment(database, account, "health", since="2019-01-01")
    past = await employment(database, account, "police", until="2020-01-01")
    answer = await asked(client, scope=f"assignment:{other}")
    assert answer.json()["scope"] == f"assignment:{other}"
    for scope in (f"assignment:{past}", f"assignment:{account}", "everything"):
        assert refusal(await asked(client, scope=scope)) == (400, "invalid_scope")


async def test_whoever_has_no_assignment_today_does_not_get_in(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database, until="2020-01-01")
    assert refusal(await asked(client)) == (400, "invalid_scope")


async def test_a_disabled_account_does_not_get_in(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    account = await hired(database)
    await database.execute("UPDATE account SET disabled_at = now()")
    assert refusal(await asked(client)) == (400, "invalid_grant")
    assert await attempts(database) == [(account, "", True, [account])]


@pytest.mark.parametrize("username", ["hoa", "Hoa ", " HOA"])
async def test_a_name_is_meant_however_a_telephone_writes_it(
    client: httpx.AsyncClient, database: asyncpg.Connection, username: str
) -> None:
    await hired(database)
    assert (await asked(client, username=username)).status_code == 200


@pytest.mark.parametrize("username", ["nobody", "hoa\0", "hoa%", "🙂", "ho\u0300a"])
async def test_no_other_name_is_meant(client: httpx.AsyncClient, database: asyncpg.Connection, username: str) -> None:
    await hired(database)
    assert refusal(await asked(client, username=username)) == (400, "invalid_grant")
    assert await attempts(database) == [(None, "", True, None)]


async def test_a_known_and_an_unknown_name_are_answered_alike(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    await hired(database, "loan", kind="client")
    answers = [await asked(client, username=name, password="wrong") for name in ("hoa", "nobody", "loan")]
    alike = [{k: v for k, v in answer.json().items() if k != "instance"} for answer in answers]
    assert alike[0] == alike[1] == alike[2]
    assert [refusal(answer) for answer in answers] == [(400, "invalid_grant")] * 3


async def test_a_known_and_an_unknown_name_cost_the_same_work(
    client: httpx.AsyncClient, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted and not timed: each name is compared with one hash, of the same cost."""
    await hired(database)
    compared: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hash_: str, password: str) -> bool:
        compared.append(hash_.rsplit("$", 2)[0])  # version and parameters
        return verify(self, hash_, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name in ("hoa", "nobody"):
        assert refusal(await asked(client, username=name, password="wrong")) == (400, "invalid_grant")
    known, unknown = compared
    assert known == unknown


async def test_a_program_signs_in_by_its_header_or_by_the_form(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database, "exchange", kind="client", role="integration", area="33")
    by_form = await asked(client, "client_credentials", client_id="exchange", client_secret=PASSWORD)
    assert by_form.json()["role"] == "integration"
    assert "refresh_token" not in by_form.json()
    api = {"transport": client._transport, "base_url": "http://t"}
    async with AsyncOAuth2Client("exchange", PASSWORD, **api) as program:
        token = await program.fetch_token("/v1/auth/token")
    assert token["token_type"] == "Bearer"


async def test_a_person_signs_in_and_stays_by_another_library(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    async with AsyncOAuth2Client(transport=client._transport, base_url="http://t") as person:
        first = dict(await person.fetch_token("/v1/auth/token", username="hoa", password=PASSWORD))
        second = dict(await person.refresh_token("/v1/auth/token"))
        assert first["refresh_token"] != second["refresh_token"]
        await person.revoke_token("/v1/auth/revoke", second["refresh_token"])
    assert await database.fetchval("SELECT end_reason FROM sign_in WHERE address <> ''") == "signed out"


def basic(credentials: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(credentials.encode()).decode()}"}


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({}, {}),
        ({"client_id": "exchange"}, {}),
        ({"client_id": "exchange", "client_secret": "wrong"}, {}),
        ({"client_id": "nobody", "client_secret": PASSWORD}, {}),
        ({"client_id": "hoa", "client_secret": PASSWORD}, {}),  # a person is no program
        ({}, basic("exchange:wrong")),
        ({}, basic("exchange")),
        ({}, {"Authorization": "Basic !"}),
    ],
)
async def test_a_program_that_does_not_prove_itself_is_told_how(
    client: httpx.AsyncClient, database: asyncpg.Connection, form: dict[str, str], headers: dict[str, str]
) -> None:
    await hired(database)
    await hired(database, "exchange", kind="client")
    answer = await client.post("/v1/auth/token", data={"grant_type": "client_credentials"} | form, headers=headers)
    assert refusal(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": "password", "username": "hoa"}, "invalid_request"),
        ({"grant_type": "password", "username": "hoa", "password": "x" * 1025}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, "invalid_grant"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
    ],
)
async def test_a_request_that_cannot_be_meant_is_refused_in_words_of_oauth(
    client: httpx.AsyncClient, form: dict[str, str], code: str
) -> None:
    assert refusal(await client.post("/v1/auth/token", data=form)) == (400, code)


async def test_what_is_no_form_is_refused_in_words_of_oauth(client: httpx.AsyncClient) -> None:
    assert refusal(await client.post("/v1/auth/token", json={"grant_type": "password"})) == (400, "invalid_request")
    assert refusal(await client.post("/v1/auth/revoke", json={})) == (400, "invalid_request")
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post("/v1/auth/token", content=b"--y", headers=broken)
    assert refusal(answer) == (400, "invalid_request")


async def test_a_hash_of_older_parameters_is_made_anew(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    await hired(database)
    await database.execute("UPDATE credential SET hash = $1", OLDER)
    assert (await asked(client)).status_code == 200
    assert str(await database.fetchval("SELECT hash FROM credential")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await asked(client)).status_code == 200
