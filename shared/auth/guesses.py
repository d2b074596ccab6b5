"""Wrong passwords are counted against the account too: from many addresses it is no easier to guess.

Who signed in before is counted apart, by the browser's cookie or by the address, so that guesses from
elsewhere don't keep him out. Names that nobody has are counted alike: being refused tells nothing.
"""

import hashlib
import math
import time
from typing import Any

from flask import Response, current_app, request, url_for
from flask_limiter import Limiter
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import parse
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from shared.auth.accounts import Accounts
from shared.http.limits import address
from shared.ids import new_id

# Where the account has not signed in from, all such places together; and from each where it has.
WRONG_PASSWORDS = parse("10 per 15 minutes")
_KNOWN_SECONDS = 90 * 24 * 3600


class Guesses:
    """Checks passwords, and refuses to once there were too many wrong ones."""

    def __init__(self, accounts: Accounts, limiter: Limiter) -> None:
        self._accounts = accounts
        self._limiter = limiter

    def check(self, session: Session, username: str, password: str) -> Any | None:
        """Return the account that the name and password prove, or None; raise 429 after too many None."""
        name, counts = _digest(username), self._limiter.limiter
        place = ("wrong passwords", name, self._known_place(name) or "elsewhere")
        if not counts.test(WRONG_PASSWORDS, *place):
            free_again = counts.get_window_stats(WRONG_PASSWORDS, *place).reset_time
            raise TooManyRequests(retry_after=max(1, math.ceil(free_again - time.time())))
        account = self._accounts.check(session, username, password)
        if account is None:
            counts.hit(WRONG_PASSWORDS, *place)
        else:
            self._limiter.storage.incr(_of_address(name), _KNOWN_SECONDS)
        return account

    def _known_place(self, name: str) -> str | None:
        try:
            device: str = _signer(name).loads(request.cookies.get(_cookie(name), ""), _KNOWN_SECONDS)
        except BadSignature:
            return address() if self._limiter.storage.get(_of_address(name)) else None
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
    return f"signed in/{name}/{address()}"


def _cookie(name: str) -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}_known_{name[:16]}"


def _signer(name: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"known browser of {name}")
