"""The trace context of what is being done now: a request, or the event being handled."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
# An id that a client sends is kept in logs, events and the audit log: it must not be the number of a
# person or of a family card, which have 16 digits. Those within a hexadecimal id are none.
_SAFE_ID = re.compile(r"^(?!(?:.*[^0-9A-Fa-f])?[0-9]{16}(?:[^0-9A-Fa-f]|$))[A-Za-z0-9._:-]{1,128}$")


@dataclass(frozen=True, slots=True)
class Trace:
    """Who caused what: the request's id, the journey it belongs to, and its W3C traceparent."""

    request_id: str
    traceparent: str
    correlation_id: str | None = None

    @property
    def trace_id(self) -> str:
        """Return the 32 hex digits that all spans of one trace share."""
        return self.traceparent.split("-")[1]


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def start_trace(
    *, request_id: str | None = None, traceparent: str | None = None, correlation_id: str | None = None
) -> Trace:
    """Begin a trace, or go on with the caller's if what it sent is well-formed; make it current."""
    given = _TRACEPARENT.match(traceparent or "")
    trace_id = given.group(1) if given else secrets.token_hex(16)
    trace = Trace(
        request_id=request_id if request_id and _SAFE_ID.match(request_id) else secrets.token_hex(8),
        traceparent=f"00-{trace_id}-{secrets.token_hex(8)}-01",
        correlation_id=correlation_id if correlation_id and _SAFE_ID.match(correlation_id) else None,
    )
    _current.set(trace)
    return trace


def current_trace() -> Trace | None:
    """Return the trace of what is being done now, if anything is."""
    return _current.get()


def end_trace() -> None:
    """Forget the current trace."""
    _current.set(None)
