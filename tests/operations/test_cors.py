"""Pages of the origins that are listed may ask from a browser, and no others."""

from collections.abc import AsyncIterator

import httpx
import pytest

from service.console import settings
from service.settings import Network
from tests.conftest import TODAY
from tests.routers.api import child
from tests.signed_in import asked, served

ORIGIN, OTHER = "https://officers.example.vn", "https://officers.example.vn.evil.example"
INQUIRY = {"access-control-request-method": "PATCH", "access-control-request-headers": "authorization, if-match"}


@pytest.fixture
async def shared(empty_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that two origins may ask."""
    network = Network(cors_origins=f"http://localhost:5173, {ORIGIN}")
    async with asked(served(empty_database, TODAY, network=network)) as client:
        yield client


def about_origins(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


async def test_a_browser_may_inquire_without_signing_in(shared: httpx.AsyncClient) -> None:
    answer = await shared.options("/v1/children/anyone", headers={"origin": ORIGIN} | INQUIRY)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "if-match", "x-purpose", "idempotency-key", "x-request-id"} <= allowed
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_page_of_a_listed_origin_reads_the_answer(shared: httpx.AsyncClient) -> None:
    for answer in (
        await shared.post("/v1/children", json=child(), headers={"origin": ORIGIN}),
        await shared.get("/v1/children/none", headers={"origin": ORIGIN}),
    ):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "ETag" in answer.headers["access-control-expose-headers"]
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", [OTHER, "null", "http://officers.example.vn", f"{ORIGIN}:8443", ORIGIN.upper()])
async def test_a_page_of_another_origin_does_not(shared: httpx.AsyncClient, origin: str) -> None:
    answer = await shared.get("/health/live", headers={"origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    inquired = await shared.options("/v1/children", headers={"origin": origin} | INQUIRY)
    assert inquired.status_code == 400
    assert "access-control-allow-origin" not in inquired.headers


async def test_without_a_list_nothing_is_said_of_origins(client: httpx.AsyncClient) -> None:
    headers = {"origin": ORIGIN} | INQUIRY
    assert not about_origins(await client.get("/health/live", headers=headers))
    assert not about_origins(await client.options("/v1/children", headers=headers))


@pytest.mark.parametrize(
    "wrong",
    [
        "*",
        "null",
        "officers.example.vn",
        f"{ORIGIN}/",
        f"{ORIGIN}:443",
        "https://*.example.vn",
        "http://example.vn",
        "https://A.vn",
    ],
)
def test_origins_are_written_as_browsers_send_them(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", f"{ORIGIN},{wrong}")
    with pytest.raises(SystemExit, match=r"not valid\. CORS_ORIGINS: an origin is written as browsers send it[^\n]+$"):
        settings()
