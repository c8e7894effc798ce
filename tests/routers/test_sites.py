"""Sites of the protection model over HTTP."""

import httpx

from tests.routers.api import BAC_SON, PHU_UNG, figures, refusal

DAY = "2018-06-30"


async def made(client: httpx.AsyncClient, commune: str) -> str:
    answer = await client.post("/v1/sites", json={"commune": commune})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def test_a_commune_counts_while_its_site_is_completed_or_replicated(client: httpx.AsyncClient) -> None:
    site = await made(client, PHU_UNG)
    for stage, begins in [
        ("planned", "2016-01-01"),
        ("started", "2016-06-01"),
        ("completed", "2017-03-01"),
        ("replicated", "2018-03-01"),
        ("stopped", "2019-03-01"),
    ]:
        answer = await client.post(f"{site}/stages", json={"stage": stage, "from": begins})
        assert answer.status_code == 201
    counted = {
        day: (await figures(client, "model_communes", day))[0]
        for day in ("2017-02-28", "2017-03-01", "2018-02-28", "2018-03-01", "2019-02-28", "2019-03-01")
    }
    assert list(counted.values()) == [0, 1, 1, 1, 1, 0]
    stages = (await client.get(site)).json()["stages"]
    assert [stage["until"] for stage in stages] == ["2016-06-01", "2017-03-01", "2018-03-01", "2019-03-01", None]


async def test_a_commune_has_one_site(client: httpx.AsyncClient) -> None:
    await made(client, PHU_UNG)
    again = await client.post("/v1/sites", json={"commune": PHU_UNG})
    assert refusal(again)[:2] == (409, "site_once_in_commune")


async def test_stages_do_not_overlap_and_are_withdrawn(client: httpx.AsyncClient) -> None:
    site = await made(client, PHU_UNG)
    first = await client.post(f"{site}/stages", json={"stage": "completed", "from": "2018-01-01"})
    body = {"stage": "planned", "from": "2017-01-01", "until": "2018-01-02"}
    assert refusal(await client.post(f"{site}/stages", json=body))[:2] == (409, "site_stage_no_overlap")
    same_day = await client.post(f"{site}/stages", json={"stage": "stopped", "from": "2018-01-01"})
    assert refusal(same_day)[:2] == (409, "site_stage_no_overlap")
    stage = f"{site}/stages/{first.json()['id']}"
    assert (await client.delete(stage, headers={"If-Match": first.headers["etag"]})).status_code == 204
    assert await figures(client, "model_communes", DAY) == (0, None)


async def test_sites_are_listed_by_stage_and_commune(client: httpx.AsyncClient) -> None:
    one, other = await made(client, PHU_UNG), await made(client, BAC_SON)
    await client.post(f"{one}/stages", json={"stage": "completed", "from": "2018-01-01"})

    async def listed(query: str) -> list[str]:
        return [f"/v1/sites/{item['id']}" for item in (await client.get(f"/v1/sites?{query}")).json()["items"]]

    assert await listed("") == [one, other]
    assert await listed(f"stage=completed&on={DAY}") == [one]
    assert await listed("stage=completed&on=2017-12-31") == []
    assert await listed(f"commune={BAC_SON}") == [other]
