"""What gunicorn refuses before the app sees it is told like every other problem."""

import json
import logging
import socket

from gunicorn.http.errors import InvalidRequestLine, LimitRequestHeaders

from helix.web_worker import WebWorker
from shared.telemetry.context import current_trace


def _refused(error: Exception) -> tuple[str, dict[str, object]]:
    """Return the head and the problem that a client reads."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        WebWorker.__new__(WebWorker).handle_error(None, ours, ("127.0.0.1", 1), error)
        head, _, body = theirs.recv(65536).decode().partition("\r\n\r\n")
    return head, json.loads(body)


def test_an_unreadable_request_is_answered_with_a_problem() -> None:
    head, problem = _refused(LimitRequestHeaders("too large"))
    assert head.startswith("HTTP/1.1 431 ")
    assert "Content-Type: application/problem+json" in head
    assert problem.keys() >= {"type", "title", "status", "detail", "code", "request_id"}
    # The address could not be read, and an empty one would be a wrong one.
    assert "instance" not in problem


class _Log(logging.Handler):
    """Keeps of each line the request that it would be found by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = current_trace()
        self.found.append((record.getMessage(), trace.request_id if trace else ""))


def test_its_request_id_finds_the_log_line_and_is_anothers_next_time() -> None:
    log, logger = _Log(), logging.getLogger("helix.web_worker")
    logger.addHandler(log)
    try:
        first = _refused(InvalidRequestLine("GET /3517010101900001"))
        second = _refused(InvalidRequestLine("GET /3517010101900001"))
    finally:
        logger.removeHandler(log)
    told = [problem["request_id"] for _, problem in (first, second)]
    assert log.found == [("unreadable request", identity) for identity in told]
    assert len(set(told)) == 2
    assert f"X-Request-Id: {told[0]}" in first[0]
    assert current_trace() is None
