"""Notes of who supervises a case."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.routers.api import BAC_SON, PHU_UNG, opened, refusal, registered
from tests.signed_in import made

Headers = dict[str, str]
CHAIR, WORKER, NEIGHBOUR, CENTRE = (UUID(int=number) for number in range(41, 45))


@pytest.fixture
async def people(empty_database: str) -> dict[str, Headers]:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        "INSERT INTO agency (id, name, kind, during) VALUES ($1, 'Trung tâm', 'service_provider', '[2016-01-01,)')",
        CENTRE,
    )
    found = {
        "chair": await made(connection, CHAIR, "commune_chair", PHU_UNG, name="chair"),
        "worker": await made(connection, WORKER, "commune_worker", PHU_UNG, name="worker"),
        "neighbour": await made(connection, NEIGHBOUR, "commune_chair", BAC_SON, name="neighbour"),
        "centre": await made(connection, CENTRE, "service_provider", PHU_UNG, CENTRE, name="centre"),
    }
    await connection.close()
    return found


async def test_who_supervises_says_and_who_works_on_the_case_reads(
    client: httpx.AsyncClient, people: dict[str, Headers]
) -> None:
    case = await opened(client, await registered(client))
    said = []
    for content in ("Đề nghị thăm gia đình.", "Đã thăm."):
        answer = await client.post(f"{case}/notes", json={"content": content}, headers=people["chair"])
        assert answer.status_code == 201, answer.text
        assert (await client.get(case)).headers["etag"] == answer.headers["etag"]
        said.append(answer.json())
    assert {(note["author"], note["role"]) for note in said} == {("chair", "commune_chair")}
    page = (await client.get(f"{case}/notes?count=true&limit=1", headers=people["worker"])).json()
    assert (page["items"], page["total"]) == ([said[1]], 2)
    rest = await client.get(f"{case}/notes?limit=1&cursor={page['next']}", headers=people["worker"])
    assert rest.json() == {"items": [said[0]], "next": None}
    by_worker = await client.post(f"{case}/notes", json={"content": "x"}, headers=people["worker"])
    assert refusal(by_worker)[:2] == (403, "forbidden")


async def test_nobody_else_reads_them(client: httpx.AsyncClient, people: dict[str, Headers]) -> None:
    case = await opened(client, await registered(client))
    given = {"measure": "support.3", "started_on": "2018-03-01", "agency": str(CENTRE)}
    await client.post(f"{case}/interventions", json=given)
    assert (await client.get(case, headers=people["centre"])).status_code == 200
    assert refusal(await client.get(f"{case}/notes", headers=people["centre"]))[:2] == (403, "forbidden")
    assert refusal(await client.get(f"{case}/notes", headers=people["neighbour"]))[:2] == (404, "case_unknown")
    told = await client.post(f"{case}/notes", json={"content": "x"}, headers=people["neighbour"])
    assert refusal(told)[:2] == (404, "case_unknown")


async def test_a_note_is_never_edited_and_goes_into_the_history_with_its_case(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    child = await registered(client)
    case = await opened(client, child)
    note = (await client.post(f"{case}/notes", json={"content": "Đề nghị thăm."})).json()
    connection = await asyncpg.connect(empty_database)
    with pytest.raises(asyncpg.RaiseError, match="never edited"):
        await connection.execute("UPDATE case_note SET content = 'x'")
    await connection.close()
    assert (await client.delete(case, headers={"If-Match": "*"})).status_code == 204
    told = (await client.get(f"{child}/history")).json()["items"]
    assert [(one["change"], one["record_id"]) for one in told if one["record"] == "case_note"] == [
        ("withdrawn", note["id"]),
        ("made", note["id"]),
    ]
