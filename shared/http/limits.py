"""How many requests a client may make, told in `RateLimit` headers (draft-ietf-httpapi-ratelimit-headers)."""

import time
from typing import Any

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from limits import parse
from werkzeug.exceptions import TooManyRequests

from shared.auth.principal import PUBLIC, current_principal


def register_limits(app: Flask) -> Limiter:
    """Limit each client of the API and the pages; files, health and metrics are free.

    The counts live in each web process: a service with n processes allows n times the rate.
    """
    limiter = Limiter(
        _client,
        app=app,
        application_limits=[lambda: current_app.config["HELIX"].rate_limit],
        storage_uri="memory://",
        strategy="moving-window",
    )
    limiter.request_filter(lambda: request.endpoint in {"health", "ready", "metrics"} or _is_file())
    app.extensions["helix_limiter"] = limiter
    app.extensions["helix_wrong_credentials"] = lambda: refuse_after_too_many(limiter)

    @app.after_request
    def tell(response: Response) -> Response:
        limit = limiter.current_limit
        if limit is None:
            return response
        left = max(0, int(limit.remaining))
        wait = max(0, int(limit.reset_at - time.time()))
        response.headers["RateLimit"] = f'"default";r={left};t={wait}'
        response.headers["RateLimit-Policy"] = (
            f'"default";q={limit.limit.amount};w={limit.limit.get_expiry()}'
        )
        if response.status_code == 429:
            # What was refused by a count of its own says itself how long to wait.
            response.headers.setdefault("Retry-After", str(max(1, wait)))
        return response

    return limiter


def limited_by_address() -> Any:
    """Limit, as a decorator or a context, what a stranger may try: by address, whoever he says he is."""
    limiter: Limiter = current_app.extensions["helix_limiter"]
    return limiter.limit(current_app.config["HELIX"].sign_in_limit, key_func=address)


def refuse_after_too_many(limiter: Limiter) -> None:
    """Count a wrong token or key against its address; raise 429 once there were too many of them."""
    item = parse(current_app.config["HELIX"].sign_in_limit)
    if not limiter.limiter.hit(item, "wrong credentials", address()):
        raise TooManyRequests(retry_after=item.get_expiry())


def _is_file() -> bool:
    return request.endpoint is None or request.endpoint.endswith("static")


def _client() -> str:
    """Tell clients apart: by who they are if that is proven, else by address."""
    caller = current_principal()
    return caller.id if caller is not PUBLIC else address()


def address() -> str:
    """Return where the request comes from: a proxy's word is believed only where the settings name it."""
    return request.remote_addr or "unknown"
