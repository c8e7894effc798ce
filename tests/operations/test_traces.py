"""A trace tells the route of a request, and neither who was asked about nor what was said."""

import asyncpg
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.telemetry import observed, traces
from tests.conftest import TODAY
from tests.routers.api import child, registered
from tests.signed_in import asked, served

SECRET, ENCODED = "Mận", "M%E1%BA%ADn"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


async def test_spans_hold_routes_and_no_names(empty_database: str) -> None:
    kept = InMemorySpanExporter()
    app = served(empty_database, TODAY, sound=False, telemetry=observed(traces(SimpleSpanProcessor(kept))))
    async with asked(app) as client:
        address = await registered(client)
        await client.get("/v1/children", params={"q": SECRET}, headers=PARENT)
        await client.get(address)
        await client.post("/v1/children", json=child(full_name=SECRET, sex=SECRET))
        await client.get(f"/{SECRET}")
        for probe in ("/health/live", "/health/ready", "/metrics"):
            await client.get(probe)
        connection = await asyncpg.connect(empty_database)
        await connection.execute("DROP TABLE site_stage CASCADE")
        await connection.close()
        assert (await client.get("/v1/sites", params={"commune": "12145"})).status_code == 500
    spans = kept.get_finished_spans()
    routes = [(span.attributes or {}).get("http.route") for span in spans]
    assert routes == ["/v1/children", "/v1/children", "/v1/children/{child_id}", "/v1/children", None, "/v1/sites"]
    assert spans[1].context is not None
    assert f"{spans[1].context.trace_id:032x}" == TRACE
    told = "".join(span.to_json() for span in spans)
    for secret in (SECRET, ENCODED, address.rpartition("/")[2], "12145", "site_stage"):
        assert secret not in told
    assert "REDACTED" in told
