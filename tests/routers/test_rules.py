"""Counting rules: drafted, previewed, adopted from a day, and never edited afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service import ledger
from tests.conftest import TODAY
from tests.routers.api import LAM_SON, PHU_UNG, figures, opened, refusal, registered
from tests.signed_in import asked, made, served

PROGRAMME = "hung-yen-2016-2020"
RULES = f"/v1/programmes/{PROGRAMME}/rules"
ON, FROM = "2018-06-30", "2018-01-01"
RATE, ASSISTED = "special_rate", "special_assisted_rate"
NAMES = {"name_vi": "Khuyết tật nặng", "name_en": "Severely disabled"}
SEVERE = NAMES | {
    "categories": ["d.2", "poor_household"],
    "case_kinds": ["protection"],
    "assisting_measures": ["intervention"],
}
MATCH = {"If-Match": "*"}


@pytest.fixture
async def province(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A severely disabled child, assisted by a protection case; a mildly disabled one, poor as well, assisted by a
    support case; a poor one; and another."""
    severe, mild, poor, _ = [await registered(client, commune=LAM_SON if n == 2 else PHU_UNG) for n in range(4)]
    for child, category in ((severe, "d.2"), (mild, "d.3"), (mild, "poor_household"), (poor, "poor_household")):
        await client.post(f"{child}/circumstances", json={"category": category, "from": "2018-01-01"})
    for child, kind, measure in ((severe, "protection", "intervention.1"), (mild, "support", "support.1")):
        case = await opened(client, child, kind=kind)
        await client.post(f"{case}/interventions", json={"measure": measure, "started_on": "2018-03-01"})
    return client


async def drafted(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    answer = await client.post(RULES, json=SEVERE | fields)
    assert answer.status_code == 201, answer.text
    return answer


async def adopted(client: httpx.AsyncClient, address: str, from_day: str = FROM) -> dict[str, Any]:
    """The rule, once it is posted for everyone."""
    answer = await client.post(f"{address}/adopt", json={"from": from_day})
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "posting"
    return await finished(client, address)


async def finished(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            rule: dict[str, Any] = (await client.get(address)).json()
            if rule["state"] == "adopted":
                return rule
            await asyncio.sleep(0.02)


async def differences(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return await ledger.differences(connection)
    finally:
        await connection.close()


async def test_a_rule_is_drafted_with_the_age_bands_of_the_present_one(client: httpx.AsyncClient) -> None:
    answer = await drafted(client)
    rule = answer.json()
    assert answer.headers["location"] == f"{RULES}/2"
    assert {name: rule[name] for name in SEVERE} == SEVERE
    assert (rule["code"], rule["state"], rule["from"], rule["known_from"]) == (f"{PROGRAMME}/2", "draft", None, None)
    assert (rule["drafted_by"], rule["progress"]) == ("officer", None)
    first = (await client.get(f"{RULES}/1")).json()
    assert first["age_bands"] == rule["age_bands"]
    assert (first["state"], first["from"], first["categories"], first["drafted_by"]) == (
        *("adopted", "2016-01-01"),
        *(None, None),
    )
    assert [item["number"] for item in (await client.get(RULES)).json()["items"]] == [1, 2]


async def test_a_draft_is_changed_by_who_has_read_it_and_withdrawn_for_good(client: httpx.AsyncClient) -> None:
    address = (await drafted(client)).headers["location"]
    bands = [{"code": "under-6", "from_age": 0, "until_age": 6}, {"code": "6-15", "from_age": 6, "until_age": 16}]
    assert refusal(await client.patch(address, json={}))[:2] == (428, "precondition_required")
    changed = await client.patch(
        address, json={"categories": None, "name_en": "All", "age_bands": bands}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["categories"], changed.json()["age_bands"]) == (None, bands)
    assert changed.json()["case_kinds"] == ["protection"]
    assert refusal(await client.patch(address, json={}, headers={"If-Match": '"1"'}))[:2] == (412, "stale")
    assert (await client.get(address, headers={"If-None-Match": '"2"'})).status_code == 304
    assert (await client.delete(address, headers={"If-Match": '"2"'})).status_code == 204
    assert refusal(await client.get(address))[:2] == (404, "rule_unknown")
    assert (await drafted(client)).json()["number"] == 3


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"categories": ["a", "nothing"]}, (422, "category_unknown", ["/categories/1"])),
        ({"assisting_measures": ["nothing"]}, (422, "measure_unknown", ["/assisting_measures/0"])),
        ({"case_kinds": ["nothing"]}, (422, "invalid", ["/case_kinds/0"])),
        ({"categories": []}, (422, "invalid", ["/categories"])),
        ({"categories": ["a", "a"]}, (422, "invalid", ["/categories"])),
        ({"age_bands": [{"code": "a", "from_age": 0, "until_age": 17}]}, (422, "invalid", ["/age_bands/0/until_age"])),
        ({"age_bands": [{"code": "a", "from_age": 3, "until_age": 3}]}, (422, "age_bands_overlap", ["/age_bands"])),
        ({"age_bands": [{"code": "all", "from_age": 0, "until_age": 3}]}, (422, "age_bands_overlap", ["/age_bands"])),
        (
            {"age_bands": [{"code": "a", "from_age": 0, "until_age": 4}, {"code": "b", "from_age": 3, "until_age": 6}]},
            (422, "age_bands_overlap", ["/age_bands"]),
        ),
        ({"state": "adopted"}, (422, "invalid", ["/state"])),
    ],
)
async def test_a_draft_is_refused_that(
    client: httpx.AsyncClient, fields: dict[str, Any], expected: tuple[int, str, list[str]]
) -> None:
    assert refusal(await client.post(RULES, json=SEVERE | fields)) == expected
    address = (await drafted(client)).headers["location"]
    assert refusal(await client.patch(address, json=fields, headers=MATCH)) == expected
    assert (await client.get(address)).json()["categories"] == SEVERE["categories"]


