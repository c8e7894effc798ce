"""What an ETag tells: that what the caller is shown has changed, and nothing of what is not."""

from typing import Any

import pytest

from service.domain.access import ROLES, Permission
from tests.access.operations import request
from tests.access.province import INSIDE, PLACES, Province, named
from tests.routers.api import refusal

READERS = [role for role, known in ROLES.items() if Permission.READ_CHILDREN in known.permissions]
IN_PART = [role for role in READERS if not ROLES[role].receives_everything]
CHILD, CASE = f"/v1/children/{named('child', INSIDE)}", f"/v1/cases/{named('case', INSIDE)}"
CIRCUMSTANCE = f"{CHILD}/circumstances/{named('circumstance', INSIDE)}"
OTHERS = f"{CASE}/interventions/{named('others', INSIDE)}"
FIGURES = ["read_scoreboard", "read_attainment", "read_series", "list_indicators"]


async def tags(province: Province, roles: list[str], path: str) -> dict[str, Any]:
    return {role: (await province.ask(role, "GET", path)).headers["etag"] for role in roles}


async def change(province: Province, method: str, path: str, **body: Any) -> None:
    answer = await province.ask("district_officer", method, path, json=body, headers={"If-Match": "*"})
    assert answer.is_success, answer.text


async def test_case_work_is_told_by_the_tag_of_a_child_to_those_alone_who_see_it(province: Province) -> None:
    before = await tags(province, READERS, CHILD)
    await change(province, "PATCH", OTHERS, provider="Trường")
    after = await tags(province, READERS, CHILD)
    await province.remake(INSIDE)
    assert {role for role in READERS if before[role] != after[role]} == set(READERS) - set(IN_PART)


async def test_a_hidden_value_is_not_told_by_the_tag(province: Province) -> None:
    for path, field, section in ((CHILD, "ethnicity", "ethnicity"), (CIRCUMSTANCE, "evidence", "evidence")):
        before = await tags(province, READERS, CHILD)
        await change(province, "PATCH", path, **{field: "Khác"})
        after = await tags(province, READERS, CHILD)
        assert {r for r in READERS if before[r] != after[r]} == {r for r in READERS if section in ROLES[r].sections}
    await province.remake(INSIDE)


async def test_what_is_shown_changes_the_tag_of_everyone(province: Province) -> None:
    before = await tags(province, READERS, CHILD)
    await change(province, "PATCH", CHILD, full_name="Đỗ Thị Mơ")
    after = await tags(province, READERS, CHILD)
    await province.remake(INSIDE)
    assert all(before[role] != after[role] for role in READERS)


async def test_the_tag_of_a_case_does_not_tell_an_agency_what_others_do(province: Province) -> None:
    before = await tags(province, ["service_provider"], CASE)
    await change(province, "PATCH", OTHERS, provider="Trường")
    assert await tags(province, ["service_provider"], CASE) == before
    await change(province, "PATCH", f"{CASE}/interventions/{named('intervention', INSIDE)}", provider="Trường")
    assert await tags(province, ["service_provider"], CASE) != before
    await province.remake(INSIDE)


@pytest.mark.parametrize("role", [role for role in READERS if Permission.WRITE_CHILDREN in ROLES[role].permissions])
async def test_whoever_writes_goes_on_from_the_tag_of_the_answer_before(province: Province, role: str) -> None:
    """Read, and then changed three times: each answer's tag is the one that the next change is based on."""
    tag = (await province.ask(role, "GET", CHILD)).headers["etag"]
    residence = f"{CHILD}/residences/{named('residence', INSIDE)}"
    for path, body in ((CHILD, {"sex": "male"}), (residence, {"from": "2014-02-01"}), (CIRCUMSTANCE, {"until": None})):
        answer = await province.ask(role, "PATCH", path, json=body, headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == (await province.ask(role, "GET", CHILD)).headers["etag"]
        stale = await province.ask(role, "PATCH", path, json=body, headers={"If-Match": '"0"'})
        assert refusal(stale)[:2] == (412, "stale")
        assert stale.json()["current"] == answer.headers["etag"]
        tag = answer.headers["etag"]
    await province.remake(INSIDE)


@pytest.mark.parametrize("name", FIGURES)
async def test_a_posting_that_changes_no_rounded_figure_changes_no_tag_of_one(province: Province, name: str) -> None:
    asked = request(name, INSIDE)
    rounded = [role for role, known in ROLES.items() if Permission.SEE_RECORDS not in known.permissions]
    before = {role: await province.ask(role, **asked) for role in ROLES}
    home = {"commune": PLACES[INSIDE], "from": "2014-01-01"}
    body = {"full_name": "Lê Văn Na", "sex": "male", "date_of_birth": "2012-03-04", "residence": home}
    made = await province.ask("district_officer", "POST", "/v1/children", json=body)
    after = {role: await province.ask(role, **asked) for role in ROLES}
    for role in rounded:
        assert after[role].content == before[role].content
        assert after[role].headers["etag"] == before[role].headers["etag"]
        again = await province.ask(role, **asked | {"headers": {"If-None-Match": after[role].headers["etag"]}})
        assert (again.status_code, again.content) == (304, b"")
    exact = {role for role in set(ROLES) - set(rounded) if b'"rounded":true' not in before[role].content}
    assert all(after[role].headers["etag"] != before[role].headers["etag"] for role in exact)
    await province.ask("district_officer", "DELETE", made.headers["location"], headers={"If-Match": "*"})


async def test_an_officer_who_asks_beyond_the_own_area_is_told_no_postings_either(province: Province) -> None:
    asked = request("read_attainment", "outside")
    before = (await province.ask("district_officer", **asked)).headers["etag"]
    await change(province, "PATCH", CIRCUMSTANCE, until="2019-01-01")
    assert (await province.ask("district_officer", **asked)).headers["etag"] == before
    await province.remake(INSIDE)
