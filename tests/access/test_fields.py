"""What a role receives of whom it meets: no section that it lacks, and word of what is left out.

Every answer that the matrix gets is looked through by `classes.above`; here, that nothing else tells what that was.
"""

from typing import Any

import pytest

from service.domain.access import ROLES, Permission, Reach, Section
from tests.access.classes import above, receives, schema_of
from tests.access.operations import SIGNED, request
from tests.access.province import (
    ETHNICITY,
    EVIDENCE,
    INSIDE,
    KEYS,
    OTHER,
    OUTCOME,
    OWN,
    PHONE,
    RESTRICTED,
    Province,
    named,
)
from tests.routers.api import child, refusal

READERS = [role for role, known in ROLES.items() if Permission.READ_CHILDREN in known.permissions]
CHILD = f"/v1/children/{named('child', INSIDE)}"
FILE = schema_of(SIGNED["read_child"][2], 200)


def lacks(role: str, section: str) -> bool:
    return section not in ROLES[role].sections


async def file(province: Province, role: str) -> dict[str, Any]:
    answer = await province.ask(role, "GET", CHILD)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_value_above_the_class_of_a_role_is_found_wherever_it_stands() -> None:
    child = {"full_name": "A", "ethnicity": "B", "circumstances": [{"evidence": "C"}], "open_cases": [{"id": "D"}]}
    assert list(above("province_officer", FILE, child)) == []
    assert list(above("justice", FILE, child)) == [
        "answer.circumstances[].evidence",
        "answer.open_cases",
        "answer.open_cases[].id",
    ]
    assert "answer.full_name" in list(above("analyst", FILE, child))
    assert list(above("inspector", FILE, {"shoe_size": 33})) == ["answer.shoe_size"]
    assert not receives("school", "sensitive", None)


async def test_the_file_holds_something_of_every_section(province: Province) -> None:
    """Or there would be nothing to be left out."""
    shown = await file(province, "province_officer")
    assert shown["ethnicity"] == ETHNICITY
    assert {m["category"] for m in shown["circumstances"]} == {"poor_household", *RESTRICTED}
    assert {m["evidence"] for m in shown["circumstances"]} == {EVIDENCE}
    (case,) = shown["open_cases"]
    assert {i["agency"] for i in case["interventions"]} == {str(OWN), str(OTHER)}
    assert shown["withheld"] == []
    assert set(RESTRICTED.values()) | {"ethnicity", "evidence", "case"} == set(Section)


@pytest.mark.parametrize("role", READERS)
async def test_a_file_says_what_is_left_out_of_it(province: Province, role: str) -> None:
    shown = await file(province, role)
    parts = {"ethnicity": "ethnicity", "circumstances.evidence": "evidence", "open_cases": "case"}
    assert set(shown["withheld"]) == {part for part, section in parts.items() if lacks(role, section)}
    assert shown["full_name"]
    assert shown["personal_id"]


@pytest.mark.parametrize("role", READERS)
async def test_a_sensitive_category_is_called_restricted_without_its_section(province: Province, role: str) -> None:
    shown = await file(province, role)
    hidden = [code for code, section in RESTRICTED.items() if lacks(role, section)]
    categories = [m["category"] for m in shown["circumstances"]]
    assert sorted(categories) == sorted(
        ["poor_household", *(set(RESTRICTED) - set(hidden)), *["restricted"] * len(hidden)]
    )
    assert len([m for m in shown["circumstances"] if m["kind"] == "special"]) == len(RESTRICTED)


@pytest.mark.parametrize("role", READERS)
async def test_a_filter_does_not_tell_what_is_left_out(province: Province, role: str) -> None:
    for code, section in RESTRICTED.items():
        answer = await province.ask(role, "GET", "/v1/children", params={"category": code, "count": "true"})
        if lacks(role, section):
            assert refusal(answer) == (403, "category_restricted", ["/category"])
        else:
            assert answer.json()["total"] >= 1
    for when in ({}, {"on": "2018-01-20"}):  # then, another agency's case was open
        answer = await province.ask(role, "GET", "/v1/children", params={"assisted": "true"} | when)
        if receives_cases(role):
            assert answer.status_code == 200
        else:
            assert refusal(answer) == (403, "filter_restricted", ["/assisted"])


def receives_cases(role: str) -> bool:
    return Permission.READ_CASES in ROLES[role].permissions and ROLES[role].reach != Reach.AGENCY


@pytest.mark.parametrize("role", READERS)
async def test_no_filter_tells_of_cases_to_who_does_not_receive_them(province: Province, role: str) -> None:
    for name, value in (
        ("without_case", "false"),
        ("without_intervention", "true"),
    ):
        answer = await province.ask(role, "GET", "/v1/children", params={name: value})
        if receives_cases(role):
            assert answer.status_code == 200
        else:
            assert refusal(answer) == (403, "filter_restricted", [f"/{name}"])
    for item in (await province.ask(role, "GET", "/v1/children")).json()["items"]:
        assert (item["changed_at"] is not None) == receives_cases(role)


