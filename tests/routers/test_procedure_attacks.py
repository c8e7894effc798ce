"""Who tries to get round the procedure is refused by a problem document, and nothing is half done."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.domain.procedure.step import StepCode
from tests.routers.api import LAM_SON, PHU_UNG, opened, refusal, registered
from tests.routers.case_steps import FIRST, SECOND, Led, assessed, at, led, planned, staff
from tests.signed_in import made

STEP, OTHER = str(UUID(int=61)), str(UUID(int=62))
STAR = {"If-Match": "*"}
JSON = {"content-type": "application/json"}
LARGEST = 1_000_000  # bytes of a body


@pytest.fixture
async def case(client: httpx.AsyncClient, empty_database: str) -> Led:
    return await led(client, empty_database)


async def another(case: Led, kind: str = "support") -> Led:
    """Another case of the same child, with the same people."""
    path = await opened(case.client, case.child, kind=kind, opened_on="2020-01-01")
    return Led(case.client, path, case.child, case.worker, case.chair)


async def withdrawn(case: Led, step: str, by: dict[str, str]) -> httpx.Response:
    return await case.client.delete(f"{case.path}/steps/{step}", headers=by | STAR)


def step_id(file: dict[str, Any], code: str) -> str:
    found: str = next(step["id"] for step in file["steps"] if step["step"] == code)
    return found


async def test_a_late_plan_does_not_change_what_the_chair_has_signed(case: Led) -> None:
    """The worker enters a dearer plan as if it had been drafted before the submission."""
    before = await case.up_to("approval")
    dearer = [item | {"cost": 10**9} for item in planned(FIRST, SECOND)["items"]]
    late = await case.take("plan", at("03-07", "12:00"), items=dearer)
    assert refusal(late)[:2] == (409, "step_contradicts_later")
    assert late.json()["later"] == "approval"
    assert await case.file() == before
    assert (await case.take("plan", at("03-07", "12:00"), **planned(FIRST, SECOND))).status_code == 201, "the same plan"


async def test_what_the_chair_has_signed_is_not_withdrawn_from_under_the_signature(case: Led) -> None:
    """Of two drafts the second was approved: without it, the approval would be of the first."""
    await case.up_to("plan")
    file = await case.taken("plan", at("03-07", "12:00"), id=STEP, **planned(FIRST))
    await case.taken("submission", at("03-08"))
    before = await case.taken("approval", at("03-09"))
    assert refusal(await withdrawn(case, STEP, case.worker))[:2] == (409, "step_contradicts_later")
    assert await case.file() == before
    assert (await withdrawn(case, step_id(file, "plan"), case.worker)).status_code == 204, "the first may be withdrawn"


async def test_a_worker_and_a_chair_withdraw_only_what_is_theirs(case: Led) -> None:
    before = await case.up_to("approval")
    approval, submission = step_id(before, "approval"), step_id(before, "submission")
    assert refusal(await withdrawn(case, approval, case.worker))[:2] == (403, "forbidden")
    assert refusal(await withdrawn(case, submission, case.chair))[:2] == (403, "forbidden")
    assert await case.file() == before


async def test_approval_and_return_at_once_are_not_both_taken(case: Led) -> None:
    await case.up_to("submission")
    answers = await asyncio.gather(case.take("approval", at("03-09")), case.take("return", at("03-09"), reason="thiếu"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    decided = [step["step"] for step in (await case.file())["steps"] if step["step"] in ("approval", "return")]
    assert len(decided) == 1


async def test_ten_who_send_one_step_at_once_take_it_once(case: Led) -> None:
    await case.up_to("report")
    answers = await asyncio.gather(*(case.take("emergency-measures", at("03-03"), id=STEP) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len((await case.file())["steps"]) == 2


async def test_withdrawing_what_is_approved_meanwhile_leaves_a_file_that_stands(case: Led) -> None:
    file = await case.up_to("submission")
    answers = await asyncio.gather(
        case.take("approval", at("03-09")), withdrawn(case, step_id(file, "submission"), case.worker)
    )
    assert sorted(answer.status_code for answer in answers) in ([201, 409], [204, 409])
    assert (await case.file())["stage"] in ("carrying_out", "planned")


async def test_a_step_that_was_withdrawn_does_not_come_back_under_its_id(case: Led) -> None:
    await case.up_to("report")
    await case.taken("emergency-measures", at("03-03"), id=STEP)
    assert (await withdrawn(case, STEP, case.worker)).status_code == 204
    before = await case.file()
    again = await case.take("emergency-measures", at("03-03"), id=STEP)
    as_another = await case.take("initial-assessment", at("03-03"), id=STEP, **assessed("02"))
    assert [refusal(answer)[:2] for answer in (again, as_another)] == [(409, "id_taken")] * 2
    assert await case.file() == before


async def test_ids_of_another_case_are_of_no_use(case: Led) -> None:
    other = await another(case)
    await other.taken("need", at("03-02"), id=STEP, incident=PHU_UNG, residence=PHU_UNG)
    await other.taken("plan", at("03-03"), **planned(FIRST))
    await other.taken("measure-start", at("03-10"), item=FIRST)
    taken = await case.take("report", at("03-02"), id=STEP, incident=PHU_UNG)
    assert refusal(taken)[:2] == (409, "id_taken")
    before = await case.up_to("meeting")
    assert refusal(await withdrawn(case, STEP, case.worker))[:2] == (404, "step_unknown")
    plan = await case.take("plan", at("03-07"), **planned(SECOND, FIRST))
    assert refusal(plan) == (409, "id_taken", ["/items/1/id"])
    assert await case.file() == before
    assert (await other.file())["plan"]["items"][0]["began_at"] == at("03-10")


async def test_who_does_not_meet_a_case_takes_none_of_its_steps(client: httpx.AsyncClient, empty_database: str) -> None:
    case = await led(client, empty_database)
    before = await case.up_to("submission")
    strangers = await staff(empty_database, LAM_SON, 1)
    connection = await asyncpg.connect(empty_database)
    teacher = await made(connection, UUID(int=91), "school", PHU_UNG)
    seen = await connection.fetchval("SELECT count(*) FROM history")
    for code in StepCode:
        path = f"{case.path}/{code.replace('_', '-')}"
        for who in (*strangers, teacher):
            body: dict[str, Any] = {"reason": "x", "occurred_at": at("03-09")}
            answer = await client.post(path, json=body | SAID.get(code, {}), headers=who)
            assert refusal(answer)[:2] in ((403, "forbidden"), (404, "case_unknown")), code
            assert "allowed" not in answer.json()
    for who in (*strangers, teacher):
        gone = await withdrawn(case, before["steps"][-1]["id"], who)
        assert refusal(gone)[:2] in ((403, "forbidden"), (404, "case_unknown"))
    assert await connection.fetchval("SELECT count(*) FROM history") == seen
    await connection.close()
    assert await case.file() == before


SAID: dict[StepCode, dict[str, Any]] = {
    StepCode.REPORT: {"incident": PHU_UNG},
    StepCode.NEED: {"incident": PHU_UNG},
    StepCode.INITIAL_ASSESSMENT: assessed("02"),
    StepCode.SPECIFIC_ASSESSMENT: assessed("03"),
    StepCode.REVIEW: assessed("06"),
    StepCode.SEPARATION: {"from": "2020-03-09", "until": "2020-03-11"},
    StepCode.PLAN: planned(),
    StepCode.MEASURE_START: {"item": FIRST},
    StepCode.MEASURE_END: {"item": FIRST},
    StepCode.PLACEMENT: {"carer": FIRST},
    StepCode.TRANSFER: {"commune": PHU_UNG},
}


@pytest.mark.parametrize("reason", ["\x00", "a\u202eb", "\u200b", "\ufdd0", " ", "x" * 2001, 5, ["a"], {"a": "b"}])
async def test_a_reason_that_is_no_text_is_refused(case: Led, reason: object) -> None:
    before = await case.up_to("report")
    answer = await case.take("emergency-measures", at("03-03"), reason=reason)
    assert refusal(answer) == (422, "invalid", ["/reason"])
    assert await case.file() == before


@pytest.mark.parametrize(
    "reason", ["'; DROP TABLE case_step; --", "😀" * 2000, "<script>alert(1)</script>", "%s {0} \\u0000"]
)
async def test_a_reason_of_odd_letters_is_kept_to_the_letter(case: Led, reason: str) -> None:
    await case.up_to("report")
    await case.taken("emergency-measures", at("03-03"), reason=reason)
    assert (await case.file())["steps"][-1]["reason"] == reason


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("a/b", ("assessment_item_unknown", "/answers/a~1b")),
        ("a~b", ("assessment_item_unknown", "/answers/a~0b")),
        ("ＨＡＲＭ_NOW", ("assessment_item_unknown", "/answers/ＨＡＲＭ_NOW")),
        ("harm_now ", ("assessment_item_unknown", "/answers/harm_now ")),
        ("", ("invalid", "/answers//[key]")),
        ("x" * 51, ("invalid", f"/answers/{'x' * 51}/[key]")),
    ],
)
async def test_an_answer_to_what_is_not_asked_is_refused_where_it_stands(
    case: Led, item: str, told: tuple[str, str]
) -> None:
    before = await case.up_to("report")
    said = assessed("02")
    said["answers"][item] = "low"
    answer = await case.take("initial-assessment", at("03-03"), **said)
    assert refusal(answer) == (422, told[0], [told[1]])
    assert await case.file() == before


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b" " * (LARGEST + 1), (413, "too_large")),
        (b"[" * 100_000, (400, "unreadable")),
        (b'{"reason":' * 50_000, (400, "unreadable")),
        (b"\xff\xfe", (400, "unreadable")),
        (b"{}{}", (400, "unreadable")),
        (b"", (422, "invalid")),
        (b"null", (422, "invalid")),
        (b"[]", (422, "invalid")),
        (b'{"reason": NaN}', (422, "invalid")),
        (b'{"reason": "\\ud800"}', (422, "invalid")),
        (b'{"occurred_at": 1583200000}', (422, "invalid")),
        (b'{"occurred_at": "2020-03-03T09:00:00"}', (422, "invalid")),
        (b'{"occurred_at": "2020-02-30T09:00:00Z"}', (422, "invalid")),
        (b'{"occurred_at": "9999-12-31T23:59:59-14:00"}', (422, "invalid")),
        (b'{"by": "00000000-0000-0000-0000-000000000021"}', (422, "invalid")),
        (b'{"recorded_at": "2020-03-03T09:00:00Z"}', (422, "invalid")),
    ],
)
async def test_a_body_that_is_no_step_is_refused(case: Led, body: bytes, told: tuple[int, str]) -> None:
    before = await case.up_to("report")
    path = f"{case.path}/emergency-measures"
    answer = await case.client.post(path, content=body, headers=case.worker | JSON)
    assert refusal(answer)[:2] == told
    assert await case.file() == before


async def test_a_body_of_ten_megabytes_is_not_read_to_its_end(case: Led) -> None:
    answer = await case.client.post(f"{case.path}/plan", content=b" " * 10_000_000, headers=case.worker | JSON)
    assert refusal(answer)[:2] == (413, "too_large")


async def test_a_plan_is_not_larger_than_any_person_reads(case: Led) -> None:
    before = await case.up_to("meeting")
    items = planned(*(str(UUID(int=1000 + n)) for n in range(101)))["items"]
    assert refusal(await case.take("plan", at("03-07"), items=items)) == (422, "invalid", ["/items"])
    assert await case.file() == before


async def test_a_separation_is_not_stretched_by_parts_ends_or_returns(case: Led) -> None:
    """The days that were spent stay spent, also when the child was at home meanwhile."""
    await case.up_to("initial-assessment")
    await case.taken("separation", at("03-03"), **{"from": "2020-03-03", "until": "2020-03-18"})  # fifteen days
    more = await case.take("separation", at("03-04"), **{"from": "2020-03-18", "until": "2020-03-19"})
    assert refusal(more) == (422, "separation_too_long", ["/until"])
    await case.taken("specific-assessment", at("03-05"), **assessed("03"))
    await case.taken("separation-end", at("03-12"))  # ten days spent, that of the return with them
    again = {"from": "2020-03-20", "until": "2020-03-26"}
    assert refusal(await case.take("separation", at("03-20"), **again)) == (422, "separation_too_long", ["/until"])
    file = await case.taken("separation", at("03-20"), **again | {"until": "2020-03-25"})
    assert file["separated"]["days"] == 15
    ages = await case.take("separation", at("03-21"), **{"from": "1901-01-01", "until": "2099-01-01"})
    assert refusal(ages)[:2] in ((422, "separation_too_long"), (422, "invalid"))


async def test_a_withdrawn_child_takes_its_cases_along(client: httpx.AsyncClient, case: Led) -> None:
    file = await case.up_to("report")
    assert (await client.delete(case.child, headers=STAR)).status_code == 204
    late = await case.take("initial-assessment", at("03-03"), **assessed("02"))
    gone = await withdrawn(case, step_id(file, "report"), case.worker)
    assert [refusal(answer)[:2] for answer in (late, gone)] == [(404, "case_unknown")] * 2


async def test_persons_of_another_child_are_named_in_no_step(client: httpx.AsyncClient, case: Led) -> None:
    other = await registered(client)
    person = (await client.post(f"{other}/persons", json={"full_name": "Vũ Thị Cúc", "relation": "mother"})).json()[
        "id"
    ]
    await case.up_to("report")
    harmed = await case.take("initial-assessment", at("03-03"), harming=[person], **assessed("02"))
    assert refusal(harmed) == (422, "person_unknown", ["/harming/0"])
    await case.taken("initial-assessment", at("03-03"), **assessed("02"))
    placed = await case.take("placement", at("03-04"), carer=person)
    assert refusal(placed) == (422, "person_unknown", ["/carer"])
