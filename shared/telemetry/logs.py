"""Structured logs: one JSON object a line, with the ids that join lines to a request and a journey."""

import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from shared import clock
from shared.telemetry.context import current_trace


class _Formatter(JsonFormatter):
    def __init__(self, service: str) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s", rename_fields={"levelname": "level", "name": "logger"}
        )
        self._service = service

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data["time"] = clock.now().isoformat()
        log_data["service"] = self._service
        trace = current_trace()
        if trace is not None:
            log_data["request_id"] = trace.request_id
            log_data["trace_id"] = trace.trace_id
            if trace.correlation_id:
                log_data["correlation_id"] = trace.correlation_id


def configure_logs(service: str, level: str) -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # kafka-python tells every reconnect attempt as a warning; the bus tells it once itself.
    logging.getLogger("kafka").setLevel(logging.ERROR)
