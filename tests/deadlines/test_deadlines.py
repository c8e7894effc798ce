"""The clock over HTTP: deadlines of a case, their pauses, and tasks of officers and areas."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.domain.calendar import VIETNAM
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, opened, refusal, registered
from tests.routers.case_steps import FIRST, WORKER, Led, assessed, at, led, planned, staff
from tests.signed_in import made


@pytest.fixture
async def case(client: httpx.AsyncClient, empty_database: str) -> Led:
    return await led(client, empty_database)


def moment(text: str) -> str:
    """As the tests write moments: of Vietnam, to the minute."""
    return f"{datetime.fromisoformat(text).astimezone(VIETNAM):%m-%d %H:%M}"


async def clock(case: Led) -> dict[str, tuple[str, str, str | None]]:
    """By code: how a deadline of the case stands, when it is due, and when it was met."""
    answer = await case.client.get(f"{case.path}/deadlines")
    assert answer.status_code == 200, answer.text
    return {
        item["code"]: (item["standing"], moment(item["due_at"]), item["met_at"] and moment(item["met_at"]))
        for item in answer.json()["items"]
    }


async def deadline(case: Led, code: str) -> dict[str, Any]:
    items = (await case.client.get(f"{case.path}/deadlines")).json()["items"]
    found: dict[str, Any] = next(item for item in items if item["code"] == code)
    return found


async def asked(case: Led, code: str, do: str, by: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    """Pause or resume a deadline of the case."""
    path = f"{case.path}/deadlines/{(await deadline(case, code))['id']}/{do}"
    return await case.client.post(path, json=body, headers=by or case.worker)


EMERGENCY = assessed("02", emergency=True)
EVE_OF_TET = ("report", at("01-24", "23:40"))


async def test_a_report_on_the_eve_of_tet_is_to_be_assessed_within_twelve_hours(case: Led) -> None:
    await case.taken(*EVE_OF_TET, incident=PHU_UNG, residence=PHU_UNG)
    assert await clock(case) == {"initial_assessment": ("overdue", "01-25 11:40", None)}
    item = await deadline(case, "initial_assessment")
    assert (item["name"], item["commune"]["code"]) == ("Đánh giá nguy cơ ban đầu", PHU_UNG)
    assert item["legal_basis"].startswith("Nghị định 56/2017/NĐ-CP, Điều 26")
    assert item["child"] == {"id": case.child.rpartition("/")[2], "full_name": "Đỗ Thị Mận"}
    english = await case.client.get(f"{case.path}/deadlines", headers={"Accept-Language": "en"})
    assert english.json()["items"][0]["name"] == "Initial assessment"


async def test_a_late_entry_meets_a_deadline_at_the_moment_at_which_it_was_done(case: Led) -> None:
    await case.taken(*EVE_OF_TET, incident=PHU_UNG, residence=PHU_UNG)
    await case.taken("initial-assessment", at("01-25", "08:00"), **EMERGENCY)
    assert (await clock(case))["emergency"] == ("overdue", "01-25 11:40", None)
    await case.taken("emergency-measures", at("01-25", "11:40"))
    assert await clock(case) == {
        "initial_assessment": ("met", "01-25 11:40", "01-25 08:00"),
        "emergency": ("met", "01-25 11:40", "01-25 11:40"),
    }


async def test_a_withdrawn_step_takes_what_it_began_with_it_and_opens_what_it_met(case: Led) -> None:
    await case.taken(*EVE_OF_TET, incident=PHU_UNG, residence=PHU_UNG)
    file = await case.taken("initial-assessment", at("01-25", "12:00"), **EMERGENCY)
    assert set(await clock(case)) == {"initial_assessment", "emergency"}
    step = next(step["id"] for step in file["steps"] if step["step"] == "initial_assessment")
    gone = await case.client.delete(f"{case.path}/steps/{step}", headers=case.worker | {"If-Match": "*"})
    assert gone.status_code == 204, gone.text
    assert await clock(case) == {"initial_assessment": ("overdue", "01-25 11:40", None)}


async def test_what_was_left_goes_on_after_a_pause_and_the_pause_is_on_record(case: Led) -> None:
    await case.up_to("specific-assessment")
    assert (await clock(case))["plan"] == ("overdue", "03-13 00:00", None)
    paused = await asked(case, "plan", "pause", at=at("03-10", "12:00"), reason="chờ kết luận giám định")
    assert (paused.status_code, paused.json()["standing"]) == (200, "paused"), paused.text
    assert paused.json()["pause_reason"] == "chờ kết luận giám định"
    again = await asked(case, "plan", "pause", at=at("03-11"), reason="lần nữa")
    assert refusal(again)[:2] == (409, "deadline_not_running")
    early = await asked(case, "plan", "resume", at=at("03-09"))
    assert refusal(early)[:2] == (409, "deadline_not_paused")
    resumed = await asked(case, "plan", "resume", at=at("03-16"))
    assert (resumed.status_code, moment(resumed.json()["due_at"])) == (200, "03-19 00:00")
    await case.taken("meeting", at("03-16", "10:00"))
    await case.taken("plan", at("03-17"), **planned())
    await case.taken("submission", at("03-18", "16:00"))
    assert (await clock(case))["plan"] == ("met", "03-19 00:00", "03-18 16:00")
    history = (await case.client.get(f"{case.child}/history")).json()["items"]
    assert [change["record"] for change in history].count("deadline") == 2


async def test_what_is_done_while_the_clock_stands_still_is_in_time(case: Led) -> None:
    await case.up_to("submission")
    await asked(case, "approval", "pause", at=at("03-09"), reason="chờ ý kiến")
    await case.taken("approval", at("03-20"))
    assert (await clock(case))["approval"] == ("met", "03-11 00:00", "03-20 09:00")
    resumed = await asked(case, "approval", "resume", at=at("03-10"))
    assert refusal(resumed)[:2] == (409, "deadline_not_running")


async def test_what_was_done_late_is_not_made_punctual_by_a_pause(case: Led) -> None:
    await case.up_to("meeting")
    await case.taken("plan", at("03-16"), **planned())
    await case.taken("submission", at("03-16", "10:00"))
    late = await asked(case, "plan", "pause", at=at("03-10"), reason="chờ kết luận giám định")
    assert refusal(late)[:2] == (409, "deadline_not_running")
    assert (await clock(case))["plan"][0] == "met_late"


async def test_a_pause_has_a_reason_and_comes_before_the_due_moment_and_not_from_the_future(case: Led) -> None:
    await case.up_to("approval")
    overdue = await asked(case, "measure_start", "pause", at=at("03-09", "10:00"), reason="bận")
    assert refusal(overdue)[:2] == (409, "deadline_not_pausable")
    await case.taken("placement", at("03-10"), carer=str(UUID(int=42)))
    for code, said, expected in (
        ("follow_up", {"at": at("03-11"), "reason": "bận"}, (409, "deadline_not_pausable")),
        ("approval", {"at": at("03-11"), "reason": "bận"}, (409, "deadline_not_running")),
        ("plan", {"reason": " "}, (422, "invalid")),
        ("plan", {"at": "2021-01-02T00:00:00+07:00", "reason": "bận"}, (422, "date_in_future")),
        ("plan", {"at": "2020-03-05", "reason": "bận"}, (422, "invalid")),
    ):
        assert refusal(await asked(case, code, "pause", **said))[:2] == expected, code
    unknown = f"{case.path}/deadlines/{UUID(int=7)}/pause"
    answer = await case.client.post(unknown, json={"reason": "bận"}, headers=case.worker)
    assert refusal(answer)[:2] == (404, "deadline_unknown")


async def test_who_is_in_charge_pauses_and_sees_and_a_transfer_hands_on_what_is_open(
    client: httpx.AsyncClient, empty_database: str, case: Led
) -> None:
    elsewhere, _ = await staff(empty_database, LAM_SON, 1)
    await case.taken("report", at("03-02"), incident=PHU_UNG, residence=PHU_UNG)
    await case.taken("initial-assessment", at("03-03"), **EMERGENCY)
    await case.taken("specific-assessment", at("03-05"), **assessed("03"))
    seen = await client.get("/v1/tasks", headers=elsewhere)
    assert seen.json()["items"] == []
    moved = await case.taken("transfer", at("03-06"), commune=LAM_SON, reason="chuyển nhà")
    assert moved["steps"][-1]["step"] == "transfer"
    items = (await client.get(f"{case.path}/deadlines")).json()["items"]
    assert {item["code"]: item["commune"]["code"] for item in items} == {
        "initial_assessment": PHU_UNG,
        "emergency": PHU_UNG,
        "plan": LAM_SON,
    }
    assert [i["code"] for i in (await client.get("/v1/tasks", headers=elsewhere)).json()["items"]] == ["plan"]
    assert [i["code"] for i in (await client.get("/v1/tasks", headers=case.worker)).json()["items"]] == ["emergency"]
    refused = await asked(case, "plan", "pause", at=at("03-09"), reason="bận")
    assert refusal(refused)[:2] == (403, "not_in_charge")
    assert (await asked(case, "plan", "pause", elsewhere, at=at("03-09"), reason="bận")).status_code == 200
    of_plan = {item["code"]: item["standing"] for item in (await client.get(f"{case.path}/deadlines")).json()["items"]}
    assert of_plan == {"initial_assessment": "met_late", "emergency": "overdue", "plan": "paused"}


async def test_a_plan_in_force_makes_tasks_that_its_steps_meet(case: Led) -> None:
    await case.up_to("approval")
    found = [i for i in (await case.client.get(f"{case.path}/deadlines")).json()["items"] if i["source"] == "plan"]
    assert {(i["code"], i["measure"], moment(i["due_at"])) for i in found} == {
        ("measure_start", "intervention.1", "03-11 00:00")
    }
    await case.taken("measure-start", at("03-11"), item=FIRST)
    start = next(i for i in (await case.client.get(f"{case.path}/deadlines")).json()["items"] if i["item"] == FIRST)
    assert (start["name"], start["standing"], start["legal_basis"]) == (
        "Bắt đầu biện pháp",
        "met_late",
        "Nghị định 56/2017/NĐ-CP, Điều 29",
    )


async def test_whoever_becomes_the_officer_of_a_case_has_its_open_tasks(
    client: httpx.AsyncClient, empty_database: str, case: Led
) -> None:
    colleague = UUID(int=61)
    connection = await asyncpg.connect(empty_database)
    other = await made(connection, colleague, "commune_worker", PHU_UNG)
    await connection.close()
    await case.taken("report", at("03-02"), incident=PHU_UNG, residence=PHU_UNG)
    for officer, mine, others in ((WORKER, 1, 0), (colleague, 0, 1)):
        given = await client.patch(case.path, json={"officer": str(officer)}, headers={"If-Match": "*"})
        assert given.status_code == 200, given.text
        for signed, expected in ((case.worker, mine), (other, others)):
            tasks = await client.get("/v1/tasks", params={"officer": "me"}, headers=signed)
            assert len(tasks.json()["items"]) == expected
    await case.taken("initial-assessment", at("03-02", "12:00"), **EMERGENCY)
    tasks = (await client.get("/v1/tasks", params={"officer": str(colleague)})).json()["items"]
    assert {task["code"] for task in tasks} == {"emergency"}
    met = (await client.get("/v1/tasks", params={"officer": str(colleague), "standing": "met"})).json()["items"]
    assert [task["code"] for task in met] == ["initial_assessment"]


PLACES = {PHU_UNG: ("329", True), BAC_SON: ("329", True), LAM_SON: ("323", False)}
OPEN = {"due", "overdue", "paused"}
COURSES = [  # of a case: commune, and the days of report, initial and specific assessment
    (PHU_UNG, "12-31", None, None),
    (PHU_UNG, "12-29", "12-29", "12-30"),
    (PHU_UNG, "11-02", "11-04", "11-05"),
    (BAC_SON, "12-30", "12-30", None),
    (BAC_SON, "03-02", None, None),
    (LAM_SON, "12-28", "12-28", "12-29"),
    (LAM_SON, "06-01", "06-03", None),
]


@pytest.fixture
async def several(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The deadlines of cases in three communes of two districts, as each case tells them."""
    found: list[dict[str, Any]] = []
    for commune, *days in COURSES:
        child = await registered(client, commune=commune, confirm_distinct=True)
        path = await opened(client, child, kind="protection", opened_on="2020-03-02")
        bodies = ({"incident": commune, "residence": commune}, EMERGENCY, assessed("03"))
        for step, day, body in zip(("report", "initial-assessment", "specific-assessment"), days, bodies, strict=True):
            if day:
                answer = await client.post(f"{path}/{step}", json={"occurred_at": at(day, "00:10"), **body})
                assert answer.status_code == 201, answer.text
        found += (await client.get(f"{path}/deadlines")).json()["items"]
    return found


