"""Signing in: `POST /v1/tokens` for programs, a page with a session cookie for people."""

from typing import Any

from flask import Blueprint as Pages
from flask import Flask, Response, current_app, jsonify, redirect, render_template, request, session
from flask_limiter import Limiter
from marshmallow import Schema, fields, validate

from shared.auth import access
from shared.auth.accounts import Accounts
from shared.auth.guesses import Guesses, remember_browser
from shared.auth.tokens import LIFETIME, Tokens
from shared.errors import Unauthenticated
from shared.http.fields import Text
from shared.http.limits import address
from shared.http.resources import Api, Blueprint, Decorator


class CredentialsSchema(Schema):
    """What proves a person."""

    username = Text(longest=100, required=True)
    password = fields.String(required=True, validate=validate.Length(1, 200), load_only=True)


class KeySetSchema(Schema):
    """Public keys (RFC 7517)."""

    keys = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class TokenSchema(Schema):
    """An access token and how many seconds it holds."""

    access_token = fields.String()
    token_type = fields.Constant("Bearer")
    expires_in = fields.Integer()


def register_sign_in(
    app: Flask, api: Api, limiter: Limiter, tokens: Tokens, accounts: Accounts | None
) -> None:
    """Add the JWKS, and where the service has local accounts, its ways to sign in."""
    keys = Blueprint("keys", __name__, description="The keys that check this service's tokens.")

    @keys.route("/.well-known/jwks.json")
    @access.everyone
    @keys.response(200, KeySetSchema)
    def jwks() -> Response:
        """Return the public keys (RFC 7517)."""
        response = jsonify(tokens.public_keys())
        response.cache_control.max_age = 300
        return response

    api.register_blueprint(keys)
    if accounts is None:
        return
    strict = limiter.limit(lambda: current_app.config["HELIX"].sign_in_limit, key_func=address)
    guesses = Guesses(accounts, limiter)
    if tokens.can_sign:
        api.register_blueprint(_token_routes(tokens, guesses, strict))
    app.register_blueprint(_page_routes(accounts, guesses, strict))


def _token_routes(tokens: Tokens, guesses: Guesses, strict: Decorator) -> Blueprint:
    routes = Blueprint("tokens", __name__, url_prefix="/v1/tokens", description="Signing in.")

    @routes.route("", methods=["POST"])
    @access.everyone
    @strict
    @routes.arguments(CredentialsSchema)
    @routes.response(200, TokenSchema)
    def create_token(credentials: dict[str, str]) -> dict[str, Any]:
        """Exchange a username and password for an access token of a quarter of an hour."""
        account = guesses.check(current_app.extensions["helix_session"](), **credentials)
        if account is None:
            raise Unauthenticated("wrong_credentials", "The username or the password is wrong.")
        return {
            "access_token": tokens.issue(account.principal(), account.generation),
            "expires_in": int(LIFETIME.total_seconds()),
        }

    return routes


def _page_routes(accounts: Accounts, guesses: Guesses, strict: Decorator) -> Pages:
    pages = Pages("sign_in", __name__, url_prefix="/sign-in")

    @pages.get("")
    @access.everyone
    def show() -> str:
        """Show the sign-in page."""
        return render_template("sign_in.html", going=_local(request.args.get("going")), wrong=False)

    @pages.post("")
    @access.everyone
    @strict
    def sign_in() -> Response | tuple[str, int]:
        """Sign a person in and go where they were going."""
        going = _local(request.form.get("going"))
        username = request.form.get("username", "").strip()[:100].replace("\x00", "")
        password = request.form.get("password", "")[:200]
        account = guesses.check(current_app.extensions["helix_session"](), username, password)
        if account is None:
            return render_template("sign_in.html", going=going, wrong=True, username=username), 401
        # A session that was there before signing in must not become the signed-in one.
        session.clear()
        session["account"], session["generation"] = str(account.id), account.generation
        session.permanent = True
        response: Response = redirect(request.script_root + going, 303)  # type: ignore[assignment]
        remember_browser(response, username)
        return response

    @pages.post("/out")
    @access.everyone
    def sign_out() -> Response:
        """End every session and token of the account: a copy of the cookie is then worth nothing."""
        signed_in = session.get("account")
        if signed_in is not None:
            accounts.sign_out(current_app.extensions["helix_session"](), signed_in, session.get("generation"))
        session.clear()
        return redirect(request.script_root + "/", 303)  # type: ignore[return-value]

    return pages


def _local(going: str | None) -> str:
    """Return the path to go to, never another site's, and nothing that a header can't carry."""
    asked = going or "/"
    inside = asked.startswith("/") and not asked.startswith("//") and "\\" not in asked
    return asked if inside and asked.isprintable() else "/"
