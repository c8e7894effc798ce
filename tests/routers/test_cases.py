"""Cases and interventions over HTTP."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import BAC_SON, PHU_UNG, figures, opened, refusal, registered
from tests.signed_in import OFFICER, made

DAY = "2018-06-30"
WORKER = UUID(int=31)


@pytest.fixture
async def special(client: httpx.AsyncClient) -> str:
    """The address of a child in special circumstances."""
    address = await registered(client)
    await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})
    return address


@pytest.fixture
async def worker(empty_database: str) -> dict[str, str]:
    """The worker of the child's commune."""
    connection = await asyncpg.connect(empty_database)
    headers = await made(connection, WORKER, "commune_worker", PHU_UNG)
    await connection.close()
    return headers


async def test_a_child_is_assisted_from_the_first_measure_of_an_open_case(
    client: httpx.AsyncClient, special: str
) -> None:
    case = await opened(client, special, opened_on="2018-02-01")
    assert await figures(client, "special_assisted_rate", DAY) == (0, 1)
    given = await client.post(f"{case}/interventions", json={"measure": "support.3", "started_on": "2018-03-01"})
    assert given.status_code == 201
    assert await figures(client, "special_assisted_rate", "2018-02-28") == (0, 1)
    assert await figures(client, "special_assisted_rate", "2018-03-01") == (1, 1)
    (shown,) = (await client.get(special)).json()["open_cases"]
    assert shown["interventions"] == [given.json()]


async def test_a_case_closed_that_day_no_longer_counts(client: httpx.AsyncClient, special: str) -> None:
    case = await opened(client, special)
    await client.post(f"{case}/interventions", json={"measure": "support.3", "started_on": "2018-03-01"})
    closed = await client.post(f"{case}/close", json={"closed_on": DAY, "outcome": "child_safe"})
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    assert await figures(client, "special_assisted_rate", "2018-06-29") == (1, 1)
    assert await figures(client, "special_assisted_rate", DAY) == (0, 1)
    assert (await client.get(special)).json()["open_cases"] == []
    again = await client.post(f"{case}/close", json={"closed_on": DAY, "outcome": "child_safe"})
    assert refusal(again)[:2] == (409, "case_is_closed")


async def test_a_case_may_be_opened_and_closed_on_one_day_but_not_before(
    client: httpx.AsyncClient, special: str
) -> None:
    case = await opened(client, special, opened_on="2018-02-01")
    early = await client.post(f"{case}/close", json={"closed_on": "2018-01-31", "outcome": "error"})
    assert refusal(early) == (422, "case_closed_before_opening", ["/closed_on"])
    late = await client.post(f"{case}/close", json={"closed_on": "2021-01-01", "outcome": "error"})
    assert refusal(late) == (422, "date_in_future", ["/closed_on"])
    same_day = await client.post(f"{case}/close", json={"closed_on": "2018-02-01", "outcome": "error"})
    assert same_day.status_code == 200


async def test_a_case_is_reopened_as_a_new_one_that_names_it(client: httpx.AsyncClient, special: str) -> None:
    first = await opened(client, special, opened_on="2018-02-01")
    first_id = first.rpartition("/")[2]
    body = {"child_id": special.rpartition("/")[2], "kind": "support", "opened_on": "2018-06-01"}
    still_open = await client.post("/v1/cases", json=body | {"previous_case_id": first_id})
    assert refusal(still_open) == (409, "previous_case_open", ["/previous_case_id"])
    await client.post(f"{first}/close", json={"closed_on": "2018-05-01", "outcome": "child_safe"})
    second = await client.post("/v1/cases", json=body | {"previous_case_id": first_id})
    assert second.json()["previous_case_id"] == first_id
    named = await client.delete(first, headers={"If-Match": "*"})
    assert refusal(named)[:2] == (409, "case_previous")


