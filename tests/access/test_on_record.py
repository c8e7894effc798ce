"""Every change and every look is on record: who, in which role, from where, on which request, for what.

What did not happen is not: a change and its record are one transaction.
"""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from service import operator
from service.domain.access import PURPOSES, ROLES
from service.exporting import export
from tests.access.operations import ASKED, OPERATIONS, SIGNED, About, request
from tests.access.province import (
    ANOTHERS,
    EMPLOYEE,
    INSIDE,
    KEYS,
    NUMBERS,
    OFFICE,
    OUTSIDE,
    OWN,
    PLACES,
    Province,
    named,
)
from tests.routers.api import refusal
from tests.signed_in import OFFICER, headers
from tests.signing_in.people import HASH

# Rules are drafted and adopted by who reaches the whole province: tests/routers/test_rules.py.
WRITES = [name for name in SIGNED if OPERATIONS[name][0] != "GET" and ASKED[name].about != About.WHOLE_PROVINCE]
NO_RECORD_OF_ITS_OWN = {"share_child", "change_password", "reset_password", "create_edition", "hand_over"}
OF_REQUEST = """
SELECT account_id, assignment_id, role, agency_id, purpose, address, action, refused, subjects, number, xmin
FROM access WHERE request = $1 ORDER BY number
"""
COUNTS = "SELECT (SELECT count(*) FROM access), (SELECT count(*) FROM history)"
CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
HEADERS = {"If-Match": "*"}
CHILD, CASE = named("child", INSIDE), named("case", INSIDE)
OFFICERS = ("district_officer", "province_officer", "administrator", "commune_chair")
DECIDING = ("commune_worker", "commune_chair")


async def on_record(province: Province, role: str, **asked: Any) -> tuple[Any, list[asyncpg.Record]]:
    """The answer to a request, and what is on record of it."""
    name = uuid4().hex
    answer = await province.ask(role, **asked | {"headers": asked.get("headers", {}) | {"X-Request-ID": name}})
    return answer, await province.owner.fetch(OF_REQUEST, name)


def subject_of(name: str, role: str, answer: Any) -> UUID:
    """Whom or what a change is about."""
    match ASKED[name].about:
        case About.CHILD | About.CASE | About.CHILD_IN_THE_BODY | About.LIST_OF_A_COLLABORATOR:
            return named("grown", INSIDE) if ASKED[name].file else CHILD
        case About.SITE:
            return named("site", INSIDE)
        case About.REPORT | About.ANY_REPORT:
            return named("report", INSIDE)
        case About.NEW_IN_AREA:
            return UUID(answer.json().get("id") or answer.json()["target_id"])
    if name.startswith("create_") and name != "create_assignment":
        return UUID(answer.json()["id"])
    if name == "change_password":
        return KEYS[role]
    if name == "end_stand_in":
        return named("stand_in", INSIDE)
    return OFFICE if name == "update_agency" else EMPLOYEE


@pytest.mark.parametrize("name", WRITES)
async def test_a_change_is_on_record_with_who_and_why_in_its_own_transaction(province: Province, name: str) -> None:
    role = next(role for role in OFFICERS if role in permitted(name))
    purpose = [p for p in ROLES[role].purposes if SIGNED[name][2]["x-permission"] in PURPOSES[p]][-1]
    asked = request(name, INSIDE)
    asked["headers"] = {"If-Match": "*", "X-Purpose": purpose}
    answer, (access,) = await on_record(province, role, **asked)
    history = await province.owner.fetch("SELECT xmin, before, after FROM history WHERE access = $1", access["number"])
    await province.remake(INSIDE)
    await province.owner.execute("UPDATE credential SET hash = $1", HASH)
    assert answer.is_success, answer.text
    who = (KEYS[role], KEYS[role], role, OWN, purpose, "127.0.0.1", name, False)
    assert tuple(access)[:8] == who
    of_report = [CHILD] if "reported_child" in name else []  # is taken with the report
    assert access["subjects"] == [subject_of(name, role, answer), *of_report]
    assert bool(history) == (name not in NO_RECORD_OF_ITS_OWN)
    assert {row["xmin"] for row in history} <= {access["xmin"]}
    assert all(row["before"] != row["after"] for row in history)
    assert name not in ("create_child", "open_case", "create_site") or any(row["before"] is None for row in history)
    assert not name.startswith("delete_") or any(row["after"] is None for row in history)


