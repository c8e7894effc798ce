"""The children of reports over HTTP: a case of each, and who they are, found out sooner or later."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service import ledger
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, figures, opened, refusal, registered
from tests.routers.case_reports import CHAIR, NEIGHBOUR, RECEIVED, WORKER, reported, signed, taken_up, told
from tests.routers.case_steps import assessed

LATER = "2020-12-30T23:50:00+07:00"  # behind us at any hour of today


@pytest.fixture
async def worker(empty_database: str) -> dict[str, str]:
    return await signed(empty_database, WORKER, "commune_worker", PHU_UNG)


@pytest.fixture
async def chair(empty_database: str) -> dict[str, str]:
    return await signed(empty_database, CHAIR, "commune_chair", PHU_UNG)


@pytest.fixture
async def neighbour(empty_database: str) -> dict[str, str]:
    """The worker of another commune."""
    return await signed(empty_database, NEIGHBOUR, "commune_worker", BAC_SON)


async def sound(dsn: str) -> bool:
    """Whether ledger and homes say what the records say."""
    connection = await asyncpg.connect(dsn)
    differences = await ledger.differences(connection)
    await connection.close()
    return differences == []


async def file(client: httpx.AsyncClient, part: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/cases/{part['case_id']}/file", **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def path(part: dict[str, Any]) -> str:
    return f"/v1/children/{part['child_id']}"


async def test_the_hours_run_from_receipt_and_passing_on_is_a_step(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    report = await reported(client)
    moment = "2020-12-30T23:55:00+07:00"
    await client.post(f"{report}/passing-on", json={"passed_on_at": moment})
    part = await taken_up(client, report, headers=worker)
    found = await file(client, part, headers=worker)
    assert [(step["step"], step["occurred_at"]) for step in found["steps"]] == [
        ("report", RECEIVED),
        ("passing_on", moment),
    ]
    assert (found["stage"], found["incident"]["code"], found["residence"]) == ("received", PHU_UNG, None)
    assert (await client.get(f"/v1/cases/{part['case_id']}", headers=worker)).json()["opened_on"] == "2020-12-30"
    assert (await client.get(report, headers=worker)).json()["status"] == "linked"


async def test_a_child_nobody_knows_can_be_worked_on_and_counts_nowhere(
    client: httpx.AsyncClient,
    empty_database: str,
    worker: dict[str, str],
    chair: dict[str, str],
    neighbour: dict[str, str],
) -> None:
    part = await taken_up(client, await reported(client), headers=worker)
    found = await client.get(path(part), headers=worker)
    assert found.status_code == 200, found.text
    child = found.json()
    assert (child["identified"], child["full_name"], child["date_of_birth"], child["residences"]) == (
        False,
        None,
        None,
        [],
    )
    assert [case["id"] for case in child["open_cases"]] == [part["case_id"]]
    assert child["withheld"] == []
    case = f"/v1/cases/{part['case_id']}"
    first = await client.post(
        f"{case}/initial-assessment", json={"occurred_at": LATER, **assessed("02")}, headers=worker
    )
    assert first.status_code == 201, first.text
    emergency = await client.post(f"{case}/emergency-measures", json={"occurred_at": LATER}, headers=chair)
    assert emergency.status_code == 201, emergency.text
    categorised = await client.post(
        f"{path(part)}/circumstances", json={"category": "d", "from": "2020-12-30"}, headers=worker
    )
    assert categorised.status_code == 201, categorised.text
    assert refusal(await client.get(path(part), headers=neighbour))[:2] == (404, "child_unknown")
    assert await figures(client, "special_rate", "2020-12-31", area=PHU_UNG) == (0, 0)
    assert (await client.get(f"/v1/children?commune={PHU_UNG}&count=true")).json()["total"] == 0
    assert (await client.get("/v1/children?count=true", headers=worker)).json()["total"] == 1
    assert await sound(empty_database)


async def test_a_child_of_an_estimated_age_is_as_young_as_may_be(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    child = {"sex": "female", "full_name": "Bé Na", "estimated_age": 7}
    part = await taken_up(client, await reported(client, children=[child]), headers=worker)
    shown = (await client.get(path(part), headers=worker)).json()
    assert (shown["full_name"], shown["sex"], shown["identified"]) == ("Bé Na", "female", False)
    assert (shown["date_of_birth"], shown["date_of_birth_precision"]) == ("2013-12-30", "estimated")


async def test_names_are_found_and_sorted_beside_children_without_one(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    await registered(client, full_name="Đỗ Thị Mận")
    await registered(client, full_name="Lê Văn Bình")
    part = await taken_up(client, await reported(client), headers=worker)
    asked = "/v1/children?sort=name&limit=1"
    names, cursor = [], ""
    while cursor is not None:
        page = (await client.get(asked + (f"&cursor={cursor}" if cursor else ""))).json()
        names += [item["full_name"] for item in page["items"]]
        cursor = page["next"]
    assert names == [None, "Lê Văn Bình", "Đỗ Thị Mận"]
    assert [i["full_name"] for i in (await client.get("/v1/children?q=man")).json()["items"]] == ["Đỗ Thị Mận"]
    named = await client.patch(path(part), json={"full_name": "Bé Mận"}, headers=worker | {"If-Match": "*"})
    assert (named.status_code, named.json()["identified"]) == (200, False)
    assert (await client.get("/v1/children?q=man&count=true")).json()["total"] == 2


async def test_several_children_of_one_incident_have_a_case_each(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    home = await registered(client)
    children = [{"sex": "male"}, {"sex": "female", "child_id": home.rpartition("/")[2]}, {"sex": "unknown"}]
    report = await reported(client, children=children)
    first = await taken_up(client, report, 1, headers=worker)
    second = await taken_up(client, report, 2, headers=worker)
    assert first["case_id"] != second["case_id"]
    assert path(second) == home
    assert (await file(client, second, headers=worker))["residence"]["code"] == PHU_UNG
    parts = (await client.get(report, headers=worker)).json()["children"]
    assert [part["linked"] for part in parts] == [True, True, False]
    unknown = await client.post(f"{report}/children/4/case", json={}, headers=worker)
    assert refusal(unknown)[:2] == (404, "reported_child_unknown")


async def test_several_reports_of_one_incident_are_of_one_case(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    part = await taken_up(client, await reported(client), headers=worker)
    second = await reported(client, source="police", received_at="2020-12-30T23:45:00+07:00")
    linked = await taken_up(client, second, case_id=part["case_id"], headers=worker)
    assert (linked["case_id"], linked["child_id"]) == (part["case_id"], part["child_id"])
    again = await client.post(f"{second}/children/1/case", json={}, headers=worker)
    assert refusal(again)[:2] == (409, "reported_child_is_linked")
    third = await reported(client)
    other = await client.post(f"{third}/children/1/case", json={"child_id": part["child_id"]}, headers=worker)
    assert refusal(other)[:2] == (409, "protection_case_open")
    assert other.json()["case"] == part["case_id"]
    assert len((await file(client, part, headers=worker))["steps"]) == 1


async def test_a_report_is_linked_to_an_open_case_of_protection_and_its_own_child(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    child = await registered(client)
    support = await opened(client, child)
    report = await reported(client, children=[{"sex": "male", "child_id": child.rpartition("/")[2]}])
    address = f"{report}/children/1/case"
    wrong = await client.post(address, json={"case_id": support.rpartition("/")[2]}, headers=worker)
    assert refusal(wrong) == (409, "case_not_protection", ["/case_id"])
    closed = await opened(client, child, kind="protection")
    await client.post(f"{closed}/close", json={"closed_on": "2018-03-01", "outcome": "x"})
    ended = await client.post(address, json={"case_id": closed.rpartition("/")[2]}, headers=worker)
    assert refusal(ended)[:2] == (409, "case_is_closed")
    another = await registered(client)
    mistaken = await client.post(address, json={"child_id": another.rpartition("/")[2]}, headers=worker)
    assert refusal(mistaken) == (409, "reported_child_is_another", ["/child_id"])
    far = await registered(client, commune=LAM_SON)
    for body in ({"child_id": far.rpartition("/")[2]}, {"child_id": str(UUID(int=9))}):
        assert refusal(await client.post(address, json=body, headers=worker)) == (
            422,
            "child_unknown",
            ["/child_id"],
        )
    hidden = await opened(client, far, kind="protection")
    for case in (hidden.rpartition("/")[2], str(UUID(int=9))):
        answer = await client.post(address, json={"case_id": case}, headers=worker)
        assert refusal(answer) == (422, "case_unknown", ["/case_id"])
    stale = await client.post(address, json={}, headers=worker | {"If-Match": '"7"'})
    assert refusal(stale)[:2] == (412, "stale")


async def test_whoever_takes_a_child_up_at_once_opens_one_case(
    client: httpx.AsyncClient, empty_database: str, worker: dict[str, str]
) -> None:
    report = await reported(client)
    address = f"{report}/children/1/case"
    answers = await asyncio.gather(*(client.post(address, json={}, headers=worker) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert (await client.get("/v1/cases?count=true", headers=worker)).json()["total"] == 1
    assert await sound(empty_database)


async def test_the_case_of_a_stranger_moves_to_the_child_that_it_turns_out_to_be(
    client: httpx.AsyncClient, empty_database: str, worker: dict[str, str]
) -> None:
    child = {"sex": "male", "estimated_age": 9}
    report = await reported(client, children=[child])
    part = await taken_up(client, report, headers=worker)
    await client.post(f"{path(part)}/circumstances", json={"category": "d", "from": "2020-12-30"}, headers=worker)
    second = await reported(client, source="citizen")
    await taken_up(client, second, case_id=part["case_id"], headers=worker)
    known = await registered(client)
    mother = {"full_name": "Lê Thị Na", "relation": "mother"}
    brother = {"full_name": "Lê Văn Na", "relation": "sibling", "sibling_id": known.rpartition("/")[2]}
    for person in (mother, brother):
        added = await client.post(f"{path(part)}/persons", json=person, headers=worker)
        assert added.status_code == 201, added.text
    body = {"child_id": known.rpartition("/")[2]}
    identified = await client.post(f"{report}/children/1/identification", json=body, headers=worker)
    assert identified.status_code == 200, identified.text
    (now,) = identified.json()["children"]
    assert (now["child_id"], now["case_id"]) == (body["child_id"], part["case_id"])
    assert (await client.get(second, headers=worker)).json()["children"][0]["child_id"] == body["child_id"]
    assert refusal(await client.get(path(part)))[:2] == (404, "child_unknown")
    shown = (await client.get(known, headers=worker)).json()
    assert [case["id"] for case in shown["open_cases"]] == [part["case_id"]]
    assert [m["category"] for m in shown["circumstances"]] == ["d"]
    around = (await client.get(f"{known}/persons", headers=worker)).json()["items"]
    assert [person["relation"] for person in around] == ["mother"]  # nobody is a sibling of his own
    assert await figures(client, "special_rate", "2020-12-31", area=PHU_UNG) == (1, 1)
    assert (await file(client, now, headers=worker))["stage"] == "received"
    again = await client.post(f"{report}/children/1/identification", json=body, headers=worker)
    assert again.status_code == 200
    other = await registered(client)
    contrary = {"child_id": other.rpartition("/")[2]}
    refused = await client.post(f"{report}/children/1/identification", json=contrary, headers=worker)
    assert refusal(refused)[:2] == (409, "reported_child_identified")
    assert await sound(empty_database)


async def test_nobody_is_identified_against_the_rules(
    client: httpx.AsyncClient, empty_database: str, worker: dict[str, str]
) -> None:
    report = await reported(client)
    part = await taken_up(client, report, headers=worker)
    busy = await registered(client)
    await opened(client, busy, kind="protection")
    born_later = await registered(client, date_of_birth="2020-12-31", since="2020-12-31")
    far = await registered(client, commune=LAM_SON)
    address = f"{report}/children/1/identification"
    for known, expected in (
        (busy, (409, "protection_case_open", ["/child_id"])),
        (born_later, (409, "child_born_later", ["/child_id"])),
        (far, (422, "child_unknown", ["/child_id"])),
        (str(UUID(int=9)), (422, "child_unknown", ["/child_id"])),
    ):
        answer = await client.post(address, json={"child_id": known.rpartition("/")[2]}, headers=worker)
        assert refusal(answer) == expected
    for body, pointer in (
        ({}, "/full_name"),
        ({"full_name": "Lê Thị Na"}, "/full_name"),
        ({"child_id": busy.rpartition("/")[2], "full_name": "Lê Thị Na"}, "/child_id"),
    ):
        assert refusal(await client.post(address, json=body, headers=worker)) == (422, "identity_missing", [pointer])
    assert (await client.get(path(part), headers=worker)).json()["identified"] is False
    untouched = await client.post(
        f"{await reported(client)}/children/1/identification",
        json={"full_name": "Lê Thị Na", "date_of_birth": "2013-05-06"},
        headers=worker,
    )
    assert refusal(untouched)[:2] == (409, "reported_child_not_registered")
    assert await sound(empty_database)


async def test_a_child_new_to_the_register_is_named_and_counts_where_it_lives(
    client: httpx.AsyncClient, empty_database: str, worker: dict[str, str]
) -> None:
    report = await reported(client)
    part = await taken_up(client, report, headers=worker)
    body = {
        "full_name": "Lê Thị Na",
        "sex": "female",
        "date_of_birth": "2013-05-06",
        "residence": {"commune": BAC_SON, "from": "2013-05-06"},
    }
    answer = await client.post(f"{report}/children/1/identification", json=body, headers=worker)
    assert answer.status_code == 200, answer.text
    shown = (await client.get(path(part))).json()
    assert (shown["identified"], shown["full_name"], shown["sex"]) == (True, "Lê Thị Na", "female")
    assert (await client.get(f"/v1/children?commune={BAC_SON}&count=true")).json()["total"] == 1
    again = await client.post(f"{report}/children/1/identification", json=body, headers=worker)
    assert refusal(again)[:2] == (409, "reported_child_identified")
    assert await sound(empty_database)


async def test_a_report_before_its_case_may_say_who_it_is(client: httpx.AsyncClient, worker: dict[str, str]) -> None:
    report, child = await reported(client), await registered(client)
    body = {"child_id": child.rpartition("/")[2]}
    answer = await client.post(f"{report}/children/1/identification", json=body, headers=worker)
    assert answer.json()["children"][0]["child_id"] == body["child_id"]
    assert path(await taken_up(client, report, headers=worker)) == child


async def test_what_is_withdrawn_leaves_the_report_as_it_was_told(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    report = await reported(client, children=[{"sex": "male", "full_name": "Bé Na"}])
    part = await taken_up(client, report, headers=worker)
    assert (await client.delete(path(part), headers=worker | {"If-Match": "*"})).status_code == 204
    (left,) = (await client.get(report, headers=worker)).json()["children"]
    assert (left["full_name"], left["child_id"], left["linked"]) == ("Bé Na", None, False)
    assert (await client.get(report, headers=worker)).json()["status"] == "received"


async def test_a_repeat_of_taking_up_under_its_key_opens_nothing_twice(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    report = await reported(client)
    key = worker | {"Idempotency-Key": "taking-up"}
    first = await client.post(f"{report}/children/1/case", json={}, headers=key)
    again = await client.post(f"{report}/children/1/case", json={}, headers=key)
    assert (again.status_code, again.content) == (200, first.content)


async def test_a_report_that_only_says_unknown_is_enough(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/case-reports", json=told())).status_code == 201
