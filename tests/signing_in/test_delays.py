"""Whoever guesses waits, ever longer; and nobody can keep an officer waiting for long."""

import asyncio

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from service.signing_in.delays import neighbourhood
from tests.conftest import TODAY
from tests.signed_in import asked as running
from tests.signed_in import served
from tests.signing_in.people import asked, hired, refusal

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.7"


async def failed(client: httpx.AsyncClient, name: str = "hoa") -> httpx.Response:
    return await asked(client, username=name, password="wrong")


def waits(answer: httpx.Response) -> int:
    assert refusal(answer) == (429, "too_many_attempts")
    return int(answer.headers["retry-after"])


def from_(address: str, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of the same service at another address."""
    app: FastAPI = client._transport.app
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://t")


async def pass_time(database: asyncpg.Connection, interval: str) -> None:
    """As if it had been so long since."""
    shift = "UPDATE sign_in_delay SET last_at = last_at - $1::text::interval, until = until - $1::text::interval"
    await database.execute(shift, interval)


async def keep_waiting(client: httpx.AsyncClient, database: asyncpg.Connection, name: str = "hoa") -> None:
    """Ten failures, the last of them just now: the next attempt is 16 seconds away."""
    await failed(client, name)
    await database.execute("UPDATE sign_in_delay SET failures = 9, until = last_at")
    assert refusal(await failed(client, name)) == (400, "invalid_grant")


async def test_five_failures_are_free_and_then_the_wait_doubles(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    waited = []
    for _ in range(10):
        assert refusal(await failed(client)) == (400, "invalid_grant")
        waited.append(await database.fetchval("SELECT extract(epoch FROM max(until - last_at)) FROM sign_in_delay"))
        await pass_time(database, "16 seconds")
    assert waited == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16]


async def test_whoever_waits_is_turned_away_with_the_right_password_too_and_gets_in_afterwards(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    await keep_waiting(client, database)
    assert 1 < waits(await asked(client)) <= 16
    await pass_time(database, "16 seconds")
    for _ in range(7):
        assert (await asked(client)).status_code == 200  # success is no failure, of the address neither


async def test_waiting_does_not_lengthen_the_wait(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    await hired(database)
    await keep_waiting(client, database)
    until = await database.fetchval("SELECT max(until) FROM sign_in_delay")
    for _ in range(20):
        waits(await failed(client))
    assert await database.fetchval("SELECT max(until) FROM sign_in_delay") == until


@pytest.mark.parametrize(("subject", "longest"), [("name", 60), ("address", 900)])
async def test_a_name_waits_a_minute_at_most_and_an_address_a_quarter_of_an_hour(
    client: httpx.AsyncClient, database: asyncpg.Connection, subject: str, longest: int
) -> None:
    await hired(database)
    clients = [client] if subject == "address" else [from_(f"198.51.100.{n}", client) for n in range(20)]
    names = ["hoa"] if subject == "name" else [f"name-{n}" for n in range(20)]
    for n in range(20):
        await failed(clients[n % len(clients)], names[n % len(names)])
        await pass_time(database, "59 minutes")
    await failed(clients[0], names[0])
    assert longest - 10 < waits(await failed(clients[-1], names[-1])) <= longest


async def test_one_who_guesses_elsewhere_does_not_keep_the_officer_out_for_more_than_a_minute(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    attacker = from_(ELSEWHERE, client)
    for _ in range(20):
        await failed(attacker)
        await pass_time(database, "20 minutes")
    await failed(attacker)
    await pass_time(database, "1 minute")
    assert waits(await failed(attacker)) > 60
    assert (await asked(from_(HERE, client))).status_code == 200


async def test_an_address_that_waits_burdens_no_name(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    await hired(database)
    await keep_waiting(client, database, "nobody")
    for _ in range(20):
        waits(await failed(client))
    for _ in range(5):
        assert refusal(await failed(from_(ELSEWHERE, client))) == (400, "invalid_grant")


async def test_failures_are_forgotten_after_a_quiet_hour(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    await keep_waiting(client, database)
    await pass_time(database, "61 minutes")
    for _ in range(6):
        assert refusal(await failed(client)) == (400, "invalid_grant")


async def test_known_and_unknown_names_wait_alike_and_leave_as_much_behind(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await hired(database)
    told = []
    for address, name in ((HERE, "hoa"), (ELSEWHERE, "nobody")):
        one = from_(address, client)
        answers = [await failed(one, name) for _ in range(3)]
        await database.execute("UPDATE sign_in_delay SET until = now() + interval '1 minute'")
        answers.append(await failed(one, name))
        told.append([(a.status_code, a.headers.get("retry-after"), a.json() | {"instance": ""}) for a in answers])
    assert told[0] == told[1]
    assert [status for status, *_ in told[0]] == [400, 400, 400, 429]
    rows = await database.fetch("SELECT failures, count(*) FROM sign_in_delay GROUP BY failures")
    assert [tuple(row) for row in rows] == [(3, 4)]
    assert await database.fetchval("SELECT count(*) FROM access WHERE refused") == 6


@pytest.mark.parametrize("addresses", [1, 16])
async def test_of_many_attempts_at_once_one_is_looked_at_where_there_is_to_be_a_wait(
    client: httpx.AsyncClient, database: asyncpg.Connection, addresses: int
) -> None:
    await hired(database)
    await keep_waiting(client, database)
    await pass_time(database, "16 seconds")
    clients = [from_(f"192.0.2.{n}", client) for n in range(addresses)] * (16 // addresses)
    answers = await asyncio.gather(*(failed(one) for one in clients))
    assert sorted(answer.status_code for answer in answers) == [400] + [429] * 15


async def test_a_restart_and_another_process_know_who_waits(
    client: httpx.AsyncClient, database: asyncpg.Connection, empty_database: str
) -> None:
    await keep_waiting(client, database)
    async with running(served(empty_database, TODAY)) as another:
        waits(await failed(another))


async def test_who_waited_long_ago_is_forgotten_when_the_service_looks_after_the_register(
    client: httpx.AsyncClient, database: asyncpg.Connection, empty_database: str
) -> None:
    await failed(client)
    await pass_time(database, "61 minutes")
    await failed(client, "nobody")
    async with running(served(empty_database, TODAY)):
        assert await database.fetchval("SELECT count(*) FROM sign_in_delay") == 2  # of nobody, and the address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_of_the_newer_addresses_a_whole_network_is_one(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted
