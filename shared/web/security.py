"""What a browser may do with a page, and who may send a form."""

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from shared.errors import DomainError
from shared.ids import new_id

# `data:` and `blob:` images are Pico's icons and the preview of a photo not yet sent.
_PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_TWO_YEARS = 2 * 365 * 24 * 3600


def protect_forms(app: Flask) -> None:
    """Refuse a change to a page that no form of ours sent.

    Pages believe the session cookie, which a browser sends along with a forged form too. `/v1`
    believes the Authorization header alone, which no other site can make a browser send.
    """
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        # A token holds as long as its session: a form left open over lunch keeps what was typed.
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf = CSRFProtect(app)
    app.jinja_env.globals["new_submission"] = lambda: str(new_id())

    @app.before_request
    def refuse_forged_forms() -> None:
        if request.method in _SAFE_METHODS or request.path.startswith("/v1/"):
            return
        # What leads nowhere changes nothing; it is told as the wrong address or method that it is.
        if request.url_rule is None:
            return
        try:
            csrf.protect()
        except CSRFError as error:
            raise DomainError(
                "form_expired", "This form is out of date. Go back, reload the page and send it again."
            ) from error


def add_headers(app: Flask, *, local: bool) -> None:
    """Send the headers that keep a page to this host and out of frames."""

    @app.after_request
    def secure(response: Response) -> Response:
        is_page = response.mimetype == "text/html"
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _PAGE_POLICY if is_page else _DATA_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if is_page:
            headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
            # The language is remembered in a cookie: a shared cache must not mix the two up.
            response.vary.add("Cookie")
        if not local:
            headers.setdefault("Strict-Transport-Security", f"max-age={_TWO_YEARS}; includeSubDomains")
        return response
