"""Accounts, assignments and agencies over HTTP, as an administrator meets them."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from tests.routers.api import refusal
from tests.signing_in.people import PASSWORD, asked, hired, refreshed, signed_in

OTHER = "another long password"
HOA = {"name": "hoa", "full_name": "Phạm Thị Hoa", "password": PASSWORD}
WORKER = {"role": "commune_worker", "area": "12145", "from": "2016-01-01"}


async def made(api: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    answer = await api.post("/v1/accounts", json=HOA | fields)
    assert answer.status_code == 201, answer.text
    return answer


async def assigned(api: httpx.AsyncClient, account: str, **fields: Any) -> httpx.Response:
    answer = await api.post(f"{account}/assignments", json=WORKER | fields)
    assert answer.status_code == 201, answer.text
    return answer


async def changed(api: httpx.AsyncClient, address: str, **fields: Any) -> httpx.Response:
    """A change by someone who has just read it."""
    owner = "/".join(address.split("/")[:4])
    etag = (await api.get(owner)).headers["etag"]
    return await api.patch(address, json=fields, headers={"If-Match": etag})


async def test_an_account_is_made_assigned_and_signs_in(
    administrator: httpx.AsyncClient, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    answer = await made(administrator)
    account = answer.headers["location"]
    assert "password" not in answer.text
    assert "secret" not in answer.json()
    assert (await asked(client)).status_code == 400  # nobody yet
    assignment = (await assigned(administrator, account)).json()
    assert assignment["area"] == {"code": "12145", "name": "Phù Ủng", "kind": "commune"}
    assert (await asked(client)).json()["scope"] == f"assignment:{assignment['id']}"
    read = await administrator.get(account)
    assert read.headers["etag"] == '"2"'
    assert read.json()["assignments"] == [assignment]
    changes = "SELECT role, purpose, action, subjects FROM access WHERE action LIKE 'create_%' ORDER BY number"
    recorded = [tuple(row) for row in await database.fetch(changes)]
    subject = await database.fetchval("SELECT id FROM account WHERE name = 'hoa'")
    assert recorded == [
        ("administrator", "administration", action, [subject]) for action in ("create_account", "create_assignment")
    ]
    history = await database.fetch("SELECT record, access IS NOT NULL FROM history ORDER BY number")
    assert [tuple(row) for row in history] == [("account", True), ("assignment", True)]


async def test_a_program_is_given_a_secret_once(administrator: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    answer = await administrator.post("/v1/accounts", json={"name": "truc", "kind": "client", "full_name": "Trục"})
    account = answer.headers["location"]
    assert "secret" not in (await administrator.get(account)).json()
    await assigned(administrator, account, role="integration", area="33")
    words = {"client_id": "truc", "client_secret": answer.json()["secret"]}
    assert (await asked(client, "client_credentials", **words)).json()["role"] == "integration"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"password": "short"}, (422, "password_weak", ["/password"])),
        ({"password": "xx hoa hoa hoa xx"}, (422, "password_weak", ["/password"])),
        ({"password": None}, (422, "password_weak", ["/password"])),
        ({"kind": "client"}, (422, "invalid", ["/password"])),
        ({"name": "Hoa"}, (422, "invalid", ["/name"])),
        ({"name": "h"}, (422, "invalid", ["/name"])),
        ({"name": "vinh"}, (409, "account_name_taken", [])),
        ({"role": "health"}, (422, "invalid", ["/role"])),
    ],
)
async def test_an_account_is_refused(
    administrator: httpx.AsyncClient, fields: dict[str, Any], expected: tuple[int, str, list[str]]
) -> None:
    assert refusal(await administrator.post("/v1/accounts", json=HOA | fields)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"role": "king"}, (422, "role_unknown", ["/role"])),
        ({"area": "99999"}, (422, "area_unknown", ["/area"])),
        ({"from": "2026-01-01"}, (422, "area_not_on_map", ["/area"])),
        ({"until": "2016-01-01"}, (422, "period_empty", ["/until"])),
        ({"agency": "01980000-0000-7000-8000-000000000000"}, (422, "agency_unknown", ["/agency"])),
    ],
)
async def test_an_assignment_is_refused(
    administrator: httpx.AsyncClient, fields: dict[str, Any], expected: tuple[int, str, list[str]]
) -> None:
    account = (await made(administrator)).headers["location"]
    assert refusal(await administrator.post(f"{account}/assignments", json=WORKER | fields)) == expected
    unknown = "/v1/accounts/01980000-0000-7000-8000-000000000000"
    assert refusal(await administrator.post(f"{unknown}/assignments", json=WORKER))[:2] == (404, "account_unknown")
    assert refusal(await administrator.get(unknown))[:2] == (404, "account_unknown")


async def test_a_change_needs_the_version_that_was_read(administrator: httpx.AsyncClient) -> None:
    account = (await made(administrator)).headers["location"]
    body = {"full_name": "Phạm Thị Hoà"}
    assert refusal(await administrator.patch(account, json=body))[:2] == (428, "precondition_required")
    stale = await administrator.patch(account, json=body, headers={"If-Match": '"7"'})
    assert refusal(stale)[:2] == (412, "stale")
    answer = await changed(administrator, account, **body)
    assert (answer.json()["full_name"], answer.headers["etag"]) == ("Phạm Thị Hoà", '"2"')
    unchanged = await administrator.get(account, headers={"If-None-Match": '"2"'})
    assert unchanged.status_code == 304


async def test_a_disabled_account_is_out_at_once_and_back_when_enabled(
    administrator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    account = (await made(administrator)).headers["location"]
    await assigned(administrator, account)
    token = (await asked(client)).json()["refresh_token"]
    assert (await changed(administrator, account, disabled=True)).json()["disabled"] is True
    assert (await refreshed(client, token)).status_code == 400
    assert (await asked(client)).status_code == 400
    assert (await changed(administrator, account, disabled=False)).json()["disabled"] is False
    assert (await refreshed(client, token)).status_code == 400
    assert (await asked(client)).status_code == 200


async def test_an_assignment_ends_and_with_it_what_was_signed_in_by_it(
    administrator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    account = (await made(administrator)).headers["location"]
    address = f"{account}/assignments/{(await assigned(administrator, account)).json()['id']}"
    token = (await asked(client)).json()["refresh_token"]
    assert refusal(await changed(administrator, address, until="2015-01-01")) == (422, "period_empty", ["/until"])
    assert (await changed(administrator, address, until="2020-01-01")).json()["until"] == "2020-01-01"
    assert (await refreshed(client, token)).status_code == 400
    assert (await changed(administrator, address, until=None)).json()["until"] is None
    assert (await asked(client)).status_code == 200
    elsewhere = f"{account}/assignments/{account.rpartition('/')[2]}"
    assert refusal(await changed(administrator, elsewhere, until=None))[:2] == (404, "assignment_unknown")


async def test_the_last_administrator_stays(administrator: httpx.AsyncClient) -> None:
    own = (await administrator.get("/v1/account")).json()
    vinh = f"/v1/accounts/{own['id']}"
    assignment = f"{vinh}/assignments/{own['assignment']}"
    assert refusal(await changed(administrator, vinh, disabled=True))[:2] == (409, "administrator_last")
    for until in ("2020-01-01", "2100-01-01"):
        answer = await changed(administrator, assignment, until=until)
        assert refusal(answer)[:2] == (409, "administrator_last")
    other = (await made(administrator, name="binh")).headers["location"]
    await assigned(administrator, other, role="administrator", area="33", until="2100-01-01")
    assert refusal(await changed(administrator, assignment, until="2100-01-01"))[:2] == (409, "administrator_last")
    assert (await changed(administrator, assignment, until="2099-01-01")).status_code == 200


async def test_two_administrators_do_not_disable_each_other_at_once(
    administrator: httpx.AsyncClient, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    binh = (await made(administrator, name="binh")).headers["location"]
    await assigned(administrator, binh, role="administrator", area="33")
    vinh = f"/v1/accounts/{(await administrator.get('/v1/account')).json()['id']}"
    other = await signed_in(client, "binh")
    answers = await asyncio.gather(
        changed(administrator, binh, disabled=True), changed(other, vinh, disabled=True), return_exceptions=True
    )
    done = [answer for answer in answers if isinstance(answer, httpx.Response) and answer.status_code == 200]
    assert len(done) == 1
    enabled = "SELECT count(*) FROM account WHERE name IN ('vinh', 'binh') AND disabled_at IS NULL"
    assert await database.fetchval(enabled) == 1


async def test_an_administrator_gives_another_password_and_the_sign_ins_end(
    administrator: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    account = (await made(administrator)).headers["location"]
    await assigned(administrator, account)
    token = (await asked(client)).json()["refresh_token"]
    weak = await administrator.post(f"{account}/password", json={"password": "hoa hoa hoa hoa"})
    assert refusal(weak) == (422, "password_weak", ["/password"])
    assert (await administrator.post(f"{account}/password", json={"password": OTHER})).status_code == 204
    assert (await refreshed(client, token)).status_code == 400
    assert (await asked(client, password=OTHER)).status_code == 200


async def test_accounts_are_found_by_role_name_and_state(administrator: httpx.AsyncClient) -> None:
    hoa = (await made(administrator)).headers["location"]
    await assigned(administrator, hoa)
    binh = (await made(administrator, name="binh", full_name="Hoàng Văn Bình")).headers["location"]
    await changed(administrator, binh, disabled=True)

    async def found(query: str) -> list[str]:
        answer = await administrator.get(f"/v1/accounts?{query}")
        assert answer.status_code == 200, answer.text
        return [item["name"] for item in answer.json()["items"]]

    assert await found("") == ["officer", "vinh", "hoa", "binh"]
    assert await found("role=commune_worker") == ["hoa"]
    assert await found("q=van binh") == ["binh"]
    assert await found("q=VINH") == ["vinh"]
    assert await found("q=Bình") == ["binh"]
    assert await found("q=%25 binh") == ["binh"]
    assert refusal(await administrator.get("/v1/accounts?q=%25")) == (422, "invalid", ["/q"])
    assert await found("disabled=true") == ["binh"]
    first = (await administrator.get("/v1/accounts?limit=3&count=true")).json()
    assert (len(first["items"]), first["total"]) == (3, 4)
    assert await found(f"limit=3&cursor={first['next']}") == ["binh"]


async def test_an_agency_is_recorded_corrected_and_ended(administrator: httpx.AsyncClient) -> None:
    body = {"name": "Công an xã Phù Ủng", "kind": "police", "from": "2016-01-01"}
    answer = await administrator.post("/v1/agencies", json=body)
    agency = answer.headers["location"]
    assert answer.json() == body | {"id": agency.rpartition("/")[2], "until": None}
    assert refusal(await administrator.post("/v1/agencies", json=body))[:2] == (409, "agency_name_taken")
    ended = await changed(administrator, agency, name="Công an Phù Ủng", until="2025-07-01")
    assert (ended.json()["name"], ended.json()["until"]) == ("Công an Phù Ủng", "2025-07-01")
    assert refusal(await changed(administrator, agency, until="2015-01-01"))[:2] == (422, "period_empty")
    assert (await administrator.get(agency)).json() == ended.json()
    listed = (await administrator.get("/v1/agencies?kind=police&count=true")).json()
    assert (listed["items"], listed["total"]) == ([ended.json()], 1)
    assert (await administrator.get("/v1/agencies?kind=health")).json()["items"] == []
    account = (await made(administrator)).headers["location"]
    assignment = (await assigned(administrator, account, agency=ended.json()["id"])).json()
    assert assignment["agency"] == {k: v for k, v in ended.json().items() if k in ("id", "name", "kind")}
    unknown = await administrator.get("/v1/agencies/01980000-0000-7000-8000-000000000000")
    assert refusal(unknown)[:2] == (404, "agency_unknown")


async def test_everyone_learns_who_they_are_here(administrator: httpx.AsyncClient) -> None:
    own = (await administrator.get("/v1/account")).json()
    assert (own["name"], own["role"], own["area"]["code"], own["agency"]) == ("vinh", "administrator", "33", None)
    assert own["purposes"] == ["administration"]
    assert "accounts.write" in own["permissions"]
    assert [one["id"] for one in own["assignments"]] == [own["assignment"]]


async def test_everyone_changes_their_own_password_and_only_this_sign_in_goes_on(
    administrator: httpx.AsyncClient, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    elsewhere = (await asked(client, username="vinh")).json()["refresh_token"]
    change = {"current": PASSWORD, "new": OTHER}
    weak = await administrator.post("/v1/account/password", json=change | {"new": "vinh vinh vinh"})
    assert refusal(weak) == (422, "password_weak", ["/new"])
    wrong = await administrator.post("/v1/account/password", json=change | {"current": "wrong"})
    assert refusal(wrong)[:2] == (400, "invalid_grant")
    assert (await administrator.post("/v1/account/password", json=change)).status_code == 204
    assert (await refreshed(client, elsewhere)).status_code == 400
    assert await database.fetchval("SELECT count(*) FROM sign_in WHERE ended_at IS NULL AND address <> ''") == 1
    assert await signed_in(client, "vinh", OTHER)


async def test_whoever_guesses_the_password_of_an_open_screen_waits(
    administrator: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    guess = {"current": "wrong", "new": OTHER}
    await administrator.post("/v1/account/password", json=guess)
    await database.execute("UPDATE sign_in_delay SET failures = 9")
    await administrator.post("/v1/account/password", json=guess)
    answer = await administrator.post("/v1/account/password", json=guess | {"current": PASSWORD})
    assert refusal(answer)[:2] == (429, "too_many_attempts")
    assert 0 < int(answer.headers["retry-after"]) <= 16


@pytest.mark.parametrize("role", ["commune_worker", "province_officer", "analyst"])
async def test_nobody_else_makes_accounts(client: httpx.AsyncClient, database: asyncpg.Connection, role: str) -> None:
    await hired(database, role=role)
    api = await signed_in(client, "hoa")
    for path in ("/v1/accounts", "/v1/agencies"):
        assert refusal(await api.post(path, json={}))[:2] == (403, "forbidden")
        assert (await api.get(path)).status_code == (200 if role == "province_officer" else 403)
    assert (await api.get("/v1/account")).json()["role"] == role
