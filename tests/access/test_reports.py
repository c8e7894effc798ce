"""Reports and who informed: what each role meets of them; and of a child whose case is another commune's."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from service.database import as_service
from service.domain.access import ROLES, Permission, Reach
from tests.access.operations import SIGNED, request
from tests.access.province import INFORMANT, INSIDE, OUTSIDE, PLACES, STEPS_TAKEN, Province, named
from tests.routers.api import refusal
from tests.routers.case_reports import taken_up, told
from tests.signed_in import made

REPORT = named("report", INSIDE)
INFORMED = [role for role, known in ROLES.items() if Permission.READ_INFORMANTS in known.permissions]
REPORTERS = [role for role, known in ROLES.items() if Permission.WRITE_REPORTS in known.permissions]
READERS = [role for role, known in ROLES.items() if Permission.READ_REPORTS in known.permissions]


def test_few_read_who_informed() -> None:
    assert INFORMED == ["commune_worker", "commune_chair"]
    assert set(READERS) == {"province_officer", "district_officer", "commune_worker", "commune_chair"}
    assert not {"administrator", "analyst", "inspector", "service_provider"} & set(REPORTERS)


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_reads_who_informed_who_should_not_and_reports_are_no_part_of_anything_else(
    province: Province, role: str
) -> None:
    """The words themselves are looked for, in every read of the role."""
    for name, (method, _, operation) in SIGNED.items():
        if method == "GET" and operation["x-permission"] in ROLES[role].permissions:
            text = (await province.ask(role, **request(name, INSIDE))).text
            assert (INFORMANT in text) == (name == "read_informant"), name
            assert (STEPS_TAKEN in text) == (name == "read_report"), name


@pytest.mark.parametrize("role", REPORTERS)
async def test_whoever_reports_is_told_the_receipt(province: Province, role: str) -> None:
    answer = await province.ask(role, "POST", "/v1/case-reports", json=told(commune=PLACES[OUTSIDE]))
    assert answer.status_code == 201, answer.text
    there = await province.ask(role, "GET", answer.headers["location"])
    assert (there.status_code, there.content) == (200, answer.content)
    hidden = await province.ask(role, "GET", answer.headers["location"].removesuffix("/receipt"))
    assert hidden.status_code == (404 if role in READERS else 403)


@pytest.fixture
async def wall(province: Province) -> AsyncIterator[asyncpg.Connection]:
    """The service's role, in a transaction that is undone."""
    connection = await asyncpg.connect(as_service(province.dsn))
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_without_a_door_no_report_is_seen_and_no_informant_ever(
    province: Province, wall: asyncpg.Connection
) -> None:
    asking = "ROW((SELECT id FROM assignment WHERE role = 'commune_worker'), 'case_work', '', 'r', 'a')::asking"
    for table in ("case_report", "case_report_child"):
        assert await wall.fetch(f"SELECT FROM {table}") == []
    await wall.execute(f"SELECT take_child({asking}, 'children.write', $1)", named("child", INSIDE))
    assert await wall.fetch("SELECT FROM case_report_child") == []
    assert await wall.fetchval(f"SELECT version FROM take_report({asking}, 'reports.write', $1, false)", REPORT) == 2
    assert [row[0] for row in await wall.fetch("SELECT report_id FROM case_report_child")] == [REPORT]
    assert await wall.fetch("SELECT FROM child") == []
    for statement in (
        "SELECT FROM informant",
        "DELETE FROM case_report",
        "UPDATE case_report SET sender = area_id::text::uuid",
        "INSERT INTO case_report_child (report_id, n, sex) VALUES (uuidv7(), 1, 'male')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with wall.transaction():
                await wall.execute(statement)


class Incident:
    """An open case of a child who lives outside, because it happened inside; and callers of every role outside."""

    def __init__(self, province: Province, child: UUID, case: str) -> None:
        self.province, self.child, self.case = province, f"/v1/children/{child}", f"/v1/cases/{case}"

    async def ask(self, role: str, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.province.ask(role, method, path, **more)


@pytest.fixture(scope="module")
async def incident(province: Province) -> AsyncIterator[Incident]:
    child = named("child", OUTSIDE)
    before = await province.ask("district_officer", "GET", f"/v1/children/{child}")
    assert refusal(before)[:2] == (404, "child_unknown")
    body = told(commune=PLACES[INSIDE], children=[{"sex": "female", "child_id": str(child)}])
    report = (await province.client.post("/v1/case-reports", json=body)).headers["location"].removesuffix("/receipt")
    worker = province.headers["commune_worker"]
    case = (await taken_up(province.client, report, headers=worker))["case_id"]
    yield Incident(province, child, case)
    await province.remake(OUTSIDE)


def of_cases(role: str) -> bool:
    """Whether a role meets the open cases of its area."""
    known = ROLES[role]
    return Permission.READ_CASES in known.permissions and known.reach == Reach.AREA


@pytest.mark.parametrize("role", ROLES)
async def test_where_it_happened_the_case_is_met_and_what_it_needs_of_the_child(incident: Incident, role: str) -> None:
    case, child = await incident.ask(role, "GET", incident.case), await incident.ask(role, "GET", incident.child)
    file = await incident.ask(role, "GET", f"{incident.case}/file")
    if not of_cases(role):
        assert (
            case.status_code == file.status_code == (404 if Permission.READ_CASES in ROLES[role].permissions else 403)
        )
        assert child.status_code == (404 if Permission.READ_CHILDREN in ROLES[role].permissions else 403)
        return
    assert case.status_code == file.status_code == child.status_code == 200
    shown = child.json()
    assert shown["full_name"]
    assert shown["residences"]
    assert [f"/v1/cases/{c['id']}" for c in shown["open_cases"]] == [incident.case]
    assert (shown["personal_id"], shown["ethnicity"], shown["circumstances"]) == (None, None, [])
    assert {"personal_id", "ethnicity", "circumstances", "open_cases"} <= set(shown["withheld"])
    assert len(child.headers["etag"]) == 34  # a digest of what is shown, and not the version, which counts more


@pytest.mark.parametrize("role", [role for role in ROLES if of_cases(role)])
async def test_where_it_happened_the_case_is_listed_and_the_child_is_not(incident: Incident, role: str) -> None:
    child = incident.child.rpartition("/")[2]
    for asked in ({"child_id": child}, {"child_id": child, "status": "open"}, {"child_id": child, "sort": "opened_on"}):
        page = (await incident.ask(role, "GET", "/v1/cases", params=asked | {"count": True})).json()
        assert [f"/v1/cases/{item['id']}" for item in page["items"]] == [incident.case]
        assert page["total"] == 1
    everyone = (await incident.ask(role, "GET", "/v1/children", params={"limit": 500})).json()["items"]
    assert child not in {item["id"] for item in everyone}


@pytest.mark.parametrize("role", ["district_officer", "commune_worker", "commune_chair", "inspector"])
async def test_where_it_happened_nothing_else_of_the_child_is_met_or_changed(incident: Incident, role: str) -> None:
    before = await incident.province.state()
    others = f"/v1/cases/{named('case', OUTSIDE)}"
    any_version = {"headers": {"If-Match": "*"}}
    for method, path, more in (
        ("GET", others, {}),
        ("GET", f"{incident.child}/history", {}),
        ("GET", f"{incident.child}/accesses", {}),
        ("PATCH", incident.child, any_version | {"json": {"full_name": "Khác"}}),
        ("DELETE", incident.child, any_version),
        ("POST", f"{incident.child}/residences", {"json": {"commune": PLACES[INSIDE], "from": "2020-01-01"}}),
        ("POST", f"{incident.child}/circumstances", {"json": {"category": "a", "from": "2020-01-01"}}),
        ("PATCH", others, any_version | {"json": {"kind": "protection"}}),
        ("DELETE", incident.case, any_version),
    ):
        assert (await incident.ask(role, method, path, **more)).status_code in (403, 404), (method, path)
    assert await incident.province.state() == before


async def test_the_worker_where_it_happened_takes_the_steps_of_intake_and_is_on_record(incident: Incident) -> None:
    province = incident.province
    moment = {"occurred_at": "2020-12-30T23:50:00+07:00"}
    taken = await incident.ask(
        "commune_worker", "POST", f"{incident.case}/emergency-measures", json=moment | {"reason": "gấp"}
    )
    assert taken.status_code == 201, taken.text
    (looked,) = await province.owner.fetch(
        "SELECT role, refused FROM access WHERE subjects = $1 AND action = 'take_emergency_measures'",
        [UUID(incident.child.rpartition("/")[2])],
    )
    assert tuple(looked) == ("commune_worker", False)


async def test_once_the_case_is_closed_it_is_met_at_home_alone(province: Province) -> None:
    child = named("child", OUTSIDE)
    await province.remake(OUTSIDE)
    body = told(commune=PLACES[INSIDE], children=[{"sex": "female", "child_id": str(child)}])
    report = (await province.client.post("/v1/case-reports", json=body)).headers["location"].removesuffix("/receipt")
    case = f"/v1/cases/{(await taken_up(province.client, report))['case_id']}"
    assert (await province.ask("commune_chair", "GET", case)).status_code == 200
    ended = await province.ask("commune_chair", "POST", f"{case}/unfounded", json={"reason": "nhầm"})
    assert ended.status_code == 201, ended.text
    for role in ("commune_chair", "district_officer", "inspector"):
        assert (await province.ask(role, "GET", case)).status_code == 404
        assert (await province.ask(role, "GET", f"/v1/children/{child}")).status_code == 404
    shown = (await province.ask("commune_chair", "GET", report)).json()["children"]
    assert [(part["case_id"], part["child_id"], part["linked"]) for part in shown] == [(None, None, True)]
    await province.remake(OUTSIDE)


async def test_a_child_of_a_report_who_lives_elsewhere_is_not_told_of_to_the_commune_of_another(
    province: Province,
) -> None:
    """Of several children of one incident, each commune is told of those who live there."""
    children = [
        {"sex": "male", "full_name": "Bé Trong", "commune": PLACES[INSIDE]},
        {"sex": "male", "full_name": "Bé Ngoài", "commune": PLACES[OUTSIDE]},
    ]
    body = told(commune="11953", children=children)
    report = (await province.client.post("/v1/case-reports", json=body)).headers["location"].removesuffix("/receipt")
    shown = await province.ask("commune_worker", "GET", report)
    assert [(part["number"], part["full_name"]) for part in shown.json()["children"]] == [(1, "Bé Trong")]
    refused = await province.ask("commune_worker", "POST", f"{report}/children/2/case", json={})
    assert refusal(refused)[:2] == (404, "reported_child_unknown")
    assert refusal(await province.ask("commune_worker", "GET", f"{report}/informant"))[:2] == (404, "report_unknown")


async def test_a_stranger_stays_with_the_commune_where_it_happened_after_its_case(province: Province) -> None:
    body = told(commune=PLACES[INSIDE])
    report = (await province.client.post("/v1/case-reports", json=body)).headers["location"].removesuffix("/receipt")
    part = await taken_up(province.client, report, headers=province.headers["commune_worker"])
    ended = await province.ask(
        "commune_chair", "POST", f"/v1/cases/{part['case_id']}/unfounded", json={"reason": "nhầm"}
    )
    assert ended.status_code == 201, ended.text
    child = f"/v1/children/{part['child_id']}"
    assert (await province.ask("commune_worker", "GET", child)).json()["identified"] is False
    key = uuid4()
    elsewhere = await made(province.owner, key, "commune_worker", PLACES[OUTSIDE])
    assert (await province.client.get(child, headers=elsewhere)).status_code == 404
    gone = await province.client.delete(child, headers={"If-Match": "*"})
    assert gone.status_code == 204


async def test_a_report_is_linked_to_no_case_that_the_caller_does_not_meet(province: Province) -> None:
    body = told(commune=PLACES[INSIDE])
    report = (await province.client.post("/v1/case-reports", json=body)).headers["location"].removesuffix("/receipt")
    for asked in ({"case_id": str(named("case", OUTSIDE))}, {"child_id": str(named("child", OUTSIDE))}):
        answer = await province.ask("commune_worker", "POST", f"{report}/children/1/case", json=asked)
        assert answer.status_code in (404, 422), answer.text
        assert not any(word in answer.text for word in ("protection", "support", PLACES[OUTSIDE]))
    (part,) = (await province.ask("commune_worker", "GET", report)).json()["children"]
    assert (part["linked"], part["case_id"], part["child_id"]) == (False, None, None)
