"""Traces of requests by OpenTelemetry, for whoever collects them. What a span tells of a request is its route."""

from fastapi.telemetry import TelemetryConfig
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from service import __version__
from service.routers.health import PROBES

KEPT_BACK = ("url.path", "url.query", "http.request.method_original")  # who was asked about, and by which name


class Discretion(SpanProcessor):
    """Writes over what must not leave; it comes before every exporter."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the signature
        for name in KEPT_BACK:
            if name in (span.attributes or {}):
                span.set_attribute(name, "REDACTED")


def traces(exporting: SpanProcessor | None = None) -> TracerProvider:
    """Where traces go: by default to OTEL_EXPORTER_OTLP_ENDPOINT, as OpenTelemetry's own variables say."""
    named = Resource({SERVICE_NAME: "child-protection", SERVICE_VERSION: __version__})
    provider = TracerProvider(resource=named.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(Discretion())
    provider.add_span_processor(exporting or BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def observed(provider: TracerProvider) -> TelemetryConfig:
    """FastAPI's own spans, without its logs: they repeat messages of errors."""
    return {
        "tracer_provider": provider,
        "tracing": True,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": lambda scope: scope["path"] in PROBES,
    }
