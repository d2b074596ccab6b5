"""Wrong passwords are counted against the account too: from many addresses it is no easier to guess.

Who signed in before is counted apart, by the browser's cookie or by the address, so that guesses from
elsewhere don't keep him out. Names that nobody has are counted alike: being refused tells nothing.
"""

import hashlib
import hmac
import math
import time
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request, url_for
from flask_limiter import Limiter
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import parse
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from shared import clock
from shared.auth.accounts import Accounts
from shared.http.limits import address
from shared.ids import new_id

# Where the account has not signed in from, all such places together; and from each where it has.
WRONG_PASSWORDS = parse("10 per 15 minutes")
_KNOWN_FOR = timedelta(days=90)
_KNOWN_SECONDS = int(_KNOWN_FOR.total_seconds())

_KNOWN = text("SELECT true FROM known_place WHERE name = :name AND address = :address AND seen_at > :oldest")
_SEEN = text(
    "INSERT INTO known_place (name, address, seen_at) VALUES (:name, :address, :now)"
    " ON CONFLICT (name, address) DO UPDATE SET seen_at = excluded.seen_at"
)
_FORGET = text("DELETE FROM known_place WHERE seen_at <= :oldest")


class Guesses:
    """Checks passwords, and refuses to once there were too many wrong ones."""

    def __init__(self, accounts: Accounts, limiter: Limiter) -> None:
        self._accounts = accounts
        self._limiter = limiter

    def check(self, session: Session, username: str, password: str) -> Any | None:
        """Return the account that the name and password prove, or None; raise 429 after too many None."""
        name, counts = _digest(username), self._limiter.limiter
        place = ("wrong passwords", name, _known_place(session, name) or "elsewhere")
        if not counts.test(WRONG_PASSWORDS, *place):
            free_again = counts.get_window_stats(WRONG_PASSWORDS, *place).reset_time
            raise TooManyRequests(retry_after=max(1, math.ceil(free_again - time.time())))
        account = self._accounts.check(session, username, password)
        if account is None:
            counts.hit(WRONG_PASSWORDS, *place)
        else:
            session.execute(_SEEN, {"name": name, "address": _of_address(name), "now": clock.now()})
            session.execute(_FORGET, {"oldest": clock.now() - _KNOWN_FOR})
            session.commit()
        return account


def _known_place(session: Session, name: str) -> str | None:
    """Return which browser or address the account has signed in from before; None for any other place."""
    try:
        device: str = _signer(name).loads(request.cookies.get(_cookie(name), ""), _KNOWN_SECONDS)
    except BadSignature:
        place = {"name": name, "address": _of_address(name), "oldest": clock.now() - _KNOWN_FOR}
        return address() if session.scalar(_KNOWN, place) else None
    return device


def remember_browser(response: Response, username: str) -> None:
    """Let the browser show later that this account signed in with it. It proves nothing else."""
    name = _digest(username)
    response.set_cookie(
        _cookie(name),
        _signer(name).dumps(new_id().hex),
        max_age=_KNOWN_SECONDS,
        path=url_for("sign_in.sign_in"),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _digest(username: str) -> str:
    return hashlib.sha256(username.encode(errors="replace")).hexdigest()


def _of_address(name: str) -> str:
    """Return what is kept of where somebody signed in: it tells the same place again, and nothing else."""
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.new(secret.encode(), f"known place {name} {address()}".encode(), hashlib.sha256).hexdigest()


def _cookie(name: str) -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}_known_{name[:16]}"


def _signer(name: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"known browser of {name}")