async def test_what_is_not_there_is_not_known(client: httpx.AsyncClient) -> None:
    assert refusal(await client.get(f"{RULES}/9"))[:2] == (404, "rule_unknown")
    assert refusal(await client.get("/v1/programmes/none/rules"))[:2] == (404, "programme_unknown")
    assert refusal(await client.post("/v1/programmes/none/rules", json=SEVERE))[:2] == (404, "programme_unknown")
    for method, path in (("PATCH", "9"), ("DELETE", "9"), ("POST", "9/adopt")):
        body = {"from": FROM} if method == "POST" else {} if method == "PATCH" else None
        answer = await client.request(method, f"{RULES}/{path}", json=body, headers=MATCH)
        assert refusal(answer)[:2] == (404, "rule_unknown")
    for rule, code in (("9", "rule_unknown"), ("none/1", "rule_unknown"), ("x", "rule_unknown"), ("٣", "rule_unknown")):
        path = f"/v1/indicators/{RATE}/attainment"
        answer = await client.get(path, params={"on": ON, "rule": rule, "programme": PROGRAMME})
        assert refusal(answer) == (422, code, ["/rule"])


async def test_the_preview_of_a_draft_is_what_is_counted_once_it_is_adopted(
    province: httpx.AsyncClient, empty_database: str
) -> None:
    address = (await drafted(province)).headers["location"]
    preview = await province.get(f"{address}/preview", params={"on": ON, "by": "commune"})
    assert preview.status_code == 200, preview.text
    body = preview.json()
    assert (body["rule"], body["present"]) == (f"{PROGRAMME}/2", f"{PROGRAMME}/1")
    items = {item["indicator"]: item for item in body["items"]}
    counted = {code: (i["present"]["numerator"], i["rule"]["numerator"]) for code, i in items.items()}
    assert counted == {
        "special_rate": (2, 1),
        "at_risk_rate": (1, 2),  # beside a category that does not count, a child is at risk
        "special_assisted_rate": (2, 1),
        "at_risk_assisted_rate": (0, 0),
        "model_communes": (0, 0),
    }
    assert items["special_rate"]["difference"] == {"numerator": -1, "denominator": 0}
    assert items["special_assisted_rate"]["difference"] == {"numerator": -1, "denominator": -1}
    rows = {row["area"]["code"]: row for row in items["at_risk_rate"]["by"]}
    assert (len(rows), rows[PHU_UNG]["difference"]["numerator"], rows[LAM_SON]["difference"]["numerator"]) == (
        161,
        1,
        0,
    )

    await adopted(province, address)
    for code, item in items.items():
        answer = (await province.get(f"/v1/indicators/{code}/attainment", params={"on": ON, "by": "commune"})).json()
        assert answer["counting_rule"] == f"{PROGRAMME}/2"
        assert {name: answer[name] for name in item["rule"]} == item["rule"]
        assert [{n: row[n] for n in item["rule"]} for row in answer["by"]] == [row["rule"] for row in item["by"]]
    assert await differences(empty_database) == []