def permitted(name: str) -> set[str]:
    return {role for role, known in ROLES.items() if SIGNED[name][2]["x-permission"] in known.permissions}


FAILURES: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "a personal number that another child has": (
        {"method": "PATCH", "path": f"/v1/children/{CHILD}", "json": {"personal_id": NUMBERS[OUTSIDE]}},
        (409, "child_personal_id_taken"),
    ),
    "a version that is not the present one": (
        {"method": "PATCH", "path": f"/v1/children/{CHILD}", "json": {"sex": "male"}, "headers": {"If-Match": '"99"'}},
        (412, "stale"),
    ),
    "a period twice": (
        {
            "method": "POST",
            "path": f"/v1/children/{CHILD}/circumstances",
            "json": {"category": "poor_household", "from": "2019-01-01"},
        },
        (409, "circumstance_no_overlap"),
    ),
    "a birth after today": (
        {"method": "PATCH", "path": f"/v1/children/{CHILD}", "json": {"date_of_birth": "2021-01-01"}},
        (422, "date_in_future"),
    ),
    "an unknown agency": (
        {
            "method": "POST",
            "path": f"/v1/cases/{CASE}/interventions",
            "json": {"measure": "support.3", "started_on": "2018-05-20", "agency": str(CHILD)},
        },
        (422, "agency_unknown"),
    ),
    "a case that a later one continues": (
        {"method": "DELETE", "path": f"/v1/cases/{named('closed', INSIDE)}"},
        (409, "case_previous"),
    ),
    "a second site": (
        {"method": "POST", "path": "/v1/sites", "json": {"commune": PLACES[INSIDE]}},
        (409, "site_once_in_commune"),
    ),
    "an id that is taken": (
        {
            "method": "POST",
            "path": f"/v1/children/{CHILD}/residences",
            "json": {"id": str(named("residence", INSIDE)), "commune": "12160", "from": "2019-01-01"},
        },
        (409, "id_taken"),
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_change_that_fails_leaves_neither_itself_nor_a_record(province: Province, failure: str) -> None:
    asked, expected = FAILURES[failure]
    before, state = await province.owner.fetchrow(COUNTS), await province.state()
    answer, records = await on_record(province, "district_officer", **{"headers": HEADERS} | asked)
    assert refusal(answer)[:2] == expected
    assert records == []
    assert (await province.owner.fetchrow(COUNTS), await province.state()) == (before, state)


async def test_a_change_that_the_server_ends_leaves_neither(province: Province) -> None:
    """The transaction waits for another, having written its records already, and is cut off."""
    blocking = province.owner.transaction()
    await blocking.start()
    await province.owner.execute("SELECT FROM page_turn ORDER BY area_id FOR UPDATE")
    body = {"json": {"from": "2018-01-02"}, "headers": HEADERS}
    address = f"/v1/children/{CHILD}/circumstances/{named('circumstance', INSIDE)}"
    waiting = asyncio.create_task(on_record(province, "district_officer", method="PATCH", path=address, **body))
    other = await asyncpg.connect(province.dsn)
    for _ in range(1000):
        if await other.fetchval(CUT_OFF):
            break
        await asyncio.sleep(0.01)
    answer, records = await waiting
    await blocking.rollback()
    await other.close()
    assert refusal(answer)[:2] == (503, "unavailable")
    assert records == []


LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "read_child": (f"/v1/children/{CHILD}", {}),
    "read_case": (f"/v1/cases/{CASE}", {}),
    "read_case_file": (f"/v1/cases/{CASE}/file", {}),
    "read_household": (f"/v1/children/{CHILD}/household", {}),
    "list_persons": (f"/v1/children/{CHILD}/persons", {}),
    "read_person": (f"/v1/children/{CHILD}/persons/{named('person', INSIDE)}", {}),
    "list_notes": (f"/v1/cases/{CASE}/notes", {}),
    "list_case_flags": (f"/v1/cases/{CASE}/flags", {}),
    "list_deadlines": (f"/v1/cases/{CASE}/deadlines", {}),
    "list_tasks": ("/v1/tasks", {"commune": PLACES[INSIDE]}),
    "list_child_history": (f"/v1/children/{CHILD}/history", {}),
    "list_child_accesses": (f"/v1/children/{CHILD}/accesses", {}),
    "list_children": ("/v1/children", {"q": "Mận"}),
    "list_cases": ("/v1/cases", {"child_id": str(CHILD)}),
    "list_unsettled": ("/v1/areas/unsettled", {"limit": 1}),
    "list_records": ("/v1/indicators/special_rate/records", {"on": "2020-12-31", "area": PLACES[INSIDE]}),
    "explain_access": ("/v1/access/explain", {"action": "read_child", "resource": f"/v1/children/{CHILD}"}),
}
RESTATED = (
    "/v1/indicators/special_rate/restatements/records",
    {"on": "2020-12-31", "area": PLACES[INSIDE], "from_known": "2020-06-01"},
)


