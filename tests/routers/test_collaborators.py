"""A village's collaborator meets the children of an own list, and nobody else."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import BAC_SON, PHU_UNG, child, refusal, registered
from tests.signed_in import made

LAN, MAI = UUID(int=21), UUID(int=22)
Headers = dict[str, str]


@pytest.fixture
async def people(empty_database: str) -> dict[str, Headers]:
    """Two collaborators and the worker of a commune."""
    connection = await asyncpg.connect(empty_database)
    found = {
        "lan": await made(connection, LAN, "village_collaborator", PHU_UNG, name="lan"),
        "mai": await made(connection, MAI, "village_collaborator", BAC_SON, name="mai"),
        "worker": await made(connection, UUID(int=23), "commune_worker", PHU_UNG, name="worker"),
    }
    await connection.close()
    return found


async def names(client: httpx.AsyncClient, who: Headers) -> list[str]:
    return [item["full_name"] for item in (await client.get("/v1/children", headers=who)).json()["items"]]


async def test_a_child_on_the_list_is_met_and_off_it_no_longer(
    client: httpx.AsyncClient, people: dict[str, Headers]
) -> None:
    address = await registered(client)
    await registered(client, full_name="Đỗ Thị Mơ")
    assert await names(client, people["lan"]) == []
    assert refusal(await client.get(address, headers=people["lan"]))[0] == 404
    listed = await client.put(f"{address}/collaborators/{LAN}", headers=people["worker"])
    assert listed.status_code == 204
    assert await names(client, people["lan"]) == ["Đỗ Thị Mận"]
    assert (await client.get(address, headers=people["lan"])).json()["open_cases"] is None
    await client.delete(f"{address}/collaborators/{LAN}", headers=people["worker"])
    assert await names(client, people["lan"]) == []


async def test_whom_a_collaborator_registers_is_on_the_own_list(
    client: httpx.AsyncClient, people: dict[str, Headers]
) -> None:
    made_by_lan = await client.post("/v1/children", json=child(), headers=people["lan"])
    assert made_by_lan.status_code == 201
    assert await names(client, people["lan"]) == ["Đỗ Thị Mận"]
    elsewhere = await client.post("/v1/children", json=child(commune=BAC_SON), headers=people["lan"])
    assert refusal(elsewhere) == (403, "area_out_of_reach", ["/residence/commune"])


async def test_the_collaborators_of_the_own_areas_are_found(
    client: httpx.AsyncClient, people: dict[str, Headers]
) -> None:
    found = (await client.get("/v1/collaborators", headers=people["worker"])).json()["items"]
    assert [(item["account"], item["area"]["code"]) for item in found] == [("lan", PHU_UNG)]
    everybody = (await client.get("/v1/collaborators?limit=1")).json()
    assert everybody["next"]
    assert len((await client.get("/v1/collaborators")).json()["items"]) == 2


async def test_nobody_shares_with_those_of_others_nor_children_of_others(
    client: httpx.AsyncClient, people: dict[str, Headers]
) -> None:
    here, there = await registered(client), await registered(client, commune=BAC_SON)
    for address, collaborator in ((here, MAI), (there, LAN), (here, UUID(int=23)), (here, UUID(int=99))):
        answer = await client.put(f"{address}/collaborators/{collaborator}", headers=people["worker"])
        assert refusal(answer) == (404, "assignment_unknown", [])


async def test_a_category_that_a_collaborator_does_not_receive_is_neither_read_nor_written(
    client: httpx.AsyncClient, people: dict[str, Headers]
) -> None:
    address = (await client.post("/v1/children", json=child(), headers=people["lan"])).headers["location"]
    sensitive = {"category": "d.2", "from": "2018-01-01", "evidence": "Giấy xác nhận"}
    refused = await client.post(f"{address}/circumstances", json=sensitive, headers=people["lan"])
    assert refusal(refused) == (403, "category_restricted", ["/category"])
    recorded = (await client.post(f"{address}/circumstances", json=sensitive)).json()
    shown = (await client.get(address, headers=people["lan"])).json()
    assert [(m["category"], m["kind"], m["evidence"]) for m in shown["circumstances"]] == [
        ("restricted", "special", None)
    ]
    assert shown["withheld"] == ["ethnicity", "circumstances.evidence", "open_cases"]
    patched = await client.patch(
        f"{address}/circumstances/{recorded['id']}",
        json={"until": "2019-01-01"},
        headers=people["lan"] | {"If-Match": "*"},
    )
    assert refusal(patched) == (403, "category_restricted", [])
    for asked in ("category=d.2", "assisted=true"):
        assert refusal(await client.get(f"/v1/children?{asked}", headers=people["lan"]))[0] == 403
    poor = await client.post(
        f"{address}/circumstances", json={"category": "poor_household", "from": "2018-01-01"}, headers=people["lan"]
    )
    assert poor.status_code == 201
