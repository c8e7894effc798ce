"""What the users of the demonstration find there."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.demonstration import fill, users
from service.demonstration.agencies import AGENCIES, CENTRE
from tests.demonstration.drawn import by, records
from tests.signed_in import TOKENS
from tests.signing_in.people import PASSWORD

SIGNED_IN = """
INSERT INTO sign_in (account_id, assignment_id, address)
SELECT u.id, a.id, '' FROM account u JOIN assignment a ON a.account_id = u.id WHERE u.name = $1
RETURNING account_id, id, assignment_id
"""
LISTED = """
SELECT l.child_id FROM assignment_child l JOIN home h USING (child_id) JOIN area_version v USING (area_id)
WHERE v.code = '12145' AND v.during @> date '2020-12-31' ORDER BY 1
"""


@pytest.fixture
async def register(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


async def filled(register: asyncpg.Connection, children: int) -> None:
    await fill(register, children, 1, lambda *_: None)
    await users.add(register, PASSWORD)


async def headers(register: asyncpg.Connection, name: str) -> dict[str, str]:
    account, sign_in, assignment = await register.fetchrow(SIGNED_IN, name) or ()
    return {"Authorization": f"Bearer {TOKENS.mint(account, sign_in, assignment, name)[0]}"}


async def test_the_collaborator_meets_thirty_children_who_live_in_the_commune(
    register: asyncpg.Connection, client: httpx.AsyncClient
) -> None:
    await filled(register, 20_000)
    listed = [row["child_id"] for row in await register.fetch(LISTED)]
    assert len(listed) == 30
    asked = {"on": "2020-12-31", "commune": "12145", "limit": "100"}
    answer = await client.get("/v1/children", params=asked, headers=await headers(register, "village_collaborator"))
    assert [UUID(item["id"]) for item in answer.json()["items"]] == listed
    everyone = await client.get("/v1/children", params=asked)
    assert [UUID(item["id"]) for item in everyone.json()["items"]][:30] == listed


async def test_of_a_small_province_the_collaborator_meets_whom_there_is(register: asyncpg.Connection) -> None:
    await filled(register, 200)
    assert 0 < await register.fetchval("SELECT count(*) FROM assignment_child") < 30


async def test_the_provider_meets_the_cases_in_which_it_gives_something(
    register: asyncpg.Connection, client: httpx.AsyncClient
) -> None:
    await filled(register, 3000)
    cases = (await client.get("/v1/cases?limit=500", headers=await headers(register, "service_provider"))).json()
    given = [item for case in cases["items"] for item in case["interventions"]]
    assert cases["items"]
    assert all(case["interventions"] for case in cases["items"])
    assert {item["agency"] for item in given} == {str(CENTRE.id)}
    assert {item["provider"] for item in given} == {"Trung tâm Công tác xã hội tỉnh"}


def test_a_provider_gives_only_part_of_the_measures_and_only_while_it_is_there() -> None:
    given = by("agency_id", records()["intervention"])
    assert given.keys() == {None, CENTRE.id}
    assert 0.02 < len(given[CENTRE.id]) / len(records()["intervention"]) < 0.4
    assert min(row["started_on"] for row in given[CENTRE.id]).year >= 2014


async def test_agencies_that_came_with_an_import_are_not_made_again(register: asyncpg.Connection) -> None:
    await filled(register, 10)
    assert await register.fetchval("SELECT count(*) FROM agency") == len(AGENCIES)
    assert await register.fetchval("SELECT count(*) FROM assignment WHERE agency_id IS NULL") == 0
