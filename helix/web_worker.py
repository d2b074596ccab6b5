"""gunicorn's threads, with an answer of ours where a request never reaches the app."""

import json
import logging
import signal
import socket
import struct
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from helix.parent import die_with_parent
from shared.http.problem import code_of, phrase_of
from shared.telemetry.context import Trace, end_trace, start_trace

_log = logging.getLogger(__name__)

# A `timeval`: seconds and microseconds.
_PATIENCE = struct.pack("ll", 5, 0)

_STATUSES = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ForbiddenProxyRequest: HTTPStatus.FORBIDDEN,
    # What the app tried to send, not what it was asked.
    errors.InvalidResponseHeader: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidResponseHeaderName: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class WebWorker(ThreadWorker):  # type: ignore[misc]
    """Answers what it can't read with problem+json. Neither the answer nor the log repeats what was sent.

    A thread waits a few seconds for the next bytes of a request and then lets go of it: eight clients that
    begin one and fall silent would else hold all threads there are.

    An answer given before the body was read, such as a 413, says that it ends the connection: what is
    still to come of the body would stand where the next request is looked for.
    """

    def init_process(self) -> None:
        """Begin. Where gunicorn is killed outright, what it leaves behind would keep the address from the next."""
        die_with_parent(signal.SIGKILL)
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Read a request and answer it."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PATIENCE)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Let the app answer; gunicorn asks `should_close` when it writes the head, and again at the end."""
        asked_to_close = req.should_close
        req.should_close = lambda: asked_to_close() or _is_unread(req.body.reader)
        kept: bool = super().handle_request(req, conn)
        return kept

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: Exception) -> None:
        """Answer a request that gunicorn refused, or that broke outside the app."""
        status = _status_of(exc)
        trace = start_trace()
        try:
            _log.warning("unreadable request", extra={"status": status, "kind": type(exc).__name__})
            write_nonblock(client, _answer(status, trace))
        except OSError:
            _log.debug("who asked has gone")
        finally:
            end_trace()


def _is_unread(reader: Any) -> bool:
    if isinstance(reader, ChunkedReader):
        return reader.parser is not None
    return isinstance(reader, LengthReader) and reader.length > 0


def _status_of(error: Exception) -> HTTPStatus:
    unread = HTTPStatus.BAD_REQUEST if isinstance(error, errors.ParseException) else None
    return _STATUSES.get(type(error)) or unread or HTTPStatus.INTERNAL_SERVER_ERROR


def _answer(status: HTTPStatus, trace: Trace) -> bytes:
    """Return the problem as bytes. Without `instance`: which address was asked for could not be read."""
    code, title = code_of(status), phrase_of(status)
    body = json.dumps(
        {
            "type": f"urn:helix:problem:{code}",
            "title": title,
            "status": status,
            "detail": status.description or "The request could not be read.",
            "code": code,
            "request_id": trace.request_id,
        }
    )
    head = (
        f"HTTP/1.1 {status.value} {title}",
        "Connection: close",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {trace.request_id}",
    )
    return "\r\n".join((*head, "", body)).encode()
