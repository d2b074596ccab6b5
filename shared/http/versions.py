"""ETags: nobody overwrites what somebody else changed meanwhile, nobody fetches what has not changed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, current_app, make_response, request
from werkzeug.http import quote_etag

from shared.errors import PreconditionFailed, PreconditionRequired
from shared.release import release

View = TypeVar("View", bound=Callable[..., Any])


def versioned(view: View) -> View:
    """Tell of a view that it changes what was read before, and so takes If-Match: it calls `require_version`."""
    view.is_versioned = True  # type: ignore[attr-defined]
    return view


def tagged(version: int) -> dict[str, str]:
    """Return the header that tells which version an answer shows."""
    return {"ETag": quote_etag(str(version))}


def require_version(current: int) -> None:
    """Refuse a change that was not made from the current version of the thing.

    Only in a view that is `versioned`: else the API's description would not name the header.
    """
    if not getattr(current_app.view_functions[request.endpoint or ""], "is_versioned", False):
        raise RuntimeError(f"{request.endpoint} requires a version: decorate it with `versioned`")
    # A star would match whatever is there now, which is the lost update this is about.
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionRequired(
            "if_match_required", "Send If-Match with the ETag of the version you read."
        )
    if not request.if_match.contains(str(current)):
        raise PreconditionFailed(
            "changed_meanwhile", "It was changed since you read it. Read it again and repeat the change."
        )


def revalidated(
    tag: Callable[[], str], *, seconds: int = 2
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let anyone, and a cache in front, keep a public answer and ask whether it changed.

    `tag` tells one state of the figures from another and is read first: what changes while the
    answer is made is then seen by the next question. The same tag is a 304, made without the view.
    The release belongs to it: after an upgrade the same figures may come in another shape.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answer(*args: Any, **kwargs: Any) -> Response:
            current = f"{tag()}-{release()}"
            if request.if_none_match.contains_weak(current):
                # A browser takes over the headers of a 304, so it must look like the kind of answer it stands for.
                kind = "application/json" if request.path.startswith("/v1/") else "text/html"
                response = Response(status=304, mimetype=kind)
            else:
                response = make_response(view(*args, **kwargs))
            response.set_etag(current, weak=True)
            response.headers["Cache-Control"] = f"public, max-age={seconds}"
            return response

        answer.is_revalidated = True  # type: ignore[attr-defined]
        return answer

    return decorate
