"""Nobody asks so often that others wait: a caller has a rate and a burst, and nobody pays for another."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from service.access import Caller
from service.domain.access import ROLES
from service.envelope import Envelope
from service.metrics import Metrics
from service.rate_limit import Rate, RateLimited, RateLimits
from service.settings import Limits
from tests.conftest import TODAY
from tests.routers.api import refusal
from tests.signed_in import asked, served

LIMITS = Limits(rate=10, burst=3, unsigned_rate=1, unsigned_burst=2)


def test_a_burst_passes_and_then_one_an_interval() -> None:
    rate = Rate(10, 3)
    assert [rate.allow("a", 5.0) for _ in range(3)] == [0, 0, 0]
    assert rate.allow("a", 5.0) == pytest.approx(0.1)
    assert rate.allow("a", 5.0) == pytest.approx(0.1), "asking in vain costs nothing"
    assert rate.allow("a", 5.05) == pytest.approx(0.05)
    assert rate.allow("a", 5.1) == 0
    assert rate.allow("a", 5.1) > 0
    assert rate.allow("b", 5.1) == 0, "another caller is another matter"
    assert [rate.allow("a", 60.0) for _ in range(3)] == [0, 0, 0]
    assert rate.allow("a", 60.0) > 0, "patience saves up a burst and no more"


@given(st.floats(0.5, 100), st.integers(1, 20), st.lists(st.floats(0, 0.5), max_size=200))
def test_no_more_pass_than_the_burst_and_the_rate(rate: float, burst: int, pauses: list[float]) -> None:
    limit, now, passed = Rate(rate, burst), 0.0, 0
    for pause in pauses:
        now += pause
        passed += not limit.allow("a", now)
        assert passed <= burst + rate * (now + 1e-5)


@given(st.floats(0.5, 100), st.integers(1, 20))
def test_who_waits_as_told_is_heard(rate: float, burst: int) -> None:
    limit, now = Rate(rate, burst), 100.0
    for _ in range(3 * burst):
        if wait := limit.allow("a", now):
            now += wait
            assert not limit.allow("a", now)


def test_callers_who_have_caught_up_are_forgotten() -> None:
    rate = Rate(10, 3)
    for caller in range(1000):
        rate.allow(caller, caller * 1.0)
    assert len(rate.caught_up) <= 2


def test_callers_are_never_more_than_can_be_remembered() -> None:
    rate = Rate(0.001, 1, most=50)
    for caller in range(1000):
        rate.allow(caller, 0.0)
        assert len(rate.caught_up) <= 50
    assert rate.allow(999, 0.0) > 0, "those who came last are known"


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class SigningIn:
    """Whoever names an account is signed in as it."""

    def __init__(self, rates: RateLimits) -> None:
        self.inside = RateLimited(PlainTextResponse("here"), rates)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for name, value in scope["headers"]:
            if name == b"x-account":
                account = UUID(value.decode())
                code, role = next(iter(ROLES.items()))
                scope["state"]["caller"] = Caller(account, "a", uuid4(), uuid4(), code, role.purposes[0], "", "")
        await self.inside(scope, receive, send)


class Limited:
    """An application that answers everything, within limits, and a clock that the test turns."""

    def __init__(self) -> None:
        self.clock, self.metrics = Clock(), Metrics()
        rates = RateLimits(LIMITS, self.metrics, self.clock)
        self.app = Envelope(SigningIn(rates), self.metrics, 30)

    async def ask(self, path: str = "/", address: str = "192.0.2.1", account: UUID | None = None) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        headers = {"x-account": str(account)} if account else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as client:
            return await client.get(path)

    async def statuses(self, times: int, **how: object) -> list[int]:
        return [(await self.ask(**how)).status_code for _ in range(times)]

    def refused(self, caller: str) -> float | None:
        return self.metrics.registry.get_sample_value("http_requests_too_many_total", {"caller": caller})


async def test_an_account_that_asks_too_often_is_told_when_to_come_back() -> None:
    limited, account = Limited(), uuid4()
    assert await limited.statuses(3, account=account) == [200, 200, 200]
    answer = await limited.ask(account=account)
    assert refusal(answer) == (429, "too_many_requests", [])
    assert answer.headers["retry-after"] == "1"
    assert await limited.statuses(1, account=uuid4()) == [200]
    limited.clock.now += 1
    assert await limited.statuses(3, account=account) == [200, 200, 200]
    assert limited.refused("signed") == 1


async def test_an_account_is_one_caller_wherever_it_asks_from() -> None:
    limited, account = Limited(), uuid4()
    assert await limited.statuses(2, account=account, address="192.0.2.1") == [200, 200]
    assert await limited.statuses(2, account=account, address="192.0.2.2") == [200, 429]
    assert await limited.statuses(1, account=uuid4(), address="192.0.2.2") == [200]


async def test_who_is_not_signed_in_is_an_address() -> None:
    limited = Limited()
    assert await limited.statuses(3) == [200, 200, 429]
    assert await limited.statuses(3, address="192.0.2.2") == [200, 200, 429]
    assert await limited.statuses(1, account=uuid4()) == [200]
    limited.clock.now += 1
    assert await limited.statuses(2) == [200, 429]
    assert limited.refused("unsigned") == 3


async def test_the_many_addresses_of_one_network_are_one_caller() -> None:
    limited = Limited()
    assert [(await limited.ask(address=f"2001:db8:1:1::{n}")).status_code for n in range(3)] == [200, 200, 429]
    assert await limited.statuses(1, address="2001:db8:1:2::1") == [200]
    assert await limited.statuses(2, address="::ffff:192.0.2.7") == [200, 200]
    assert await limited.statuses(1, address="192.0.2.7") == [429], "the same, written in two ways"


@pytest.mark.parametrize("probe", ["/health/live", "/health/ready", "/metrics"])
async def test_probes_have_a_limit_of_their_own_that_no_one_else_uses_up(probe: str) -> None:
    limited = Limited()
    assert 429 in await limited.statuses(5)
    assert await limited.statuses(100, path=probe) == [200] * 100
    assert await limited.statuses(1, path=probe) == [429]
    assert await limited.statuses(1, path=probe, address="192.0.2.7") == [200]


async def passing_at_once(dsn: str, limits: Limits) -> int:
    app = served(dsn, TODAY, limits)
    async with asked(app):
        return next(n for n in range(10_000) if app.state.rates.signed.allow("a", 0.0))


async def test_limits_are_wider_in_the_demonstration_unless_they_are_set(empty_database: str) -> None:
    assert await passing_at_once(empty_database, Limits()) == 200
    connection = await asyncpg.connect(empty_database)
    await connection.execute("UPDATE register SET demonstration = true")
    await connection.close()
    assert await passing_at_once(empty_database, Limits()) == 4000
    assert await passing_at_once(empty_database, Limits(burst=7)) == 7
