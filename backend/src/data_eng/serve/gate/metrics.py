"""What the server counts about itself, in the text format that Prometheus reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = CONTENT_TYPE_LATEST
LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.08, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Among them 80 and 250 ms, within which an answer about a setup and a day's view are to come."""
NO_ROUTE = "(none)"
"""Route of requests that the gate refused and of addresses that nothing answers; never the address itself, which the client chooses."""
Readings = Callable[[], Mapping[str, float]]


class Metrics:
    """The counts of one application; a registry of its own, so that two applications in a process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("spymaster_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry)
        self.latency = Histogram(
            "spymaster_request_seconds",
            "From a request's first line to its answer's last byte handed to the socket.",
            ("route",),
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self.sent = Counter("spymaster_sent_bytes", "Bytes of bodies and socket messages handed out.", ("route",), registry=self.registry)
        self.sockets = Gauge("spymaster_sockets_open", "WebSockets open now.", registry=self.registry)

    def read_from(self, counters: Readings, gauges: Readings) -> None:
        """Take further numbers where they are kept, at each scrape: name after `spymaster_` to value.

        `counters` only ever grow (cache hits); `gauges` go up and down (days held).
        """
        self.registry.register(_Read(counters, gauges))

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Read(Collector):
    """Numbers that somebody else keeps."""

    def __init__(self, counters: Readings, gauges: Readings) -> None:
        self._counters = counters
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        for name, value in self._counters().items():
            yield CounterMetricFamily(f"spymaster_{name}", f"{_said(name)}, since the start.", value=value)
        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"spymaster_{name}", f"{_said(name)}, now.", value=value)


class Counting:
    """Counts every request and socket that passes; belongs in front of the gate, so that refusals count, too."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status, sent = time.perf_counter(), 500, 0

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)
            sent += len(message.get("body", b""))

        try:
            await self._app(scope, receive, counted)
        finally:
            route = _route(scope)
            self._metrics.requests.labels(route, _method(scope), str(status)).inc()
            self._metrics.latency.labels(route).observe(time.perf_counter() - started)
            self._metrics.sent.labels(route).inc(sent)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        open_now, sent = False, 0

        async def counted(message: Message) -> None:
            nonlocal open_now, sent
            await send(message)
            if message["type"] == "websocket.accept":
                open_now = True
                self._metrics.sockets.inc()
            sent += len(message.get("text") or message.get("bytes") or "")

        try:
            await self._app(scope, receive, counted)
        finally:
            if open_now:
                self._metrics.sockets.dec()
            self._metrics.sent.labels(_route(scope)).inc(sent)


def install_metrics(app: Starlette) -> Metrics:
    """Count what passes through `app`; call it after `install_access`, since the last one installed is the first to be called."""
    metrics = Metrics()
    app.state.metrics = metrics
    app.add_middleware(Counting, metrics=metrics)
    return metrics


def _route(scope: Scope) -> str:
    """Template of the route that answered, `/api/days/{symbol}/{session_date}`."""
    return getattr(scope.get("route"), "path", None) or NO_ROUTE


def _method(scope: Scope) -> str:
    method = scope["method"]
    return method if method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE") else "other"


def _said(name: str) -> str:
    return name.replace("_", " ").capitalize()
