"""A case is led through its steps: what each comes to, over HTTP."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, figures, opened, refusal
from tests.routers.case_steps import (
    AUNT,
    COLLEAGUE,
    FIRST,
    MOTHER,
    ORDINARY,
    SECOND,
    WORKER,
    Led,
    assessed,
    at,
    led,
    planned,
    staff,
)
from tests.signed_in import TOKENS, made

STEP = str(UUID(int=61))
BOTH = UUID(int=35)
ALSO_CHAIR = """
WITH same AS (
    INSERT INTO assignment (id, account_id, role, area_id, during)
    SELECT $2, account_id, 'commune_chair', area_id, during FROM assignment WHERE id = $1 RETURNING id
), reached AS (INSERT INTO assignment_area SELECT $2, area_id FROM assignment_area WHERE assignment_id = $1)
INSERT INTO sign_in (id, account_id, assignment_id, address) VALUES ($2, $1, $2, '')
"""


@pytest.fixture
async def case(client: httpx.AsyncClient, empty_database: str) -> Led:
    return await led(client, empty_database)


@pytest.fixture
async def support(client: httpx.AsyncClient, empty_database: str) -> Led:
    return await led(client, empty_database, "support")


def as_told(shown: Any) -> Any:
    """Without ids, and without what tells when it was recorded."""
    if isinstance(shown, list):
        return [as_told(each) for each in shown]
    if isinstance(shown, dict):
        return {
            name: as_told(value)
            for name, value in shown.items()
            if name not in ("id", "case_id", "item", "recorded_at")
        }
    return shown


async def test_a_case_is_led_from_the_report_to_its_closing(client: httpx.AsyncClient, case: Led) -> None:
    assert (await case.file())["allowed"] == ["report"]
    file = await case.up_to("report")
    assert (file["stage"], file["incident"]["name"], file["residence"]["code"]) == ("received", "Phù Ủng", PHU_UNG)
    for step, when, body in ORDINARY[1:]:
        file = await case.taken(step, when, **body)
    assert file["stage"] == "closed"
    assert [told["risk"] for told in file["risks"]] == ["high", "medium", "none"]
    assert file["allowed"] == ["reopening"]
    assert [step["step"].replace("_", "-") for step in file["steps"]] == [step for step, _, _ in ORDINARY]
    assert file == await case.file()
    shown = (await client.get(case.path)).json()
    assert (shown["status"], shown["opened_on"], shown["closed_on"], shown["outcome"]) == (
        "closed",
        "2020-03-02",
        "2020-06-12",
        "closed",
    )
    (given,) = shown["interventions"]
    assert (given["measure"], given["started_on"], given["ended_on"]) == ("intervention.1", "2020-03-10", "2020-06-01")


async def test_a_child_is_assisted_from_the_first_measure_that_begins(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("approval")
    assert await figures(client, "special_assisted_rate", "2020-05-01") == (0, 1)
    file = await case.taken("measure-start", at("03-10"), item=FIRST)
    assert file["plan"]["items"][0]["began_at"] == at("03-10")
    assert await figures(client, "special_assisted_rate", "2020-03-09") == (0, 1)
    assert await figures(client, "special_assisted_rate", "2020-05-01") == (1, 1)
    (item,) = (
        item
        for item in (await client.get("/v1/programmes/hung-yen-2016-2020/scoreboard?on=2020-05-01")).json()["items"]
        if item["indicator"] == "special_assisted_rate"
    )
    assert item["numerator"] == 1
    step = file["steps"][-1]["id"]
    withdrawn = await client.delete(f"{case.path}/steps/{step}", headers=case.worker | {"If-Match": "*"})
    assert withdrawn.status_code == 204, withdrawn.text
    assert await figures(client, "special_assisted_rate", "2020-05-01") == (0, 1)
    assert (await client.get(case.path)).json()["interventions"] == []
    assert (await case.file())["plan"]["items"][0]["began_at"] is None


async def test_a_late_entry_gives_the_same_file_as_entry_in_order(client: httpx.AsyncClient, case: Led) -> None:
    late: list[tuple[str, str, dict]] = [
        ("transfer", at("03-05", "12:00"), {"commune": PHU_UNG, "reason": "x"}),
        ("emergency-measures", at("03-03", "01:00"), {}),
        ("passing-on", at("03-02", "23:50"), {}),
    ]
    for step, when, body in sorted([*ORDINARY[:-1], *late], key=lambda taken: taken[1]):
        in_order = await case.taken(step, when, **body)
    path = await opened(client, case.child, kind="protection", opened_on="2020-01-01")
    other = Led(client, path, case.child, case.worker, case.chair)
    renamed = {FIRST: str(UUID(int=71)), SECOND: str(UUID(int=72))}
    for step, when, body in [*ORDINARY[:-1], *late]:
        text = orjson.dumps(body).decode()
        for item, its_own in renamed.items():
            text = text.replace(item, its_own)
        afterwards = await other.taken(step, when, **orjson.loads(text))
    assert as_told(afterwards) == as_told(in_order)
    cases = [(await client.get(each.path)).json() for each in (case, other)]
    assert as_told(cases[0]) == as_told(cases[1])


async def test_a_late_step_is_refused_where_a_later_one_would_no_longer_stand(case: Led) -> None:
    await case.up_to("measure-start")
    answer = await case.take("return", at("03-08", "12:00"), reason="chưa đủ")
    assert refusal(answer)[:2] == (409, "step_not_allowed")
    assert answer.json()["reason"] == "later_steps"
    assert "return" not in answer.json()["allowed"]
    draft = await case.take("plan", at("03-07", "12:00"), **planned(SECOND))
    assert refusal(draft)[:2] == (409, "step_contradicts_later")
    assert draft.json()["later"] == "measure_start"


@pytest.mark.parametrize(
    ("after", "step", "when", "body", "told"),
    [
        ("report", "approval", at("03-04"), {}, (409, "step_not_allowed", [])),
        ("report", "report", at("03-04"), {"incident": PHU_UNG}, (409, "step_not_allowed", [])),
        ("report", "initial-assessment", at("03-02"), assessed("02"), (422, "step_before_report", ["/occurred_at"])),
        (
            "report",
            "initial-assessment",
            "2021-03-02T09:00:00+07:00",
            assessed("02"),
            (422, "step_in_future", ["/occurred_at"]),
        ),
        ("report", "separation", at("03-04"), {"from": "2020-03-04"}, (409, "step_not_allowed", [])),
        (
            "initial-assessment",
            "separation",
            at("03-04"),
            {"from": "2020-03-04", "until": "2020-03-20"},
            (422, "separation_too_long", ["/until"]),
        ),
        (
            "initial-assessment",
            "separation",
            at("03-04"),
            {"from": "2020-03-04"},
            (422, "separation_unbounded", ["/until"]),
        ),
        (
            "initial-assessment",
            "separation",
            at("03-04"),
            {"from": "2020-03-04", "until": "2020-03-04"},
            (422, "period_empty", ["/until"]),
        ),
        ("meeting", "plan", at("03-07"), {"items": []}, (422, "plan_empty", ["/items"])),
        ("meeting", "plan", at("03-07"), planned(FIRST, FIRST), (422, "plan_item_twice", ["/items/1/id"])),
        (
            "meeting",
            "plan",
            at("03-07"),
            {"items": [{"measure": "gift", "responsible": "UBND", "starts_on": "2020-03-10"}]},
            (422, "measure_unknown", ["/items/0/measure"]),
        ),
        (
            "meeting",
            "plan",
            at("03-07"),
            {"items": [planned()["items"][0] | {"agency": STEP}]},
            (422, "agency_unknown", ["/items/0/agency"]),
        ),
        (
            "meeting",
            "plan",
            at("03-07"),
            {"items": [planned()["items"][0] | {"ends_on": "2020-03-09"}]},
            (422, "intervention_ended_before_start", ["/items/0/ends_on"]),
        ),
        ("submission", "return", at("03-09"), {}, (422, "reason_missing", ["/reason"])),
        ("approval", "measure-start", at("03-10"), {"item": STEP}, (422, "measure_not_of_plan", ["/item"])),
        ("report", "transfer", at("03-10"), {"commune": "99999", "reason": "x"}, (422, "area_unknown", ["/commune"])),
        ("report", "transfer", at("03-10"), {"commune": "329", "reason": "x"}, (422, "not_a_commune", ["/commune"])),
        (
            "report",
            "initial-assessment",
            at("03-03"),
            {"answers": {"shoes": "low"}, "conclusion": {"risk": "low"}},
            (422, "assessment_item_unknown", ["/answers/shoes"]),
        ),
        (
            "report",
            "initial-assessment",
            at("03-03"),
            {"answers": {"harm_now": "low"}, "conclusion": {"risk": "low"}},
            (422, "assessment_incomplete", ["/answers"]),
        ),
        ("report", "ageing-out", at("12-01"), {}, (409, "step_not_allowed", [])),
    ],
)
async def test_what_the_rules_forbid_is_refused_and_nothing_is_half_done(
    case: Led, after: str, step: str, when: str, body: dict, told: tuple
) -> None:
    before = await case.up_to(after)
    answer = await case.take(step, when, **body)
    assert refusal(answer) == told, answer.text
    if told[1] == "step_not_allowed":
        assert answer.json()["detail"]
        assert isinstance(answer.json()["allowed"], list)
        assert step.replace("-", "_") not in answer.json()["allowed"]
    assert await case.file() == before


async def test_a_child_is_not_given_to_who_harms_it(case: Led) -> None:
    await case.up_to("report")
    await case.taken("initial-assessment", at("03-03"), harming=[MOTHER], **assessed("02", separation=True))
    days = {"from": "2020-03-03", "until": "2020-03-13"}
    answer = await case.take("separation", at("03-03", "10:00"), carer=MOTHER, **days)
    assert refusal(answer) == (409, "carer_is_harming", ["/carer"])
    file = await case.taken("separation", at("03-03", "10:00"), carer=AUNT, **days)
    assert file["separated"] == {"since": at("03-03", "10:00"), "days": 10, "limit": 15}
    assert file["harming"] == [MOTHER]
    placed = await case.take("placement", at("03-04"), carer=MOTHER)
    assert refusal(placed) == (409, "carer_is_harming", ["/carer"])
    again = await case.take("separation", at("03-05"), **{"from": "2020-03-13", "until": "2020-03-19"})
    assert refusal(again) == (422, "separation_too_long", ["/until"])
    assert (again.json()["days"], again.json()["limit"]) == (16, 15)
    file = await case.taken("placement", at("03-05"), carer=AUNT)
    assert file["placed"] == {"carer": AUNT}
    early = await case.take("separation-end", at("03-06"))
    assert early.json()["reason"] == "not_reassessed"


async def test_who_drafted_a_plan_does_not_approve_it(empty_database: str, case: Led) -> None:
    """Whoever is a worker by one assignment and chair by another is one account still."""
    await case.up_to("submission")
    connection = await asyncpg.connect(empty_database)
    await connection.execute(ALSO_CHAIR, WORKER, BOTH)
    await connection.close()
    token = TOKENS.mint(WORKER, BOTH, BOTH, "commune_chair")[0]
    answer = await case.take("approval", at("03-09"), by={"Authorization": f"Bearer {token}"})
    assert refusal(answer)[:2] == (409, "approved_by_drafter")


async def test_of_two_approvals_at_once_one_is_taken_and_one_refused(case: Led) -> None:
    await case.up_to("submission")
    answers = await asyncio.gather(*(case.take("approval", at("03-09", f"09:0{n}")) for n in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = (answer for answer in answers if answer.status_code == 409)
    assert refusal(refused)[1] in ("step_not_allowed", "step_contradicts_later")
    file = await case.file()
    assert [step["step"] for step in file["steps"]].count("approval") == 1
    assert file["plan"]["number"] == 1


async def test_a_step_that_is_sent_again_changes_nothing_and_another_under_its_id_is_refused(case: Led) -> None:
    body = {"id": STEP, "incident": PHU_UNG}
    first, again = [await case.take("report", at("03-02"), **body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = await case.take("report", at("03-02", "10:00"), **body)
    assert refusal(other)[:2] == (409, "id_taken")
    now = {"id": str(UUID(int=62))} | assessed("02")
    first, again = [await case.take("initial-assessment", **now) for _ in range(2)]
    assert again.json() == first.json()
    key = case.worker | {"Idempotency-Key": "một lần".encode().hex()}
    answers = [await case.take("emergency-measures", at("03-03"), by=key) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert len((await case.file())["steps"]) == 3


async def test_a_change_of_a_plan_in_force_is_another_version_that_has_to_be_approved(case: Led) -> None:
    await case.up_to("measure-start")
    third = str(UUID(int=53))
    file = await case.taken("plan", at("04-01"), **planned(FIRST, third))
    assert (file["plan"]["number"], file["draft"]["number"]) == (1, 2)
    assert [item["id"] for item in file["plan"]["items"]] == [FIRST, SECOND]
    await case.taken("submission", at("04-02"))
    file = await case.taken("approval", at("04-03"))
    assert (file["plan"]["number"], file["draft"]) == (2, None)
    assert [item["id"] for item in file["plan"]["items"]] == [FIRST, third]
    assert [(plan["number"], plan["until"]) for plan in file["plans"]] == [(1, at("04-03")), (2, None)]
    assert file["plan"]["items"][0]["began_at"] == at("03-10")


async def test_a_step_is_withdrawn_by_who_may_take_it_if_the_rest_stands(client: httpx.AsyncClient, case: Led) -> None:
    file = await case.up_to("approval")
    by_step = {step["step"]: f"{case.path}/steps/{step['id']}" for step in file["steps"]}
    needed = await client.delete(by_step["submission"], headers=case.worker | {"If-Match": "*"})
    assert refusal(needed)[:2] == (409, "step_contradicts_later")
    assert needed.json()["later"] == "approval"
    decision = await client.delete(by_step["approval"], headers=case.worker | {"If-Match": "*"})
    assert refusal(decision)[:2] == (403, "forbidden")
    tag = (await client.get(f"{case.path}/file")).headers["etag"]
    stale = await client.delete(by_step["approval"], headers=case.chair | {"If-Match": '"1.2020-12-31"'})
    assert refusal(stale)[:2] == (412, "stale")
    assert "case_step" in {change["record"] for change in stale.json()["changes"]}
    done = await client.delete(by_step["approval"], headers=case.chair | {"If-Match": tag})
    assert done.status_code == 204
    file = await case.file()
    assert (file["stage"], file["plan"]) == ("submitted", None)
    again = await client.delete(by_step["approval"], headers=case.chair | {"If-Match": "*"})
    assert refusal(again)[:2] == (404, "step_unknown")
    history = (await client.get(f"{case.child}/history?limit=500")).json()["items"]
    fields = [
        f["field"]
        for item in history
        if item["record"] == "case_step" and item["change"] == "changed"
        for f in item["fields"]
    ]
    assert fields == ["withdrawn_at"]


async def test_a_case_without_its_last_step_is_open_again(client: httpx.AsyncClient, case: Led) -> None:
    file = await case.up_to("closing")
    await client.delete(f"{case.path}/steps/{file['steps'][-1]['id']}", headers=case.chair | {"If-Match": "*"})
    shown = (await client.get(case.path)).json()
    assert (shown["status"], shown["closed_on"], shown["outcome"]) == ("open", None, None)
    await case.taken("closing", at("06-13"))
    file = await case.taken("reopening", at("07-01"), reason="tái diễn")
    assert (file["stage"], file["plan"]) == ("received", None)
    assert (await client.get(case.path)).json()["status"] == "open"


async def test_a_case_with_steps_is_not_changed_directly(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("report")
    star = {"If-Match": "*"}
    answers = [
        await client.post(f"{case.path}/close", json={"closed_on": "2020-06-01", "outcome": "moved"}),
        await client.post(f"{case.path}/interventions", json={"measure": "support.3", "started_on": "2020-03-01"}),
        await client.patch(case.path, json={"opened_on": "2020-03-01"}, headers=star),
        await client.patch(case.path, json={"kind": "support"}, headers=star),
    ]
    assert [refusal(answer)[:2] for answer in answers] == [(409, "case_follows_procedure")] * 4
    officer = await client.patch(case.path, json={"officer": None}, headers=star)
    assert officer.status_code == 200
    assert (await client.delete(case.path, headers=star)).status_code == 204
    history = (await client.get(f"{case.child}/history")).json()["items"]
    assert ("case_step", "withdrawn") in {(item["record"], item["change"]) for item in history}


async def test_a_case_whose_only_step_was_an_error_is_as_it_was(client: httpx.AsyncClient, case: Led) -> None:
    file = await case.up_to("report")
    step = f"{case.path}/steps/{file['steps'][0]['id']}"
    assert (await client.delete(step, headers={"If-Match": "*"})).status_code == 204
    file = await case.file()
    assert (file["stage"], file["incident"], file["steps"], file["allowed"]) == (None, None, [], ["report"])
    closed = await client.post(f"{case.path}/close", json={"closed_on": "2020-06-01", "outcome": "moved"})
    assert closed.status_code == 200


async def test_a_case_that_another_continues_is_not_reopened(client: httpx.AsyncClient, case: Led) -> None:
    await case.up_to("closing")
    await opened(client, case.child, opened_on="2020-07-01", previous_case_id=case.path.rpartition("/")[2])
    answer = await case.take("reopening", at("07-02"), reason="tái diễn")
    assert refusal(answer) == (409, "next_case_open", ["/occurred_at"])


async def test_a_birthday_that_is_corrected_makes_no_file_unreadable(client: httpx.AsyncClient, case: Led) -> None:
    """It is judged again when somebody changes it."""
    star = {"If-Match": "*"}
    await client.patch(case.child, json={"date_of_birth": "2004-03-01"}, headers=star)
    await case.up_to("report")
    assert (await case.take("ageing-out", at("03-03"), id=STEP)).status_code == 201
    await client.patch(case.child, json={"date_of_birth": "2010-02-28"}, headers=star)
    assert (await case.file())["stage"] == "aged_out"
    again = await case.take("ageing-out", at("03-03"), id=STEP)
    assert again.status_code == 201
    other = await case.take("emergency-measures", at("03-03", "08:00"))
    assert refusal(other)[0] == 409
    assert (await client.delete(f"{case.path}/steps/{STEP}", headers=star)).status_code == 204
    assert (await case.file())["stage"] == "received"


async def test_a_closed_case_without_steps_takes_none(client: httpx.AsyncClient, case: Led) -> None:
    await client.post(f"{case.path}/close", json={"closed_on": "2020-06-01", "outcome": "moved"})
    assert (await case.file())["allowed"] == []
    assert refusal(await case.take("report", at("03-02"), incident=PHU_UNG))[:2] == (409, "case_is_closed")


async def test_what_was_given_before_the_first_step_stays(client: httpx.AsyncClient, case: Led) -> None:
    made = await client.post(f"{case.path}/interventions", json={"measure": "support.3", "started_on": "2020-03-01"})
    await case.up_to("meeting")
    taken = await case.take("plan", at("03-07"), **planned(made.json()["id"]))
    assert refusal(taken) == (409, "id_taken", ["/items/0/id"])
    await case.taken("plan", at("03-07"), **planned(FIRST))
    assert (await client.get(case.path)).json()["interventions"] == [made.json()]


async def test_a_case_of_support_follows_need_plan_measures_review(client: httpx.AsyncClient, support: Led) -> None:
    assert refusal(await support.take("report", at("03-02"), incident=PHU_UNG))[:2] == (409, "step_not_allowed")
    await support.taken("need", at("03-02"), incident=PHU_UNG, residence=PHU_UNG)
    file = await support.taken("plan", at("03-03"), **planned(FIRST))
    assert (file["stage"], file["plan"]["number"], file["draft"]) == ("carrying_out", 1, None)
    await support.taken("measure-start", at("03-10"), item=FIRST)
    await support.taken("measure-end", at("05-10"), item=FIRST)
    await support.taken("review", at("05-11"), **assessed("06", "none", stable=True))
    assert (await support.taken("closing", at("05-12")))["stage"] == "closed"
    assert await figures(client, "special_assisted_rate", "2020-05-11") == (1, 1)
    assert await figures(client, "special_assisted_rate", "2020-05-12") == (0, 1)


async def test_a_step_before_july_2017_is_one_of_the_procedure_of_2010(case: Led) -> None:
    early = "2017-06-{}T09:00:00+07:00"
    await case.taken("report", early.format("01"), incident=PHU_UNG)
    await case.taken("initial-assessment", early.format("02"), answers={}, conclusion={"risk": "high"})
    await case.taken("specific-assessment", early.format("03"), answers={"harm_now": None}, conclusion={"risk": "low"})
    answer = await case.take("meeting", early.format("04"))
    assert refusal(answer)[:2] == (409, "step_not_allowed")
    assert (await case.taken("plan", early.format("05"), **planned(FIRST)))["stage"] == "planned"
    await case.taken("submission", "2017-07-03T09:00:00+07:00")
    assert (await case.file())["procedure"] == "protection-2017"


async def test_a_step_is_the_part_of_a_commune_and_a_transfer_hands_it_on(
    client: httpx.AsyncClient, empty_database: str, case: Led
) -> None:
    """The child lives in Phù Ủng, and it happened in Bắc Sơn."""
    there, their_chair = await staff(empty_database, BAC_SON, 1)
    onward, _ = await staff(empty_database, LAM_SON, 2)
    assert (await client.get(f"{case.path}/file", headers=there)).status_code == 404
    await case.taken("report", at("03-02"), incident=BAC_SON, residence=PHU_UNG)
    assert (await client.get(f"{case.path}/file", headers=there)).status_code == 200
    assert (await client.get(case.path, headers=there)).status_code == 200
    own = await case.take("initial-assessment", at("03-03"), **assessed("02"))
    assert refusal(own)[:2] == (403, "not_in_charge")
    theirs = await case.take("initial-assessment", at("03-03"), by=there, **assessed("02"))
    assert theirs.status_code == 201
    planning = await case.take("specific-assessment", at("03-04"), by=there, **assessed("03"))
    assert refusal(planning)[:2] == (403, "not_in_charge")
    days = {"from": "2020-03-03", "until": "2020-03-10"}
    assert (await case.take("separation", at("03-03", "11:00"), by=their_chair, **days)).status_code == 201
    assert (await client.get(f"{case.path}/file", headers=onward)).status_code == 404
    moved = await case.take("transfer", at("03-20"), commune=LAM_SON, reason="chuyển nhà")
    assert moved.status_code == 201
    assert moved.json()["residence"]["code"] == LAM_SON
    taken = await case.take("specific-assessment", at("03-21"), by=onward, **assessed("03"))
    assert taken.status_code == 201
    after = await case.take("meeting", at("03-22"))
    assert refusal(after)[:2] == (403, "not_in_charge")
    key = {"Idempotency-Key": "a"}
    answers = [await case.take("emergency-measures", at("03-23"), by=there | key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert refusal(await client.patch(case.path, json={"officer": None}, headers=there | {"If-Match": "*"}))[0] == 404


async def test_a_worker_takes_no_decision_and_a_chair_takes_nothing_else(case: Led) -> None:
    await case.up_to("report")
    assert refusal(await case.take("unfounded", at("03-03"), by=case.worker, reason="x"))[:2] == (403, "forbidden")
    by_chair = await case.take("initial-assessment", at("03-03"), by=case.chair, **assessed("02"))
    assert refusal(by_chair)[:2] == (403, "forbidden")
    assert (await case.take("emergency-measures", at("03-03"), by=case.chair)).status_code == 201
    assert (await case.taken("unfounded", at("03-04"), reason="không có căn cứ"))["stage"] == "unfounded"


async def test_an_agency_sees_only_its_own_items(client: httpx.AsyncClient, empty_database: str, case: Led) -> None:
    own, other = UUID(int=81), UUID(int=82)
    connection = await asyncpg.connect(empty_database)
    await connection.executemany(
        "INSERT INTO agency (id, name, kind, during) VALUES ($1, $2, 'service_provider', '[2016-01-01,)')",
        [(own, "Trung tâm"), (other, "Trung tâm khác")],
    )
    provider = await made(connection, COLLEAGUE, "service_provider", PHU_UNG, own)
    await connection.close()
    await case.up_to("meeting")
    items = planned(FIRST, SECOND)["items"]
    await case.taken("plan", at("03-07"), items=[items[0] | {"agency": str(own)}, items[1] | {"agency": str(other)}])
    await case.taken("submission", at("03-08"))
    await case.taken("approval", at("03-09"))
    assert (await client.get(f"{case.path}/file", headers=provider)).status_code == 404
    await case.taken("measure-start", at("03-10"), item=FIRST)
    answer = await client.get(f"{case.path}/file", headers=provider)
    file = answer.json()
    assert [item["id"] for item in file["plan"]["items"]] == [FIRST]
    assert str(other) not in answer.text
    assert (file["steps"], file["risk"], file["conclusion"], file["allowed"]) == ([], None, None, [])
    assert {"steps", "risk", "plan.items"} <= set(file["withheld"])
