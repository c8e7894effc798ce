"""The limits where they stand in the service: an account by its token, and whoever has none by the address."""

import httpx

from service.settings import Limits, Network
from tests.conftest import TODAY
from tests.routers.api import refusal
from tests.signed_in import OFFICER, asked, headers, served

FEW = Limits(rate=0.001, burst=3, unsigned_rate=0.001, unsigned_burst=2)
PAGE = "https://officers.example.vn"
NOBODY = {"Authorization": "Bearer not.a.token"}


def codes(answers: list[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


async def test_an_account_has_its_burst_and_then_waits(empty_database: str) -> None:
    async with asked(served(empty_database, TODAY, FEW)) as client:
        assert codes([await client.get("/v1/children?limit=1") for _ in range(3)]) == [200, 200, 200]
        answer = await client.get("/v1/children?limit=1")
        assert refusal(answer) == (429, "too_many_requests", [])
        assert int(answer.headers["retry-after"]) > 900
        assert answer.headers["cache-control"] == "no-store"
        another_token = headers(OFFICER, "province_officer")
        assert (await client.get("/v1/children?limit=1", headers=another_token)).status_code == 429
        assert codes([await client.get("/health/ready") for _ in range(20)]) == [200] * 20


async def test_who_tries_tokens_is_told_to_wait_and_nobody_else_at_the_address(empty_database: str) -> None:
    async with asked(served(empty_database, TODAY, FEW)) as client:
        tried = [await client.get("/v1/children", headers=NOBODY) for _ in range(4)]
        assert codes(tried) == [401, 401, 429, 429]
        assert refusal(tried[-1]) == (429, "too_many_requests", [])
        assert (await client.post("/v1/auth/token")).status_code == 429
        assert (await client.get("/v1/children?limit=1")).status_code == 200


async def test_browsers_inquire_and_operators_look_without_being_counted(empty_database: str) -> None:
    network = Network(cors_origins=PAGE)
    inquiry = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
    async with asked(served(empty_database, TODAY, FEW, network=network)) as client:
        assert codes([await client.options("/v1/children", headers=inquiry) for _ in range(10)]) == [200] * 10
        page = [await client.get("/metrics") for _ in range(10)][-1].text
    assert 'http_requests_too_many_total{caller="signed"} 0.0' in page
    assert 'http_requests_too_many_total{caller="unsigned"} 0.0' in page
