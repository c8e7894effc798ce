"""The short way of a read answers what FastAPI would, right or wrong."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service import failures
from service.authentication import Authentication
from service.envelope import Envelope
from service.metrics import Metrics
from service.patching import Handler
from service.routing import Read, in_pages, is_paged, is_plain
from tests.conftest import TODAY
from tests.routers.api import registered
from tests.signed_in import OFFICER, headers, officer, served

QUESTIONS = [
    "/v1/children",
    "/v1/children?limit=1&count=true",
    "/v1/children?limit=1&limit=2",
    "/v1/children?limit=",
    "/v1/children?limit=0",
    "/v1/children?limit=1.0&count=yes",
    "/v1/children?on=2018-06-30&commune=12145&sex=female&age_from=3",
    "/v1/children?on=2018-6-30",
    "/v1/children?kind=special&assisted=false",
    "/v1/children?nothing=1&q",
    "/v1/children?q=%20m%E1%BA%ADn",
    "/v1/children/{child}",
    "/v1/children/{unknown}",
    "/v1/children/not-an-id",
    "/v1/cases?child_id={child}",
    "/v1/communes?q=phu%20ung",
    "/v1/communes/12145?on=2018-06-30&on=2019-06-30",
    "/v1/areas?kind=district&on=2018-06-30",
    "/v1/indicators/special_rate/attainment?on=2018-06-30&by=commune",
    "/v1/indicators/special_rate/attainment?by=everything",
    "/v1/indicators/special_rate/series?from=2018-01-01&until=2019-01-01&every=quarter",
    "/v1/indicators/special_rate/series?from_=2018-01-01",
    "/v1/indicators/special_rate/records?side=gap",
    "/v1/programmes/hung-yen-2016-2020/scoreboard?on=2018-06-30",
    "/v1/categories?on=2018-06-30",
    "/v1/intervention-measures",
    "/problems/stale",
]


class Usual(APIRoute):
    """A route as FastAPI makes it; a list knows which page it is asked for."""

    def get_route_handler(self) -> Handler:
        usual = super().get_route_handler()
        return in_pages(usual) if is_paged(self.dependant) else usual


@pytest.fixture
async def clients(empty_database: str) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """The service, and its routes as FastAPI itself would make them."""
    ours = served(empty_database, TODAY)
    plain = FastAPI()
    plain.router.route_class = Usual
    plain.state = ours.state
    for route in ours.routes:
        if isinstance(route, APIRoute):
            plain.add_api_route(route.path, route.endpoint, methods=list(route.methods), response_model=None)
    failures.add_handlers(plain)
    plain.add_middleware(Authentication)
    plain.add_middleware(Envelope, Metrics(), 30)
    await officer(empty_database)
    signed_in = headers(OFFICER, "province_officer")
    async with (
        ours.router.lifespan_context(ours),
        httpx.AsyncClient(transport=httpx.ASGITransport(ours), base_url="http://ours", headers=signed_in) as one,
        httpx.AsyncClient(transport=httpx.ASGITransport(plain), base_url="http://plain", headers=signed_in) as other,
    ):
        yield one, other


async def test_both_ways_give_the_same_answers(clients: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> None:
    ours, plain = clients
    child = (await registered(ours)).rpartition("/")[2]
    for question in QUESTIONS:
        path = question.format(child=child, unknown=uuid4())
        one, other = await ours.get(path), await plain.get(path)
        assert one.status_code == other.status_code, path
        bodies = [answer.json() | {"instance": None} for answer in (one, other)]
        assert bodies[0] == bodies[1], path


def test_reads_take_the_short_way(empty_database: str) -> None:
    reads = [r for r in served(empty_database).routes if isinstance(r, Read) and r.methods == {"GET"}]
    longer = {route.path for route in reads if not is_plain(route.dependant)}
    assert len(reads) > 20
    assert longer == {"/v1/categories", "/v1/communes/{code}", "/v1/communes/{code}/lineage"}, "with loose parameters"
