"""Lists, counts and cursors hold whom the caller meets, and nobody else; answers do not tell apart what they hide."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.domain.access import ROLES, Permission, Reach
from tests.access.operations import ASKED, CLOSED_QUARTER, OPERATIONS, About, path_of, request
from tests.access.province import (
    COLLABORATOR,
    INSIDE,
    NAMES,
    OUTSIDE,
    OWN,
    PLACES,
    Province,
    named,
)
from tests.routers.api import refusal
from tests.signed_in import OFFICER, headers

FACTS = """
SELECT c.id, (SELECT v.code FROM residence r
              JOIN area_version v ON v.area_id = r.area_id AND v.during @> date '2020-01-01'
              WHERE r.child_id = c.id ORDER BY lower(r.during) DESC LIMIT 1),
       EXISTS (SELECT FROM assignment_child WHERE child_id = c.id AND assignment_id = $1),
       ARRAY(SELECT f.id FROM case_file f WHERE f.child_id = c.id),
       ARRAY(SELECT i.case_id FROM intervention i JOIN case_file f ON f.id = i.case_id
             WHERE f.child_id = c.id AND i.agency_id = $2)
FROM child c
"""
DISTRICT = range(12142, 12203)  # the communes of all roles
READERS = [role for role, known in ROLES.items() if Permission.READ_CHILDREN in known.permissions]
OF_CASES = [role for role, known in ROLES.items() if Permission.READ_CASES in known.permissions]
OVERSEERS = [role for role, known in ROLES.items() if Permission.SEE_RECORDS in known.permissions]


async def reachable(province: Province, role: str) -> tuple[set[str], set[str]]:
    """The children and the cases that a role meets, by the facts."""
    children, cases, reach = set(), set(), ROLES[role].reach
    for child, commune, listed, of_child, of_agency in await province.owner.fetch(FACTS, COLLABORATOR, OWN):
        holds = {Reach.AREA: True, Reach.LIST: listed, Reach.AGENCY: bool(of_agency), Reach.NOBODY: False}[reach]
        if int(commune) in DISTRICT and holds:
            children.add(str(child))
            cases |= {str(case) for case in (of_agency if reach == Reach.AGENCY else of_child)}
    return children, cases


async def everything(province: Province, role: str, path: str, **asked: Any) -> tuple[set[str], int]:
    """The ids of all pages, and the total."""
    found: set[str] = set()
    cursor = None
    while True:
        page = asked | {"limit": 3, "count": True} | ({"cursor": cursor} if cursor else {})
        answer = await province.ask(role, "GET", path, params=page)
        assert answer.status_code == 200, answer.text
        found |= {item.get("id") or item["child_id"] for item in answer.json()["items"]}
        cursor = answer.json()["next"]
        if cursor is None:
            return found, answer.json()["total"]


@pytest.mark.parametrize("role", READERS)
async def test_the_children_listed_and_counted_are_those_that_the_role_meets(province: Province, role: str) -> None:
    children, _ = await reachable(province, role)
    assert str(named("child", INSIDE)) in children
    assert await everything(province, role, "/v1/children") == (children, len(children))


@pytest.mark.parametrize("role", OF_CASES)
async def test_the_cases_listed_and_counted_are_those_that_the_role_meets(province: Province, role: str) -> None:
    _, cases = await reachable(province, role)
    assert str(named("case", INSIDE)) in cases
    assert await everything(province, role, "/v1/cases") == (cases, len(cases))


@pytest.mark.parametrize("role", READERS)
async def test_no_filter_finds_who_is_outside(province: Province, role: str) -> None:
    for asked in ({"q": NAMES[OUTSIDE]}, {"commune": PLACES[OUTSIDE]}, {"commune": PLACES[OUTSIDE], "kind": "special"},
                  {"area": "33", "q": NAMES[OUTSIDE]}, {"area": PLACES[OUTSIDE]}):  # fmt: skip
        assert await everything(province, role, "/v1/children", **asked) == (set(), 0)
    if role in OF_CASES:
        for asked in (
            {"child_id": str(named("child", OUTSIDE))},
            {"commune": PLACES[OUTSIDE]},
            {"area": "33", "child_id": str(named("child", OUTSIDE))},
        ):
            assert await everything(province, role, "/v1/cases", **asked) == (set(), 0)


@pytest.mark.parametrize(("path", "roles"), [("/v1/children", READERS), ("/v1/cases", OF_CASES)])
async def test_the_cursor_of_who_meets_everybody_opens_nothing_to_others(
    province: Province, path: str, roles: list[str]
) -> None:
    everybody = headers(OFFICER, "province_officer")
    cursor = (await province.client.get(path, params={"limit": 1}, headers=everybody)).json()["next"]
    for role in roles:
        answer = await province.ask(role, "GET", path, params={"cursor": cursor, "limit": 500, "count": True})
        assert refusal(answer) == (422, "cursor_invalid", ["/cursor"])


async def test_who_counts_but_lives_elsewhere_by_now_is_shown_to_whoever_meets_them_now(province: Province) -> None:
    """A figure of the past counts who lived there; their records belong to those who are responsible today."""
    everybody = headers(OFFICER, "province_officer")
    home = {"commune": "12163", "from": "2014-01-01"}
    body = {"full_name": "Vũ Thị Lê", "sex": "female", "date_of_birth": "2011-01-01", "residence": home}
    address = (await province.client.post("/v1/children", json=body, headers=everybody)).headers["location"]
    await province.client.post(f"{address}/circumstances", json={"category": "a", "from": "2018-01-01"})
    moved = await province.client.post(f"{address}/residences", json={"commune": "11956", "from": "2020-10-01"})
    assert moved.status_code == 201
    asked = {"on": CLOSED_QUARTER, "area": "12163", "side": "denominator"}
    shown = {}
    for role in OVERSEERS:
        for side in ("denominator", "gap"):
            path = "/v1/indicators/special_assisted_rate/records"
            shown[role, side], _ = await everything(province, role, path, **(asked | {"side": side}))
    assert set(map(frozenset, shown.values())) == {frozenset()}
    page = await province.client.get(path, params=asked, headers=everybody)
    assert [item["child_id"] for item in page.json()["items"]] == [address.rpartition("/")[2]]
    assert (await province.client.delete(address, headers={"If-Match": "*"})).status_code == 204


HIDING = [
    (name, role)
    for name, asked in ASKED.items()
    if asked.about in (About.CHILD, About.CASE, About.CHILD_IN_THE_BODY, About.LIST_OF_A_COLLABORATOR, About.REPORT)
    for role in ("district_officer", "village_collaborator", "service_provider", "police")
    if OPERATIONS[name][2]["x-permission"] in ROLES[role].permissions
]


def told(answer: httpx.Response) -> tuple[object, ...]:
    """All of an answer but its tag, which is also of the question: who asks knows the id in it."""
    headers = sorted(header for header in answer.headers.items() if header[0] != "etag")
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize(("name", "role"), HIDING)
async def test_an_unknown_id_and_one_out_of_reach_are_answered_by_the_same_bytes(
    province: Province, name: str, role: str
) -> None:
    same = {"X-Request-ID": "same"}
    for if_match in ({}, {"If-Match": "*"}, {"If-Match": '"1"', "If-None-Match": "*"}, {"If-None-Match": '"1"'}):
        asked = request(name, OUTSIDE) | {"headers": same | if_match}
        hidden = await province.ask(role, **asked)
        unknown = str(uuid4())
        asked["path"] = path_of(name, OUTSIDE, child_id=unknown, case_id=unknown, report_id=unknown)
        if asked["json"] and "child_id" in asked["json"]:
            asked["json"] = asked["json"] | {"child_id": unknown}
        assert told(await province.ask(role, **asked)) == told(hidden)
        assert hidden.status_code in (404, 422, 428)
        assert "etag" not in hidden.headers


@pytest.mark.parametrize(
    ("name", "part", "code"),
    [
        ("update_residence", "residence", "residence_unknown"),
        ("delete_residence", "residence", "residence_unknown"),
        ("update_circumstance", "circumstance", "circumstance_unknown"),
        ("delete_circumstance", "circumstance", "circumstance_unknown"),
        ("update_intervention", "intervention", "intervention_unknown"),
        ("delete_intervention", "intervention", "intervention_unknown"),
        ("delete_stage", "stage", "stage_unknown"),
    ],
)
async def test_a_part_of_another_record_is_no_part_of_this_one(
    province: Province, name: str, part: str, code: str
) -> None:
    """Through a record that the caller reaches, to a part of one that it does not."""
    before = await province.state()
    for id_ in (named(part, OUTSIDE), named(part, "another's"), uuid4()):
        asked = request(name, INSIDE) | {"path": path_of(name, INSIDE, **{f"{part}_id": id_})}
        assert refusal(await province.ask("district_officer", **asked))[:2] == (404, code)
    assert await province.state() == before


@pytest.mark.parametrize("name", ["create_child", "open_case", "create_residence", "create_circumstance",
                                  "create_intervention", "create_site", "create_stage"])  # fmt: skip
async def test_the_id_of_a_hidden_record_is_not_made_anew(province: Province, name: str) -> None:
    before = await province.state()
    what = {"open_case": "case"}.get(name, name.removeprefix("create_"))
    asked = request(name, INSIDE)
    asked["json"] = asked["json"] | {"id": str(named(what, OUTSIDE))}
    assert refusal(await province.ask("district_officer", **asked))[:2] == (409, "id_taken")
    assert await province.state() == before


async def test_a_case_does_not_continue_one_that_is_hidden(province: Province) -> None:
    told_apart = []
    for id_ in (named("closed", OUTSIDE), uuid4()):
        asked = request("open_case", INSIDE)
        asked["json"] = asked["json"] | {"previous_case_id": str(id_)}
        answer = await province.ask("district_officer", **asked)
        told_apart.append(refusal(answer))
    assert told_apart == [(422, "previous_case_of_another_child", ["/previous_case_id"])] * 2


async def test_why_not_is_the_same_for_what_is_hidden_and_what_is_not_there(province: Province) -> None:
    for kind in ("child", "case"):
        action, path = f"read_{kind}", {"child": "children", "case": "cases"}[kind]
        answers = []
        for id_ in (named(kind, OUTSIDE), uuid4()):
            asked = {"action": action, "resource": f"/v1/{path}/{id_}"}
            same = {"X-Request-ID": "same"}
            answer = await province.ask("police", "GET", "/v1/access/explain", params=asked, headers=same)
            del answer.headers["etag"]  # of the question too
            answers.append(told(answer))
        assert answers[0] == answers[1]


async def test_whoever_meets_everybody_does(province: Province) -> None:
    everybody = headers(OFFICER, "province_officer")
    known = {str(row[0]) for row in await province.owner.fetch("SELECT id FROM child")}
    page = (await province.client.get("/v1/children?limit=500&count=true", headers=everybody)).json()
    assert {item["id"] for item in page["items"]} == known
    assert page["total"] == len(known)