async def page_of_the_child(province: Province, path: str, params: dict[str, Any]) -> dict[str, Any]:
    """Which page of a list the child is on."""
    while str(CHILD) not in (page := await province.ask("inspector", "GET", path, params=params)).text:
        params = params | {"cursor": page.json()["next"]}
    return params


@pytest.mark.parametrize("action", LOOKS)
async def test_a_look_is_on_record_with_exactly_whom_it_showed(province: Province, action: str) -> None:
    path, params = LOOKS[action]
    if action == "list_unsettled":
        params = await page_of_the_child(province, path, params)
    answer, (access,) = await on_record(province, "inspector", method="GET", path=path, params=params)
    assert answer.is_success
    inspector = KEYS["inspector"]
    assert tuple(access)[:8] == (inspector, inspector, "inspector", OWN, "inspection", "127.0.0.1", action, False)
    assert access["subjects"] == [CHILD]


async def test_whom_restatements_show_is_on_record(province: Province) -> None:
    path, params = RESTATED
    answer, (access,) = await on_record(province, "inspector", method="GET", path=path, params=params | {"limit": 2})
    assert answer.json()["items"]
    assert set(access["subjects"]) == {UUID(item["child_id"]) for item in answer.json()["items"]}


def test_every_read_of_records_of_children_is_looked_at() -> None:
    confidential = {"children.read", "cases.read", "notes.read", "history.read", "accesses.read", "records.read"}
    reads = {
        name for name in SIGNED if OPERATIONS[name][0] == "GET" and SIGNED[name][2]["x-permission"] in confidential
    }
    assert reads - {"read_task_summary"} <= {
        *LOOKS,
        "list_restatement_records",
        "list_flags",
    }  # which are numbers, of nobody


@pytest.mark.parametrize("path", ["/v1/children", "/v1/cases", "/v1/flags"])
async def test_of_a_page_those_are_on_record_who_were_on_it(province: Province, path: str) -> None:
    for limit in (1, 2, 500):
        answer, (access,) = await on_record(
            province, "district_officer", method="GET", path=path, params={"limit": limit}
        )
        items = answer.json()["items"]
        if path == "/v1/flags":
            of = await province.owner.fetch("SELECT id, child_id FROM case_file")
            items = [{"child_id": str(child)} for flag in items for case, child in of if str(case) == flag["case_id"]]
        assert set(access["subjects"]) == {UUID(item.get("child_id") or item["id"]) for item in items}
        assert len(answer.json()["items"]) <= limit


async def test_a_search_that_finds_nobody_names_nobody(province: Province) -> None:
    """No subjects at all would mean everyone."""
    searches = [
        ("/v1/children", {"q": "không ai"}),
        ("/v1/cases", {"commune": PLACES[OUTSIDE]}),
        ("/v1/indicators/special_rate/records", {"on": "2020-12-31", "area": "12166"}),
        ("/v1/indicators/special_rate/records", {"on": "2020-12-31", "area": "12166", "side": "gap"}),
    ]
    for path, params in searches:
        answer, records = await on_record(province, "inspector", method="GET", path=path, params=params)
        assert answer.json()["items"] == []
        assert [access["subjects"] for access in records] == [[]]


