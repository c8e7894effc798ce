"""The persons around a child, and whoever harms it."""

from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from tests.routers.api import BAC_SON, PHU_UNG, opened, refusal, registered
from tests.routers.case_steps import AUNT, MOTHER, Led, assessed, at, led
from tests.signed_in import made

Headers = dict[str, str]
EVERYTHING = {"If-Match": "*"}
STEP = """
INSERT INTO case_step (id, case_id, code, occurred_at, recorded_at, actor, content)
VALUES ($1, $2, 'specific_assessment', '2018-03-01 08:00+07', '2018-03-01 09:00+07', uuidv7(),
        jsonb_build_object('harming', jsonb_build_array($3::text)))
"""


@pytest.fixture
async def people(empty_database: str) -> dict[str, Headers]:
    connection = await asyncpg.connect(empty_database)
    found = {
        "collaborator": await made(connection, UUID(int=21), "village_collaborator", PHU_UNG),
        "police": await made(connection, UUID(int=22), "police", PHU_UNG),
        "worker": await made(connection, UUID(int=23), "commune_worker", PHU_UNG),
        "neighbour": await made(connection, UUID(int=24), "commune_worker", BAC_SON),
    }
    await connection.close()
    return found


async def around(client: httpx.AsyncClient, child: str, **fields: object) -> str:
    """The address of a new person around a child."""
    answer = await client.post(f"{child}/persons", json={"full_name": "Đỗ Văn Chanh", "relation": "father"} | fields)
    assert answer.status_code == 201, answer.text
    address = answer.headers["location"]
    assert isinstance(address, str)
    return address


async def found_harming(dsn: str, case: str, person: str) -> UUID:
    """An assessment in the case names the person: the step's id."""
    step = uuid4()
    connection = await asyncpg.connect(dsn)
    await connection.execute(STEP, step, UUID(case.rpartition("/")[2]), person.rpartition("/")[2])
    await connection.close()
    return step


async def test_persons_are_registered_corrected_listed_and_withdrawn(client: httpx.AsyncClient) -> None:
    child = await registered(client)
    father = await around(client, child, phone="0912 345 678", birth_year=1985)
    mother = await around(client, child, full_name="Lê Thị Na", relation="mother")
    shown = await client.get(father)
    assert (shown.json()["phone"], shown.json()["harming"], shown.json()["withheld"]) == ("0912 345 678", False, [])
    tag = {"If-Match": shown.headers["etag"]}
    changed = await client.patch(father, json={"phone": None, "relation": "carer"}, headers=tag)
    assert (changed.json()["phone"], changed.json()["relation"]) == (None, "carer")
    assert refusal(await client.patch(father, json={"note": "x"}, headers=tag))[:2] == (412, "stale")
    page = (await client.get(f"{child}/persons?count=true&limit=1")).json()
    assert page["total"] == 2
    rest = (await client.get(f"{child}/persons?limit=1&cursor={page['next']}")).json()
    assert [item["id"] for item in page["items"] + rest["items"]] == [
        one.rpartition("/")[2] for one in (father, mother)
    ]
    assert (await client.delete(mother, headers=EVERYTHING)).status_code == 204
    assert refusal(await client.get(mother))[:2] == (404, "person_unknown")
    told = (await client.get(f"{child}/history")).json()["items"]
    assert [item["change"] for item in told if item["record"] == "person"] == ["withdrawn", "changed", "made", "made"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"relation": "friend"}, "/relation"),
        ({"full_name": " "}, "/full_name"),
        ({"birth_year": 1800}, "/birth_year"),
        ({"birth_year": "1985"}, "/birth_year"),
        ({"phone": "call me"}, "/phone"),
        ({"harming": True}, "/harming"),
    ],
)
async def test_a_bad_person_is_refused(client: httpx.AsyncClient, fields: dict[str, object], pointer: str) -> None:
    child = await registered(client)
    body = {"full_name": "Đỗ Văn Chanh", "relation": "father"} | fields
    assert refusal(await client.post(f"{child}/persons", json=body)) == (422, "invalid", [pointer])
    assert (await client.get(f"{child}/persons")).json()["items"] == []