def due(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def pages(client: httpx.AsyncClient, headers: dict[str, str] | None = None, **asked: Any) -> list[dict[str, Any]]:
    """All pages of the tasks, two by two; the total is that of the items."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get("/v1/tasks", params=asked | {"limit": 2, "count": True} | cursor, headers=headers)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next"] is None:
            assert answer.json()["total"] == len(found)
            return found
        cursor = {"cursor": answer.json()["next"]}


def questions() -> Iterator[dict[str, str]]:
    for where in ({}, {"area": "33"}, {"area": "329"}, {"commune": BAC_SON}):
        for standing in ({}, *({"standing": value} for value in ("due", "overdue", "paused", "met", "met_late"))):
            yield where | standing
        yield where | {"due_from": "2020-12-28", "due_before": "2021-01-04"}
        yield where | {"code": "plan", "due_from": "2021-01-01T00:00:00+07:00"}


async def test_the_list_of_tasks_is_what_the_cases_tell(
    client: httpx.AsyncClient, several: list[dict[str, Any]]
) -> None:
    assert {task["standing"] for task in several} >= {"due", "overdue", "met", "met_late"}
    for asked in questions():
        expected = [
            task["id"]
            for task in sorted(several, key=lambda task: (due(task["due_at"]), task["id"]))
            if (task["standing"] == asked["standing"] if "standing" in asked else task["standing"] in OPEN)
            and asked.get("commune", task["commune"]["code"]) == task["commune"]["code"]
            and asked.get("area", "33") in ("33", PLACES[task["commune"]["code"]][0])
            and asked.get("code", task["code"]) == task["code"]
            and due(task["due_at"]) > due(asked.get("due_from", "2000-01-01")[:10] + "T00:00:00+07:00")
            and due(task["due_at"]) <= due(asked.get("due_before", "2030-01-01") + "T00:00:00+07:00")
        ]
        assert [task["id"] for task in await pages(client, **asked)] == expected, asked


@pytest.mark.parametrize("by", ["commune", "district", "officer"])
async def test_the_summary_is_a_count_of_the_list(
    client: httpx.AsyncClient, several: list[dict[str, Any]], by: str
) -> None:
    expected: Counter[tuple[str | None, str]] = Counter()
    week_end = datetime(2021, 1, 4, tzinfo=VIETNAM)  # after the Sunday that follows Thursday 31/12
    for task in several:
        commune = task["commune"]["code"]
        key = {"commune": commune, "district": PLACES[commune][0], "officer": None}[by]
        expected[key, task["standing"]] += 1
        if task["standing"] == "due" and due(task["due_at"]) <= week_end:
            expected[key, "due_this_week"] += 1
    answer = await client.get("/v1/tasks/summary", params={"by": by, "from": "2020-01-01", "until": "2022-01-01"})
    assert answer.status_code == 200, answer.text
    counted = {
        (row["area"] and row["area"]["code"], name): row[name]
        for row in answer.json()["items"]
        for name in ("due", "due_this_week", "overdue", "paused", "met", "met_late")
        if row[name]
    }
    assert counted == dict(expected)
    total = answer.json()["total"]
    assert total["overdue"] == sum(number for (_, name), number in expected.items() if name == "overdue")
    other = await client.get("/v1/tasks/summary", params={"from": "2020-06-01", "until": "2020-07-01"})
    assert (other.json()["total"]["met_late"], other.json()["total"]["met"]) == (1, 0)
    empty = await client.get("/v1/tasks/summary", params={"from": "2020-06-01", "until": "2020-06-01"})
    assert refusal(empty) == (422, "period_empty", ["/until"])


async def test_the_tasks_of_a_commune_are_those_of_its_worker(
    client: httpx.AsyncClient, empty_database: str, several: list[dict[str, Any]]
) -> None:
    worker, _ = await staff(empty_database, BAC_SON, 2)
    ours = {task["id"] for task in several if task["commune"]["code"] == BAC_SON}
    found = await pages(client, worker) + await pages(client, worker, standing="met")
    assert {task["id"] for task in found} == ours
    assert await pages(client, worker, area="33") == await pages(client, worker)
    assert await pages(client, worker, commune=PHU_UNG) == []
    summary = (await client.get("/v1/tasks/summary", headers=worker)).json()
    assert [row["area"]["code"] for row in summary["items"]] == [BAC_SON]


async def test_cases_in_which_something_is_due_are_found(
    client: httpx.AsyncClient, several: list[dict[str, Any]]
) -> None:
    for before in ("2020-03-01", "2020-06-02", "2021-01-01", "2021-01-31"):
        expected = {
            task["case_id"]
            for task in several
            if task["standing"] in OPEN and due(task["due_at"]) <= due(f"{before}T00:00:00+07:00")
        }
        answer = await client.get("/v1/cases", params={"due_before": before, "count": True})
        assert {case["id"] for case in answer.json()["items"]} == expected
        assert answer.json()["total"] == len(expected)
    wrong = await client.get("/v1/cases", params={"due_before": "2020-02-30"})
    assert refusal(wrong) == (422, "invalid", ["/due_before"])


async def test_an_agency_has_no_tasks_here(client: httpx.AsyncClient, empty_database: str, case: Led) -> None:
    agency = UUID(int=71)
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        "INSERT INTO agency (id, name, kind, during) VALUES ($1, 'Trung tâm', 'service_provider', '[2016-01-01,)')",
        agency,
    )
    provider = await made(connection, UUID(int=72), "service_provider", PHU_UNG, agency)
    await connection.close()
    await case.up_to("meeting")
    item = {"id": FIRST, "measure": "intervention.1", "responsible": "Trung tâm", "starts_on": "2020-03-10"}
    await case.taken("plan", at("03-07"), items=[item | {"agency": str(agency)}])
    for step, when, body in (("submission", at("03-08"), {}), ("approval", at("03-09"), {})):
        await case.taken(step, when, **body)
    await case.taken("measure-start", at("03-10"), item=FIRST)
    shown = await client.get(f"{case.path}/deadlines", headers=provider, params={"count": True})
    assert (shown.status_code, shown.json()) == (200, {"items": [], "next": None, "total": 0})
    assert await pages(client, provider) == []
    assert (await client.get("/v1/tasks/summary", headers=provider)).json()["items"] == []


RULE = {"code": "plan", "from": "2021-07-01", "amounts": [7], "legal_basis": "Quyết định 12/QĐ-UBND"}


async def test_a_rule_changes_from_a_later_day_on_by_another_version(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/deadline-rules", json=RULE)
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert (new["amounts"], new["unit"], new["starts"]) == ([7], "working_days", ["specific_assessment", "return"])
    versions = (await client.get("/v1/deadline-rules", params={"code": "plan"})).json()["items"]
    assert {(v["from"], v["until"], *v["amounts"]) for v in versions} == {
        ("2017-07-01", "2021-07-01", 5),
        ("2021-07-01", None, 7),
    }
    (then,) = (await client.get("/v1/deadline-rules", params={"code": "plan", "on": "2021-06-30"})).json()["items"]
    assert then["amounts"] == [5]
    for changed, expected in (
        ({"from": "2021-07-01"}, (409, "deadline_rule_no_overlap", ["/from"])),
        ({"from": "2020-12-31"}, (422, "deadline_rule_not_ahead", ["/from"])),
        ({"code": "nothing"}, (422, "deadline_rule_unknown", ["/code"])),
        ({"receipt": "commune", "from": "2022-01-01"}, (422, "receipt_not_counted", ["/receipt"])),
        ({"amounts": [0], "from": "2022-01-01"}, (422, "invalid", ["/amounts/0"])),
        ({"amounts": [], "from": "2022-01-01"}, (422, "invalid", ["/amounts"])),
    ):
        assert refusal(await client.post("/v1/deadline-rules", json=RULE | changed)) == expected
    receipt = {"code": "emergency", "from": "2021-01-01", "receipt": "commune", "legal_basis": "QĐ 1"}
    changed = (await client.post("/v1/deadline-rules", json=receipt)).json()
    assert (changed["receipt"], changed["amounts"], changed["concluded"]) == ("commune", [12], "emergency")


async def test_the_calendar_changes_what_begins_and_not_what_has_begun(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("specific-assessment")
    day = {"day": "2020-03-11", "kind": "holiday", "name_vi": "Nghỉ", "name_en": "Off", "source": "Quyết định"}
    made_day = await client.post("/v1/holidays", json=day)
    assert made_day.status_code == 201, made_day.text
    assert refusal(await client.post("/v1/holidays", json=day))[:2] == (409, "holiday_once")
    await case.taken("meeting", at("03-06"))
    await case.taken("plan", at("03-07"), **planned())
    await case.taken("submission", at("03-09"))
    assert {code: row[1] for code, row in (await clock(case)).items() if code in ("plan", "approval")} == {
        "plan": "03-13 00:00",  # begun before: 6, 9, 10, 11, 12
        "approval": "03-13 00:00",  # begun after: 10, 12
    }
    listed = (await client.get("/v1/holidays", params={"year": 2020, "limit": 500})).json()["items"]
    assert day["day"] in [item["day"] for item in listed]
    assert all(item["day"].startswith("2020") for item in listed)
    gone = await client.delete("/v1/holidays/2020-03-11", headers={"If-Match": made_day.headers["etag"]})
    assert gone.status_code == 204
    assert refusal(await client.get("/v1/holidays/2020-03-11"))[:2] == (404, "holiday_unknown")
    await case.taken("return", at("03-10"), reason="thiếu")
    assert (await clock(case))["approval"] == ("met", "03-13 00:00", "03-10 09:00")


async def test_who_does_not_reach_the_whole_province_changes_no_rule(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    connection = await asyncpg.connect(empty_database)
    district = await made(connection, UUID(int=81), "province_officer", "329")
    worker = await made(connection, UUID(int=82), "commune_worker", PHU_UNG)
    await connection.close()
    day = {"day": "2020-03-11", "kind": "holiday", "name_vi": "Nghỉ", "name_en": "Off", "source": "Quyết định"}
    for path, body in (("/v1/deadline-rules", RULE), ("/v1/holidays", day)):
        assert refusal(await client.post(path, json=body, headers=district))[:2] == (403, "area_out_of_reach")
        assert refusal(await client.post(path, json=body, headers=worker))[:2] == (403, "forbidden")
        assert (await client.get(path, headers=worker)).status_code == 200