async def test_the_rule_in_force_on_the_day_counts_unless_another_is_named(province: httpx.AsyncClient) -> None:
    address = (await drafted(province)).headers["location"]
    rule = await adopted(province, address, "2018-06-01")
    assert (rule["from"], rule["known_from"], rule["progress"]) == ("2018-06-01", TODAY.isoformat(), None)
    assert await figures(province, RATE, "2018-05-31") == (2, 4)
    assert await figures(province, RATE, "2018-06-01") == (1, 4)
    assert await figures(province, RATE, "2018-06-01", rule="1") == (2, 4)
    assert await figures(province, RATE, "2018-05-31", rule=f"{PROGRAMME}/2") == (1, 4)
    board = (await province.get(f"/v1/programmes/{PROGRAMME}/scoreboard", params={"on": ON, "rule": "1"})).json()
    assert {item["counting_rule"] for item in board["items"]} == {f"{PROGRAMME}/1"}
    path = f"/v1/indicators/{ASSISTED}"
    for given, name, numbers in (({}, "2", (1, 1)), ({"rule": "1"}, "1", (2, 2))):
        listed = (await province.get(f"{path}/records", params={"on": ON, "count": True} | given)).json()
        assert (listed["total"], len(listed["items"])) == (numbers[0], numbers[0])
        assert {item["entry"]["rule"] for item in listed["items"]} == {f"{PROGRAMME}/{name}"}
    programme = (await province.get(f"/v1/programmes/{PROGRAMME}")).json()
    assert [(r["code"], r["from"]) for r in programme["counting_rules"]] == [
        (f"{PROGRAMME}/1", "2016-01-01"),
        (f"{PROGRAMME}/2", "2018-06-01"),
    ]


async def test_a_series_is_by_the_rule_in_force_on_its_last_day(province: httpx.AsyncClient) -> None:
    await adopted(province, (await drafted(province)).headers["location"], "2018-06-01")
    path = f"/v1/indicators/{RATE}/series"
    for until, given, name, numerators in (
        ("2018-06-01", {}, "1", [2, 2]),
        ("2018-07-01", {}, "2", [1, 1, 1]),
        ("2018-07-01", {"rule": "1"}, "1", [2, 2, 2]),
    ):
        series = (await province.get(path, params={"from": "2018-04-01", "until": until} | given)).json()
        assert series["counting_rule"] == f"{PROGRAMME}/{name}"
        assert [item["numerator"] for item in series["items"]] == numerators


async def test_of_two_rules_from_one_day_the_one_adopted_last_counts(province: httpx.AsyncClient) -> None:
    later, earlier = [(await drafted(province, categories=[c])).headers["location"] for c in ("d.2", "poor_household")]
    await adopted(province, earlier)
    assert await figures(province, RATE, ON) == (0, 4)
    await adopted(province, later)
    assert await figures(province, RATE, ON) == (1, 4)


async def test_an_adopted_rule_is_never_edited(province: httpx.AsyncClient, empty_database: str) -> None:
    address = (await drafted(province)).headers["location"]
    await adopted(province, address)
    for rule in (address, f"{RULES}/1"):
        refusals = [
            await province.patch(rule, json={"name_en": "Other"}, headers=MATCH),
            await province.delete(rule, headers=MATCH),
            await province.post(f"{rule}/adopt", json={"from": FROM}),
        ]
        assert [refusal(answer)[:2] for answer in refusals] == [(409, "rule_is_adopted")] * 3
    connection = await asyncpg.connect(empty_database)
    for statement in (
        "UPDATE counting_rule SET categories = '{a}' WHERE state = 'adopted'",
        "UPDATE counting_rule SET adopted_from = '2017-01-01' WHERE number = 2",
        "UPDATE counting_rule SET state = 'draft', adopted_from = NULL WHERE number = 2",
        "DELETE FROM counting_rule WHERE number = 2",
        "UPDATE age_band SET until_age = 4 WHERE code = '0-2'",
        "DELETE FROM age_band",
        "INSERT INTO age_band SELECT id, 'all-ages', 0, 16 FROM counting_rule",
    ):
        with pytest.raises(asyncpg.RaiseError, match="neither altered nor deleted"):
            await connection.execute(statement)
    await connection.close()


