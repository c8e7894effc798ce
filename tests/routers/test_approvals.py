"""What a chair has to sign."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx

from tests.routers.api import BAC_SON, PHU_UNG, refusal
from tests.routers.case_steps import Led, at, led, planned
from tests.signed_in import made

Headers = dict[str, str]


async def queue(client: httpx.AsyncClient, chair: Headers, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/approvals?count=true&{query}", headers=chair)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    items: list[dict[str, Any]] = page["items"]
    return items


async def submitted(case: Led, day: str) -> str:
    """A case whose plan was submitted on a day: its id."""
    await case.up_to("meeting")
    await case.taken("plan", at("03-07"), **planned(f"{case.path[-36:-2]}aa"))
    await case.taken("submission", at(day))
    return case.path.rpartition("/")[2]


async def test_plans_wait_for_the_chair_with_the_time_that_is_left_until_they_are_signed(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    first = await led(client, empty_database)
    later = await submitted(first, "12-30")
    second = Led(client, await another(client, first), first.child, first.worker, first.chair)
    sooner = await submitted(second, "03-10")
    shown = await queue(client, first.chair)
    assert [item["case_id"] for item in shown] == [sooner, later]
    assert [item["overdue"] for item in shown] == [True, False]
    assert shown[0]["due_at"].startswith("2020-03-12T17:00") or shown[0]["due_at"] == "2020-03-13T00:00:00+07:00"
    assert shown[0]["hours_left"] < 0 < shown[1]["hours_left"]
    assert (shown[0]["commune"]["code"], shown[0]["own"]) == (PHU_UNG, False)
    assert shown[0]["full_name"] == "Đỗ Thị Mận"
    page = (await client.get("/v1/approvals?limit=1", headers=first.chair)).json()
    rest = (await client.get(f"/v1/approvals?limit=1&cursor={page['next']}", headers=first.chair)).json()
    assert [item["case_id"] for item in page["items"] + rest["items"]] == [sooner, later]
    await second.taken("approval", at("03-11"))
    await first.taken("return", at("12-30", "23:00"), reason="chưa đủ")
    assert await queue(client, first.chair) == []


async def another(client: httpx.AsyncClient, case: Led) -> str:
    """Another case of the same child."""
    body = {"child_id": case.child.rpartition("/")[2], "kind": "protection", "opened_on": "2020-03-02"}
    answer = await client.post("/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    location: str = answer.headers["location"]
    return location


async def test_each_chair_signs_what_the_own_commune_leads(client: httpx.AsyncClient, empty_database: str) -> None:
    case = await led(client, empty_database)
    await submitted(case, "03-10")
    connection = await asyncpg.connect(empty_database)
    neighbour = await made(connection, UUID(int=71), "commune_chair", BAC_SON)
    await connection.close()
    assert await queue(client, neighbour) == []
    for asked in (f"commune={PHU_UNG}", "area=33"):
        assert len(await queue(client, case.chair, asked)) == 1
    assert await queue(client, case.chair, f"commune={BAC_SON}") == []
    assert refusal(await client.get("/v1/approvals", headers=case.worker))[:2] == (403, "forbidden")
    seen = (await client.get(f"{case.child}/accesses")).json()["items"]
    assert any(one["action"] == "list_approvals" for one in seen)
