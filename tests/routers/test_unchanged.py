"""Who has an answer and asks again is told so, until a posting, the day, the language or the question differs."""

import asyncio
from datetime import date

import asyncpg
import httpx
import pytest

from service import ledger
from service.unchanged import LedgerState
from tests.routers.api import BAC_SON, registered

ATTAINMENT = "/v1/indicators/special_rate/attainment?on=2018-06-30"
SCOREBOARD = "/v1/programmes/hung-yen-2016-2020/scoreboard?on=2018-06-30"
SERIES = "/v1/indicators/special_rate/series?every=year"


async def again(client: httpx.AsyncClient, path: str, etag: str, **headers: str) -> httpx.Response:
    return await client.get(path, headers={"If-None-Match": etag, **headers})


@pytest.mark.parametrize("path", [ATTAINMENT, SCOREBOARD, SERIES, "/v1/indicators", "/v1/programmes"])
async def test_an_answer_that_the_caller_has_is_not_given_again(client: httpx.AsyncClient, path: str) -> None:
    etag = (await client.get(path)).headers["etag"]
    answer = await again(client, path, f'"other", {etag}')
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


@pytest.mark.parametrize("path", [ATTAINMENT, SCOREBOARD, SERIES])
async def test_any_tag_will_do_where_there_is_an_answer(client: httpx.AsyncClient, path: str) -> None:
    assert (await again(client, path, "*")).status_code == 304
    assert (await again(client, path.replace("special_rate", "nothing").replace("hung-yen", "no"), "*")).is_client_error
    assert (await again(client, f"{path}&on=never", "*")).status_code == 422


@pytest.mark.parametrize("path", [ATTAINMENT, SCOREBOARD, SERIES])
async def test_a_posting_anywhere_makes_another_answer(client: httpx.AsyncClient, path: str) -> None:
    etags = {(await client.get(path)).headers["etag"]}
    for commune in (None, BAC_SON, BAC_SON):
        await registered(client, **({} if commune is None else {"commune": commune}))
        answer = await again(client, path, ", ".join(etags))
        assert answer.status_code == 200
        etags.add(answer.headers["etag"])
    assert len(etags) == 4


async def test_what_counts_nowhere_makes_no_other_answer(client: httpx.AsyncClient) -> None:
    child = await registered(client)
    etag = (await client.get(ATTAINMENT)).headers["etag"]
    renamed = await client.patch(child, json={"full_name": "Đỗ Thị Đào"}, headers={"If-Match": "*"})
    assert renamed.status_code == 200
    assert (await again(client, ATTAINMENT, etag)).status_code == 304


async def test_an_etag_is_of_one_question_in_one_language(client: httpx.AsyncClient) -> None:
    etag = (await client.get(ATTAINMENT)).headers["etag"]
    assert (await again(client, ATTAINMENT.replace("30", "29"), etag)).status_code == 200
    assert (await again(client, ATTAINMENT + "&by=nothing", etag)).status_code == 422
    assert (await again(client, ATTAINMENT, etag, **{"Accept-Language": "en"})).status_code == 200


async def test_remade_pages_make_another_answer(client: httpx.AsyncClient, empty_database: str) -> None:
    etag = (await client.get(ATTAINMENT)).headers["etag"]
    connection = await asyncpg.connect(empty_database)
    await ledger.rebuild(connection, date(2020, 12, 31))
    await connection.close()
    assert (await again(client, ATTAINMENT, etag)).status_code == 200


async def test_a_posting_that_commits_after_a_later_one_is_seen_too(
    client: httpx.AsyncClient, empty_database: str
) -> None:
    slow = await asyncpg.connect(empty_database)
    async with slow.transaction():
        await slow.execute("INSERT INTO posting (day, actor, cause) VALUES ('2020-12-31', 'test', 'test')")
        await slow.execute("INSERT INTO page_turn SELECT min(area_id), 1 FROM area_version WHERE code = '12103'")
        await registered(client)
        etag = (await client.get(ATTAINMENT)).headers["etag"]
    assert (await again(client, ATTAINMENT, etag)).status_code == 200
    await slow.close()


async def test_many_who_ask_at_once_share_what_is_read_after_they_asked(empty_database: str) -> None:
    async with asyncpg.create_pool(empty_database, min_size=2, max_size=4) as pool:
        state = LedgerState(pool)

        async def turned(n: int) -> tuple[int, int]:
            moment = await pool.fetchval("UPDATE register SET remade = remade + 1 RETURNING remade")
            return moment, await state.read()

        assert all(read >= committed for committed, read in await asyncio.gather(*(turned(n) for n in range(200))))
        assert len({*await asyncio.gather(*(state.read() for _ in range(50)))}) == 1


async def test_who_shares_a_question_that_fails_is_told(empty_database: str) -> None:
    async with asyncpg.create_pool(empty_database, min_size=1, max_size=1) as pool:
        state = LedgerState(pool)
        await pool.execute("ALTER TABLE page_turn RENAME TO elsewhere")
        results = await asyncio.gather(*(state.read() for _ in range(3)), return_exceptions=True)
        assert {type(result) for result in results} == {asyncpg.UndefinedTableError}
        await pool.execute("ALTER TABLE elsewhere RENAME TO page_turn")
        assert await state.read() >= 0
