"""Every operation, as every role, at a thing within the scope, of another agency, and of another district.

What has to come of it follows from the permission that the route asks for, the roles, and whom they meet: written here
and in `province.py` independently of the functions of the database.
"""

import re

import httpx
import pytest

from service.domain.access import ROLES, Permission
from tests.access.classes import above, schema_of
from tests.access.operations import ASKED, OPERATIONS, SIGNED, About, request
from tests.access.province import ANOTHERS, INSIDE, NAMES, PLACES, Province, lies_in_the_district, meets, named
from tests.routers.api import refusal
from tests.signing_in.people import HASH

CELLS = [(name, role) for name in SIGNED for role in ROLES]
UNMET = {
    About.CHILD: (404, "child_unknown"),
    About.CASE: (404, "case_unknown"),
    About.CHILD_IN_THE_BODY: (422, "child_unknown"),
    About.NEW_IN_AREA: (403, "area_out_of_reach"),
    About.SITE: (404, "site_unknown"),
    About.REPORT: (404, "report_unknown"),
    About.OWN_REPORT: (404, "report_unknown"),
    About.ANY_REPORT: (404, "report_unknown"),
    About.LIST_OF_A_COLLABORATOR: (404, "assignment_unknown"),
    About.RECORDS_OF_AREA: (403, "aggregates_only"),
    About.EXACT_FIGURES: (403, "aggregates_only"),
    About.WHOLE_PROVINCE: (403, "area_out_of_reach"),
}


def expected(name: str, role: str, where: str) -> tuple[int, str] | None:
    """The refusal, if there has to be one."""
    if SIGNED[name][2]["x-permission"] not in ROLES[role].permissions:
        return 403, "forbidden"
    match about := ASKED[name].about:
        case About.NOTHING | About.VISIBLE:
            return None
        case About.WHOLE_PROVINCE:
            return UNMET[about]
        case About.NEW_IN_AREA | About.SITE | About.RECORDS_OF_AREA:
            return None if lies_in_the_district(where) else UNMET[about]
        case About.REPORT | About.OWN_REPORT | About.ANY_REPORT:
            reads = Permission.READ_REPORTS in ROLES[role].permissions and lies_in_the_district(where)
            sent = where != ANOTHERS  # by the agency for which every role acts here
            met = {About.REPORT: reads, About.OWN_REPORT: sent, About.ANY_REPORT: reads or sent}[about]
            return None if met else UNMET[about]
        case About.EXACT_FIGURES:
            sees = Permission.SEE_RECORDS in ROLES[role].permissions and lies_in_the_district(where)
            return None if sees else UNMET[about]
        case _:
            return None if meets(role, where) else UNMET[about]


def test_every_operation_is_known_here() -> None:
    assert set(SIGNED) == set(ASKED), "say in operations.py how it is asked for and what it is about"


@pytest.mark.parametrize(("name", "role"), CELLS)
async def test_a_role_gets_what_its_permissions_and_its_reach_give(province: Province, name: str, role: str) -> None:
    for where in PLACES if ASKED[name].about != About.NOTHING else (INSIDE,):
        await check(province, name, role, where)


async def check(province: Province, name: str, role: str, where: str) -> None:
    changes, refused = OPERATIONS[name][0] != "GET", expected(name, role, where)
    before = await province.state() if changes else None
    answer = await province.ask(role, **request(name, where))
    if refused is None:
        assert str(answer.status_code) in SIGNED[name][2]["responses"], (where, answer.text)
        assert answer.is_success, (where, answer.text)
        if answer.content:
            assert list(above(role, schema_of(SIGNED[name][2], answer.status_code), answer.json())) == []
        if changes:
            await province.remake(where)
        if name == "change_password":
            await province.owner.execute("UPDATE credential SET hash = $1", HASH)
    else:
        assert refusal(answer)[:2] == refused, where
        assert not changes or await province.state() == before, "what is refused changes nothing"
        assert not any(word in answer.text for word in NAMES.values())


BEYOND_THE_PERMISSION = {About.EXACT_FIGURES}  # figures are told, rounded; what has no rounded form is not


def resource_of(name: str, where: str) -> str | None:
    """What an operation is about, as it is named to who asks why."""
    match ASKED[name].about:
        case About.NEW_IN_AREA | About.RECORDS_OF_AREA:
            return PLACES[where]
        case About.WHOLE_PROVINCE:
            return "33"  # the programme's area
        case About.CHILD_IN_THE_BODY:
            return f"/v1/children/{named('child', where)}"
        case _:
            path = str(request(name, where)["path"])
            return path if re.match(r"/v1/(children|cases|case-reports|sites|accounts|agencies)/", path) else None


@pytest.mark.parametrize("name", [name for name in SIGNED if ASKED[name].about not in BEYOND_THE_PERMISSION])
async def test_what_is_explained_is_what_happens(province: Province, name: str) -> None:
    """What happens is what the matrix above expects, and holds the service to."""
    for role in ROLES:
        for where in PLACES if ASKED[name].about != About.NOTHING else (INSIDE,):
            asked = {"action": name} | ({"resource": found} if (found := resource_of(name, where)) else {})
            answer = await province.ask(role, "GET", "/v1/access/explain", params=asked)
            assert answer.status_code == 200, answer.text
            assert answer.json()["allowed"] == (expected(name, role, where) is None), (role, where)


@pytest.mark.parametrize("name", SIGNED)
async def test_nobody_gets_anything_without_signing_in(province: Province, name: str) -> None:
    asked = request(name, INSIDE)
    for authorization in ("", "Bearer", "Bearer x", "Basic Og=="):
        answer = await province.client.request(
            asked["method"], asked["path"], headers={"Authorization": authorization}, json=asked["json"]
        )
        assert refusal(answer)[:2] == (401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_what_there_is_under_v1_is_not_told_without_signing_in(province: Province) -> None:
    transport = province.client._transport
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as unsigned:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE", "PROPFIND"):
            for path in ("/v1", "/v1/", "/v1/nothing", "/v1/children/../children", "/v1/authority", "/v1//x"):
                assert (await unsigned.request(method, path)).status_code == 401, (method, path)


def test_only_signing_in_and_what_is_of_nobody_is_open_to_everybody() -> None:
    assert set(OPERATIONS) - set(SIGNED) == {
        "sign_in",
        "sign_out",
        "list_signing_keys",
        "list_problems",
        "read_problem",
        "read_live",
        "read_ready",
    }
