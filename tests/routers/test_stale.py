"""Whoever changes what has changed since is told what, by whom and when; field names, and no values."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import PHU_UNG, child, opened, refusal, registered
from tests.signed_in import PROVINCE, made

WORKER, ADMINISTRATOR, COLLABORATOR = UUID(int=7), UUID(int=8), UUID(int=9)


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


def told(answer: httpx.Response) -> list[tuple[Any, ...]]:
    """Account, role, record, change and fields of each change."""
    assert refusal(answer)[:2] == (412, "stale")
    assert all(set(one) == {"at", "account", "role", "record", "change", "fields"} for one in answer.json()["changes"])
    return [(c["account"], c["role"], c["record"], c["change"], c["fields"]) for c in answer.json()["changes"]]


def based_on(version: int | str) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def test_of_a_child_each_change_since_the_version_that_is_held_is_told(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    address = await registered(client)
    worker = await made(database, WORKER, "commune_worker", PHU_UNG, name="worker")
    renamed = await client.patch(address, json={"full_name": "Lê Thị Na"}, headers=based_on(1) | worker)
    assert renamed.is_success, renamed.text
    body = {"category": "d", "from": "2018-01-01"}
    assert (await client.post(f"{address}/circumstances", json=body)).is_success
    by_worker = ("worker", "commune_worker", "child", "changed", ["full_name"])
    stale = await client.patch(address, json={"sex": "male"}, headers=based_on(1))
    made_since, *before = told(stale)
    assert made_since[:4] == ("officer", "province_officer", "circumstance", "made")
    assert before == [by_worker]
    assert stale.json()["current"] == '"3"'
    assert "Lê Thị Na" not in stale.text
    assert len(told(await client.patch(address, json={"sex": "male"}, headers=based_on(2)))) == 1


async def test_a_case_and_its_interventions_have_versions_of_their_own(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    case = await opened(client, address)
    given = {"measure": "support.3", "started_on": "2018-05-20"}
    assert (await client.post(f"{case}/interventions", json=given)).is_success
    assert (await client.patch(address, json={"sex": "male"}, headers=based_on("2"))).status_code == 412
    (one,) = told(await client.patch(case, json={"kind": "protection"}, headers=based_on(1)))
    assert one[2:4] == ("intervention", "made")
    of_child = told(await client.patch(address, json={"sex": "male"}, headers=based_on(1)))
    assert [record for _, _, record, *_ in of_child] == ["intervention", "case_file"]


async def test_a_site_and_its_stages_too(client: httpx.AsyncClient) -> None:
    site = (await client.post("/v1/sites", json={"commune": PHU_UNG})).headers["location"]
    stages = [
        await client.post(f"{site}/stages", json={"stage": stage, "from": since})
        for stage, since in (("started", "2017-01-01"), ("completed", "2018-01-01"))
    ]
    stage = f"{site}/stages/{stages[0].json()['id']}"
    changed = told(await client.delete(stage, headers=based_on(2)))
    assert [(record, change) for _, _, record, change, _ in changed] == [
        ("site_stage", "made"),
        ("site_stage", "changed"),
    ]


async def test_accounts_and_agencies_too(client: httpx.AsyncClient, database: asyncpg.Connection) -> None:
    signed = await made(database, ADMINISTRATOR, "administrator", PROVINCE, name="administrator")
    await made(database, WORKER, "commune_worker", PHU_UNG, name="worker")
    new = {"name": "A", "kind": "other", "from": "2016-01-01"}
    agency = (await client.post("/v1/agencies", json=new, headers=signed)).headers["location"]
    for path, record, body in (
        (f"/v1/accounts/{WORKER}", "account", {"full_name": "Lê Văn Năm"}),
        (agency, "agency", {"name": "B"}),
    ):
        assert (await client.patch(path, json=body, headers=based_on(1) | signed)).is_success
        (one,) = told(await client.patch(path, json=body, headers=based_on(1) | signed))
        assert one == ("administrator", "administrator", record, "changed", list(body))


async def test_whose_tag_is_a_digest_is_told_the_present_one_alone(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    mine = await made(database, COLLABORATOR, "village_collaborator", PHU_UNG)
    address = (await client.post("/v1/children", json=child(), headers=mine)).headers["location"]
    assert (await client.patch(address, json={"ethnicity": "Tày"}, headers={"If-Match": "*"})).is_success
    stale = await client.patch(address, json={"sex": "male"}, headers=based_on(1) | mine)
    assert refusal(stale)[:2] == (412, "stale")
    assert "changes" not in stale.json()
    assert stale.json()["current"] == (await client.get(address, headers=mine)).headers["etag"]


async def test_what_is_told_of_a_child_is_a_look_on_record(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    address = await registered(client)
    assert (await client.patch(address, json={"sex": "male"}, headers=based_on(1))).is_success
    assert (await client.patch(address, json={"sex": "male"}, headers=based_on(1))).status_code == 412
    look = await database.fetchrow("SELECT action, refused, subjects FROM access ORDER BY number DESC LIMIT 1")
    assert tuple(look) == ("stale_update_child", False, [UUID(address.rpartition("/")[2])])


@pytest.mark.parametrize("tag", ['W/"1"', '"0", "1"', '"x"', '"99"', "1", '"99999999999999999999"'])
async def test_any_other_tag_is_answered_too(client: httpx.AsyncClient, tag: str) -> None:
    address = await registered(client)
    assert (await client.patch(address, json={"sex": "male"}, headers=based_on(1))).is_success
    stale = await client.patch(address, json={"sex": "male"}, headers={"If-Match": tag})
    assert refusal(stale)[:2] == (412, "stale")
    assert stale.json()["current"] == '"2"'