async def test_a_case_that_another_continues_stays_closed(client: httpx.AsyncClient, special: str) -> None:
    first = await opened(client, special, opened_on="2018-05-03")
    await client.post(f"{first}/close", json={"closed_on": "2018-05-03", "outcome": "child_safe"})
    first_id = first.rpartition("/")[2]
    second = await opened(client, special, opened_on="2018-05-03", previous_case_id=first_id)
    for change in ({"closed_on": None}, {"closed_on": "2018-06-01"}):
        answer = await client.patch(first, json=change, headers={"If-Match": "*"})
        assert refusal(answer) == (409, "next_case_open", ["/closed_on"])
    await client.post(f"{second}/close", json={"closed_on": "2018-05-03", "outcome": "child_safe"})
    circle = {"previous_case_id": second.rpartition("/")[2]}
    answer = await client.patch(first, json=circle, headers={"If-Match": "*"})
    assert refusal(answer) == (422, "previous_case_of_itself", ["/previous_case_id"])
    assert (await client.get(first)).json()["previous_case_id"] is None


async def test_an_open_case_has_no_outcome_and_a_closed_one_has(client: httpx.AsyncClient, special: str) -> None:
    case = await opened(client, special)
    closing = await client.patch(case, json={"closed_on": "2018-06-01"}, headers={"If-Match": "*"})
    assert refusal(closing) == (422, "outcome_missing", ["/outcome"])
    await client.post(f"{case}/close", json={"closed_on": "2018-06-01", "outcome": "child_safe", "reason": "x"})
    reopened = await client.patch(case, json={"closed_on": None}, headers={"If-Match": "*"})
    assert (reopened.json()["outcome"], reopened.json()["reason"]) == (None, None)


