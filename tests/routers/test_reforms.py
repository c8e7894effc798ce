"""Reforms over HTTP: tried, applied, refused; and what follows them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service import ledger
from tests.conftest import TODAY
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, child, opened, refusal, registered
from tests.signed_in import made

NEW = "12999"
UNIT = {"code": NEW, "name": "Phù Sơn", "kind": "commune"}
LINES = [{"change": "merged_into", "from": code, "to": NEW} for code in (PHU_UNG, BAC_SON)]
MERGER = {"effective_on": "2018-07-01", "legal_basis": "Nghị quyết 1/NQ", "units": [UNIT], "changes": LINES}
PARTS = [
    {"change": "split_into", "from": PHU_UNG, "to": PHU_UNG, "share": "0.75"},
    {"change": "split_into", "from": PHU_UNG, "to": NEW, "share": "0.25"},
]
SPLIT = MERGER | {"effective_on": "2020-03-01", "changes": PARTS}
MAP = """
SELECT (SELECT json_agg(a ORDER BY id) FROM area a)::text, (SELECT json_agg(c ORDER BY id) FROM area_change c)::text,
       (SELECT json_agg(v ORDER BY area_id, during) FROM area_version v)::text,
       (SELECT count(*) FROM reform), (SELECT reformed FROM register),
       (SELECT json_agg(w ORDER BY area_id, ancestor_id, during) FROM area_within w)::text,
       (SELECT json_agg(s ORDER BY assignment_id, area_id) FROM assignment_area s)::text
