"""Indonesian first, English by a switch: which language a request gets, and the words of it.

The catalogue is read from the .po when it is first asked for. There is no compiled file that
could be missing from an image or be older than its source.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale, gettext
from jinja2 import pass_context
from jinja2.runtime import Context

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
DEFAULT = "id"
COOKIE = "helix_language"
CATALOGUES = Path(__file__).parent / "translations"

_YEAR = 365 * 24 * 3600


class _Catalogue(Domain):  # type: ignore[misc]
    """The one catalogue of the repository, read from its source."""

    def get_translations(self) -> NullTranslations:
        return read_catalogue(current_language())


class _Languages(Babel):  # type: ignore[misc]
    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogue()


@cache
def read_catalogue(language: str) -> NullTranslations:
    """Return the words of a language; English, in which the messages are written, has none to read."""
    source = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def current_language() -> str:
    """Return `id` or `en`: that of the request, or the default outside one."""
    return str(get_locale() or DEFAULT)


def init_language(app: Flask) -> None:
    """Let `?lang=` choose the language, a cookie remember it, and templates translate."""
    _Languages(
        app, default_locale=DEFAULT, default_timezone="Asia/Jakarta", locale_selector=_requested_language
    )
    app.after_request(_remember_language)
    # For a text that is no literal, such as one of the database: unlike `_`, it may hold a percent sign.
    add_writers(app, translated=gettext)
    app.jinja_env.globals.update(
        languages=LANGUAGES, current_language=current_language, language_url=language_url
    )


def add_writers(app: Flask, **writers: Callable[..., str]) -> None:
    """Let templates write in the reader's language, by filters of these names."""
    app.jinja_env.filters.update({name: _asked_each_time(writer) for name, writer in writers.items()})


def _asked_each_time(writer: Callable[..., str]) -> Callable[..., str]:
    # What a filter without a context makes of a constant, Jinja keeps: in the language of its first reader.
    @pass_context
    def write(_context: Context, *values: Any, **options: Any) -> str:
        return writer(*values, **options)

    return write


@contextmanager
def asked_language() -> Iterator[None]:
    """Speak the language that a program asks for (Accept-Language); pages have their own switch."""
    with force_locale(request.accept_languages.best_match(list(LANGUAGES), DEFAULT)):
        yield


def language_url(language: str) -> str:
    """Return the address of the page being shown, in another language."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{quote(request.script_root + request.path)}?{urlencode([*others, ('lang', language)])}"


def _requested_language() -> str:
    if not has_request_context():
        return DEFAULT
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return DEFAULT


def _remember_language(response: Response) -> Response:
    wish = request.args.get("lang")
    if response.mimetype == "text/html":
        response.vary.add("Cookie")
    if wish in LANGUAGES and wish != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE, wish, max_age=_YEAR, samesite="Lax", secure=request.is_secure, httponly=True
        )
        # Whoever keeps the answer for others would give them the reader's choice.
        response.headers["Cache-Control"] = "no-store"
    return response