async def test_a_case_does_not_continue_another_childs(client: httpx.AsyncClient, special: str) -> None:
    case = await opened(client, special)
    await client.post(f"{case}/close", json={"closed_on": "2018-05-01", "outcome": "child_safe"})
    other = await registered(client)
    body = {"child_id": other.rpartition("/")[2], "kind": "support", "opened_on": "2018-06-01"}
    answer = await client.post("/v1/cases", json=body | {"previous_case_id": case.rpartition("/")[2]})
    assert refusal(answer) == (422, "previous_case_of_another_child", ["/previous_case_id"])


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"child_id": "019a0000-0000-7000-8000-000000000001"}, "/child_id", "child_unknown"),
        ({"kind": "other"}, "/kind", "literal_error"),
        ({"opened_on": "2021-01-01"}, "/opened_on", "date_in_future"),
    ],
)
async def test_a_bad_case_is_refused(
    client: httpx.AsyncClient, special: str, fields: dict[str, str], pointer: str, code: str
) -> None:
    body = {"child_id": special.rpartition("/")[2], "kind": "support", "opened_on": "2018-06-01"} | fields
    answer = await client.post("/v1/cases", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert refusal(answer)[2] == [pointer]


async def test_a_measure_is_one_of_the_law_and_does_not_end_before_it_starts(
    client: httpx.AsyncClient, special: str
) -> None:
    case = await opened(client, special)
    unknown = await client.post(f"{case}/interventions", json={"measure": "gift", "started_on": "2018-03-01"})
    assert refusal(unknown) == (422, "measure_unknown", ["/measure"])
    body = {"measure": "support", "started_on": "2018-03-02", "ended_on": "2018-03-01"}
    backwards = await client.post(f"{case}/interventions", json=body)
    assert refusal(backwards) == (422, "intervention_ended_before_start", ["/ended_on"])


async def test_corrections_move_the_counts(client: httpx.AsyncClient, special: str) -> None:
    case = await opened(client, special)
    made = await client.post(f"{case}/interventions", json={"measure": "support.3", "started_on": "2018-03-01"})
    record = f"{case}/interventions/{made.json()['id']}"
    later = await client.patch(record, json={"started_on": "2018-09-01"}, headers={"If-Match": made.headers["etag"]})
    assert later.json()["started_on"] == "2018-09-01"
    assert await figures(client, "special_assisted_rate", DAY) == (0, 1)
    assert await figures(client, "special_assisted_rate", "2018-09-01") == (1, 1)
    closed = await client.patch(
        case, json={"closed_on": "2018-10-01", "outcome": "moved"}, headers={"If-Match": later.headers["etag"]}
    )
    assert await figures(client, "special_assisted_rate", "2018-10-01") == (0, 1)
    await client.patch(case, json={"closed_on": None}, headers={"If-Match": closed.headers["etag"]})
    assert await figures(client, "special_assisted_rate", "2018-10-01") == (1, 1)
    await client.delete(record, headers={"If-Match": "*"})
    assert await figures(client, "special_assisted_rate", "2018-10-01") == (0, 1)


async def test_cases_are_listed_by_status_commune_and_child(client: httpx.AsyncClient, special: str) -> None:
    case = await opened(client, special)
    other = await opened(client, await registered(client, commune="11950"))
    await client.post(f"{other}/close", json={"closed_on": "2018-05-01", "outcome": "moved"})

    async def listed(query: str) -> list[str]:
        return [f"/v1/cases/{item['id']}" for item in (await client.get(f"/v1/cases?{query}")).json()["items"]]

    assert await listed("") == [case, other]
    assert await listed("status=open") == [case]
    assert await listed("commune=11950&on=2018-06-30") == [other]
    assert await listed(f"child_id={special.rpartition('/')[2]}") == [case]
    assert refusal(await client.get("/v1/cases?colour=1"))[2] == ["/colour"]


async def test_a_case_has_an_officer_by_whom_it_is_found_until_it_has_none(
    client: httpx.AsyncClient, special: str, worker: dict[str, str]
) -> None:
    case = await opened(client, special, officer=str(WORKER))
    await opened(client, special)
    own = await opened(client, special, officer=str(OFFICER))

    async def listed(query: str, **more: dict[str, str]) -> list[str]:
        page = (await client.get(f"/v1/cases?count=true&{query}", **more)).json()
        assert page["total"] == len(page["items"])
        return [f"/v1/cases/{item['id']}" for item in page["items"]]

    assert (await client.get(case)).json()["officer"] == str(WORKER)
    assert [shown["officer"] for shown in (await client.get(special)).json()["open_cases"]] == [
        str(WORKER),
        None,
        str(OFFICER),
    ]
    assert await listed(f"officer={WORKER}") == await listed("officer=me", headers=worker) == [case]
    assert await listed("officer=me") == await listed("officer=me&sort=-opened_on") == [own]
    given = await client.patch(case, json={"officer": str(OFFICER)}, headers={"If-Match": "*"})
    assert given.json()["officer"] == str(OFFICER)
    assert await listed("officer=me") == [case, own]
    cleared = await client.patch(case, json={"officer": None}, headers={"If-Match": "*"})
    assert cleared.json()["officer"] is None
    assert await listed(f"officer={WORKER}") == []
    assert await listed("officer=me") == [own]
    assert refusal(await client.get("/v1/cases?officer=you"))[2] == ["/officer"]


async def test_an_officer_is_one_who_can_work_on_the_case_today(
    client: httpx.AsyncClient, special: str, worker: dict[str, str], empty_database: str
) -> None:
    case = await opened(client, special, officer=str(WORKER))
    connection = await asyncpg.connect(empty_database)
    ended, disabled, elsewhere, analyst = (UUID(int=number) for number in range(32, 36))
    await made(connection, ended, "commune_worker", PHU_UNG)
    await connection.execute("UPDATE assignment SET during = '[2016-01-01,2020-01-01)' WHERE id = $1", ended)
    await made(connection, disabled, "commune_worker", PHU_UNG)
    await connection.execute("UPDATE account SET disabled_at = now() WHERE id = $1", disabled)
    await made(connection, elsewhere, "commune_worker", BAC_SON)
    await made(connection, analyst, "analyst", "33")
    await connection.close()
    body = {"child_id": special.rpartition("/")[2], "kind": "support", "opened_on": "2018-06-01"}
    for unsuitable in (UUID(int=99), ended, disabled, elsewhere, analyst):
        named = {"officer": str(unsuitable)}
        for answer in (
            await client.post("/v1/cases", json=body | named),
            await client.patch(case, json=named, headers={"If-Match": "*"}),
        ):
            assert refusal(answer) == (422, "officer_unsuitable", ["/officer"])
    (kept,) = (await client.get("/v1/cases")).json()["items"]
    assert kept["officer"] == str(WORKER)