@pytest.mark.parametrize(
    "action", ["read_child", "read_case", "read_case_file", "list_child_history", "list_child_accesses"]
)
async def test_a_look_that_is_refused_is_on_record_as_refused(province: Province, action: str) -> None:
    asked = {"method": "GET", "path": request(action, OUTSIDE)["path"]}
    answer, (access,) = await on_record(province, "inspector", **asked)
    assert answer.status_code == 404
    assert (access["account_id"], access["action"], access["refused"]) == (KEYS["inspector"], action, True)
    assert access["subjects"] in ([named("child", OUTSIDE)], [named("case", OUTSIDE)])


REFUSED_WRITES = [
    name
    for name in WRITES
    if ASKED[name].about in (About.CHILD, About.CASE, About.CHILD_IN_THE_BODY, About.LIST_OF_A_COLLABORATOR)
]


@pytest.mark.parametrize("name", REFUSED_WRITES)
async def test_a_change_that_is_refused_is_on_record_as_refused(province: Province, name: str) -> None:
    """Of a child out of reach (404), and by a role without the permission (403): whom it would have changed."""
    working = next(role for role in DECIDING if role in permitted(name))
    for role, where, code in ((working, OUTSIDE, "unknown"), ("police", INSIDE, "forbidden")):
        answer, (access,) = await on_record(province, role, **request(name, where))
        assert refusal(answer)[1].endswith(code)
        assert (access["account_id"], access["action"], access["refused"]) == (KEYS[role], name, True)
        in_the_body = ASKED[name].about == About.CHILD_IN_THE_BODY and code == "forbidden"  # which is not read then
        assert in_the_body or named("grown" if ASKED[name].file else "child", where) in access["subjects"]


async def test_a_look_at_the_case_of_a_child_out_of_reach_is_among_the_accesses_to_the_child(
    province: Province,
) -> None:
    _, (access,) = await on_record(province, "inspector", method="GET", path=f"/v1/cases/{named('case', OUTSIDE)}")
    assert (access["refused"], access["subjects"]) == (True, [named("child", OUTSIDE)])


async def test_what_goes_beyond_a_purpose_is_refused_and_on_record(province: Province) -> None:
    for name in ("read_child", "read_case", "list_child_history", "update_child", "delete_case"):
        asked = request(name, INSIDE)
        asked["headers"] = asked["headers"] | {"X-Purpose": "statistics"}
        answer, (access,) = await on_record(province, "district_officer", **asked)
        assert refusal(answer)[:2] == (403, "purpose_too_narrow")
        assert (access["purpose"], access["refused"], access["subjects"]) == ("statistics", True, [CHILD])


async def test_what_a_withdrawn_case_held_is_in_the_history_of_the_child(province: Province) -> None:
    interventions = {str(named(what, INSIDE)) for what in ("intervention", "others")}
    for path, more in ((f"/v1/cases/{CASE}", set()), (f"/v1/children/{CHILD}", {str(named("past", INSIDE))})):
        answer = await province.ask("district_officer", "DELETE", path, headers=HEADERS)
        assert answer.status_code == 204, answer.text
        everybody = headers(OFFICER, "province_officer")  # a withdrawn child is at home nowhere
        told = await province.client.get(f"/v1/children/{CHILD}/history?limit=100", headers=everybody)
        same = [
            one for one in told.json()["items"] if one["by"] and one["by"]["request"] == answer.headers["x-request-id"]
        ]
        await province.remake(INSIDE)
        withdrawn = {one["record_id"] for one in same if one["record"] == "intervention"}
        assert withdrawn == interventions | more
        assert {one["change"] for one in same} == {"withdrawn"}


async def test_the_history_tells_on_whose_list_a_child_was_put(province: Province) -> None:
    path = f"/v1/children/{CHILD}/collaborators/{KEYS['village_collaborator']}"
    told = []
    for method in ("DELETE", "PUT"):
        assert (await province.ask("district_officer", method, path)).status_code == 204
        history = await province.ask("inspector", "GET", f"/v1/children/{CHILD}/history", params={"limit": 1})
        told += [(one["record"], one["change"], one["whose"]) for one in history.json()["items"]]
    whose = "village-collaborator"
    assert told == [("assignment_child", "withdrawn", whose), ("assignment_child", "made", whose)]


