"""An answer that was given before the body was read says that the connection ends."""

import os
import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from helix.web_worker import WebWorker


def _app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer 413, having read as much of the body as the path says; `all` reads it to its end."""
    asked = environ["PATH_INFO"].strip("/")
    if asked == "all":
        environ["wsgi.input"].read()
    elif asked:
        environ["wsgi.input"].read(int(asked))
    start_response("413 Content Too Large", [("Content-Length", "2")])
    return [b"no"]


def _answered(request: bytes) -> tuple[str, bool]:
    """Return the head that a client reads, and whether the server keeps the connection."""
    config = Config()
    worker = WebWorker(1, os.getppid(), [], None, 30, config, Logger(config))
    worker.wsgi = _app
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(request)
        kept = worker.handle(TConn(config, ours, ("127.0.0.1", 1), ("127.0.0.1", 2)))
        head = theirs.recv(65536).decode().partition("\r\n\r\n")[0]
    worker.tmp.close()
    return head.lower(), kept


def _sized(path: str, body: bytes) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _chunked(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n"
    return head.encode() + body + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("written", [_sized, _chunked])
@pytest.mark.parametrize(("path", "length"), [("/", 10), ("/", 100_000), ("/4", 100_000)])
def test_a_body_that_was_not_read_ends_the_connection_and_the_answer_says_so(
    written: Callable[[str, bytes], bytes], path: str, length: int
) -> None:
    head, kept = _answered(written(path, b"x" * length))
    assert head.startswith("http/1.1 413")
    assert "connection: close" in head
    assert not kept


@pytest.mark.parametrize(
    "request_",
    [_sized("/all", b"x" * 100_000), _chunked("/all", b"x" * 100), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ids=["sized", "chunked", "none"],
)
def test_a_body_that_was_read_keeps_the_connection(request_: bytes) -> None:
    head, kept = _answered(request_)
    assert "connection: keep-alive" in head
    assert kept
