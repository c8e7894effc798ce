"""Reports that a child may be harmed, over HTTP: received, numbered, passed on, found to be unfounded."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service import once
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, refusal, registered
from tests.routers.case_reports import (
    CHAIR,
    HOTLINE,
    INFORMANT,
    RECEIVED,
    WORKER,
    reported,
    signed,
    taken_up,
    told,
)


@pytest.fixture
async def hotline(empty_database: str) -> dict[str, str]:
    return await signed(empty_database, HOTLINE, "integration", "33")


@pytest.fixture
async def worker(empty_database: str) -> dict[str, str]:
    return await signed(empty_database, WORKER, "commune_worker", PHU_UNG)


@pytest.fixture
async def chair(empty_database: str) -> dict[str, str]:
    return await signed(empty_database, CHAIR, "commune_chair", PHU_UNG)


async def count(dsn: str, table: str) -> int:
    connection = await asyncpg.connect(dsn)
    number: int = await connection.fetchval(f"SELECT count(*) FROM {table}")
    await connection.close()
    return number


async def test_a_report_is_answered_by_a_receipt_and_read_where_it_happened(
    client: httpx.AsyncClient, hotline: dict[str, str], worker: dict[str, str]
) -> None:
    child = {"sex": "female", "full_name": "Bé Na", "estimated_age": 7, "commune": BAC_SON, "mother": "Lê Thị Hoa, 30"}
    body = told(reference="111-1", children=[child], condition="Có vết bầm", place="Nhà văn hóa thôn")
    made = await client.post("/v1/case-reports", json=body, headers=hotline)
    assert made.status_code == 201, made.text
    receipt = made.json()
    assert (receipt["receipt"], receipt["reference"], receipt["status"]) == ("1/2020/BC-33", "111-1", "received")
    assert set(receipt) == {"id", "receipt", "reference", "status", "received_at", "recorded_at", "passed_on_at"}
    assert (await client.get(made.headers["location"], headers=hotline)).json() == receipt
    read = await client.get(f"/v1/case-reports/{receipt['id']}", headers=worker)
    assert read.status_code == 200, read.text
    report = read.json()
    assert (report["commune"]["name"], report["received_at"], report["anonymous"]) == ("Phù Ủng", RECEIVED, True)
    (shown,) = report["children"]
    assert (shown["full_name"], shown["estimated_age"], shown["date_of_birth"]) == ("Bé Na", 7, None)
    assert (shown["commune"]["code"], shown["mother"], shown["father"]) == (BAC_SON, "Lê Thị Hoa, 30", None)
    assert (shown["child_id"], shown["case_id"], shown["linked"]) == (None, None, False)


async def test_whoever_reports_sees_the_receipt_of_the_own_report_and_nothing_else(
    client: httpx.AsyncClient, empty_database: str, hotline: dict[str, str]
) -> None:
    report = await reported(client, hotline)
    other = await signed(empty_database, UUID(int=79), "police", PHU_UNG)
    for asked in (report, f"{report}/informant", "/v1/case-reports"):
        assert refusal(await client.get(asked, headers=hotline))[:2] == (403, "forbidden")
    assert refusal(await client.get(f"{report}/receipt", headers=other))[:2] == (404, "report_unknown")
    for path, body in (("passing-on", {}), ("unfounded", {"reason": "Nhầm"})):
        answer = await client.post(f"{report}/{path}", json=body, headers=other)
        assert refusal(answer)[:2] == (404, "report_unknown")
    passed = await client.post(f"{report}/passing-on", json={}, headers=hotline)
    assert (passed.status_code, passed.json()["status"]) == (200, "passed_on")
    assert refusal(await client.post(f"{report}/unfounded", json={"reason": "x"}, headers=hotline))[0] == 404


async def test_twenty_senders_of_one_reference_make_one_report(
    client: httpx.AsyncClient, empty_database: str, hotline: dict[str, str]
) -> None:
    body = told(reference="111-1", informant=INFORMANT)
    answers = await asyncio.gather(*(client.post("/v1/case-reports", json=body, headers=hotline) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum(once.REPLAYED not in answer.headers for answer in answers) == 1
    assert await count(empty_database, "case_report") == await count(empty_database, "informant") == 1
    later = await client.post("/v1/case-reports", json=told(), headers=hotline)
    assert later.json()["receipt"] == "2/2020/BC-33"


async def test_receipts_are_numbered_in_their_place_and_year_without_gap_or_double(
    client: httpx.AsyncClient, worker: dict[str, str], hotline: dict[str, str]
) -> None:
    async def receipt(n: int) -> str | None:
        if n % 5 == 4:  # is refused, and takes no number
            wrong = told(children=[{"sex": "male", "child_id": str(UUID(int=n))}])
            assert refusal(await client.post("/v1/case-reports", json=wrong, headers=worker))[0] == 422
            return None
        year = "2019" if n % 5 == 3 else "2020"
        body = told(received_at=f"{year}-06-01T08:00:00+07:00", reference=f"r{n}")
        number: str = (await client.post("/v1/case-reports", json=body, headers=worker)).json()["receipt"]
        return number

    receipts = await asyncio.gather(*(receipt(n) for n in range(40)))
    numbers = sorted(number for number in receipts if number)
    assert numbers == sorted(
        [f"{n}/2020/BC-{PHU_UNG}" for n in range(1, 25)] + [f"{n}/2019/BC-{PHU_UNG}" for n in range(1, 9)]
    )
    assert (await client.post("/v1/case-reports", json=told(), headers=hotline)).json()["receipt"] == "1/2020/BC-33"
    asked = told(received_in=BAC_SON)
    assert (await client.post("/v1/case-reports", json=asked, headers=hotline)).json()["receipt"] == (
        f"1/2020/BC-{BAC_SON}"
    )
    refused = await client.post("/v1/case-reports", json=asked, headers=worker)
    assert refusal(refused) == (403, "area_out_of_reach", ["/received_in"])


@pytest.mark.parametrize(
    "other",
    [
        {"commune": BAC_SON},
        {"children": [{"sex": "male"}]},
        {"received_at": "2020-12-30T23:41:00+07:00"},
        {"informant": INFORMANT | {"phone": "0912 345 679"}},
        {"informant": None},
    ],
)
async def test_a_reference_is_of_one_report(client: httpx.AsyncClient, hotline: dict[str, str], other: Any) -> None:
    body = told(reference="111-1", informant=INFORMANT)
    first = await client.post("/v1/case-reports", json=body, headers=hotline)
    same = body | {"received_at": "2020-12-30T16:40:00Z", "id": str(UUID(int=5))}  # the same moment
    repeated = await client.post("/v1/case-reports", json=same, headers=hotline)
    assert (repeated.status_code, repeated.content) == (201, first.content)
    again = await client.post("/v1/case-reports", json=body | other, headers=hotline)
    assert refusal(again) == (409, "case_report_reference_taken", ["/reference"])
    by_another = await client.post("/v1/case-reports", json=body | other)  # whose references are their own
    assert by_another.status_code == 201


async def test_who_informed_is_read_by_the_commune_where_it_happened_alone_and_on_record(
    client: httpx.AsyncClient,
    empty_database: str,
    hotline: dict[str, str],
    worker: dict[str, str],
    chair: dict[str, str],
) -> None:
    home = await registered(client, commune=BAC_SON)
    child = {"sex": "male", "commune": BAC_SON, "child_id": home.rpartition("/")[2]}
    report = await reported(client, hotline, informant=INFORMANT, children=[child])
    for allowed in (worker, chair):
        answer = await client.get(f"{report}/informant", headers=allowed)
        assert answer.json() == INFORMANT
        looked = (await client.get(f"{home}/accesses")).json()["items"][1]  # the first is this look itself
        assert (looked["action"], looked["refused"]) == ("read_informant", False)
    at_home = await signed(empty_database, UUID(int=79), "commune_worker", BAC_SON)
    assert (await client.get(report, headers=at_home)).status_code == 200
    assert refusal(await client.get(f"{report}/informant", headers=at_home))[:2] == (404, "report_unknown")
    assert refusal(await client.get(f"{report}/informant"))[:2] == (403, "forbidden")  # a province officer's
    for shown in (
        await client.get(report, headers=worker),
        await client.get("/v1/case-reports", headers=worker),
        await client.get(f"{home}/history"),
    ):
        assert shown.status_code == 200
        assert not any(word in shown.text for word in INFORMANT.values())
    connection = await asyncpg.connect(empty_database)
    for (history,) in await connection.fetch("SELECT concat(before, after) FROM history"):
        assert not any(word in history for word in INFORMANT.values())
    await connection.close()


async def test_an_anonymous_report_has_no_informant(client: httpx.AsyncClient, worker: dict[str, str]) -> None:
    report = await reported(client)
    assert refusal(await client.get(f"{report}/informant", headers=worker))[:2] == (404, "informant_unknown")


async def test_a_report_is_passed_on_to_where_it_happened(
    client: httpx.AsyncClient, hotline: dict[str, str], worker: dict[str, str]
) -> None:
    report = await reported(client, hotline, commune=LAM_SON)
    receipt = await client.get(f"{report}/receipt", headers=hotline)
    tag = {"If-Match": receipt.headers["etag"]}
    assert refusal(await client.get(report, headers=worker))[:2] == (404, "report_unknown")
    early = {"passed_on_at": "2020-12-30T23:39:59+07:00"}
    answer = await client.post(f"{report}/passing-on", json=early, headers=hotline)
    assert refusal(answer) == (422, "passed_on_before_receipt", ["/passed_on_at"])
    late = {"passed_on_at": "2021-01-01T08:00:00+07:00"}
    answer = await client.post(f"{report}/passing-on", json=late, headers=hotline)
    assert refusal(answer) == (422, "report_in_future", ["/passed_on_at"])
    sound = {"passed_on_at": "2020-12-30T23:55:00+07:00", "commune": PHU_UNG}
    passed = await client.post(f"{report}/passing-on", json=sound, headers=hotline | tag)
    assert (passed.status_code, passed.json()["passed_on_at"]) == (200, sound["passed_on_at"])
    assert (await client.get(report, headers=worker)).json()["status"] == "passed_on"
    stale = await client.post(f"{report}/passing-on", json={}, headers=hotline | tag)
    assert refusal(stale)[:2] == (412, "stale")
    again = await client.post(f"{report}/passing-on", json={}, headers=worker)
    assert refusal(again)[:2] == (409, "report_is_passed_on")
    elsewhere = await client.post(f"{report}/passing-on", json={"commune": BAC_SON}, headers=worker)
    assert elsewhere.status_code == 200
    assert refusal(await client.get(report, headers=worker))[:2] == (404, "report_unknown")


async def test_a_report_without_ground_is_closed_with_a_reason_unless_a_case_of_it_is_open(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    report = await reported(client)
    missing = await client.post(f"{report}/unfounded", json={}, headers=worker)
    assert refusal(missing) == (422, "invalid", ["/reason"])
    closed = await client.post(f"{report}/unfounded", json={"reason": "Đã xác minh: nhầm nhà"}, headers=worker)
    assert (closed.json()["status"], closed.json()["unfounded_reason"]) == ("unfounded", "Đã xác minh: nhầm nhà")
    for path, body in (("unfounded", {"reason": "x"}), ("passing-on", {}), ("children/1/case", {})):
        answer = await client.post(f"{report}/{path}", json=body, headers=worker)
        assert refusal(answer)[:2] == (409, "report_is_unfounded"), path
    linked = await reported(client)
    await taken_up(client, linked, headers=worker)
    for path, body in (("unfounded", {"reason": "x"}), ("passing-on", {})):
        answer = await client.post(f"{linked}/{path}", json=body, headers=worker)
        assert refusal(answer)[:2] == (409, "report_is_linked"), path


async def test_reports_are_listed_by_place_status_source_and_receipt_the_latest_first(
    client: httpx.AsyncClient, worker: dict[str, str]
) -> None:
    first = await reported(client, received_at="2020-06-01T08:00:00+07:00", source="school")
    second = await reported(client, received_at="2020-07-01T08:00:00+07:00")
    third = await reported(client, received_at="2020-08-01T00:00:00+07:00", commune=LAM_SON)
    await client.post(f"{second}/passing-on", json={})
    await client.post(f"{first}/unfounded", json={"reason": "x"})

    async def listed(query: str = "", **more: Any) -> list[str]:
        page = (await client.get(f"/v1/case-reports?count=true&{query}", **more)).json()
        assert page["total"] == len(page["items"])
        return [f"/v1/case-reports/{item['id']}" for item in page["items"]]

    assert await listed() == [third, second, first]
    assert await listed(headers=worker) == [second, first]
    assert await listed(f"commune={LAM_SON}") == await listed("status=received") == [third]
    assert await listed("area=329") == [second, first]
    assert await listed("status=passed_on") == [second]
    assert await listed("source=school") == await listed("status=unfounded") == [first]
    assert await listed("received_from=2020-07-01&received_until=2020-08-01") == [second]
    page = (await client.get("/v1/case-reports?limit=2")).json()
    assert [item["children"] for item in page["items"]] == [1, 1]
    rest = (await client.get(f"/v1/case-reports?limit=2&cursor={page['next']}")).json()
    assert [f"/v1/case-reports/{item['id']}" for item in rest["items"]] == [first]


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"received_at": "2021-01-01T00:00:00+07:00"}, "/received_at", "report_in_future"),
        ({"received_at": "2020-12-30T23:40:00"}, "/received_at", "moment_form"),
        ({"received_at": "2020-12-30"}, "/received_at", "moment_form"),
        ({"children": []}, "/children", "too_short"),
        ({"children": [{"sex": "unknown"}] * 21}, "/children", "too_long"),
        ({"children": [{}]}, "/children/0/sex", "missing"),
        ({"children": [{"sex": "male", "estimated_age": 18}]}, "/children/0/estimated_age", "less_than_equal"),
        ({"children": [{"sex": "male", "estimated_age": -1}]}, "/children/0/estimated_age", "greater_than_equal"),
        ({"children": [{"sex": "male", "estimated_age": "7"}]}, "/children/0/estimated_age", "int_type"),
        ({"children": [{"sex": "male", "date_of_birth": "2021-01-01"}]}, "/children/0/date_of_birth", "date_in_future"),
        ({"children": [{"sex": "male", "date_of_birth": "2002-12-30"}]}, "/children/0/date_of_birth", "not_a_child"),
        (
            {"children": [{"sex": "male"}, {"sex": "male", "date_of_birth": "2010-12-30", "estimated_age": 8}]},
            "/children/1/estimated_age",
            "age_contradicts_birth",
        ),
        (
            {"children": [{"sex": "male", "date_of_birth": "2010-12-31", "estimated_age": 11}]},
            "/children/0/estimated_age",
            "age_contradicts_birth",
        ),
        ({"children": [{"sex": "male", "full_name": "\u0301\u0300"}]}, "/children/0/full_name", "text_without_letter"),
        ({"children": [{"sex": "male", "full_name": "Na\u200b"}]}, "/children/0/full_name", "text_unprintable"),
        ({"children": [{"sex": "male", "commune": "99999"}]}, "/children/0/commune", "area_unknown"),
        ({"children": [{"sex": "male", "child_id": str(UUID(int=9))}]}, "/children/0/child_id", "child_unknown"),
        ({"commune": "99999"}, "/commune", "area_unknown"),
        ({"commune": "329"}, "/commune", "not_a_commune"),
        ({"received_in": "99999"}, "/received_in", "area_unknown"),
        ({"reference": " "}, "/reference", "string_too_short"),
        ({"reference": "x" * 101}, "/reference", "string_too_long"),
        ({"source": "neighbour"}, "/source", "literal_error"),
        ({"informant": {"phone": "gọi sau"}}, "/informant/phone", "string_pattern_mismatch"),
        ({"informant": {"age": 40}}, "/informant/age", "extra_forbidden"),
        ({"shoe_size": 33}, "/shoe_size", "extra_forbidden"),
    ],
)
async def test_a_bad_report_is_refused_and_nothing_of_it_is_kept(
    client: httpx.AsyncClient, empty_database: str, fields: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await client.post("/v1/case-reports", json=told(**fields))
    assert refusal(answer)[::2] == (422, [pointer]), answer.text
    assert answer.json()["errors"][0]["code"] == code
    for table in ("case_report", "case_report_child", "informant"):
        assert await count(empty_database, table) == 0
    assert (await client.post("/v1/case-reports", json=told())).json()["receipt"] == "1/2020/BC-33"


async def test_an_id_of_the_clients_own_is_of_one_report(client: httpx.AsyncClient, hotline: dict[str, str]) -> None:
    own = str(UUID(int=6))
    made = await client.post("/v1/case-reports", json=told(id=own), headers=hotline)
    assert made.json()["id"] == own
    assert refusal(await client.post("/v1/case-reports", json=told(id=own)))[:2] == (409, "id_taken")
