"""A child, its siblings and the persons around it on one page."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx

from tests.routers.api import BAC_SON, PHU_UNG, opened, refusal, registered
from tests.routers.test_persons import around, found_harming
from tests.signed_in import made

Headers = dict[str, str]


def key(address: str) -> str:
    return address.rpartition("/")[2]


async def household(client: httpx.AsyncClient, child: str, who: Headers | None = None) -> dict[str, Any]:
    answer = await client.get(f"{child}/household", headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_siblings_are_found_from_either_side_with_their_open_cases(client: httpx.AsyncClient) -> None:
    first, second, third = [await registered(client, date_of_birth=f"201{n}-01-01") for n in range(3)]
    await around(client, first, full_name="Đỗ Thị Mơ", relation="sibling", sibling_id=key(second))
    await around(client, third, full_name="Đỗ Thị Mận", relation="sibling", sibling_id=key(first))
    await client.post(f"{second}/circumstances", json={"category": "d.2", "from": "2018-01-01"})
    await client.post(f"{second}/circumstances", json={"category": "a", "from": "2018-01-01", "until": "2019-01-01"})
    case = await opened(client, second, kind="protection")
    await client.post(
        f"{await opened(client, second)}/close", json={"closed_on": "2018-05-01", "outcome": "child_safe"}
    )
    page = await household(client, first)
    assert page["child"]["id"] == key(first)
    assert [one["id"] for one in page["siblings"]] == [key(second), key(third)]
    assert page["siblings"][0]["circumstances"] == [{"category": "d.2", "kind": "special"}]
    assert [(one["id"], one["risk"], one["stage"]) for one in page["siblings"][0]["open_cases"]] == [
        (key(case), None, None)
    ]
    assert page["siblings"][0]["commune"]["code"] == PHU_UNG
    assert [one["id"] for one in (await household(client, second))["siblings"]] == [key(first)]


async def test_each_sees_as_much_of_it_as_of_the_children(client: httpx.AsyncClient, empty_database: str) -> None:
    near, far = await registered(client), await registered(client, commune=BAC_SON)
    await around(client, near, full_name="Đỗ Thị Mơ", relation="sibling", sibling_id=key(far))
    await around(client, near, relation="mother", phone="0912 345 678")
    await client.post(f"{near}/circumstances", json={"category": "d.2", "from": "2018-01-01"})
    await opened(client, near)
    connection = await asyncpg.connect(empty_database)
    worker = await made(connection, UUID(int=31), "commune_worker", PHU_UNG)
    school = await made(connection, UUID(int=32), "school", PHU_UNG)
    neighbour = await made(connection, UUID(int=33), "commune_worker", BAC_SON)
    await connection.close()
    assert len((await household(client, near))["siblings"]) == 1
    own = await household(client, near, worker)
    assert (own["siblings"], own["persons"][0]["sibling_id"]) == ([], None)
    assert len(own["contacts"]) == len(own["child"]["open_cases"]) == 1
    shown = await household(client, near, school)
    assert shown["child"]["circumstances"] == [{"category": "restricted", "kind": "special"}]
    assert (shown["child"]["open_cases"], shown["contacts"], shown["recipients"]) == (None, None, None)
    assert [one["phone"] for one in shown["persons"]] == [None, None]
    assert refusal(await client.get(f"{near}/household", headers=neighbour))[:2] == (404, "child_unknown")
    seen = (await client.get(f"{far}/accesses")).json()["items"]
    assert [(one["action"], one["account"]) for one in seen if one["action"] == "read_household"] == [
        ("read_household", "officer")
    ]


async def test_whoever_harms_is_among_no_contacts_consenters_or_recipients(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    child = await registered(client)
    relations = ("father", "mother", "guardian", "carer", "relative", "sibling", "other")
    of = {relation: key(await around(client, child, relation=relation)) for relation in relations}
    before = await household(client, child)
    assert set(before["contacts"]) == {of[one] for one in relations if one != "sibling"}
    assert set(before["consenters"]) == {of["father"], of["mother"], of["guardian"]}
    assert set(before["recipients"]) == {of["father"], of["mother"], of["guardian"], of["carer"]}
    case = await opened(client, child, kind="protection")
    for relation in ("father", "carer"):
        await found_harming(empty_database, case, of[relation])
    # Of a case that is over by now: what it found is not.
    await client.post(f"{case}/close", json={"closed_on": "2018-05-01", "outcome": "child_safe"})
    after = await household(client, child)
    for name in ("contacts", "consenters", "recipients"):
        assert set(after[name]) == set(before[name]) - {of["father"], of["carer"]}
    assert {one["relation"] for one in after["persons"] if one["harming"]} == {"father", "carer"}
