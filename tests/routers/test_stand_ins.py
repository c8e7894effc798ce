"""Who acts in the place of a commune's chair."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.clock import calendar_day
from tests.routers.api import BAC_SON, PHU_UNG, refusal
from tests.routers.case_steps import CHAIR, WORKER, Led, at, led
from tests.signed_in import TOKENS, made

DEPUTY, NEIGHBOUR, ADMINISTRATOR = UUID(int=81), UUID(int=82), UUID(int=83)
TODAY = calendar_day()  # of signing in, which the day of the register does not fix
Headers = dict[str, str]


@pytest.fixture
async def case(client: httpx.AsyncClient, empty_database: str) -> Led:
    return await led(client, empty_database)


@pytest.fixture
async def people(empty_database: str) -> dict[str, Headers]:
    connection = await asyncpg.connect(empty_database)
    found = {
        "deputy": await made(connection, DEPUTY, "commune_worker", PHU_UNG, name="deputy"),
        "neighbour": await made(connection, NEIGHBOUR, "commune_chair", BAC_SON),
        "administrator": await made(connection, ADMINISTRATOR, "administrator", "33"),
    }
    await connection.close()
    return found


def days(first: int, until: int) -> dict[str, str]:
    """From and until, in days from today."""
    return {"from": str(TODAY + timedelta(days=first)), "until": str(TODAY + timedelta(days=until))}


async def appointed(client: httpx.AsyncClient, by: Headers, **more: Any) -> httpx.Response:
    body = {"for": str(CHAIR), "account": str(DEPUTY), "reason": "Nghỉ Tết"} | days(0, 7) | more
    return await client.post("/v1/stand-ins", json=body, headers=by)


async def acting(dsn: str, answer: httpx.Response) -> Headers:
    """The headers of who signed in for the assignment that the stand-in made."""
    assert answer.status_code == 201, answer.text
    assignment = UUID(answer.json()["deputy"]["assignment"])
    account = UUID(answer.json()["deputy"]["account_id"])
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "INSERT INTO sign_in (id, account_id, assignment_id, address) VALUES ($1, $2, $1, '')", assignment, account
    )
    await connection.close()
    return {"Authorization": f"Bearer {TOKENS.mint(account, assignment, assignment, 'commune_chair')[0]}"}


async def test_while_it_runs_the_deputy_decides_in_the_chairs_place_and_on_record(
    client: httpx.AsyncClient, case: Led, people: dict[str, Headers], empty_database: str
) -> None:
    await case.up_to("specific-assessment")
    refused = await case.take("meeting", at("03-06"), by=people["deputy"])
    assert refusal(refused)[:2] == (403, "forbidden")
    stand_in = await appointed(client, case.chair)
    deputy = await acting(empty_database, stand_in)
    file = await case.taken("meeting", at("03-06"), by=deputy)
    assert [(step["account"], step["in_place_of"]) for step in file["steps"]][-2:] == [
        (f"commune_worker-{WORKER.hex[-6:]}", None),
        ("deputy", f"commune_chair-{CHAIR.hex[-6:]}"),
    ]
    assert (await client.get(case.path, headers=deputy)).status_code == 200
    ended = await client.post(f"/v1/stand-ins/{stand_in.json()['id']}/end", headers=case.chair)
    assert ended.status_code == 204, ended.text
    connection = await asyncpg.connect(empty_database)
    held = await connection.fetchval(
        "SELECT during @> $2::date FROM assignment WHERE id = $1", UUID(stand_in.json()["deputy"]["assignment"]), TODAY
    )
    await connection.close()
    assert held is False
    assert (await case.take("plan", at("03-07"), by=deputy, items=[])).status_code in (401, 403)


async def test_four_eyes_are_two_persons_whatever_they_act_as(
    client: httpx.AsyncClient, case: Led, people: dict[str, Headers], empty_database: str
) -> None:
    await case.up_to("plan")
    await case.taken("submission", at("03-08"), by=people["deputy"])
    deputy = await acting(empty_database, await appointed(client, people["administrator"]))
    (waiting,) = (await client.get("/v1/approvals", headers=deputy)).json()["items"]
    assert waiting["own"] is True
    refused = await case.take("approval", at("03-09"), by=deputy)
    assert refusal(refused)[:2] == (409, "approved_by_drafter")
    (waiting,) = (await client.get("/v1/approvals", headers=case.chair)).json()["items"]
    assert waiting["own"] is False
    assert (await case.taken("approval", at("03-09")))["stage"] == "carrying_out"


async def test_a_chair_appoints_for_the_own_commune_and_an_administrator_for_all(
    client: httpx.AsyncClient, case: Led, people: dict[str, Headers]
) -> None:
    for_another = await appointed(client, people["neighbour"])
    assert refusal(for_another) == (422, "assignment_unknown", ["/for"])
    made_known = await appointed(client, case.chair)
    assert made_known.json()["for"]["account"] == f"commune_chair-{CHAIR.hex[-6:]}"
    assert made_known.json()["area"]["code"] == PHU_UNG
    location = made_known.headers["location"]
    for headers, number in ((case.chair, 1), (people["administrator"], 1), (people["neighbour"], 0)):
        page = (await client.get("/v1/stand-ins?count=true", headers=headers)).json()
        assert (len(page["items"]), page["total"]) == (number, number)
    assert refusal(await client.get(location, headers=people["neighbour"]))[:2] == (404, "stand_in_unknown")
    assert refusal(await client.post(f"{location}/end", headers=people["neighbour"]))[:2] == (404, "stand_in_unknown")
    assert refusal(await client.get("/v1/stand-ins", headers=people["deputy"]))[:2] == (403, "forbidden")
    own = (await client.get("/v1/account", headers=people["deputy"])).json()
    assert sorted(job["role"] for job in own["assignments"]) == ["commune_chair", "commune_worker"]


async def test_who_cannot_stand_in_does_not(
    client: httpx.AsyncClient, case: Led, people: dict[str, Headers], empty_database: str
) -> None:
    by = people["administrator"]
    for account in (CHAIR, NEIGHBOUR, UUID(int=9)):
        answer = await appointed(client, by, account=str(account))
        assert refusal(answer) == (422, "deputy_unsuitable", ["/account"])
    assert refusal(await appointed(client, by, **days(3, 3))) == (422, "period_empty", ["/until"])
    assert refusal(await appointed(client, by, **{"for": str(WORKER)})) == (422, "stand_in_of_nobody", ["/for"])
    assert refusal(await appointed(client, by, **{"for": str(UUID(int=9))})) == (422, "assignment_unknown", ["/for"])
    assert refusal(await appointed(client, by, until=None))[:2] == (422, "invalid")
    assert refusal(await appointed(client, by, **{"from": "2010-01-01"})) == (422, "stand_in_of_nobody", ["/for"])
    first = await appointed(client, by)
    assert first.status_code == 201
    assert refusal(await appointed(client, by, **days(6, 9))) == (409, "stand_in_overlaps", ["/from"])
    assert (await appointed(client, by, **days(7, 9))).status_code == 201
    deputy = await acting(empty_database, first)
    of_a_deputy = await appointed(client, deputy, account=str(WORKER), **{"for": first.json()["deputy"]["assignment"]})
    assert refusal(of_a_deputy) == (422, "stand_in_of_nobody", ["/for"])


async def test_a_stand_in_ends_at_once_also_before_it_begins_and_once(
    client: httpx.AsyncClient, case: Led, people: dict[str, Headers]
) -> None:
    location = (await appointed(client, case.chair, **days(7, 9))).headers["location"]
    assert (await client.post(f"{location}/end", headers=case.chair)).status_code == 204
    shown = (await client.get(location, headers=case.chair)).json()
    assert (shown["from"], shown["ended_at"] is not None) == (days(7, 9)["from"], True)
    again = await client.post(f"{location}/end", headers=case.chair)
    assert refusal(again)[:2] == (409, "stand_in_ended")
    assert (await appointed(client, case.chair, **days(7, 9))).status_code == 201, "the days are free again"
    past = await appointed(client, people["administrator"], **days(-9, -2))
    over = await client.post(f"{past.headers['location']}/end", headers=case.chair)
    assert refusal(over)[:2] == (409, "stand_in_ended")


async def test_a_stand_in_lasts_no_longer_than_the_chair(
    client: httpx.AsyncClient, case: Led, people: dict[str, Headers]
) -> None:
    stand_in = await appointed(client, case.chair)
    headers = people["administrator"] | {"If-Match": "*"}
    chair = f"/v1/accounts/{CHAIR}/assignments/{CHAIR}"
    left = await client.patch(chair, json={"until": days(0, 2)["until"]}, headers=headers)
    assert refusal(left)[:2] == (409, "stand_in_outlasts")
    job = f"/v1/accounts/{DEPUTY}/assignments/{stand_in.json()['deputy']['assignment']}"
    longer = await client.patch(job, json={"until": None}, headers=headers)
    assert refusal(longer)[:2] == (409, "assignment_of_stand_in")
    assert (await client.post(f"{stand_in.headers['location']}/end", headers=headers)).status_code == 204
    left = await client.patch(chair, json={"until": days(0, 2)["until"]}, headers=headers)
    assert left.status_code == 200, left.text
    late = await appointed(client, people["administrator"])
    assert refusal(late) == (422, "stand_in_of_nobody", ["/for"])
