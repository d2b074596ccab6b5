"""What makes a Flask app a service of Helix. A service's `create_app` calls this, then adds its features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Blueprint as Pages
from flask import Flask, Response, jsonify
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.auth import access
from shared.auth.access import register_access, register_rules
from shared.auth.accounts import Accounts
from shared.auth.principal import Principal
from shared.auth.sign_in import register_sign_in
from shared.auth.tokens import FindAccount, Tokens
from shared.database import Database, engine_options, sqlalchemy_url
from shared.events.serving import register_event_documents
from shared.http.docs import register_docs
from shared.http.limits import register_limits
from shared.http.openapi import serve_document
from shared.http.problem import register_problems
from shared.http.resources import Api, Blueprint, register_api
from shared.settings import Settings
from shared.telemetry.requests import metrics, register_request_telemetry
from shared.web import init_pages
from shared.worker import Handler, Task, state

LARGEST_BODY = 1024 * 1024


@dataclass(frozen=True)
class Service:
    """What a service consists of: the parts that its features bring."""

    name: str
    db: Database
    resources: Sequence[Blueprint]
    pages: Sequence[Pages]
    navigation: Sequence[Any] = ()
    handlers: Sequence[Handler] = ()
    # The types it lets pass on purpose: a type neither handled nor named here is a mistake.
    unheard: Sequence[type] = ()
    tasks: Sequence[Task] = ()
    accounts: Accounts | None = None
    find_key: Callable[[Session, str], Principal | None] | None = None
    config: dict[str, Any] = field(default_factory=dict)


def create_service_app(service: Service, settings: Settings) -> Flask:
    """Make the Flask app of a service: database, sign-in, API, pages, errors, limits, telemetry."""
    app = Flask(service.name, static_folder=None)
    # It would send whoever asks for `//v1` to an address made of the host that the request names.
    app.url_map.merge_slashes = False
    app.config |= {
        "HELIX": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": sqlalchemy_url(settings.database_url),
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(),
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "SESSION_COOKIE_NAME": f"helix_{service.name}",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not settings.local,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=8),
    } | service.config
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=settings.proxies,
            x_proto=settings.proxies,
            x_host=settings.proxies,
            x_prefix=settings.proxies,
        )
    service.db.init_app(app)
    app.extensions["helix_session"] = service.db.session
    _register_http(app, service, settings)
    return app


def _register_http(app: Flask, service: Service, settings: Settings) -> None:
    """Add what travels over HTTP. The order is that of the checks: trace, caller, rate, body."""
    find_account = _account_finder(service)
    tokens = Tokens(settings, find_account)
    register_request_telemetry(app, service.name)
    register_access(app, _authenticator(service, tokens), find_account)
    limiter = register_limits(app)
    register_rules(app)
    api = register_api(app, settings)
    register_problems(app)
    init_pages(app, service=service.name, navigation=service.navigation)
    register_sign_in(app, api, limiter, tokens, service.accounts)
    _register_health(app, service)
    register_event_documents(app)
    serve_document(app, api)
    register_docs(app)
    _register_features(app, api, service)


def _register_features(app: Flask, api: Api, service: Service) -> None:
    for resource in service.resources:
        api.register_blueprint(resource)
    for page in service.pages:
        app.register_blueprint(page)


def _account_finder(service: Service) -> FindAccount | None:
    accounts = service.accounts
    if accounts is None:
        return None
    return lambda account, generation: accounts.find(service.db.session(), account, generation)


def _authenticator(service: Service, tokens: Tokens) -> Callable[[str], Principal | None]:
    def authenticate(bearer: str) -> Principal | None:
        if bearer.startswith("hlx_"):
            return service.find_key(service.db.session(), bearer) if service.find_key else None
        return tokens.read(bearer)

    return authenticate


def _register_health(app: Flask, service: Service) -> None:
    @access.unseen
    def health() -> Response:
        """Tell that the process lives."""
        return jsonify(status="ok")

    @access.unseen
    def ready() -> tuple[Response, int]:
        """Tell whether the service can do its work, and how the exchange of events stands.

        A bus that is away does not make a web process unready: it only delays what it accepts.
        """
        try:
            found = state.read(service.db.session)
        except Exception:  # noqa: BLE001 - whatever the reason, it is not ready
            return jsonify(status="unavailable", database="away"), 503
        return (
            jsonify(
                status="ok",
                database="ok",
                bus={True: "ok", False: "away", None: "unknown"}[found.bus_answers],
                lag=found.lag,
                outbox_seconds=round(found.outbox_seconds, 1),
                worker_seconds=None if found.worker_seconds is None else round(found.worker_seconds, 1),
            ),
            200,
        )

    app.add_url_rule("/healthz", "health", health)
    app.add_url_rule("/readyz", "ready", ready)
    app.add_url_rule("/metrics", "metrics", access.unseen(metrics))