async def test_how_to_reach_whoever_harms_the_child_is_told_to_nobody(
    client: httpx.AsyncClient, people: dict[str, Headers], empty_database: str
) -> None:
    child = await registered(client)
    father = await around(client, child, phone="0912 345 678", address="Thôn Kim Lũ", note="hay vắng nhà")
    before = await client.get(father)
    step = await found_harming(empty_database, await opened(client, child, kind="protection"), father)
    shown = await client.get(father)
    assert shown.headers["etag"] != before.headers["etag"]
    assert shown.json() == before.json() | {
        "phone": None,
        "address": None,
        "harming": True,
        "withheld": ["phone", "address"],
    }
    assert (await client.get(father, headers=people["police"])).json() == shown.json()
    for field in ("phone", "address"):
        written = await client.patch(father, json={field: "0900 000 000"}, headers=EVERYTHING)
        assert refusal(written) == (403, "field_restricted", [f"/{field}"])
    assert (await client.patch(father, json={"note": "đã chuyển đi"}, headers=EVERYTHING)).status_code == 200
    past = await client.get(f"{child}/history")
    assert "0912 345 678" not in past.text
    assert "Thôn Kim Lũ" not in past.text
    made = next(item for item in past.json()["items"] if item["record"] == "person" and item["change"] == "made")
    assert [f["field"] for f in made["fields"] if f["withheld"]] == ["address", "phone"]
    connection = await asyncpg.connect(empty_database)
    await connection.execute("UPDATE case_step SET withdrawn_at = now() WHERE id = $1", step)
    await connection.close()
    assert (await client.get(father)).json()["phone"] == "0912 345 678"
    assert "0912 345 678" in (await client.get(f"{child}/history")).text


async def test_who_does_not_receive_harm_is_not_told_of_it_by_what_is_missing(
    client: httpx.AsyncClient, people: dict[str, Headers], empty_database: str
) -> None:
    child = await registered(client)
    await client.put(f"{child}/collaborators/{UUID(int=21)}", headers=people["worker"])
    father = await around(client, child, phone="0912 345 678")
    paths = (father, f"{child}/persons", f"{child}/household")
    before = [(await client.get(path, headers=people["collaborator"])).json() for path in paths]
    assert before[0]["withheld"] == ["phone", "address", "note", "harming"]
    assert before[0]["phone"] is None
    await found_harming(empty_database, await opened(client, child), father)
    assert [(await client.get(path, headers=people["collaborator"])).json() for path in paths] == before
    written = await client.patch(father, json={"relation": "carer"}, headers=people["collaborator"] | EVERYTHING)
    assert refusal(written)[:2] == (403, "forbidden")


