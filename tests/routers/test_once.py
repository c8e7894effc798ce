"""A request that is repeated under its Idempotency-Key gets its first answer, and does nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi.routing import APIRoute

from service import once
from service.access import UNSIGNED
from service.app import create_app
from service.routing import Read
from tests.routers.api import LAM_SON, PHU_UNG, child, opened, refusal, registered
from tests.signed_in import made

WORKER = UUID(int=7)


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


def key(of: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": of or str(uuid4())}


def told(answer: httpx.Response) -> tuple[int, bytes, str | None, str | None]:
    """What of an answer a repeat must be given too."""
    return answer.status_code, answer.content, answer.headers.get("location"), answer.headers.get("etag")


async def number(database: asyncpg.Connection, table: str) -> int:
    found: int = await database.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def test_a_repeat_gets_the_first_answer_and_makes_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    the_key = key()
    first = await client.post("/v1/children", json=child(), headers=the_key)
    assert first.status_code == 201, first.text
    assert once.REPLAYED not in first.headers
    repeat = await client.post("/v1/children", json=child(), headers=the_key)
    assert told(repeat) == told(first)
    assert repeat.headers[once.REPLAYED] == "true"
    assert await number(database, "child") == 1
    assert await number(database, "posting") == 1


async def test_the_first_answer_is_given_also_when_the_child_has_changed_since(client: httpx.AsyncClient) -> None:
    the_key = key()
    first = await client.post("/v1/children", json=child(), headers=the_key)
    changed = await client.patch(
        first.headers["location"], json={"full_name": "Lê Thị Na"}, headers={"If-Match": first.headers["etag"]}
    )
    assert changed.is_success
    assert told(await client.post("/v1/children", json=child(), headers=the_key)) == told(first)


async def test_twenty_senders_of_one_key_make_one_child(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    the_key = key()
    answers = await asyncio.gather(*(client.post("/v1/children", json=child(), headers=the_key) for _ in range(20)))
    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert answers[0].status_code == 201
    assert sum(once.REPLAYED not in answer.headers for answer in answers) == 1
    assert await number(database, "child") == 1


async def test_a_key_is_of_one_request(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    the_key = key()
    first = await client.post("/v1/children", json=child(), headers=the_key)
    other_body = await client.post("/v1/children", json=child(sex="male"), headers=the_key)
    assert refusal(other_body) == (409, "idempotency_key_reused", [])
    case = {"child_id": first.json()["id"], "kind": "support", "opened_on": "2018-02-01"}
    other_path = await client.post("/v1/cases", json=case, headers=the_key)
    assert refusal(other_path) == (409, "idempotency_key_reused", [])
    assert (await number(database, "child"), await number(database, "case_file")) == (1, 0)


async def test_what_was_refused_is_not_kept(client: httpx.AsyncClient) -> None:
    address, the_key = await registered(client), key()
    body = {"category": "d", "from": "2018-01-01"}
    path = f"{address}/circumstances"
    assert (await client.post(path, json=body | {"category": "nothing"}, headers=the_key)).status_code == 422
    assert (await client.post(path, json=body, headers=the_key)).status_code == 201


@pytest.mark.parametrize("wrong", ["", " ", "x" * 256, "x" * 10_000, "a\tb", "\xe9"])
async def test_a_key_that_is_none_is_refused(client: httpx.AsyncClient, wrong: str) -> None:
    headers = [(b"Idempotency-Key", wrong.encode("latin-1"))]
    assert refusal(await client.post("/v1/children", json=child(), headers=headers)) == (
        400,
        "idempotency_key_invalid",
        [],
    )


async def test_two_keys_are_none(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/v1/children", json=child(), headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    )
    assert refusal(answer) == (400, "idempotency_key_invalid", [])


async def test_a_key_is_of_one_assignment(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    worker = await made(database, WORKER, "commune_worker", PHU_UNG)
    the_key = key()
    first = await client.post("/v1/children", json=child(), headers=the_key)
    other = await client.post("/v1/children", json=child(), headers=the_key | worker)
    assert other.status_code == 201
    assert other.headers["location"] != first.headers["location"]


async def test_who_no_longer_meets_the_child_gets_no_first_answer(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    mine = key() | await made(database, WORKER, "commune_worker", PHU_UNG)
    first = await client.post("/v1/children", json=child(), headers=mine)
    assert first.status_code == 201, first.text
    home = f"{first.headers['location']}/residences/{first.json()['residences'][0]['id']}"
    moved = await client.delete(home, headers={"If-Match": "*"})
    assert moved.is_success, moved.text
    elsewhere = {"commune": LAM_SON, "from": "2014-01-01"}
    assert (await client.post(f"{first.headers['location']}/residences", json=elsewhere)).is_success
    assert refusal(await client.post("/v1/children", json=child(), headers=mine)) == (404, "child_unknown", [])
    looked = await database.fetchrow("SELECT refused, subjects FROM access ORDER BY number DESC LIMIT 1")
    assert tuple(looked) == (True, [UUID(first.json()["id"])])


async def test_a_child_that_was_withdrawn_is_told_of_no_more(client: httpx.AsyncClient) -> None:
    the_key = key()
    first = await client.post("/v1/children", json=child(), headers=the_key)
    assert (await client.delete(first.headers["location"], headers={"If-Match": "*"})).is_success
    assert refusal(await client.post("/v1/children", json=child(), headers=the_key)) == (404, "child_unknown", [])


async def test_a_repeat_is_a_look_on_record(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    address, the_key = await registered(client), key()
    case = {"child_id": address.rpartition("/")[2], "kind": "support", "opened_on": "2018-02-01"}
    for _ in range(2):
        assert (await client.post("/v1/cases", json=case, headers=the_key)).status_code == 201
    looks = await database.fetch("SELECT action, subjects FROM access ORDER BY number DESC LIMIT 2")
    assert [look["action"] for look in looks] == ["repeat_open_case", "open_case"]
    assert all(look["subjects"] == [UUID(case["child_id"])] for look in looks)


async def test_whose_right_has_ended_gets_no_first_answer(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    mine = key() | await made(database, WORKER, "commune_worker", PHU_UNG)
    assert (await client.post("/v1/children", json=child(), headers=mine)).status_code == 201
    await database.execute("UPDATE assignment SET during = '[2016-01-01,2017-01-01)' WHERE id = $1", WORKER)
    assert (await client.post("/v1/children", json=child(), headers=mine)).status_code in (401, 403)


async def test_after_a_day_a_key_is_new(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    the_key = key()
    await client.post("/v1/children", json=child(), headers=the_key)
    await database.execute("UPDATE first_answer SET at = now() - interval '25 hours'")
    again = await client.post("/v1/children", json=child(), headers=the_key)
    assert again.status_code == 201
    assert once.REPLAYED not in again.headers
    await database.execute("UPDATE first_answer SET at = now() - interval '25 hours'")
    await database.execute(once.FORGET)
    assert await number(database, "first_answer") == 0


async def test_a_case_is_closed_once(client: httpx.AsyncClient) -> None:
    case = await opened(client, await registered(client))
    the_key = key()
    closing = {"closed_on": "2019-01-01", "outcome": "child_safe"}
    first, repeat = [await client.post(f"{case}/close", json=closing, headers=the_key) for _ in range(2)]
    assert first.status_code == 200, first.text
    assert told(repeat) == told(first)


async def test_neither_key_nor_request_is_kept(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    await client.post("/v1/children", json=child(), headers=key("not to be found"))
    row = await database.fetchrow("SELECT key, request FROM first_answer")
    assert [len(row["key"]), len(row["request"])] == [32, 32]
    assert await number(database, "first_answer") == 1


def test_every_post_is_done_once_or_holds_a_password() -> None:
    """Signing in has its own rules (RFC 6749). Of a password nothing is kept: the name is taken the second time, and a
    password that is set twice is the same."""
    posts = [route for route in create_app("").routes if isinstance(route, APIRoute) and route.methods == {"POST"}]
    exempt = {route.name for route in posts if not (isinstance(route, Read) and route.kept)}
    unsigned = {route.name for route in posts if isinstance(route, Read) and route.policy == UNSIGNED}
    assert exempt - unsigned == {"create_account", "reset_password", "change_password"}
    assert len(posts) - len(exempt) >= 15