"""


@pytest.fixture
async def owner(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


async def applied(client: httpx.AsyncClient, reform: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/v1/areas/reforms", json=reform)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/areas/reforms/{body['id']}"
    return body


async def ids(client: httpx.AsyncClient, path: str, **asked: str) -> set[str]:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return {item["id"] for item in answer.json()["items"]}


async def test_a_dry_run_shows_what_would_change_and_changes_nothing(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    address = await registered(client)
    await registered(client, commune=BAC_SON)
    await registered(client, commune=BAC_SON, since="2019-01-01")
    await opened(client, address, opened_on="2018-02-01")
    before = await owner.fetchrow(MAP)
    answer = await client.post("/v1/areas/reforms?dry_run=true", json=MERGER)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["dry_run"], body["applied_at"], body["counted_on"]) == (True, None, "2018-07-01")
    assert [
        (e["area"]["code"], e["change"], e["becomes"], e["children"], e["open_cases"], e["accounts"], e["to_settle"])
        for e in body["effects"]
    ] == [
        (PHU_UNG, "merged_into", [UNIT], 1, 1, 1, 0),
        (BAC_SON, "merged_into", [UNIT], 1, 0, 1, 0),
    ]
    assert await owner.fetchrow(MAP) == before
    assert (await client.get("/v1/areas/reforms")).json()["items"] == []


async def test_a_reform_that_is_applied_is_on_the_map_and_on_record(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    body = await applied(client, MERGER)
    there = (await client.get(f"/v1/communes/{NEW}?on=2018-07-01")).json()
    assert there["valid"] == {"from": "2018-07-01", "until": "2025-07-01"}
    assert there["parent"]["code"] == "329"
    assert refusal(await client.get(f"/v1/communes/{PHU_UNG}?on=2018-07-01"))[1] == "area_not_on_map"
    assert (await client.get(f"/v1/communes/{PHU_UNG}?on=2018-06-30")).json()["valid"]["until"] == "2018-07-01"
    lineage = (await client.get(f"/v1/communes/{NEW}/lineage?on=2019-01-01")).json()["changes"]
    assert [(c["effective_on"], c["from"]["code"], c["inferred"]) for c in lineage] == [
        ("2018-07-01", PHU_UNG, False),
        ("2018-07-01", BAC_SON, False),
        ("2025-07-01", NEW, True),
    ]
    days = {m["on"]: m["resolutions"] for m in (await client.get("/v1/maps")).json()["items"]}
    assert days["2018-07-01"] == ["Nghị quyết 1/NQ"]
    read = (await client.get(f"/v1/areas/reforms/{body['id']}")).json()
    assert read == {name: value for name, value in body.items() if name in read}
    assert (await client.get("/v1/areas/reforms?count=true")).json() == {"items": [read], "next": None, "total": 1}
    history = await owner.fetchrow("SELECT h.*, a.action FROM history h JOIN access a ON a.number = h.access")
    assert history is not None
    assert (history["record"], history["action"], str(history["record_id"])) == ("reform", "create_reform", body["id"])
    assert await owner.fetchval("SELECT count(*) FROM area_change WHERE reform_id IS NOT NULL") == 2
    assert await owner.fetchval("SELECT reformed FROM register") > 0


async def test_codes_are_read_on_the_new_map_from_its_first_day(client: httpx.AsyncClient) -> None:
    await applied(client, MERGER)
    assert await registered(client, commune=NEW, since="2018-07-01")
    assert await registered(client, commune=PHU_UNG, since="2018-06-30")
    for code, since in ((PHU_UNG, "2018-07-01"), (NEW, "2018-06-30")):
        answer = await client.post("/v1/children", json=child(commune=code, since=since))
        assert refusal(answer) == (422, "area_not_on_map", ["/residence/commune"])


async def test_children_and_open_cases_are_found_in_the_commune_that_theirs_became(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    address = await registered(client)
    late = await registered(client, commune=BAC_SON, since="2019-05-01")
    case = await opened(client, address)
    site = (await client.post("/v1/sites", json={"commune": PHU_UNG})).json()["id"]
    await applied(client, MERGER)
    both = {at.rpartition("/")[2] for at in (address, late)}
    assert await ids(client, "/v1/children", commune=NEW, on="2020-01-01") == both
    assert await ids(client, "/v1/children", commune=NEW, on="2018-07-01") == both - {late.rpartition("/")[2]}
    assert await ids(client, "/v1/cases", commune=NEW) == {case.rpartition("/")[2]}
    assert await ids(client, "/v1/sites", commune=NEW) == {site}
    (found,) = [
        item
        for item in (await client.get("/v1/children", params={"on": "2020-01-01"})).json()["items"]
        if item["id"] == late.rpartition("/")[2]
    ]
    assert found["commune"] == UNIT
    read = (await client.get(late)).json()
    assert read["residences"][0]["commune"] == UNIT  # recorded for days on which the old one was no more
    path = f"{late}/residences/{read['residences'][0]['id']}"
    left = await client.patch(path, json={"until": "2020-06-01", "reason": "left"}, headers={"If-Match": "*"})
    assert left.status_code == 200, left.text
    assert await ledger.differences(owner) == []


async def test_workers_of_the_old_and_of_the_new_commune_meet_the_children(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    old, other = [await made(owner, UUID(int=n), "commune_worker", at) for n, at in ((2, PHU_UNG), (3, LAM_SON))]
    address = await registered(client)
    await applied(client, MERGER)
    new = await made(owner, UUID(int=4), "commune_worker", NEW)
    born_later = await registered(client, commune=NEW, since="2019-01-01")
    for at in (address, born_later):
        for who, status in ((old, 200), (new, 200), (other, 404)):
            assert (await client.get(at, headers=who)).status_code == status
    answer = await client.post(
        "/v1/children", json=child(commune=NEW, since="2019-01-01"), headers=old
    )  # who was responsible for a part is responsible for the whole
    assert answer.status_code == 201


REFUSED: list[tuple[dict[str, Any], int, str, list[str]]] = [
    ({"changes": []}, 422, "reform_empty", ["/changes"]),
    ({"changes": [LINES[0] | {"from": "12000"}, LINES[1]]}, 422, "area_not_on_map", ["/changes/0/from"]),
    ({"changes": [LINES[0]]}, 422, "reform_is_upgrade", ["/changes/0"]),
    ({"changes": [*LINES, LINES[0]]}, 409, "reform_overlaps", ["/changes/2"]),
    ({"changes": [PARTS[0], PARTS[1] | {"share": "0.3"}]}, 422, "shares_do_not_add_up", ["/changes/0/share"]),
    ({"units": [UNIT | {"kind": "district"}]}, 422, "reform_levels", ["/changes/0/to"]),
    ({"units": [UNIT | {"parent": "999"}]}, 422, "area_not_on_map", ["/units/0/parent"]),
    ({"units": []}, 422, "reform_incomplete", ["/changes/0/to"]),
    ({"effective_on": "2018-02-30"}, 422, "invalid", ["/effective_on"]),
    ({"changes": [LINES[0] | {"share": 1}]}, 422, "invalid", ["/changes/0/share"]),
    (
        {"units": [UNIT | {"code": "12151"}], "changes": [LINES[0] | {"change": "upgraded", "to": "12151"}]},
        409,
        "area_code_taken",
        ["/units/0/code"],
    ),
]


@pytest.mark.parametrize(("change", "status", "code", "pointers"), REFUSED, ids=[r[2] for r in REFUSED])
@pytest.mark.parametrize("dry", ["true", "false"])
async def test_a_bad_reform_is_refused_whole(
    client: httpx.AsyncClient,
    owner: asyncpg.Connection,
    change: dict[str, Any],
    status: int,
    code: str,
    pointers: list[str],
    dry: str,
) -> None:
    before = await owner.fetchrow(MAP)
    answer = await client.post("/v1/areas/reforms", json=MERGER | change, params={"dry_run": dry})
    assert refusal(answer) == (status, code, pointers)
    assert await owner.fetchrow(MAP) == before


async def test_a_reform_that_overlaps_another_is_refused_and_one_that_follows_is_applied(
    client: httpx.AsyncClient,
) -> None:
    await applied(client, MERGER)
    for day in ("2018-07-01", "2017-01-01"):
        answer = await client.post("/v1/areas/reforms", json=MERGER | {"effective_on": day})
        assert refusal(answer)[:2] == (409, "reform_overlaps")
    answer = await client.post("/v1/areas/reforms", json=MERGER | {"effective_on": "2019-01-01"})
    assert refusal(answer)[:2] == (422, "area_not_on_map")
    lines = [{"change": "merged_into", "from": code, "to": "12998"} for code in (NEW, "12151")]
    await applied(
        client, MERGER | {"effective_on": "2020-01-01", "units": [UNIT | {"code": "12998"}], "changes": lines}
    )
    assert (await client.get("/v1/communes/12998?on=2020-06-01")).status_code == 200


async def test_the_same_id_is_applied_once(client: httpx.AsyncClient) -> None:
    own = {"id": "01434b35-0000-7000-8000-0000000000aa"}
    await applied(client, MERGER | own)
    lines = [{"change": "merged_into", "from": "12154", "to": "12151"}]
    answer = await client.post("/v1/areas/reforms", json=MERGER | own | {"units": [], "changes": lines})
    assert refusal(answer)[:2] == (409, "id_taken")


async def test_an_officer_of_a_district_draws_no_other(client: httpx.AsyncClient, owner: asyncpg.Connection) -> None:
    district = await made(owner, UUID(int=5), "province_officer", "330")
    for dry in ("true", "false"):
        answer = await client.post("/v1/areas/reforms", json=MERGER, params={"dry_run": dry}, headers=district)
        assert refusal(answer)[:2] == (403, "area_out_of_reach")
    signed = await made(owner, UUID(int=6), "commune_worker", PHU_UNG)
    assert refusal(await client.post("/v1/areas/reforms", json=MERGER, headers=signed))[:2] == (403, "forbidden")


async def test_a_person_tells_in_which_part_of_a_split_commune_a_child_lives(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    address, elsewhere = await registered(client), await registered(client, commune=LAM_SON)
    late = await registered(client, since="2020-06-01")
    await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})
    body = await applied(client, SPLIT)
    assert [(e["children"], e["to_settle"]) for e in body["effects"]] == [(1, 1)]
    page = (await client.get("/v1/areas/unsettled?count=true")).json()
    assert page["total"] == 2
    first = next(item for item in page["items"] if item["id"] == address.rpartition("/")[2])
    assert (first["commune"]["code"], first["split_on"]) == (PHU_UNG, "2020-03-01")
    assert [place["code"] for place in first["communes"]] == [PHU_UNG, NEW]
    assert (await client.get("/v1/areas/unsettled?on=2020-02-29")).json()["items"] == []
    assert len((await client.get("/v1/areas/unsettled?limit=1")).json()["items"]) == 1

    settle, told = f"{address}/settle", {"commune": NEW}
    assert refusal(await client.post(settle, json=told))[:2] == (428, "precondition_required")
    wrong = await client.post(settle, json={"commune": BAC_SON}, headers={"If-Match": "*"})
    assert refusal(wrong) == (422, "not_a_successor", ["/commune"])
    assert wrong.json()["communes"] == f"{PHU_UNG}, {NEW}"
    tag = (await client.get(address)).headers["etag"]
    answer = await client.post(settle, json=told, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
    assert [(r["commune"]["code"], r["from"], r["until"], r["end_reason"]) for r in answer.json()["residences"]] == [
        (PHU_UNG, "2014-01-01", "2020-03-01", "moved"),
        (NEW, "2020-03-01", None, None),
    ]
    assert answer.headers["etag"] != tag
    assert refusal(await client.post(settle, json=told, headers={"If-Match": tag}))[:2] == (412, "stale")
    for at in (address, elsewhere):
        again = await client.post(f"{at}/settle", json=told, headers={"If-Match": "*"})
        assert refusal(again)[:2] == (409, "nothing_to_settle")

    answer = await client.post(f"{late}/settle", json=told, headers={"If-Match": "*"})
    assert [(r["commune"]["code"], r["from"]) for r in answer.json()["residences"]] == [(NEW, "2020-06-01")]
    assert (await client.get("/v1/areas/unsettled?count=true")).json() == {"items": [], "next": None, "total": 0}
    both = {at.rpartition("/")[2] for at in (address, late)}
    assert await ids(client, "/v1/children", commune=NEW, on="2020-12-31") == both
    assert await ledger.differences(owner) == []


async def test_children_of_what_was_merged_before_it_was_split_are_told_too(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    await applied(client, MERGER)
    lines = [{"change": "split_into", "from": NEW, "to": code} for code in ("12990", "12998")]
    units = [UNIT | {"code": code} for code in ("12990", "12998")]
    await applied(client, SPLIT | {"units": units, "changes": lines})
    (item,) = (await client.get("/v1/areas/unsettled")).json()["items"]
    assert item["commune"] == UNIT
    answer = await client.post(f"{address}/settle", json={"commune": "12998"}, headers={"If-Match": "*"})
    assert [r["commune"]["code"] for r in answer.json()["residences"]] == [PHU_UNG, "12998"]


async def test_the_splits_that_ship_with_the_service_are_asked_for_too(client: httpx.AsyncClient) -> None:
    address = await registered(client, commune="11989")  # Lạc Đạo, of which a part went elsewhere in 2025
    assert await ids(client, "/v1/areas/unsettled", on="2025-07-01") == {address.rpartition("/")[2]}
    assert await ids(client, "/v1/areas/unsettled", on=str(TODAY)) == set()
    answer = await client.post(f"{address}/settle", json={"commune": "11989"}, headers={"If-Match": "*"})
    assert refusal(answer)[:2] == (409, "nothing_to_settle")  # not yet


async def test_whoever_looks_at_the_unsettled_meets_only_the_own_children_and_is_on_record(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    address = await registered(client)
    await registered(client, commune=BAC_SON)
    signed = await made(owner, UUID(int=7), "commune_worker", BAC_SON)
    own = await made(owner, UUID(int=8), "commune_worker", PHU_UNG)
    await applied(client, SPLIT)
    assert (await client.get("/v1/areas/unsettled", headers=signed)).json()["items"] == []
    assert len((await client.get("/v1/areas/unsettled", headers=own)).json()["items"]) == 1
    looks = (await client.get(f"{address}/accesses")).json()["items"]
    assert [look["action"] for look in looks if look["account"] == "commune_worker-000008"] == ["list_unsettled"]
    settle = {"json": {"commune": NEW}, "headers": signed | {"If-Match": "*"}}
    assert refusal(await client.post(f"{address}/settle", **settle))[:2] == (404, "child_unknown")


async def test_reforms_decided_at_once_are_applied_one_after_the_other(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.post("/v1/areas/reforms", json=MERGER) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