async def test_whoever_harms_the_child_is_no_guardian_or_carer_to_turn_to(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    child = await registered(client)
    father = await around(client, child)
    await found_harming(empty_database, await opened(client, child), father)
    for relation in ("guardian", "carer"):
        named = await client.patch(father, json={"relation": relation}, headers=EVERYTHING)
        assert refusal(named) == (409, "person_is_harming", ["/relation"])
    assert (await client.patch(father, json={"relation": "relative"}, headers=EVERYTHING)).status_code == 200
    assert refusal(await client.delete(father, headers=EVERYTHING))[:2] == (409, "person_is_named")


async def test_a_sibling_is_another_child_that_the_caller_meets(
    client: httpx.AsyncClient, people: dict[str, Headers]
) -> None:
    child, near, far = [await registered(client, commune=at) for at in (PHU_UNG, PHU_UNG, BAC_SON)]

    async def named(sibling: str, relation: str = "sibling") -> httpx.Response:
        body = {"full_name": "Đỗ Thị Mơ", "relation": relation, "sibling_id": sibling.rpartition("/")[2]}
        return await client.post(f"{child}/persons", json=body, headers=people["worker"])

    assert refusal(await named(child)) == (422, "sibling_of_itself", ["/sibling_id"])
    assert refusal(await named(near, "other")) == (422, "relation_not_sibling", ["/sibling_id"])
    unknown = f"/v1/children/{uuid4()}"
    assert [refusal(await named(one)) for one in (far, unknown)] == [(422, "child_unknown", ["/sibling_id"])] * 2
    made_known = await named(near)
    assert made_known.status_code == 201, made_known.text
    person = made_known.headers["location"]
    # Who moves out of reach is named to whoever still meets them, and is not lost when others correct the rest.
    await client.post(f"{near}/residences", json={"commune": BAC_SON, "from": "2020-01-01"})
    hidden = await client.patch(person, json={"birth_year": 2012}, headers=people["worker"] | EVERYTHING)
    assert (hidden.status_code, hidden.json()["sibling_id"]) == (200, None)
    assert (await client.get(person)).json()["sibling_id"] == near.rpartition("/")[2]
    other = await client.patch(person, json={"relation": "relative"}, headers=EVERYTHING)
    assert other.json()["sibling_id"] is None


async def test_a_withdrawn_child_is_no_ones_sibling_any_longer(client: httpx.AsyncClient) -> None:
    child, sibling = await registered(client), await registered(client)
    person = await around(client, child, relation="sibling", sibling_id=sibling.rpartition("/")[2])
    assert (await client.delete(sibling, headers=EVERYTHING)).status_code == 204
    assert (await client.get(person)).json()["sibling_id"] is None
    assert (await client.delete(child, headers=EVERYTHING)).status_code == 204


async def test_whom_a_step_names_is_around_the_child(client: httpx.AsyncClient, empty_database: str) -> None:
    case = await led(client, empty_database)
    stranger = (await around(client, await registered(client))).rpartition("/")[2]
    await case.up_to("report")
    for unknown in (stranger, str(uuid4())):
        named = await case.take("initial-assessment", at("03-03"), harming=[unknown], **assessed("02"))
        assert refusal(named) == (422, "person_unknown", ["/harming/0"])
    await case.taken("initial-assessment", at("03-03"), **assessed("02"))
    for unknown in (stranger, str(uuid4())):
        named = await case.take("placement", at("03-04"), carer=unknown)
        assert refusal(named) == (422, "person_unknown", ["/carer"])
        days = {"from": "2020-03-04", "until": "2020-03-10"}
        named = await case.take("separation", at("03-04"), carer=unknown, **days)
        assert refusal(named) == (422, "person_unknown", ["/carer"])
    assert [step["step"] for step in (await case.file())["steps"]] == ["report", "initial_assessment"]


async def test_whoever_one_case_found_to_harm_is_a_carer_in_no_other(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    case = await led(client, empty_database)
    await case.up_to("report")
    await case.taken("initial-assessment", at("03-03"), harming=[MOTHER], **assessed("02"))
    other = Led(client, await opened(client, case.child, kind="protection"), case.child, case.worker, case.chair)
    await other.up_to("initial-assessment")
    assert refusal(await other.take("placement", at("03-04"), carer=MOTHER)) == (409, "carer_is_harming", ["/carer"])
    assert (await other.taken("placement", at("03-04"), carer=AUNT))["placed"] == {"carer": AUNT}
    # Whoever has the child in care may be found to harm it, and is then marked.
    await other.taken("specific-assessment", at("03-05"), harming=[AUNT], **assessed("03"))
    assert (await client.get(f"{case.child}/persons/{AUNT}")).json()["harming"] is True


async def test_the_commune_where_it_happened_names_who_harms_while_it_is_in_charge(
    client: httpx.AsyncClient, people: dict[str, Headers], empty_database: str
) -> None:
    case, there = await led(client, empty_database), people["neighbour"]
    assert refusal(await client.get(f"{case.child}/persons", headers=there))[:2] == (404, "child_unknown")
    await case.taken("report", at("03-02"), incident=BAC_SON, residence=PHU_UNG)
    body = {"full_name": "Trần Văn Ổi", "relation": "other"}
    found = await client.post(f"{case.child}/persons", json=body, headers=there)
    assert found.status_code == 201, found.text
    person = found.json()["id"]
    named = await case.take("initial-assessment", at("03-03"), by=there, harming=[person], **assessed("02"))
    assert named.status_code == 201, named.text
    shown = (await client.get(f"{case.child}/persons?count=true", headers=there)).json()
    assert shown["total"] == 3
    assert [one["full_name"] for one in shown["items"] if one["harming"]] == ["Trần Văn Ổi"]
    # What else there is in the household is of who meets the child at home.
    assert refusal(await client.get(f"{case.child}/household", headers=there))[:2] == (404, "child_unknown")
    await case.taken("unfounded", at("03-04"), by=await chair_of(empty_database, BAC_SON), reason="nhầm")
    assert refusal(await client.get(f"{case.child}/persons", headers=there))[:2] == (404, "child_unknown")


async def chair_of(dsn: str, commune: str) -> Headers:
    connection = await asyncpg.connect(dsn)
    headers = await made(connection, UUID(int=25), "commune_chair", commune)
    await connection.close()
    return headers