async def test_a_rule_is_adopted_from_a_day_of_its_programme(client: httpx.AsyncClient) -> None:
    address = (await drafted(client)).headers["location"]
    for day in ("2015-12-31", "2021-01-01"):
        answer = await client.post(f"{address}/adopt", json={"from": day})
        assert refusal(answer) == (422, "rule_outside_programme", ["/from"])
    stale = await client.post(f"{address}/adopt", json={"from": FROM}, headers={"If-Match": '"7"'})
    assert refusal(stale)[:2] == (412, "stale")
    assert (await client.get(address)).json()["state"] == "draft"


@asynccontextmanager
async def nobody_posted(dsn: str) -> AsyncIterator[None]:
    """Every child that is there is being changed by somebody else: who posts for everyone waits."""
    writer = await asyncpg.connect(dsn)
    async with writer.transaction():
        await writer.execute("SELECT FROM child FOR UPDATE")
        yield
    await writer.close()


async def test_nothing_is_told_by_a_draft_or_before_everyone_is_posted_and_others_write_on(
    province: httpx.AsyncClient, empty_database: str
) -> None:
    address = (await drafted(province)).headers["location"]
    path, params = f"/v1/indicators/{RATE}/attainment", {"on": ON, "rule": "2"}
    assert refusal(await province.get(path, params=params)) == (409, "rule_not_adopted", ["/rule"])
    async with nobody_posted(empty_database):
        assert (await province.post(f"{address}/adopt", json={"from": FROM})).status_code == 202
        still = await province.get(path, params=params)
        assert refusal(still) == (409, "rule_still_posting", ["/rule"])
        assert (still.json()["rule"], still.json()["done"]) == (f"{PROGRAMME}/2", 0)
        assert (await province.get(address)).json()["progress"] == {"done": 0, "total": still.json()["total"]}
        late = await registered(province)
        await province.post(f"{late}/circumstances", json={"category": "d.2", "from": "2018-01-01"})
        assert await figures(province, RATE, ON) == (3, 5)
        assert await differences(empty_database) == []
    await finished(province, address)
    assert await figures(province, RATE, ON) == (2, 5)
    assert await differences(empty_database) == []


async def test_a_write_that_began_before_the_adoption_is_waited_for(
    province: httpx.AsyncClient, empty_database: str
) -> None:
    address = (await drafted(province)).headers["location"]
    writer = await asyncpg.connect(empty_database)
    async with writer.transaction():
        await writer.execute(
            "UPDATE child SET version = version + 1 WHERE id = (SELECT min(id::text)::uuid FROM child)"
        )
        adopting = asyncio.create_task(adopted(province, address))
        async with asyncio.timeout(20):
            while not await writer.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                pass
    assert (await adopting)["state"] == "adopted"
    await writer.close()


async def test_posting_goes_on_after_the_service_has_stopped(province: httpx.AsyncClient, empty_database: str) -> None:
    address = (await drafted(province)).headers["location"]
    async with nobody_posted(empty_database):
        async with asked(served(empty_database, TODAY)) as client:
            assert (await client.post(f"{address}/adopt", json={"from": FROM})).status_code == 202
        # It has stopped in the middle of a step, and nothing of that step is left.
        assert (await province.get(address)).json()["progress"]["done"] == 0
        assert await differences(empty_database) == []
    async with asked(served(empty_database, TODAY)) as client:
        await finished(client, address)
        assert await figures(client, RATE, ON) == (1, 4)
    assert await differences(empty_database) == []


