"""How much an officer has to do, and handing all of it to another."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import BAC_SON, PHU_UNG, opened, refusal, registered
from tests.routers.test_reforms import MERGER
from tests.signed_in import OFFICER, made

Headers = dict[str, str]
CHAIR, LEAVING, STAYING, NEIGHBOUR, TEACHER, ADMINISTRATOR = (UUID(int=number) for number in range(61, 67))
DUE = """
INSERT INTO deadline (case_id, code, starts_at, due_at, area_id, officer, source, item)
SELECT $1, 'measure', '2020-01-01', $2::text::timestamptz, area_id, $3, 'plan', uuidv7()
FROM area_version WHERE code = '12145' AND during @> date '2020-12-31'
"""


@pytest.fixture
async def people(empty_database: str) -> dict[str, Headers]:
    connection = await asyncpg.connect(empty_database)
    found = {
        "chair": await made(connection, CHAIR, "commune_chair", PHU_UNG),
        "leaving": await made(connection, LEAVING, "commune_worker", PHU_UNG, name="leaving"),
        "staying": await made(connection, STAYING, "commune_worker", PHU_UNG),
        "neighbour": await made(connection, NEIGHBOUR, "commune_worker", BAC_SON),
        "teacher": await made(connection, TEACHER, "school", PHU_UNG),
        "administrator": await made(connection, ADMINISTRATOR, "administrator", "33"),
    }
    await connection.close()
    return found


@pytest.fixture
async def cases(client: httpx.AsyncClient, people: dict[str, Headers]) -> list[str]:
    """Two open cases of who leaves, and one that is closed."""
    found = [
        await opened(client, await registered(client), officer=str(LEAVING), kind=kind)
        for kind in ("protection", "support", "support")
    ]
    await client.post(f"{found[2]}/close", json={"closed_on": "2018-05-01", "outcome": "child_safe"})
    return found


async def caseload(client: httpx.AsyncClient, who: UUID, headers: Headers | None = None) -> httpx.Response:
    return await client.get(f"/v1/assignments/{who}/caseload", headers=headers)


async def hand_over(client: httpx.AsyncClient, to: UUID, headers: Headers | None = None) -> httpx.Response:
    return await client.post(f"/v1/assignments/{LEAVING}/hand-over", json={"to": str(to)}, headers=headers)


async def test_a_caseload_counts_what_is_open_and_overdue(
    client: httpx.AsyncClient, people: dict[str, Headers], cases: list[str], empty_database: str
) -> None:
    connection = await asyncpg.connect(empty_database)
    for case, due in ((cases[0], "2020-06-01"), (cases[0], "2020-07-01"), (cases[1], "2021-06-01")):
        await connection.execute(DUE, UUID(case.rpartition("/")[2]), due, LEAVING)
    await connection.execute("UPDATE case_file SET risk = 'high' WHERE id = $1", UUID(cases[0].rpartition("/")[2]))
    await connection.close()
    for headers in (people["chair"], people["leaving"], people["staying"], None):
        shown = (await caseload(client, LEAVING, headers)).json()
        assert (shown["account"], shown["open"], shown["overdue"]) == ("leaving", 2, 1)
        assert shown["by_kind"] == {"protection": 1, "support": 1}
        assert shown["by_risk"] == {"high": 1, "medium": 0, "low": 0, "none": 0, "unknown": 1}
    assert refusal(await caseload(client, LEAVING, people["neighbour"]))[:2] == (404, "assignment_unknown")
    assert refusal(await caseload(client, UUID(int=9)))[:2] == (404, "assignment_unknown")


async def test_officers_are_found_with_what_they_have_to_do_and_so_is_what_others_left(
    client: httpx.AsyncClient, people: dict[str, Headers], cases: list[str]
) -> None:
    async def found(headers: Headers) -> dict[str, int]:
        page = (await client.get("/v1/officers?count=true", headers=headers)).json()
        assert page["total"] == len(page["items"])
        return {item["assignment"]: item["open"] for item in page["items"]}

    assert await found(people["chair"]) == {str(LEAVING): 2, str(STAYING): 0}
    assert await found(people["neighbour"]) == {str(NEIGHBOUR): 0}
    path, headers = f"/v1/accounts/{LEAVING}/assignments/{LEAVING}", people["administrator"] | {"If-Match": "*"}
    await client.patch(path, json={"until": "2020-01-01"}, headers=headers)
    assert await found(people["chair"]) == {str(LEAVING): 2, str(STAYING): 0}
    await hand_over(client, STAYING)
    assert await found(people["chair"]) == {str(STAYING): 2}
    assert refusal(await client.get("/v1/officers", headers=people["teacher"]))[:2] == (403, "forbidden")


async def test_all_open_cases_go_to_another_with_what_is_due_and_into_the_history(
    client: httpx.AsyncClient, people: dict[str, Headers], cases: list[str], empty_database: str
) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(DUE, UUID(cases[0].rpartition("/")[2]), "2020-06-01", LEAVING)
    before = [await client.get(case) for case in cases]
    done = await hand_over(client, STAYING, people["chair"])
    assert (done.status_code, done.json()) == (200, {"cases": 2})
    after = [await client.get(case) for case in cases]
    assert [case.json()["officer"] for case in after] == [str(STAYING), str(STAYING), str(LEAVING)]
    assert [old.headers["etag"] != new.headers["etag"] for old, new in zip(before, after, strict=True)] == [
        True,
        True,
        False,
    ]
    assert await connection.fetchval("SELECT officer FROM deadline") == STAYING
    await connection.close()
    child = f"/v1/children/{after[0].json()['child_id']}"
    last = (await client.get(f"{child}/history?limit=1")).json()["items"][0]
    assert last["fields"] == [{"field": "officer", "from": str(LEAVING), "to": str(STAYING), "withheld": False}]
    assert last["by"]["action"] == "hand_over"
    assert (await hand_over(client, STAYING)).json() == {"cases": 0}


async def test_who_cannot_work_on_all_of_them_takes_none(
    client: httpx.AsyncClient, people: dict[str, Headers], cases: list[str]
) -> None:
    for other in (TEACHER, CHAIR, LEAVING, UUID(int=9)):
        assert refusal(await hand_over(client, other)) == (422, "officer_unsuitable", ["/to"])
    moved = (await client.get(cases[0])).json()["child_id"]
    await client.post(f"/v1/children/{moved}/residences", json={"commune": BAC_SON, "from": "2020-01-01"})
    for other, headers in ((STAYING, None), (NEIGHBOUR, None), (STAYING, people["chair"])):
        answer = await hand_over(client, other, headers)
        assert refusal(answer)[:2] == (409, "hand_over_out_of_reach")
        assert (answer.json()["cases"], answer.json()["out_of_reach"]) == (2, 1)
        assert moved not in answer.text
    assert {(await client.get(case)).json()["officer"] for case in cases} == {str(LEAVING)}
    refused = await hand_over(client, NEIGHBOUR, people["chair"])
    assert refusal(refused) == (422, "officer_unsuitable", ["/to"])
    elsewhere = await hand_over(client, NEIGHBOUR, people["neighbour"])
    assert refusal(elsewhere)[:2] == (404, "assignment_unknown")
    assert (await hand_over(client, OFFICER)).json() == {"cases": 2}


async def test_who_ends_an_assignment_is_told_that_open_cases_are_left_and_they_can_be_handed_over(
    client: httpx.AsyncClient, people: dict[str, Headers], cases: list[str]
) -> None:
    path, headers = f"/v1/accounts/{LEAVING}/assignments/{LEAVING}", people["administrator"] | {"If-Match": "*"}
    for until in ("2026-01-01", "2020-01-01"):
        ended = await client.patch(path, json={"until": until}, headers=headers)
        assert (ended.status_code, ended.json()["leaves_open_cases"]) == (200, True)
    assert (await caseload(client, LEAVING, people["chair"])).json()["until"] == "2020-01-01"
    assert (await hand_over(client, STAYING, people["staying"])).json() == {"cases": 2}
    ended = await client.patch(path, json={"until": "2020-02-01"}, headers=headers)
    assert ended.json()["leaves_open_cases"] is False


async def test_officers_keep_their_cases_when_communes_merge(
    client: httpx.AsyncClient, people: dict[str, Headers], cases: list[str]
) -> None:
    """Both reach the commune that was made of theirs, and so each the own part of it."""
    theirs = await opened(client, await registered(client, commune=BAC_SON), officer=str(NEIGHBOUR))
    assert (await client.post("/v1/areas/reforms", json=MERGER)).status_code == 201
    for case, officer in ((cases[0], LEAVING), (cases[1], LEAVING), (theirs, NEIGHBOUR)):
        assert (await client.get(case)).json()["officer"] == str(officer)
    own = (await client.get("/v1/cases?officer=me&status=open", headers=people["leaving"])).json()["items"]
    assert [f"/v1/cases/{case['id']}" for case in own] == cases[:2]
    moved = own[0]["child_id"]
    home = {"commune": MERGER["units"][0]["code"], "from": "2020-01-01"}
    assert (await client.post(f"/v1/children/{moved}/residences", json=home)).status_code == 201
    for who in (people["leaving"], people["neighbour"]):
        assert (await client.get(cases[0], headers=who)).status_code == 200
    assert refusal(await hand_over(client, NEIGHBOUR))[:2] == (409, "hand_over_out_of_reach")
    assert (await hand_over(client, STAYING, people["chair"])).json() == {"cases": 2}
