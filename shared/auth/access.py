"""Each route has its rule, written beside it; a route without one is refused to everyone.

`/v1` believes only what the `Authorization` header proves; pages believe only the session
cookie. So no other site's form can reach the API with a person's cookie.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, session, url_for

from shared.auth.principal import PUBLIC, Principal, current_principal
from shared.auth.tokens import FindAccount
from shared.errors import Forbidden, NotFound, Unauthenticated

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call a route: everyone, or the holders of a role, or an API key with the scope.

    `unseen`: everyone, and the answer is the same whoever calls, so that nobody looks who does.
    `whole_regency`: what it does lies in no area, so nobody who is limited to one may call it.
    """

    everyone: bool = False
    unseen: bool = False
    roles: frozenset[str] = frozenset()
    scope: str | None = None
    whole_regency: bool = False

    def admits(self, caller: Principal) -> bool:
        """Tell whether the caller may call the route."""
        if self.whole_regency and caller.area is not None:
            return False
        if self.everyone or caller.has(*self.roles):
            return True
        return self.scope is not None and caller.may(self.scope)


def everyone(view: View) -> View:
    """Open a route to the public."""
    return _ruled(view, AccessRule(everyone=True))


def unseen(view: View) -> View:
    """Open a route to the public that answers everyone the same, such as a file of the pages."""
    return _ruled(view, AccessRule(everyone=True, unseen=True))


def only(*roles: str, scope: str | None = None, whole_regency: bool = False) -> Callable[[View], View]:
    """Open a route to people with one of the roles, and to API keys with the scope."""
    rule = AccessRule(roles=frozenset(roles), scope=scope, whole_regency=whole_regency)
    return lambda view: _ruled(view, rule)


def _ruled(view: View, rule: AccessRule) -> View:
    view.access_rule = rule  # type: ignore[attr-defined]
    return view


def rule_of(app: Flask, endpoint: str) -> AccessRule | None:
    """Return the rule of an endpoint, or None where it has none."""
    rule: AccessRule | None = getattr(app.view_functions.get(endpoint), "access_rule", None)
    return rule


def register_access(
    app: Flask, authenticate: Callable[[str], Principal | None], find_account: FindAccount | None
) -> None:
    """Prove who calls before each request.

    `authenticate` turns a bearer token or an API key into a principal, or None; `find_account`
    does so with what the session cookie holds, where the service has accounts.
    """
    app.extensions["helix_authenticate"] = authenticate
    app.extensions["helix_find_account"] = find_account
    app.before_request(_identify)
    app.after_request(_keep_private)


def register_rules(app: Flask) -> None:
    """Apply each route's rule; after the rate was counted, so that refused requests count too."""
    app.before_request(_enforce)


def is_api() -> bool:
    """Tell whether the request is for the API rather than for a page."""
    return request.path.startswith("/v1/")


def _rule() -> AccessRule | None:
    return rule_of(current_app, request.endpoint or "")


def _identify() -> None:
    rule = _rule()
    if rule is not None and rule.unseen:
        g.principal = PUBLIC
    else:
        g.principal = _caller_by_header() if is_api() else _caller_by_cookie()


def _keep_private(response: Response) -> Response:
    """Let nobody store what was answered to somebody."""
    if current_principal() is not PUBLIC and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _enforce() -> Response | None:
    if request.endpoint is None:
        # The router tells that there is nothing here, on a page that knows who is signed in.
        return None
    rule = _rule()
    if rule is None:
        raise NotFound("page")
    return None if rule.admits(current_principal()) else _refuse(rule, current_principal())


def _refuse(rule: AccessRule, caller: Principal) -> Response:
    if is_api():
        if caller is PUBLIC:
            raise Unauthenticated("unauthenticated", "Send an access token or an API key as a Bearer token.")
        # Roles are a person's: only a key is told which scope it lacks.
        if rule.scope is not None and not caller.roles:
            raise Forbidden("forbidden", "This key lacks the scope %(scope)s.", scope=rule.scope)
        raise Forbidden("forbidden", "Your role or key does not allow this.")
    if caller is PUBLIC:
        going = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return redirect(url_for("sign_in.show", going=going))  # type: ignore[return-value]
    raise Forbidden("forbidden", "Your role does not allow this.")


def _caller_by_header() -> Principal:
    header = request.headers.get("Authorization")
    if header is None:
        return PUBLIC
    kind, _, token = header.partition(" ")
    principal = (
        current_app.extensions["helix_authenticate"](token.strip()) if kind.lower() == "bearer" else None
    )
    if principal is None:
        # Guessing is slowed down: after a few wrong ones, the address has to wait.
        current_app.extensions["helix_wrong_credentials"]()
        raise Unauthenticated(
            "unauthenticated", "The token or key does not hold: expired, revoked or not ours."
        )
    found: Principal = principal
    return found


def _caller_by_cookie() -> Principal:
    account = session.get("account")
    find: FindAccount | None = current_app.extensions["helix_find_account"]
    if account is None or find is None:
        return PUBLIC
    principal = find(account, session.get("generation"))
    if principal is None:
        session.clear()
        return PUBLIC
    return principal
