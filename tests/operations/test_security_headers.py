"""Every answer tells browsers to guess nothing, load nothing and keep nothing that is anybody's."""

from pathlib import Path

import httpx
import pytest

from tests.journeys.service import client as client_of
from tests.journeys.service import serving
from tests.routers.api import child, registered

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}


def protects(answer: httpx.Response) -> bool:
    return {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE


@pytest.mark.parametrize("path", ["/v1/children", "/v1/children?sex=none", "/nowhere", "/health/live", "/metrics"])
async def test_answers_and_refusals_are_protected_and_not_kept(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert protects(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers, "of a connection without TLS it would say nothing"


async def test_what_carries_an_etag_is_asked_for_anew(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    read = await client.get(address)
    unchanged = await client.get(address, headers={"if-none-match": read.headers["etag"]})
    assert unchanged.status_code == 304
    for answer in (read, unchanged, await client.post("/v1/children", json=child())):
        assert protects(answer)
        assert answer.headers["cache-control"] == "private, no-cache"


async def test_what_is_of_nobody_may_be_kept_by_anybody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/problems/not_found")
    assert protects(answer)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert (await client.get("/problems/none")).headers["cache-control"] == "no-store"


def test_no_answer_says_what_serves(empty_database: str, folder: Path) -> None:
    with serving(folder / "unused", DATABASE_URL=empty_database) as running, client_of(running) as api:
        for answer in (api.get("/health/live"), api.get("/nowhere"), api.options("/v1/children")):
            assert protects(answer)
            assert "server" not in answer.headers
