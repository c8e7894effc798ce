"""Metrics count requests by route, and hold nothing that a request holds."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from service.backup.archive import behind
from tests.conftest import TODAY
from tests.routers.api import registered
from tests.signed_in import asked, served

SECRET = "Mận"
REQUESTS = "http_request_duration_seconds_count"


async def samples(client: httpx.AsyncClient) -> list[Sample]:
    page = (await client.get("/metrics")).text
    return [sample for family in text_string_to_metric_families(page) for sample in family.samples]


def values(found: list[Sample], name: str, **labels: str) -> Iterator[float]:
    return (s.value for s in found if s.name == name and labels.items() <= s.labels.items())


async def test_requests_are_counted_by_route(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    for _ in range(3):
        await client.get(address)
    await client.get("/v1/children", params={"q": SECRET})
    await client.get(f"/v1/children/{SECRET}")
    await client.get(f"/{SECRET}/{SECRET}")
    await client.get(f"/{SECRET}")
    await client.request(SECRET.encode("unicode_escape").decode(), "/health/live")
    found = await samples(client)
    assert list(values(found, REQUESTS, method="POST", route="/v1/children", status="2xx")) == [1]
    assert list(values(found, REQUESTS, route="/v1/children/{child_id}", status="2xx")) == [3]
    assert list(values(found, REQUESTS, route="/v1/children/{child_id}", status="4xx")) == [1]
    assert list(values(found, REQUESTS, route="none")) == [2], "paths that lead nowhere are one"
    assert list(values(found, REQUESTS, method="other")) == [1]
    said = {value for sample in found for value in sample.labels.values()}
    assert not any(SECRET in value or address.rpartition("/")[2] in value for value in said)


async def test_the_state_of_pools_and_ledger_is_told(empty_database: str) -> None:
    app = served(empty_database, TODAY)
    async with asked(app) as client:
        before = await samples(client)
        await registered(client)
        async with app.state.database.reader.acquire(), app.state.database.engine.connect():
            after = await samples(client)
    assert list(values(after, "database_pool_connections", state="in_use")) == [1, 1]
    assert list(values(after, "database_pool_size")) == [20, 20]
    assert list(values(after, "database_up")) == [1]
    assert list(values(after, "ledger_horizon_days")) == [366], "to the end of next year"
    assert list(values(after, "calendar_days")) == [(date(2027, 1, 1) - TODAY).days], "to the end of 2026"
    (posting,) = values(before, "ledger_posting_number")
    assert list(values(after, "ledger_posting_number")) == [posting + 1]
    assert list(values(after, "http_requests_in_flight")) == [1], "the one that asks"
    for name in ("service_build_info", "process_resident_memory_bytes", "python_info"):
        assert len(list(values(after, name))) == 1


async def test_two_applications_in_one_process_count_apart(empty_database: str) -> None:
    async with asked(served(empty_database, TODAY)) as one, asked(served(empty_database, TODAY)) as other:
        await registered(one)
        assert list(values(await samples(one), REQUESTS, method="POST")) == [1]
        assert list(values(await samples(other), REQUESTS, method="POST")) == []


async def test_an_archive_that_is_behind_is_told(empty_database: str, tmp_path: Path) -> None:
    app = served(empty_database, TODAY)
    app.state.metrics.watch_archive(partial(behind, tmp_path))
    async with asked(app) as client:
        assert list(values(await samples(client), "archive_waiting_segments")) == [0]
        (tmp_path / "outgoing").mkdir()
        (tmp_path / "outgoing" / "000000010000000000000001").touch()
        found = await samples(client)
    assert list(values(found, "archive_waiting_segments")) == [1]
    assert next(values(found, "archive_waiting_seconds")) > 0