@pytest.mark.parametrize("role", [role for role in READERS if ROLES[role].sections != set(Section)])
async def test_nobody_writes_a_category_that_is_hidden_from_them(province: Province, role: str) -> None:
    if Permission.WRITE_CIRCUMSTANCES not in ROLES[role].permissions:
        return
    before = await province.state()
    for code in RESTRICTED:
        body = {"category": code, "from": "2018-05-02"}
        made = await province.ask(role, "POST", f"{CHILD}/circumstances", json=body)
        assert refusal(made)[:2] == (403, "category_restricted")
        for method, change in (("PATCH", {"until": "2019-01-01"}), ("DELETE", None)):
            address = f"{CHILD}/circumstances/{named(code, INSIDE)}"
            answer = await province.ask(role, method, address, json=change, headers={"If-Match": "*"})
            assert refusal(answer)[:2] == (403, "category_restricted")
    into = {"category": "d.2"}
    address = f"{CHILD}/circumstances/{named('circumstance', INSIDE)}"
    answer = await province.ask(role, "PATCH", address, json=into, headers={"If-Match": "*"})
    assert refusal(answer)[:2] == (403, "category_restricted")
    assert await province.state() == before


PARTS: list[tuple[str, str, dict[str, Any], Section]] = [
    ("PATCH", CHILD, {"ethnicity": None}, Section.ETHNICITY),
    ("PATCH", CHILD, {"ethnicity": "Kinh"}, Section.ETHNICITY),
    ("PATCH", f"{CHILD}/circumstances/{named('circumstance', INSIDE)}", {"evidence": None}, Section.EVIDENCE),
    (
        "POST",
        f"{CHILD}/circumstances",
        {"category": "a", "from": "2018-01-01", "evidence": "Giấy khai sinh"},
        Section.EVIDENCE,
    ),
    ("POST", "/v1/children", child(ethnicity="Kinh"), Section.ETHNICITY),
]


@pytest.mark.parametrize("role", [role for role in READERS if Permission.WRITE_CHILDREN in ROLES[role].permissions])
@pytest.mark.parametrize(("method", "path", "body", "section"), PARTS)
async def test_nobody_writes_a_field_that_is_hidden_from_them(
    province: Province, role: str, method: str, path: str, body: dict[str, Any], section: Section
) -> None:
    before = await province.state()
    answer = await province.ask(role, method, path, json=body, headers={"If-Match": "*"})
    if section in ROLES[role].sections:
        assert answer.is_success, answer.text
        if path == "/v1/children":
            gone = await province.ask(role, "DELETE", answer.headers["location"], headers={"If-Match": "*"})
            assert gone.status_code == 204
        await province.remake(INSIDE)
    else:
        assert refusal(answer)[:2] == (403, "field_restricted")
        assert refusal(answer)[2] in (["/ethnicity"], ["/evidence"])
        assert await province.state() == before


def test_whoever_withdraws_a_child_with_all_that_hangs_on_it_receives_all_of_it() -> None:
    for role in ROLES.values():
        if Permission.WITHDRAW_CHILDREN in role.permissions:
            assert role.receives_everything
            assert {
                Permission.WRITE_CHILDREN,
                Permission.WRITE_CIRCUMSTANCES,
                Permission.WRITE_CASES,
            } <= role.permissions


def test_whoever_changes_a_case_receives_all_of_it() -> None:
    """The version of a case, which changes are based on, counts what the others do not see."""
    assert all(role.receives_everything for role in ROLES.values() if Permission.WRITE_CASES in role.permissions)


async def test_an_agency_receives_of_a_case_what_it_gives_itself(province: Province) -> None:
    shown = (await province.ask("service_provider", "GET", f"/v1/cases/{named('case', INSIDE)}")).json()
    assert [i["agency"] for i in shown["interventions"]] == [str(OWN)]
    assert (shown["outcome"], shown["reason"], shown["previous_case_id"]) == (None, None, None)
    assert shown["withheld"] == ["outcome", "reason", "previous_case_id", "interventions"]
    for path in (CHILD, "/v1/cases", "/v1/children"):
        text = (await province.ask("service_provider", "GET", path)).text
        assert not any(word in text for word in (str(OTHER), OUTCOME, "xong", str(named("closed", INSIDE))))
    closed = await province.ask("service_provider", "GET", f"/v1/cases/{named('closed', INSIDE)}")
    assert refusal(closed)[:2] == (404, "case_unknown")


@pytest.mark.parametrize("role", list(ROLES))
async def test_what_a_role_is_not_given_is_in_no_answer_at_all(province: Province, role: str) -> None:
    """Not in another field, not in a message: the words themselves are looked for, in every read."""
    words = {ETHNICITY: "ethnicity", EVIDENCE: "evidence", OUTCOME: "case", PHONE: "abuse"}
    hidden = [word for word, section in words.items() if lacks(role, section)]
    for name, (method, _, operation) in SIGNED.items():
        if method == "GET" and operation["x-permission"] in ROLES[role].permissions:
            text = (await province.ask(role, **request(name, INSIDE))).text
            assert not any(word in text for word in hidden), name


async def test_everyone_is_told_the_own_rights(province: Province) -> None:
    for role, key in KEYS.items():
        own = (await province.ask(role, "GET", "/v1/account")).json()
        assert (own["id"], own["role"], own["permissions"]) == (str(key), role, sorted(ROLES[role].permissions))
