"""`changed_since` tells whoever does not receive cases of what they are shown, and of nothing else."""

from typing import Any

import asyncpg
import pytest

from service.domain.access import ROLES, Permission, Reach
from tests.access.province import ANOTHERS, INSIDE, Province, named
from tests.conftest import TODAY
from tests.routers.api import refusal, registered
from tests.signed_in import DISTRICT, asked, made, served

READERS = [role for role, known in ROLES.items() if Permission.READ_CHILDREN in known.permissions]
MAY = [role for role in READERS if ROLES[role].reach != Reach.AGENCY]
ID = str(named("child", INSIDE))
CHILD, CASE = f"/v1/children/{ID}", f"/v1/cases/{named('case', INSIDE)}"
CIRCUMSTANCE = f"{CHILD}/circumstances/{named('circumstance', INSIDE)}"
NOW = "SELECT clock_timestamp()"


def receiving(section: str) -> set[str]:
    return {role for role in MAY if section in ROLES[role].sections}


# What is changed, and who is shown it.
CHANGES: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "a case": (CASE, {"kind": "protection"}, receiving("case")),
    "a measure": (f"{CASE}/interventions/{named('others', INSIDE)}", {"provider": "Trường"}, receiving("case")),
    "the ethnicity": (CHILD, {"ethnicity": "Dao"}, receiving("ethnicity")),
    "the evidence": (CIRCUMSTANCE, {"evidence": "Giấy khác"}, receiving("evidence")),
    "the name": (CHILD, {"full_name": "Đỗ Thị Mơ"}, set(MAY)),
    "a circumstance": (CIRCUMSTANCE, {"until": "2019-01-01"}, set(MAY)),
    "where the child lives": (f"{CHILD}/residences/{named('residence', INSIDE)}", {"from": "2014-02-01"}, set(MAY)),
}


async def changed(province: Province, role: str, since: Any, **asked_for: Any) -> list[dict[str, Any]]:
    params = {"changed_since": since.isoformat()} | asked_for
    answer = await province.ask(role, "GET", "/v1/children", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize("what", CHANGES)
async def test_a_change_is_told_to_those_who_are_shown_it(province: Province, what: str) -> None:
    await province.remake(INSIDE)
    since = await province.owner.fetchval(NOW)
    path, body, shown_to = CHANGES[what]
    answer = await province.ask("district_officer", "PATCH", path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    for more in ({}, {"q": "do thi"}, {"on": "2020-12-31"}):
        told = {role: await changed(province, role, since, **more) for role in MAY}
        assert {role for role, items in told.items() if ID in [item["id"] for item in items]} == shown_to, more
    counts = {role: await number(province, role, since) for role in MAY}
    await province.remake(INSIDE)
    assert {role for role, count in counts.items() if count} == shown_to


async def number(province: Province, role: str, since: Any) -> int:
    params = {"changed_since": since.isoformat(), "count": "true"}
    total: int = (await province.ask(role, "GET", "/v1/children", params=params)).json()["total"]
    return total


async def test_the_moment_told_is_that_of_the_last_change_shown(province: Province) -> None:
    for where in (INSIDE, ANOTHERS):
        await province.remake(where)
    since = await province.owner.fetchval(NOW)
    for where, name in ((ANOTHERS, "Trần Văn Ổi"), (INSIDE, "Đỗ Thị Mơ")):
        path = f"/v1/children/{named('child', where)}"
        for full_name in ("Lê Thị Na", name):
            body = {"full_name": full_name}
            await province.ask("district_officer", "PATCH", path, json=body, headers={"If-Match": "*"})
    before = await changed(province, "integration", since)
    await province.ask("district_officer", "PATCH", CASE, json={"kind": "protection"}, headers={"If-Match": "*"})
    after = await changed(province, "integration", since)
    assert [item["id"] for item in after] == [str(named("child", where)) for where in (ANOTHERS, INSIDE)]
    assert after == before, "case work moves nothing"
    assert [item["changed_at"] for item in after] == sorted(item["changed_at"] for item in after)
    first = (await province.ask("integration", "GET", "/v1/children", params={"changed_since": since.isoformat(),
                                                                             "limit": 1})).json()  # fmt: skip
    params = {"changed_since": since.isoformat(), "limit": 1, "cursor": first["next"]}
    second = (await province.ask("integration", "GET", "/v1/children", params=params)).json()
    assert (first["items"] + second["items"], second["next"]) == (after, None)
    for where in (INSIDE, ANOTHERS):
        await province.remake(where)


async def test_an_agency_is_not_told_of_changes(province: Province) -> None:
    answer = await province.ask("service_provider", "GET", "/v1/children?changed_since=2020-12-31T00:00:00Z")
    assert refusal(answer) == (403, "filter_restricted", ["/changed_since"])


async def test_more_changes_than_are_looked_through_are_refused(empty_database: str) -> None:
    owner = await asyncpg.connect(empty_database)
    headers = await made(owner, named("program"), "integration", DISTRICT)
    since = {"changed_since": (await owner.fetchval(NOW)).isoformat()}
    async with asked(served(empty_database, TODAY)) as client:
        for _ in range(3):
            await registered(client)
        assert len((await client.get("/v1/children", params=since, headers=headers)).json()["items"]) == 3
        await owner.execute("CREATE OR REPLACE FUNCTION most_changes() RETURNS integer LANGUAGE sql AS 'SELECT 2'")
        refused = await client.get("/v1/children", params=since, headers=headers)
        assert refusal(refused)[:2] == (422, "changes_too_many")
        assert (await client.get("/v1/children", params=since)).status_code == 200  # who receives cases
    await owner.close()