PLAN = """
EXPLAIN SELECT number FROM access a WHERE a.number IN (
    WITH about AS MATERIALIZED (SELECT o.number FROM access o WHERE o.subjects @> ARRAY['{child}'::uuid])
    SELECT number FROM about
    UNION
    SELECT o.number FROM access o WHERE o.action IN ('export', 'backup', 'restore') AND o.subjects IS NULL)
ORDER BY a.number DESC LIMIT 51
"""


async def test_who_has_seen_a_file_is_found_without_reading_the_whole_record(province: Province) -> None:
    undone = province.owner.transaction()
    await undone.start()
    await province.owner.execute("""
        INSERT INTO access (role, purpose, action, subjects)
        SELECT 'school', 'schooling', 'read_child', ARRAY[uuidv7()] FROM generate_series(1, 20000);
        ANALYZE access
    """)
    plan = "\n".join(row[0] for row in await province.owner.fetch(PLAN.format(child=CHILD)))
    await undone.rollback()
    assert "access_subjects" in plan
    assert "access_everyone" in plan
    assert "Seq Scan" not in plan


async def test_who_has_seen_the_file_of_a_child_is_one_question(province: Province) -> None:
    child, name = named("child", ANOTHERS), uuid4().hex
    for role in ("police", "health", "service_provider", "inspector"):
        await province.ask(role, "GET", f"/v1/children/{child}", headers={"X-Request-ID": name})
    answer = await province.ask("district_officer", "GET", f"/v1/children/{child}/accesses")
    looks = [item for item in answer.json()["items"] if item["request"] == name]
    assert [(look["role"], look["purpose"], look["refused"]) for look in looks] == [
        ("inspector", "inspection", False),
        ("service_provider", "service", True),
        ("health", "health_care", False),
        ("police", "policing", False),
    ]
    asked = "SELECT role FROM access WHERE subjects @> ARRAY[$1::uuid] AND request = $2 ORDER BY number DESC"
    assert [row[0] for row in await province.owner.fetch(asked, child, name)] == [look["role"] for look in looks]


async def test_the_history_tells_what_a_field_was_and_became(province: Province) -> None:
    answer, _ = await on_record(
        province,
        "district_officer",
        method="PATCH",
        path=f"/v1/children/{CHILD}",
        json={"full_name": "Đỗ Thị Mơ"},
        headers=HEADERS | {"X-Purpose": "case_work"},
    )
    assert answer.is_success
    told = (await province.ask("inspector", "GET", f"/v1/children/{CHILD}/history")).json()["items"][0]
    await province.remake(INSIDE)
    assert told["fields"] == [{"field": "full_name", "from": "Đỗ Thị Mận", "to": "Đỗ Thị Mơ", "withheld": False}]
    assert (told["change"], told["record"]) == ("changed", "child")
    assert told["by"] == {
        "account": "district-officer",
        "name": "district-officer",
        "role": "district_officer",
        "agency": "Trung tâm công tác xã hội",
        "purpose": "case_work",
        "address": "127.0.0.1",
        "request": answer.headers["x-request-id"],
        "action": "update_child",
    }


async def test_an_export_is_a_look_at_everyone(province: Province, tmp_path: Path) -> None:
    await export(province.owner, tmp_path, lambda _: None)
    looks = (await province.ask("district_officer", "GET", f"/v1/children/{CHILD}/accesses")).json()["items"]
    for command in ("backup", "restore"):
        await operator.record(province.owner, command)
        newest = await province.ask("district_officer", "GET", f"/v1/children/{CHILD}/accesses", params={"limit": 2})
        assert newest.json()["items"][1]["action"] == command  # the asking itself is on record too
    (last,) = [look for look in looks if look["action"] == "export"][:1]
    assert (last["role"], last["purpose"], last["refused"], last["account"]) == ("operator", "exchange", False, None)
