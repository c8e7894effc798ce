"""Flags with a day."""

from uuid import UUID

import asyncpg
import httpx

from tests.routers.api import BAC_SON, PHU_UNG, opened, refusal, registered
from tests.signed_in import OFFICER, made

WORKER = UUID(int=51)


async def labels(client: httpx.AsyncClient, query: str = "", **more: dict[str, str]) -> list[str]:
    page = (await client.get(f"/v1/flags?count=true&{query}", **more)).json()
    assert page["total"] == len(page["items"])
    return [item["label"] for item in page["items"]]


async def test_flags_are_found_by_day_until_they_are_cleared(client: httpx.AsyncClient, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    worker = await made(connection, WORKER, "commune_worker", PHU_UNG, name="worker")
    await connection.close()
    own = await opened(client, await registered(client), officer=str(WORKER))
    other = await opened(client, await registered(client, commune=BAC_SON), officer=str(OFFICER))
    flags = {}
    for case, label, on in ((own, "khám", "2021-01-15"), (other, "học bạ", "2021-01-10"), (own, "đơn", "2021-01-10")):
        made_known = await client.post(f"{case}/flags", json={"label": label, "on": on})
        assert made_known.status_code == 201, made_known.text
        flags[label] = f"{case}/flags/{made_known.json()['id']}"
    assert await labels(client) == ["học bạ", "đơn", "khám"]
    assert await labels(client, "until=2021-01-15") == ["học bạ", "đơn"]
    assert await labels(client, "officer=me") == ["học bạ"]
    assert await labels(client, "officer=me", headers=worker) == await labels(client, headers=worker) == ["đơn", "khám"]
    first = (await client.get("/v1/flags?limit=1")).json()
    second = (await client.get(f"/v1/flags?limit=1&cursor={first['next']}")).json()
    assert [first["items"][0]["label"], second["items"][0]["label"]] == ["học bạ", "đơn"]
    tag = {"If-Match": (await client.get(own)).headers["etag"]}
    cleared = await client.patch(flags["đơn"], json={"cleared": True}, headers=tag | worker)
    assert (cleared.json()["cleared"], cleared.json()["cleared_by"]) == (True, "worker")
    moved = await client.patch(flags["khám"], json={"on": "2021-02-01"}, headers={"If-Match": cleared.headers["etag"]})
    assert moved.json()["on"] == "2021-02-01"
    stale = await client.patch(flags["khám"], json={"on": "2021-03-01"}, headers=tag)
    assert refusal(stale)[:2] == (412, "stale")
    assert await labels(client) == ["học bạ", "khám"]
    of_case = (await client.get(f"{own}/flags")).json()["items"]
    assert [(flag["label"], flag["cleared"]) for flag in of_case] == [("đơn", True), ("khám", False)]


async def test_a_flag_is_looked_at_by_whoever_meets_the_case(client: httpx.AsyncClient, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    neighbour = await made(connection, WORKER, "commune_worker", BAC_SON)
    await connection.close()
    case = await opened(client, await registered(client))
    flag = (await client.post(f"{case}/flags", json={"label": "khám", "on": "2021-01-15"})).json()
    assert await labels(client, headers=neighbour) == []
    assert refusal(await client.get(f"{case}/flags", headers=neighbour))[:2] == (404, "case_unknown")
    path, anything = f"{case}/flags/{flag['id']}", neighbour | {"If-Match": "*"}
    assert refusal(await client.patch(path, json={"cleared": True}, headers=anything))[:2] == (404, "case_unknown")
    assert refusal(await client.patch(path, json={"cleared": False}, headers={"If-Match": "*"}))[0] == 422
    assert (await client.delete(case, headers={"If-Match": "*"})).status_code == 204
