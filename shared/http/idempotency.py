"""Doubled requests: the first answer is stored in the transaction of its change, and given again.

An answer may hold a person's record or a key that is shown once, so it is stored encrypted.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from cryptography.fernet import Fernet
from flask import Response, current_app, make_response, request
from sqlalchemy import text
from sqlalchemy.orm import scoped_session

from shared import clock
from shared.auth.principal import PUBLIC, current_principal
from shared.database import Session
from shared.errors import Conflict, Fault, Invalid

KEPT_FOR = timedelta(hours=24)

# The lock is asked for in a statement of its own: what the second one reads was begun after it was given.
_TAKE_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:client || ' ' || :key, 0))")
_STORED = text(
    "SELECT fingerprint, status, headers, body FROM idempotency"
    " WHERE client = :client AND key = :key AND created_at > :oldest"
)
_STORE = text(
    "INSERT INTO idempotency (client, key, fingerprint, status, headers, body, created_at)"
    " VALUES (:client, :key, :fingerprint, :status, :headers, :body, :now)"
    " ON CONFLICT (client, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,"
    " headers = excluded.headers, body = excluded.body, created_at = excluded.created_at"
)
_PURGE = text(
    "DELETE FROM idempotency WHERE (client, key) IN ("
    " SELECT client, key FROM idempotency WHERE created_at <= :oldest LIMIT :most)"
)
_PURGED_AT_ONCE = 10_000

_KEPT_HEADERS = ("Content-Type", "Location", "ETag")


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a POST that creates be repeated under one `Idempotency-Key` without a second effect.

    Stored is only an answer that changed something (2xx), together with the change. Another
    request under the same key is a 422, one while the first still runs a 409.
    """

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(*args, **kwargs)
        if not 0 < len(key) <= 255 or not key.isprintable():
            raise Invalid([Fault("", "Idempotency-Key takes 1 to 255 printable characters.")])
        return _once(_session(), key, lambda: view(*args, **kwargs))

    once.is_idempotent = True  # type: ignore[attr-defined]
    return once


def _once(session: "scoped_session[Session]", key: str, run: Callable[[], Any]) -> Response:
    place = {"client": _client(), "key": key}
    fingerprint = _fingerprint()
    if not session.execute(_TAKE_TURN, place).scalar_one():
        raise Conflict("still_running", "The first request under this Idempotency-Key still runs.")
    stored = session.execute(_STORED, place | {"oldest": clock.now() - KEPT_FOR}).one_or_none()
    if stored is not None:
        session.rollback()
        return _again(stored, fingerprint)
    current = session()
    current.answer_pending = True
    try:
        response = make_response(run())
    finally:
        current.answer_pending = False
    if response.status_code >= 300:
        session.rollback()
        return response
    session.execute(_STORE, place | _answer(response) | {"fingerprint": fingerprint})
    session.commit()
    return response


def _again(stored: Any, fingerprint: str) -> Response:
    if not hmac.compare_digest(stored.fingerprint, fingerprint):
        raise Invalid([Fault("", "This Idempotency-Key was used for another request. Use a new one.")])
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    return Response(_cipher().decrypt(stored.body), status=stored.status, headers=headers)


def purge(session: Any) -> bool:
    """Forget answers older than a day; return True if more are left."""
    result = session.execute(_PURGE, {"oldest": clock.now() - KEPT_FOR, "most": _PURGED_AT_ONCE})
    return bool(result.rowcount == _PURGED_AT_ONCE)


def _answer(response: Response) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return {
        "status": response.status_code,
        "headers": json.dumps(headers),
        "body": _cipher().encrypt(response.get_data()),
        "now": clock.now(),
    }


def _client() -> str:
    """Return whose key it is. The public has no name, so that one stranger's key is not another's."""
    caller = current_principal()
    return f"public {request.remote_addr}" if caller is PUBLIC else caller.id


def _secret() -> bytes:
    secret: str = current_app.config["SECRET_KEY"]
    return hashlib.sha256(b"idempotency " + secret.encode()).digest()


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_secret()))


def _fingerprint() -> str:
    """Tell one request from another by method, address and body, without giving the body away."""
    digest = hmac.new(_secret(), f"{request.method} {request.full_path}\n".encode(), hashlib.sha256)
    if request.mimetype != "multipart/form-data":
        digest.update(request.get_data(cache=True))
        return digest.hexdigest()
    # What is sent twice is divided by another boundary each time.
    parts = list(request.form.items(multi=True))
    for name, file in request.files.items(multi=True):
        stream: Any = file.stream
        parts.append((name, hashlib.file_digest(stream, "sha256").hexdigest()))
        stream.seek(0)
    digest.update(json.dumps(sorted(parts)).encode())
    return digest.hexdigest()


def _session() -> "scoped_session[Session]":
    session: scoped_session[Session] = current_app.extensions["helix_session"]
    return session
