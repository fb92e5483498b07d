"""Spans for OpenTelemetry, an option (`CLAPVERT_OTLP_ENDPOINT`): how long each step of a request took.

Guarantee: the text of a question, of an answer or of an address never leaves in a span: attributes are those named here
(a route, a status, an outcome, a count), and an error is told by its type alone. Nothing is sent, and nothing imported,
unless the setting names a collector.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.observing.counts import route_of
from ingest.errors import ClapvertError, ErrorCode
from ingest.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

_SERVICE = "clapvert"
_tracer: Tracer | None = None
_provider: TracerProvider | None = None


class Span:
    """A span under way; nothing where there is no collector."""

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def note(self, **facts: str | int | float | bool) -> None:
        """Add facts of our own to it: never a text that anyone wrote."""
        if self._span is not None:
            self._span.set_attributes({f"{_SERVICE}.{name}": value for name, value in facts.items()})


@contextmanager
def span(name: str, **facts: str | int | float | bool) -> Iterator[Span]:
    """A span around a step."""
    if _tracer is None:
        yield Span()
        return
    from opentelemetry.trace import Status, StatusCode

    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as raw:
        under_way = Span(raw)
        under_way.note(**facts)
        try:
            yield under_way
        except BaseException as exc:
            raw.set_status(Status(StatusCode.ERROR))
            under_way.note(error=exc.code.value if isinstance(exc, ClapvertError) else type(exc).__name__)
            raise


def send_spans(settings: Settings, exporter: SpanExporter | None = None) -> None:
    """Send spans to the collector of the settings, if they name one, from now on; `EXTRA_MISSING`."""
    global _provider, _tracer
    if settings.otlp_endpoint is None or _tracer is not None:
        return
    if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter") is None:
        raise ClapvertError(
            ErrorCode.EXTRA_MISSING,
            "Il manque ce qu'il faut pour OpenTelemetry.",
            "Installez-le : pip install 'clapvert[otel]'.",
        )
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": _SERVICE}))
    exporter = exporter or OTLPSpanExporter(
        settings.otlp_endpoint, insecure=settings.otlp_endpoint.startswith("http://")
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _provider, _tracer = provider, provider.get_tracer(_SERVICE)


def end_spans() -> None:
    """Send what was not yet, and no more."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()


class Tracing:
    """A span around each request, named by the route that took it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or _tracer is None:
            await self._app(scope, receive, send)
            return
        status = 500
        with span("request", method=str(scope["method"])) as under_way:

            async def noted(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await self._app(scope, receive, noted)
            finally:
                under_way.note(route=route_of(scope), status=status)