async def test_before_its_first_posting_nothing_was_known_by_a_rule(empty_database: str) -> None:
    for day in ("2018-07-01", "2019-03-01"):
        async with asked(served(empty_database, date.fromisoformat(day))) as client:
            if day == "2018-07-01":
                child = await registered(client)
                await client.post(f"{child}/circumstances", json={"category": "d.3", "from": "2018-01-01"})
            else:
                await adopted(client, (await drafted(client)).headers["location"])
    async with asked(served(empty_database, TODAY)) as client:
        path = f"/v1/indicators/{RATE}"
        assert await figures(client, RATE, ON, known="2019-03-01") == (0, 1)
        answers = [
            await client.get(f"{path}/attainment", params={"on": ON, "known": "2019-02-28"}),
            await client.get(f"{path}/records", params={"on": ON, "known": "2019-02-28"}),
            await client.get(f"{path}/series", params={"from": FROM, "until": "2018-07-01", "known": "2019-02-28"}),
            await client.get(f"/v1/programmes/{PROGRAMME}/scoreboard", params={"on": ON, "known": "2019-02-28"}),
        ]
        assert [refusal(answer) for answer in answers] == [(422, "rule_not_known_then", ["/known"])] * 4
        assert answers[0].json()["known_from"] == "2019-03-01"
        restated = f"{path}/restatements"
        answer = await client.get(restated, params={"on": ON, "from_known": "2018-07-01"})
        assert refusal(answer) == (422, "rule_not_known_then", ["/from_known"])
        by_first = {"on": ON, "from_known": "2018-07-01", "rule": "1"}
        assert (await client.get(restated, params=by_first)).json()["counting_rule"] == f"{PROGRAMME}/1"
        assert await figures(client, RATE, ON, known="2019-02-28", rule="1") == (1, 1)


async def test_aggregates_are_by_the_rule_that_was_known_at_the_close_of_their_day(empty_database: str) -> None:
    async with asked(served(empty_database, date(2018, 6, 30))) as client:
        for _ in range(5):
            child = await registered(client)
            await client.post(f"{child}/circumstances", json={"category": "d.3", "from": "2018-01-01"})
    async with asked(served(empty_database, date(2019, 3, 1))) as client:
        await adopted(client, (await drafted(client)).headers["location"])
    connection = await asyncpg.connect(empty_database)
    analyst = await made(connection, UUID(int=77), "analyst", "33")
    await connection.close()
    async with asked(served(empty_database, TODAY)) as client:
        for on, rule, numerator in ((ON, "1", 5), ("2019-03-31", "2", 0)):
            path = f"/v1/indicators/{RATE}/attainment"
            answer = (await client.get(path, params={"on": on}, headers=analyst)).json()
            assert (answer["counting_rule"], answer["numerator"]) == (f"{PROGRAMME}/{rule}", numerator)
        series = await client.get(f"/v1/indicators/{RATE}/series", headers=analyst)
        assert series.json()["counting_rule"] == f"{PROGRAMME}/1"
        two = await client.get(path, params={"on": "2019-03-31", "rule": "2", "by": "commune"}, headers=analyst)
        assert refusal(two)[:2] == (403, "aggregates_only")


async def test_who_does_not_reach_the_whole_province_reads_rules_and_makes_none(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    address = (await drafted(client)).headers["location"]
    connection = await asyncpg.connect(empty_database)
    callers = {
        (403, "area_out_of_reach"): await made(connection, UUID(int=71), "province_officer", "329"),
        (403, "forbidden"): await made(connection, UUID(int=72), "district_officer", "329"),
    }
    await connection.close()
    for expected, headers in callers.items():
        assert (await client.get(address, headers=headers)).status_code == 200
        answers = [
            await client.post(RULES, json=SEVERE, headers=headers),
            await client.patch(address, json={}, headers=headers | MATCH),
            await client.delete(address, headers=headers | MATCH),
            await client.post(f"{address}/adopt", json={"from": FROM}, headers=headers),
            await client.get(f"{address}/preview", headers=headers),
        ]
        assert [refusal(answer)[:2] for answer in answers] == [expected] * 5


async def test_who_drafted_and_adopted_a_rule_is_on_record(province: httpx.AsyncClient, empty_database: str) -> None:
    await adopted(province, (await drafted(province)).headers["location"])
    connection = await asyncpg.connect(empty_database)
    actions = "SELECT action FROM access WHERE action LIKE '%rule' ORDER BY number"
    assert [row[0] for row in await connection.fetch(actions)] == ["draft_rule", "adopt_rule"]
    assert {
        tuple(row) for row in await connection.fetch("SELECT actor, cause FROM posting WHERE cause = 'adopt_rule'")
    } == {("officer", "adopt_rule")}
    await connection.close()
