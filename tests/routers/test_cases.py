"""Cases and interventions over HTTP."""

import httpx
import pytest

from tests.routers.api import figures, opened, refusal, registered

DAY = "2018-06-30"


@pytest.fixture
async def special(client: httpx.AsyncClient) -> str:
    """The address of a child in special circumstances."""
    address = await registered(client)
    await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})
    return address


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
    assert refusal(await client.get("/v1/cases?officer=1"))[2] == ["/officer"]
