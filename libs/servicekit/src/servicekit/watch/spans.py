"""Spans by OpenTelemetry, exported by OTLP. Imported only by a process that is told where to send them (`tracing.py`).

The library's own variables (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, …) hold too.
"""

from collections.abc import Callable, Iterable

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.trace.propagation import set_span_in_context

from servicekit import trace

_KINDS = {kind: otel.SpanKind[kind.value] for kind in trace.Kind}
# A collector that is down must not hold up the end of a process.
_SECONDS = 3


def export(service: str, endpoint: str) -> Callable[[], None]:
    """Send the spans of this process to *endpoint* by OTLP over gRPC. Return what sends the last ones and ends it."""
    # gRPC's exporter takes a third of a second to import, which who does not use it should not wait for.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return _record(service, OTLPSpanExporter(endpoint=endpoint, timeout=_SECONDS), at_once=False)


def collect(service: str, exporter: SpanExporter) -> Callable[[], None]:
    """Hand each span of this process to *exporter* as soon as it ends: for tests."""
    return _record(service, exporter, at_once=True)


def _record(service: str, exporter: SpanExporter, *, at_once: bool) -> Callable[[], None]:
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter))
    trace.record(_Recorder(provider.get_tracer("cadre")))

    def stop() -> None:
        trace.record(None)
        provider.shutdown()

    return stop


class _Recorder:
    def __init__(self, tracer: otel.Tracer) -> None:
        self._tracer = tracer

    def begin(self, name: str, kind: trace.Kind, parent: str, links: Iterable[str]) -> "_Span":
        context = set_span_in_context(otel.NonRecordingSpan(_context(parent))) if parent else Context()
        related = [otel.Link(_context(link)) for link in links]
        return _Span(self._tracer.start_span(name, context, _KINDS[kind], links=related))


class _Span:
    def __init__(self, span: otel.Span) -> None:
        self._span = span
        context = span.get_span_context()
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def name(self, name: str) -> None:
        self._span.update_name(name)

    def note(self, key: str, value: trace.Value) -> None:
        self._span.set_attribute(key, value)

    def end(self, error: str) -> None:
        if error:
            self._span.set_status(otel.StatusCode.ERROR, error)
        self._span.end()


def _context(traceparent: str) -> otel.SpanContext:
    _, trace_id, span_id, flags = traceparent.split("-")
    return otel.SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=otel.TraceFlags(int(flags, 16))
    )
