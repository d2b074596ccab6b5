"""One log line and one measurement for each request, and the ids that lead from an answer to the log."""

import logging
import time

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Histogram, generate_latest

from shared.telemetry.context import current_trace, end_trace, start_trace

_log = logging.getLogger("helix.requests")

# Any word may be sent as a method: a new one must make neither a new series nor a line that repeats it.
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

REQUEST_SECONDS = Histogram(
    "helix_http_request_seconds",
    "How long answers took, by route, method and status.",
    ("service", "route", "method", "status"),
)


def register_request_telemetry(app: Flask, service: str) -> None:
    """Begin a trace with each request; log and measure its answer. Never logs a query or a body."""

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        start_trace(
            request_id=request.headers.get("X-Request-Id"),
            traceparent=request.headers.get("traceparent"),
            correlation_id=request.headers.get("X-Correlation-Id"),
        )

    @app.after_request
    def finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        route = str(request.url_rule) if request.url_rule else "none"
        method = request.method if request.method in _METHODS else "other"
        REQUEST_SECONDS.labels(service, route, method, response.status_code).observe(seconds)
        trace = current_trace()
        if trace is not None:
            response.headers["X-Request-Id"] = trace.request_id
        if not route.startswith(("/static", "/healthz", "/readyz", "/metrics")):
            _log.info(
                "request",
                extra={
                    "route": route,
                    "method": method,
                    "status": response.status_code,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        end_trace()


def metrics() -> Response:
    """Return the measurements of this process in Prometheus's format."""
    return Response(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
