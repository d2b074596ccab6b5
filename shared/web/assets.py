"""The files a page needs besides its HTML, each under an address that names its content.

They are small and few: held in memory, compressed once, and kept by the browser for a year
because a changed file has another address.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, request, url_for

from shared.auth import access
from shared.errors import NotFound

_OWN = Path(__file__).parent / "static"

# One sheet instead of six: where the signal is weak, each further file is a wait.
_SHEETS = ("pico.min.css", "helix.css", "parts.css", "forms.css", "data.css", "charts.css")
_SHEET = "pages.css"

_TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".webmanifest": "application/manifest+json"}
_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    compressed: bytes
    version: str
    content_type: str


def serve_assets(app: Flask) -> None:
    """Serve our own files at /static/, and give templates `asset(name)`, the address of a file."""
    assets: dict[str, _Asset] = app.extensions.setdefault("helix_assets", {})
    blueprint = Blueprint("web", __name__, template_folder="templates")

    @blueprint.get("/static/<name>", endpoint="static")
    @access.unseen
    def show_asset(name: str) -> Response:
        """Return one file."""
        if name not in assets:
            raise NotFound("file")
        return _answer(assets[name])

    def address(name: str) -> str:
        return url_for("web.static", name=name, v=assets[name].version)

    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = address
    add_assets(app, _OWN)
    sheet = b"\n".join((_OWN / name).read_bytes() for name in _SHEETS)
    assets[_SHEET] = _asset(sheet, "text/css")


def add_assets(app: Flask, folder: Path) -> None:
    """Serve the files of one more folder; raise ValueError where a name is taken."""
    assets: dict[str, _Asset] = app.extensions.setdefault("helix_assets", {})
    for path in sorted(folder.iterdir()):
        if path.name in assets:
            raise ValueError(f"two files to serve are called {path.name}")
        if path.is_file():
            assets[path.name] = _read(path)


def _read(path: Path) -> _Asset:
    guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return _asset(path.read_bytes(), guessed or "application/octet-stream")


def _asset(body: bytes, content_type: str) -> _Asset:
    compressed = gzip.compress(body, mtime=0) if content_type != "font/woff2" else body
    return _Asset(body, compressed, hashlib.sha256(body).hexdigest()[:10], content_type)


def _answer(asset: _Asset) -> Response:
    response = Response(asset.body, content_type=asset.content_type)
    if asset.content_type.startswith("text/"):
        response.headers["Content-Type"] = f"{asset.content_type}; charset=utf-8"
    if len(asset.compressed) < len(asset.body) and request.accept_encodings.quality("gzip") > 0:
        response.data = asset.compressed
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(asset.version)
    # A style sheet names its font without a version: the file never changes under its name.
    lasting = request.args.get("v") == asset.version or asset.content_type == "font/woff2"
    response.headers["Cache-Control"] = _YEAR if lasting else "no-cache"
    response.make_conditional(request)
    return response
